/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-checks-private.h"

#include <string.h>

/*
 * A rehearsal takes the aggregate out of the repository, decides on its very state with the time and ids that the
 * dispatch will have, and gives it back untouched. A state that a handler has changed is dropped instead, so that
 * the dispatch starts from a sound one.
 */
typedef struct {
  EhScenarioRun *run;
  EhCommand *command; /* (unowned) */
  const EhCommandRule *rule;
  EhAggregate *aggregate; /* (owned) */
  guint64 first_id;
} Rehearsal;

/* A decision as events, or an error. */
typedef struct {
  EhEventPage *events; /* (owned) (nullable) */
  GError *error;       /* (owned) (nullable) */
} Decided;

static void
decided_clear (Decided *self)
{
  g_clear_pointer (&self->events, eh_event_page_unref);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Decided, decided_clear)

static const EhAggregateType *
get_type (Rehearsal *self)
{
  return eh_aggregate_get_aggregate_type (self->aggregate);
}

static const char *
get_command_name (Rehearsal *self)
{
  return eh_command_get_type_name (self->command);
}

static void
decide (Rehearsal *self, gboolean want_events, Decided *decided)
{
  EhScenarioRun *run = self->run;
  guint64 version = eh_aggregate_get_version (self->aggregate);
  g_autoptr (EhDecision) decision = NULL;

  eh_fixed_id_source_reset (run->rehearsal_ids, self->first_id);
  decision = eh_aggregate_type_decide (get_type (self), eh_aggregate_get_state (self->aggregate), version,
                                       self->command, eh_clock_now (EH_CLOCK (run->clock)),
                                       EH_ID_SOURCE (run->rehearsal_ids), &decided->error);
  if (decision != NULL && want_events)
    decided->events = eh_event_batch_record (eh_decision_get_batch (decision), version + 1, 1);
}

/* What a handler has returned, seen directly. */
static const char *
find_broken_promise (Rehearsal *self, EhDecision *decision)
{
  g_autoptr (GError) error = NULL;
  gboolean accepted = self->rule->decide (eh_aggregate_get_state (self->aggregate), self->command, decision, &error);

  if (accepted && error != NULL)
    return "returned TRUE and set an error: return FALSE with it, or set none";
  if (!accepted && error == NULL)
    return "returned FALSE without an error: set one with g_set_error() that says why, or return TRUE";
  if (!accepted)
    return NULL;
  if (eh_decision_get_error (decision) != NULL)
    return "emitted an event that cannot be written: refuse what leads to it";
  if ((self->rule->flags & EH_CREATES) != 0 && eh_event_batch_get_size (eh_decision_get_batch (decision)) == 0)
    return "accepted the creation without an event: emit one, or refuse with an error";
  return NULL;
}

/* EH_ERROR_INVALID may be the domain's own refusal; then the handler has kept its promises. */
static void
check_promises (Rehearsal *self, const GError *error)
{
  EhScenarioRun *run = self->run;
  g_autoptr (EhDecision) decision = NULL;
  g_autoptr (GError) invalid = NULL;
  const char *broken;

  if (self->rule->validate != NULL && !self->rule->validate (eh_command_get_data (self->command), &invalid))
    return;
  eh_fixed_id_source_reset (run->rehearsal_ids, self->first_id);
  decision = eh_decision_new (self->command, eh_aggregate_get_version (self->aggregate),
                              eh_clock_now (EH_CLOCK (run->clock)), EH_ID_SOURCE (run->rehearsal_ids));
  broken = find_broken_promise (self, decision);
  if (broken == NULL)
    return;
  eh_scenario_run_fail (run, "handler", NULL, "the handler of %s %s [%s]", get_command_name (self), broken,
                        error->message);
  run->error_is_told = TRUE;
}

static void
check_known_events (Rehearsal *self, const GError *error)
{
  EhScenarioRun *run = self->run;

  if (!eh_scenario_run_wants (run, EH_CHECK_KNOWN_EVENTS))
    return;
  eh_scenario_run_fail (run, "known-events", NULL,
                        "the handler of %s emitted an event that %s has no rule for: add one to its table of events; "
                        "an apply of NULL says that it does not change the state [%s]",
                        get_command_name (self), get_type (self)->name, error->message);
  run->error_is_told = TRUE;
}

static void
check_error (Rehearsal *self, const GError *error)
{
  if (g_error_matches (error, EH_ERROR, EH_ERROR_INVALID))
    check_promises (self, error);
  else if (g_error_matches (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE))
    check_known_events (self, error);
}

static gboolean
is_same_error (const GError *a, const GError *b)
{
  return a->domain == b->domain && a->code == b->code && g_str_equal (a->message, b->message);
}

