/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/* A view is a copy of what the events say: every snapshot in the store equals the fold up to its version. */

static void
report (EhTrial *self, const EhTrialStream *stream, EhSnapshot *snapshot, gconstpointer folded)
{
  g_autoptr (GString) text = g_string_new (NULL);

  eh_schema_print (stream->type->state, folded, text);
  eh_trial_find (self, EH_SIM_CHECK_VIEWS, g_strconcat ("snapshot:", stream->type->name, NULL),
                 g_strdup_printf ("the snapshot of %s at version %" G_GUINT64_FORMAT
                                  " holds %s, but its events up to there fold to %s",
                                  eh_trial_stream_get_name (stream), eh_snapshot_get_version (snapshot),
                                  eh_snapshot_get_json (snapshot), text->str));
}

/* A snapshot of another schema is of no use, and no repository uses it. */
static void
check_snapshot (EhTrial *self, const EhTrialStream *stream, EhSnapshot *snapshot)
{
  const EhSchema *schema = stream->type->state;
  gpointer state = eh_snapshot_read_state (snapshot, schema, NULL);
  gpointer folded = eh_trial_stream_fold (self, stream, eh_snapshot_get_version (snapshot));

  if (state != NULL && folded != NULL && !eh_schema_equal (schema, state, folded))
    report (self, stream, snapshot, folded);
  if (state != NULL)
    eh_schema_free (schema, state);
  if (folded != NULL)
    eh_schema_free (schema, folded);
}

static void
check_stream (EhTrial *self, const EhTrialStream *stream)
{
  EhEventStore *store = eh_world_get_inner_store (self->world);
  guint64 below = G_MAXUINT64;

  while (below > 0)
    {
      g_autoptr (EhSnapshot) snapshot = NULL;

      if (!eh_event_store_load_snapshot (store, stream->name, below, &snapshot, NULL, NULL) || snapshot == NULL)
        return;
      check_snapshot (self, stream, snapshot);
      below = eh_snapshot_get_version (snapshot) - 1;
    }
}

void
eh_check_views_at_rest (EhTrial *self)
{
  if (!eh_trial_wants (self, EH_SIM_CHECK_VIEWS))
    return;
  for (guint i = 0; i < self->streams->len; i++)
    {
      const EhTrialStream *stream = eh_trial_get_stream (self, i);

      if (stream->type != NULL && stream->events->len > 0)
        check_stream (self, stream);
    }
}
