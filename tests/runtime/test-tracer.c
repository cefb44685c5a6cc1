/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-tracer-private.h"

/* What a tracer was told, a line a call, spans inside others moved to the right. */
typedef struct {
  GString *log;
  guint depth;
  guint n_destroyed;
} Trace;

static const char *const kinds[] = { "command", "load", "append", "handle", "publish" };

static gpointer
begin (const EhSpan *span, gpointer user_data)
{
  Trace *trace = user_data;

  g_string_append_printf (trace->log, "%*s%s %s %s\n", (int) (2 * trace->depth), "", kinds[span->kind], span->name,
                          eh_stream_name_to_string (span->stream));
  g_assert_true (eh_id_is_nil (&span->id) == (span->kind == EH_SPAN_LOAD));
  return GUINT_TO_POINTER (++trace->depth);
}

static void
end (gpointer token, const GError *error, gpointer user_data)
{
  Trace *trace = user_data;

  g_assert_cmpuint (GPOINTER_TO_UINT (token), ==, trace->depth);
  trace->depth--;
  if (error != NULL)
    g_string_append_printf (trace->log, "%*s! %s\n", (int) (2 * trace->depth), "", error->message);
}

static void
note_destroyed (gpointer data)
{
  ((Trace *) data)->n_destroyed++;
}

static CounterWorld *
new_traced_world (Trace *trace)
{
  CounterWorld *world = counter_world_new ();
  g_autoptr (EhTracer) tracer = eh_tracer_new (begin, end, trace, note_destroyed);

  *trace = (Trace){ .log = g_string_new (NULL) };
  eh_repository_set_tracer (world->repository, tracer);
  eh_command_handler_set_tracer (world->handler, tracer);
  return world;
}

static void
check_log (Trace *trace, const char *expected)
{
  g_assert_cmpstr (trace->log->str, ==, expected);
  g_assert_cmpuint (trace->depth, ==, 0);
  g_string_truncate (trace->log, 0);
}

static void
test_command (void)
{
  Trace trace;
  g_autoptr (CounterWorld) world = new_traced_world (&trace);
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);

  g_test_summary ("A command's span has the load, the append and what is published inside");

  eh_command_handler_set_event_bus (world->handler, bus);
  counter_do (world->handler, counter_create ("a"));
  check_log (&trace, "command CreateCounter Counter-a\n"
                     "  load Counter Counter-a\n"
                     "  append CounterCreated Counter-a\n"
                     "  publish CounterCreated Counter-a\n");
  counter_do (world->handler, counter_command ("a", &double_counter));
  check_log (&trace, "command DoubleCounter Counter-a\n"
                     "  load Counter Counter-a\n"
                     "  append CounterAdded Counter-a\n"
                     "  publish CounterAdded Counter-a\n"
                     "  publish CounterAdded Counter-a\n");
  eh_event_bus_close (bus, NULL, NULL);
  g_clear_pointer (&world, counter_world_free);
  g_assert_cmpuint (trace.n_destroyed, ==, 1);
  g_string_free (trace.log, TRUE);
}

static void
test_failures (void)
{
  Trace trace;
  g_autoptr (CounterWorld) world = new_traced_world (&trace);
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);

  g_test_summary ("A span ends with the error that it failed with, and so do those around it");

  counter_do (world->handler, counter_create ("a"));
  g_string_truncate (trace.log, 0);
  counter_fail (world->handler, counter_take ("a", 5), COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
  check_log (&trace, "command TakeFromCounter Counter-a\n"
                     "  load Counter Counter-a\n"
                     "! too little\n");
  eh_event_bus_close (bus, NULL, NULL);
  eh_command_handler_set_event_bus (world->handler, bus);
  counter_do (world->handler, counter_add ("a", 5));
  g_assert_true (g_str_has_prefix (trace.log->str, "command AddToCounter Counter-a\n"
                                                   "  load Counter Counter-a\n"
                                                   "  append CounterAdded Counter-a\n"
                                                   "  publish CounterAdded Counter-a\n"
                                                   "  ! "));
  g_string_truncate (trace.log, 0);
  eh_event_store_close (world->store->inner, NULL, NULL);
  counter_fail (world->handler, counter_add ("a", 5), EH_ERROR, EH_ERROR_CLOSED);
  check_log (&trace, "command AddToCounter Counter-a\n"
                     "  load Counter Counter-a\n"
                     "  append CounterAdded Counter-a\n"
                     "  ! the memory store is closed\n"
                     "! the memory store is closed\n");
  counter_fail (world->handler, counter_add ("b", 5), EH_ERROR, EH_ERROR_CLOSED);
  check_log (&trace, "command AddToCounter Counter-b\n"
                     "  load Counter Counter-b\n"
                     "  ! the memory store is closed\n"
                     "! the memory store is closed\n");
  g_string_free (trace.log, TRUE);
}

