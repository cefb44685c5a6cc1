/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-fixture.h"

#include <string.h>

static char stream[] = "A-1";

/* A world with one event in the stream, of which every kind of fault may happen once. */
static EhWorld *
faulty_world (const char *names, guint n_steps, EhStepFunc func, gpointer user_data)
{
  EhWorld *world = world_new (names, n_steps, func, user_data);
  guint most[EH_FAULT_N_KINDS];

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    most[i] = 1;
  eh_world_set_faults (world, most);
  g_assert_true (world_append (world, stream, 0, 1, NULL));
  eh_world_mark (world);
  return world;
}

static char *
run_with (EhStepFunc func, EhOpKind op, EhFaultKind kind, gboolean applied, guint64 *version)
{
  g_autoptr (EhWorld) world = faulty_world ("a", 2, func, stream);
  GString *log = g_string_new (NULL);
  Script oracle;

  script_init (&oracle, NULL);
  oracle.fault_op = op;
  oracle.fault = (EhFault){ kind, applied };
  eh_world_set_observer (world, world_write_log, log);
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_faults (world, kind), ==, 1);
  *version = world_inner_version (world, stream);
  return g_string_free (log, FALSE);
}

static void
assert_fault (EhOpKind op, EhFaultKind kind, gboolean applied, const char *expected, guint64 expected_version)
{
  guint64 version = 0;
  g_autofree char *log = run_with (world_load_append, op, kind, applied, &version);

  g_assert_cmpstr (log, ==, expected);
  g_assert_cmpuint (version, ==, expected_version);
}

static void
test_load (void)
{
  g_test_summary ("A load fails, or does not see the newest event");
  assert_fault (EH_OP_LOAD, EH_FAULT_LOAD_ERROR, FALSE, "a load A-1 0 load-error io; a load A-1 1; a append A-1 2; ",
                2);
  assert_fault (EH_OP_LOAD, EH_FAULT_LOAD_STALE, FALSE,
                "a load A-1 0 load-stale; a append A-1 0 conflict; a load A-1 1; a append A-1 2; ", 2);
}

static void
test_append (void)
{
  g_test_summary ("An append fails, conflicts for no reason, or is unclear: written or not");
  assert_fault (EH_OP_APPEND, EH_FAULT_APPEND_ERROR, FALSE,
                "a load A-1 1; a append A-1 0 append-error io; a load A-1 1; a append A-1 2; ", 2);
  assert_fault (EH_OP_APPEND, EH_FAULT_APPEND_CONFLICT, FALSE,
                "a load A-1 1; a append A-1 0 append-conflict conflict; a load A-1 1; a append A-1 2; ", 2);
  assert_fault (EH_OP_APPEND, EH_FAULT_APPEND_AMBIGUOUS, FALSE,
                "a load A-1 1; a append A-1 0 append-ambiguous ambiguous; a load A-1 1; a append A-1 2; ", 2);
  assert_fault (EH_OP_APPEND, EH_FAULT_APPEND_AMBIGUOUS, TRUE,
                "a load A-1 1; a append A-1 2 append-ambiguous (applied) ambiguous; a load A-1 2; a append A-1 3; ", 3);
}

static void
test_crash (void)
{
  g_test_summary ("Who crashes has no effect any more until its step has returned");
  assert_fault (EH_OP_LOAD, EH_FAULT_CRASH, FALSE, "a load A-1 0 crash crashed; a load A-1 1; a append A-1 2; ", 2);
  assert_fault (EH_OP_APPEND, EH_FAULT_CRASH, FALSE,
                "a load A-1 1; a append A-1 0 crash crashed; a load A-1 1; a append A-1 2; ", 2);
}

/* Appends, and again with the same batch if that was unclear. */
static void
retry_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  g_autoptr (EhEventBatch) batch = world_batch (world, user_data, task);
  EhEventStore *store = eh_world_get_store (world);
  g_autoptr (GError) error = NULL;

  if (eh_event_store_append (store, batch, 1 + step, EH_APPEND_NONE, NULL, NULL, &error))
    return;
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_assert_true (eh_event_store_append (store, batch, 1 + step, EH_APPEND_NONE, NULL, NULL, NULL));
}

static void
test_ambiguous_retry (void)
{
  g_test_summary ("A retry of an unclear append finds the events there, or writes them");
  for (guint applied = FALSE; applied <= TRUE; applied++)
    {
      guint64 version = 0;
      g_autofree char *log = run_with (retry_step, EH_OP_APPEND, EH_FAULT_APPEND_AMBIGUOUS, applied, &version);

      g_assert_true (g_str_has_suffix (log, "a append A-1 2; a append A-1 3; "));
      g_assert_cmpuint (version, ==, 3);
    }
}

