/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-fixture.h"

static char stream[] = "A-1";

/*
 * Follows the store: what it has seen is in its memory, how far that goes on its disk, saved after each event. It gives
 * up at once when the store fails.
 */
typedef struct {
  GString *seen;     /* in memory: the positions */
  guint64 disk;      /* the next position */
  gint64 due;        /* what it says when it is idle */
  guint n_restarts;  /* since the run began */
  gboolean is_blind; /* does not look */
  gboolean saw_restart;
} Follower;

static void
follower_restart (EhWorld *world, gpointer user_data)
{
  Follower *self = user_data;

  g_assert_cmpuint (eh_world_get_running (world), ==, G_MAXUINT);
  g_string_truncate (self->seen, 0);
  self->n_restarts++;
}

static gint64
follow (EhWorld *world, guint task, gpointer user_data)
{
  Follower *self = user_data;
  g_autoptr (EhEventPage) page = NULL;

  self->saw_restart |= eh_world_step_is_restart (world);
  if (self->is_blind)
    return self->due;
  page = eh_event_store_read_all (eh_world_get_store (world), NULL, self->disk, EH_FORWARDS, 1, NULL, NULL);
  if (page == NULL)
    return G_MAXINT64;
  if (eh_event_page_get_size (page) == 0)
    return self->due > eh_clock_now (eh_world_get_clock (world)) ? self->due : G_MAXINT64;
  g_string_append_printf (self->seen, "%" G_GUINT64_FORMAT, eh_event_get_position (eh_event_page_get (page, 0)));
  self->disk = eh_event_page_get_next (page);
  return 0;
}

static void
append_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  world_append (world, user_data, EH_EXPECTED_ANY, task, NULL);
}

typedef struct {
  EhWorld *world;
  GString *log;
  Follower followers[2];
  Script oracle;
} Fixture;

/* Clients that append, and followers, all on one node or each on one of its own. */
static void
fixture_init (Fixture *self, const char *clients, guint n_steps, guint n_followers, gboolean together)
{
  static const char *const names[] = { "x", "y" };
  guint most[EH_FAULT_N_KINDS];
  guint node = 0;

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    most[i] = 1;
  *self = (Fixture){ world_new (clients, n_steps, append_step, stream), g_string_new (NULL) };
  for (guint i = 0; i < n_followers; i++)
    {
      Follower *follower = &self->followers[i];

      *follower = (Follower){ g_string_new (NULL), 1, G_MAXINT64 };
      if (i == 0 || !together)
        node = eh_world_add_node (self->world, names[i], follower_restart, follower);
      eh_world_add_follower (self->world, node, names[i], follow, follower);
    }
  eh_world_set_faults (self->world, most);
  eh_world_set_observer (self->world, world_write_log, self->log);
  script_init (&self->oracle, NULL);
}

static void
fixture_clear (Fixture *self)
{
  eh_world_free (self->world);
  g_string_free (self->log, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (self->followers); i++)
    if (self->followers[i].seen != NULL)
      g_string_free (self->followers[i].seen, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static EhRunEnd
fixture_run (Fixture *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->followers); i++)
    {
      self->followers[i].disk = 1;
      self->followers[i].n_restarts = 0;
      self->followers[i].saw_restart = FALSE;
    }
  g_string_truncate (self->log, 0);
  return eh_world_run (self->world, &self->oracle.oracle);
}

static void
test_follow (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A follower sees everything, and waits without any operation while there is nothing new");
  fixture_init (&fixture, "a", 2, 1, FALSE);
  for (guint i = 0; i < 2; i++)
    {
      fixture.oracle.script = "0";
      g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
      g_assert_cmpstr (fixture.followers[0].seen->str, ==, "12");
      g_assert_cmpstr (fixture.log->str, ==,
                       "a append A-1 1; a append A-1 2; x read-all - 2; x read-all - 3; x read-all - 3; ");
    }
  g_assert_false (eh_world_is_healing (fixture.world));
  fixture.oracle.script = "110";
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (
      fixture.log->str, ==,
      "x read-all - 1; a append A-1 1; !x read-all - 2; !a append A-1 2; x read-all - 3; x read-all - 3; ");
}

static void
test_crash (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A node that has crashed loses its memory, and is down until it is restarted");
  fixture_init (&fixture, "a", 2, 1, FALSE);
  fixture.oracle.script = "01100";
  fixture.oracle.fault_op = EH_OP_READ_ALL;
  fixture.oracle.fault.kind = EH_FAULT_CRASH;
  fixture.oracle.skip_faults = 1;
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (fixture.log->str, ==,
                   "a append A-1 1; !x read-all - 2; x read-all - 0 crash crashed; !a append A-1 2; x restart x 0; "
                   "x read-all - 3; x read-all - 3; x read-all - 3; ");
  g_assert_cmpstr (fixture.followers[0].seen->str, ==, "2");
  g_assert_cmpuint (fixture.followers[0].n_restarts, ==, 2);
  g_assert_true (fixture.followers[0].saw_restart);
  g_assert_true (eh_world_is_healing (fixture.world));
}

