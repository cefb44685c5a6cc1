/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-json-private.h"
#include "eh-timestamp-private.h"

#include <float.h>
#include <math.h>

/*
 * Appends JSON tokens to a GString. To spare GString's work per character, room is reserved once a token and written
 * into directly; the nul behind the text is put back when the whole value is finished.
 */

#define DOUBLE_WHOLE_MAX 1e15
#define DOUBLE_DECIMALS_MAX 8

void
eh_json_grow (GString *out, gsize n)
{
  gsize length = out->len;

  out->str[length] = '\0';
  g_string_set_size (out, length + MAX (n, length / 2));
  out->len = length;
}

void
eh_json_put_raw (GString *out, const char *text, gsize length)
{
  memcpy (eh_json_reserve (out, length), text, length);
  out->len += length;
}

static gsize
write_escape (guchar c, char *p)
{
  static const char named[] = "btn?fr"; /* from 0x08 on; 0x0b has no name */
  static const char hex[] = "0123456789abcdef";

  p[0] = '\\';
  if (c == '"' || c == '\\')
    p[1] = (char) c;
  else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
    p[1] = named[c - 0x08];
  else
    {
      memcpy (p + 1, "u00", 3);
      p[4] = hex[c >> 4];
      p[5] = hex[c & 0xf];
      return 6;
    }
  return 2;
}

/* Most texts can be copied at once. */
static gboolean
put_plain (GString *out, const char *text, gsize length)
{
  char *p;

  if (eh_json_skip_plain (text, text + length) != text + length)
    return FALSE;
  p = eh_json_reserve (out, length + 2);
  p[0] = '"';
  memcpy (p + 1, text, length);
  p[length + 1] = '"';
  out->len += length + 2;
  return TRUE;
}

gboolean
eh_json_put_string (GString *out, const char *text, gsize length)
{
  const char *p = text;
  const char *end = text + length;

  if (put_plain (out, text, length))
    return TRUE;
  eh_json_put (out, '"');
  for (;;)
    {
      const char *run = p;
      guint step = 1;

      p = eh_json_skip_plain (p, end);
      while (p < end && (guchar) *p >= 0x80 && (step = eh_json_utf8_length (p, end)) > 0)
        p = eh_json_skip_plain (p + step, end);
      if (step == 0)
        return FALSE;
      eh_json_put_raw (out, run, (gsize) (p - run));
      if (p == end)
        break;
      out->len += write_escape ((guchar) *p, eh_json_reserve (out, 6));
      p++;
    }
  eh_json_put (out, '"');
  return TRUE;
}

gboolean
eh_json_put_name (GString *out, char before, const char *name)
{
  gsize length = strlen (name);

  *eh_json_reserve (out, length + 4) = before;
  out->len++;
  if (!eh_json_put_string (out, name, length))
    return FALSE;
  eh_json_put (out, ':');
  return TRUE;
}

void
eh_json_put_uint64 (GString *out, guint64 value)
{
  static const char pairs[] =
      "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
      "4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293"
      "949596979899";
  char buffer[20];
  char *p = buffer + sizeof (buffer);

  for (; value >= 100; value /= 100)
    {
      p -= 2;
      memcpy (p, pairs + value % 100 * 2, 2);
    }
  if (value >= 10)
    {
      p -= 2;
      memcpy (p, pairs + value * 2, 2);
    }
  else
    *--p = (char) ('0' + value);
  eh_json_put_raw (out, p, (gsize) (buffer + sizeof (buffer) - p));
}

void
eh_json_put_int64 (GString *out, gint64 value)
{
  if (value < 0)
    eh_json_put (out, '-');
  eh_json_put_uint64 (out, value < 0 ? 0 - (guint64) value : (guint64) value);
}

/*
 * A double with few decimals, such as 12.5. If digits / 10^decimals, correctly rounded, is the number, then this text
 * reads back as it; with at most 15 digits no shorter text does.
 */
static gboolean
put_decimals (GString *out, gdouble value)
{
  gdouble power = 1;
  guint decimals;

  for (decimals = 1; decimals <= DOUBLE_DECIMALS_MAX; decimals++)
    {
      gdouble digits;
      guint64 whole, fraction;
      char *p;
      guint i;

      power *= 10;
      digits = rint (value * power);
      if (digits >= DOUBLE_WHOLE_MAX)
        return FALSE;
      if (digits / power != value)
        continue;
      whole = (guint64) digits / (guint64) power;
      fraction = (guint64) digits % (guint64) power;
      eh_json_put_uint64 (out, whole);
      p = eh_json_reserve (out, decimals + 1);
      p[0] = '.';
      for (i = decimals; i > 0; i--, fraction /= 10)
        p[i] = (char) ('0' + fraction % 10);
      out->len += decimals + 1;
      return TRUE;
    }
  return FALSE;
}

static void
put_any_double (GString *out, gdouble value)
{
  /* A number of 15 digits is found by rounding to 15; below DBL_MIN a double is not as exact as that. */
  guint digits = value < DBL_MIN ? 1 : 15;
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char format[8];

  do
    {
      g_snprintf (format, sizeof (format), "%%.%ug", digits);
      g_ascii_formatd (buffer, sizeof (buffer), format, value);
    }
  while (digits++ < 17 && g_ascii_strtod (buffer, NULL) != value);
  eh_json_put_raw (out, buffer, strlen (buffer));
}

gboolean
eh_json_put_double (GString *out, gdouble value)
{
  gdouble magnitude = fabs (value);

  if (!isfinite (value))
    return FALSE;
  if (signbit (value))
    eh_json_put (out, '-');
  if (magnitude < DOUBLE_WHOLE_MAX && magnitude == (gdouble) (guint64) magnitude)
    eh_json_put_uint64 (out, (guint64) magnitude);
  else if (magnitude < 1e-5 || magnitude >= DOUBLE_WHOLE_MAX || FLT_EVAL_METHOD != 0 || !put_decimals (out, magnitude))
    put_any_double (out, magnitude);
  return TRUE;
}

void
eh_json_put_base64 (GString *out, const guint8 *data, gsize size)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *p = eh_json_reserve (out, (size / 3 + 1) * 4 + 2);
  char *start = p;
  gsize i;

  *p++ = '"';
  for (i = 0; i < size; i += 3, p += 4)
    {
      gsize left = size - i;
      guint32 bits = (guint32) data[i] << 16;

      bits |= left > 1 ? (guint32) data[i + 1] << 8 : 0;
      bits |= left > 2 ? data[i + 2] : 0;
      p[0] = digits[bits >> 18];
      p[1] = digits[bits >> 12 & 0x3f];
      p[2] = left > 1 ? digits[bits >> 6 & 0x3f] : '=';
      p[3] = left > 2 ? digits[bits & 0x3f] : '=';
    }
  *p++ = '"';
  out->len += (gsize) (p - start);
}

gboolean
eh_json_put_timestamp (GString *out, gint64 time)
{
  char *p = eh_json_reserve (out, EH_TIMESTAMP_LENGTH + 2);

  if (!eh_timestamp_in_range (time))
    return FALSE;
  p[0] = '"';
  eh_timestamp_write (time, p + 1);
  p[EH_TIMESTAMP_LENGTH + 1] = '"';
  out->len += EH_TIMESTAMP_LENGTH + 2;
  return TRUE;
}

void
eh_json_put_compact (GString *out, const char *text, gsize length)
{
  out->len += eh_json_compact (text, length, eh_json_reserve (out, length));
}
