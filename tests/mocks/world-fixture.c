/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-fixture.h"

EH_DEFINE_SCHEMA (Marked, marked, EH_FIELD_INT64 (number), EH_FIELD_STRING (text))

static guint64
script_random (Script *self, guint64 arity)
{
  self->seed ^= self->seed << 13;
  self->seed ^= self->seed >> 7;
  self->seed ^= self->seed << 17;
  return (self->seed >> 11) % arity;
}

static guint
script_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  Script *self = (Script *) oracle;

  self->n_next++;
  self->most_candidates = MAX (self->most_candidates, n);
  g_assert_cmpuint (n, >=, 2);
  for (guint i = running_first ? 2 : 1; i < n; i++)
    g_assert_cmpuint (candidates[i - 1].task, <, candidates[i].task);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (candidates[i].remaining, >=, 1);
  if (self->seed != 0)
    return (guint) script_random (self, n);
  if (self->script == NULL || *self->script == '\0')
    return 0;
  for (guint i = 0; i < n; i++)
    if (candidates[i].task == (guint) (*self->script - '0'))
      {
        self->script++;
        return i;
      }
  g_error ("task %c cannot go on", *self->script);
}

static guint
script_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  Script *self = (Script *) oracle;

  self->n_fault++;
  if (self->seed != 0)
    return (guint) script_random (self, n + 1);
  for (guint i = 0; i < n; i++)
    if (op->kind == self->fault_op && faults[i].kind == self->fault.kind && faults[i].applied == self->fault.applied)
      {
        if (self->skip_faults > 0)
          {
            self->skip_faults--;
            return 0;
          }
        if (!self->keep_failing)
          self->fault.kind = self->next_fault;
        self->next_fault = EH_FAULT_NONE;
        return i + 1;
      }
  return 0;
}

static guint64
script_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  Script *self = (Script *) oracle;

  return self->seed != 0 ? script_random (self, arity) : arity - 1;
}

static void
script_did (EhOracle *oracle, guint task, guint index, const EhOp *op)
{
  ((Script *) oracle)->n_did++;
}

void
script_init (Script *self, const char *script)
{
  *self = (Script){ { script_next, script_fault, script_choose, script_did }, script };
}

EhWorld *
world_new (const char *names, guint n_steps, EhStepFunc func, gpointer user_data)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("test");
  EhWorld *world = eh_world_new (domain);

  for (; *names != '\0'; names++)
    eh_world_add_task (world, (const char[]){ *names, '\0' }, n_steps, func, user_data);
  return world;
}

EhRunEnd
world_run (EhWorld *world, const char *script)
{
  Script oracle;

  script_init (&oracle, script);
  return eh_world_run (world, &oracle.oracle);
}

EhStreamName *
world_stream (const char *name)
{
  EhStreamName *stream = eh_stream_name_parse (name, NULL);

  g_assert_nonnull (stream);
  return stream;
}

EhEventBatch *
world_batch (EhWorld *world, const char *stream, gint64 number)
{
  g_autoptr (EhStreamName) name = world_stream (stream);
  EhEventBatch *batch = eh_event_batch_new (name, eh_clock_now (eh_world_get_clock (world)));
  EhId id;

  eh_id_source_next (eh_world_get_ids (world), &id);
  g_assert_true (eh_event_batch_add (batch, &id, &marked, &(Marked){ number, "m" }, NULL));
  return batch;
}

gboolean
world_append (EhWorld *world, const char *stream, gint64 expected, gint64 number, GError **error)
{
  g_autoptr (EhEventBatch) batch = world_batch (world, stream, number);

  return eh_event_store_append (eh_world_get_store (world), batch, expected, EH_APPEND_NONE, NULL, NULL, error);
}

static guint64
read_version (EhEventStore *store, const char *stream, GError **error)
{
  g_autoptr (EhStreamName) name = world_stream (stream);
  g_autoptr (EhEventPage) page = eh_event_store_read_stream (store, name, 1, EH_FORWARDS, 0, NULL, error);

  return page != NULL ? eh_event_page_get_size (page) : G_MAXUINT64;
}

guint64
world_load (EhWorld *world, const char *stream, GError **error)
{
  return read_version (eh_world_get_store (world), stream, error);
}

guint64
world_inner_version (EhWorld *world, const char *stream)
{
  return read_version (eh_world_get_inner_store (world), stream, NULL);
}

void
world_load_append (EhWorld *world, guint task, guint step, gpointer user_data)
{
  guint64 version = world_load (world, user_data, NULL);

  if (version != G_MAXUINT64)
    world_append (world, user_data, (gint64) version, task, NULL);
}

void
world_write_log (EhWorld *world, const EhWorldStep *step, gpointer user_data)
{
  GString *log = user_data;

  g_assert_cmpuint (step->task, ==, eh_world_get_running (world));
  g_string_append_printf (log, "%s%s %s %s %" G_GUINT64_FORMAT, step->switched ? "!" : "",
                          eh_world_get_task_name (world, step->task), eh_op_kind_get_nick (step->op->kind),
                          step->op->subject != NULL ? step->op->subject : "-", step->version);
  if (step->fault.kind != EH_FAULT_NONE)
    g_string_append_printf (log, " %s%s", eh_fault_kind_get_nick (step->fault.kind),
                            step->fault.applied ? " (applied)" : "");
  if (step->error != NULL)
    g_string_append_printf (log, " %s", step->error->domain == EH_ERROR ? eh_error_get_nick (step->error->code) : "io");
  g_string_append (log, "; ");
}