static gboolean
is_same_events (EhEventPage *a, EhEventPage *b)
{
  if (eh_event_page_get_size (a) != eh_event_page_get_size (b))
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (a); i++)
    {
      if (!eh_event_equal (eh_event_page_get (a, i), eh_event_page_get (b, i)))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_same (const Decided *a, const Decided *b)
{
  if (a->error != NULL && b->error != NULL)
    return is_same_error (a->error, b->error);
  return a->error == NULL && b->error == NULL && is_same_events (a->events, b->events);
}

static void
diff_event (EhDiff *diff, EhEvent *a, EhEvent *b, const char *path)
{
  const EhSchema *schema = eh_event_get_schema (a);
  g_autofree char *id = NULL;
  g_autofree char *other_id = NULL;
  g_autofree char *place = NULL;

  if (schema == NULL || schema != eh_event_get_schema (b))
    {
      eh_diff_add (diff, EH_DIFF_CHANGED, path, eh_event_get_type_name (a), eh_event_get_type_name (b));
      return;
    }
  if (!eh_diff_compare (diff, schema, path, eh_event_get_data (a), eh_event_get_data (b)))
    return;
  if (eh_id_equal (eh_event_get_id (a), eh_event_get_id (b)))
    return;
  id = eh_id_to_string (eh_event_get_id (a));
  other_id = eh_id_to_string (eh_event_get_id (b));
  place = g_strconcat (path, ".id", NULL);
  eh_diff_add (diff, EH_DIFF_CHANGED, place, id, other_id);
}

static void
diff_events (EhDiff *diff, EhEventPage *a, EhEventPage *b)
{
  guint n = eh_event_page_get_size (a);
  guint m = eh_event_page_get_size (b);

  for (guint i = 0; i < MAX (n, m); i++)
    {
      g_autofree char *path = g_strdup_printf ("events[%u]", i);

      if (i >= m)
        eh_diff_add (diff, EH_DIFF_MISSING, path, eh_event_get_type_name (eh_event_page_get (a, i)), NULL);
      else if (i >= n)
        eh_diff_add (diff, EH_DIFF_UNEXPECTED, path, NULL, eh_event_get_type_name (eh_event_page_get (b, i)));
      else
        diff_event (diff, eh_event_page_get (a, i), eh_event_page_get (b, i), path);
    }
}

static const char *
get_message (const Decided *decided)
{
  return decided->error != NULL ? decided->error->message : "accepted";
}

static void
check_twice (Rehearsal *self, const Decided *first)
{
  g_auto (Decided) second = { NULL, NULL };
  g_autoptr (EhDiff) diff = NULL;

  decide (self, TRUE, &second);
  if (is_same (first, &second))
    return;

  diff = eh_diff_new ();
  if (first->events != NULL && second.events != NULL)
    diff_events (diff, first->events, second.events);
  else
    eh_diff_add (diff, EH_DIFF_CHANGED, "decision", get_message (first), get_message (&second));
  eh_scenario_run_fail (self->run, "decide-twice", g_steal_pointer (&diff),
                        "deciding %s twice on the same state of %s led to different results: a handler may depend on "
                        "the state, the command and the decision's time and ids only; look for a static variable, a "
                        "clock or randomness, and use eh_decision_get_time() and eh_decision_new_id()",
                        get_command_name (self), eh_stream_name_to_string (eh_aggregate_get_stream (self->aggregate)));
}

/* The bytes as they were, which also tell of a member that the schema does not describe, and a deep copy. */
typedef struct {
  gpointer bytes; /* (owned) */
  gpointer value; /* (owned) */
} Before;

static void
before_take (Before *self, const EhSchema *schema, gconstpointer state)
{
  self->bytes = g_memdup2 (state, schema->size);
  self->value = eh_schema_copy (schema, state);
}

static void
before_free (Before *self, const EhSchema *schema)
{
  g_free (self->bytes);
  eh_schema_free (schema, self->value);
}

static void
fail_pure (Rehearsal *self, const EhSchema *schema, const Before *before, gconstpointer state)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  const char *hint = "";

  if (eh_diff_compare (diff, schema, "state", before->value, state))
    hint = " (in a member that its schema does not describe)";
  eh_scenario_run_fail (
      self->run, "pure-handler", g_steal_pointer (&diff),
      "the handler of %s changed the state of %s%s: let it only decide, emit an event, and change the "
      "state in that event's applier",
      get_command_name (self), eh_stream_name_to_string (eh_aggregate_get_stream (self->aggregate)), hint);
  self->run->state_is_spoilt = TRUE;
}

/* Returns: whether the state is still what it was */
static gboolean
decide_watched (Rehearsal *self, gboolean want_events, Decided *decided)
{
  const EhSchema *schema = get_type (self)->state;
  gconstpointer state = eh_aggregate_get_state (self->aggregate);
  Before before;
  gboolean is_pure;

  before_take (&before, schema, state);
  decide (self, want_events, decided);
  is_pure = memcmp (before.bytes, state, schema->size) == 0 && eh_schema_equal (schema, before.value, state);
  if (!is_pure)
    fail_pure (self, schema, &before, state);
  before_free (&before, schema);
  return is_pure;
}

/* Returns: whether the aggregate may be given back */
static gboolean
rehearse (Rehearsal *self, Decided *decided)
{
  EhScenarioRun *run = self->run;
  gboolean twice = eh_scenario_run_wants (run, EH_CHECK_DECIDE_TWICE);

  if (!eh_scenario_run_wants (run, EH_CHECK_PURE_HANDLER))
    decide (self, twice, decided);
  else if (!decide_watched (self, twice, decided))
    return FALSE;
  eh_checks_codec (run, eh_command_get_schema (self->command), eh_command_get_data (self->command), "the command ");
  if (twice)
    check_twice (self, decided);
  if (decided->error != NULL)
    check_error (self, decided->error);
  return TRUE;
}

gboolean
eh_checks_rehearse (EhScenarioRun *run, EhCommand *command)
{
  EhStreamName *stream = eh_command_get_stream (command);
  g_auto (Decided) decided = { NULL, NULL };
  Rehearsal self = { .run = run, .command = command };

  /* What cannot be loaded is reported by the dispatch and by folding again. */
  self.aggregate = eh_repository_load (run->repository, stream, TRUE, NULL, NULL);
  if (self.aggregate == NULL)
    return FALSE;
  self.rule = eh_aggregate_type_find_command (get_type (&self), get_command_name (&self));
  self.first_id = eh_scenario_run_peek_id (run->ids);
  if (self.rule == NULL || rehearse (&self, &decided))
    eh_repository_give_back (run->repository, self.aggregate);
  else
    eh_aggregate_free (self.aggregate);
  return decided.error != NULL;
}
