/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

#include "runtime/eh-process-step-private.h"

/* A run in words: who, what, with what, to what effect. */

void
eh_trace_row_free (EhTraceRow *self)
{
  if (self == NULL)
    return;
  g_free (self->what);
  g_free (self->detail);
  g_free (self->result);
  g_free (self->state);
  g_free (self->schedule);
  g_free (self->fault);
  g_free (self);
}

/* ---- steps ---- */

static EhClientStepKind
get_kind (const EhTrialStep *record)
{
  return record->spec == NULL ? EH_CLIENT_STEP_COMMAND : record->spec->kind;
}

const char *
eh_trial_get_step_type (const EhTrialStep *record)
{
  switch (get_kind (record))
    {
    case EH_CLIENT_STEP_COMMAND:
      return record->command != NULL ? eh_command_get_type_name (record->command) : "command";
    case EH_CLIENT_STEP_WAIT:
      return "wait";
    case EH_CLIENT_STEP_READ:
      return "read";
    default:
      return "step";
    }
}

static void
print_command (EhCommand *command, GString *out)
{
  const EhSchema *schema = eh_command_get_schema (command);

  g_string_append (out, schema->name);
  if (schema->n_fields == 0)
    return;
  g_string_append_c (out, ' ');
  eh_schema_print (schema, eh_command_get_data (command), out);
}

char *
eh_trial_describe_step (EhTrial *self, const EhTrialStep *record)
{
  g_autoptr (GString) text = NULL;

  if (record == NULL)
    return g_strdup ("somebody");
  text = g_string_new (eh_world_get_task_name (self->world, record->task));
  g_string_append (text, "'s ");
  if (record->command != NULL)
    print_command (record->command, text);
  else if (get_kind (record) == EH_CLIENT_STEP_READ)
    g_string_append_printf (text, "read of %s", eh_stream_name_to_string (record->spec->stream));
  else
    g_string_append_printf (text, "%s %u", eh_trial_get_step_type (record), record->step + 1);
  return g_strdup (text->str);
}

static const char *
get_name (EhTrial *self, guint task)
{
  return task < eh_world_get_n_tasks (self->world) ? eh_world_get_task_name (self->world, task) : "courier";
}

char *
eh_trial_describe_step_of (EhTrial *self, guint task, guint step)
{
  const EhTrialStep *record = eh_trial_find_record (self, task, step);

  return record != NULL ? eh_trial_describe_step (self, record) : g_strdup (get_name (self, task));
}

char *
eh_trial_describe_error (EhTrial *self, const GError *error)
{
  const char *nick = eh_domain_get_error_nick (self->domain, error);

  /* Many a message begins with the nick already. */
  if (nick == NULL || g_str_has_prefix (error->message, nick))
    return g_strdup (error->message);
  return g_strdup_printf ("%s: %s", nick, error->message);
}

/* ---- rows ---- */

/* What comes of an operation that has no other result. */
#define DONE "done"

static char *
describe_what (const EhWorldStep *step)
{
  const char *nick = eh_op_kind_get_nick (step->op->kind);

  return step->op->subject != NULL ? g_strdup_printf ("%s %s", nick, step->op->subject) : g_strdup (nick);
}

/* Of a process's step, what it sends: its state is long, and told where it is asked for. */
static gboolean
print_process_step (EhEvent *event, GString *out)
{
  g_auto (EhOpenStep) open = { NULL, NULL };

  if (!eh_open_step_init (&open, event, NULL))
    return FALSE;
  g_string_append (out, "a step that sends ");
  for (gsize i = 0; i < open.step->n_commands; i++)
    g_string_append_printf (out, "%s%s to %s", i > 0 ? ", " : "", open.step->commands[i].type,
                            open.step->commands[i].in);
  if (open.step->n_commands == 0)
    g_string_append (out, "nothing");
  g_string_append (out, open.step->ended ? " and is the last" : "");
  return TRUE;
}

