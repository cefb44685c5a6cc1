/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

/*
 * Who looks at the store and then hears of what is new on the bus must miss nothing in between: each event behind the
 * last that it has looked at, of the category it looked at and on a topic that it has subscribed to, must have been
 * brought to it, since it was started. Who has only subscribed, and who was shown everything when it was started, has
 * no such gap.
 */

static EhSimulationNode *
find_node (EhTrial *self, guint task)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      EhSimulationNode *node = g_ptr_array_index (self->consumers, i);

      if (node->spec != NULL && node->task == task)
        return node;
    }
  return NULL;
}

/* Who reads backwards has seen the newest first. */
static void
on_look (EhSimulationNode *self, const EhWorldStep *step)
{
  guint n = eh_event_page_get_size (step->events);

  if (self->looked > 0 && g_strcmp0 (self->category, step->category) != 0)
    return;
  if (self->looked == 0)
    {
      g_free (self->category);
      self->category = g_strdup (step->category);
    }
  self->looked = MAX (self->looked, step->version);
  for (guint i = 0; i < n; i += MAX (n - 1, 1))
    self->looked = MAX (self->looked, eh_event_get_position (eh_event_page_get (step->events, i)) + 1);
}

static void
on_delivery (EhSimulationNode *self, const EhWorldStep *step)
{
  guint64 position = eh_event_get_position (step->event);

  if (self->heard == NULL)
    self->heard = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_array_append_val (self->heard, position);
}

void
eh_check_heard_observe (EhTrial *self, const EhWorldStep *step)
{
  EhSimulationNode *node = NULL;

  if (step->error != NULL)
    return;
  if (step->op->kind == EH_OP_DELIVER && step->receiver > 0)
    on_delivery (g_ptr_array_index (self->consumers, step->receiver - 1), step);
  else if (step->op->kind == EH_OP_READ_ALL && step->events != NULL)
    {
      node = find_node (self, step->task);
      if (node != NULL)
        on_look (node, step);
    }
}

void
eh_check_heard_forget (EhSimulationNode *node)
{
  node->looked = 0;
  if (node->heard != NULL)
    g_array_set_size (node->heard, 0);
}

static gboolean
has_heard (const EhSimulationNode *self, const EhTrialStream *stream, EhEvent *event)
{
  const char *bucket;
  const char *subset;

  if (eh_event_get_position (event) < self->looked)
    return TRUE;
  for (guint i = 0; self->heard != NULL && i < self->heard->len; i++)
    if (g_array_index (self->heard, guint64, i) == eh_event_get_position (event))
      return TRUE;
  eh_domain_get_topic (self->trial->domain, stream->type, &bucket, &subset);
  return !eh_world_node_hears (self->trial->world, self->place, bucket, subset);
}

static void
report_missed (EhSimulationNode *self, EhEvent *event)
{
  const char *type_name = eh_event_get_type_name (event);

  eh_trial_find (self->trial, EH_SIM_CHECK_DELIVERED, g_strconcat ("missed:", self->name, ":", type_name, NULL),
                 g_strdup_printf ("%s has never heard of %s, version %" G_GUINT64_FORMAT
                                  " of %s: it was saved after %s had looked at the store, and published before it "
                                  "subscribed",
                                  self->name, type_name, eh_event_get_version (event),
                                  eh_stream_name_to_string (eh_event_get_stream (event)), self->name));
}

/* What was never published is another matter. */
static gboolean
check_stream (EhSimulationNode *self, const EhTrialStream *stream)
{
  guint n = MIN (stream->events->len, stream->published->len);

  if (stream->type == NULL
      || (self->category != NULL && g_strcmp0 (eh_stream_name_get_category (stream->name), self->category) != 0))
    return TRUE;
  for (guint i = 0; i < n; i++)
    {
      EhEvent *event = g_ptr_array_index (stream->events, i);

      if (g_array_index (stream->published, guint8, i) == 0 || has_heard (self, stream, event))
        continue;
      report_missed (self, event);
      return FALSE;
    }
  return TRUE;
}

void
eh_check_heard_at_rest (EhTrial *self)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      EhSimulationNode *node = g_ptr_array_index (self->consumers, i);

      if (node->looked == 0)
        continue;
      for (guint k = 0; k < self->streams->len; k++)
        if (!check_stream (node, eh_trial_get_stream (self, k)))
          return;
    }
}
