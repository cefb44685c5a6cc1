/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-simulation-result-private.h"
#include "scenarios/eh-simulation-watch-private.h"
#include "scenarios/eh-test.h"

static void
leave (const char *what, gpointer user_data)
{
  g_error ("%s", what);
}

static void
test_lanes (void)
{
  EhSimulationWatch *watch = eh_simulation_watch_new (leave, NULL);
  EhWatchLane *lanes[EH_EXPLORE_JOBS_MAX];

  g_test_summary ("There is room for as many jobs as there can be");
  for (guint i = 0; i < G_N_ELEMENTS (lanes); i++)
    {
      lanes[i] = eh_simulation_watch_open (watch);
      g_assert_nonnull (lanes[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (lanes); i++)
    eh_watch_lane_close (lanes[G_N_ELEMENTS (lanes) - 1 - i]);
  eh_simulation_watch_free (watch);
}

/* A lamp whose handler looks at what is said of it meanwhile. */

typedef struct {
  gint64 n;
} Light;

typedef struct {
  EhSimulationWatch *watch; /* (nullable) */
  guint limit;              /* how much room there is */
  guint patience;
  guint n_more;  /* looks, after the first */
  char text[64]; /* what was said last of a client */
  guint n_said;
  guint n_other; /* another than the command */
} Look;

static Look look;

static EH_DEFINE_SCHEMA_AS (Light, turn, "Turn", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, spin, "Spin", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, block, "Block", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, recurse, "Recurse", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, turned, "Turned", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, lamp_schema, "Lamp", 1, EH_FIELD_INT64 (n));

/* Checks decide too, after the run, as does what comes before it: then there is no client. */
static void
look_around (void)
{
  char text[64];
  gboolean is_stuck;

  memset (text, '#', sizeof text);
  is_stuck = eh_simulation_watch_look (look.watch, look.patience, text, look.limit);
  for (guint i = 0; i < look.n_more; i++)
    is_stuck = eh_simulation_watch_look (look.watch, look.patience, text, look.limit);
  if (!is_stuck || g_str_has_prefix (text, "no client"))
    return;
  memcpy (look.text, text, sizeof text);
  look.n_said += g_str_has_suffix (text, "(Turn)");
  look.n_other += !g_str_has_suffix (text, "(Turn)");
}

static gboolean
lamp_turn (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &turned, eh_command_get_data (command));
  if (look.watch != NULL)
    look_around ();
  return TRUE;
}

/* And such as are stuck. */

static volatile gint64 never;

static gboolean
lamp_spin (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  while (never == 0)
    continue;
  return TRUE;
}

static gboolean
lamp_block (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  g_usleep (G_MAXULONG);
  return TRUE;
}

static gint64
go_deeper (volatile const char *above, gint64 depth)
{
  volatile char here[1024] = { above[0] };

  return depth < 0 ? 0 : go_deeper (here, depth + 1) + here[depth % 1024];
}

static gboolean
lamp_recurse (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const char top = 0;

  never = go_deeper (&top, 0);
  return TRUE;
}

static void
lamp_on_turned (gpointer state, const EhEvent *event)
{
  ((Light *) state)->n += ((const Light *) eh_event_get_data (event))->n;
}

static const EhCommandRule lamp_commands[] = {
  { &turn, lamp_turn, EH_CREATES_OR_UPDATES },
  { &spin, lamp_spin },
  { &block, lamp_block },
  { &recurse, lamp_recurse },
};
static const EhEventRule lamp_events[] = { { &turned, lamp_on_turned } };
static const EhAggregateType lamp = EH_AGGREGATE_TYPE ("Lamp", Light, lamp_schema, lamp_commands, lamp_events);

static gboolean
is_dim (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const Light *) state)->n < 12)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "too bright");
  return FALSE;
}

static EhDomain *
lamp_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("lamps");

  eh_domain_add_aggregate_type (domain, &lamp);
  eh_domain_add_invariant (domain, "dim", &lamp, is_dim, NULL, NULL);
  g_assert_true (eh_domain_seal (domain, NULL));
  return domain;
}

#define TURN EH_COMMAND_IN ("Lamp-1", turn, Light, 1)

