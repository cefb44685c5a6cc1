/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"
#include "eh-json-private.h"
#include "eh-timestamp-private.h"

/*
 * Strings, and the kinds that are written as strings. A string is first checked where it stands; most have no escape
 * and are then copied as they are, the others are decoded by code that need not check any more.
 */

const guint8 eh_json_plain[256] = { [0x20 ... 0x21] = 1, [0x23 ... 0x5b] = 1, [0x5d ... 0x7f] = 1 };

static inline gboolean
is_continuation (char c)
{
  return ((guchar) c & 0xc0) == 0x80;
}

guint
eh_json_utf8_length (const char *p, const char *end)
{
  gsize left = (gsize) (end - p);
  guchar c = (guchar) p[0];
  guchar d = left > 1 ? (guchar) p[1] : 0;

  if (c < 0xc2 || c > 0xf4 || left < 2 || !is_continuation (p[1]))
    return 0;
  if (c < 0xe0)
    return 2;
  if (left < 3 || !is_continuation (p[2]))
    return 0;
  if (c < 0xf0)
    return (c == 0xe0 && d < 0xa0) || (c == 0xed && d > 0x9f) ? 0 : 3;
  if (left < 4 || !is_continuation (p[3]))
    return 0;
  return (c == 0xf0 && d < 0x90) || (c == 0xf4 && d > 0x8f) ? 0 : 4;
}

/* The code unit of four hexadecimal digits, or -1. */
static gint
scan_hex (const char *p, const char *end)
{
  gint code = 0;
  gint i;

  if (end - p < 4)
    return -1;
  for (i = 0; i < 4; i++)
    {
      gint digit = g_ascii_xdigit_value (p[i]);

      if (digit < 0)
        return -1;
      code = code << 4 | digit;
    }
  return code;
}

static inline gboolean
is_high_surrogate (gint code)
{
  return code >= 0xd800 && code <= 0xdbff;
}

static inline gboolean
is_low_surrogate (gint code)
{
  return code >= 0xdc00 && code <= 0xdfff;
}

/* Each of the check functions returns the bytes that are well, or 0 with the error set. */
static guint
check_unicode_escape (EhJsonReader *self, const char *p)
{
  gint code = scan_hex (p + 2, self->end);

  if (code < 0)
    eh_json_reader_fail (self, EH_ERROR_INVALID, p, "expected four hexadecimal digits behind \\u");
  else if (code == 0)
    eh_json_reader_fail (self, EH_ERROR_INVALID, p, "U+0000 is not allowed in a string");
  else if (is_high_surrogate (code) && self->end - p >= 12 && p[6] == '\\' && p[7] == 'u'
           && is_low_surrogate (scan_hex (p + 8, self->end)))
    return 12;
  else if (is_high_surrogate (code) || is_low_surrogate (code))
    eh_json_reader_fail (self, EH_ERROR_INVALID, p, "a lone surrogate");
  else
    return 6;
  return 0;
}

static guint
check_escape (EhJsonReader *self, const char *p)
{
  char c = self->end - p > 1 ? p[1] : '\0';

  if (c == 'u')
    return check_unicode_escape (self, p);
  if (c != '\0' && strchr ("\"\\/bfnrt", c) != NULL)
    return 2;
  eh_json_reader_fail (self, EH_ERROR_INVALID, p, "no such escape in a string");
  return 0;
}

static guint
check_character (EhJsonReader *self, const char *p)
{
  guint length;

  if ((guchar) *p < ' ')
    {
      eh_json_reader_fail (self, EH_ERROR_INVALID, p, "a control character (0x%02x) in a string", (guchar) *p);
      return 0;
    }
  length = eh_json_utf8_length (p, self->end);
  if (length == 0)
    eh_json_reader_fail (self, EH_ERROR_INVALID, p, "not UTF-8");
  return length;
}

gboolean
eh_json_reader_scan_text (EhJsonReader *self, EhJsonSlice *slice)
{
  const char *start, *p;
  guint length;

  if (eh_json_reader_peek (self) != '"')
    return eh_json_reader_expected (self, "a string");
  start = p = self->cursor + 1;
  slice->escaped = FALSE;
  while ((p = eh_json_skip_plain (p, self->end)) < self->end && *p != '"')
    {
      slice->escaped |= *p == '\\';
      length = *p == '\\' ? check_escape (self, p) : check_character (self, p);
      if (length == 0)
        return FALSE;
      p += length;
    }
  if (p == self->end)
    return eh_json_reader_fail (self, EH_ERROR_INVALID, p, "the text ends inside a string");
  slice->text = start;
  slice->length = (gsize) (p - start);
  self->cursor = p + 1;
  return TRUE;
}

