/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

#include <string.h>

/*
 * The ids that tasks draw: the world's first millisecond, the task's number and 1, the step and how many the step has
 * drawn; drawn outside of a run, 0 and a number that goes on rising. So they are the same however tasks are
 * interleaved, and the ids of the past never meet those of a run.
 */

struct _EhWorldIds {
  GObject parent_instance;

  EhWorld *world; /* (unowned) */
  guint64 n_outside;
};

static void eh_world_ids_iface_init (EhIdSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldIds, eh_world_ids, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_ID_SOURCE, eh_world_ids_iface_init))

static void
eh_world_ids_next (EhIdSource *source, EhId *id)
{
  EhWorldIds *self = (EhWorldIds *) (gpointer) source;
  EhWorldTask *task = self->world->running;
  guint64 high = (guint64) (EH_FIXED_CLOCK_START / 1000) << 16;
  guint64 low = 0;

  if (task != NULL)
    {
      high |= task->number + 1;
      low = (guint64) task->step << 32 | ++task->n_ids;
    }
  else
    low = ++self->n_outside;
  high = GUINT64_TO_BE (high);
  low = GUINT64_TO_BE (low);
  memcpy (id->bytes, &high, 8);
  memcpy (id->bytes + 8, &low, 8);
}

static void
eh_world_ids_iface_init (EhIdSourceInterface *iface)
{
  iface->next = eh_world_ids_next;
}

static void
eh_world_ids_class_init (EhWorldIdsClass *klass)
{
}

static void
eh_world_ids_init (EhWorldIds *self)
{
}

EhIdSource *
eh_world_ids_new (EhWorld *world)
{
  EhWorldIds *self = g_object_new (EH_TYPE_WORLD_IDS, NULL);

  self->world = world;
  return EH_ID_SOURCE (self);
}
