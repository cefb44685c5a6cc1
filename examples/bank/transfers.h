/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bank.h"

G_BEGIN_DECLS

/*
 * Transfers between two accounts: what a bank has to do that no single account can. An order is an aggregate, which
 * knows what was asked and how it ended. The process "Transfer" moves the money: out of one account, into the other,
 * back if that is refused. The views "Balances" and "Movements" are what a counter clerk looks at.
 *
 * The accounts know nothing of it. What belongs to a movement is told by the correlation id: that of the order, or, if
 * it had to be confirmed, that of the confirmation, which the process's commands and their events inherit.
 */

/* Above this amount an order waits for being confirmed. */
#define BANK_CONFIRM_ABOVE 1000

/* How long, microseconds */
#define BANK_CONFIRM_TIME G_TIME_SPAN_DAY

/* Events */

typedef struct {
  const char *from;
  const char *to;
  gint64 amount;
} TransferOrdered;

typedef TransferOrdered TransferConfirmed;

typedef struct {
  char unused;
} TransferFinished;

typedef struct {
  const char *reason;
} TransferFailed; /* after all: what was taken is given back */

typedef TransferFailed TransferCancelled; /* nothing was taken */

EH_DECLARE_SCHEMA (transfer_ordered)
EH_DECLARE_SCHEMA (transfer_confirmed)
EH_DECLARE_SCHEMA (transfer_finished)
EH_DECLARE_SCHEMA (transfer_failed)
EH_DECLARE_SCHEMA (transfer_cancelled)

/* Commands: what customers ask for */

typedef struct {
  const char *from;
  const char *to;
  gint64 amount;
} OrderTransfer;

typedef struct {
  char unused;
} ConfirmTransfer;

typedef struct {
  const char *reason;
} CancelTransfer; /* as long as it waits for being confirmed */

/* and what the process tells */

typedef struct {
  char unused;
} FinishTransfer;

typedef struct {
  const char *reason;
} FailTransfer;

EH_DECLARE_SCHEMA (order_transfer)
EH_DECLARE_SCHEMA (confirm_transfer)
EH_DECLARE_SCHEMA (cancel_transfer)
EH_DECLARE_SCHEMA (finish_transfer)
EH_DECLARE_SCHEMA (fail_transfer)

typedef enum {
  TRANSFER_WAITS, /* for being confirmed */
  TRANSFER_MOVES,
  TRANSFER_FINISHED,
  TRANSFER_FAILED,
  TRANSFER_CANCELLED,
} TransferPhase;

extern const EhEnumValue transfer_phases[];

/* The state of an order */

typedef struct {
  char *from;
  char *to;
  gint64 amount;
  TransferPhase phase;
} TransferOrder;

EH_DECLARE_SCHEMA (transfer_order_schema)

extern const EhAggregateType bank_transfer_order;

#define TRANSFER_ERROR (transfer_error_quark ())
GQuark transfer_error_quark (void);

typedef enum {
  TRANSFER_ERROR_SAME_ACCOUNT,
  TRANSFER_ERROR_UNDER_WAY,
  TRANSFER_ERROR_OVER,
} TransferError;

/* The state of the process */

typedef struct {
  char *order;
  char *from;
  char *to;
  gint64 amount;
  char *failure; /* (nullable): why the money goes back */
} Transfer;

EH_DECLARE_SCHEMA (transfer_schema)

extern const EhProcessType bank_transfer;

/* Rows */

typedef struct {
  char *owner;
  gint64 balance;
} Balance;

typedef struct {
  char *order; /* %NULL of what others than transfers have moved in several steps */
  gint64 amount;
  gint64 taken; /* out of accounts */
  gint64 given; /* to accounts, the payer's included */
  TransferPhase phase;
} Movement;

EH_DECLARE_SCHEMA (balance_schema)
EH_DECLARE_SCHEMA (movement_schema)

extern const EhProjectionType bank_balances;
extern const EhProjectionType bank_movements;

/* Adds all of the above to the bank. */
void bank_add_transfers (EhDomain *domain);

/* The bank with transfers; the caller owns it. */
EhDomain *bank_with_transfers_new (void);

G_END_DECLS
