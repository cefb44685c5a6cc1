/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Accounts in C: how they come to be and who owns them. */

#include "test-bank.h"

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
  .then = { .error = "exists", .events = EH_NO_EVENTS, .version = EH_VERSION (1) },
};

static const EhScenarioSpec empty_owner = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "")),
  .then = { .error = "owner-missing", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec no_owner = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, NULL)),
  .then = { .error = "owner-missing", .events = EH_NO_EVENTS },
};

static const EhScenarioSpec changes_hands = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "alice")),
  .then = { .events = EH_STEPS (EH_EVENT (owner_changed, OwnerChanged, "alice")), .state = "{ \"owner\": \"alice\" }" },
};

static const EhScenarioSpec tells_the_reason = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "alice", "sold"),
                    EH_COMMAND (change_owner, ChangeOwner, "bob")),
  .then = { .events = EH_STEPS (EH_EVENT (owner_changed, OwnerChanged, "alice", "sold"),
                                EH_EVENT (owner_changed, OwnerChanged, "bob")) },
};

static const EhScenarioSpec same_owner = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "mishudark")),
  .then = { .events = EH_NO_EVENTS, .version = EH_VERSION (1) },
};

static const EhScenarioSpec left_without = {
  .in = "Account-a1",
  .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark")),
  .when = EH_STEPS (EH_COMMAND (change_owner, ChangeOwner, "")),
  .then = { .error = "owner-missing", .state = "{ \"owner\": \"mishudark\" }" },
};

static const EhScenarioSpec name_of_letters = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "Zoë Müller")),
  .then = { .events = EH_STEPS (EH_EVENT (account_created, AccountCreated, "Zoë Müller")),
            .state = "{ \"owner\": \"Zoë Müller\" }" },
};

static const EhScenarioSpec name_to_escape = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "\"quoted\" \\ and\ttabbed")),
  .then = { .events = EH_STEPS (EH_EVENT (account_created, AccountCreated, "\"quoted\" \\ and\ttabbed")),
            .state = "{ \"owner\": \"\\\"quoted\\\" \\\\ and\\ttabbed\" }" },
};

static const EhScenarioSpec name_in_signs = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "名無しさん")),
  .then = { .events = EH_STEPS (EH_EVENT (account_created, AccountCreated, "名無しさん")),
            .state = "{ \"owner\": \"名無しさん\" }" },
};

static const EhScenarioSpec name_of_a_picture = {
  .in = "Account-a1",
  .when = EH_STEPS (EH_COMMAND (create_account, CreateAccount, "🏦")),
  .then = { .events = EH_STEPS (EH_EVENT (account_created, AccountCreated, "🏦")), .state = "{ \"owner\": \"🏦\" }" },
};

static const EhScenarioSpec nobody = {
  .in = "Account-nobody",
  .when = EH_STEPS (EH_COMMAND (perform_deposit, PerformDeposit, 1)),
  .then = { .error = "not-found", .events = EH_NO_EVENTS },
};

const BankScenario account_scenarios[] = {
  { "an account is created for its owner", &creates },
  { "an account is created once", &creates_once },
  { "an account needs an owner: empty", &empty_owner },
  { "an account needs an owner: none", &no_owner },
  { "an account changes hands", &changes_hands },
  { "a reason is told if there is one", &tells_the_reason },
  { "changing to the same owner changes nothing", &same_owner },
  { "an account cannot be left without an owner", &left_without },
  { "owners with any name are kept as they are: letters", &name_of_letters },
  { "owners with any name are kept as they are: quotes", &name_to_escape },
  { "owners with any name are kept as they are: signs", &name_in_signs },
  { "owners with any name are kept as they are: a picture", &name_of_a_picture },
  { "what does not exist cannot be changed", &nobody },
  { NULL },
};
