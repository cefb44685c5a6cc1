/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * How money moves: each event that an order leads to makes the process take the next step, until the order is finished
 * or failed. No step can be lost or taken twice, whatever crashes: so money is neither lost nor made.
 *
 *   ordered, or confirmed --> withdraw --> deposit --> finished
 *                                  \           \
 *                                   \          refused --> give back --> failed
 *                                  refused --> failed
 *
 * A large amount waits for being confirmed in a process of its own, which does nothing but to cancel the order when
 * time is over. The confirmation begins another conversation, and so another process.
 */

#include "transfers.h"

#define CONFIRMATION "confirmation"

EH_DEFINE_SCHEMA (Transfer, transfer_schema, EH_FIELD_STRING (order), EH_FIELD_STRING (from), EH_FIELD_STRING (to),
                  EH_FIELD_INT64 (amount), EH_FIELD_STRING (failure))

static void
transfer_withdraw (const Transfer *transfer, EhReaction *reaction)
{
  eh_reaction_send (reaction, transfer->from, &perform_withdrawal, &(PerformWithdrawal){ transfer->amount });
}

static void
transfer_fail (const Transfer *transfer, const char *reason, EhReaction *reaction)
{
  eh_reaction_send (reaction, transfer->order, &fail_transfer, &(FailTransfer){ reason });
}

/* Both events tell the same. */
static void
transfer_begin (Transfer *transfer, const EhEvent *event)
{
  const TransferOrdered *ordered = eh_event_get_data (event);

  eh_set_string (&transfer->order, eh_stream_name_get_id (eh_event_get_stream (event)));
  eh_set_string (&transfer->from, ordered->from);
  eh_set_string (&transfer->to, ordered->to);
  transfer->amount = ordered->amount;
}

static void
transfer_on_ordered (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  Transfer *transfer = state;

  transfer_begin (transfer, event);
  if (transfer->amount > BANK_CONFIRM_ABOVE)
    eh_reaction_set_deadline (reaction, CONFIRMATION, eh_reaction_get_time (reaction) + BANK_CONFIRM_TIME);
  else
    transfer_withdraw (transfer, reaction);
}

static void
transfer_on_confirmed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  transfer_begin (state, event);
  transfer_withdraw (state, reaction);
}

static void
transfer_on_withdrawal (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const Transfer *transfer = state;

  eh_reaction_send (reaction, transfer->to, &perform_deposit, &(PerformDeposit){ transfer->amount });
}

/* The money has arrived: where it was to go, or where it came from. */
static void
transfer_on_deposit (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const Transfer *transfer = state;

  if (transfer->failure != NULL)
    transfer_fail (transfer, transfer->failure, reaction);
  else
    eh_reaction_send (reaction, transfer->order, &finish_transfer, NULL);
}

static void
transfer_on_over (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_end (reaction);
}

static void
transfer_on_withdrawal_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                                EhReaction *reaction)
{
  transfer_fail (state, nick, reaction);
}

/* The compensation. Should that be refused too, the order stays open, for a person who looks for such. */
static void
transfer_on_deposit_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                             EhReaction *reaction)
{
  Transfer *transfer = state;

  if (transfer->failure != NULL)
    return;
  eh_set_string (&transfer->failure, nick);
  eh_reaction_send (reaction, transfer->from, &perform_deposit, &(PerformDeposit){ transfer->amount });
}

/* The order knows whether it has been confirmed, and refuses then. */
static void
transfer_on_late (gpointer state, const char *name, EhReaction *reaction)
{
  const Transfer *transfer = state;

  eh_reaction_send (reaction, transfer->order, &cancel_transfer, &(CancelTransfer){ "not confirmed in time" });
  eh_reaction_end (reaction);
}

static void
transfer_on_cancel_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                            EhReaction *reaction)
{
}

static const EhProcessRule transfer_rules[] = {
  { &transfer_ordered, transfer_on_ordered, eh_event_key_correlation, EH_STARTS },
  { &transfer_confirmed, transfer_on_confirmed, eh_event_key_correlation, EH_STARTS },
  { &withdrawal_performed, transfer_on_withdrawal, eh_event_key_correlation },
  { &deposit_performed, transfer_on_deposit, eh_event_key_correlation },
  { &transfer_finished, transfer_on_over, eh_event_key_correlation },
  { &transfer_failed, transfer_on_over, eh_event_key_correlation },
};

static const EhRefusalRule transfer_refusals[] = {
  { &perform_withdrawal, transfer_on_withdrawal_refused },
  { &perform_deposit, transfer_on_deposit_refused },
  { &cancel_transfer, transfer_on_cancel_refused },
};

static const EhDeadlineRule transfer_deadlines[] = {
  { CONFIRMATION, transfer_on_late },
};

const EhProcessType bank_transfer = EH_PROCESS_TYPE ("Transfer", Transfer, transfer_schema, transfer_rules,
                                                     EH_REFUSALS (transfer_refusals),
                                                     EH_DEADLINES (transfer_deadlines));
