/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "messages.h"
#include "model/eh-domain-private.h"
#include "model/eh-error.h"

/* A domain of one aggregate type with two commands and an event. */

typedef struct {
  gint64 balance;
} Account;

typedef struct {
  gint64 amount;
} Deposit;

typedef Deposit Withdraw;

static EH_DEFINE_SCHEMA (Account, account_schema, EH_FIELD_INT64 (balance));
static EH_DEFINE_SCHEMA (Deposit, deposit, EH_FIELD_INT64 (amount));
static EH_DEFINE_SCHEMA (Withdraw, withdraw, EH_FIELD_INT64 (amount));

/* Another table with the name and the shape of "deposited". */
static inline const EhSchema *
get_foreign_deposited (void)
{
  static const EhField fields[] = { { .name = "amount", .kind = EH_KIND_INT64, .offset = 0 } };
  static const EhSchema schema = { EH_ABI_VERSION, 1, "Deposited", sizeof (Deposit), 1, fields };

  return &schema;
}

static inline gboolean
decide (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static const EhCommandRule commands[] = { { &deposit, decide }, { &withdraw, decide } };
static const EhEventRule events[] = { { &deposited, NULL } };
static const EhAggregateType account = EH_AGGREGATE_TYPE ("Account", Account, account_schema, commands, events);
static const EhEnumValue nicks[] = { { 1, "balance-out" }, { 2, "no-owner" }, { 0, NULL } };

static inline GQuark
bank_quark (void)
{
  return g_quark_from_static_string ("bank-error");
}

static inline EhDomain *
make_domain (void)
{
  EhDomain *domain = eh_domain_new ("bank");

  eh_domain_add_aggregate_type (domain, &account);
  return domain;
}

static inline gboolean
never_negative (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  const Account *self = state;

  if (self->balance >= 0)
    return TRUE;
  if (user_data == NULL)
    g_set_error (error, bank_quark (), 1, "balance is %" G_GINT64_FORMAT, self->balance);
  return FALSE;
}

static inline void
generate (EhDraw *draw, gpointer value, gpointer user_data)
{
  ((Deposit *) value)->amount = 77;
}
