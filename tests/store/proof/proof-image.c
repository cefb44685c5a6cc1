/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-disk.h"

#include <string.h>

ProofImage *
proof_image_new (void)
{
  ProofImage *self = g_new0 (ProofImage, 1);

  self->files = g_array_new (FALSE, FALSE, sizeof (ProofFile));
  self->owns = TRUE;
  return self;
}

void
proof_image_free (ProofImage *self)
{
  for (guint i = 0; self->owns && i < self->files->len; i++)
    {
      ProofFile *file = &g_array_index (self->files, ProofFile, i);

      g_free ((gpointer) file->path);
      g_free ((gpointer) file->bytes);
    }
  g_array_unref (self->files);
  g_free (self);
}

void
proof_image_add (ProofImage *self, const ProofFile *file)
{
  ProofFile copy = *file;

  copy.path = g_strdup (file->path);
  copy.bytes = file->size > 0 ? g_memdup2 (file->bytes, file->size) : NULL;
  g_array_append_val (self->files, copy);
}

ProofImage *
proof_image_copy (const ProofImage *self)
{
  ProofImage *copy = proof_image_new ();

  for (guint i = 0; i < self->files->len; i++)
    proof_image_add (copy, &g_array_index (self->files, ProofFile, i));
  return copy;
}

ProofFile *
proof_image_find (const ProofImage *self, const char *path)
{
  for (guint i = 0; i < self->files->len; i++)
    if (strcmp (g_array_index (self->files, ProofFile, i).path, path) == 0)
      return &g_array_index (self->files, ProofFile, i);
  return NULL;
}

void
proof_image_remove (ProofImage *self, const char *path)
{
  ProofFile *file = proof_image_find (self, path);

  g_free ((gpointer) file->path);
  g_free ((gpointer) file->bytes);
  g_array_remove_index (self->files, (guint) (file - (ProofFile *) (gpointer) self->files->data));
}