typedef struct {
  EhSpan spans[4];
  guint n_spans;
} Spans;

static gpointer
keep (const EhSpan *span, gpointer user_data)
{
  Spans *spans = user_data;

  spans->spans[spans->n_spans++] = *span;
  return NULL;
}

static void
ignore (gpointer token, const GError *error, gpointer user_data)
{
}

static void
test_ids (void)
{
  Spans found = { .n_spans = 0 };
  g_autoptr (CounterWorld) world = counter_world_new ();
  g_autoptr (EhTracer) tracer = eh_tracer_new (keep, ignore, &found, NULL);
  g_autoptr (EhCommand) command = counter_with_id (counter_create ("a"), 77);
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;
  EhId correlation = { { 9 } }, causation = { { 8 } };
  const EhEvent *event;

  g_test_summary ("From command to event the conversation is one, and each tells what caused it");

  eh_repository_set_tracer (world->repository, tracer);
  eh_command_handler_set_tracer (world->handler, tracer);
  eh_command_set_correlation_id (command, &correlation);
  eh_command_set_causation_id (command, &causation);
  outcome = eh_command_handler_handle (world->handler, command, NULL, &error);
  g_assert_no_error (error);
  event = eh_event_page_get (eh_outcome_get_events (outcome), 0);
  g_assert_cmpuint (found.n_spans, ==, 3);
  g_assert_true (eh_id_equal (&found.spans[0].id, eh_command_get_id (command)));
  g_assert_true (eh_id_equal (&found.spans[0].correlation_id, &correlation));
  g_assert_true (eh_id_equal (&found.spans[0].causation_id, &causation));
  g_assert_true (eh_id_equal (&found.spans[2].id, eh_event_get_id (event)));
  g_assert_true (eh_id_equal (&found.spans[2].correlation_id, &correlation));
  g_assert_true (eh_id_equal (&found.spans[2].causation_id, eh_command_get_id (command)));
}

static void
test_consumer (void)
{
  Trace trace;
  g_autoptr (CounterWorld) world = new_traced_world (&trace);
  g_autoptr (EhTracer) tracer = eh_tracer_new (begin, end, &trace, NULL);
  g_autoptr (EhStreamName) stream = counter_stream ("a");
  g_autoptr (EhEventPage) page = NULL;
  gpointer token;

  g_test_summary ("A consumer's span has its name; without a tracer there is none");

  counter_do (world->handler, counter_create ("a"));
  g_string_truncate (trace.log, 0);
  page = eh_event_store_read_stream (world->store->inner, stream, 1, EH_FORWARDS, 0, NULL, NULL);
  token = eh_tracer_begin_event (tracer, EH_SPAN_HANDLE, "Balances", eh_event_page_get (page, 0));
  eh_tracer_end (tracer, token, NULL);
  check_log (&trace, "handle Balances/CounterCreated Counter-a\n");
  token = eh_tracer_begin_event (NULL, EH_SPAN_HANDLE, "Balances", eh_event_page_get (page, 0));
  eh_tracer_end (NULL, token, NULL);
  check_log (&trace, "");
  g_string_free (trace.log, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracer/command", test_command);
  g_test_add_func ("/tracer/failures", test_failures);
  g_test_add_func ("/tracer/ids", test_ids);
  g_test_add_func ("/tracer/consumer", test_consumer);
  return g_test_run ();
}
