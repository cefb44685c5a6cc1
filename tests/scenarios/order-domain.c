/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order-domain.h"

/* clang-format off */
EH_DEFINE_SCHEMA (PlaceOrder, place_order, EH_FIELD_STRING (item), EH_FIELD_INT64 (price))
EH_DEFINE_SCHEMA (PayOrder, pay_order, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (CancelOrder, cancel_order, EH_FIELD_STRING (why))
EH_DEFINE_SCHEMA (FillShelf, fill_shelf, EH_FIELD_INT64 (n))
EH_DEFINE_SCHEMA (Reserve, reserve, EH_FIELD_STRING (order))
EH_DEFINE_SCHEMA (Release, release, EH_FIELD_STRING (order))
EH_DEFINE_SCHEMA_AS (OrderPlaced1, order_placed_1, "OrderPlaced", 1, EH_FIELD_STRING (item))
EH_DEFINE_SCHEMA_REVISION (OrderPlaced, order_placed, 2, EH_FIELD_STRING (item), EH_FIELD_INT64 (price))
EH_DEFINE_SCHEMA (OrderPaid, order_paid, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (OrderCancelled, order_cancelled, EH_FIELD_STRING (why))
EH_DEFINE_SCHEMA (ShelfFilled, shelf_filled, EH_FIELD_INT64 (n))
EH_DEFINE_SCHEMA (Reserved, reserved, EH_FIELD_STRING (order))
EH_DEFINE_SCHEMA (Released, released, EH_FIELD_STRING (order))
EH_DEFINE_SCHEMA (Order, order_schema, EH_FIELD_STRING (item), EH_FIELD_INT64 (price), EH_FIELD_BOOLEAN (is_open))
EH_DEFINE_SCHEMA (Shelf, shelf_schema, EH_FIELD_INT64 (n))
EH_DEFINE_SCHEMA (Fulfilment, fulfilment_schema, EH_FIELD_STRING (item), EH_FIELD_BOOLEAN (reserved))
static EH_DEFINE_SCHEMA (OpenOrder, open_order_schema, EH_FIELD_STRING (item), EH_FIELD_INT64 (price),
                         EH_FIELD_TIMESTAMP (placed))
static EH_DEFINE_SCHEMA (Stock, stock_schema, EH_FIELD_INT64 (left))

G_DEFINE_QUARK (order-error-quark, order_error)
    /* clang-format on */

    static const EhEnumValue order_errors[] = {
      { ORDER_ERROR_SHELF_EMPTY, "shelf-empty" },
      { ORDER_ERROR_NOT_OPEN, "not-open" },
      { 0, NULL },
    };

static gboolean
refuse (GError **error, OrderError code, const char *message)
{
  g_set_error_literal (error, ORDER_ERROR, (gint) code, message);
  return FALSE;
}

static gboolean
order_place (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const PlaceOrder *place = eh_command_get_data (command);

  eh_decision_emit (decision, &order_placed, &(OrderPlaced){ place->item, place->price });
  return TRUE;
}

static gboolean
order_pay (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const PayOrder *pay = eh_command_get_data (command);

  if (!((const Order *) state)->is_open)
    return refuse (error, ORDER_ERROR_NOT_OPEN, "the order is not open");
  eh_decision_emit (decision, &order_paid, &(OrderPaid){ pay->amount });
  return TRUE;
}

static gboolean
order_cancel (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const CancelOrder *cancel = eh_command_get_data (command);

  if (!((const Order *) state)->is_open)
    return refuse (error, ORDER_ERROR_NOT_OPEN, "the order is not open");
  eh_decision_emit (decision, &order_cancelled, &(OrderCancelled){ cancel->why });
  return TRUE;
}

static gboolean
shelf_fill (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &shelf_filled, eh_command_get_data (command));
  return TRUE;
}

static gboolean
shelf_reserve (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  if (((const Shelf *) state)->n == 0)
    return refuse (error, ORDER_ERROR_SHELF_EMPTY, "the shelf is empty");
  eh_decision_emit (decision, &reserved, eh_command_get_data (command));
  return TRUE;
}

static gboolean
shelf_release (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &released, eh_command_get_data (command));
  return TRUE;
}

static void
order_on_placed (gpointer state, const EhEvent *event)
{
  const OrderPlaced *placed = eh_event_get_data (event);
  Order *order = state;

  eh_set_string (&order->item, placed->item);
  order->price = placed->price;
  order->is_open = TRUE;
}

static void
order_on_closed (gpointer state, const EhEvent *event)
{
  ((Order *) state)->is_open = FALSE;
}

static void
shelf_on_filled (gpointer state, const EhEvent *event)
{
  ((Shelf *) state)->n += ((const ShelfFilled *) eh_event_get_data (event))->n;
}

static void
shelf_on_reserved (gpointer state, const EhEvent *event)
{
  ((Shelf *) state)->n--;
}

static void
shelf_on_released (gpointer state, const EhEvent *event)
{
  ((Shelf *) state)->n++;
}

static const EhCommandRule order_commands[] = {
  { &place_order, order_place, EH_CREATES },
  { &pay_order, order_pay },
  { &cancel_order, order_cancel },
};

static const EhEventRule order_events[] = {
  { &order_placed, order_on_placed },
  { &order_paid, order_on_closed },
  { &order_cancelled, order_on_closed },
};

static const EhCommandRule shelf_commands[] = {
  { &fill_shelf, shelf_fill },
  { &reserve, shelf_reserve },
  { &release, shelf_release },
};

