/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-checks-private.h"

#include "model/eh-domain-private.h"

/*
 * One stream is read whole and folded from zero; then it is folded once more, event by event, and at each of them
 * the state is written and read back as a snapshot would be, and the rest is folded onto what was read. The first
 * thing that is wrong with a stream is the only one that is told: what comes after it follows from it.
 */
typedef struct {
  EhScenarioRun *run;
  EhStreamName *stream; /* (unowned) */
  const EhAggregateType *type;
  GPtrArray *events; /* (owned) (element-type EhEvent) */
  gpointer folded;   /* (owned): the state after all events */
} Stream;

static const char *
get_name (const Stream *self)
{
  return eh_stream_name_to_string (self->stream);
}

static void
fail_codec (EhScenarioRun *run, const EhSchema *schema, const char *what, EhDiff *diff, const char *reason)
{
  eh_scenario_run_fail (run, "codec", diff,
                        "%s%s does not survive encoding and decoding%s%s: do not let such a value come about, or give "
                        "the member another kind in its schema",
                        what, schema->name, reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

/* Writes @value and reads it back into @copy, which is the caller's to clear if that works. */
static gboolean
write_and_read (EhScenarioRun *run, const EhSchema *schema, gconstpointer value, gpointer copy, GError **error)
{
  g_string_truncate (run->text, 0);
  return eh_schema_write_json (schema, value, run->text, error)
         && eh_schema_read_json (schema, run->text->str, (gssize) run->text->len, copy, error);
}

/* Says what is wrong if @copy is not @value. */
static gboolean
check_copy (EhScenarioRun *run, const EhSchema *schema, gconstpointer value, gconstpointer copy, const char *what)
{
  EhDiff *diff;

  if (eh_schema_equal (schema, value, copy))
    return TRUE;
  diff = eh_diff_new ();
  eh_diff_compare (diff, schema, schema->name, value, copy);
  fail_codec (run, schema, what, diff, NULL);
  return FALSE;
}

gboolean
eh_checks_codec (EhScenarioRun *run, const EhSchema *schema, gconstpointer value, const char *what)
{
  g_autofree gpointer copy = NULL;
  g_autoptr (GError) error = NULL;
  gboolean survives;

  if (!eh_scenario_run_wants (run, EH_CHECK_CODEC))
    return TRUE;
  copy = g_malloc (schema->size);
  if (!write_and_read (run, schema, value, copy, &error))
    {
      fail_codec (run, schema, what, NULL, error->message);
      return FALSE;
    }
  survives = check_copy (run, schema, value, copy, what);
  eh_schema_clear (schema, copy);
  return survives;
}

static gboolean
read_events (Stream *self)
{
  guint64 version = 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (self->run->store, self->stream, version, EH_FORWARDS, 0, NULL, NULL);

      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        g_ptr_array_add (self->events, eh_event_ref (eh_event_page_get (page, i)));
      version = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  return TRUE;
}

/* An event of former times that its upcasters do not bring to today. */
static void
fail_lifting (Stream *self, const GError *error)
{
  eh_scenario_run_fail (self->run, "known-events", NULL, "%s: mend the upcaster, or write one", error->message);
}

static void
fail_unknown (Stream *self, EhEvent *event, const GError *error)
{
  if (!eh_scenario_run_wants (self->run, EH_CHECK_KNOWN_EVENTS))
    return;
  if (eh_domain_find_event (self->run->domain, eh_event_get_type_name (event)) != eh_event_get_schema (event))
    {
      fail_lifting (self, error);
      return;
    }
  eh_scenario_run_fail (self->run, "known-events", NULL,
                        "%s has %s at version %" G_GUINT64_FORMAT ", and %s has no rule for it: add one to its table "
                        "of events; an apply of NULL says that it does not change the state",
                        get_name (self), eh_event_get_type_name (event), eh_event_get_version (event),
                        self->type->name);
}

/* Folds the events from @first on. */
static gboolean
fold (Stream *self, gpointer state, guint first)
{
  for (guint i = first; i < self->events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (self->events, i);
      g_autoptr (GError) error = NULL;

      if (eh_domain_apply_event (self->run->domain, self->type, state, event, &error))
        continue;
      fail_unknown (self, event, error);
      return FALSE;
    }
  return TRUE;
}

/* What an event was stored as, and what it became. */
static gboolean
check_lifted (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  for (guint i = 0; i < n_lifted; i++)
    if (!eh_checks_codec (user_data, eh_event_get_schema (lifted[i]), eh_event_get_data (lifted[i]), "the event "))
      {
        g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "told already");
        return FALSE;
      }
  return TRUE;
}

static gboolean
check_event (EhScenarioRun *run, EhEvent *event)
{
  const EhSchema *schema = eh_event_get_schema (event);

  if (!eh_checks_codec (run, schema, eh_event_get_data (event), "the event "))
    return FALSE;
  return g_hash_table_contains (eh_domain_get_index (run->domain)->events, schema)
         || eh_domain_lift_for (run->domain, event, check_lifted, run, NULL);
}

static gboolean
check_events (Stream *self)
{
  for (guint i = 0; i < self->events->len; i++)
    if (!check_event (self->run, g_ptr_array_index (self->events, i)))
      return FALSE;
  return TRUE;
}

static void
fail_replay (Stream *self, gconstpointer kept)
{
  EhDiff *diff = eh_diff_new ();

  eh_diff_compare (diff, self->type->state, "state", kept, self->folded);
  eh_scenario_run_fail (self->run, "replay", diff,
                        "folding %s from zero gives another state than folding on: an applier may depend on the state "
                        "and the event only; look for a static variable, a clock or randomness in the appliers of %s",
                        get_name (self), self->type->name);
}

/* What folding on has led to is what the repository keeps. */
static gboolean
check_replay (Stream *self)
{
  EhScenarioRun *run = self->run;
  EhAggregate *kept;
  gboolean is_same;

  if (run->state_is_spoilt || !eh_scenario_run_wants (run, EH_CHECK_REPLAY))
    return TRUE;
  kept = eh_repository_load (run->repository, self->stream, TRUE, NULL, NULL);
  if (kept == NULL)
    return TRUE;
  is_same = eh_schema_equal (self->type->state, eh_aggregate_get_state (kept), self->folded);
  if (!is_same)
    fail_replay (self, eh_aggregate_get_state (kept));
  eh_repository_give_back (run->repository, kept);
  return is_same;
}

static void
fail_cut (Stream *self, guint cut, gconstpointer state)
{
  EhDiff *diff = eh_diff_new ();

  eh_diff_compare (diff, self->type->state, "state", self->folded, state);
  eh_scenario_run_fail (self->run, "snapshot-cuts", diff,
                        "a snapshot of %s after event %u of %u folds on to another state: it loses something that an "
                        "applier needs; describe every member of the state in the schema %s",
                        get_name (self), cut, self->events->len, self->type->state->name);
}

static gboolean
check_cut (Stream *self, guint cut, gpointer copy)
{
  if (!eh_scenario_run_wants (self->run, EH_CHECK_SNAPSHOT_CUTS))
    return TRUE;
  if (!fold (self, copy, cut))
    return FALSE;
  if (eh_schema_equal (self->type->state, copy, self->folded))
    return TRUE;
  fail_cut (self, cut, copy);
  return FALSE;
}

static void
fail_write (Stream *self, guint cut, const GError *error)
{
  if (eh_scenario_run_wants (self->run, EH_CHECK_CODEC))
    fail_codec (self->run, self->type->state, "the state ", NULL, error->message);
  else
    eh_scenario_run_fail (self->run, "snapshot-cuts", NULL,
                          "no snapshot of %s can be made after event %u of %u: %s: do not let such a value come about",
                          get_name (self), cut, self->events->len, error->message);
}

/* @state: after the first @cut events */
static gboolean
check_state (Stream *self, guint cut, gconstpointer state, gpointer copy)
{
  const EhSchema *schema = self->type->state;
  g_autoptr (GError) error = NULL;
  gboolean is_sound;

  if (!write_and_read (self->run, schema, state, copy, &error))
    {
      fail_write (self, cut, error);
      return FALSE;
    }
  is_sound = (!eh_scenario_run_wants (self->run, EH_CHECK_CODEC)
              || check_copy (self->run, schema, state, copy, "the state "))
             && check_cut (self, cut, copy);
  eh_schema_clear (schema, copy);
  return is_sound;
}

static void
check_states (Stream *self)
{
  const EhSchema *schema = self->type->state;
  g_autofree gpointer copy = NULL;
  gboolean is_sound = TRUE;
  gpointer state;

  if (!eh_scenario_run_wants (self->run, EH_CHECK_CODEC) && !eh_scenario_run_wants (self->run, EH_CHECK_SNAPSHOT_CUTS))
    return;
  copy = g_malloc (schema->size);
  state = eh_schema_new (schema);
  for (guint i = 0; is_sound && i < self->events->len; i++)
    is_sound = eh_domain_apply_event (self->run->domain, self->type, state, g_ptr_array_index (self->events, i), NULL)
               && check_state (self, i + 1, state, copy);
  eh_schema_free (schema, state);
}

static void
check_stream (Stream *self)
{
  if (!read_events (self) || !fold (self, self->folded, 0))
    return;
  if (check_events (self) && check_replay (self))
    check_states (self);
}

void
eh_checks_fold_again (EhScenarioRun *run)
{
  for (guint i = 0; i < run->streams->len; i++)
    {
      Stream self = { .run = run, .stream = g_ptr_array_index (run->streams, i) };

      self.type = eh_domain_find_aggregate_type (run->domain, eh_stream_name_get_category (self.stream));
      if (self.type == NULL)
        continue;
      self.events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
      self.folded = eh_schema_new (self.type->state);
      check_stream (&self);
      eh_schema_free (self.type->state, self.folded);
      g_ptr_array_unref (self.events);
    }
}

static void
check_invariants (EhScenarioRun *run, EhAggregate *aggregate, const char *when)
{
  EhStreamName *stream = eh_aggregate_get_stream (aggregate);
  g_autoptr (GError) error = NULL;

  if (eh_aggregate_get_version (aggregate) == 0)
    return;
  if (eh_domain_check_invariants (run->domain, eh_aggregate_get_aggregate_type (aggregate),
                                  eh_aggregate_get_state (aggregate), stream, &error))
    return;
  eh_scenario_run_fail (run, "invariant", NULL,
                        "after %s: %s; refuse the command that leads there, or mend the invariant", when,
                        error->message);
}

void
eh_checks_invariants (EhScenarioRun *run, const char *when)
{
  for (guint i = 0; i < run->streams->len; i++)
    {
      EhStreamName *stream = g_ptr_array_index (run->streams, i);
      EhAggregate *aggregate = eh_repository_load (run->repository, stream, TRUE, NULL, NULL);

      if (aggregate == NULL)
        continue;
      check_invariants (run, aggregate, when);
      eh_repository_give_back (run->repository, aggregate);
    }
}
