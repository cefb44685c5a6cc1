/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-simulation-result-private.h"
#include "scenarios/eh-simulation-watch-private.h"

static void
test_lanes (void)
{
  EhSimulationWatch *watch = eh_simulation_watch_new ();
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
  char text[64];            /* what was said last of a client */
  guint n_said;
  guint n_other; /* another than the command */
} Look;

static Look look;

static EH_DEFINE_SCHEMA_AS (Light, turn, "Turn", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, turned, "Turned", 1, EH_FIELD_INT64 (n));
static EH_DEFINE_SCHEMA_AS (Light, lamp_schema, "Lamp", 1, EH_FIELD_INT64 (n));

/* Checks decide too, after the run, as does what comes before it: then there is no client. */
static void
look_around (void)
{
  char text[64];

  memset (text, '#', sizeof text);
  if (!eh_simulation_watch_tick (look.watch, 0, text, look.limit) || g_str_has_prefix (text, "no client"))
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

static void
lamp_on_turned (gpointer state, const EhEvent *event)
{
  ((Light *) state)->n += ((const Light *) eh_event_get_data (event))->n;
}

static const EhCommandRule lamp_commands[] = { { &turn, lamp_turn, EH_CREATES_OR_UPDATES } };
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
  look = (Look){ eh_simulation_watch_new (), limit };
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
      g_assert_true (eh_simulation_watch_tick (look.watch, 0, text, sizeof text));
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

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-watch/lanes", test_lanes);
  g_test_add_func ("/simulation-watch/describe", test_describe);
  g_test_add_func ("/simulation-watch/everywhere", test_everywhere);
  return g_test_run ();
}
