/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Runs of simulations a second, all checks on, in one thread unless the name says otherwise: clients of the bank that
 * deposit and withdraw, with conflicts retried, explored by the portfolio's samplers.
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
} Shape;

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

/* Returns: seconds */
static double
explore (const Shape *shape, guint n_runs, guint n_jobs)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (EhSimulationResult) result = NULL;
  g_autoptr (GError) error = NULL;
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
  return bench_now () - start;
}

static double
simulate_2x1 (void)
{
  return 300000 / explore (&(Shape){ 2, 1, 1 }, 300000, 1);
}

static double
simulate_4x5 (void)
{
  return 40000 / explore (&(Shape){ 4, 5, 2 }, 40000, 1);
}

static double
simulate_8x20 (void)
{
  return 5000 / explore (&(Shape){ 8, 20, 4 }, 5000, 1);
}

static double
simulate_4x5_jobs (void)
{
  return 40000 / explore (&(Shape){ 4, 5, 2 }, 40000, 2);
}

static double
simulate_growth (void)
{
  gsize before, after;

  explore (&(Shape){ 2, 1, 1 }, 1000, 1);
  before = bench_allocated ();
  explore (&(Shape){ 2, 1, 1 }, 1000000, 1);
  after = bench_allocated ();
  return after > before ? (double) (after - before) : 0;
}

const BenchCase bench_simulate[] = {
  { "simulate/2x1", "1/s", NULL, simulate_2x1 },
  { "simulate/4x5", "1/s", NULL, simulate_4x5 },
  { "simulate/8x20", "1/s", NULL, simulate_8x20 },
  { "simulate/4x5-jobs-2", "1/s", "simulate/4x5", simulate_4x5_jobs },
  { "simulate/growth", "B", NULL, simulate_growth },
  { NULL },
};
