/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"

/*
 * The domain of the process managers' tests. An order asks for money to go from one purse to another; the process
 * "Transfer", one for each conversation, takes it out, puts it in, gives it back if that is refused, and after a minute
 * reminds the order. The process "Tally", one in all, counts what was put into purses. The view "Purses" shows what is
 * in each.
 */

typedef struct {
  const char *from;
  const char *to;
  gint64 amount; /* 0: nothing is sent, the transfer waits for its deadline; -1: it is reminded twice at once */
} OrderData;

typedef struct {
  gint64 amount;
} PurseData;

typedef struct {
  gint64 amount;
  gboolean is_shut;
} Purse;

typedef struct {
  char *from;
  char *to;
  gint64 amount;
  gint64 reminded;
} Order;

typedef struct {
  char *order;
  char *from;
  char *to;
  gint64 amount;
  char *phase; /* "taking", "giving", "back", "done", "returned", "refused: <nick>", "late" */
} Transfer;

typedef struct {
  gint64 n_put;
} Tally;

typedef struct {
  gint64 amount;
} PurseRow;

typedef OrderData PlaceOrder;
typedef OrderData OrderPlaced;
typedef PurseData RemindOrder; /* refused if it was before */
typedef PurseData OrderReminded;
typedef PurseData PutIn; /* refused if it is shut; makes the purse */
typedef PurseData MoneyPutIn;
typedef PurseData TakeOut; /* refused if there is less */
typedef PurseData MoneyTakenOut;
typedef PurseData ShutPurse;
typedef PurseData PurseShut;

EH_DECLARE_SCHEMA (place_order)
EH_DECLARE_SCHEMA (order_placed)
EH_DECLARE_SCHEMA (remind_order)
EH_DECLARE_SCHEMA (order_reminded)
EH_DECLARE_SCHEMA (put_in)
EH_DECLARE_SCHEMA (money_put_in)
EH_DECLARE_SCHEMA (take_out)
EH_DECLARE_SCHEMA (money_taken_out)
EH_DECLARE_SCHEMA (shut_purse)
EH_DECLARE_SCHEMA (purse_shut)
EH_DECLARE_SCHEMA (purse_schema)
EH_DECLARE_SCHEMA (order_schema)
EH_DECLARE_SCHEMA (transfer_schema)
EH_DECLARE_SCHEMA (tally_schema)
EH_DECLARE_SCHEMA (purse_row_schema)

extern const EhAggregateType purse_type;
extern const EhAggregateType order_type;
extern const EhProcessType transfer_process;
extern const EhProcessType tally_process;
extern const EhProjectionType purses_projection; /* rows are PurseRow */

#define TRANSFER_ERROR (transfer_error_quark ())
GQuark transfer_error_quark (void);

typedef enum {
  TRANSFER_ERROR_TOO_LITTLE,
  TRANSFER_ERROR_SHUT,
  TRANSFER_ERROR_REMINDED,
} TransferError;

/* How long a transfer may take, microseconds */
#define TRANSFER_TIME (60 * G_USEC_PER_SEC)

EhDomain *transfer_domain_new (void);
