/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-file-checkpoint-store.h"

#include <errno.h>

#include "model/eh-error.h"
#include "model/eh-lock-private.h"
#include "store/eh-checkpoint-private.h"
#include "store/eh-checkpoint-text-private.h"
#include "store/file/eh-file-ops-private.h"

/*
 * A folder with two files for each consumer: the checkpoint, replaced as a whole, and a lock file that stays when it is
 * let go, since removing it could take it away from under somebody who has just opened it. All calls go through the
 * file store's table, so that its proof can also crash here.
 */

/* The largest file that is read. */
#define SIZE_MAX_READ (G_GUINT64_CONSTANT (1) << 32)

struct _EhFileCheckpointStore {
  GObject parent_instance;

  char *folder;         /* (owned): immutable */
  const EhFileOps *ops; /* immutable */

  EhLock lock;
  GHashTable *claimed; /* (owned) (mutex lock): name (owned) to the locked file */
};

static void eh_file_checkpoint_store_iface_init (EhCheckpointStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhFileCheckpointStore, eh_file_checkpoint_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CHECKPOINT_STORE, eh_file_checkpoint_store_iface_init))

static char *
eh_file_checkpoint_store_get_path (EhFileCheckpointStore *self, const char *name, const char *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  return g_build_filename (self->folder, file, NULL);
}

/* Returns: the locked file, or a negative number with @error set */
static int
eh_file_checkpoint_store_lock (EhFileCheckpointStore *self, const char *name, GError **error)
{
  g_autofree char *path = eh_file_checkpoint_store_get_path (self, name, ".lock");
  int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE);
  int code = 0;

  if (file < 0)
    {
      eh_file_set_errno (error, file, "open", path);
      return file;
    }
  code = self->ops->lock (self->ops->fs, file);
  if (code == 0)
    return file;
  self->ops->close (self->ops->fs, file);
  if (code == -EAGAIN)
    eh_checkpoint_set_locked (error, name, self->folder);
  else
    eh_file_set_errno (error, code, "lock", path);
  return code;
}

static gboolean
eh_file_checkpoint_store_claim (EhCheckpointStore *store, const char *name, GError **error)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (store);
  int file = eh_file_checkpoint_store_lock (self, name, error);

  if (file < 0)
    return FALSE;
  eh_lock (&self->lock);
  g_hash_table_insert (self->claimed, g_strdup (name), GINT_TO_POINTER (file));
  eh_unlock (&self->lock);
  return TRUE;
}

static void
eh_file_checkpoint_store_release (EhCheckpointStore *store, const char *name)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (store);
  gpointer file = NULL;
  gboolean found = FALSE;

  eh_lock (&self->lock);
  found = g_hash_table_lookup_extended (self->claimed, name, NULL, &file);
  g_hash_table_remove (self->claimed, name);
  eh_unlock (&self->lock);

  if (found)
    self->ops->close (self->ops->fs, GPOINTER_TO_INT (file));
}

static gboolean
eh_file_checkpoint_store_read_open (EhFileCheckpointStore *self, int file, const char *path, char **text, gsize *size,
                                    GError **error)
{
  g_autofree char *data = NULL;
  EhFileStat stat;
  int code = self->ops->fstat (self->ops->fs, file, &stat);

  if (code < 0)
    return eh_file_set_errno (error, code, "look at", path);
  if (stat.is_folder || stat.size > SIZE_MAX_READ)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: byte 0: this cannot be a checkpoint", path);
      return FALSE;
    }
  data = g_try_malloc (stat.size + 1);
  if (data == NULL)
    return eh_file_set_errno (error, -ENOMEM, "read", path);
  if (!eh_file_read_fully (self->ops, file, path, data, stat.size, 0, error))
    return FALSE;
  *size = stat.size;
  *text = g_steal_pointer (&data);
  return TRUE;
}

/* @text: (nullable): NULL if there is no such file */
static gboolean
eh_file_checkpoint_store_read (EhFileCheckpointStore *self, const char *path, char **text, gsize *size, GError **error)
{
  int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  gboolean ok = FALSE;

  *text = NULL;
  if (file == -ENOENT)
    return TRUE;
  if (file < 0)
    return eh_file_set_errno (error, file, "open", path);
  ok = eh_file_checkpoint_store_read_open (self, file, path, text, size, error);
  self->ops->close (self->ops->fs, file);
  return ok;
}