static void
print_event (EhEvent *event, GString *out)
{
  const EhSchema *schema = eh_event_get_schema (event);

  if (g_str_equal (eh_event_get_type_name (event), eh_process_step_schema.name) && print_process_step (event, out))
    return;
  g_string_append (out, eh_event_get_type_name (event));
  if (schema == NULL || schema->n_fields == 0)
    return;
  g_string_append_c (out, ' ');
  eh_schema_print (schema, eh_event_get_data (event), out);
}

static void
print_batch (EhEventBatch *batch, GString *out)
{
  g_autoptr (EhEventPage) page = eh_event_batch_record (batch, 1, 1);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      print_event (eh_event_page_get (page, i), out);
    }
}

/* What the append required; a body's own is not known unless it failed. */
static void
print_expected (EhTrial *self, const EhTrialStep *record, const EhWorldStep *step, GString *out)
{
  gint64 expected = EH_EXPECTED_ANY;

  if (record->spec != NULL && record->spec->kind != EH_CLIENT_STEP_COMMAND)
    return;
  if (self->simulation->expect_any)
    {
      g_string_append (out, " expecting any version");
      return;
    }
  if (!eh_error_get_versions (step->error, &expected, NULL) && record->last_load != EH_TRIAL_NONE)
    expected = (gint64) eh_trial_get_load (self, record->last_load)->version;
  if (expected >= 0)
    g_string_append_printf (out, " expecting version %" G_GINT64_FORMAT, expected);
}

static char *
describe_detail (EhTrial *self, const EhTrialStep *record, const EhWorldStep *step)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (step->batch != NULL)
    {
      print_batch (step->batch, text);
      if (record != NULL)
        print_expected (self, record, step, text);
    }
  else if (step->event != NULL)
    {
      print_event (step->event, text);
      g_string_append_printf (text, " (version %" G_GUINT64_FORMAT ")", eh_event_get_version (step->event));
    }
  else if (step->op->kind == EH_OP_LOAD && record != NULL && record->command != NULL)
    {
      g_string_append (text, "for ");
      print_command (record->command, text);
    }
  return g_strdup (text->str);
}

static gboolean
has_version (const EhWorldStep *step)
{
  return step->op->kind == EH_OP_LOAD || step->op->kind == EH_OP_APPEND || step->op->kind == EH_OP_SNAPSHOT_LOAD
         || step->op->kind == EH_OP_SNAPSHOT_SAVE;
}

static char *
describe_result (EhTrial *self, const EhWorldStep *step)
{
  g_autofree char *error = NULL;

  if (step->fault.kind == EH_FAULT_CRASH)
    return g_strdup ("crashed");
  if (step->error != NULL)
    {
      error = eh_trial_describe_error (self, step->error);
      return g_strconcat (error, step->fault.applied ? " (it did)" : "", NULL);
    }
  if (has_version (step))
    return g_strdup_printf ("version %" G_GUINT64_FORMAT, step->version);
  if (step->op->kind == EH_OP_CHECKPOINT_LOAD || step->op->kind == EH_OP_CHECKPOINT_SAVE)
    return g_strdup_printf ("position %" G_GUINT64_FORMAT, step->version);
  return g_strdup (DONE);
}

/* A snapshot need not be what the events say: whoever starts from it believes it, and folds on. */
static gpointer
fold_from_snapshot (const EhTrialStream *stream, const EhSnapshot *snapshot, guint64 version)
{
  gpointer state = stream->type != NULL ? eh_snapshot_read_state (snapshot, stream->type->state, NULL) : NULL;

  for (guint64 i = eh_snapshot_get_version (snapshot); state != NULL && i < version; i++)
    {
      if (eh_aggregate_type_apply (stream->type, state, g_ptr_array_index (stream->events, i), NULL))
        continue;
      eh_schema_free (stream->type->state, state);
      state = NULL;
    }
  return state;
}