static const EhSimulationSpec twelve_turns = {
  .clients = EH_CLIENTS (
      { "alice", EH_STEPS (TURN, TURN, TURN, TURN, TURN, TURN, TURN, TURN, TURN, TURN, TURN, TURN) }),
};

static void
look_init (guint limit)
{
  look = (Look){ eh_simulation_watch_new (leave, NULL), limit };
}

static void
look_clear (void)
{
  g_clear_pointer (&look.watch, eh_simulation_watch_free);
}

static void
test_describe (void)
{
  static const struct {
    guint size;
    const char *text;
  } cases[] = {
    { 64, "client alice, step 12 (Turn)" },
    { 29, "client alice, step 12 (Turn)" },
    { 22, "client alice, step 12" },
    { 21, "client alice, step 1" },
    { 10, "client al" },
  };

  g_test_summary ("It is said who runs, as far as there is room");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhDomain) domain = lamp_domain_new ();
      g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &twelve_turns, "lamp", NULL);
      EhTrial *trial = NULL;
      EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
      EhWatchLane *lane = NULL;
      char text[64];

      simulation->checks = EH_SIM_CHECK_PROGRESS;
      trial = eh_trial_new (domain, simulation, NULL);
      look_init (cases[i].size);
      lane = eh_simulation_watch_open (look.watch);
      eh_watch_lane_enter (lane, trial);
      g_assert_cmpint (eh_trial_run (trial, oracle)->end, ==, EH_RUN_DONE);
      g_assert_cmpstr (look.text, ==, cases[i].text);
      if (cases[i].size < sizeof look.text)
        g_assert_cmpint (look.text[cases[i].size], ==, '#');
      g_assert_true (eh_simulation_watch_look (look.watch, 0, text, sizeof text));
      g_assert_cmpstr (text, ==, "no client");
      eh_watch_lane_close (lane);
      look_clear ();
      eh_replay_oracle_free (oracle);
      eh_trial_free (trial);
    }
}

static void
test_everywhere (void)
{
  g_autoptr (EhDomain) domain = lamp_domain_new ();
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &twelve_turns, "lamp", NULL);
  g_autoptr (EhSimulationResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Whenever a client runs its command is known, while searching, repeating, shrinking and writing");
  look_init (sizeof look.text);
  result = eh_simulation_explore_watched (domain, simulation, "{ \"runs\": 1 }", look.watch, NULL, NULL, &error);
  g_assert_no_error (error);
  look_clear ();
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "invariants");
  g_assert_nonnull (eh_simulation_result_get_failure_json (result));
  g_assert_cmpuint (look.n_said, >, 100);
  g_assert_cmpuint (look.n_other, ==, 0);
}

static void
test_stands_still (void)
{
  static const struct {
    guint patience;
    guint n_looks;
    guint n_said;
  } cases[] = { { 1, 1, 0 }, { 2, 2, 0 }, { 1, 2, 12 }, { 2, 3, 12 } };
  g_autoptr (EhDomain) domain = lamp_domain_new ();
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &twelve_turns, "lamp", NULL);

  g_test_summary ("Only who has done nothing for so many looks is stuck, however often all that moves is looked at");
  simulation->checks = EH_SIM_CHECK_PROGRESS;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EhTrial *trial = eh_trial_new (domain, simulation, NULL);
      EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
      EhWatchLane *lane = NULL;

      look_init (sizeof look.text);
      look.patience = cases[i].patience;
      look.n_more = cases[i].n_looks - 1;
      lane = eh_simulation_watch_open (look.watch);
      eh_watch_lane_enter (lane, trial);
      g_assert_cmpint (eh_trial_run (trial, oracle)->end, ==, EH_RUN_DONE);
      g_assert_cmpuint (look.n_said, ==, cases[i].n_said);
      eh_watch_lane_close (lane);
      look_clear ();
      eh_replay_oracle_free (oracle);
      eh_trial_free (trial);
    }
}

/*
 * Those that are stuck are cases of a program of their own: this one, started again with the number of the case. A
 * thread's stack has no guard that is known, so that where fibers are threads nobody recurses.
 */

