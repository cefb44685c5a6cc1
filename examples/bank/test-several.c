/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* More than one account in C, and conditions in place of values. */

#include "test-bank.h"

static const EhScenarioSpec two_accounts = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT_IN ("Account-a2", account_created, AccountCreated, "alice"),
                     EH_EVENT (deposit_performed, DepositPerformed, 10),
                     EH_EVENT_IN ("Account-a2", deposit_performed, DepositPerformed, 20)),
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 10),
                    EH_COMMAND_IN ("Account-a2", perform_deposit, PerformDeposit, 5)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 10),
                                EH_EVENT_IN ("Account-a2", deposit_performed, DepositPerformed, 5)),
            .state = "{ \"owner\": \"mishudark\", \"balance\": 0 }" },
};

static const EhScenarioSpec the_other = {
  .in = "Account-a2",
  .given = EH_STEPS (EH_EVENT_IN ("Account-a1", account_created, AccountCreated, "mishudark"),
                     EH_EVENT (account_created, AccountCreated, "alice")),
  .when = EH_STEPS (EH_COMMAND_IN ("Account-a1", perform_deposit, PerformDeposit, 5)),
  .then = { .state = "{ \"owner\": \"alice\", \"balance\": 0 }", .version = EH_VERSION (1) },
};

static const EhScenarioSpec any_id = {
  .in = "Account-münchen/1 * >",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1)),
  .then = { .version = EH_VERSION (2) },
};

static const EhScenarioSpec dashed_id = {
  .in = "Account-DE-89-3704",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1)),
  .then = { .version = EH_VERSION (2) },
};

static const EhScenarioSpec conditions = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 42)),
  .then = { .state = "{ \"owner\": { \"$regex\": \"^mi.*k$\" }, \"balance\": { \"$gt\": 41, \"$lt\": 43 } }" },
};

static const EhScenarioSpec part_of_a_state = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 42)),
  .then = { .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 42)), .state = "{ \"balance\": 42 }" },
};

static const char *const no_snapshot_cuts[] = { "snapshot-cuts", NULL };

static const EhScenarioSpec one_check_off = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1)),
  .then = { .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 1)) },
  .off = no_snapshot_cuts,
};

const BankScenario several_scenarios[] = {
  { "accounts do not touch each other", &two_accounts },
  { "the state of another account", &the_other },
  { "an id may be anything", &any_id },
  { "an id may have dashes", &dashed_id },
  { "conditions", &conditions },
  { "a part of a state", &part_of_a_state },
  { "a scenario without one of the automatic checks", &one_check_off },
  { NULL },
};
