/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bank's scenarios in C, each a table that one call turns into a test case, and the scenario files beside them. */

#include <eventhus-testing.h>

#include "bank.h"

static const EhScenarioSpec creates = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "mishudark")),
  .then = { .events = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
            .state = "{ \"owner\": \"mishudark\", \"balance\": 0 }",
            .version = EH_VERSION (1) },
};

static const EhScenarioSpec creates_once = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "alice")),
  .then = { .error = "exists", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec too_much = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT (deposit_performed, DepositPerformed, 100)),
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 249)),
  .then = { .error = "balance-out", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec adds_up = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "mishudark"), EH_TIME ("+PT1H")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 300),
                    EH_COMMAND (perform_withdrawal, PerformWithdrawal, 249)),
  .then = { .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 300),
                                EH_EVENT (withdrawal_performed, WithdrawalPerformed, 249)),
            .state = "{ \"balance\": { \"$gt\": 50, \"$lt\": 52 } }",
            .version = EH_VERSION (3) },
};

static const EhScenarioSpec too_late = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT (deposit_performed, DepositPerformed, 100)),
  .when = EH_STEPS (EH_COMMAND_AT (1, perform_deposit, PerformDeposit, 1)),
  .then = { .error = "conflict", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec two_accounts = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT_IN ("Account-a2", account_created, AccountCreated, "alice")),
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "bob"),
                    EH_COMMAND_IN ("Account-a2", perform_deposit, PerformDeposit, 5)),
  .then = { .events_include = EH_STEPS (EH_EVENT_IN ("Account-a2", deposit_performed, DepositPerformed, 5)),
            .state = "{ \"owner\": \"bob\" }" },
};

int
main (int argc, char **argv)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  static const char *const files[] = { "accounts", "deposits", "several", "withdrawals" };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  eh_test_add_scenario ("/bank/an account is created for its owner", domain, &creates);
  eh_test_add_scenario ("/bank/an account is created once", domain, &creates_once);
  eh_test_add_scenario ("/bank/withdrawing more than the balance is refused", domain, &too_much);
  eh_test_add_scenario ("/bank/deposits and withdrawals add up", domain, &adds_up);
  eh_test_add_scenario ("/bank/a deposit that comes too late", domain, &too_late);
  eh_test_add_scenario ("/bank/accounts do not touch each other", domain, &two_accounts);

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s.json", files[i]);
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "scenarios", name, NULL);
      g_autofree char *prefix = g_strdup_printf ("/bank/files/%s", files[i]);

      eh_test_add_scenario_file (prefix, domain, path);
    }

  return g_test_run ();
}
