/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-core-private.h"

#include "model/eh-domain-private.h"
#include "model/eh-error.h"
#include "runtime/eh-consumer-struct-private.h"
#include "runtime/eh-tracer-private.h"

/*
 * How events and deadlines make processes take steps, each once. An event comes again after a crash, and when it was
 * parked and is replayed, then behind later ones. So the position of the newest event that a process has handled
 * proves only that a later event is new; of an earlier one, the process's own stream tells whether it has led to a
 * step, whose id is derived from the event's. The store has the last word: it records no id twice.
 *
 * A deadline passes if the newest step says that it is set. The step that it leads to says that it is not any more. Its
 * id is derived from the step that was the newest before, so that it may be set again for the same time.
 */

/* How many deadlines pass in one go, so that one that sets itself again leaves room for others. */
#define TICK_MAX 256

#define FIND_PAGE 64

typedef struct {
  EhProcessCore *self;
  EhEvent *event; /* as stored */
  guint index;    /* of those that it became */
} Work;

gboolean
eh_process_core_is_unclear (const GError *failure)
{
  return g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT)
         || g_error_matches (failure, EH_ERROR, EH_ERROR_AMBIGUOUS);
}

gboolean
eh_process_core_is_step (const EhEvent *event, const EhId *id)
{
  return eh_id_equal (eh_event_get_id (event), id);
}

gboolean
eh_process_core_find (EhProcessCore *self, EhStreamName *stream, guint64 since, EhIdMatch is_it, const EhId *id,
                      gboolean *found, GError **error)
{
  guint64 from = G_MAXUINT64;

  *found = FALSE;
  while (from > 0)
    {
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (self->store, stream, from, EH_BACKWARDS, FIND_PAGE, NULL, error);

      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          if (eh_event_get_position (event) < since)
            return TRUE;
          *found = is_it (event, id);
          if (*found)
            return TRUE;
        }
      from = eh_event_page_get_next (page);
    }
  return TRUE;
}

static void
run_rule (gpointer state, EhReaction *reaction, gconstpointer user_data)
{
  const gconstpointer *rule_and_event = user_data;
  const EhProcessRule *rule = rule_and_event[0];

  rule->react (state, rule_and_event[1], reaction);
}

/* Returns: FALSE with @error set, or TRUE and whether there is nothing to be done */
static gboolean
is_passed_over (Work *work, const EhProcessRule *rule, const EhProcess *process, const EhId *step_id, gboolean *passed,
                GError **error)
{
  guint64 position = eh_event_get_position (work->event);

  *passed = process->ended || (process->version == 0 && (rule->flags & EH_STARTS) == 0);
  if (*passed || process->version == 0 || process->position < position)
    return TRUE;
  return eh_process_core_find (work->self, process->stream, position, eh_process_core_is_step, step_id, passed, error);
}

static gboolean
step_once (Work *work, const EhProcessRule *rule, EhEvent *lifted, GError **error)
{
  EhProcessCore *self = work->self;
  EhProcess *process = eh_process_shelf_get (self->shelf, self->key->str, error);
  const EhId *id = eh_event_get_id (work->event);
  const EhId *correlation_id = eh_event_get_correlation_id (work->event);
  char text[EH_ID_STRING_LENGTH + 1];
  gboolean passed;
  EhStepCause cause = {
    .kind = EH_CAUSE_EVENT,
    .id = text,
    .causation_id = *id,
    .correlation_id = eh_id_is_nil (correlation_id) ? *id : *correlation_id,
    .time = eh_event_get_timestamp (work->event),
    .position = eh_event_get_position (work->event),
  };

  if (process == NULL)
    return FALSE;
  eh_id_write (id, text);
  eh_process_step_derive_id (process->stream, EH_CAUSE_EVENT, id, work->index, &cause.step_id);
  if (!is_passed_over (work, rule, process, &cause.step_id, &passed, error))
    return FALSE;
  return passed
         || eh_process_shelf_step (self->shelf, process, &cause, run_rule, (gconstpointer[]){ rule, lifted }, error);
}

static gboolean
react_to_one (Work *work, const EhProcessRule *rule, EhEvent *lifted, GError **error)
{
  EhProcessCore *self = work->self;
  g_autoptr (GError) failure = NULL;

  g_string_truncate (self->key, 0);
  if (rule->key != NULL)
    rule->key (lifted, self->key);
  else
    g_string_append (self->key, eh_stream_name_get_id (eh_event_get_stream (lifted)));
  if (self->key->len == 0)
    return TRUE;
  for (guint n = 0; n < EH_PROCESS_REPEAT; n++)
    {
      g_clear_error (&failure);
      if (step_once (work, rule, lifted, &failure))
        return TRUE;
      if (!eh_process_core_is_unclear (failure))
        break;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&failure), "%s %s: ", self->type->name, self->key->str);
  return FALSE;
}

