/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-id-private.h"

#include <string.h>

#include "eh-error.h"
#include "eh-random-private.h"

G_DEFINE_BOXED_TYPE (EhId, eh_id, eh_id_copy, eh_id_free)

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

EhId *
eh_id_copy (const EhId *id)
{
  EhId *copy;

  g_return_val_if_fail (id != NULL, NULL);

  copy = g_new (EhId, 1);
  *copy = *id;
  return copy;
}

void
eh_id_free (EhId *id)
{
  g_free (id);
}

/* The five bits that @c stands for, or -1. */
static gint
decode_character (char c)
{
  const char upper = g_ascii_toupper (c);
  const char *found;

  if (upper == 'I' || upper == 'L')
    return 1;
  if (upper == 'O')
    return 0;
  found = upper != '\0' ? strchr (alphabet, upper) : NULL;
  return found != NULL ? (gint) (found - alphabet) : -1;
}

gboolean
eh_id_from_string (EhId *id, const char *text, GError **error)
{
  EhId result = { { 0 } };
  gsize length;

  g_return_val_if_fail (id != NULL, FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  length = strlen (text);
  if (length != EH_ID_STRING_LENGTH)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "not a ULID: it has %" G_GSIZE_FORMAT " characters instead of %d",
                   length, EH_ID_STRING_LENGTH);
      return FALSE;
    }

  for (guint i = 0; i < EH_ID_STRING_LENGTH; i++)
    {
      const gint value = decode_character (text[i]);

      /* 26 characters hold 130 bits, so the first one is 7 at most. */
      if (value < 0 || (i == 0 && value > 7))
        {
          g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "not a ULID: wrong character at byte %u", i);
          return FALSE;
        }
      for (guint bit = 0; bit < 5; bit++)
        {
          const gint at = (gint) (i * 5 + bit) - 2;

          if ((value >> (4 - bit)) & 1)
            result.bytes[at / 8] |= (guint8) (0x80 >> (at % 8));
        }
    }

  *id = result;
  return TRUE;
}

static guint64
read_big_endian (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_BE (value);
}

/* The last @n characters' worth of @bits. */
static inline void
write_characters (guint64 bits, char *text, guint n)
{
  while (n-- > 0)
    {
      text[n] = alphabet[bits & 31];
      bits >>= 5;
    }
}

void
eh_id_write (const EhId *id, char *text)
{
  guint64 high = read_big_endian (id->bytes);
  guint64 low = read_big_endian (id->bytes + 8);

  write_characters (high >> 56, text, 2);
  write_characters (high << 4 | low >> 60, text + 2, 12);
  write_characters (low, text + 14, 12);
  text[EH_ID_STRING_LENGTH] = '\0';
}

char *
eh_id_to_string (const EhId *id)
{
  char *text;

  g_return_val_if_fail (id != NULL, NULL);

  text = g_malloc (EH_ID_STRING_LENGTH + 1);
  eh_id_write (id, text);
  return text;
}

gboolean
eh_id_is_nil (const EhId *id)
{
  static const EhId nil = { { 0 } };

  return memcmp (id, &nil, sizeof nil) == 0;
}

gboolean
eh_id_equal (const EhId *a, const EhId *b)
{
  return memcmp (a, b, sizeof *a) == 0;
}

guint
eh_id_hash (const EhId *id)
{
  const guint64 mixed = read_big_endian (id->bytes) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
                        + read_big_endian (id->bytes + 8);

  /* Consecutive ids differ in the last bits only, which GHashTable uses well as they are. */
  return (guint) (mixed ^ (mixed >> 32));
}

gint64
eh_id_get_time (const EhId *id)
{
  return (gint64) (read_big_endian (id->bytes) >> 16) * 1000;
}

/* The same number whatever the machine's byte order. */
static guint64
read_word (const guint8 *bytes)
{
  guint64 word;

  memcpy (&word, bytes, sizeof word);
  return GUINT64_FROM_BE (word);
}

void
eh_id_derive (const EhId *origin, guint64 n, EhId *id)
{
  guint64 head = read_word (origin->bytes);
  guint64 tail = read_word (origin->bytes + 8);
  guint64 low = eh_random_mix (eh_random_mix (tail + n * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) ^ head);
  guint64 high = eh_random_mix (low ^ tail);

  memcpy (id->bytes, origin->bytes, 6);
  low = GUINT64_TO_LE (low);
  memcpy (id->bytes + 8, &low, sizeof low);
  id->bytes[6] = (guint8) high;
  id->bytes[7] = (guint8) (high >> 8);
}
