/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * Orders and the shelves that they are taken from, for tests about what follows events: a process manager, Fulfilment,
 * that reserves what was ordered, cancels what cannot be reserved and what is not paid in time; two views; and an old
 * shape of an event.
 */

#define ORDER_ERROR (order_error_quark ())
GQuark order_error_quark (void);

typedef enum {
  ORDER_ERROR_SHELF_EMPTY,
  ORDER_ERROR_NOT_OPEN,
} OrderError;

/* How long an order waits for its payment: 15 minutes. */
#define ORDER_PATIENCE (15 * 60 * G_USEC_PER_SEC)

typedef struct {
  char *item;
  gint64 price;
} PlaceOrder;

typedef struct {
  gint64 amount;
} PayOrder;

typedef struct {
  char *why;
} CancelOrder;

typedef struct {
  gint64 n;
} FillShelf;

typedef struct {
  char *order;
} Reserve;

typedef struct {
  char *order;
} Release;

/* What an order was before it had a price. */
typedef struct {
  char *item;
} OrderPlaced1;

typedef struct {
  char *item;
  gint64 price;
} OrderPlaced;

typedef struct {
  gint64 amount;
} OrderPaid;

typedef struct {
  char *why;
} OrderCancelled;

typedef struct {
  gint64 n;
} ShelfFilled;

typedef struct {
  char *order;
} Reserved;

typedef struct {
  char *order;
} Released;

typedef struct {
  char *item;
  gint64 price;
  gboolean is_open;
} Order;

typedef struct {
  gint64 n;
} Shelf;

typedef struct {
  char *item;
  gboolean reserved;
} Fulfilment;

typedef struct {
  char *item;
  gint64 price;
  gint64 placed; /* a time */
} OpenOrder;

typedef struct {
  gint64 left;
} Stock;

EH_DECLARE_SCHEMA (place_order)
EH_DECLARE_SCHEMA (pay_order)
EH_DECLARE_SCHEMA (cancel_order)
EH_DECLARE_SCHEMA (fill_shelf)
EH_DECLARE_SCHEMA (reserve)
EH_DECLARE_SCHEMA (release)
EH_DECLARE_SCHEMA (order_placed_1)
EH_DECLARE_SCHEMA (order_placed)
EH_DECLARE_SCHEMA (order_paid)
EH_DECLARE_SCHEMA (order_cancelled)
EH_DECLARE_SCHEMA (shelf_filled)
EH_DECLARE_SCHEMA (reserved)
EH_DECLARE_SCHEMA (released)

/* Not sealed, and without process manager and views: those that are wrong add their own. */
EhDomain *order_domain_new_bare (void);

/* A fresh domain called "orders", sealed. */
EhDomain *order_domain_new (void);

G_END_DECLS
