/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

#include <string.h>

/*
 * The same choices have to lead to the same run, and the same state and command to the same decision: else what was
 * found cannot be shown again, and what was not found means nothing. A run is repeated by its own choices and
 * compared: the world's hash of all operations with arguments and results, and the events themselves.
 */

/* What is kept of the first run. */
typedef struct {
  GArray *ops;       /* (owned) (element-type EhTrialOp) */
  GPtrArray *events; /* (owned) (element-type EhEvent): of all streams, in order */
  EhChoice *choices; /* (owned) */
  guint n_choices;
  guint64 hash;
} First;

static void
first_clear (First *self)
{
  g_clear_pointer (&self->ops, g_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->choices, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (First, first_clear)

static GPtrArray *
collect_events (EhTrial *self)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);

  for (guint i = 0; i < self->streams->len; i++)
    {
      const EhTrialStream *stream = eh_trial_get_stream (self, i);

      for (guint k = stream->n_given; k < stream->events->len; k++)
        g_ptr_array_add (events, eh_event_ref (g_ptr_array_index (stream->events, k)));
    }
  return events;
}

static void
keep (EhTrial *self, First *first)
{
  const EhChoice *choices = eh_world_get_choices (self->world, &first->n_choices);

  first->ops = g_array_copy (self->ops);
  first->events = collect_events (self);
  first->choices = g_memdup2 (choices, first->n_choices * sizeof *choices);
  first->hash = eh_world_get_hash (self->world);
}

static gboolean
is_same_op (const EhTrialOp *a, const EhTrialOp *b)
{
  return a->task == b->task && a->kind == b->kind && a->stream == b->stream && a->version == b->version
         && a->error_domain == b->error_domain && a->error_code == b->error_code;
}

static char *
describe_op (EhTrial *self, const EhTrialOp *op)
{
  const char *name = op->task < eh_world_get_n_tasks (self->world) ? eh_world_get_task_name (self->world, op->task)
                                                                   : "the courier";
  const char *stream = op->stream < self->streams->len
                           ? eh_trial_stream_get_name (eh_trial_get_stream (self, op->stream))
                           : "nothing";

  if (op->error_domain != 0)
    return g_strdup_printf ("%s's %s (%s) that failed", name, eh_op_kind_get_nick (op->kind), stream);
  return g_strdup_printf ("%s's %s (%s, version %" G_GUINT64_FORMAT ")", name, eh_op_kind_get_nick (op->kind), stream,
                          op->version);
}

static char *
describe_op_at (EhTrial *self, GArray *ops, guint i)
{
  return i < ops->len ? describe_op (self, &g_array_index (ops, EhTrialOp, i)) : g_strdup ("the end");
}

static char *
describe_difference (EhTrial *self, const First *first)
{
  guint i = 0;
  g_autofree char *was = NULL;
  g_autofree char *is = NULL;

  while (i < first->ops->len && i < self->ops->len
         && is_same_op (&g_array_index (first->ops, EhTrialOp, i), &g_array_index (self->ops, EhTrialOp, i)))
    i++;
  if (i == first->ops->len && i == self->ops->len)
    return g_strdup ("the operations were the same, but not what they carried");
  was = describe_op_at (self, first->ops, i);
  is = describe_op_at (self, self->ops, i);
  return g_strdup_printf ("operation %u was %s the first time and %s the second", i + 1, was, is);
}

static void
report_run (EhTrial *self, const First *first)
{
  g_autofree char *difference = describe_difference (self, first);

  eh_trial_find (
      self, EH_SIM_CHECK_DETERMINISM, g_strdup ("run"),
      g_strdup_printf ("the same choices led to another run: %s; something looks at a clock, a random number, "
                       "an address or a static variable",
                       difference));
}

static void
report_event (EhTrial *self, EhEvent *event)
{
  eh_trial_find (
      self, EH_SIM_CHECK_DETERMINISM, g_strconcat ("event:", eh_event_get_type_name (event), NULL),
      g_strdup_printf ("the same choices led to another %s as version %" G_GUINT64_FORMAT
                       " of %s: its handler looks at a clock, a random number, an address or a static variable",
                       eh_event_get_type_name (event), eh_event_get_version (event),
                       eh_stream_name_to_string (eh_event_get_stream (event))));
}

static void
compare (EhTrial *self, const First *first)
{
  g_autoptr (GPtrArray) events = collect_events (self);

  for (guint i = 0; i < MIN (events->len, first->events->len); i++)
    {
      if (eh_event_equal (g_ptr_array_index (events, i), g_ptr_array_index (first->events, i)))
        continue;
      report_event (self, g_ptr_array_index (first->events, i));
      return;
    }
  if (eh_world_get_hash (self->world) != first->hash)
    report_run (self, first);
}

/* The findings of the first run stay; those of its repetition would be the same. */
void
eh_check_determinism (EhTrial *self)
{
  g_auto (First) first = { NULL };
  GArray *findings = g_steal_pointer (&self->findings);
  GPtrArray *trace = g_steal_pointer (&self->trace);
  EhOracle *oracle;

  keep (self, &first);
  oracle = eh_replay_oracle_new (first.choices, first.n_choices, FALSE);
  self->findings = g_array_new (FALSE, FALSE, sizeof (EhTrialFinding));
  g_array_set_clear_func (self->findings, eh_trial_clear_finding);
  eh_trial_history_reset (self);
  eh_world_run (self->world, oracle);
  eh_replay_oracle_free (oracle);
  g_array_unref (self->findings);
  self->findings = findings;
  self->trace = trace;
  compare (self, &first);
}

/* ---- decide twice ---- */

static void
decide_twice (EhTrial *self, const EhTrialStep *record, const EhTrialStream *stream, gconstpointer state,
              guint64 version)
{
  g_auto (EhSerialDecision) first = { NULL, NULL };
  g_auto (EhSerialDecision) second = { NULL, NULL };

  eh_serial_decide (self, record, stream->type, state, version, &first);
  eh_serial_decide (self, record, stream->type, state, version, &second);
  if (eh_serial_decision_equal (&first, &second))
    return;
  eh_trial_find (self, EH_SIM_CHECK_DETERMINISM, g_strconcat ("decide:", eh_trial_get_step_type (record), NULL),
                 g_strdup_printf ("deciding %s twice on the same state of %s led to different results: a handler may "
                                  "depend on the state, the command and the decision's time and ids only",
                                  eh_trial_get_step_type (record), eh_trial_stream_get_name (stream)));
}

void
eh_check_decide_twice (EhTrial *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      const EhTrialStep *record = &g_array_index (self->records, EhTrialStep, i);
      guint k = eh_serial_next_read (self, record, record->first_load);
      const EhTrialStream *stream;
      gpointer state;

      if (!eh_serial_is_command (record) || record->command == NULL || k == EH_TRIAL_NONE)
        continue;
      stream = eh_trial_get_stream (self, eh_trial_get_load (self, k)->stream);
      state = eh_trial_stream_fold (self, stream, eh_trial_get_load (self, k)->version);
      if (state == NULL)
        continue;
      decide_twice (self, record, stream, state, eh_trial_get_load (self, k)->version);
      eh_schema_free (stream->type->state, state);
    }
}
