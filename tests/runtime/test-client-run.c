/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus.h"
#include "model/eh-error.h"
#include "model/eh-fixed-clock.h"
#include "model/eh-lock-private.h"
#include "runtime/eh-client.h"
#include "runtime/eh-pool-bus.h"
#include "store/eh-memory-checkpoint-store.h"
#include "store/eh-memory-store.h"
#include "transfer-domain.h"

#include <string.h>

/* What a client runs beside commands, and how it ends. */

/* Long enough for anything that happens at all, microseconds. */
#define LONG (20 * G_USEC_PER_SEC)

#define SHORT (50 * G_TIME_SPAN_MILLISECOND)

static EhOutcome *
do_command (EhClient *client, const char *id, const EhSchema *schema, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  EhOutcome *outcome = eh_client_dispatch (client, id, schema, data, &error);

  g_assert_no_error (error);
  return outcome;
}

static void
put (EhClient *client, const char *id, gint64 amount)
{
  eh_outcome_unref (do_command (client, id, &put_in, &(PutIn){ amount }));
}

static void
start (EhClient *client)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_client_start (client, &error));
  g_assert_no_error (error);
}

static EhClient *
new_started (const char *bus_uri, guint n_workers)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (GError) error = NULL;
  EhClient *client = eh_client_new (domain, "memory:", bus_uri, n_workers, &error);

  g_assert_no_error (error);
  start (client);
  return client;
}

static void
settle (EhClient *client)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_client_settle (client, NULL, &error));
  g_assert_no_error (error);
}

static gint64
get_amount (EhClient *client, const char *purse)
{
  PurseRow *row = eh_projection_get_row (eh_client_get_projection (client, "Purses"), purse);
  gint64 amount = row == NULL ? -1 : row->amount;

  eh_schema_free (&purse_row_schema, row);
  return amount;
}

static void
test_transfers (void)
{
  g_autoptr (EhClient) client = new_started (NULL, 2);

  g_test_summary ("Projections and process managers run in threads of their own until all is settled");
  put (client, "a", 1000);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("o%u", i);

      eh_outcome_unref (do_command (client, id, &place_order, &(PlaceOrder){ "a", "b", 10 }));
    }
  settle (client);
  g_assert_cmpint (get_amount (client, "a"), ==, 800);
  g_assert_cmpint (get_amount (client, "b"), ==, 200);
  g_assert_nonnull (eh_client_get_process_manager (client, "Transfer"));
  g_assert_null (eh_client_get_process_manager (client, "Purses"));
  g_assert_null (eh_client_get_projection (client, "Transfer"));
  g_assert_null (eh_client_get_consumer (client, EH_CLIENT_RELAY));
}

static void
test_wait (void)
{
  g_autoptr (EhClient) client = new_started (NULL, 0);
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unknown = NULL;

  g_test_summary ("Who waits for a view reads what he wrote");
  for (gint64 i = 1; i <= 100; i++)
    {
      g_clear_pointer (&outcome, eh_outcome_unref);
      outcome = do_command (client, "a", &put_in, &(PutIn){ 1 });
      g_assert_true (eh_client_wait (client, outcome, "Purses", LONG, &error));
      g_assert_no_error (error);
      g_assert_cmpint (get_amount (client, "a"), ==, i);
    }
  g_assert_false (eh_client_wait (client, outcome, "Pusres", LONG, &unknown));
  g_assert_error (unknown, EH_ERROR, EH_ERROR_NOT_FOUND);
}

static gboolean
refuse_event (EhEvent *event, gpointer user_data, GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "not this one");
  return FALSE;
}

static void
test_wait_parked (void)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (EhClient) client = eh_client_new (domain, "memory:", NULL, 0, NULL);
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (EhConsumer) consumer = eh_consumer_new ("picky", eh_client_get_store (client), checkpoints, NULL,
                                                     refuse_event, NULL, NULL, NULL);
  g_autoptr (EhOutcome) shut = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wait tells of what was set aside of the stream, also if the last event is none that is wanted");
  eh_consumer_set_types (consumer, (const char *[]){ "MoneyPutIn", NULL });
  eh_consumer_set_attempts (consumer, 1, 0, 0);
  eh_client_add_consumer (client, consumer);
  start (client);
  put (client, "a", 1);
  shut = do_command (client, "a", &shut_purse, &(ShutPurse){ 0 });
  g_assert_true (eh_client_wait (client, shut, "Purses", LONG, NULL));
  g_assert_false (eh_client_wait (client, shut, "picky", LONG, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_PARKED);
  g_assert_cmpstr (error->message, ==, "picky: event 1 of Purse-a was set aside: not this one");
  settle (client);
}

