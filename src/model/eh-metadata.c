/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-metadata.h"

#include <string.h>

#include "eh-error.h"
#include "eh-refs-private.h"

G_DEFINE_BOXED_TYPE (EhMetadata, eh_metadata, eh_metadata_ref, eh_metadata_unref)

/* One block: the pairs, then their texts. */
typedef struct {
  const char *key;
  const char *value;
} Pair;

struct _EhMetadata {
  gint ref_count; /* (atomic) */
  guint n_pairs;
  Pair pairs[];
};

static gboolean
check_pair (const char *key, const char *value, GError **error)
{
  const gsize key_length = strlen (key);

  if (key_length == 0 || !g_utf8_validate (key, -1, NULL) || !g_utf8_validate (value, -1, NULL))
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           key_length == 0 ? "metadata: a key is empty" : "metadata: a key or value is not UTF-8");
      return FALSE;
    }
  if (strcmp (key, "correlation_id") == 0 || strcmp (key, "causation_id") == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "metadata: the key \"%s\" is reserved", key);
      return FALSE;
    }
  if (key_length > EH_METADATA_KEY_MAX || strlen (value) > EH_METADATA_VALUE_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "metadata: a key has at most %d bytes and a value %d",
                   EH_METADATA_KEY_MAX, EH_METADATA_VALUE_MAX);
      return FALSE;
    }
  return TRUE;
}

static const char *
put_text (char **end, const char *text)
{
  char *start = *end;

  *end = g_stpcpy (start, text) + 1;
  return start;
}

static EhMetadata *
build (const Pair *pairs, guint n_pairs)
{
  gsize size = sizeof (EhMetadata) + n_pairs * sizeof (Pair);
  EhMetadata *self;
  char *end;

  for (guint i = 0; i < n_pairs; i++)
    size += strlen (pairs[i].key) + 1 + strlen (pairs[i].value) + 1;

  self = g_malloc (size);
  self->ref_count = 1;
  self->n_pairs = n_pairs;
  end = (char *) &self->pairs[n_pairs];
  for (guint i = 0; i < n_pairs; i++)
    {
      self->pairs[i].key = put_text (&end, pairs[i].key);
      self->pairs[i].value = put_text (&end, pairs[i].value);
    }
  return self;
}

static guint
find_pair (const Pair *pairs, guint n_pairs, const char *key)
{
  guint i = 0;

  while (i < n_pairs && strcmp (pairs[i].key, key) != 0)
    i++;
  return i;
}

EhMetadata *
eh_metadata_with (EhMetadata *self, const char *key, const char *value, GError **error)
{
  const guint n_pairs = eh_metadata_get_size (self);
  Pair pairs[EH_METADATA_PAIRS_MAX + 1];
  guint at;

  g_return_val_if_fail (key != NULL, NULL);
  g_return_val_if_fail (value != NULL, NULL);

  if (!check_pair (key, value, error))
    return NULL;

  if (n_pairs > 0)
    memcpy (pairs, self->pairs, n_pairs * sizeof (Pair));
  at = find_pair (pairs, n_pairs, key);
  if (at == EH_METADATA_PAIRS_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "metadata: more than %d pairs", EH_METADATA_PAIRS_MAX);
      return NULL;
    }
  pairs[at] = (Pair){ key, value };
  return build (pairs, MAX (n_pairs, at + 1));
}

EhMetadata *
eh_metadata_ref (EhMetadata *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_metadata_unref (EhMetadata *self)
{
  g_return_if_fail (self != NULL);

  if (eh_refs_drop (&self->ref_count))
    g_free (self);
}

guint
eh_metadata_get_size (const EhMetadata *self)
{
  return self != NULL ? self->n_pairs : 0;
}

const char *
eh_metadata_get_key (const EhMetadata *self, guint i)
{
  g_return_val_if_fail (i < eh_metadata_get_size (self), NULL);

  return self->pairs[i].key;
}

const char *
eh_metadata_get_value (const EhMetadata *self, guint i)
{
  g_return_val_if_fail (i < eh_metadata_get_size (self), NULL);

  return self->pairs[i].value;
}

const char *
eh_metadata_lookup (const EhMetadata *self, const char *key)
{
  const guint n_pairs = eh_metadata_get_size (self);
  guint at;

  g_return_val_if_fail (key != NULL, NULL);

  at = n_pairs > 0 ? find_pair (self->pairs, n_pairs, key) : 0;
  return at < n_pairs ? self->pairs[at].value : NULL;
}

gboolean
eh_metadata_equal (const EhMetadata *a, const EhMetadata *b)
{
  const guint n_pairs = eh_metadata_get_size (a);

  if (a == b)
    return TRUE;
  if (eh_metadata_get_size (b) != n_pairs)
    return FALSE;
  for (guint i = 0; i < n_pairs; i++)
    if (strcmp (a->pairs[i].key, b->pairs[i].key) != 0 || strcmp (a->pairs[i].value, b->pairs[i].value) != 0)
      return FALSE;
  return TRUE;
}
