/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shop-domain.h"

G_DEFINE_QUARK (shop - error, shop_error)

static const EhEnumValue shop_errors[] = {
  { SHOP_ERROR_CART_EMPTY, "cart-empty" },
  { SHOP_ERROR_TOO_MANY, "too-many" },
  { SHOP_ERROR_NOT_IN_CART, "not-in-cart" },
  { SHOP_ERROR_CHECKED_OUT, "checked-out" },
  { 0, NULL },
};

static const EhEnumValue shop_speeds[] = {
  { SHOP_SPEED_NORMAL, "normal" },
  { SHOP_SPEED_EXPRESS, "express" },
  { 0, NULL },
};

static EH_DEFINE_SCHEMA (Address, address_schema, EH_FIELD_STRING (street),
                         EH_FIELD_STRING (city)) static EH_DEFINE_SCHEMA (CartLine, cart_line_schema,
                                                                          EH_FIELD_STRING (sku),
                                                                          EH_FIELD_INT64 (quantity),
                                                                          EH_FIELD_INT64 (price, .doc = "in cents"))

    EH_DEFINE_SCHEMA (CreateCart, create_cart, EH_FIELD_STRING (owner), EH_FIELD_OPTIONAL_INT64 (limit),
                      EH_FIELD_STRING_ARRAY (tags, n_tags)) EH_DEFINE_SCHEMA (AddItem, add_item,
                                                                              EH_FIELD_STRUCT (line, cart_line_schema))
        EH_DEFINE_SCHEMA (RemoveItem, remove_item, EH_FIELD_STRING (sku))
            EH_DEFINE_SCHEMA (Checkout, checkout, EH_FIELD_ENUM (speed, shop_speeds),
                              EH_FIELD_STRUCT (address, address_schema))
                EH_DEFINE_SCHEMA (CartCreated, cart_created, EH_FIELD_STRING (owner), EH_FIELD_OPTIONAL_INT64 (limit),
                                  EH_FIELD_STRING_ARRAY (tags, n_tags))
                    EH_DEFINE_SCHEMA (ItemAdded, item_added, EH_FIELD_STRUCT (line, cart_line_schema))
                        EH_DEFINE_SCHEMA (ItemRemoved, item_removed, EH_FIELD_STRING (sku))
                            EH_DEFINE_SCHEMA (CartCheckedOut, cart_checked_out, EH_FIELD_INT64 (total),
                                              EH_FIELD_ENUM (speed, shop_speeds),
                                              EH_FIELD_STRUCT (address, address_schema), EH_FIELD_TIMESTAMP (at),
                                              EH_FIELD_DOUBLE (weight), EH_FIELD_STRING_ARRAY (skus, n_skus),
                                              EH_FIELD_JSON (extra))
                                EH_DEFINE_SCHEMA (Cart, cart_schema, EH_FIELD_STRING (owner),
                                                  EH_FIELD_OPTIONAL_INT64 (limit), EH_FIELD_STRING_ARRAY (tags, n_tags),
                                                  EH_FIELD_STRUCT_ARRAY (lines, n_lines, cart_line_schema),
                                                  EH_FIELD_INT64 (total), EH_FIELD_BOOLEAN (checked_out),
                                                  EH_FIELD_ENUM (speed, shop_speeds),
                                                  EH_FIELD_STRUCT (address, address_schema))
                                    EH_DEFINE_SCHEMA (IssueCoupon, issue_coupon, EH_FIELD_INT64 (percent))
                                        EH_DEFINE_SCHEMA (CouponIssued, coupon_issued, EH_FIELD_INT64 (percent))
                                            EH_DEFINE_SCHEMA (Coupon, coupon_schema, EH_FIELD_INT64 (percent))

                                                static gboolean
    shop_refuse (GError **error, ShopError code, const char *message)
{
  g_set_error_literal (error, SHOP_ERROR, code, message);
  return FALSE;
}

static gint64
cart_count_items (const Cart *cart)
{
  gint64 count = 0;

  for (gsize i = 0; i < cart->n_lines; i++)
    count += cart->lines[i].quantity;
  return count;
}

static gssize
cart_find_line (const Cart *cart, const char *sku)
{
  for (gsize i = 0; i < cart->n_lines; i++)
    {
      if (g_strcmp0 (cart->lines[i].sku, sku) == 0)
        return (gssize) i;
    }
  return -1;
}

static gboolean
cart_create (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const CreateCart *create = eh_command_get_data (command);

  eh_decision_emit (decision, &cart_created,
                    &(CartCreated){ create->owner, create->limit, create->tags, create->n_tags });
  return TRUE;
}

static gboolean
cart_add_item (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Cart *cart = state;
  const AddItem *add = eh_command_get_data (command);

  if (cart->checked_out)
    return shop_refuse (error, SHOP_ERROR_CHECKED_OUT, "the cart is checked out");
  if (cart_count_items (cart) + add->line.quantity > SHOP_CART_MAX)
    return shop_refuse (error, SHOP_ERROR_TOO_MANY, "too many items");

  eh_decision_emit (decision, &item_added, &(ItemAdded){ add->line });
  return TRUE;
}