/* The kinds and names of spans that have begun, each once, and how deep their threads are. */
typedef struct {
  EhLock lock;
  GHashTable *seen; /* (owned) (mutex lock) */
} Spans;

static gpointer
begin_span (const EhSpan *span, gpointer user_data)
{
  static const char *const kinds[] = { "command", "load", "append", "handle", "publish" };
  Spans *spans = user_data;

  eh_lock (&spans->lock);
  g_hash_table_add (spans->seen, g_strdup_printf ("%s %s", kinds[span->kind], span->name));
  eh_unlock (&spans->lock);
  return NULL;
}

static void
end_span (gpointer token, const GError *error, gpointer user_data)
{
}

static gboolean
has_span (Spans *spans, const char *name)
{
  gboolean has;

  eh_lock (&spans->lock);
  has = g_hash_table_contains (spans->seen, name);
  eh_unlock (&spans->lock);
  return has;
}

static void
test_traced (void)
{
  static const char *const expected[] = {
    "command PlaceOrder",        "append OrderPlaced",  "handle Transfer/OrderPlaced", "append ProcessStepped",
    "handle Transfer/too-late",  "command RemindOrder", "publish OrderPlaced",         "handle relay/OrderPlaced",
    "handle Purses/OrderPlaced", "load Order",          "publish OrderReminded",
  };
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (0);
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  g_autoptr (EhClient) client = eh_client_new_with (domain, store, bus, 0, EH_CLOCK (clock), NULL, NULL);
  Spans spans = { .seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (EhTracer) tracer = eh_tracer_new (begin_span, end_span, &spans, NULL);
  const gint64 end = g_get_monotonic_time () + LONG;

  g_test_summary ("A client's tracer is told of what the relay publishes, of steps and of deadlines too");
  eh_lock_init (&spans.lock);
  eh_client_set_tracer (client, tracer);
  start (client);
  eh_outcome_unref (do_command (client, "o", &place_order, &(PlaceOrder){ "a", "b", 0 }));
  settle (client);
  eh_fixed_clock_advance (clock, TRANSFER_TIME);
  while (!has_span (&spans, "publish OrderReminded") && g_get_monotonic_time () < end)
    g_thread_yield ();
  g_assert_true (eh_client_close (client, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      if (!has_span (&spans, expected[i]))
        g_error ("there is no span: %s", expected[i]);
    }
  g_hash_table_unref (spans.seen);
  eh_lock_clear (&spans.lock);
}

static gboolean
count_event (EhEvent *event, gpointer user_data, GError **error)
{
  g_atomic_int_inc ((gint *) user_data);
  return TRUE;
}

static void
test_relay (void)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (GError) error = NULL;
  gint n_seen = 0;

  g_test_summary ("What is saved is published by the relay, which goes on where it was after a restart");
  for (guint life = 1; life <= 3; life++)
    {
      g_autoptr (EhEventBus) bus = eh_event_bus_open ("memory:", NULL, &error);
      g_autoptr (EhClient) client = eh_client_new_with (domain, store, bus, 0, NULL, NULL, &error);

      g_assert_no_error (error);
      eh_client_set_checkpoints (client, checkpoints);
      eh_event_bus_subscribe (bus, "transfers", "purse", NULL, count_event, &n_seen, NULL, &error);
      put (client, "a", 1); /* before the start: nobody publishes it but the relay */
      start (client);
      put (client, "a", 1);
      settle (client);
      g_assert_true (eh_event_bus_flush (bus, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (g_atomic_int_get (&n_seen), ==, 2 * life);
    }
}

static void
test_clean (void)
{
  g_autoptr (EhClient) client = new_started ("memory:", 2);
  g_autoptr (EhCloseReport) report = NULL;
  g_autoptr (EhCloseReport) again = NULL;
  g_autoptr (EhOutcome) placed = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  guint64 position;
  guint n_parked;
  gint n_seen = 0;

  g_test_summary ("Closed in time, everything begun is ended: processes, views, what is to be published");
  eh_event_bus_subscribe (eh_client_get_event_bus (client), "transfers", NULL, NULL, count_event, &n_seen, NULL,
                          &error);
  put (client, "a", 100);
  placed = do_command (client, "o", &place_order, &(PlaceOrder){ "a", "b", 10 });
  g_assert_true (eh_client_close_within (client, LONG, &report, &error));
  g_assert_no_error (error);
  text = eh_close_report_to_string (report);
  g_assert_cmpstr (text, ==, "");
  g_assert_true (eh_close_report_is_clean (report));
  /* two puts, a take, an order */
  g_assert_cmpint (g_atomic_int_get (&n_seen), ==, 4);
  g_assert_cmpint (get_amount (client, "b"), ==, 10);
  g_assert_cmpuint (eh_close_report_get_n_consumers (report), ==, 4);
  g_assert_cmpstr (eh_close_report_get_consumer (report, 0, &position, &n_parked), ==, "Purses");
  g_assert_cmpuint (position, ==, eh_close_report_get_head (report));
  g_assert_cmpuint (n_parked, ==, 0);
  g_assert_true (eh_client_close_within (client, LONG, &again, &error));
  g_assert_true (eh_client_close (client, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
fail_event (EhEvent *event, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no");
  return FALSE;
}

static EhConsumer *
add_failing (EhClient *client, guint n_attempts)
{
  g_autoptr (GError) error = NULL;
  EhCheckpointStore *checkpoints = eh_client_get_checkpoints (client, &error);
  EhConsumer *consumer = eh_consumer_new ("failing", eh_client_get_store (client), checkpoints, NULL, fail_event, NULL,
                                          NULL, &error);

  g_assert_no_error (error);
  eh_consumer_set_attempts (consumer, n_attempts, 0, 0);
  eh_client_add_consumer (client, consumer);
  return consumer;
}

static void
check_left (guint n_attempts, gint64 timeout, const char *text)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhClient) client = eh_client_new (domain, "memory:", NULL, 0, &error);
  g_autoptr (EhConsumer) consumer = add_failing (client, n_attempts);
  g_autoptr (EhCloseReport) report = NULL;
  g_autofree char *told = NULL;

  start (client);
  g_assert_true (eh_client_get_consumer (client, "failing") == consumer);
  put (client, "a", 1);
  put (client, "b", 1);
  g_assert_true (eh_client_close_within (client, timeout, &report, &error));
  g_assert_no_error (error);
  g_assert_false (eh_close_report_is_clean (report));
  told = eh_close_report_to_string (report);
  g_assert_cmpstr (told, ==, text);
}

static void
test_left (void)
{
  g_test_summary ("The report tells of a consumer that is behind, and of one that has parked events");
  check_left (0, SHORT, "failing: at position 0 of 4\n");
  check_left (1, LONG, "failing: 4 events are parked\n");
}

/* A type whose only command waits until it is let go. */

typedef struct {
  gint64 unused;
} Wait;

typedef Wait Waited;
typedef Wait Waiter;

static EH_DEFINE_SCHEMA (Wait, wait_schema, EH_FIELD_INT64 (unused)) static EH_DEFINE_SCHEMA (
    Waited, waited_schema, EH_FIELD_INT64 (unused)) static EH_DEFINE_SCHEMA (Waiter, waiter_schema,
                                                                             EH_FIELD_INT64 (unused))

    static gint is_let_go = FALSE;
static gint n_entered = 0;

static gboolean
decide_wait (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  gint64 end = g_get_monotonic_time () + LONG;

  g_atomic_int_inc (&n_entered);
  while (!g_atomic_int_get (&is_let_go) && g_get_monotonic_time () < end)
    g_usleep (1000);
  eh_decision_emit (decision, &waited_schema, eh_command_get_data (command));
  return TRUE;
}

static const EhCommandRule waiter_commands[] = { { &wait_schema, decide_wait, EH_CREATES_OR_UPDATES } };
static const EhEventRule waiter_events[] = { { &waited_schema, NULL } };
static const EhAggregateType waiter_type = EH_AGGREGATE_TYPE ("Waiter", Waiter, waiter_schema, waiter_commands,
                                                              waiter_events);

static void
count_closed (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  g_assert_null (outcome);
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_atomic_int_inc ((gint *) user_data);
}

static void
test_commands_left (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("waiting");
  g_autoptr (EhClient) client = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Waiter", "w", NULL);
  g_autoptr (EhCloseReport) report = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gint n_closed = 0;

  g_test_summary ("Commands that are not done in time are counted; each is answered all the same");
  eh_domain_add_aggregate_type (domain, &waiter_type);
  client = eh_client_new (domain, "memory:", NULL, 1, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (EhCommand) command = eh_command_new (stream, &wait_schema, &(Wait){ 0 }, &error);

      eh_pool_bus_post (EH_POOL_BUS (eh_client_get_command_bus (client)), command, NULL, count_closed, &n_closed,
                        &error);
      g_assert_no_error (error);
    }
  while (g_atomic_int_get (&n_entered) == 0)
    g_thread_yield ();
  g_assert_true (eh_client_close_within (client, SHORT, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (eh_close_report_get_n_commands (report), ==, 3);
  text = eh_close_report_to_string (report);
  g_assert_cmpstr (text, ==, "commands: 3 were not done\n");
  g_atomic_int_set (&is_let_go, TRUE);
  g_assert_true (eh_command_bus_close (eh_client_get_command_bus (client), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&n_closed), ==, 3);
}

static void
test_not_started (void)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhClient) first = eh_client_new_with (domain, store, NULL, 0, NULL, NULL, &error);
  g_autoptr (EhClient) second = eh_client_new_with (domain, store, NULL, 0, NULL, NULL, &error);

  g_test_summary ("A name that is taken keeps a client from starting, and nothing of it runs; later it can start");
  eh_client_set_checkpoints (first, checkpoints);
  eh_client_set_checkpoints (second, checkpoints);
  start (first);
  g_assert_null (eh_client_get_projection (second, "Purses"));
  g_assert_false (eh_client_start (second, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LOCKED);
  g_clear_object (&first);
  start (second);
  put (second, "a", 7);
  settle (second);
  g_assert_cmpint (get_amount (second, "a"), ==, 7);
}

typedef struct {
  gint n_entered; /* (atomic) */
  gint is_let_go; /* (atomic) */
  gint is_late;   /* (atomic) */
} SlowReader;

static gboolean
read_slowly (EhEvent *event, gpointer user_data, GError **error)
{
  SlowReader *self = user_data;
  const gint64 end = g_get_monotonic_time () + LONG;

  g_atomic_int_inc (&self->n_entered);
  while (!g_atomic_int_get (&self->is_let_go) && g_get_monotonic_time () < end)
    g_usleep (1000);
  if (!g_atomic_int_get (&self->is_let_go))
    g_atomic_int_set (&self->is_late, TRUE);
  return TRUE;
}

static void
test_slow_reader (void)
{
  g_autoptr (EhClient) client = new_started ("memory:", 0);
  g_autoptr (EhCloseReport) report = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  SlowReader reader = { 0 };

  g_test_summary ("A reader of the event bus that takes its time does not hold up the close beyond its limit");
  eh_event_bus_subscribe (eh_client_get_event_bus (client), "transfers", NULL, NULL, read_slowly, &reader, NULL,
                          &error);
  put (client, "a", 1);
  while (g_atomic_int_get (&reader.n_entered) == 0)
    g_thread_yield ();
  g_assert_false (eh_client_close_within (client, SHORT, &report, &error));
  g_assert_false (g_atomic_int_get (&reader.is_late));
  g_atomic_int_set (&reader.is_let_go, TRUE);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  text = eh_close_report_to_string (report);
  g_assert_nonnull (strstr (text, "event bus: not everything was delivered"));
  /* The reader is this function's. */
  g_assert_true (eh_event_bus_close (eh_client_get_event_bus (client), NULL, NULL));
}

static void
test_nothing_to_run (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("waiting");
  g_autoptr (EhClient) client = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A client of a domain without followers starts and settles too");
  eh_domain_add_aggregate_type (domain, &waiter_type);
  client = eh_client_new (domain, "memory:", NULL, 0, &error);
  start (client);
  settle (client);
  g_assert_true (eh_client_close_within (client, -1, NULL, &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-run/transfers", test_transfers);
  g_test_add_func ("/client-run/wait", test_wait);
  g_test_add_func ("/client-run/wait-parked", test_wait_parked);
  g_test_add_func ("/client-run/traced", test_traced);
  g_test_add_func ("/client-run/relay", test_relay);
  g_test_add_func ("/client-run/clean", test_clean);
  g_test_add_func ("/client-run/left", test_left);
  g_test_add_func ("/client-run/commands-left", test_commands_left);
  g_test_add_func ("/client-run/not-started", test_not_started);
  g_test_add_func ("/client-run/slow-reader", test_slow_reader);
  g_test_add_func ("/client-run/nothing-to-run", test_nothing_to_run);
  return g_test_run ();
}