/* Makes call after call and notes what each said. */
static void
crash_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  GString *log = user_data;

  g_string_append_printf (log, "%u%s:", step, eh_world_step_is_restart (world) ? "r" : "");
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean ok = world_append (world, stream, EH_EXPECTED_ANY, 1, &error);

      if (!ok)
        g_assert_error (error, EH_ERROR, EH_ERROR_CRASHED);
      g_string_append (log, ok ? "+" : "x");
    }
  g_string_append (log, eh_world_is_crashed (world, task) ? "crashed " : "up ");
}

static void
test_crash_restart (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (EhWorld) world = faulty_world ("a", 3, crash_step, log);
  Script oracle;

  g_test_summary ("The step after a crashed one is that of a restarted node");
  script_init (&oracle, NULL);
  oracle.fault_op = EH_OP_APPEND;
  oracle.fault.kind = EH_FAULT_CRASH;
  oracle.skip_faults = 1;
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpstr (log->str, ==, "0:+xxcrashed 1r:+++up 2:+++up ");
  g_assert_cmpuint (world_inner_version (world, stream), ==, 8);
}

static void
looping_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  guint64 version = 0;
  EhStreamName *name = user_data;

  while (!eh_event_store_get_version (eh_world_get_store (world), name, &version, NULL, NULL))
    ;
}

static void
test_loops (void)
{
  g_autoptr (EhStreamName) name = world_stream (stream);
  g_autoptr (EhWorld) world = faulty_world ("ab", 2, looping_step, name);
  Script oracle;

  g_test_summary ("A client that goes on calling after it has crashed ends the run, and the world can be used again");
  for (guint i = 0; i < 3; i++)
    {
      script_init (&oracle, NULL);
      oracle.fault_op = EH_OP_LOAD;
      oracle.fault.kind = EH_FAULT_CRASH;
      g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_LOOPS);
      g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
      g_assert_cmpuint (eh_world_get_n_ops (world), ==, 4);
    }
}

/* What is held while somebody loops, and what letting it go calls. */
typedef struct {
  EhWorld *world;
  EhStreamName *stream;
  guint *n_freed;
  gboolean calls_for_ever;
} Held;

static void
held_clear (Held *self)
{
  guint64 version = 0;

  do
    eh_event_store_get_version (eh_world_get_store (self->world), self->stream, &version, NULL, NULL);
  while (self->calls_for_ever);
  (*self->n_freed)++;
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Held, held_clear)

typedef struct {
  EhStreamName *stream;
  guint n_freed;
  gboolean calls_for_ever;
} Holder;

static void
loop_holding (EhWorld *world, Holder *holder, guint depth)
{
  G_GNUC_UNUSED g_auto (Held) held = { world, holder->stream, &holder->n_freed, holder->calls_for_ever && depth == 1 };
  G_GNUC_UNUSED g_autofree char *text = holder->calls_for_ever ? NULL : g_strdup ("held");

  if (depth > 0)
    loop_holding (world, holder, depth - 1);
  else
    looping_step (world, 0, 0, holder->stream);
}

static void
holding_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  loop_holding (world, user_data, 2);
}

static void
test_unwound (void)
{
  static const guint freed[] = { 3, 1 };

  g_test_summary ("Who is torn out lets go what it holds, frame by frame, up to one that calls for ever even then");
  for (guint i = 0; i < G_N_ELEMENTS (freed); i++)
    {
      g_autoptr (EhStreamName) name = world_stream (stream);
      Holder holder = { name, 0, i == 1 };
      g_autoptr (EhWorld) world = faulty_world ("a", 1, holding_step, &holder);
      Script oracle;

      script_init (&oracle, NULL);
      oracle.fault_op = EH_OP_LOAD;
      oracle.fault.kind = EH_FAULT_CRASH;
      g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_LOOPS);
      g_assert_cmpuint (holder.n_freed, ==, freed[i]);
    }
}

static void
any_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  world_append (world, stream, EH_EXPECTED_ANY, 1, NULL);
}

static void
test_most (void)
{
  g_autoptr (EhWorld) world = world_new ("ab", 5, any_step, NULL);
  guint most[EH_FAULT_N_KINDS] = { 0 };
  Script oracle;

  g_test_summary ("Of each kind there are at most as many as allowed; when none is left the oracle is not asked");
  most[EH_FAULT_APPEND_ERROR] = 3;
  eh_world_set_faults (world, most);
  script_init (&oracle, NULL);
  oracle.fault_op = EH_OP_APPEND;
  oracle.fault.kind = EH_FAULT_APPEND_ERROR;
  oracle.keep_failing = TRUE;
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_faults (world, EH_FAULT_APPEND_ERROR), ==, 3);
  g_assert_cmpuint (oracle.n_fault, ==, 3);
  g_assert_cmpuint (world_inner_version (world, stream), ==, 7);

  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  g_assert_cmpuint (eh_world_get_n_faults (world, EH_FAULT_APPEND_ERROR), ==, 0);
  g_assert_cmpuint (world_inner_version (world, stream), ==, 10);
}

