/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

#include <string.h>

/*
 * Consumers are held to the store. What a view shows after each step of its consumer is what the events up to the
 * consumer's position fold to, and in the end what all events fold to. And everybody comes to the end: nothing is set
 * aside, nothing is left. Folded is the store, not what was delivered, which would hide what was delivered wrongly.
 */

/* ---- views ---- */

/* Folds the store up to @position. FALSE if that cannot be done: then the domain is to blame. */
static gboolean
fold_page (EhSimulationNode *self, EhEventPage *page, guint64 position)
{
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);

      if (eh_event_get_position (event) > position)
        break;
      if (!eh_view_apply (self->model, event, NULL))
        return FALSE;
      self->modelled = eh_event_get_position (event);
    }
  return TRUE;
}

static gboolean
model_view (EhSimulationNode *self, guint64 position)
{
  EhEventStore *store = eh_world_get_inner_store (self->trial->world);

  if (self->model == NULL || self->modelled > position)
    {
      g_clear_pointer (&self->model, eh_view_free);
      self->model = eh_view_new (self->trial->domain, self->shows);
      self->modelled = 0;
    }
  while (self->modelled < position)
    {
      guint64 before = self->modelled;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_all (store, NULL, self->modelled + 1, EH_FORWARDS, 0, NULL, NULL);

      if (page == NULL || !fold_page (self, page, position))
        return FALSE;
      if (self->modelled == before)
        break;
    }
  return TRUE;
}

typedef struct {
  EhSimulationNode *consumer;
  guint n_rows;
  char *wrong; /* (owned) (nullable): what is wrong with the first row that is */
} Comparison;

static char *
print_row (const EhSchema *schema, gconstpointer row)
{
  GString *text = g_string_new (NULL);

  eh_schema_print (schema, row, text);
  return g_string_free (text, FALSE);
}

static gboolean
compare_row (const char *key, gconstpointer row, gpointer user_data)
{
  Comparison *self = user_data;
  const EhSchema *schema = self->consumer->shows->row;
  gconstpointer expected = eh_view_get_row (self->consumer->model, key);
  g_autofree char *shown = NULL;
  g_autofree char *said = NULL;

  self->n_rows++;
  if (expected != NULL && eh_schema_equal (schema, row, expected))
    return TRUE;
  shown = print_row (schema, row);
  said = expected != NULL ? print_row (schema, expected) : g_strdup ("no such row");
  self->wrong = g_strdup_printf ("shows %s for \"%s\", but the store's events fold to %s", shown, key, said);
  return FALSE;
}

static void
show (EhSimulationNode *self, EhRowFunc func, gpointer user_data)
{
  if (self->projection != NULL)
    eh_projection_foreach (self->projection, func, user_data);
  else
    self->spec->show (self->memory, func, user_data);
}

/* Returns: (transfer full) (nullable): what is wrong with what it shows */
static char *
find_wrong (EhSimulationNode *self)
{
  Comparison comparison = { self };

  show (self, compare_row, &comparison);
  if (comparison.wrong == NULL && comparison.n_rows < eh_view_get_n_rows (self->model))
    comparison.wrong = g_strdup_printf ("shows %u rows, but the store's events fold to %u", comparison.n_rows,
                                        eh_view_get_n_rows (self->model));
  return comparison.wrong;
}

/* Who does not know the past is wrong by another cause than who was led astray. */
static void
compare (EhSimulationNode *self, const char *when)
{
  g_autofree char *wrong = find_wrong (self);

  if (wrong != NULL)
    eh_trial_find (self->trial, EH_SIM_CHECK_VIEWS,
                   g_strconcat ("view:", self->name, self->begins_wrong ? ":past" : NULL, NULL),
                   g_strdup_printf ("%s %s (%s%s)", self->name, wrong, when,
                                    self->begins_wrong ? ", and since the beginning" : ""));
}

/* A view with an event that was set aside is behind for good reason. */
static gboolean
has_parked (const EhSimulationNode *self)
{
  g_autoptr (GPtrArray) parked = self->consumer != NULL ? eh_consumer_list_parked (self->consumer) : NULL;

  return parked != NULL && parked->len > 0;
}

