/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/*
 * The ids that nodes draw are the world's, written down as they are given, so that a decision can be made once more
 * with the very ids that it had.
 */

#define EH_TYPE_TRIAL_IDS (eh_trial_ids_get_type ())
G_DECLARE_FINAL_TYPE (EhTrialIds, eh_trial_ids, EH, TRIAL_IDS, GObject)

struct _EhTrialIds {
  GObject parent_instance;

  EhTrial *trial; /* (unowned) */
  gboolean replays;
  guint next; /* while it replays: in EhTrial.ids */
  guint end;
  guint64 n_more; /* ids that were not drawn the first time */
};

static void eh_trial_ids_iface_init (EhIdSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhTrialIds, eh_trial_ids, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_ID_SOURCE, eh_trial_ids_iface_init))

static void
make_more (EhTrialIds *self, EhId *id)
{
  guint64 number = ++self->n_more;

  for (guint i = 0; i < sizeof id->bytes; i++)
    id->bytes[i] = i < 8 ? 0xff : (guint8) (number >> (8 * (15 - i)));
}

static void
replay (EhTrialIds *self, EhId *id)
{
  if (self->next < self->end)
    *id = g_array_index (self->trial->ids, EhId, self->next++);
  else
    make_more (self, id);
}

static void
draw (EhTrial *trial, EhId *id)
{
  EhWorld *world = trial->world;
  EhTrialStep *record = eh_trial_find_record (trial, eh_world_get_running (world), eh_world_get_step (world));

  eh_id_source_next (eh_world_get_ids (world), id);
  if (record == NULL)
    return;
  /* Other steps may have drawn since: the ids of one attempt stay neighbours, because an attempt decides at one go. */
  if (record->n_ids == 0 || record->first_id + record->n_ids != trial->ids->len)
    {
      record->first_id = trial->ids->len;
      record->n_ids = 0;
    }
  g_array_append_val (trial->ids, *id);
  record->n_ids++;
}

static void
eh_trial_ids_next (EhIdSource *source, EhId *id)
{
  EhTrialIds *self = EH_TRIAL_IDS (source);

  if (self->replays)
    replay (self, id);
  else
    draw (self->trial, id);
}

static void
eh_trial_ids_iface_init (EhIdSourceInterface *iface)
{
  iface->next = eh_trial_ids_next;
}

static void
eh_trial_ids_class_init (EhTrialIdsClass *klass)
{
}

static void
eh_trial_ids_init (EhTrialIds *self)
{
}

EhIdSource *
eh_trial_ids_new (EhTrial *trial)
{
  EhTrialIds *self = g_object_new (EH_TYPE_TRIAL_IDS, NULL);

  self->trial = trial;
  return EH_ID_SOURCE (self);
}

void
eh_trial_ids_replay (EhIdSource *ids, const EhTrialStep *record)
{
  EhTrialIds *self = EH_TRIAL_IDS (ids);

  self->replays = record != NULL;
  if (record == NULL)
    return;
  self->next = record->first_id;
  self->end = record->first_id + record->n_ids;
  self->n_more = 0;
}
