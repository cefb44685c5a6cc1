/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-fixture.h"

static char account[] = "account";
static char savings[] = "savings";

/* What a subscriber was given: the events' versions. */
typedef struct {
  EhWorld *world;
  GString *seen;
  guint n_failures; /* to come */
  gboolean appends;
} Subscriber;

static gboolean
note_event (EhEvent *event, gpointer user_data, GError **error)
{
  Subscriber *self = user_data;

  if (self->n_failures > 0)
    {
      self->n_failures--;
      g_string_append_c (self->seen, 'x');
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "not now");
      return FALSE;
    }
  g_string_append_printf (self->seen, "%" G_GUINT64_FORMAT, eh_event_get_version (event));
  if (self->appends)
    world_append (self->world, "B-1", EH_EXPECTED_ANY, 1, NULL);
  return TRUE;
}

/* Appends and publishes what was recorded. */
static void
publish_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  g_autoptr (EhEventBatch) batch = world_batch (world, "A-1", task);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  if (!eh_event_store_append (eh_world_get_store (world), batch, EH_EXPECTED_ANY, EH_APPEND_WANT_EVENTS, &result, NULL,
                              NULL))
    return;
  eh_event_bus_publish (eh_world_get_bus (world), "bank", user_data, eh_event_page_get (result.events, 0), NULL, NULL);
}

typedef struct {
  EhWorld *world;
  GString *log;
  Subscriber subscriber;
} Fixture;

static void
fixture_init (Fixture *self, const char *names, guint n_steps, gboolean subscribe)
{
  guint most[EH_FAULT_N_KINDS];

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    most[i] = 1;
  self->world = world_new (names, n_steps, publish_step, account);
  self->log = g_string_new (NULL);
  self->subscriber = (Subscriber){ self->world, g_string_new (NULL), 0, FALSE };
  eh_world_set_faults (self->world, most);
  eh_world_set_observer (self->world, world_write_log, self->log);
  if (subscribe)
    g_assert_cmpuint (eh_event_bus_subscribe (eh_world_get_bus (self->world), "bank", NULL, NULL, note_event,
                                              &self->subscriber, NULL, NULL),
                      >, 0);
}