static gboolean
react_to_all (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  Work *work = user_data;

  for (work->index = 0; work->index < n_lifted; work->index++)
    {
      EhEvent *event = lifted[work->index];
      const EhProcessRule *rule = g_hash_table_lookup (work->self->rules, eh_event_get_type_name (event));

      if (rule != NULL && !react_to_one (work, rule, event, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether an event of @schema is handled as it is, by @rule, or passed over if that is NULL. */
static gboolean
find_known (EhProcessCore *self, const EhSchema *schema, const EhProcessRule **rule)
{
  const EhDomainIndex *index = eh_domain_get_index (self->domain);
  gpointer known;

  if (!g_hash_table_lookup_extended (self->known, schema, NULL, &known))
    {
      known = g_hash_table_lookup (self->rules, schema->name);
      if (!g_hash_table_contains (index->events, schema)
          && (known != NULL || g_hash_table_contains (index->upcasters, schema->name)))
        return FALSE;
      g_hash_table_insert (self->known, (gpointer) schema, known);
    }
  *rule = known;
  return TRUE;
}

/* Whether neither the event nor what it may become has a rule. */
static gboolean
concerns_none (EhProcessCore *self, EhEvent *event)
{
  const char *type_name = eh_event_get_type_name (event);

  return !g_hash_table_contains (self->rules, type_name)
         && !g_hash_table_contains (eh_domain_get_index (self->domain)->upcasters, type_name);
}

/* Whether it is another domain's, which may have an event that is called the same. */
static gboolean
is_foreign (EhProcessCore *self, EhEvent *event)
{
  return eh_domain_find_aggregate_type (self->domain, eh_stream_name_get_category (eh_event_get_stream (event)))
         == NULL;
}

gboolean
eh_process_core_react (EhProcessCore *self, EhEvent *event, GError **error)
{
  Work work = { self, event, 0 };
  const EhSchema *schema = eh_event_get_schema (event);
  const EhProcessRule *rule = NULL;

  if (schema != NULL && find_known (self, schema, &rule))
    return rule == NULL || react_to_one (&work, rule, event, error);
  return concerns_none (self, event) || is_foreign (self, event)
         || eh_domain_lift_for (self->domain, event, react_to_all, &work, error);
}

static const EhDeadlineRule *
find_deadline_rule (const EhProcessType *type, const char *name)
{
  for (gsize i = 0; i < type->n_deadlines; i++)
    {
      if (g_str_equal (type->deadlines[i].name, name))
        return &type->deadlines[i];
    }
  return NULL;
}

static void
run_deadline_rule (gpointer state, EhReaction *reaction, gconstpointer user_data)
{
  const EhDeadlineRule *rule = user_data;

  rule->react (state, rule->name, reaction);
}

static gboolean
pass_deadline (EhProcessCore *self, EhProcess *process, guint index, GError **error)
{
  const EhStepDeadline *deadline = &process->deadlines[index];
  const EhDeadlineRule *rule = find_deadline_rule (self->type, deadline->name);
  EhStepCause cause = {
    .kind = EH_CAUSE_DEADLINE,
    .causation_id = process->step_id,
    .correlation_id = process->correlation_id,
    .time = deadline->time,
  };

  if (rule == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s: there is no rule for its deadline %s",
                   eh_stream_name_to_string (process->stream), deadline->name);
      return FALSE;
    }
  cause.id = cause.passed_name = rule->name;
  eh_process_step_derive_id (process->stream, EH_CAUSE_DEADLINE, &process->step_id, index, &cause.step_id);
  return eh_process_shelf_step (self->shelf, process, &cause, run_deadline_rule, rule, error);
}

/* Inside a span. A deadline is no message: it has no id, but the step that has set it. */
static gboolean
pass_deadline_traced (EhProcessCore *self, EhProcess *process, guint index, GError **error)
{
  EhTracer *tracer = self->consumer->tracer;
  g_autofree char *name = g_strconcat (self->type->name, "/", process->deadlines[index].name, NULL);
  const EhSpan span = {
    .kind = EH_SPAN_HANDLE,
    .name = name,
    .stream = process->stream,
    .correlation_id = process->correlation_id,
    .causation_id = process->step_id,
  };
  gpointer token = tracer->begin (&span, tracer->user_data);
  GError *failure = NULL;
  gboolean ok = pass_deadline (self, process, index, &failure);

  eh_tracer_end (tracer, token, failure);
  if (!ok)
    g_propagate_error (error, failure);
  return ok;
}

/* Returns: whether the process's newest step says that it is set, and where */
static gboolean
is_set (const EhProcess *process, const char *name, gint64 time, guint *index)
{
  for (gsize i = 0; i < process->n_deadlines && !process->ended; i++)
    {
      if (process->deadlines[i].time == time && g_str_equal (process->deadlines[i].name, name))
        {
          *index = (guint) i;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
tick_one (EhProcessCore *self, const char *key, const char *name, gint64 time, GError **error)
{
  gboolean is_done = FALSE;

  for (guint n = 0;; n++)
    {
      g_autoptr (GError) failure = NULL;
      EhProcess *process = eh_process_shelf_get (self->shelf, key, error);
      guint index;

      if (process == NULL)
        return FALSE;
      if (is_done || !is_set (process, name, time, &index))
        {
          eh_deadline_table_set (self->deadlines, key, process->deadlines, process->ended ? 0 : process->n_deadlines);
          return TRUE;
        }
      is_done = self->consumer->tracer == NULL ? pass_deadline (self, process, index, &failure)
                                               : pass_deadline_traced (self, process, index, &failure);
      if (!is_done && (!eh_process_core_is_unclear (failure) || n + 1 == EH_PROCESS_REPEAT))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&failure), "%s %s: deadline %s: ", self->type->name, key,
                                      name);
          return FALSE;
        }
    }
}

/* Those that fail do not keep the others waiting, however many they are: the next time begins behind them. */
gboolean
eh_process_core_tick (EhProcessCore *self, gint64 now, GError **error)
{
  g_autoptr (GError) first = NULL;
  guint n_failed = self->n_passed_over;

  for (guint n = 0; n < TICK_MAX; n++)
    {
      g_autofree char *key = NULL;
      g_autofree char *name = NULL;
      g_autoptr (GError) failure = NULL;
      gint64 time;

      if (!eh_deadline_table_get (self->deadlines, n_failed, now, &key, &name, &time))
        {
          n_failed = 0;
          break;
        }
      if (tick_one (self, key, name, time, &failure))
        continue;
      n_failed++;
      if (first == NULL)
        first = g_steal_pointer (&failure);
    }
  self->n_passed_over = n_failed;
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&first));
  return FALSE;
}
