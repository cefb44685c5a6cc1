/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "scenarios/eh-explorer-private.h"
#include "scenarios/eh-simulation-watch-private.h"
#include "tally-domain.h"

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

typedef struct {
  EhSimulationWatch *watch;
  char text[64];
  gsize size;
} Look;

static void
look_in_step_12 (EhWorld *world, guint task, guint step, gpointer user_data)
{
  Look *self = user_data;

  if (step == 11)
    g_assert_true (eh_simulation_watch_tick (self->watch, 0, self->text, self->size));
}

static void
test_describe (void)
{
  static const struct {
    gsize size;
    const char *text;
  } cases[] = {
    { 64, "client alice, step 12" },
    { 22, "client alice, step 12" },
    { 21, "client alice, step 1" },
    { 10, "client al" },
    { 1, "" },
  };

  g_test_summary ("It is said who runs, as far as there is room");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhDomain) domain = tally_domain_new ();
      g_autoptr (EhWorld) world = eh_world_new (domain);
      EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
      Look look = { eh_simulation_watch_new (), .text = { 0 }, .size = cases[i].size };
      EhWatchLane *lane = eh_simulation_watch_open (look.watch);

      memset (look.text, '#', sizeof look.text);
      eh_world_add_task (world, "alice", 12, look_in_step_12, &look);
      eh_watch_lane_enter (lane, world);
      g_assert_cmpint (eh_world_run (world, oracle), ==, EH_RUN_DONE);
      g_assert_cmpstr (look.text, ==, cases[i].text);
      if (cases[i].size < sizeof look.text)
        g_assert_cmpint (look.text[cases[i].size], ==, '#');
      g_assert_true (eh_simulation_watch_tick (look.watch, 0, look.text, sizeof look.text));
      g_assert_cmpstr (look.text, ==, "no client");
      eh_watch_lane_close (lane);
      eh_simulation_watch_free (look.watch);
      eh_replay_oracle_free (oracle);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-watch/lanes", test_lanes);
  g_test_add_func ("/simulation-watch/describe", test_describe);
  return g_test_run ();
}
