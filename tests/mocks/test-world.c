/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-fixture.h"

#include "mocks/eh-world-struct-private.h"

#include <string.h>

static char stream[] = "A-1";

static void
assert_log (const char *names, guint n_steps, EhStepFunc func, const char *script, const char *expected)
{
  g_autoptr (EhWorld) world = world_new (names, n_steps, func, stream);
  g_autoptr (GString) log = g_string_new (NULL);

  eh_world_set_observer (world, world_write_log, log);
  g_assert_cmpint (world_run (world, script), ==, EH_RUN_DONE);
  g_assert_cmpstr (log->str, ==, expected);
}

static void
test_sequential (void)
{
  g_test_summary ("All zeros is the sequential run: each task in order, nothing switched");
  assert_log ("ab", 2, world_load_append, NULL,
              "a load A-1 0; a append A-1 1; a load A-1 1; a append A-1 2; "
              "b load A-1 2; b append A-1 3; b load A-1 3; b append A-1 4; ");
}

static void
test_conflict (void)
{
  g_test_summary ("Two that load before either appends: the second append conflicts, as in any store");
  assert_log ("ab", 1, world_load_append, "011",
              "a load A-1 0; !b load A-1 0; b append A-1 1; a append A-1 0 conflict; ");
}

static void
test_switched (void)
{
  g_test_summary ("A switch is where one goes on although the one before could have, not where one just comes back");
  assert_log ("abc", 1, world_load_append, "01201",
              "a load A-1 0; !b load A-1 0; !c load A-1 0; !a append A-1 1; "
              "b append A-1 0 conflict; c append A-1 0 conflict; ");
}

static void
test_oracle (void)
{
  g_autoptr (EhWorld) world = world_new ("abc", 1, world_load_append, stream);
  const EhChoice *choices = NULL;
  Script oracle;
  guint n = 0;

  g_test_summary (
      "The oracle is asked only where there is a choice, told of every operation, and its choices recorded");
  script_init (&oracle, "2");
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_ops (world), ==, 6);
  g_assert_cmpuint (oracle.n_did, ==, 6);
  g_assert_cmpuint (oracle.most_candidates, ==, 3);
  g_assert_cmpuint (oracle.n_fault, ==, 0);
  choices = eh_world_get_choices (world, &n);
  g_assert_cmpuint (n, ==, oracle.n_next);
  g_assert_cmpuint (choices[0].value, ==, 2);
  g_assert_cmpuint (choices[0].arity, ==, 3);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (choices[i].kind, ==, EH_CHOICE_TASK);
}

static void
test_determinism (void)
{
  g_autoptr (EhWorld) world = world_new ("abc", 2, world_load_append, stream);
  g_autoptr (EhWorld) other = world_new ("abc", 2, world_load_append, stream);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint64 hashes[100];

  g_test_summary ("The same choices give the same hashes, in this world and another; different ones differ");
  for (guint64 seed = 1; seed <= G_N_ELEMENTS (hashes); seed++)
    {
      Script oracle;
      guint64 fingerprint = 0;

      for (guint again = 0; again < 3; again++)
        {
          EhWorld *which = again < 2 ? world : other;

          script_init (&oracle, NULL);
          oracle.seed = seed;
          g_assert_cmpint (eh_world_run (which, &oracle.oracle), ==, EH_RUN_DONE);
          if (again > 0)
            {
              g_assert_cmpuint (eh_world_get_hash (which), ==, hashes[seed - 1]);
              g_assert_cmpuint (eh_world_get_fingerprint (which), ==, fingerprint);
            }
          hashes[seed - 1] = eh_world_get_hash (which);
          fingerprint = eh_world_get_fingerprint (which);
        }
      g_hash_table_add (seen, &hashes[seed - 1]);
    }
  g_assert_cmpuint (g_hash_table_size (seen), >, 90);
}

static void
own_stream (EhWorld *world, guint task, guint step, gpointer user_data)
{
  char name[] = { (char) ('A' + task), '-', '1', '\0' };

  world_load_append (world, task, step, name);
}