static void
test_any_never_conflicts (void)
{
  g_autoptr (EhWorld) world = world_new ("a", 5, any_step, NULL);
  guint most[EH_FAULT_N_KINDS] = { 0 };
  Script oracle;

  g_test_summary ("An append that accepts any version is not offered a conflict");
  most[EH_FAULT_APPEND_CONFLICT] = 1;
  eh_world_set_faults (world, most);
  script_init (&oracle, NULL);
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpuint (oracle.n_fault, ==, 0);
}

/* Saves snapshots at 1 and 2 and notes which of them it is given. */
static void
snapshot_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  EhEventStore *store = eh_world_get_store (world);
  g_autoptr (EhStreamName) name = world_stream (stream);
  g_autoptr (EhSnapshot) found = NULL;

  world_append (world, stream, EH_EXPECTED_ANY, 2, NULL);
  for (guint i = 1; i <= 2; i++)
    {
      g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, i, "Marked", 1, "{}");

      eh_event_store_save_snapshot (store, snapshot, NULL, NULL);
    }
  eh_event_store_load_snapshot (store, name, G_MAXUINT64, &found, NULL, NULL);
}

static void
assert_snapshot (EhFaultKind kind, const char *expected)
{
  guint64 version = 0;
  g_autofree char *log = run_with (snapshot_step, EH_OP_SNAPSHOT_LOAD, kind, FALSE, &version);

  g_assert_nonnull (strstr (log, expected));
}

static void
test_snapshots (void)
{
  guint64 version = 0;
  g_autofree char *log = NULL;

  g_test_summary ("A snapshot is an older one, or lost, or not saved");
  assert_snapshot (EH_FAULT_SNAPSHOT_STALE, "a load-snapshot A-1 1 snapshot-stale; ");
  assert_snapshot (EH_FAULT_SNAPSHOT_LOST, "a load-snapshot A-1 0 snapshot-lost; ");
  log = run_with (snapshot_step, EH_OP_SNAPSHOT_SAVE, EH_FAULT_CRASH, FALSE, &version);
  g_assert_nonnull (strstr (log, "a save-snapshot A-1 0 crash crashed; a append A-1 3; "));
}

static void
sleep_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  gint64 *times = user_data;

  eh_clock_sleep (eh_world_get_clock (world), G_TIME_SPAN_SECOND, NULL, NULL);
  times[task] = eh_clock_now (eh_world_get_clock (world));
}

static void
test_clock_jump (void)
{
  gint64 times[2] = { 0, 0 };
  g_autoptr (EhWorld) world = faulty_world ("ab", 1, sleep_step, times);
  Script oracle;

  g_test_summary ("A clock that jumps jumps for one node only");
  script_init (&oracle, NULL);
  oracle.fault_op = EH_OP_SLEEP;
  oracle.fault.kind = EH_FAULT_CLOCK_JUMP;
  g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
  g_assert_cmpint (times[0] - times[1], ==, G_TIME_SPAN_HOUR);

  g_assert_cmpint (world_run (world, NULL), ==, EH_RUN_DONE);
  g_assert_cmpint (times[0], ==, times[1]);
}

static void
all_kinds_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  world_load_append (world, task, step, user_data);
  snapshot_step (world, task, step, user_data);
  eh_clock_sleep (eh_world_get_clock (world), G_TIME_SPAN_SECOND, NULL, NULL);
}

static void
test_random (void)
{
  g_autoptr (EhWorld) world = faulty_world ("abc", 3, all_kinds_step, stream);

  g_test_summary ("Random choices with every fault enabled: each run ends, and repeats");
  for (guint64 seed = 1; seed <= 300; seed++)
    {
      guint64 hash = 0;

      for (guint again = 0; again < 2; again++)
        {
          Script oracle;

          script_init (&oracle, NULL);
          oracle.seed = seed;
          g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
          if (again > 0)
            g_assert_cmpuint (eh_world_get_hash (world), ==, hash);
          hash = eh_world_get_hash (world);
          for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
            g_assert_cmpuint (eh_world_get_n_faults (world, i), <=, 1);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world-faults/load", test_load);
  g_test_add_func ("/world-faults/append", test_append);
  g_test_add_func ("/world-faults/ambiguous-retry", test_ambiguous_retry);
  g_test_add_func ("/world-faults/crash", test_crash);
  g_test_add_func ("/world-faults/crash/restart", test_crash_restart);
  g_test_add_func ("/world-faults/crash/loops", test_loops);
  g_test_add_func ("/world-faults/crash/unwound", test_unwound);
  g_test_add_func ("/world-faults/most", test_most);
  g_test_add_func ("/world-faults/any-never-conflicts", test_any_never_conflicts);
  g_test_add_func ("/world-faults/snapshots", test_snapshots);
  g_test_add_func ("/world-faults/clock-jump", test_clock_jump);
  g_test_add_func ("/world-faults/random", test_random);
  return g_test_run ();
}
