/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the bank shows, and what must hold of all accounts together. */

#include "transfers.h"

EH_DEFINE_SCHEMA (Balance, balance_schema, EH_FIELD_STRING (owner), EH_FIELD_INT64 (balance))
EH_DEFINE_SCHEMA (Movement, movement_schema, EH_FIELD_STRING (order), EH_FIELD_INT64 (amount), EH_FIELD_INT64 (taken),
                  EH_FIELD_INT64 (given), EH_FIELD_ENUM (phase, transfer_phases))

static void
balance_on_created (gpointer row, const EhEvent *event)
{
  eh_set_string (&((Balance *) row)->owner, ((const AccountCreated *) eh_event_get_data (event))->owner);
}

static void
balance_on_owner_changed (gpointer row, const EhEvent *event)
{
  eh_set_string (&((Balance *) row)->owner, ((const OwnerChanged *) eh_event_get_data (event))->owner);
}

static void
balance_on_deposit (gpointer row, const EhEvent *event)
{
  ((Balance *) row)->balance += ((const DepositPerformed *) eh_event_get_data (event))->amount;
}

static void
balance_on_withdrawal (gpointer row, const EhEvent *event)
{
  ((Balance *) row)->balance -= ((const WithdrawalPerformed *) eh_event_get_data (event))->amount;
}

static const EhProjectionRule balance_rules[] = {
  { &account_created, balance_on_created },
  { &owner_changed, balance_on_owner_changed },
  { &deposit_performed, balance_on_deposit },
  { &withdrawal_performed, balance_on_withdrawal },
};

const EhProjectionType bank_balances = EH_PROJECTION_TYPE ("Balances", Balance, balance_schema, balance_rules,
                                                           .category = "Account");

/* Both events tell the same. */
static void
movement_on_begun (gpointer row, const EhEvent *event)
{
  Movement *movement = row;

  eh_set_string (&movement->order, eh_stream_name_get_id (eh_event_get_stream (event)));
  movement->amount = ((const TransferOrdered *) eh_event_get_data (event))->amount;
  movement->phase = TRANSFER_MOVES;
}

static void
movement_on_withdrawal (gpointer row, const EhEvent *event)
{
  ((Movement *) row)->taken += ((const WithdrawalPerformed *) eh_event_get_data (event))->amount;
}

static void
movement_on_deposit (gpointer row, const EhEvent *event)
{
  ((Movement *) row)->given += ((const DepositPerformed *) eh_event_get_data (event))->amount;
}

static void
movement_on_finished (gpointer row, const EhEvent *event)
{
  ((Movement *) row)->phase = TRANSFER_FINISHED;
}

static void
movement_on_failed (gpointer row, const EhEvent *event)
{
  ((Movement *) row)->phase = TRANSFER_FAILED;
}

/* What has to be confirmed does not move yet. */
static void
ordered_key (const EhEvent *event, GString *key)
{
  if (((const TransferOrdered *) eh_event_get_data (event))->amount <= BANK_CONFIRM_ABOVE)
    eh_event_key_correlation (event, key);
}

/* What a customer does himself begins a conversation, and is no part of a movement. */
static void
part_key (const EhEvent *event, GString *key)
{
  if (!eh_id_equal (eh_event_get_correlation_id (event), eh_event_get_causation_id (event)))
    eh_event_key_correlation (event, key);
}

static const EhProjectionRule movement_rules[] = {
  { &transfer_ordered, movement_on_begun, ordered_key },
  { &transfer_confirmed, movement_on_begun, eh_event_key_correlation },
  { &withdrawal_performed, movement_on_withdrawal, part_key },
  { &deposit_performed, movement_on_deposit, part_key },
  { &transfer_finished, movement_on_finished, eh_event_key_correlation },
  { &transfer_failed, movement_on_failed, eh_event_key_correlation },
};

const EhProjectionType bank_movements = EH_PROJECTION_TYPE ("Movements", Movement, movement_schema, movement_rules);

/* Neither made nor lost: what is given was taken before, and when a transfer is over both are the same. */
static gboolean
money_is_conserved (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  const Movement *movement = row;
  gboolean is_over = movement->phase == TRANSFER_FINISHED || movement->phase == TRANSFER_FAILED;

  if (movement->order == NULL
      || (movement->given <= movement->taken && movement->taken <= movement->amount
          && (!is_over || movement->given == movement->taken)))
    return TRUE;
  g_set_error (error, TRANSFER_ERROR, TRANSFER_ERROR_UNDER_WAY,
               "order %s of %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT " was taken and %" G_GINT64_FORMAT " given",
               movement->order, movement->amount, movement->taken, movement->given);
  return FALSE;
}

static gboolean
is_settled (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const TransferOrder *) state)->phase != TRANSFER_MOVES)
    return TRUE;
  g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_UNDER_WAY, "the money is under way");
  return FALSE;
}

static const EhEnumValue transfer_errors[] = {
  { TRANSFER_ERROR_SAME_ACCOUNT, "same-account" },
  { TRANSFER_ERROR_UNDER_WAY, "under-way" },
  { TRANSFER_ERROR_OVER, "over" },
  { 0, NULL },
};

static void
generate_order (EhDraw *draw, gpointer value, gpointer user_data)
{
  static const char *const accounts[] = { "a1", "a2", "a3" };
  OrderTransfer *order = value;

  order->from = g_strdup (accounts[eh_draw_choose (draw, G_N_ELEMENTS (accounts), "from")]);
  order->to = g_strdup (accounts[eh_draw_choose (draw, G_N_ELEMENTS (accounts), "to")]);
  order->amount = eh_draw_int64 (draw, 1, 100, "amount");
}

void
bank_add_transfers (EhDomain *domain)
{
  eh_domain_add_aggregate_type (domain, &bank_transfer_order);
  eh_domain_add_process (domain, &bank_transfer);
  eh_domain_add_projection (domain, &bank_balances);
  eh_domain_add_projection (domain, &bank_movements);
  eh_domain_add_errors (domain, TRANSFER_ERROR, transfer_errors);
  eh_domain_add_row_invariant (domain, "money is conserved", &bank_movements, money_is_conserved, NULL, NULL);
  eh_domain_add_eventually (domain, "no money is under way", &bank_transfer_order, is_settled, NULL, NULL);
  eh_domain_add_generator (domain, &order_transfer, generate_order, NULL, NULL);
}

EhDomain *
bank_with_transfers_new (void)
{
  EhDomain *domain = bank_domain_new ();

  bank_add_transfers (domain);
  return domain;
}