/* What the client has been shown, or what the append has made of the stream. */
static gpointer
make_state (EhTrial *self, const EhTrialStep *record, const EhTrialStream *stream, const EhWorldStep *step)
{
  gpointer state = NULL;

  if (step->events != NULL)
    return eh_trial_stream_fold (self, stream, eh_trial_stream_get_version (stream));
  if (step->error != NULL || (step->op->kind != EH_OP_LOAD && step->snapshot == NULL))
    return NULL;
  if (record != NULL && record->believed != NULL
      && eh_stream_name_equal (eh_snapshot_get_stream (record->believed), stream->name))
    state = fold_from_snapshot (stream, record->believed, step->version);
  return state != NULL ? state : eh_trial_stream_fold (self, stream, step->version);
}

static char *
describe_state (EhTrial *self, const EhTrialStep *record, const EhWorldStep *step)
{
  g_autoptr (GString) text = NULL;
  const EhTrialStream *stream;
  gpointer state;

  if (step->stream == NULL)
    return NULL;
  stream = eh_trial_get_stream (self, eh_trial_find_stream (self, step->stream));
  state = make_state (self, record, stream, step);
  if (state == NULL)
    return NULL;
  text = g_string_new (NULL);
  eh_schema_print (stream->type->state, state, text);
  eh_schema_free (stream->type->state, state);
  return g_strdup (text->str);
}

static char *
describe_fault (EhTrial *self, const char *schedule, const EhFault *fault)
{
  const char *nick = eh_fault_kind_get_nick (fault->kind);
  gboolean is_double = fault->kind == EH_FAULT_APPEND_AMBIGUOUS || fault->kind == EH_FAULT_PUBLISH_AMBIGUOUS;
  guint n = 1;

  if (fault->kind == EH_FAULT_NONE)
    return NULL;
  for (guint i = 0; i < self->trace->len; i++)
    n += g_str_equal (((const EhTraceRow *) g_ptr_array_index (self->trace, i))->schedule, schedule);
  return g_strdup_printf ("%s #%u: %s%s", schedule, n, nick,
                          !is_double       ? ""
                          : fault->applied ? " (applied)"
                                           : " (not applied)");
}

void
eh_trial_trace_observe (EhTrial *self, const EhWorldStep *step)
{
  EhTrialStep *record = eh_trial_find_record (self, step->task, step->step);
  EhTraceRow *row = g_new0 (EhTraceRow, 1);

  if (record != NULL && step->op->kind == EH_OP_SNAPSHOT_LOAD)
    {
      g_clear_pointer (&record->believed, eh_snapshot_unref);
      record->believed = step->snapshot != NULL ? eh_snapshot_ref (step->snapshot) : NULL;
    }
  row->task = step->task;
  row->what = describe_what (step);
  row->detail = describe_detail (self, record, step);
  row->result = describe_result (self, step);
  row->state = describe_state (self, record, step);
  row->schedule = g_strdup_printf ("%s: %s", get_name (self, step->task), row->what);
  row->fault = describe_fault (self, row->schedule, &step->fault);
  row->switched = step->switched;
  row->is_given = step->op->kind == EH_OP_HANDLE || step->op->kind == EH_OP_DELIVER;
  g_ptr_array_add (self->trace, row);
}

/* The row was made when it was given: what came of it is known behind the rows of what its handler did. */
void
eh_trial_trace_fail (EhTrial *self, guint task, const GError *reason)
{
  g_autofree char *said = NULL;

  for (guint i = self->trace != NULL ? self->trace->len : 0; i > 0; i--)
    {
      EhTraceRow *row = g_ptr_array_index (self->trace, i - 1);

      if (row->task != task || !row->is_given)
        continue;
      /* It was not even given. */
      if (!g_str_equal (row->result, DONE))
        return;
      said = eh_trial_describe_error (self, reason);
      g_free (row->result);
      row->result = g_strconcat ("failed: ", said, NULL);
      return;
    }
}
