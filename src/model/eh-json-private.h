/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-schema.h"

#include <string.h>

G_BEGIN_DECLS

/* ---- text ---- */

/* By byte: whether a JSON string holds it as it is and alone: no quote, backslash, control character, non-ASCII. */
extern const guint8 eh_json_plain[256];

/*
 * A bit 0x80 in each of the eight bytes at @p that is not plain; the lowest such bit is exact, the others may not be.
 */
static inline guint64
eh_json_find_special (const char *p)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  guint64 word;

  memcpy (&word, p, 8);
  word = GUINT64_FROM_LE (word);
  return (((word ^ (ones * '"')) - ones) | ((word ^ (ones * '\\')) - ones) | (word - ones * ' ') | word)
         & (ones * 0x80);
}

/* The first byte from @p that is not plain, or @end. */
static inline const char *
eh_json_skip_plain (const char *p, const char *end)
{
  const char *start = p;
  guint64 special = 0;

  for (; end - p >= 8; p += 8)
    if ((special = eh_json_find_special (p)) != 0)
      return p + (__builtin_ctzll (special) >> 3);
  if (p != start) /* the rest, once more with some bytes before it */
    {
      special = eh_json_find_special (end - 8);
      return special != 0 ? end - 8 + (__builtin_ctzll (special) >> 3) : end;
    }
  while (p < end && eh_json_plain[(guchar) *p])
    p++;
  return p;
}

/* The length of the UTF-8 sequence of a character beyond ASCII at @p, 0 if it is none. */
guint eh_json_utf8_length (const char *p, const char *end);

/*
 * Drops white space around tokens of @text, which is valid JSON; @out has room for @length bytes. Returns its length.
 */
gsize eh_json_compact (const char *text, gsize length, char *out);

/* ---- reader ---- */

/* A string in the text, without its quotes, already checked. */
typedef struct {
  const char *text;
  gsize length;
  gboolean escaped; /* whether it has escapes still */
} EhJsonSlice;

/* An open object or array, and where in it the reader is. */
typedef struct {
  const char *name; /* of an object's member as the text has it; "" in an array's element; NULL between items */
  guint32 name_length;
  guint32 count; /* of items begun */
  char close;    /* the bracket that ends it */
} EhJsonPlace;

typedef struct {
  const char *name;
  guint32 length;
  guint32 offset;
} EhJsonName;

#define EH_JSON_NAMES_INLINE 32

/*
 * A pull reader over text. Each call reads one thing at the cursor; the first failure sets @error and
 * everything returns FALSE from then on up to the caller.
 */
typedef struct {
  const char *text;
  const char *cursor;
  const char *end;
  guint depth;
  guint depth_max;
  EhJsonPlace places[EH_JSON_DEPTH_MAX + 1];

  EhJsonName *names; /* (owned) unless it is @names_inline: members of the open objects that no schema tells apart */
  gsize n_names;
  gsize names_room;
  EhJsonName names_inline[EH_JSON_NAMES_INLINE];
  GStringChunk *unescaped; /* (owned) (nullable): names that had escapes */

  char *scratch; /* (owned) (nullable): the last text that had escapes */
  GError *error; /* (owned) (nullable) */
} EhJsonReader;

/* Checks the size too: on failure @error is set already and reading fails. */
void eh_json_reader_init (EhJsonReader *self, const char *text, gsize length);
void eh_json_reader_init_envelope (EhJsonReader *self, const char *text, gsize length);
/* For an object of many values, each of which is checked by itself: of any size, and one deeper. */
void eh_json_reader_init_large (EhJsonReader *self, const char *text, gsize length);
void eh_json_reader_clear (EhJsonReader *self);

