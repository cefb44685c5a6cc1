/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-stream-name.h"

#include <string.h>

#include "eh-error.h"
#include "eh-refs-private.h"

G_DEFINE_BOXED_TYPE (EhStreamName, eh_stream_name, eh_stream_name_ref, eh_stream_name_unref)

/* The category is kept a second time, with a nul of its own, after the whole name. */
struct _EhStreamName {
  gint ref_count; /* (atomic) */
  guint hash;
  guint length;
  guint category_length;
  char text[];
};

/* Whether @text is UTF-8 without control characters, U+007F and U+0080 to U+009F included. */
static gboolean
is_plain_text (const char *text, gsize length)
{
  const char *end = text + length;

  /* Names are ASCII as a rule. */
  while (text < end && *text >= 0x20 && *text < 0x7f)
    text++;
  length = (gsize) (end - text);
  if (length == 0)
    return TRUE;
  if (!g_utf8_validate_len (text, length, NULL))
    return FALSE;
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      const guchar c = (guchar) *p;

      if (c < 0x20 || c == 0x7f || (c == 0xc2 && (guchar) p[1] < 0xa0))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_part (const char *what, const char *text, gsize length, GError **error)
{
  if (length == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "stream name: the %s is empty", what);
      return FALSE;
    }
  if (!is_plain_text (text, length))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "stream name: the %s is not UTF-8 without control characters",
                   what);
      return FALSE;
    }
  return TRUE;
}

/* FNV-1a, and a last mix so that the low bits depend on all. */
static guint
hash_text (const char *text, gsize length)
{
  guint hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) text[i]) * 16777619u;
  return hash ^ (hash >> 15);
}

static EhStreamName *
create (const char *category, gsize category_length, const char *id, gsize id_length, GError **error)
{
  const gsize length = category_length + 1 + id_length;
  EhStreamName *self;

  if (length > EH_STREAM_NAME_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "stream name: it has %" G_GSIZE_FORMAT " bytes, more than %d",
                   length, EH_STREAM_NAME_MAX);
      return NULL;
    }
  if (!check_part ("category", category, category_length, error) || !check_part ("id", id, id_length, error))
    return NULL;

  self = g_malloc (sizeof *self + length + 1 + category_length + 1);
  self->ref_count = 1;
  self->length = (guint) length;
  self->category_length = (guint) category_length;
  memcpy (self->text, category, category_length);
  self->text[category_length] = '-';
  memcpy (self->text + category_length + 1, id, id_length);
  self->text[length] = '\0';
  memcpy (self->text + length + 1, category, category_length);
  self->text[length + 1 + category_length] = '\0';
  self->hash = hash_text (self->text, length);
  return self;
}

EhStreamName *
eh_stream_name_new (const char *category, const char *id, GError **error)
{
  g_return_val_if_fail (category != NULL, NULL);
  g_return_val_if_fail (id != NULL, NULL);

  if (strchr (category, '-') != NULL)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "stream name: the category contains a \"-\"");
      return NULL;
    }
  return create (category, strlen (category), id, strlen (id), error);
}

EhStreamName *
eh_stream_name_parse (const char *name, GError **error)
{
  const char *dash;

  g_return_val_if_fail (name != NULL, NULL);

  dash = strchr (name, '-');
  if (dash == NULL)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "stream name: no \"-\" between the aggregate's type and its id");
      return NULL;
    }
  return create (name, (gsize) (dash - name), dash + 1, strlen (dash + 1), error);
}

EhStreamName *
eh_stream_name_ref (EhStreamName *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_stream_name_unref (EhStreamName *self)
{
  g_return_if_fail (self != NULL);

  if (eh_refs_drop (&self->ref_count))
    g_free (self);
}

const char *
eh_stream_name_to_string (const EhStreamName *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text;
}

const char *
eh_stream_name_get_category (const EhStreamName *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text + self->length + 1;
}

const char *
eh_stream_name_get_id (const EhStreamName *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text + self->category_length + 1;
}

guint
eh_stream_name_hash (gconstpointer self)
{
  return ((const EhStreamName *) self)->hash;
}

gboolean
eh_stream_name_equal (gconstpointer a, gconstpointer b)
{
  const EhStreamName *one = a;
  const EhStreamName *other = b;

  return one == other
         || (one->hash == other->hash && one->length == other->length
             && memcmp (one->text, other->text, one->length) == 0);
}
