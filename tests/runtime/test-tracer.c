/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "counter-domain.h"
#include "model/eh-error.h"
#include "model/eh-lock-private.h"
#include "runtime/eh-client.h"
#include "runtime/eh-tracer-private.h"
#include "transfer-domain.h"

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

/* ---- a conversation of several messages ---- */

/* The commands that were tried; consumers do so in threads of their own. */
typedef struct {
  EhLock lock;
  EhSpan commands[8]; /* (mutex lock) */
  guint n_commands;   /* (mutex lock) */
} Commands;

static gpointer
note_command (const EhSpan *span, gpointer user_data)
{
  Commands *self = user_data;

  eh_lock (&self->lock);
  if (span->kind == EH_SPAN_COMMAND && self->n_commands < G_N_ELEMENTS (self->commands))
    self->commands[self->n_commands++] = *span;
  eh_unlock (&self->lock);
  return NULL;
}

/* What caused the command that caused @event; nil if nobody sent that. */
static EhId
get_cause_of_command (Commands *commands, const EhEvent *event, const EhId *conversation)
{
  for (guint i = 0; i < commands->n_commands; i++)
    {
      const EhSpan *span = &commands->commands[i];

      if (!eh_id_equal (&span->id, eh_event_get_causation_id (event)))
        continue;
      g_assert_true (eh_id_equal (&span->correlation_id, conversation));
      return span->causation_id;
    }
  g_assert_not_reached ();
}

static EhEvent *
find_event (EhEventPage *page, const EhId *id)
{
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    if (eh_id_equal (eh_event_get_id (eh_event_page_get (page, i)), id))
      return eh_event_page_get (page, i);
  g_assert_not_reached ();
}

static EhEvent *
find_first_of (EhEventPage *page, const char *stream)
{
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    if (g_str_equal (eh_stream_name_to_string (eh_event_get_stream (eh_event_page_get (page, i))), stream))
      return eh_event_page_get (page, i);
  g_assert_not_reached ();
}

/* The types on the way back from what purse b was given, as far as messages caused each other. */
static char *
trace_back (Commands *commands, EhEventPage *page, const EhId *conversation)
{
  GString *way = g_string_new (NULL);
  EhEvent *event = find_first_of (page, "Purse-b");
  EhId cause;

  do
    {
      g_string_append_printf (way, "%s ", eh_event_get_type_name (event));
      g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), conversation));
      cause = *eh_event_get_causation_id (event);
      if (!g_str_equal (eh_event_get_type_name (event), "ProcessStepped"))
        cause = get_cause_of_command (commands, event, conversation);
      if (!eh_id_is_nil (&cause))
        event = find_event (page, &cause);
    }
  while (!eh_id_is_nil (&cause));
  return g_string_free (way, FALSE);
}

static void
test_conversation (void)
{
  Commands commands = { .n_commands = 0 };
  g_autoptr (EhTracer) tracer = eh_tracer_new (note_command, ignore, &commands, NULL);
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhClient) client = eh_client_new (domain, "memory:", NULL, 0, &error);
  g_autoptr (EhOutcome) paid = NULL;
  g_autoptr (EhOutcome) placed = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autofree char *way = NULL;
  const EhId *conversation;

  g_test_summary ("From what a transfer gave, causes lead back through commands and a process's steps to who began it");

  g_assert_no_error (error);
  eh_lock_init (&commands.lock);
  eh_client_set_tracer (client, tracer);
  paid = eh_client_dispatch (client, "a", &put_in, &(PutIn){ 100 }, &error);
  g_assert_no_error (error);
  placed = eh_client_dispatch (client, "o", &place_order, &(PlaceOrder){ "a", "b", 30 }, &error);
  g_assert_no_error (error);
  conversation = eh_event_get_correlation_id (eh_event_page_get (eh_outcome_get_events (placed), 0));
  g_assert_true (eh_client_start (client, &error));
  g_assert_true (eh_client_settle (client, NULL, &error));
  page = eh_event_store_read_all (eh_client_get_store (client), NULL, 0, EH_FORWARDS, 0, NULL, &error);
  g_assert_true (eh_client_close (client, NULL, &error));
  g_assert_no_error (error);

  way = trace_back (&commands, page, conversation);
  g_assert_cmpstr (way, ==, "MoneyPutIn ProcessStepped MoneyTakenOut ProcessStepped OrderPlaced ");
  eh_lock_clear (&commands.lock);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracer/command", test_command);
  g_test_add_func ("/tracer/failures", test_failures);
  g_test_add_func ("/tracer/ids", test_ids);
  g_test_add_func ("/tracer/consumer", test_consumer);
  g_test_add_func ("/tracer/conversation", test_conversation);
  return g_test_run ();
}
