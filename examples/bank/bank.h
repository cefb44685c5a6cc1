/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <eventhus.h>

G_BEGIN_DECLS

/* Events: what happened to an account. JSON names are those of the Go toolkit's bank, its spelling included. */

typedef struct {
  const char *owner;
} AccountCreated;

typedef struct {
  const char *owner;
  const char *reason; /* (nullable) */
} OwnerChanged;

typedef struct {
  gint64 amount;
} DepositPerformed;

typedef struct {
  gint64 amount;
} WithdrawalPerformed;

EH_DECLARE_SCHEMA (account_created)
EH_DECLARE_SCHEMA (owner_changed)
EH_DECLARE_SCHEMA (deposit_performed)
EH_DECLARE_SCHEMA (withdrawal_performed)

/* Commands: what is asked of an account. */

typedef struct {
  const char *owner;
} CreateAccount;

typedef struct {
  const char *owner;
  const char *reason; /* (nullable) */
} ChangeOwner;

typedef struct {
  gint64 amount;
} PerformDeposit;

typedef struct {
  gint64 amount;
} PerformWithdrawal;

EH_DECLARE_SCHEMA (create_account)
EH_DECLARE_SCHEMA (change_owner)
EH_DECLARE_SCHEMA (perform_deposit)
EH_DECLARE_SCHEMA (perform_withdrawal)

/* The state of an account. */

typedef struct {
  char *owner;
  gint64 balance;
} Account;

EH_DECLARE_SCHEMA (account_schema)

extern const EhAggregateType bank_account;

#define BANK_ERROR (bank_error_quark ())
GQuark bank_error_quark (void);

typedef enum {
  BANK_ERROR_BALANCE_OUT,
  BANK_ERROR_AMOUNT_INVALID,
  BANK_ERROR_OWNER_MISSING,
} BankError;

/* A new domain with all of the above; the caller owns it. */
EhDomain *bank_domain_new (void);

G_END_DECLS
