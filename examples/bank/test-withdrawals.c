/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Withdrawals in C. What several scenarios begin with is a macro: tables in C are composed by the compiler. */

#include "test-bank.h"

#define WITH_100_ON_IT                                                                                                 \
  .in = "Account-a1", .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),                      \
                                         EH_EVENT (deposit_performed, DepositPerformed, 100))

static const EhScenarioSpec nothing_happens = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_TIME ("+PT0S")),
  .then = { .state = "{ \"owner\": \"mishudark\", \"balance\": 100 }",
            .events = EH_NO_EVENTS,
            .version = EH_VERSION (2) },
};

static const EhScenarioSpec lowers = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 60)),
            .state = "{ \"balance\": 40 }" },
};

static const EhScenarioSpec too_much = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 249)),
  .then = { .error = "balance-out", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec a_little = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 1)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 1)),
            .state = "{ \"balance\": 99 }" },
};

static const EhScenarioSpec nearly_all = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 99)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 99)),
            .state = "{ \"balance\": 1 }" },
};

static const EhScenarioSpec everything = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 100)),
  .then = { .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 100)),
            .state = "{ \"balance\": 0 }" },
};

static const EhScenarioSpec one_too_much = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 101)),
  .then = { .error = "balance-out", .events = EH_NO_EVENTS, .state = "{ \"balance\": 100 }" },
};

static const EhScenarioSpec as_much_as_can_be = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, G_MAXINT64)),
  .then = { .error = "balance-out", .events = EH_NO_EVENTS, .state = "{ \"balance\": 100 }" },
};

static const EhScenarioSpec of_nothing = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 0)),
  .then = { .error = "amount-invalid", .events = EH_NO_EVENTS, .state = "{ \"balance\": 100 }" },
};

static const EhScenarioSpec negative = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, -60)),
  .then = { .error = "amount-invalid", .events = EH_NO_EVENTS, .state = "{ \"balance\": 100 }" },
};

static const EhScenarioSpec not_both = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60),
                    EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60)),
  .then = { .error = "balance-out",
            .events = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 60)),
            .state = "{ \"balance\": 40 }" },
};

static const EhScenarioSpec the_rest = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT (deposit_performed, DepositPerformed, 100),
                     EH_COMMAND (perform_withdrawal, PerformWithdrawal, 60)),
  .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 40)),
  .then = { .state = "{ \"balance\": 0 }", .version = EH_VERSION (4) },
};

static const EhScenarioSpec new_owner = {
  WITH_100_ON_IT,
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "alice"),
                    EH_COMMAND (perform_withdrawal, PerformWithdrawal, 100)),
  .then = { .events_include = EH_STEPS (EH_EVENT (withdrawal_performed, WithdrawalPerformed, 100)),
            .state = "{ \"owner\": \"alice\", \"balance\": 0 }" },
};

static const EhScenarioSpec time_passes = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_TIME ("2026-01-01T00:00:00Z"), EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_TIME ("+PT1H"), EH_EVENT (deposit_performed, DepositPerformed, 100)),
  .when = EH_STEPS (EH_TIME ("+P1D")),
  .then = { .events = EH_NO_EVENTS, .state = "{ \"balance\": 100 }" },
};

const BankScenario withdrawal_scenarios[] = {
  { "an account with 100 on it", &nothing_happens },
  { "a withdrawal lowers the balance", &lowers },
  { "withdrawing more than the balance is refused", &too_much },
  { "withdrawing a little", &a_little },
  { "withdrawing nearly all", &nearly_all },
  { "withdrawing all", &everything },
  { "withdrawing one too much is refused", &one_too_much },
  { "withdrawing as much as can be is refused", &as_much_as_can_be },
  { "withdrawing nothing is refused", &of_nothing },
  { "a negative withdrawal is refused", &negative },
  { "two withdrawals that do not both fit", &not_both },
  { "after a withdrawal the rest is still there", &the_rest },
  { "a new owner disposes of the money", &new_owner },
  { "time passes and nothing happens", &time_passes },
  { NULL },
};
