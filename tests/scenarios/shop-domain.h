/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * A small shop for the tests of scenarios: a cart that uses most kinds of fields, refuses with errors of its own and
 * has an invariant, and a coupon, so that there is a second aggregate type.
 */

#define SHOP_ERROR (shop_error_quark ())
GQuark shop_error_quark (void);

typedef enum {
  SHOP_ERROR_CART_EMPTY,
  SHOP_ERROR_TOO_MANY,
  SHOP_ERROR_NOT_IN_CART,
  SHOP_ERROR_CHECKED_OUT,
} ShopError;

/* The most items in a cart. */
#define SHOP_CART_MAX 10

typedef enum {
  SHOP_SPEED_NORMAL,
  SHOP_SPEED_EXPRESS,
} ShopSpeed;

typedef struct {
  char *street;
  char *city;
} Address;

typedef struct {
  char *sku;
  gint64 quantity;
  gint64 price; /* cents */
} CartLine;

typedef struct {
  char *owner;
  gint64 *limit; /* cents */
  char **tags;
  gsize n_tags;
} CreateCart;

typedef struct {
  CartLine line;
} AddItem;

typedef struct {
  char *sku;
} RemoveItem;

typedef struct {
  ShopSpeed speed;
  Address address;
} Checkout;

typedef struct {
  char *owner;
  gint64 *limit;
  char **tags;
  gsize n_tags;
} CartCreated;

typedef struct {
  CartLine line;
} ItemAdded;

typedef struct {
  char *sku;
} ItemRemoved;

typedef struct {
  gint64 total; /* cents */
  ShopSpeed speed;
  Address address;
  gint64 at; /* a time */
  double weight;
  char **skus;
  gsize n_skus;
  char *extra; /* raw JSON */
} CartCheckedOut;

typedef struct {
  char *owner;
  gint64 *limit;
  char **tags;
  gsize n_tags;
  CartLine *lines;
  gsize n_lines;
  gint64 total;
  gboolean checked_out;
  ShopSpeed speed;
  Address address;
} Cart;

typedef struct {
  gint64 percent;
} IssueCoupon;

typedef struct {
  gint64 percent;
} CouponIssued;

typedef struct {
  gint64 percent;
} Coupon;

EH_DECLARE_SCHEMA (create_cart)
EH_DECLARE_SCHEMA (add_item)
EH_DECLARE_SCHEMA (remove_item)
EH_DECLARE_SCHEMA (checkout)
EH_DECLARE_SCHEMA (cart_created)
EH_DECLARE_SCHEMA (item_added)
EH_DECLARE_SCHEMA (item_removed)
EH_DECLARE_SCHEMA (cart_checked_out)
EH_DECLARE_SCHEMA (cart_schema)
EH_DECLARE_SCHEMA (issue_coupon)
EH_DECLARE_SCHEMA (coupon_issued)
EH_DECLARE_SCHEMA (coupon_schema)

extern const EhAggregateType shop_cart;
extern const EhAggregateType shop_coupon;

/* A fresh domain called "shop", sealed. */
EhDomain *shop_domain_new (void);

G_END_DECLS