static void
fixture_clear (Fixture *self)
{
  eh_world_free (self->world);
  g_string_free (self->log, TRUE);
  g_string_free (self->subscriber.seen, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
fixture_run (Fixture *self, const char *script, EhOpKind op, EhFaultKind kind, gboolean applied)
{
  Script oracle;

  script_init (&oracle, script);
  oracle.fault_op = op;
  oracle.fault = (EhFault){ kind, applied };
  g_string_truncate (self->log, 0);
  g_string_truncate (self->subscriber.seen, 0);
  g_assert_cmpint (eh_world_run (self->world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_faults (self->world, kind), ==, kind != EH_FAULT_NONE);
}

static void
assert_publish (EhFaultKind kind, gboolean applied, const char *expected, const char *seen)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_init (&fixture, "a", 1, TRUE);
  fixture_run (&fixture, NULL, EH_OP_PUBLISH, kind, applied);
  g_assert_cmpstr (fixture.log->str, ==, expected);
  g_assert_cmpstr (fixture.subscriber.seen->str, ==, seen);
}

static void
test_publish (void)
{
  g_test_summary ("Publishing is an operation, and fails, is unclear, or is never done");
  assert_publish (EH_FAULT_NONE, FALSE, "a append A-1 1; a publish bank.account 0; bus deliver - 0; ", "1");
  assert_publish (EH_FAULT_PUBLISH_ERROR, FALSE, "a append A-1 1; a publish bank.account 0 publish-error io; ", "");
  assert_publish (EH_FAULT_PUBLISH_AMBIGUOUS, FALSE,
                  "a append A-1 1; a publish bank.account 0 publish-ambiguous ambiguous; ", "");
  assert_publish (EH_FAULT_PUBLISH_AMBIGUOUS, TRUE,
                  "a append A-1 1; a publish bank.account 0 publish-ambiguous (applied) ambiguous; bus deliver - 0; ",
                  "1");
  assert_publish (EH_FAULT_CRASH, FALSE, "a append A-1 1; a publish bank.account 0 crash crashed; ", "");
}

static void
test_nobody (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("Without subscribers there is nothing to deliver");
  fixture_init (&fixture, "a", 1, FALSE);
  fixture_run (&fixture, NULL, EH_OP_DELIVER, EH_FAULT_NONE, FALSE);
  g_assert_cmpstr (fixture.log->str, ==, "a append A-1 1; a publish bank.account 0; ");
}

/* Joins, then publishes one. */
static void
join_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  Subscriber *self = user_data;
  EhEventBus *bus = eh_world_get_bus (world);
  g_autoptr (GError) error = NULL;
  guint id;

  if (step == 0)
    {
      id = eh_event_bus_subscribe (bus, "bank", NULL, NULL, note_event, self, NULL, &error);
      g_assert_no_error (error);
      g_assert_false (eh_event_bus_unsubscribe (bus, id, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
    }
  publish_step (world, task, step, account);
}

static void
test_joined (void)
{
  Subscriber subscriber = { .seen = g_string_new (NULL) };
  EhWorld *world = world_new ("a", 2, join_step, &subscriber);

  g_test_summary (
      "Who subscribes in a run is a subscriber until its end; the first such run only learns that it may be");
  subscriber.world = world;
  for (guint i = 0; i < 3; i++)
    {
      g_string_truncate (subscriber.seen, 0);
      g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
      g_assert_true (eh_world_get_bus_was_joined (world));
      g_assert_cmpstr (subscriber.seen->str, ==, i == 0 ? "" : "12");
    }
  eh_world_free (world);
  g_string_free (subscriber.seen, TRUE);
}

static void
assert_deliver (EhFaultKind kind, const char *seen)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_init (&fixture, "a", 3, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      fixture_run (&fixture, NULL, EH_OP_DELIVER, kind, FALSE);
      g_assert_cmpstr (fixture.subscriber.seen->str, ==, seen);
    }
}

static void
test_deliver (void)
{
  g_test_summary ("A delivery comes twice, late, after the next, or its handler fails or crashes and gets it again");
  assert_deliver (EH_FAULT_NONE, "123");
  assert_deliver (EH_FAULT_DELIVER_TWICE, "1123");
  assert_deliver (EH_FAULT_DELIVER_LATE, "231");
  assert_deliver (EH_FAULT_DELIVER_REORDERED, "213");
  assert_deliver (EH_FAULT_HANDLER_ERROR, "123");
  assert_deliver (EH_FAULT_CRASH, "123");
}

static void
test_interleaving (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary (
      "A delivery goes between a client's operations like any other task's, and its handler's calls do too");
  fixture_init (&fixture, "a", 2, TRUE);
  fixture.subscriber.appends = TRUE;
  fixture_run (&fixture, "101", EH_OP_DELIVER, EH_FAULT_NONE, FALSE);
  g_assert_cmpstr (fixture.log->str, ==,
                   "a append A-1 1; a publish bank.account 0; !bus deliver - 0; !a append A-1 2; "
                   "!bus append B-1 1; a publish bank.account 0; bus deliver - 0; bus append B-1 2; ");
  g_assert_cmpstr (fixture.subscriber.seen->str, ==, "12");
}

static void
test_handler_crash (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A handler that crashes in the middle is given the event again, whatever it returned");
  fixture_init (&fixture, "a", 1, TRUE);
  fixture.subscriber.appends = TRUE;
  fixture_run (&fixture, NULL, EH_OP_APPEND, EH_FAULT_NONE, FALSE);
  g_assert_cmpstr (fixture.subscriber.seen->str, ==, "1");

  {
    Script oracle;

    script_init (&oracle, NULL);
    oracle.fault_op = EH_OP_APPEND;
    oracle.fault.kind = EH_FAULT_CRASH;
    oracle.skip_faults = 1;
    g_string_truncate (fixture.subscriber.seen, 0);
    g_assert_cmpint (eh_world_run (fixture.world, &oracle.oracle), ==, EH_RUN_DONE);
    g_assert_cmpstr (fixture.subscriber.seen->str, ==, "11");
    g_assert_cmpuint (world_inner_version (fixture.world, "B-1"), ==, 1);
  }
}

static void
test_failing_handler (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A handler that fails by itself is called again, and not for ever");
  fixture_init (&fixture, "a", 1, TRUE);
  fixture.subscriber.n_failures = 2;
  fixture_run (&fixture, NULL, EH_OP_DELIVER, EH_FAULT_NONE, FALSE);
  g_assert_cmpstr (fixture.subscriber.seen->str, ==, "xx1");

  fixture.subscriber.n_failures = 100;
  fixture_run (&fixture, NULL, EH_OP_DELIVER, EH_FAULT_DELIVER_LATE, FALSE);
  g_assert_cmpstr (fixture.subscriber.seen->str, ==, "xxxxxxxxxx");
}

static void
test_topics (void)
{
  g_autoptr (EhWorld) world = NULL;
  g_autoptr (EhDomain) domain = eh_domain_new ("test");
  guint64 one = 0;

  g_test_summary ("Without subscribers, publishing to different topics is independent");
  world = eh_world_new (domain);
  eh_world_add_task (world, "a", 1, publish_step, account);
  eh_world_add_task (world, "b", 1, publish_step, savings);
  g_assert_cmpint (world_run (world, "0101"), ==, EH_RUN_DONE);
  one = eh_world_get_fingerprint (world);
  g_assert_cmpint (world_run (world, "011"), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_fingerprint (world), ==, one);
}

static void
stop_in_handler (EhWorld *world, const EhWorldStep *step, gpointer user_data)
{
  if (step->op->kind == EH_OP_DELIVER)
    eh_world_stop (world);
}

static void
test_stop (void)
{
  g_auto (Fixture) fixture = { NULL };
  Script oracle;

  g_test_summary ("A run that is stopped in the middle of a delivery leaves nothing behind");
  fixture_init (&fixture, "ab", 2, TRUE);
  fixture.subscriber.appends = TRUE;
  eh_world_set_observer (fixture.world, stop_in_handler, NULL);
  for (guint i = 0; i < 3; i++)
    {
      script_init (&oracle, "002");
      g_assert_cmpint (eh_world_run (fixture.world, &oracle.oracle), ==, EH_RUN_STOPPED);
      g_assert_cmpuint (eh_world_get_n_ops (fixture.world), ==, 3);
    }
}

/* ---- nodes that subscribe ---- */

/* What a node has in memory: each life has a new one, so that nobody may hold on to an old one. */
typedef struct {
  EhWorld *world;
  GString *seen;
  guint subscription;
  gboolean is_dead;
} Memory;

typedef struct {
  EhWorld *world;
  GString *log;
  Memory *memory; /* (owned) (nullable) */
  guint node;
  guint n_starts;
  gboolean looks;
} Node;

static void
memory_free (Memory *self)
{
  eh_event_bus_unsubscribe (eh_world_get_bus (self->world), self->subscription, NULL);
  g_string_free (self->seen, TRUE);
  g_free (self);
}

static gboolean
remember_event (EhEvent *event, gpointer user_data, GError **error)
{
  Memory *self = user_data;

  g_assert_false (self->is_dead);
  if (!world_append (self->world, "B-1", EH_EXPECTED_ANY, 1, error))
    return FALSE;
  g_string_append_printf (self->seen, "%" G_GUINT64_FORMAT, eh_event_get_version (event));
  return TRUE;
}

static void
node_start (EhWorld *world, gpointer user_data)
{
  Node *self = user_data;
  guint64 head;

  eh_world_enter_node (world, self->node);
  g_clear_pointer (&self->memory, memory_free);
  self->memory = g_new0 (Memory, 1);
  self->memory->world = world;
  self->memory->seen = g_string_new (NULL);
  if (self->looks)
    g_assert_true (eh_event_store_get_head (eh_world_get_store (world), &head, NULL, NULL));
  self->memory->subscription = eh_event_bus_subscribe (eh_world_get_bus (world), "bank", NULL, NULL, remember_event,
                                                       self->memory, NULL, NULL);
  g_assert_cmpuint (self->memory->subscription, >, 0);
  self->n_starts++;
  eh_world_leave_node (world);
}

/* Looks at its memory after each read. */
static gint64
node_follow (EhWorld *world, guint task, gpointer user_data)
{
  Node *self = user_data;
  Memory *memory = self->memory;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage)
      page = eh_event_store_read_all (eh_world_get_store (world), NULL, 1, EH_FORWARDS, 0, NULL, &error);

  g_assert_cmpuint (memory->seen->len, <, 1000);
  memory->is_dead = g_error_matches (error, EH_ERROR, EH_ERROR_CRASHED);
  return page != NULL ? G_MAXINT64 : 0;
}

static void
node_init (Node *self, const char *names, guint n_steps, gboolean follows)
{
  guint most[EH_FAULT_N_KINDS];

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    most[i] = 1;
  *self = (Node){ world_new (names, n_steps, publish_step, account), g_string_new (NULL) };
  self->node = eh_world_add_node (self->world, "n", node_start, self);
  if (follows)
    eh_world_add_follower (self->world, self->node, "f", node_follow, self);
  eh_world_set_faults (self->world, most);
  eh_world_set_observer (self->world, world_write_log, self->log);
  node_start (self->world, self);
}

static void
node_clear (Node *self)
{
  g_clear_pointer (&self->memory, memory_free);
  eh_world_free (self->world);
  g_string_free (self->log, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Node, node_clear)

static void
node_run (Node *self, Script *oracle)
{
  g_string_truncate (self->log, 0);
  self->n_starts = 0;
  g_assert_cmpint (eh_world_run (self->world, &oracle->oracle), ==, EH_RUN_DONE);
}

static void
test_node (void)
{
  g_auto (Node) node = { NULL };
  Script oracle;

  g_test_summary ("A node that only subscribes loses its memory in a crash, is restarted, and what waits comes again");
  node_init (&node, "a", 2, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      script_init (&oracle, NULL);
      oracle.fault_op = EH_OP_DELIVER;
      oracle.fault.kind = EH_FAULT_CRASH;
      oracle.skip_faults = 1;
      node_run (&node, &oracle);
      g_assert_cmpstr (node.log->str, ==,
                       "a append A-1 1; a publish bank.account 0; a append A-1 2; a publish bank.account 0; "
                       "bus deliver - 0; bus append B-1 1; bus deliver - 0 crash crashed; bus restart n 0; "
                       "bus deliver - 0; bus append B-1 2; ");
      g_assert_cmpstr (node.memory->seen->str, ==, "2");
      g_assert_cmpuint (node.n_starts, ==, 2);
    }

  script_init (&oracle, NULL);
  oracle.fault_op = EH_OP_APPEND;
  oracle.fault.kind = EH_FAULT_CRASH;
  oracle.skip_faults = 3;
  node_run (&node, &oracle);
  g_assert_cmpstr (node.memory->seen->str, ==, "2");
  g_assert_cmpuint (node.n_starts, ==, 2);
  g_assert_cmpuint (world_inner_version (node.world, "B-1"), ==, 2);
}

static void
test_node_held (void)
{
  g_auto (Node) node = { NULL };
  Script oracle;

  g_test_summary ("What is held back for a node comes to it after its restart too");
  node_init (&node, "a", 2, FALSE);
  script_init (&oracle, NULL);
  oracle.fault_op = EH_OP_DELIVER;
  oracle.fault.kind = EH_FAULT_DELIVER_LATE;
  oracle.next_fault = EH_FAULT_CRASH;
  node_run (&node, &oracle);
  g_assert_cmpstr (node.memory->seen->str, ==, "21");
  g_assert_cmpuint (node.n_starts, ==, 2);
}

/* A race of a restart with an append matters to who looks when it is started, and to nobody else. */
static void
assert_restart_depends (gboolean looks)
{
  static const char *const scripts[] = { "1100", "1010" };
  g_auto (Node) node = { NULL };
  guint64 fingerprints[2];

  node_init (&node, "a", 2, FALSE);
  node.looks = looks;
  for (guint i = 0; i < 4; i++)
    {
      Script oracle;

      script_init (&oracle, scripts[i % 2]);
      oracle.fault_op = EH_OP_DELIVER;
      oracle.fault.kind = EH_FAULT_CRASH;
      node_run (&node, &oracle);
      fingerprints[i % 2] = eh_world_get_fingerprint (node.world);
    }
  g_assert_cmpint (fingerprints[0] == fingerprints[1], ==, !looks);
}

static void
test_node_looks (void)
{
  g_test_summary ("Who looks at the store when it is started depends on what is appended");
  assert_restart_depends (FALSE);
  assert_restart_depends (TRUE);
}

static void
test_node_random (void)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n = 3000 / (slow != NULL ? MAX (atoi (slow), 1) : 1);
  guint n_starts = 0;

  g_test_summary ("Whoever of a node crashes, its handler and its followers go down and come back together");
  for (guint follows = 0; follows < 2; follows++)
    {
      g_auto (Node) node = { NULL };
      Script oracle;

      node_init (&node, "ab", 2, follows);
      for (guint seed = 1; seed <= n; seed++)
        {
          guint64 hash = 0;

          for (guint again = 0; again < 2; again++)
            {
              script_init (&oracle, NULL);
              oracle.seed = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
              node_run (&node, &oracle);
              g_assert_true (again == 0 || eh_world_get_hash (node.world) == hash);
              hash = eh_world_get_hash (node.world);
            }
          n_starts += node.n_starts - 1;
        }
    }
  g_assert_cmpuint (n_starts, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world-bus/publish", test_publish);
  g_test_add_func ("/world-bus/nobody", test_nobody);
  g_test_add_func ("/world-bus/deliver", test_deliver);
  g_test_add_func ("/world-bus/interleaving", test_interleaving);
  g_test_add_func ("/world-bus/handler/crash", test_handler_crash);
  g_test_add_func ("/world-bus/handler/failing", test_failing_handler);
  g_test_add_func ("/world-bus/topics", test_topics);
  g_test_add_func ("/world-bus/joined", test_joined);
  g_test_add_func ("/world-bus/stop", test_stop);
  g_test_add_func ("/world-bus/node/crash", test_node);
  g_test_add_func ("/world-bus/node/held", test_node_held);
  g_test_add_func ("/world-bus/node/looks", test_node_looks);
  g_test_add_func ("/world-bus/node/random", test_node_random);
  return g_test_run ();
}
