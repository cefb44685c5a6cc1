/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "process-world.h"

static char *
key_of (guint8 number)
{
  return eh_id_to_string (&(EhId){ { [15] = number } });
}

static EhEventPage *
read_process (ProcessWorld *world, guint8 number)
{
  g_autofree char *key = key_of (number);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Transfer", key, NULL);
  g_autoptr (GError) error = NULL;
  EhEventPage *page = eh_event_store_read_stream (world->store, stream, 0, EH_FORWARDS, 0, NULL, &error);

  g_assert_no_error (error);
  return page;
}

static gboolean
count_deadline (const char *key, const char *name, gint64 time, gpointer user_data)
{
  (*(guint *) user_data)++;
  g_assert_cmpstr (name, ==, "too-late");
  return TRUE;
}

static guint
count_deadlines (ProcessWorld *world)
{
  guint n = 0;

  eh_process_manager_foreach_deadline (world->manager, count_deadline, &n);
  return n;
}

static void
assert_parked (ProcessWorld *world, guint n, const char *text)
{
  g_autoptr (GPtrArray) parked = eh_consumer_list_parked (world->consumer);

  g_assert_cmpuint (parked->len, ==, n);
  if (n > 0)
    g_assert_nonnull (strstr (eh_parked_event_get_message (parked->pdata[0]), text));
}

static void
test_steps (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (EhEventPage) page = NULL;
  const EhId correlation_id = { { [15] = 11 } };
  EhEvent *step;

  g_test_summary ("A transfer is three steps; ids flow through events, steps and commands");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 30 }, 11);
  g_assert_true (process_world_run (world));
  page = read_process (world, 11);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 3);
  step = eh_event_page_get (page, 0);
  g_assert_cmpstr (eh_event_get_type_name (step), ==, "ProcessStepped");
  for (guint i = 0; i < 3; i++)
    g_assert_true (eh_id_equal (eh_event_get_correlation_id (eh_event_page_get (page, i)), &correlation_id));
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 30);
  g_assert_cmpuint (count_deadlines (world), ==, 0);
  g_assert_true (eh_process_manager_get_type_table (world->manager) == &transfer_process);
}

/* What is recorded is read by other programs too. */
static void
test_recorded (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (EhEventPage) page = NULL;
  g_autofree char *json = NULL;

  g_test_summary ("A step's event tells cause, position, state, commands and deadlines");
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 0 }, 11);
  g_assert_true (process_world_run (world));
  page = read_process (world, 11);
  json = eh_event_dup_json_data (eh_event_page_get (page, 0));
  g_assert_nonnull (strstr (json, "{\"cause\":\"event\",\"cause_id\":\""));
  g_assert_nonnull (strstr (json,
                            "\"position\":1,\"ended\":false,\"state\":{\"order\":\"o\",\"from\":\"a\",\"to\":\"b\","
                            "\"amount\":0,\"phase\":\"taking\"},\"commands\":[],\"deadlines\":[{\"name\":"
                            "\"too-late\",\"time\":\"2026-01-01T00:01:00.000000Z\"}]}"));
}

static void
test_deadline (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("A deadline passes when its time has come, once, and not before; it survives a crash and a restart");
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 0 }, 11);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (count_deadlines (world), ==, 1);
  g_assert_cmpint (eh_consumer_get_due (world->consumer), ==, EH_FIXED_CLOCK_START + TRANSFER_TIME);
  eh_fixed_clock_advance (world->clock, TRANSFER_TIME - 1);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 0);
  process_world_crash (world);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (count_deadlines (world), ==, 1);
  eh_fixed_clock_advance (world->clock, 1);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
  g_assert_cmpuint (count_deadlines (world), ==, 0);
  process_world_crash (world);
  g_assert_true (process_world_run_out (world));
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 2);
}

static void
test_past_deadline (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("A deadline in the past passes at once, but not before what has happened meanwhile");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 0 }, 11);
  process_world_do (world, "p", &place_order, &(PlaceOrder){ "a", "b", 5 }, 12);
  eh_fixed_clock_advance (world->clock, 2 * TRANSFER_TIME);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 5);
}

/* Another one's append, or an unclear one, between looking and appending. */
static void
test_unclear (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("A step whose append is unclear is taken once; one that fails is tried again later");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 30 }, 11);
  world->disk->failing = "Transfer";
  world->disk->n_ambiguous = 2;
  world->disk->n_failing = 2;
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (world->disk->n_ambiguous, ==, 0);
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 3);
  g_assert_cmpint (process_world_get_amount (world, "a"), ==, 70);
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 30);
  assert_parked (world, 0, NULL);
}

static void
test_unclear_command (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("A command that stays unclear, or fails for a technical reason, is sent again and done once");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 100 }, 11);
  world->disk->failing = "Purse";
  world->disk->n_failing = 2;
  world->disk->n_ambiguous = 5; /* more than the handler tries */
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (world->disk->n_ambiguous, ==, 0);
  g_assert_cmpuint (process_world_count (world, "MoneyTakenOut"), ==, 1);
  g_assert_cmpuint (process_world_count (world, "MoneyPutIn"), ==, 2);
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 100);
}