/* Only who just listens: whoever follows the store, or takes steps of its own, may yet look what there is. */
void
eh_check_view_at_beginning (EhSimulationNode *self)
{
  g_autofree char *wrong = NULL;
  guint64 head = 0;

  if (self->was_looked_at || self->shows == NULL || self->task != EH_TRIAL_NONE
      || !eh_trial_wants (self->trial, EH_SIM_CHECK_VIEWS))
    return;
  self->was_looked_at = TRUE;
  eh_event_store_get_head (eh_world_get_inner_store (self->trial->world), &head, NULL, NULL);
  wrong = model_view (self, head) ? find_wrong (self) : NULL;
  self->begins_wrong = wrong != NULL;
}

void
eh_check_view_at_step (EhSimulationNode *self)
{
  guint64 position;

  if (self->shows == NULL || self->consumer == NULL || !eh_trial_wants (self->trial, EH_SIM_CHECK_VIEWS)
      || has_parked (self))
    return;
  position = eh_consumer_get_position (self->consumer);
  if (self->model != NULL && self->modelled == position)
    return;
  if (model_view (self, position))
    compare (self, "after a step");
}

/* ---- at rest ---- */

static void
check_view (EhSimulationNode *self, guint64 head)
{
  if (self->shows == NULL || !eh_trial_wants (self->trial, EH_SIM_CHECK_VIEWS) || has_parked (self))
    return;
  if (model_view (self, head))
    compare (self, "at rest");
}

static char *
describe_event (EhTrial *trial, guint64 position)
{
  EhEventStore *store = eh_world_get_inner_store (trial->world);
  g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, position, EH_FORWARDS, 1, NULL, NULL);
  EhEvent *event;

  if (page == NULL || eh_event_page_get_size (page) == 0)
    return g_strdup ("an event");
  event = eh_event_page_get (page, 0);
  return g_strdup_printf ("%s, version %" G_GUINT64_FORMAT " of %s", eh_event_get_type_name (event),
                          eh_event_get_version (event), eh_stream_name_to_string (eh_event_get_stream (event)));
}

static void
report_parked (EhSimulationNode *self, const EhParkedEvent *parked)
{
  g_autofree char *event = describe_event (self->trial, eh_parked_event_get_position (parked));

  eh_trial_find (self->trial, EH_SIM_CHECK_PROGRESS, g_strconcat ("parked:", self->name, NULL),
                 g_strdup_printf ("%s has set %s aside, because it could not be handled: %s", self->name, event,
                                  eh_parked_event_get_message (parked)));
}

static void
report_behind (EhSimulationNode *self, guint64 head)
{
  g_autoptr (GError) last = eh_consumer_get_last_error (self->consumer);

  eh_trial_find (self->trial, EH_SIM_CHECK_PROGRESS, g_strconcat ("behind:", self->name, NULL),
                 g_strdup_printf ("%s has come to position %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                                  " and does not go on%s%s",
                                  self->name, eh_consumer_get_position (self->consumer), head, last != NULL ? ": " : "",
                                  last != NULL ? last->message : ""));
}

static void
check_progress (EhSimulationNode *self, guint64 head)
{
  g_autoptr (GPtrArray) parked = NULL;

  if (self->consumer == NULL || !eh_trial_wants (self->trial, EH_SIM_CHECK_PROGRESS))
    return;
  parked = eh_consumer_list_parked (self->consumer);
  if (parked->len > 0)
    report_parked (self, g_ptr_array_index (parked, 0));
  else if (eh_consumer_get_position (self->consumer) < head)
    report_behind (self, head);
}

void
eh_check_consumers_at_rest (EhTrial *self)
{
  guint64 head = 0;

  if (self->consumers->len == 0 || !eh_event_store_get_head (eh_world_get_inner_store (self->world), &head, NULL, NULL))
    return;
  for (guint i = 0; i < self->consumers->len; i++)
    {
      check_progress (g_ptr_array_index (self->consumers, i), head);
      check_view (g_ptr_array_index (self->consumers, i), head);
    }
}