#define CHILD "EH_TEST_CHILD"

static const struct {
  const char *path;
  EhSimulationSpec spec;
  const char *said;
} stuck[] = {
  { "/lamps/spins",
    { .clients = EH_CLIENTS ({ "alice", EH_STEPS (TURN, EH_COMMAND_IN ("Lamp-1", spin, Light, 1)) }) },
    "/lamps/spins: client alice, step 2 (Spin): the handler does not return: it blocks or loops\n" },
  { "/lamps/blocks",
    { .clients = EH_CLIENTS ({ "alice", EH_STEPS (TURN) },
                             { "bob", EH_STEPS (TURN, TURN, EH_COMMAND_IN ("Lamp-1", block, Light, 1)) }) },
    "/lamps/blocks: client bob, step 3 (Block): the handler does not return: it blocks or loops\n" },
  { "/lamps/spins before",
    { .given = EH_STEPS (TURN, EH_COMMAND_IN ("Lamp-1", spin, Light, 1)),
      .clients = EH_CLIENTS ({ "alice", EH_STEPS (TURN) }) },
    "/lamps/spins before: what is given: the handler does not return: it blocks or loops\n" },
  { "/lamps/recurses",
    { .clients = EH_CLIENTS ({ "alice", EH_STEPS (TURN, EH_COMMAND_IN ("Lamp-1", recurse, Light, 1)) }) },
    "/lamps/recurses: client alice, step 2 (Recurse): the handler recursed through its stack\n" },
};

#define RECURSES (G_N_ELEMENTS (stuck) - 1)

static char *program;

static GSubprocess *
start_child (guint i)
{
  g_autoptr (GSubprocessLauncher)
      launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *number = g_strdup_printf ("%u", i);
  g_autoptr (GError) error = NULL;
  GSubprocess *child = NULL;

  g_subprocess_launcher_setenv (launcher, CHILD, number, TRUE);
  g_subprocess_launcher_setenv (launcher, "EVENTHUS_PATIENCE", "1", TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "--tap", NULL);
  g_assert_no_error (error);
  return child;
}

static void
assert_bails_out (GSubprocess *child, const char *said)
{
  g_autofree char *line = g_strconcat ("\nBail out! ", said, NULL);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8 (child, NULL, NULL, &out, &err, &error);
  g_assert_no_error (error);
  g_test_message ("%s%s", out, err);
  g_assert_true (g_str_has_suffix (out, line));
  g_assert_true (g_str_has_suffix (err, said));
  g_assert_true (g_subprocess_get_if_signaled (child));
  g_assert_cmpint (g_subprocess_get_term_sig (child), ==, SIGABRT);
}

static void
test_stuck (void)
{
  GSubprocess *children[RECURSES];

  g_test_summary ("In a test, a handler that never returns is named, and the program ends");
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    children[i] = start_child (i);
  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      assert_bails_out (children[i], stuck[i].said);
      g_object_unref (children[i]);
    }
}

static void
test_recurses (void)
{
  g_autoptr (GSubprocess) child = start_child (RECURSES);

  g_test_summary ("In a test, a handler that recurses through its stack is named, and the program ends");
  assert_bails_out (child, stuck[RECURSES].said);
}

/* A case that is stuck. */
static int
run_case (const char *number)
{
  guint i = (guint) g_ascii_strtoull (number, NULL, 10);
  g_autoptr (EhDomain) domain = lamp_domain_new ();
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  eh_test_add_simulation (stuck[i].path, domain, &stuck[i].spec);
  return g_test_run ();
}

int
main (int argc, char *argv[])
{
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  if (g_getenv (CHILD) != NULL)
    return run_case (g_getenv (CHILD));
  g_test_add_func ("/simulation-watch/lanes", test_lanes);
  g_test_add_func ("/simulation-watch/describe", test_describe);
  g_test_add_func ("/simulation-watch/everywhere", test_everywhere);
  g_test_add_func ("/simulation-watch/recurses", test_recurses);
  g_test_add_func ("/simulation-watch/stands-still", test_stands_still);
  g_test_add_func ("/simulation-watch/stuck", test_stuck);
  return g_test_run ();
}