static const char *
unescape_one (const char *p, const char *end, char **out)
{
  static const char plain[] = "\"\\/bfnrt";
  static const char meant[] = "\"\\/\b\f\n\r\t";
  gunichar code;

  if (p[1] != 'u')
    {
      *(*out)++ = meant[strchr (plain, p[1]) - plain];
      return p + 2;
    }
  code = (gunichar) scan_hex (p + 2, end);
  p += 6;
  if (is_high_surrogate ((gint) code))
    {
      code = 0x10000 + ((code - 0xd800) << 10) + ((gunichar) scan_hex (p + 2, end) - 0xdc00);
      p += 6;
    }
  *out += g_unichar_to_utf8 (code, *out);
  return p;
}

gsize
eh_json_unescape (const EhJsonSlice *slice, char *out)
{
  const char *p = slice->text;
  const char *end = p + slice->length;
  char *cursor = out;

  while (p < end)
    {
      const char *escape = memchr (p, '\\', (gsize) (end - p));
      gsize n = (gsize) ((escape != NULL ? escape : end) - p);

      memcpy (cursor, p, n);
      cursor += n;
      p = escape != NULL ? unescape_one (escape, end, &cursor) : end;
    }
  return (gsize) (cursor - out);
}

gboolean
eh_json_reader_text (EhJsonReader *self, const char **text, gsize *length)
{
  EhJsonSlice slice;

  if (!eh_json_reader_scan_text (self, &slice))
    return FALSE;
  *text = slice.text;
  *length = slice.length;
  if (slice.escaped)
    {
      g_free (self->scratch);
      self->scratch = g_malloc (slice.length);
      *text = self->scratch;
      *length = eh_json_unescape (&slice, self->scratch);
    }
  return TRUE;
}

gboolean
eh_json_reader_string (EhJsonReader *self, char **string)
{
  EhJsonSlice slice;
  gsize length;

  if (!eh_json_reader_scan_text (self, &slice))
    return FALSE;
  *string = g_malloc (slice.length + 1);
  length = slice.length;
  if (slice.escaped)
    length = eh_json_unescape (&slice, *string);
  else
    memcpy (*string, slice.text, length);
  (*string)[length] = '\0';
  return TRUE;
}

gboolean
eh_json_reader_timestamp (EhJsonReader *self, gint64 *time)
{
  const char *wrong, *start, *text;
  gsize length;

  eh_json_reader_peek (self);
  start = self->cursor;
  if (!eh_json_reader_text (self, &text, &length))
    return FALSE;
  wrong = eh_timestamp_scan (text, length, time);
  return wrong == NULL || eh_json_reader_fail (self, EH_ERROR_INVALID, start, "%s", wrong);
}

/* ---- base 64 ---- */

static inline gint
base64_value (char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Decodes @n characters, 2 to 4, of one group into n - 1 bytes; bits that are left over must be 0. */
static gboolean
decode_group (const char *text, gsize n, guint8 *out)
{
  guint32 bits = 0;
  gsize i;

  for (i = 0; i < n; i++)
    {
      gint value = base64_value (text[i]);

      if (value < 0)
        return FALSE;
      bits |= (guint32) value << (18 - 6 * i);
    }
  for (i = 0; i < n - 1; i++)
    out[i] = (guint8) (bits >> (16 - 8 * i));
  return n == 4 || (bits & (n == 3 ? 0xffu : 0xffffu)) == 0;
}

static gboolean
decode_base64 (const char *text, gsize length, guint8 *out, gsize *size)
{
  gsize padding = 0;
  gsize i;

  if (length % 4 != 0)
    return FALSE;
  while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
    padding++;
  for (i = 0; i < length; i += 4)
    if (!decode_group (text + i, i + 4 == length ? 4 - padding : 4, out + i / 4 * 3))
      return FALSE;
  *size = length / 4 * 3 - padding;
  return TRUE;
}

gboolean
eh_json_reader_bytes (EhJsonReader *self, guint8 **bytes, gsize *size)
{
  g_autofree guint8 *data = NULL;
  const char *start, *text;
  gsize length;
  gsize n = 0;

  eh_json_reader_peek (self);
  start = self->cursor;
  if (!eh_json_reader_text (self, &text, &length))
    return FALSE;
  data = length > 0 ? g_malloc (length) : NULL;
  if (!decode_base64 (text, length, data, &n))
    return eh_json_reader_fail (self, EH_ERROR_INVALID, start, "not base64");
  *bytes = g_steal_pointer (&data);
  *size = n;
  return TRUE;
}

gsize
eh_json_compact (const char *text, gsize length, char *out)
{
  const char *end = text + length;
  const char *p = text;
  char *cursor = out;

  while (p < end)
    {
      const char *start = p;

      if (*p == '"')
        for (p++; *p != '"'; p++)
          p += *p == '\\';
      p++;
      if (p - start == 1 && eh_json_is_space (*start))
        continue;
      memcpy (cursor, start, (gsize) (p - start));
      cursor += p - start;
    }
  return (gsize) (cursor - out);
}
