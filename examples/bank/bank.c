/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bank of the Go toolkit's example: accounts are created, change hands, take deposits and pay withdrawals as long
 * as the balance lasts. Handlers decide, appliers fold, tables join them: this file is all that a domain needs.
 */

#include "bank.h"

GQuark
bank_error_quark (void)
{
  return g_quark_from_static_string ("bank-error-quark");
}

static const EhEnumValue bank_errors[] = {
  { BANK_ERROR_BALANCE_OUT, "balance-out" },
  { BANK_ERROR_AMOUNT_INVALID, "amount-invalid" },
  { BANK_ERROR_OWNER_MISSING, "owner-missing" },
  { 0, NULL },
};

EH_DEFINE_SCHEMA (AccountCreated, account_created, EH_FIELD_STRING (owner))
EH_DEFINE_SCHEMA (OwnerChanged, owner_changed, EH_FIELD_STRING (owner), EH_FIELD_OPTIONAL_STRING (reason))
EH_DEFINE_SCHEMA (DepositPerformed, deposit_performed, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (WithdrawalPerformed, withdrawal_performed, EH_FIELD_INT64 (amount, .json_name = "ammount"))

EH_DEFINE_SCHEMA (CreateAccount, create_account, EH_FIELD_STRING (owner, .doc = "Who may dispose of the money"))
EH_DEFINE_SCHEMA (ChangeOwner, change_owner, EH_FIELD_STRING (owner, .doc = "Who may dispose of the money from now on"),
                  EH_FIELD_OPTIONAL_STRING (reason))
EH_DEFINE_SCHEMA (PerformDeposit, perform_deposit, EH_FIELD_INT64 (amount, .doc = "In the smallest coin; above 0"))
EH_DEFINE_SCHEMA (PerformWithdrawal, perform_withdrawal,
                  EH_FIELD_INT64 (amount, .doc = "In the smallest coin; above 0"))

EH_DEFINE_SCHEMA (Account, account_schema, EH_FIELD_STRING (owner), EH_FIELD_INT64 (balance))

/* Commands that make no sense whatever the account's state. */

static gboolean
bank_check_owner (const char *owner, GError **error)
{
  if (owner != NULL && owner[0] != '\0')
    return TRUE;

  g_set_error_literal (error, BANK_ERROR, BANK_ERROR_OWNER_MISSING, "an account needs an owner");
  return FALSE;
}

static gboolean
bank_check_amount (gint64 amount, GError **error)
{
  if (amount > 0)
    return TRUE;

  g_set_error (error, BANK_ERROR, BANK_ERROR_AMOUNT_INVALID, "the amount must be above 0, not %" G_GINT64_FORMAT,
               amount);
  return FALSE;
}

static gboolean
create_account_validate (gconstpointer data, GError **error)
{
  return bank_check_owner (((const CreateAccount *) data)->owner, error);
}

static gboolean
change_owner_validate (gconstpointer data, GError **error)
{
  return bank_check_owner (((const ChangeOwner *) data)->owner, error);
}

static gboolean
perform_deposit_validate (gconstpointer data, GError **error)
{
  return bank_check_amount (((const PerformDeposit *) data)->amount, error);
}

static gboolean
perform_withdrawal_validate (gconstpointer data, GError **error)
{
  return bank_check_amount (((const PerformWithdrawal *) data)->amount, error);
}

/* Command handlers: they decide and change nothing. */

static gboolean
account_create (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const CreateAccount *create = eh_command_get_data (command);

  eh_decision_emit (decision, &account_created, &(AccountCreated){ create->owner });
  return TRUE;
}

static gboolean
account_change_owner (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Account *account = state;
  const ChangeOwner *change = eh_command_get_data (command);

  /* The wish is fulfilled already: nothing happens. */
  if (g_strcmp0 (account->owner, change->owner) == 0)
    return TRUE;

  eh_decision_emit (decision, &owner_changed, &(OwnerChanged){ change->owner, change->reason });
  return TRUE;
}

static gboolean
account_deposit (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Account *account = state;
  const PerformDeposit *deposit = eh_command_get_data (command);

  if (account->balance > 0 && deposit->amount > G_MAXINT64 - account->balance)
    {
      g_set_error_literal (error, BANK_ERROR, BANK_ERROR_AMOUNT_INVALID, "no account can hold that much");
      return FALSE;
    }

  eh_decision_emit (decision, &deposit_performed, &(DepositPerformed){ deposit->amount });
  return TRUE;
}

static gboolean
account_withdraw (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Account *account = state;
  const PerformWithdrawal *withdrawal = eh_command_get_data (command);

  if (account->balance < withdrawal->amount)
    {
      g_set_error_literal (error, BANK_ERROR, BANK_ERROR_BALANCE_OUT, "balance out");
      return FALSE;
    }

  eh_decision_emit (decision, &withdrawal_performed, &(WithdrawalPerformed){ withdrawal->amount });
  return TRUE;
}

/* Event appliers: they fold facts into the state and decide nothing. */

static void
account_on_created (gpointer state, const EhEvent *event)
{
  const AccountCreated *created = eh_event_get_data (event);
  Account *account = state;

  eh_set_string (&account->owner, created->owner);
}

static void
account_on_owner_changed (gpointer state, const EhEvent *event)
{
  const OwnerChanged *changed = eh_event_get_data (event);
  Account *account = state;

  eh_set_string (&account->owner, changed->owner);
}

static void
account_on_deposit (gpointer state, const EhEvent *event)
{
  const DepositPerformed *deposit = eh_event_get_data (event);
  Account *account = state;

  account->balance += deposit->amount;
}

static void
account_on_withdrawal (gpointer state, const EhEvent *event)
{
  const WithdrawalPerformed *withdrawal = eh_event_get_data (event);
  Account *account = state;

  account->balance -= withdrawal->amount;
}

static const EhCommandRule account_commands[] = {
  { &create_account, account_create, EH_CREATES, create_account_validate },
  { &change_owner, account_change_owner, EH_UPDATES, change_owner_validate },
  { &perform_deposit, account_deposit, EH_UPDATES, perform_deposit_validate },
  { &perform_withdrawal, account_withdraw, EH_UPDATES, perform_withdrawal_validate },
};

static const EhEventRule account_events[] = {
  { &account_created, account_on_created },
  { &owner_changed, account_on_owner_changed },
  { &deposit_performed, account_on_deposit },
  { &withdrawal_performed, account_on_withdrawal },
};

const EhAggregateType bank_account = EH_AGGREGATE_TYPE ("Account", Account, account_schema, account_commands,
                                                        account_events);

/* What holds for every account at any time. */
static gboolean
account_is_solvent (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  const Account *account = state;

  if (account->balance >= 0)
    return TRUE;

  g_set_error (error, BANK_ERROR, BANK_ERROR_BALANCE_OUT, "the balance is %" G_GINT64_FORMAT, account->balance);
  return FALSE;
}

/* Plausible commands for generated runs: a few owners, and amounts small enough to collide. */

static void
generate_owner (EhDraw *draw, gpointer value, gpointer user_data)
{
  static const char *const owners[] = { "mishudark", "alice", "bob" };
  char **owner = value;

  *owner = g_strdup (owners[eh_draw_choose (draw, G_N_ELEMENTS (owners), "owner")]);
}

static void
generate_amount (EhDraw *draw, gpointer value, gpointer user_data)
{
  gint64 *amount = value;

  *amount = eh_draw_int64 (draw, 1, 100, "amount");
}

EhDomain *
bank_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("bank");

  eh_domain_add_aggregate_type (domain, &bank_account);
  eh_domain_add_errors (domain, BANK_ERROR, bank_errors);
  eh_domain_add_invariant (domain, "balance is never negative", &bank_account, account_is_solvent, NULL, NULL);
  eh_domain_add_generator (domain, &create_account, generate_owner, NULL, NULL);
  eh_domain_add_generator (domain, &change_owner, generate_owner, NULL, NULL);
  eh_domain_add_generator (domain, &perform_deposit, generate_amount, NULL, NULL);
  eh_domain_add_generator (domain, &perform_withdrawal, generate_amount, NULL, NULL);
  return domain;
}
