/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Deposits in C. */

#include "test-bank.h"

static const EhScenarioSpec raises = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 300)),
  .then = { .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 300)),
            .state = "{ \"balance\": 300 }",
            .version = EH_VERSION (2) },
};

static const EhScenarioSpec of_nothing = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 0)),
  .then = { .error = "amount-invalid", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec negative = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, -1)),
  .then = { .error = "amount-invalid", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec most_negative = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, G_MININT64)),
  .then = { .error = "amount-invalid", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec full = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_EVENT (deposit_performed, DepositPerformed, G_MAXINT64)),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1)),
  .then = { .error = "amount-invalid", .state = "{ \"balance\": 9223372036854775807 }" },
};

static const EhScenarioSpec in_a_row = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1), EH_COMMAND (perform_deposit, PerformDeposit, 20),
                    EH_COMMAND (perform_deposit, PerformDeposit, 300)),
  .then = { .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 1),
                                EH_EVENT (deposit_performed, DepositPerformed, 20),
                                EH_EVENT (deposit_performed, DepositPerformed, 300)),
            .state = "{ \"balance\": 321 }",
            .version = EH_VERSION (4) },
};

static const EhScenarioSpec first_refusal = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 10),
                    EH_COMMAND (perform_withdrawal, PerformWithdrawal, 11),
                    EH_COMMAND (perform_deposit, PerformDeposit, 100)),
  .then = { .error = "balance-out", .events = EH_STEPS (EH_EVENT (deposit_performed, DepositPerformed, 10)) },
};

static const EhScenarioSpec for_the_version = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND_AT (1, perform_deposit, PerformDeposit, 5)),
  .then = { .version = EH_VERSION (2) },
};

static const EhScenarioSpec too_late = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
                     EH_COMMAND_AT (1, perform_deposit, PerformDeposit, 5)),
  .when = EH_STEPS (EH_COMMAND_AT (1, perform_deposit, PerformDeposit, 5)),
  .then = { .error = "conflict", .events = EH_NO_EVENTS, .state = "{ \"balance\": 5 }" },
};

const BankScenario deposit_scenarios[] = {
  { "a deposit raises the balance", &raises },
  { "a deposit of nothing is refused", &of_nothing },
  { "a negative deposit is refused", &negative },
  { "the most negative deposit is refused", &most_negative },
  { "an account that is full takes nothing more", &full },
  { "several deposits in a row add up", &in_a_row },
  { "the first refusal ends a row of commands", &first_refusal },
  { "a deposit for the version that was seen", &for_the_version },
  { "a deposit that comes too late", &too_late },
  { NULL },
};
