/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-types-private.h"

/* Somebody whose events all have types of their own is not to fill the memory: the others are named in each frame. */
#define TYPES_MAX 4096

void
eh_file_types_init (EhFileTypes *self)
{
  eh_lock_init (&self->lock);
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
eh_file_types_clear (EhFileTypes *self)
{
  g_clear_pointer (&self->types, g_hash_table_unref);
  eh_lock_clear (&self->lock);
}

void
eh_file_types_begin (EhFileTypes *self, guint32 segment)
{
  eh_lock (&self->lock);
  self->segment = segment;
  g_hash_table_remove_all (self->types);
  eh_unlock (&self->lock);
}

void
eh_file_types_add (EhFileTypes *self, guint32 segment, guint32 offset, const EhFileDraft *draft)
{
  const EhFileTypeRef first = { .ref = offset / 8 };

  if (draft->new_types == NULL)
    return;
  eh_lock (&self->lock);
  for (guint i = 0; segment == self->segment && i < draft->new_types->len; i++)
    {
      const char *name = g_ptr_array_index (draft->new_types, i);
      EhFileTypeRef *ref = NULL;

      if (g_hash_table_size (self->types) == TYPES_MAX || g_hash_table_contains (self->types, name))
        continue;
      ref = g_memdup2 (&first, sizeof first);
      ref->index = (guint16) i;
      g_hash_table_insert (self->types, g_strdup (name), ref);
    }
  eh_unlock (&self->lock);
}

gboolean
eh_file_type_finder_find (gpointer finder, const char *name, EhFileTypeRef *ref)
{
  EhFileTypeFinder *self = finder;
  const EhFileTypeRef *found = NULL;

  eh_lock (&self->types->lock);
  if (self->segment == 0 || self->segment == self->types->segment)
    found = g_hash_table_lookup (self->types->types, name);
  if (found != NULL)
    {
      *ref = *found;
      self->segment = self->types->segment;
    }
  eh_unlock (&self->types->lock);
  return found != NULL;
}
