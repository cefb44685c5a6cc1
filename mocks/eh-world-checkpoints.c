/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

#include "store/eh-checkpoint-private.h"

/*
 * The checkpoints that tasks see: loading and saving are operations, claiming a name is none, as the name is a
 * node's own. What a node has in memory is made from its checkpoint, so that loading it writes the node. There are few
 * names, and they are kept from run to run with what each run starts from.
 */

typedef struct {
  const EhPlace *place;
  char *name;               /* (owned) */
  EhCheckpoint *checkpoint; /* (owned) (nullable) */
  EhCheckpoint *marked;     /* (owned) (nullable) */
  gboolean is_claimed;
} EhKeptCheckpoint;

struct _EhWorldCheckpoints {
  GObject parent_instance;

  EhWorld *world;  /* (unowned) */
  GPtrArray *kept; /* (owned) (element-type EhKeptCheckpoint) */
};

static void eh_world_checkpoints_iface_init (EhCheckpointStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldCheckpoints, eh_world_checkpoints, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CHECKPOINT_STORE, eh_world_checkpoints_iface_init))

static void
eh_kept_checkpoint_free (gpointer data)
{
  EhKeptCheckpoint *self = data;

  g_clear_pointer (&self->checkpoint, eh_checkpoint_unref);
  g_clear_pointer (&self->marked, eh_checkpoint_unref);
  g_free (self->name);
  g_free (self);
}

static EhKeptCheckpoint *
eh_world_checkpoints_get (EhCheckpointStore *store, const char *name)
{
  EhWorldCheckpoints *self = (EhWorldCheckpoints *) (gpointer) store;
  EhKeptCheckpoint *kept = NULL;

  for (guint i = 0; i < self->kept->len; i++)
    {
      kept = g_ptr_array_index (self->kept, i);
      if (g_str_equal (kept->name, name))
        return kept;
    }
  kept = g_new0 (EhKeptCheckpoint, 1);
  kept->name = g_strdup (name);
  kept->place = eh_places_get_topic (&self->world->places, "checkpoint", name);
  g_ptr_array_add (self->kept, kept);
  return kept;
}

static EhWorld *
eh_world_checkpoints_get_world (EhCheckpointStore *store)
{
  return ((EhWorldCheckpoints *) (gpointer) store)->world;
}

static gboolean
eh_world_checkpoints_claim (EhCheckpointStore *store, const char *name, GError **error)
{
  EhKeptCheckpoint *kept = eh_world_checkpoints_get (store, name);

  if (kept->is_claimed)
    {
      eh_checkpoint_set_locked (error, name, "the simulated world");
      return FALSE;
    }
  kept->is_claimed = TRUE;
  return TRUE;
}

static void
eh_world_checkpoints_release (EhCheckpointStore *store, const char *name)
{
  eh_world_checkpoints_get (store, name)->is_claimed = FALSE;
}

/* Its subject is nobody else's, so that the task's name says enough. FALSE: it has no effect. */
static gboolean
eh_world_checkpoints_enter (EhWorld *world, EhOpKind kind, const EhKeptCheckpoint *kept, EhFault *fault, GError **error)
{
  gboolean is_load = kind == EH_OP_CHECKPOINT_LOAD;
  EhWorldTask *task = eh_world_begin (world, kind, NULL, kept->place->hash);

  eh_world_task_touch (task, kept->place->resource, !is_load);
  if (is_load && task->node != NULL)
    eh_world_task_touch (task, task->node->place->resource, TRUE);
  return eh_world_enter (world, task, 0, fault, error);
}

static gboolean
eh_world_checkpoints_load (EhCheckpointStore *store, const char *name, EhCheckpoint **checkpoint,
                           GCancellable *cancellable, GError **error)
{
  EhWorld *world = eh_world_checkpoints_get_world (store);
  EhKeptCheckpoint *kept = eh_world_checkpoints_get (store, name);
  EhWorldStep step = { 0 };

  if (world->running != NULL && !eh_world_checkpoints_enter (world, EH_OP_CHECKPOINT_LOAD, kept, &step.fault, error))
    return FALSE;
  *checkpoint = kept->checkpoint != NULL ? eh_checkpoint_ref (kept->checkpoint) : NULL;
  step.version = kept->checkpoint != NULL ? eh_checkpoint_get_position (kept->checkpoint) : 0;
  if (world->running != NULL)
    eh_world_leave (world, world->running, &step, 0);
  return TRUE;
}