static guint64
get_fingerprint (EhWorld *world, const char *script)
{
  g_assert_cmpint (world_run (world, script), ==, EH_RUN_DONE);
  return eh_world_get_fingerprint (world);
}

static void
test_fingerprint (void)
{
  g_autoptr (EhWorld) apart = world_new ("ab", 1, own_stream, NULL);
  g_autoptr (EhWorld) together = world_new ("ab", 1, world_load_append, stream);
  static const char *const scripts[] = { "00", "010", "011", "100", "101", "11" };

  g_test_summary ("Swapping independent operations does not change the fingerprint; two clients on a stream have four");
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    g_assert_cmpuint (get_fingerprint (apart, scripts[i]), ==, get_fingerprint (apart, "00"));

  g_assert_cmpuint (get_fingerprint (together, "010"), ==, get_fingerprint (together, "100"));
  g_assert_cmpuint (get_fingerprint (together, "011"), ==, get_fingerprint (together, "101"));
  g_assert_cmpuint (get_fingerprint (together, "010"), !=, get_fingerprint (together, "011"));
  g_assert_cmpuint (get_fingerprint (together, "00"), !=, get_fingerprint (together, "11"));
  g_assert_cmpuint (get_fingerprint (together, "00"), !=, get_fingerprint (together, "010"));
}

static void
test_watched_log (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 1, own_stream, NULL);

  g_test_summary ("When somebody reads the global order, the order of appends to different streams matters");
  eh_world_set_log_watched (world, TRUE);
  g_assert_cmpuint (get_fingerprint (world, "00"), !=, get_fingerprint (world, "11"));
  g_assert_cmpuint (get_fingerprint (world, "00"), ==, get_fingerprint (world, "010"));
}

static void
read_log (EhWorld *world, guint task, guint step, gpointer user_data)
{
  guint64 head = 0;

  own_stream (world, task, step, NULL);
  g_assert_true (eh_event_store_get_head (eh_world_get_store (world), &head, NULL, NULL));
}

static void
test_log_was_read (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 1, read_log, NULL);

  g_test_summary ("Reading the global order without saying so is noticed");
  g_assert_false (eh_world_get_log_was_read (world));
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  g_assert_true (eh_world_get_log_was_read (world));
  g_assert_cmpuint (get_fingerprint (world, "0001"), !=, get_fingerprint (world, "1110"));
}

static void
test_rollback (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 1, world_load_append, stream);

  g_test_summary ("Every run starts from the marked state");
  g_assert_true (world_append (world, stream, 0, 7, NULL));
  g_assert_true (world_append (world, "B-1", 0, 8, NULL));
  eh_world_mark (world);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
      g_assert_cmpuint (world_inner_version (world, stream), ==, 3);
      g_assert_cmpuint (world_inner_version (world, "B-1"), ==, 1);
    }
}

static void
stop_at_third (EhWorld *world, const EhWorldStep *step, gpointer user_data)
{
  if (eh_world_get_n_ops (world) == 3)
    eh_world_stop (world);
}

static void
count_ends (EhWorld *world, guint task, guint step, gpointer user_data)
{
  world_load_append (world, task, step, stream);
  world_load_append (world, task, step, stream);
  ++*(guint *) user_data;
}

static void
test_stop (void)
{
  guint n_ended = 0;
  g_autoptr (EhWorld) world = world_new ("abc", 5, count_ends, &n_ended);

  g_test_summary ("A run that is stopped ends every step that has begun, and begins no other");
  eh_world_set_observer (world, stop_at_third, NULL);
  g_assert_cmpint (world_run (world, "012"), ==, EH_RUN_STOPPED);
  g_assert_cmpuint (n_ended, ==, 3);
  g_assert_cmpuint (eh_world_get_n_ops (world), ==, 3);
  g_assert_true (eh_world_is_crashed (world, 1));

  eh_world_set_observer (world, NULL, NULL);
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_ops (world), ==, 60);
  g_assert_false (eh_world_is_crashed (world, 1));
}

static void
test_max_ops (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 5, world_load_append, stream);

  g_test_summary ("A run of more operations than allowed ends");
  eh_world_set_max_ops (world, 7);
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_STEPS);
  g_assert_cmpuint (eh_world_get_n_ops (world), ==, 7);
  eh_world_set_max_ops (world, 20);
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
}

