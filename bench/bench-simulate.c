/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs of simulations a second, all checks on, in one thread unless the name says otherwise: clients of the bank that
 * deposit and withdraw, explored by uniform random walks. A conflict is not tried again, so each command is a load and
 * an append.
 */

#include "bank.h"
#include "bench.h"
#include "eventhus-testing.h"

#define CLIENTS_MAX 8
#define COMMANDS_MAX 20

static const PerformDeposit deposit = { 30 };
static const PerformWithdrawal withdrawal = { 60 };
static const AccountCreated created = { "mishudark" };
static const DepositPerformed paid = { 1000 };

static const char *const streams[] = { "Account-a1", "Account-a2", "Account-a3", "Account-a4" };
static const char *const names[CLIENTS_MAX + 1] = { "alice", "bob",   "carol", "dave", "erin",
                                                    "frank", "grace", "heidi", NULL };

typedef struct {
  guint n_clients;
  guint n_commands;
  guint n_streams;
  guint n_runs;
  guint n_jobs;
} Shape;

static const Shape shape_2x1 = { 2, 1, 1, 300000, 1 };
static const Shape shape_4x5 = { 4, 5, 2, 40000, 1 };
static const Shape shape_4x5_by_two = { 4, 5, 2, 40000, 2 };
static const Shape shape_8x20 = { 8, 20, 4, 5000, 1 };

typedef struct {
  EhStepSpec given[2 * G_N_ELEMENTS (streams) + 1];
  EhStepSpec steps[CLIENTS_MAX][COMMANDS_MAX + 1];
  EhClientSpec clients[CLIENTS_MAX + 1];
} Tables;

static void
fill_given (Tables *self, guint n_streams)
{
  for (guint i = 0; i < n_streams; i++)
    {
      self->given[2 * i] = (EhStepSpec){
        .kind = EH_STEP_SPEC_EVENT, .schema = &account_created, .data = &created, .in = streams[i]
      };
      self->given[2 * i + 1] = (EhStepSpec){
        .kind = EH_STEP_SPEC_EVENT, .schema = &deposit_performed, .data = &paid, .in = streams[i]
      };
    }
}

static void
fill_clients (Tables *self, const Shape *shape)
{
  for (guint i = 0; i < shape->n_clients; i++)
    {
      for (guint j = 0; j < shape->n_commands; j++)
        {
          gboolean deposits = (i + j) % 2 == 1;

          self->steps[i][j] = (EhStepSpec){
            .kind = EH_STEP_SPEC_COMMAND,
            .schema = deposits ? &perform_deposit : &perform_withdrawal,
            .data = deposits ? (gconstpointer) &deposit : (gconstpointer) &withdrawal,
            .in = streams[(i + j / 2) % shape->n_streams],
          };
        }
      self->clients[i] = (EhClientSpec){ .name = names[i], .steps = self->steps[i] };
    }
}

static EhSimulation *
simulation_new (EhDomain *domain, const Shape *shape)
{
  g_autofree Tables *tables = g_new0 (Tables, 1);
  g_autoptr (GError) error = NULL;
  EhSimulationSpec spec = { .name = "bench", .in = "Account-a1", .given = tables->given, .clients = tables->clients };
  EhSimulation *simulation;

  fill_given (tables, shape->n_streams);
  fill_clients (tables, shape);
  simulation = eh_simulation_new_from_spec (domain, &spec, NULL, &error);
  bench_check (simulation != NULL, error);
  return simulation;
}

/* Returns: (transfer full): the result, and in @seconds the time it took. */
static EhSimulationResult *
explore (const Shape *shape, guint n_runs, guint n_jobs, double *seconds)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result;
  g_autofree char *overrides = g_strdup_printf ("{ \"strategy\": \"urw\", \"runs\": %u, \"seed\": 1, \"jobs\": %u }",
                                                n_runs, n_jobs);
  double start;

  bench_check (eh_domain_seal (domain, &error), error);
  simulation = simulation_new (domain, shape);
  start = bench_now ();
  result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);
  bench_check (result != NULL, error);
  bench_check (eh_simulation_result_get_status (result) == EH_SIMULATION_SAMPLED, NULL);
  bench_check (eh_simulation_result_get_n_runs (result) == n_runs, NULL);
  *seconds = bench_now () - start;
  return result;
}

static double
measure_runs (gconstpointer data)
{
  const Shape *shape = data;
  double seconds = 0;
  g_autoptr (EhSimulationResult) result = explore (shape, shape->n_runs, shape->n_jobs, &seconds);

  return (double) eh_simulation_result_get_n_runs (result) / seconds;
}

/*
 * Operations of the world: each is chosen, done, told and checked by itself. There are as many choices of who goes on
 * next, and hardly fewer switches from one client to another.
 */
static double
measure_steps (gconstpointer data)
{
  const Shape *shape = data;
  double seconds = 0;
  g_autoptr (EhSimulationResult) result = explore (shape, shape->n_runs, shape->n_jobs, &seconds);

  return (double) eh_simulation_result_get_n_operations (result) / seconds;
}

/* Runs that differ by more than the order of independent operations. */
static double
measure_behaviours (gconstpointer data)
{
  const Shape *shape = data;
  double seconds = 0;
  g_autoptr (EhSimulationResult) result = explore (shape, shape->n_runs, shape->n_jobs, &seconds);

  return (double) eh_simulation_result_get_n_distinct (result) / seconds;
}

static double
simulate_growth (void)
{
  gsize before, after;
  double seconds;

  eh_simulation_result_unref (explore (&shape_2x1, 1000, 1, &seconds));
  before = bench_allocated ();
  eh_simulation_result_unref (explore (&shape_2x1, 1000000, 1, &seconds));
  after = bench_allocated ();
  return after > before ? (double) (after - before) : 0;
}

#define FIGURE(name, unit, peer, measure, shape)                                                                       \
  {                                                                                                                    \
    name, unit, peer, NULL, measure, &(shape)                                                                          \
  }

const BenchCase bench_simulate[] = {
  FIGURE ("simulate/2x1", "1/s", NULL, measure_runs, shape_2x1),
  FIGURE ("simulate/4x5", "1/s", NULL, measure_runs, shape_4x5),
  FIGURE ("simulate/8x20", "1/s", NULL, measure_runs, shape_8x20),
  FIGURE ("simulate/2x1-steps", "1/s", NULL, measure_steps, shape_2x1),
  FIGURE ("simulate/4x5-steps", "1/s", NULL, measure_steps, shape_4x5),
  FIGURE ("simulate/8x20-steps", "1/s", NULL, measure_steps, shape_8x20),
  FIGURE ("simulate/4x5-behaviours", "1/s", NULL, measure_behaviours, shape_4x5),
  FIGURE ("simulate/8x20-behaviours", "1/s", NULL, measure_behaviours, shape_8x20),
  FIGURE ("simulate/4x5-jobs-2", "1/s", "simulate/4x5", measure_runs, shape_4x5_by_two),
  { "simulate/growth", "B", NULL, simulate_growth },
  { NULL },
};