static guint64
eh_world_hash_checkpoint (EhCheckpoint *checkpoint)
{
  GBytes *payload = eh_checkpoint_get_payload (checkpoint);

  return eh_mix (payload != NULL ? g_bytes_hash (payload) : 0, eh_checkpoint_get_n_parked (checkpoint));
}

static void
eh_kept_checkpoint_set (EhKeptCheckpoint *self, EhCheckpoint *checkpoint)
{
  EhCheckpoint *old = self->checkpoint;

  self->checkpoint = checkpoint != NULL ? eh_checkpoint_ref (checkpoint) : NULL;
  g_clear_pointer (&old, eh_checkpoint_unref);
}

static gboolean
eh_world_checkpoints_save (EhCheckpointStore *store, EhCheckpoint *checkpoint, GCancellable *cancellable,
                           GError **error)
{
  EhWorld *world = eh_world_checkpoints_get_world (store);
  EhKeptCheckpoint *kept = eh_world_checkpoints_get (store, eh_checkpoint_get_name (checkpoint));
  EhWorldStep step = { .version = eh_checkpoint_get_position (checkpoint) };

  if (world->running != NULL && !eh_world_checkpoints_enter (world, EH_OP_CHECKPOINT_SAVE, kept, &step.fault, error))
    return FALSE;
  eh_kept_checkpoint_set (kept, checkpoint);
  if (world->running != NULL)
    eh_world_leave (world, world->running, &step, eh_world_hash_checkpoint (checkpoint));
  return TRUE;
}

static gboolean
eh_world_checkpoints_remove (EhCheckpointStore *store, const char *name, GCancellable *cancellable, GError **error)
{
  EhWorld *world = eh_world_checkpoints_get_world (store);
  EhKeptCheckpoint *kept = eh_world_checkpoints_get (store, name);
  EhWorldStep step = { 0 };

  if (world->running != NULL && !eh_world_checkpoints_enter (world, EH_OP_CHECKPOINT_SAVE, kept, &step.fault, error))
    return FALSE;
  eh_kept_checkpoint_set (kept, NULL);
  if (world->running != NULL)
    eh_world_leave (world, world->running, &step, 0);
  return TRUE;
}

static void
eh_world_checkpoints_iface_init (EhCheckpointStoreInterface *iface)
{
  iface->claim = eh_world_checkpoints_claim;
  iface->release = eh_world_checkpoints_release;
  iface->load = eh_world_checkpoints_load;
  iface->save = eh_world_checkpoints_save;
  iface->remove = eh_world_checkpoints_remove;
}

void
eh_world_checkpoints_mark (EhCheckpointStore *checkpoints)
{
  EhWorldCheckpoints *self = (EhWorldCheckpoints *) (gpointer) checkpoints;

  for (guint i = 0; i < self->kept->len; i++)
    {
      EhKeptCheckpoint *kept = g_ptr_array_index (self->kept, i);

      g_clear_pointer (&kept->marked, eh_checkpoint_unref);
      kept->marked = kept->checkpoint != NULL ? eh_checkpoint_ref (kept->checkpoint) : NULL;
    }
}

void
eh_world_checkpoints_rollback (EhCheckpointStore *checkpoints)
{
  EhWorldCheckpoints *self = (EhWorldCheckpoints *) (gpointer) checkpoints;

  for (guint i = 0; i < self->kept->len; i++)
    {
      EhKeptCheckpoint *kept = g_ptr_array_index (self->kept, i);

      if (kept->checkpoint != kept->marked)
        eh_kept_checkpoint_set (kept, kept->marked);
    }
}

static void
eh_world_checkpoints_finalize (GObject *object)
{
  g_ptr_array_unref (((EhWorldCheckpoints *) (gpointer) object)->kept);
  G_OBJECT_CLASS (eh_world_checkpoints_parent_class)->finalize (object);
}

static void
eh_world_checkpoints_class_init (EhWorldCheckpointsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_world_checkpoints_finalize;
}

static void
eh_world_checkpoints_init (EhWorldCheckpoints *self)
{
  self->kept = g_ptr_array_new_with_free_func (eh_kept_checkpoint_free);
}

EhCheckpointStore *
eh_world_checkpoints_new (EhWorld *world)
{
  EhWorldCheckpoints *self = g_object_new (EH_TYPE_WORLD_CHECKPOINTS, NULL);

  self->world = world;
  return EH_CHECKPOINT_STORE (self);
}
