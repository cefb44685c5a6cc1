/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An order for a transfer: what was asked, and the one who decides between confirming and cancelling. */

#include "transfers.h"

GQuark
transfer_error_quark (void)
{
  return g_quark_from_static_string ("transfer-error-quark");
}

const EhEnumValue transfer_phases[] = {
  { TRANSFER_WAITS, "waits" },   { TRANSFER_MOVES, "moves" },         { TRANSFER_FINISHED, "finished" },
  { TRANSFER_FAILED, "failed" }, { TRANSFER_CANCELLED, "cancelled" }, { 0, NULL },
};

#define MOVE_FIELDS EH_FIELD_STRING (from), EH_FIELD_STRING (to), EH_FIELD_INT64 (amount)

EH_DEFINE_SCHEMA (TransferOrdered, transfer_ordered, MOVE_FIELDS)
EH_DEFINE_SCHEMA (TransferConfirmed, transfer_confirmed, MOVE_FIELDS)
EH_DEFINE_SCHEMA (TransferFinished, transfer_finished)
EH_DEFINE_SCHEMA (TransferFailed, transfer_failed, EH_FIELD_STRING (reason))
EH_DEFINE_SCHEMA (TransferCancelled, transfer_cancelled, EH_FIELD_STRING (reason))

EH_DEFINE_SCHEMA (OrderTransfer, order_transfer, EH_FIELD_STRING (from, .doc = "Whose money"),
                  EH_FIELD_STRING (to, .doc = "Who gets it"),
                  EH_FIELD_INT64 (amount, .doc = "In the smallest coin; above 0"))
EH_DEFINE_SCHEMA (ConfirmTransfer, confirm_transfer)
EH_DEFINE_SCHEMA (CancelTransfer, cancel_transfer, EH_FIELD_STRING (reason))
EH_DEFINE_SCHEMA (FinishTransfer, finish_transfer)
EH_DEFINE_SCHEMA (FailTransfer, fail_transfer, EH_FIELD_STRING (reason))

EH_DEFINE_SCHEMA (TransferOrder, transfer_order_schema, MOVE_FIELDS, EH_FIELD_ENUM (phase, transfer_phases))

/* Found out now, before any money is under way to where it cannot arrive. */
static gboolean
is_account (const char *id, GError **error)
{
  g_autoptr (EhStreamName) account = eh_stream_name_new (bank_account.name, id, error);

  return account != NULL;
}

static gboolean
order_transfer_validate (gconstpointer data, GError **error)
{
  const OrderTransfer *order = data;

  if (order->amount <= 0)
    g_set_error_literal (error, BANK_ERROR, BANK_ERROR_AMOUNT_INVALID, "the amount must be above 0");
  else if (order->from == NULL || order->to == NULL || order->from[0] == '\0' || order->to[0] == '\0')
    g_set_error_literal (error, BANK_ERROR, BANK_ERROR_OWNER_MISSING, "a transfer has two accounts");
  else if (g_str_equal (order->from, order->to))
    g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_SAME_ACCOUNT, "both accounts are the same");
  else
    return is_account (order->from, error) && is_account (order->to, error);
  return FALSE;
}

static gboolean
order_place (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const OrderTransfer *order = eh_command_get_data (command);

  eh_decision_emit (decision, &transfer_ordered, &(TransferOrdered){ order->from, order->to, order->amount });
  return TRUE;
}

/* What is asked twice has been done: nothing happens. */
static gboolean
order_confirm (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const TransferOrder *order = state;

  if (order->phase != TRANSFER_WAITS && order->phase != TRANSFER_MOVES)
    {
      g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_OVER, "the transfer is over");
      return FALSE;
    }
  if (order->phase == TRANSFER_WAITS)
    eh_decision_emit (decision, &transfer_confirmed, &(TransferConfirmed){ order->from, order->to, order->amount });
  return TRUE;
}

static gboolean
order_cancel (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const TransferOrder *order = state;
  const CancelTransfer *cancel = eh_command_get_data (command);

  if (order->phase != TRANSFER_WAITS && order->phase != TRANSFER_CANCELLED)
    {
      g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_UNDER_WAY, "the money is under way");
      return FALSE;
    }
  if (order->phase == TRANSFER_WAITS)
    eh_decision_emit (decision, &transfer_cancelled, &(TransferCancelled){ cancel->reason });
  return TRUE;
}

static gboolean
order_finish (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const TransferOrder *order = state;

  if (order->phase == TRANSFER_MOVES)
    eh_decision_emit (decision, &transfer_finished, NULL);
  return TRUE;
}

static gboolean
order_fail (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const TransferOrder *order = state;
  const FailTransfer *fail = eh_command_get_data (command);

  if (order->phase == TRANSFER_MOVES)
    eh_decision_emit (decision, &transfer_failed, &(TransferFailed){ fail->reason });
  return TRUE;
}

static void
order_on_ordered (gpointer state, const EhEvent *event)
{
  const TransferOrdered *ordered = eh_event_get_data (event);
  TransferOrder *order = state;

  eh_set_string (&order->from, ordered->from);
  eh_set_string (&order->to, ordered->to);
  order->amount = ordered->amount;
  order->phase = ordered->amount > BANK_CONFIRM_ABOVE ? TRANSFER_WAITS : TRANSFER_MOVES;
}

static void
order_on_confirmed (gpointer state, const EhEvent *event)
{
  ((TransferOrder *) state)->phase = TRANSFER_MOVES;
}

static void
order_on_finished (gpointer state, const EhEvent *event)
{
  ((TransferOrder *) state)->phase = TRANSFER_FINISHED;
}

static void
order_on_failed (gpointer state, const EhEvent *event)
{
  ((TransferOrder *) state)->phase = TRANSFER_FAILED;
}

static void
order_on_cancelled (gpointer state, const EhEvent *event)
{
  ((TransferOrder *) state)->phase = TRANSFER_CANCELLED;
}

static const EhCommandRule order_commands[] = {
  { &order_transfer, order_place, EH_CREATES, order_transfer_validate },
  { &confirm_transfer, order_confirm },
  { &cancel_transfer, order_cancel },
  { &finish_transfer, order_finish },
  { &fail_transfer, order_fail },
};

static const EhEventRule order_events[] = {
  { &transfer_ordered, order_on_ordered },     { &transfer_confirmed, order_on_confirmed },
  { &transfer_finished, order_on_finished },   { &transfer_failed, order_on_failed },
  { &transfer_cancelled, order_on_cancelled },
};

const EhAggregateType bank_transfer_order = EH_AGGREGATE_TYPE ("TransferOrder", TransferOrder, transfer_order_schema,
                                                               order_commands, order_events);
