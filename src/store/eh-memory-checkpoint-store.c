/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-memory-checkpoint-store.h"

#include "model/eh-lock-private.h"
#include "store/eh-checkpoint-private.h"

struct _EhMemoryCheckpointStore {
  GObject parent_instance;

  EhLock lock;
  GHashTable *checkpoints; /* (owned) (mutex lock): name (the checkpoint's) to EhCheckpoint (owned) */
  GHashTable *claimed;     /* (owned) (mutex lock): a set of names (owned) */
};

static void eh_memory_checkpoint_store_iface_init (EhCheckpointStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhMemoryCheckpointStore, eh_memory_checkpoint_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CHECKPOINT_STORE, eh_memory_checkpoint_store_iface_init))

static gboolean
eh_memory_checkpoint_store_claim (EhCheckpointStore *store, const char *name, GError **error)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (store);
  gboolean is_free = FALSE;

  eh_lock (&self->lock);
  is_free = !g_hash_table_contains (self->claimed, name);
  if (is_free)
    g_hash_table_add (self->claimed, g_strdup (name));
  eh_unlock (&self->lock);

  if (!is_free)
    eh_checkpoint_set_locked (error, name, "memory:");
  return is_free;
}

static void
eh_memory_checkpoint_store_release (EhCheckpointStore *store, const char *name)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (store);

  eh_lock (&self->lock);
  g_hash_table_remove (self->claimed, name);
  eh_unlock (&self->lock);
}

static gboolean
eh_memory_checkpoint_store_load (EhCheckpointStore *store, const char *name, EhCheckpoint **checkpoint,
                                 GCancellable *cancellable, GError **error)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (store);
  EhCheckpoint *found = NULL;

  eh_lock (&self->lock);
  found = g_hash_table_lookup (self->checkpoints, name);
  *checkpoint = found != NULL ? eh_checkpoint_ref (found) : NULL;
  eh_unlock (&self->lock);
  return TRUE;
}

static gboolean
eh_memory_checkpoint_store_save (EhCheckpointStore *store, EhCheckpoint *checkpoint, GCancellable *cancellable,
                                 GError **error)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (store);

  eh_lock (&self->lock);
  /* Not insert: the key is the new checkpoint's own text. */
  g_hash_table_replace (self->checkpoints, (char *) eh_checkpoint_get_name (checkpoint),
                        eh_checkpoint_ref (checkpoint));
  eh_unlock (&self->lock);
  return TRUE;
}

static gboolean
eh_memory_checkpoint_store_remove (EhCheckpointStore *store, const char *name, GCancellable *cancellable,
                                   GError **error)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (store);

  eh_lock (&self->lock);
  g_hash_table_remove (self->checkpoints, name);
  eh_unlock (&self->lock);
  return TRUE;
}

static void
eh_memory_checkpoint_store_iface_init (EhCheckpointStoreInterface *iface)
{
  iface->claim = eh_memory_checkpoint_store_claim;
  iface->release = eh_memory_checkpoint_store_release;
  iface->load = eh_memory_checkpoint_store_load;
  iface->save = eh_memory_checkpoint_store_save;
  iface->remove = eh_memory_checkpoint_store_remove;
}

static void
eh_memory_checkpoint_store_finalize (GObject *object)
{
  EhMemoryCheckpointStore *self = EH_MEMORY_CHECKPOINT_STORE (object);

  g_clear_pointer (&self->claimed, g_hash_table_unref);
  g_clear_pointer (&self->checkpoints, g_hash_table_unref);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_memory_checkpoint_store_parent_class)->finalize (object);
}

static void
eh_memory_checkpoint_store_class_init (EhMemoryCheckpointStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_memory_checkpoint_store_finalize;
}

static void
eh_memory_checkpoint_store_init (EhMemoryCheckpointStore *self)
{
  eh_lock_init (&self->lock);
  self->checkpoints = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) eh_checkpoint_unref);
  self->claimed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

EhCheckpointStore *
eh_memory_checkpoint_store_new (void)
{
  return g_object_new (EH_TYPE_MEMORY_CHECKPOINT_STORE, NULL);
}
