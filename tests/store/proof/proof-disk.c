/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-disk-private.h"

#include <string.h>

static void
inode_free (gpointer data)
{
  ProofInode *inode = data;

  g_free (inode->bytes);
  g_free (inode->shared);
  g_free (inode);
}

static void
entry_clear (gpointer data)
{
  ProofEntry *entry = data;

  g_clear_pointer (&entry->bytes, g_bytes_unref);
  g_free (entry->path);
  g_free (entry->to);
}

/* ---- from outside ---- */

ProofDisk *
proof_disk_new (const ProofImage *image)
{
  ProofDisk *self = g_new0 (ProofDisk, 1);

  self->ops = proof_disk_table;
  self->ops.fs = self;
  self->room = G_MAXUINT64;
  self->random = 1;
  self->inodes = g_ptr_array_new_with_free_func (inode_free);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->files = g_array_new (FALSE, FALSE, sizeof (ProofOpened));
  self->journal = g_array_new (FALSE, FALSE, sizeof (ProofEntry));
  g_array_set_clear_func (self->journal, entry_clear);
  for (guint i = 0; image != NULL && i < image->files->len; i++)
    {
      const ProofFile *file = &g_array_index (image->files, ProofFile, i);
      guint inode = proof_disk_add_inode (self, file->is_folder);

      if (file->size > 0)
        proof_disk_put_bytes (self, inode, file->bytes, file->size, 0);
      proof_disk_set_name (self, file->path, inode);
    }
  return self;
}

void
proof_disk_free (ProofDisk *self)
{
  g_ptr_array_unref (self->inodes);
  g_hash_table_unref (self->names);
  g_array_unref (self->files);
  g_array_unref (self->journal);
  g_free (self);
}

const EhFileOps *
proof_disk_get_ops (ProofDisk *self)
{
  return &self->ops;
}

static gint
compare_files (gconstpointer a, gconstpointer b)
{
  return strcmp (((const ProofFile *) a)->path, ((const ProofFile *) b)->path);
}

ProofImage *
proof_disk_get_image (ProofDisk *self)
{
  ProofImage *image = proof_image_new ();
  GHashTableIter iter;
  gpointer path;
  gpointer number;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &path, &number))
    {
      const ProofInode *inode = proof_disk_get_inode (self, GPOINTER_TO_UINT (number) - 1);
      const ProofFile file = { path, inode->bytes, inode->size, inode->is_folder };

      proof_image_add (image, &file);
    }
  g_array_sort (image->files, compare_files);
  return image;
}

void
proof_disk_set_seed (ProofDisk *self, guint64 seed)
{
  self->random = seed;
}

void
proof_disk_set_journal (ProofDisk *self, gboolean on)
{
  self->has_journal = on;
}

const ProofEntry *
proof_disk_get_journal (ProofDisk *self, guint *n)
{
  proof_disk_note_words (self);
  *n = self->journal->len;
  return (const ProofEntry *) (gpointer) self->journal->data;
}

void
proof_disk_note (ProofDisk *self, guint number)
{
  proof_disk_note_words (self);
  proof_disk_note_change (self, PROOF_NOTE, 0, number, NULL, 0);
}

char *
proof_entry_describe (const ProofEntry *entry)
{
  const gsize size = entry->bytes != NULL ? g_bytes_get_size (entry->bytes) : 0;

  switch (entry->kind)
    {
    case PROOF_WRITE:
      return g_strdup_printf ("write     file %u, %" G_GUINT64_FORMAT " + %" G_GSIZE_FORMAT, entry->inode,
                              entry->offset, size);
    case PROOF_SIZE:
      return g_strdup_printf ("size      file %u, %" G_GUINT64_FORMAT, entry->inode, entry->offset);
    case PROOF_WORD:
      return g_strdup_printf ("word      file %u, %" G_GUINT64_FORMAT, entry->inode, entry->offset);
    case PROOF_SYNC:
      return g_strdup_printf ("sync      file %u", entry->inode);
    case PROOF_LOST:
      return g_strdup_printf ("sync      file %u: failed", entry->inode);
    case PROOF_FOLDER_SYNC:
      return g_strdup_printf ("sync      folder %s", entry->path);
    case PROOF_NAME:
      return g_strdup_printf ("create    file %u: %s", entry->inode, entry->path);
    case PROOF_UNNAME:
      return g_strdup_printf ("unlink    %s", entry->path);
    case PROOF_RENAME:
      return g_strdup_printf ("rename    file %u: %s -> %s", entry->inode, entry->path, entry->to);
    default:
      return g_strdup_printf ("note      %" G_GUINT64_FORMAT, entry->offset);
    }
}

void
proof_disk_die (ProofDisk *self)
{
  proof_disk_note_words (self);
  self->is_dead = TRUE;
}

void
proof_disk_revive (ProofDisk *self)
{
  g_array_set_size (self->files, 0);
  self->n_maps = 0;
  self->is_dead = FALSE;
  for (guint i = 0; i < self->inodes->len; i++)
    {
      ProofInode *inode = proof_disk_get_inode (self, i);

      inode->n_maps = 0;
      inode->is_locked = FALSE;
      /* What was stored into the page after the death never was. */
      if (inode->shared != NULL && self->has_journal)
        memcpy (inode->bytes, inode->shared, PAGE);
      g_clear_pointer (&inode->shared, g_free);
    }
}

void
proof_disk_set_hook (ProofDisk *self, ProofHook hook, gpointer user_data)
{
  self->hook = hook;
  self->hook_data = user_data;
}

void
proof_disk_set_fault (ProofDisk *self, const ProofFault *fault)
{
  self->fault = *fault;
  self->n_calls = 0;
  self->failed = NULL;
}

guint
proof_disk_get_n_calls (ProofDisk *self)
{
  return self->n_calls;
}

const char *
proof_disk_get_failed (ProofDisk *self)
{
  return self->failed;
}

void
proof_disk_set_room (ProofDisk *self, guint64 room)
{
  self->room = room;
}

guint
proof_disk_get_n_open (ProofDisk *self)
{
  guint n = self->n_maps;

  for (guint i = 0; i < self->files->len; i++)
    n += g_array_index (self->files, ProofOpened, i).is_open;
  return n;
}
