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

#define WITH_42_PAID_IN                                                                                                \
  .in = "Account-a1", .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),                     \
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 42))

static const EhScenarioSpec anything = {
  WITH_42_PAID_IN,
  .then = { .state = "{ \"owner\": { \"$any\": true }, \"balance\": { \"$any\": true } }" },
};

static const EhScenarioSpec between = {
  WITH_42_PAID_IN,
  .then = { .state = "{ \"owner\": { \"$ne\": \"alice\" }, \"balance\": { \"$gt\": 41, \"$lt\": 43 } }" },
};

static const EhScenarioSpec at_least = {
  WITH_42_PAID_IN,
  .then = { .state = "{ \"owner\": { \"$regex\": \"^mi.*k$\" }, \"balance\": { \"$gte\": 42 } }" },
};

static const EhScenarioSpec at_most = {
  WITH_42_PAID_IN,
  .then = { .state = "{ \"owner\": { \"$contains\": \"shu\" }, \"balance\": { \"$lte\": 42 } }" },
};

static const EhScenarioSpec one_of = {
  WITH_42_PAID_IN,
  .then = { .state = "{ \"owner\": { \"$in\": [ \"alice\", \"mishudark\" ] }, \"balance\": { \"$in\": [ 41, 42 ] } }" },
};

static const EhScenarioSpec part_of_a_state = {
  WITH_42_PAID_IN,
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
  { "conditions: anything", &anything },
  { "conditions: between", &between },
  { "conditions: at least", &at_least },
  { "conditions: at most", &at_most },
  { "conditions: one of", &one_of },
  { "a part of a state", &part_of_a_state },
  { "a scenario without one of the automatic checks", &one_check_off },
  { NULL },
};
