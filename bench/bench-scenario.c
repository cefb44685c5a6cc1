/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A scenario of the bank with all automatic checks on: two given events, one command, its event and the state. */

#include "bank.h"
#include "bench.h"
#include "eventhus-testing.h"

#define N 20000
#define N_GROWTH 1000000

static const EhScenarioSpec spec = {
  .name = "a withdrawal lowers the balance",
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT (deposit_performed, DepositPerformed, 100)),
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 60)),
            .state = "{ \"owner\": \"mishudark\", \"balance\": 40 }",
            .version = EH_VERSION (3) },
};

typedef struct {
  EhDomain *domain;
  EhScenario *scenario;
  EhScenarioRunner *runner;
} Fixture;

static Fixture *
fixture_new (void)
{
  Fixture *self = g_new0 (Fixture, 1);
  g_autoptr (GError) error = NULL;

  self->domain = bank_domain_new ();
  bench_check (eh_domain_seal (self->domain, &error), error);
  self->scenario = eh_scenario_new_from_spec (self->domain, &spec, NULL, &error);
  bench_check (self->scenario != NULL, error);
  self->runner = eh_scenario_runner_new (self->domain);
  return self;
}

static void
fixture_free (Fixture *self)
{
  g_object_unref (self->runner);
  eh_scenario_unref (self->scenario);
  g_object_unref (self->domain);
  g_free (self);
}

static void
run (Fixture *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (self->runner, self->scenario);

      bench_check (eh_scenario_result_get_status (result) == EH_SCENARIO_PASSED, NULL);
    }
}

static double
scenario_checked (void)
{
  Fixture *fixture = fixture_new ();
  double start, end;

  run (fixture, 1000);
  start = bench_now ();
  run (fixture, N);
  end = bench_now ();
  fixture_free (fixture);
  return (end - start) / N * 1e6;
}

static double
scenario_growth (void)
{
  Fixture *fixture = fixture_new ();
  gsize before, after;

  run (fixture, 1000);
  before = bench_allocated ();
  run (fixture, N_GROWTH);
  after = bench_allocated ();
  fixture_free (fixture);
  return after > before ? (double) (after - before) : 0;
}

const BenchCase bench_scenario[] = {
  { "scenario/checked", "us", NULL, scenario_checked },
  { "scenario/growth", "B", NULL, scenario_growth },
  { NULL },
};