static void
test_crash_together (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("The followers of a node crash together, wherever they are, and come back together");
  fixture_init (&fixture, "a", 1, 2, TRUE);
  fixture.oracle.script = "2012";
  fixture.oracle.fault_op = EH_OP_READ_ALL;
  fixture.oracle.fault.kind = EH_FAULT_CRASH;
  fixture.oracle.skip_faults = 1;
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (fixture.log->str, ==,
                   "y read-all - 1; a append A-1 1; x read-all - 0 crash crashed; x restart x 0; "
                   "!y read-all - 2; y read-all - 2; x read-all - 2; x read-all - 2; "
                   "x read-all - 2; y read-all - 2; ");
  g_assert_true (fixture.followers[0].saw_restart);
  g_assert_true (fixture.followers[1].saw_restart);
  g_assert_cmpstr (fixture.followers[0].seen->str, ==, "1");
  g_assert_cmpstr (fixture.followers[1].seen->str, ==, "1");
}

static void
test_healing (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("In the end nothing goes wrong, and who had given up looks once more");
  fixture_init (&fixture, "a", 1, 1, FALSE);
  fixture.oracle.script = "0";
  fixture.oracle.fault_op = EH_OP_READ_ALL;
  fixture.oracle.fault.kind = EH_FAULT_LOAD_ERROR;
  fixture.oracle.keep_failing = TRUE;
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (fixture.log->str, ==,
                   "a append A-1 1; x read-all - 0 load-error io; x read-all - 2; x read-all - 2; ");
  g_assert_cmpstr (fixture.followers[0].seen->str, ==, "1");
  g_assert_true (eh_world_is_healing (fixture.world));
}

static void
test_due (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A follower is called when its time has come although nothing was appended");
  fixture_init (&fixture, "a", 1, 1, FALSE);
  fixture.followers[0].due = EH_FIXED_CLOCK_START + 5;
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (fixture.log->str, ==, "a append A-1 1; x read-all - 2; x read-all - 2; x read-all - 2; ");
}

static void
test_blind (void)
{
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("A step that does nothing waits by itself; one that never waits ends the run");
  fixture_init (&fixture, "a", 1, 1, FALSE);
  fixture.followers[0].is_blind = TRUE;
  fixture.oracle.script = "0";
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_DONE);
  g_assert_cmpstr (fixture.log->str, ==, "a append A-1 1; x start - 0; ");
  fixture.followers[0].due = 0;
  eh_world_set_max_ops (fixture.world, 100);
  g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_STEPS);
}

/* Whatever happens, in the end each follower's disk says that it has seen all, and every run repeats itself. */
static void
test_random (void)
{
  guint n_restarts = 0;
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n = 5000 / (slow != NULL ? MAX (atoi (slow), 1) : 1);

  g_test_summary ("Random runs with every fault come to rest with everything seen");
  for (guint together = 0; together < 2; together++)
    {
      g_auto (Fixture) own = { NULL };

      fixture_init (&own, "ab", 2, 2, together);
      for (guint seed = 1; seed <= n; seed++)
        {
          guint64 hash = 0;

          for (guint again = 0; again < 2; again++)
            {
              own.oracle.seed = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
              g_assert_cmpint (fixture_run (&own), ==, EH_RUN_DONE);
              g_assert_true (again == 0 || eh_world_get_hash (own.world) == hash);
              hash = eh_world_get_hash (own.world);
            }
          for (guint i = 0; i < 2; i++)
            {
              g_autoptr (EhEventPage) page = eh_event_store_read_all (
                  eh_world_get_inner_store (own.world), NULL, own.followers[i].disk, EH_FORWARDS, 1, NULL, NULL);

              g_assert_cmpuint (eh_event_page_get_size (page), ==, 0);
            }
          n_restarts += own.followers[0].n_restarts - 1;
        }
    }
  g_assert_cmpuint (n_restarts, >, 0);
}

static void
stop_at_restart (EhWorld *world, const EhWorldStep *step, gpointer user_data)
{
  if (step->op->kind == *(const EhOpKind *) user_data)
    eh_world_stop (world);
}

static void
test_stop (void)
{
  static const EhOpKind kinds[] = { EH_OP_READ_ALL, EH_OP_RESTART };

  g_test_summary ("A run that is stopped while a node is down leaves nothing behind");
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_auto (Fixture) fixture = { NULL };

      fixture_init (&fixture, "a", 1, 2, TRUE);
      eh_world_set_observer (fixture.world, stop_at_restart, (gpointer) &kinds[i]);
      for (guint k = 0; k < 3; k++)
        {
          fixture.oracle.fault_op = EH_OP_READ_ALL;
          fixture.oracle.fault.kind = EH_FAULT_CRASH;
          g_assert_cmpint (fixture_run (&fixture), ==, EH_RUN_STOPPED);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world-node/follow", test_follow);
  g_test_add_func ("/world-node/crash", test_crash);
  g_test_add_func ("/world-node/crash-together", test_crash_together);
  g_test_add_func ("/world-node/healing", test_healing);
  g_test_add_func ("/world-node/due", test_due);
  g_test_add_func ("/world-node/blind", test_blind);
  g_test_add_func ("/world-node/random", test_random);
  g_test_add_func ("/world-node/stop", test_stop);
  return g_test_run ();
}