static void
test_no_rule (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autofree char *key = key_of (11);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Transfer", key, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A refusal without a rule sets the process aside, not the others; a person has it tried again");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", -1 }, 11);
  process_world_do (world, "p", &place_order, &(PlaceOrder){ "a", "b", 30 }, 12);
  g_assert_true (process_world_run (world));
  assert_parked (world, 1, "RemindOrder to Order-o: refused, and there is no rule for that: once is enough");
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 30);
  g_assert_true (eh_consumer_replay_parked (world->consumer, stream, &error));
  g_assert_true (process_world_run (world));
  assert_parked (world, 1, "once is enough");
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
}

/* The failed one is made anew from the record, while the other is at hand still. */
static void
test_first_fails (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("If the first of two commands fails for a while, both are sent all the same, each as itself");
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", -1 }, 11);
  world->disk->failing = "Order";
  world->disk->n_failing = 1;
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (world->disk->n_failing, ==, 0);
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
  assert_parked (world, 1, "once is enough");
}

static void
test_bad_command (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);

  g_test_summary ("A command that cannot be made fails the step: nothing is recorded, the event is parked");
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "", "b", 1 }, 11);
  process_world_do (world, "p", &place_order, &(PlaceOrder){ "a", "b", 0 }, 12);
  g_assert_true (process_world_run (world));
  assert_parked (world, 1, "TakeOut");
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 1);
}

static void
test_late_replay (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&tally_process);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Purse", "a", NULL);
  g_autoptr (GError) error = NULL;
  Tally *tally;

  g_test_summary ("An event that was parked counts when it is replayed behind later ones, and only once");
  process_world_do (world, "a", &put_in, &(PutIn){ 1 }, 1);
  process_world_do (world, "b", &put_in, &(PutIn){ 1 }, 2);
  process_world_do (world, "c", &put_in, &(PutIn){ 1 }, 3);
  world->disk->failing = "Tally";
  world->disk->n_failing = EH_CONSUMER_ATTEMPTS;
  g_assert_true (process_world_run (world));
  assert_parked (world, 1, "the disk is gone");
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 2);
  g_assert_true (eh_consumer_replay_parked (world->consumer, stream, &error));
  g_assert_true (process_world_run (world));
  assert_parked (world, 0, NULL);
  process_world_rewind (world, 0);
  g_assert_true (process_world_run (world));
  tally = eh_process_manager_read_state (world->manager, "all", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tally->n_put, ==, 3);
  eh_schema_free (&tally_schema, tally);
}

static void
test_not_there (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) wrong = NULL;

  g_test_summary (
      "Reading a process that is not there, or a key that is none, is an error; money moved by others starts none");
  process_world_do (world, "a", &put_in, &(PutIn){ 1 }, 1);
  g_assert_true (process_world_run (world));
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 0);
  g_assert_null (eh_process_manager_read_state (world->manager, "nobody", NULL, &missing));
  g_assert_error (missing, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_null (eh_process_manager_read_state (world->manager, "", NULL, &wrong));
  g_assert_error (wrong, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_damaged (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autofree char *key = key_of (11);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Transfer", key, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  g_autoptr (GError) error = NULL;

  g_test_summary ("What is no step, in a process's stream, is told with its place");
  g_assert_true (eh_event_batch_add_json (batch, &(EhId){ { 1 } }, "ProcessStepped", 1, "{\"cause\":7}", -1, &error));
  g_assert_true (eh_event_store_append (world->store, batch, 0, EH_APPEND_NONE, NULL, NULL, &error));
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 0 }, 11);
  g_assert_true (process_world_run (world));
  assert_parked (world, 2, "version 1: no step of a process: cause: ");
}

/* A process that sets one of two deadlines, of which a later version of the program has lost one. */

static void
fickle_on_put (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  gboolean is_kept = ((const MoneyPutIn *) eh_event_get_data (event))->amount == 0;

  eh_reaction_set_deadline (reaction, is_kept ? "kept" : "gone", eh_reaction_get_time (reaction) + is_kept);
}

static void
fickle_on_late (gpointer state, const char *name, EhReaction *reaction)
{
  ((Tally *) state)->n_put++;
}

static const EhProcessRule fickle_rules[] = { { &money_put_in, fickle_on_put, NULL, EH_STARTS } };
static const EhDeadlineRule fickle_deadlines[] = { { "kept", fickle_on_late }, { "gone", fickle_on_late } };
static EhProcessType fickle = EH_PROCESS_TYPE ("Fickle", Tally, tally_schema, fickle_rules,
                                               EH_DEADLINES (fickle_deadlines));