static gboolean
eh_file_checkpoint_store_load (EhCheckpointStore *store, const char *name, EhCheckpoint **checkpoint,
                               GCancellable *cancellable, GError **error)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (store);
  g_autofree char *path = eh_file_checkpoint_store_get_path (self, name, ".json");
  g_autofree char *text = NULL;
  EhCheckpoint *found = NULL;
  gsize size = 0;

  if (!eh_file_checkpoint_store_read (self, path, &text, &size, error))
    return FALSE;
  if (text != NULL)
    {
      found = eh_checkpoint_read_text (name, text, size, error);
      if (found == NULL)
        {
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
    }
  *checkpoint = found;
  return TRUE;
}

static gboolean
eh_file_checkpoint_store_save (EhCheckpointStore *store, EhCheckpoint *checkpoint, GCancellable *cancellable,
                               GError **error)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (store);
  g_autofree char *path = eh_file_checkpoint_store_get_path (self, eh_checkpoint_get_name (checkpoint), ".json");
  g_autoptr (GString) text = eh_checkpoint_write_text (checkpoint, error);

  return text != NULL && eh_file_replace (self->ops, self->folder, path, text->str, text->len, error);
}

static gboolean
eh_file_checkpoint_store_remove (EhCheckpointStore *store, const char *name, GCancellable *cancellable, GError **error)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (store);
  g_autofree char *path = eh_file_checkpoint_store_get_path (self, name, ".json");
  int code = self->ops->unlink (self->ops->fs, path);

  if (code == -ENOENT)
    return TRUE;
  if (code < 0)
    return eh_file_set_errno (error, code, "remove", path);
  code = self->ops->sync_folder (self->ops->fs, self->folder);
  return code == 0 || eh_file_set_errno (error, code, "flush", self->folder);
}

static void
eh_file_checkpoint_store_iface_init (EhCheckpointStoreInterface *iface)
{
  iface->claim = eh_file_checkpoint_store_claim;
  iface->release = eh_file_checkpoint_store_release;
  iface->load = eh_file_checkpoint_store_load;
  iface->save = eh_file_checkpoint_store_save;
  iface->remove = eh_file_checkpoint_store_remove;
}

static gboolean
eh_file_checkpoint_store_close_one (gpointer name, gpointer file, gpointer user_data)
{
  EhFileCheckpointStore *self = user_data;

  self->ops->close (self->ops->fs, GPOINTER_TO_INT (file));
  return TRUE;
}

static void
eh_file_checkpoint_store_finalize (GObject *object)
{
  EhFileCheckpointStore *self = EH_FILE_CHECKPOINT_STORE (object);

  g_hash_table_foreach_remove (self->claimed, eh_file_checkpoint_store_close_one, self);
  g_clear_pointer (&self->claimed, g_hash_table_unref);
  eh_lock_clear (&self->lock);
  g_free (self->folder);
  G_OBJECT_CLASS (eh_file_checkpoint_store_parent_class)->finalize (object);
}

static void
eh_file_checkpoint_store_class_init (EhFileCheckpointStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_file_checkpoint_store_finalize;
}

static void
eh_file_checkpoint_store_init (EhFileCheckpointStore *self)
{
  eh_lock_init (&self->lock);
  self->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* A folder that was made is in its own folder to stay. */
static gboolean
eh_file_checkpoint_store_make_folder (const EhFileOps *ops, const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  EhFileStat stat;
  int code = ops->make_folder (ops->fs, folder);

  if (code == 0)
    {
      code = ops->sync_folder (ops->fs, parent);
      return code == 0 || eh_file_set_errno (error, code, "flush", parent);
    }
  if (code != -EEXIST)
    return eh_file_set_errno (error, code, "make", folder);
  code = ops->stat (ops->fs, folder, &stat);
  if (code == 0 && !stat.is_folder)
    code = -ENOTDIR;
  return code == 0 || eh_file_set_errno (error, code, "use", folder);
}

EhCheckpointStore *
eh_file_checkpoint_store_new_with (const char *folder, const EhFileOps *ops, GError **error)
{
  EhFileCheckpointStore *self = NULL;

  if (!eh_file_checkpoint_store_make_folder (ops, folder, error))
    return NULL;
  self = g_object_new (EH_TYPE_FILE_CHECKPOINT_STORE, NULL);
  self->folder = g_strdup (folder);
  self->ops = ops;
  return EH_CHECKPOINT_STORE (self);
}

EhCheckpointStore *
eh_file_checkpoint_store_new (const char *folder, GError **error)
{
  g_return_val_if_fail (folder != NULL, NULL);

  return eh_file_checkpoint_store_new_with (folder, eh_file_ops_get_system (), error);
}