/* a sleeps for 3 seconds, b for 1, c for 1 and then 2. */
static void
sleep_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  EhClock *clock = eh_world_get_clock (world);
  gint64 before = eh_clock_now (clock);
  gint64 interval = (task == 0 ? 3 : task == 1 || step == 0 ? 1 : 2) * G_TIME_SPAN_SECOND;

  g_assert_true (eh_clock_sleep (clock, interval, NULL, NULL));
  g_assert_cmpint (eh_clock_now (clock), ==, before + interval);
  g_assert_true (world_append (world, stream, EH_EXPECTED_ANY, task, NULL));
}

static void
test_sleep (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("test");
  g_autoptr (EhWorld) world = eh_world_new (domain);
  g_autoptr (GString) log = g_string_new (NULL);
  EhClock *clock = eh_world_get_clock (world);
  gint64 start = eh_clock_now (clock);

  g_test_summary ("Whoever sleeps is no candidate until nobody else can go on; then time moves to who wakes first");
  eh_world_add_task (world, "a", 1, sleep_step, NULL);
  eh_world_add_task (world, "b", 1, sleep_step, NULL);
  eh_world_add_task (world, "c", 2, sleep_step, NULL);
  eh_world_set_observer (world, world_write_log, log);
  for (guint i = 0; i < 2; i++)
    {
      g_string_truncate (log, 0);
      g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
      g_assert_cmpstr (log->str, ==,
                       "b sleep - 0; b append A-1 1; c sleep - 0; c append A-1 2; "
                       "a sleep - 0; a append A-1 3; c sleep - 0; c append A-1 4; ");
      g_assert_cmpint (eh_clock_now (clock), ==, start + 3 * G_TIME_SPAN_SECOND);
    }
}

static void
append_two (EhWorld *world, guint task, guint step, gpointer user_data)
{
  g_autofree char *name = g_strdup_printf ("%c-1", 'A' + task);

  g_assert_true (world_append (world, name, EH_EXPECTED_ANY, 1, NULL));
  g_assert_true (world_append (world, name, EH_EXPECTED_ANY, 2, NULL));
}

static char *
get_ids (EhWorld *world)
{
  GString *text = g_string_new (NULL);

  for (char letter = 'A'; letter <= 'B'; letter++)
    {
      g_autoptr (EhStreamName) name = world_stream ((const char[]){ letter, '-', '1', '\0' });
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (eh_world_get_inner_store (world), name, 1, EH_FORWARDS, 0, NULL, NULL);

      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          g_autofree char *id = eh_id_to_string (eh_event_get_id (eh_event_page_get (page, i)));

          g_string_append_printf (text, "%s ", id);
        }
    }
  return g_string_free (text, FALSE);
}

static void
test_ids (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 2, append_two, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *one = NULL, *other = NULL;
  g_auto (GStrv) ids = NULL;

  g_test_summary ("Ids are all different, and the same however the tasks are interleaved");
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  one = get_ids (world);
  g_assert_cmpint (world_run (world, "1001101"), ==, EH_RUN_DONE);
  other = get_ids (world);
  g_assert_cmpstr (one, ==, other);
  ids = g_strsplit (g_strchomp (one), " ", -1);
  g_assert_cmpuint (g_strv_length (ids), ==, 8);
  for (guint i = 0; i < 8; i++)
    g_assert_true (g_hash_table_add (seen, ids[i]));
}

static void
draw_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  guint64 value = eh_world_choose (world, 10, "amount");

  g_assert_cmpuint (eh_world_choose (world, 1, "nothing"), ==, 0);
  g_assert_true (world_append (world, stream, EH_EXPECTED_ANY, (gint64) value, NULL));
}

