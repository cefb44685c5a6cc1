/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transfer-domain.h"

GQuark
transfer_error_quark (void)
{
  return g_quark_from_static_string ("transfer-error-quark");
}

static const EhEnumValue transfer_errors[] = {
  { TRANSFER_ERROR_TOO_LITTLE, "too-little" },
  { TRANSFER_ERROR_SHUT, "shut" },
  { TRANSFER_ERROR_REMINDED, "reminded" },
  { 0, NULL },
};

#define ORDER_FIELDS EH_FIELD_STRING (from), EH_FIELD_STRING (to), EH_FIELD_INT64 (amount)

EH_DEFINE_SCHEMA (PlaceOrder, place_order, ORDER_FIELDS)
EH_DEFINE_SCHEMA (OrderPlaced, order_placed, ORDER_FIELDS)
EH_DEFINE_SCHEMA (RemindOrder, remind_order, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (OrderReminded, order_reminded, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (PutIn, put_in, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (MoneyPutIn, money_put_in, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (TakeOut, take_out, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (MoneyTakenOut, money_taken_out, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (ShutPurse, shut_purse, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (PurseShut, purse_shut, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (Purse, purse_schema, EH_FIELD_INT64 (amount), EH_FIELD_BOOLEAN (is_shut))
EH_DEFINE_SCHEMA (Order, order_schema, ORDER_FIELDS, EH_FIELD_INT64 (reminded))
EH_DEFINE_SCHEMA (Transfer, transfer_schema, EH_FIELD_STRING (order), ORDER_FIELDS, EH_FIELD_STRING (phase))
EH_DEFINE_SCHEMA (Tally, tally_schema, EH_FIELD_INT64 (n_put))
EH_DEFINE_SCHEMA (PurseRow, purse_row_schema, EH_FIELD_INT64 (amount))

static gboolean
decide_place (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &order_placed, eh_command_get_data (command));
  return TRUE;
}

static gboolean
decide_remind (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  if (((const Order *) state)->reminded > 0)
    {
      g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_REMINDED, "once is enough");
      return FALSE;
    }
  eh_decision_emit (decision, &order_reminded, eh_command_get_data (command));
  return TRUE;
}

static gboolean
decide_put_in (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  if (((const Purse *) state)->is_shut)
    {
      g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_SHUT, "the purse is shut");
      return FALSE;
    }
  eh_decision_emit (decision, &money_put_in, eh_command_get_data (command));
  return TRUE;
}

static gboolean
decide_take_out (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  if (((const Purse *) state)->amount < ((const TakeOut *) eh_command_get_data (command))->amount)
    {
      g_set_error_literal (error, TRANSFER_ERROR, TRANSFER_ERROR_TOO_LITTLE, "there is less");
      return FALSE;
    }
  eh_decision_emit (decision, &money_taken_out, eh_command_get_data (command));
  return TRUE;
}

static gboolean
decide_shut (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &purse_shut, eh_command_get_data (command));
  return TRUE;
}

static void
apply_reminded (gpointer state, const EhEvent *event)
{
  ((Order *) state)->reminded++;
}

static void
apply_put_in (gpointer state, const EhEvent *event)
{
  ((Purse *) state)->amount += ((const MoneyPutIn *) eh_event_get_data (event))->amount;
}

static void
apply_taken_out (gpointer state, const EhEvent *event)
{
  ((Purse *) state)->amount -= ((const MoneyTakenOut *) eh_event_get_data (event))->amount;
}

static void
apply_shut (gpointer state, const EhEvent *event)
{
  ((Purse *) state)->is_shut = TRUE;
}

static const EhCommandRule purse_commands[] = {
  { &put_in, decide_put_in, EH_CREATES_OR_UPDATES },
  { &take_out, decide_take_out, EH_UPDATES },
  { &shut_purse, decide_shut, EH_CREATES_OR_UPDATES },
};

static const EhEventRule purse_events[] = {
  { &money_put_in, apply_put_in },
  { &money_taken_out, apply_taken_out },
  { &purse_shut, apply_shut },
};

const EhAggregateType purse_type = EH_AGGREGATE_TYPE ("Purse", Purse, purse_schema, purse_commands, purse_events);

static const EhCommandRule order_commands[] = {
  { &place_order, decide_place, EH_CREATES },
  { &remind_order, decide_remind, EH_UPDATES },
};

static const EhEventRule order_events[] = {
  { &order_placed, NULL },
  { &order_reminded, apply_reminded },
};

const EhAggregateType order_type = EH_AGGREGATE_TYPE ("Order", Order, order_schema, order_commands, order_events);

static void
transfer_on_placed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const OrderPlaced *placed = eh_event_get_data (event);
  Transfer *transfer = state;

  eh_set_string (&transfer->order, eh_stream_name_get_id (eh_event_get_stream (event)));
  eh_set_string (&transfer->from, placed->from);
  eh_set_string (&transfer->to, placed->to);
  eh_set_string (&transfer->phase, "taking");
  transfer->amount = placed->amount;
  eh_reaction_set_deadline (reaction, "too-late", eh_reaction_get_time (reaction) + TRANSFER_TIME);
  if (transfer->amount > 0)
    eh_reaction_send (reaction, transfer->from, &take_out, &(TakeOut){ transfer->amount });
  for (gint64 i = transfer->amount; i < 0 && i > -3; i--)
    eh_reaction_send (reaction, transfer->order, &remind_order, &(RemindOrder){ 0 });
}

static void
transfer_on_taken (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  Transfer *transfer = state;

  eh_set_string (&transfer->phase, "giving");
  eh_reaction_send (reaction, transfer->to, &put_in, &(PutIn){ transfer->amount });
}

static void
transfer_on_put (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  Transfer *transfer = state;

  eh_set_string (&transfer->phase, g_strcmp0 (transfer->phase, "back") == 0 ? "returned" : "done");
  eh_reaction_end (reaction);
}

static void
transfer_on_taking_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                            EhReaction *reaction)
{
  g_autofree char *phase = g_strdup_printf ("refused: %s", nick);

  eh_set_string (&((Transfer *) state)->phase, phase);
  eh_reaction_end (reaction);
}

static void
transfer_on_giving_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                            EhReaction *reaction)
{
  Transfer *transfer = state;

  eh_set_string (&transfer->phase, "back");
  eh_reaction_send (reaction, transfer->from, &put_in, &(PutIn){ transfer->amount });
}

static void
transfer_on_late (gpointer state, const char *name, EhReaction *reaction)
{
  Transfer *transfer = state;

  eh_set_string (&transfer->phase, "late");
  eh_reaction_send (reaction, transfer->order, &remind_order, &(RemindOrder){ eh_reaction_get_time (reaction) });
}

static const EhProcessRule transfer_rules[] = {
  { &order_placed, transfer_on_placed, eh_event_key_correlation, EH_STARTS },
  { &money_taken_out, transfer_on_taken, eh_event_key_correlation },
  { &money_put_in, transfer_on_put, eh_event_key_correlation },
};

static const EhRefusalRule transfer_refusals[] = {
  { &take_out, transfer_on_taking_refused },
  { &put_in, transfer_on_giving_refused },
};

static const EhDeadlineRule transfer_deadlines[] = {
  { "too-late", transfer_on_late },
};

const EhProcessType transfer_process = EH_PROCESS_TYPE ("Transfer", Transfer, transfer_schema, transfer_rules,
                                                        EH_REFUSALS (transfer_refusals),
                                                        EH_DEADLINES (transfer_deadlines));

static void
tally_on_put (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  ((Tally *) state)->n_put++;
}

static void
tally_key (const EhEvent *event, GString *key)
{
  g_string_append (key, "all");
}

static const EhProcessRule tally_rules[] = {
  { &money_put_in, tally_on_put, tally_key, EH_STARTS },
};

const EhProcessType tally_process = EH_PROCESS_TYPE ("Tally", Tally, tally_schema, tally_rules);

static void
row_on_put (gpointer row, const EhEvent *event)
{
  ((PurseRow *) row)->amount += ((const MoneyPutIn *) eh_event_get_data (event))->amount;
}

static void
row_on_taken (gpointer row, const EhEvent *event)
{
  ((PurseRow *) row)->amount -= ((const MoneyTakenOut *) eh_event_get_data (event))->amount;
}

static const EhProjectionRule purses_rules[] = {
  { &money_put_in, row_on_put },
  { &money_taken_out, row_on_taken },
};

const EhProjectionType purses_projection = EH_PROJECTION_TYPE ("Purses", PurseRow, purse_row_schema, purses_rules);

EhDomain *
transfer_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("transfers");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &purse_type);
  eh_domain_add_aggregate_type (domain, &order_type);
  eh_domain_add_process (domain, &transfer_process);
  eh_domain_add_process (domain, &tally_process);
  eh_domain_add_projection (domain, &purses_projection);
  eh_domain_add_errors (domain, TRANSFER_ERROR, transfer_errors);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}