static void
put_into (EhEventStore *store, guint number, gint64 amount)
{
  g_autofree char *id = g_strdup_printf ("%u", number);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Purse", id, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  const EhId event_id = { { [14] = number / 256, [15] = number % 256 } };

  g_assert_true (eh_event_batch_add (batch, &event_id, &money_put_in, &(MoneyPutIn){ amount }, NULL));
  g_assert_true (eh_event_store_append (store, batch, 0, EH_APPEND_NONE, NULL, NULL, NULL));
}

static void
test_many_failing_deadlines (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (EhDomain) domain = eh_domain_new ("fickle");
  g_autoptr (EhProcessManager) manager = NULL;
  g_autoptr (GError) error = NULL;
  EhConsumer *consumer;
  Tally *tally;

  g_test_summary ("Deadlines that cannot pass, however many, do not keep a later one waiting");
  eh_domain_add_aggregate_type (domain, &purse_type);
  eh_domain_add_process (domain, &fickle);
  g_assert_true (eh_domain_seal (domain, &error));
  manager = eh_process_manager_new (domain, &fickle, world->store, world->commands, world->checkpoints,
                                    EH_CLOCK (world->clock), &error);
  g_assert_no_error (error);
  consumer = eh_process_manager_get_consumer (manager);
  for (guint i = 1; i <= 600; i++)
    put_into (world->store, i, i == 600 ? 0 : 1);
  eh_fixed_clock_set (world->clock, EH_FIXED_CLOCK_START - 1);
  while (eh_consumer_step (consumer, 0, NULL) == EH_CONSUMER_BUSY)
    ;
  fickle.n_deadlines = 1;
  for (guint i = 0; i < 20; i++)
    {
      eh_fixed_clock_advance (world->clock, G_TIME_SPAN_MINUTE);
      g_assert_cmpint (eh_consumer_step (consumer, 0, NULL), !=, EH_CONSUMER_FAILED);
    }
  tally = eh_process_manager_read_state (manager, "600", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tally->n_put, ==, 1);
  eh_schema_free (&tally_schema, tally);
  error = eh_consumer_get_last_error (consumer);
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_true (eh_consumer_stop (consumer, NULL));
}

static void
test_foreign (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Pizza", "1", NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An event of another domain, which is called as one of its own, is passed over");
  eh_event_batch_set_context (batch, NULL, &(EhId){ { 2 } }, NULL);
  g_assert_true (eh_event_batch_add_json (batch, &(EhId){ { 1 } }, "OrderPlaced", 1, "{\"size\":7}", -1, &error));
  g_assert_true (eh_event_store_append (world->store, batch, 0, EH_APPEND_NONE, NULL, NULL, &error));
  g_assert_true (process_world_run (world));
  assert_parked (world, 0, NULL);
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 0);
}

/* Steps as a store gives them that keeps text. */
static void
test_from_text (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  g_autoptr (ProcessWorld) other = process_world_new (&transfer_process);
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A process goes on from steps, and sends their commands, that were read as text");
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "o", &place_order, &(PlaceOrder){ "a", "b", 30 }, 11);
  crash_store_arm (world->disk, 5, TRUE);
  g_assert_false (process_world_run (world));
  page = eh_event_store_read_all (world->store, NULL, 0, EH_FORWARDS, 0, NULL, &error);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 3);
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (eh_event_get_stream (event), eh_event_get_timestamp (event));
      g_autofree char *json = eh_event_dup_json_data (event);

      eh_event_batch_set_context (batch, NULL, eh_event_get_correlation_id (event), eh_event_get_causation_id (event));
      g_assert_true (eh_event_batch_add_json (batch, eh_event_get_id (event), eh_event_get_type_name (event),
                                              eh_event_get_revision (event), json, -1, &error));
      g_assert_true (eh_event_store_append (other->store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, &error));
    }
  g_assert_true (process_world_run (other));
  g_assert_cmpint (process_world_get_amount (other, "b"), ==, 30);
  g_assert_cmpuint (process_world_count (other, "ProcessStepped"), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-manager/steps", test_steps);
  g_test_add_func ("/process-manager/recorded", test_recorded);
  g_test_add_func ("/process-manager/deadline", test_deadline);
  g_test_add_func ("/process-manager/past-deadline", test_past_deadline);
  g_test_add_func ("/process-manager/unclear", test_unclear);
  g_test_add_func ("/process-manager/unclear-command", test_unclear_command);
  g_test_add_func ("/process-manager/no-rule", test_no_rule);
  g_test_add_func ("/process-manager/first-fails", test_first_fails);
  g_test_add_func ("/process-manager/bad-command", test_bad_command);
  g_test_add_func ("/process-manager/late-replay", test_late_replay);
  g_test_add_func ("/process-manager/not-there", test_not_there);
  g_test_add_func ("/process-manager/damaged", test_damaged);
  g_test_add_func ("/process-manager/many-failing-deadlines", test_many_failing_deadlines);
  g_test_add_func ("/process-manager/foreign", test_foreign);
  g_test_add_func ("/process-manager/from-text", test_from_text);
  return g_test_run ();
}