/* Sets the error "path: message (byte N)", N being the offset of @at. Returns FALSE. */
gboolean
eh_json_reader_fail (EhJsonReader *self, gint code, const char *at, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* "expected @what, found a string" at the cursor. Returns FALSE. */
gboolean eh_json_reader_expected (EhJsonReader *self, const char *what);

static inline gboolean
eh_json_is_space (char c)
{
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Moves to the next token and returns its first byte, 0 at the end. */
static inline char
eh_json_reader_peek (EhJsonReader *self)
{
  const char *p = self->cursor;

  while (p < self->end && eh_json_is_space (*p))
    p++;
  self->cursor = p;
  return p < self->end ? *p : '\0';
}

/* Nothing but white space is left. */
gboolean eh_json_reader_finish (EhJsonReader *self);

/*
 * An object is read as: open ('{'); while (next ()) { match_member () or member (); read the value }; an array alike.
 */
gboolean eh_json_reader_open (EhJsonReader *self, char bracket);
/* Whether another item begins; at the end the bracket is closed. FALSE with @error set on failure. */
gboolean eh_json_reader_next (EhJsonReader *self);
/* Reads a name and its colon only if the text is just @name, without escapes and space. */
gboolean eh_json_reader_match_member (EhJsonReader *self, const char *name);
/* Reads any name and its colon. @name is unescaped and lasts until the next text is read. */
gboolean eh_json_reader_member (EhJsonReader *self, const char **name, gsize *length);

/*
 * Finds members that appear twice where no schema tells: @first is n_names when the object was opened. note_name() for
 * each name behind member(), end_names() when the object ends.
 */
gboolean eh_json_reader_note_name (EhJsonReader *self, gsize first, const char *name, gsize length);
gboolean eh_json_reader_end_names (EhJsonReader *self, gsize first);
/* Fails because of the member whose name was just read. Returns FALSE. */
gboolean eh_json_reader_fail_twice (EhJsonReader *self);

gboolean eh_json_reader_scan_text (EhJsonReader *self, EhJsonSlice *slice);
/* Decodes a checked slice; @out has room for its length. Returns the number of bytes. */
gsize eh_json_unescape (const EhJsonSlice *slice, char *out);
/* @text lasts until the next text is read and is not nul-terminated. */
gboolean eh_json_reader_text (EhJsonReader *self, const char **text, gsize *length);
gboolean eh_json_reader_string (EhJsonReader *self, char **string);
gboolean eh_json_reader_bytes (EhJsonReader *self, guint8 **bytes, gsize *size);
gboolean eh_json_reader_boolean (EhJsonReader *self, gboolean *value);
gboolean eh_json_reader_null (EhJsonReader *self);
gboolean eh_json_reader_int64 (EhJsonReader *self, gint64 *value);
gboolean eh_json_reader_uint64 (EhJsonReader *self, guint64 *value);
gboolean eh_json_reader_double (EhJsonReader *self, gdouble *value);
gboolean eh_json_reader_timestamp (EhJsonReader *self, gint64 *time);
/* Checks any value and moves behind it. */
gboolean eh_json_reader_skip (EhJsonReader *self);
gboolean eh_json_reader_skip_number (EhJsonReader *self);
/* Any value as compact text. */
gboolean eh_json_reader_raw (EhJsonReader *self, char **json, gsize *length);

/* ---- whole texts ---- */

/* Whether @text is one JSON value, or one JSON object, by the rules of eh_schema_read_json(). */
gboolean eh_json_check_text (const char *text, gsize length, GError **error);
gboolean eh_json_check_object (const char *text, gsize length, GError **error);

/* ---- writer: appends to @out, whose terminating nul is only put back by eh_json_finish() ---- */

void eh_json_grow (GString *out, gsize n);

/* Room for @n more bytes behind the text of @out; the caller adds to @out->len what it wrote. */
static inline char *
eh_json_reserve (GString *out, gsize n)
{
  if (G_UNLIKELY (out->allocated_len - out->len <= n))
    eh_json_grow (out, n);
  return out->str + out->len;
}

static inline void
eh_json_put (GString *out, char c)
{
  *eh_json_reserve (out, 1) = c;
  out->len++;
}

static inline void
eh_json_finish (GString *out)
{
  *eh_json_reserve (out, 0) = '\0';
}

void eh_json_put_raw (GString *out, const char *text, gsize length);
/* The byte @before, the name as a string, a colon; FALSE if the name is not UTF-8. */
gboolean eh_json_put_name (GString *out, char before, const char *name);
/* With quotes and escapes; FALSE if it is not UTF-8. */
gboolean eh_json_put_string (GString *out, const char *text, gsize length);
void eh_json_put_int64 (GString *out, gint64 value);
void eh_json_put_uint64 (GString *out, guint64 value);
/* The shortest text that reads back the same; FALSE if not finite. */
gboolean eh_json_put_double (GString *out, gdouble value);
void eh_json_put_base64 (GString *out, const guint8 *data, gsize size);
/* FALSE if not from year 1 to 9999. */
gboolean eh_json_put_timestamp (GString *out, gint64 time);
/* A struct, however long its text; FALSE if eh_schema_check() refuses it. Behind it, eh_json_finish() is needed. */
gboolean eh_json_put_value (GString *out, const EhSchema *schema, gconstpointer value);
/* @text is valid JSON; without white space around tokens. */
void eh_json_put_compact (GString *out, const char *text, gsize length);

G_END_DECLS