static const EhEventRule shelf_events[] = {
  { &shelf_filled, shelf_on_filled },
  { &reserved, shelf_on_reserved },
  { &released, shelf_on_released },
};

static const EhAggregateType order_type = EH_AGGREGATE_TYPE ("Order", Order, order_schema, order_commands,
                                                             order_events);
static const EhAggregateType shelf_type = EH_AGGREGATE_TYPE ("Shelf", Shelf, shelf_schema, shelf_commands,
                                                             shelf_events);

/* Nobody asked for a price then. */
static void
lift_order_placed (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  const OrderPlaced1 *old = data;

  eh_upcast_emit (upcast, &order_placed, &(OrderPlaced){ old->item, 100 });
}

static const EhUpcaster lift_order = { &order_placed_1, lift_order_placed };

static void
key_reserved (const EhEvent *event, GString *key)
{
  g_string_append (key, ((const Reserved *) eh_event_get_data (event))->order);
}

static void
fulfilment_on_placed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const OrderPlaced *placed = eh_event_get_data (event);

  eh_set_string (&((Fulfilment *) state)->item, placed->item);
  eh_reaction_send (reaction, placed->item, &reserve, &(Reserve){ (char *) eh_reaction_get_key (reaction) });
  eh_reaction_set_deadline (reaction, "payment", eh_reaction_get_time (reaction) + ORDER_PATIENCE);
}

static void
fulfilment_on_reserved (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  ((Fulfilment *) state)->reserved = TRUE;
}

static void
fulfilment_on_closed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_end (reaction);
}

static void
fulfilment_on_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                       EhReaction *reaction)
{
  eh_reaction_send (reaction, eh_reaction_get_key (reaction), &cancel_order, &(CancelOrder){ (char *) nick });
  eh_reaction_cancel_deadline (reaction, "payment");
}

static void
fulfilment_on_unpaid (gpointer state, const char *name, EhReaction *reaction)
{
  const Fulfilment *fulfilment = state;
  const char *key = eh_reaction_get_key (reaction);

  if (fulfilment->reserved)
    eh_reaction_send (reaction, fulfilment->item, &release, &(Release){ (char *) key });
  eh_reaction_send (reaction, key, &cancel_order, &(CancelOrder){ (char *) "unpaid" });
}

static const EhProcessRule fulfilment_rules[] = {
  { &order_placed, fulfilment_on_placed, NULL, EH_STARTS },
  { &reserved, fulfilment_on_reserved, key_reserved, EH_CONTINUES },
  { &order_paid, fulfilment_on_closed, NULL, EH_CONTINUES },
  { &order_cancelled, fulfilment_on_closed, NULL, EH_CONTINUES },
};

static const EhRefusalRule fulfilment_refusals[] = { { &reserve, fulfilment_on_refused } };
static const EhDeadlineRule fulfilment_deadlines[] = { { "payment", fulfilment_on_unpaid } };

static const EhProcessType fulfilment_type = EH_PROCESS_TYPE ("Fulfilment", Fulfilment, fulfilment_schema,
                                                              fulfilment_rules, EH_REFUSALS (fulfilment_refusals),
                                                              EH_DEADLINES (fulfilment_deadlines));

static void
open_on_placed (gpointer row, const EhEvent *event)
{
  const OrderPlaced *placed = eh_event_get_data (event);
  OpenOrder *order = row;

  eh_set_string (&order->item, placed->item);
  order->price = placed->price;
  order->placed = eh_event_get_timestamp (event);
}

static const EhProjectionRule open_rules[] = {
  { &order_placed, open_on_placed, NULL, EH_ROW_UPDATES },
  { &order_paid, NULL, NULL, EH_ROW_REMOVES },
  { &order_cancelled, NULL, NULL, EH_ROW_REMOVES },
};

static const EhProjectionType open_orders = EH_PROJECTION_TYPE ("OpenOrders", OpenOrder, open_order_schema, open_rules);

static void
stock_on_filled (gpointer row, const EhEvent *event)
{
  ((Stock *) row)->left += ((const ShelfFilled *) eh_event_get_data (event))->n;
}

static void
stock_on_reserved (gpointer row, const EhEvent *event)
{
  ((Stock *) row)->left--;
}

static void
stock_on_released (gpointer row, const EhEvent *event)
{
  ((Stock *) row)->left++;
}

static const EhProjectionRule stock_rules[] = {
  { &shelf_filled, stock_on_filled },
  { &reserved, stock_on_reserved },
  { &released, stock_on_released },
};

static const EhProjectionType stocks = EH_PROJECTION_TYPE ("Stocks", Stock, stock_schema, stock_rules,
                                                           .category = "Shelf");

EhDomain *
order_domain_new_bare (void)
{
  EhDomain *domain = eh_domain_new ("orders");

  eh_domain_add_aggregate_type (domain, &order_type);
  eh_domain_add_aggregate_type (domain, &shelf_type);
  eh_domain_add_errors (domain, ORDER_ERROR, order_errors);
  eh_domain_add_upcaster (domain, &lift_order);
  return domain;
}

EhDomain *
order_domain_new (void)
{
  EhDomain *domain = order_domain_new_bare ();
  g_autoptr (GError) error = NULL;

  eh_domain_add_projection (domain, &open_orders);
  eh_domain_add_projection (domain, &stocks);
  eh_domain_add_process (domain, &fulfilment_type);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}