static void
test_choose (void)
{
  g_autoptr (EhWorld) world = world_new ("a", 1, draw_step, NULL);
  const EhChoice *choices = NULL;
  guint n = 0;

  g_test_summary ("A drawn value is a recorded choice, unless there is only one");
  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  choices = eh_world_get_choices (world, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (choices[0].kind, ==, EH_CHOICE_VALUE);
  g_assert_cmpuint (choices[0].arity, ==, 10);
  g_assert_cmpuint (choices[0].value, ==, 9);
}

static void
use_everything (EhWorld *world, guint task, guint step, gpointer user_data)
{
  EhEventStore *store = eh_world_get_store (world);
  g_autoptr (EhStreamName) name = world_stream (stream);
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "Marked", 1, "{}");
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (EhEventPage) all = NULL;
  guint64 version = 0;

  g_assert_true (world_append (world, stream, 0, 1, NULL));
  g_assert_true (eh_event_store_get_version (store, name, &version, NULL, NULL));
  g_assert_cmpuint (version, ==, 1);
  g_assert_true (eh_event_store_save_snapshot (store, snapshot, NULL, NULL));
  g_assert_true (eh_event_store_load_snapshot (store, name, G_MAXUINT64, &found, NULL, NULL));
  g_assert_true (found == snapshot);
  all = eh_event_store_read_all (store, NULL, 1, EH_FORWARDS, 0, NULL, NULL);
  g_assert_cmpuint (eh_event_page_get_size (all), ==, 1);
  g_assert_true (eh_event_store_delete_stream (store, name, 1, NULL, NULL));
  g_assert_true (eh_event_store_close (store, NULL, NULL));
}

static void
test_operations (void)
{
  g_autoptr (EhWorld) world = world_new ("a", 1, use_everything, NULL);
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("Every call of the store is an operation, and is undone for the next run");
  eh_world_set_observer (world, world_write_log, log);
  for (guint i = 0; i < 3; i++)
    {
      g_string_truncate (log, 0);
      g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
      g_assert_cmpstr (log->str, ==,
                       "a append A-1 1; a load A-1 1; a save-snapshot A-1 1; a load-snapshot A-1 1; "
                       "a read-all - 2; a delete A-1 0; ");
    }
}

static void
test_undeclared (void)
{
  g_test_summary ("An operation that does what it has not said it does is found out, where assertions are on");
#ifdef NDEBUG
  g_test_skip ("built without assertions");
#else
  if (g_test_subprocess ())
    {
      EhWorldTask task = { .name = stream, .op = { EH_OP_LOAD, 1, { { 5, FALSE } }, "A-1" } };

      eh_world_check_access (&task, 5, FALSE);
      eh_world_check_access (&task, 5, TRUE);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*without saying so*");
#endif
}

static void
describe_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  world_load (world, stream, NULL);
  eh_world_describe_running (world, user_data);
  g_assert_false (eh_world_owns_guard (world, user_data));
}

static void
test_describe (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (EhWorld) world = world_new ("a", 1, describe_step, text);

  g_test_summary ("The running client and step can be told");
  world_run (world, NULL);
  g_assert_cmpstr (text->str, ==, "client \"a\", step 1, after 1 operations");
  g_string_truncate (text, 0);
  eh_world_describe_running (world, text);
  g_assert_cmpstr (text->str, ==, "no client is running");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world/sequential", test_sequential);
  g_test_add_func ("/world/conflict", test_conflict);
  g_test_add_func ("/world/switched", test_switched);
  g_test_add_func ("/world/oracle", test_oracle);
  g_test_add_func ("/world/determinism", test_determinism);
  g_test_add_func ("/world/fingerprint", test_fingerprint);
  g_test_add_func ("/world/log/watched", test_watched_log);
  g_test_add_func ("/world/log/was-read", test_log_was_read);
  g_test_add_func ("/world/rollback", test_rollback);
  g_test_add_func ("/world/stop", test_stop);
  g_test_add_func ("/world/max-ops", test_max_ops);
  g_test_add_func ("/world/sleep", test_sleep);
  g_test_add_func ("/world/ids", test_ids);
  g_test_add_func ("/world/choose", test_choose);
  g_test_add_func ("/world/operations", test_operations);
  g_test_add_func ("/world/undeclared", test_undeclared);
  g_test_add_func ("/world/describe", test_describe);
  return g_test_run ();
}