static gboolean
cart_remove_item (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const RemoveItem *remove_item_data = eh_command_get_data (command);

  if (cart_find_line (state, remove_item_data->sku) < 0)
    return shop_refuse (error, SHOP_ERROR_NOT_IN_CART, "not in the cart");

  eh_decision_emit (decision, &item_removed, &(ItemRemoved){ remove_item_data->sku });
  return TRUE;
}

static gboolean
cart_check_out (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Cart *cart = state;
  const Checkout *data = eh_command_get_data (command);
  g_autofree char **skus = NULL;

  if (cart->n_lines == 0)
    return shop_refuse (error, SHOP_ERROR_CART_EMPTY, "the cart is empty");

  skus = g_new (char *, cart->n_lines);
  for (gsize i = 0; i < cart->n_lines; i++)
    skus[i] = cart->lines[i].sku;
  eh_decision_emit (decision, &cart_checked_out,
                    &(CartCheckedOut){ .total = cart->total,
                                       .speed = data->speed,
                                       .address = data->address,
                                       .at = eh_decision_get_time (decision),
                                       .weight = 0.5 * (double) cart_count_items (cart),
                                       .skus = skus,
                                       .n_skus = cart->n_lines });
  return TRUE;
}

static gboolean
coupon_issue (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const IssueCoupon *issue = eh_command_get_data (command);

  eh_decision_emit (decision, &coupon_issued, &(CouponIssued){ issue->percent });
  return TRUE;
}

static void
cart_on_created (gpointer state, const EhEvent *event)
{
  Cart *cart = state;
  const CartCreated *created = eh_event_get_data (event);

  eh_set_string (&cart->owner, created->owner);
  cart->limit = created->limit != NULL ? g_memdup2 (created->limit, sizeof (gint64)) : NULL;
  cart->tags = g_new0 (char *, created->n_tags);
  cart->n_tags = created->n_tags;
  for (gsize i = 0; i < created->n_tags; i++)
    cart->tags[i] = g_strdup (created->tags[i]);
}

static void
cart_on_item_added (gpointer state, const EhEvent *event)
{
  Cart *cart = state;
  const ItemAdded *added = eh_event_get_data (event);

  cart->lines = g_renew (CartLine, cart->lines, cart->n_lines + 1);
  cart->lines[cart->n_lines] = added->line;
  cart->lines[cart->n_lines].sku = g_strdup (added->line.sku);
  cart->n_lines++;
  cart->total += added->line.quantity * added->line.price;
}

static void
cart_on_item_removed (gpointer state, const EhEvent *event)
{
  Cart *cart = state;
  const ItemRemoved *removed = eh_event_get_data (event);
  gssize i = cart_find_line (cart, removed->sku);

  if (i < 0)
    return;
  cart->total -= cart->lines[i].quantity * cart->lines[i].price;
  g_free (cart->lines[i].sku);
  cart->n_lines--;
  memmove (&cart->lines[i], &cart->lines[i + 1], (cart->n_lines - (gsize) i) * sizeof (CartLine));
}

static void
cart_on_checked_out (gpointer state, const EhEvent *event)
{
  Cart *cart = state;
  const CartCheckedOut *checked_out = eh_event_get_data (event);

  cart->checked_out = TRUE;
  cart->speed = checked_out->speed;
  eh_set_string (&cart->address.street, checked_out->address.street);
  eh_set_string (&cart->address.city, checked_out->address.city);
}

static void
coupon_on_issued (gpointer state, const EhEvent *event)
{
  Coupon *coupon = state;
  const CouponIssued *issued = eh_event_get_data (event);

  coupon->percent = issued->percent;
}

static const EhCommandRule cart_commands[] = {
  { &create_cart, cart_create, EH_CREATES },
  { &add_item, cart_add_item },
  { &remove_item, cart_remove_item },
  { &checkout, cart_check_out },
};

static const EhEventRule cart_events[] = {
  { &cart_created, cart_on_created },
  { &item_added, cart_on_item_added },
  { &item_removed, cart_on_item_removed },
  { &cart_checked_out, cart_on_checked_out },
};

static const EhCommandRule coupon_commands[] = { { &issue_coupon, coupon_issue, EH_CREATES } };
static const EhEventRule coupon_events[] = { { &coupon_issued, coupon_on_issued } };

const EhAggregateType shop_cart = EH_AGGREGATE_TYPE ("Cart", Cart, cart_schema, cart_commands, cart_events);
const EhAggregateType shop_coupon = EH_AGGREGATE_TYPE ("Coupon", Coupon, coupon_schema, coupon_commands, coupon_events);

static gboolean
cart_total_is_not_negative (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  const Cart *cart = state;

  if (cart->total >= 0)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the total is %" G_GINT64_FORMAT, cart->total);
  return FALSE;
}

EhDomain *
shop_domain_new (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("shop");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &shop_cart);
  eh_domain_add_aggregate_type (domain, &shop_coupon);
  eh_domain_add_errors (domain, SHOP_ERROR, shop_errors);
  eh_domain_add_invariant (domain, "a cart's total is never negative", &shop_cart, cart_total_is_not_negative, NULL,
                           NULL);
  if (!eh_domain_seal (domain, &error))
    g_error ("the shop does not seal: %s", error->message);
  return g_steal_pointer (&domain);
}
