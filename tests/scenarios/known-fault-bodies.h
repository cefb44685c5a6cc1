/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bank.h"
#include "eventhus-testing.h"

G_BEGIN_DECLS

/* What the clients of known faults do that no command of the bank would, wrongly or, if they are told to, rightly. */

/* Withdraws 50 from the last of @streams if all together hold @least, guarding only that one. */
typedef struct {
  gint64 least;
  const char *streams[3]; /* NULL ends it */
} KnownSkew;

gboolean known_body_withdraw_together (EhClient *client, gpointer skew, GError **error);

typedef struct {
  guint8 number; /* tells apart whose ids they are */
  gboolean mended;
} KnownDeposit;

/* Deposits 10, and publishes that before it is saved; mended: after. */
gboolean known_body_deposit_and_publish (EhClient *client, gpointer deposit, GError **error);

/* Deposits 10 whatever the version, and where that is unclear decides once more; mended: sends the same once more. */
gboolean known_body_deposit_surely (EhClient *client, gpointer deposit, GError **error);

/* Saves a snapshot of what it read, labelled with the version that the stream has by then; mended: that it read. */
gboolean known_body_save_snapshot (EhClient *client, gpointer mended, GError **error);

/* A lottery, whose tickets have numbers from outside of the world; mended: from the decision. */

typedef struct {
  const char *holder;
} DrawTicket;

EH_DECLARE_SCHEMA (draw_ticket)

EhDomain *known_lottery_new (void);
EhDomain *known_lottery_mended_new (void);

G_END_DECLS
