/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * The domain that command buses are tried with. A ledger notes numbers, and each note says how many there were before:
 * a handler that saw a wrong state would show it.
 */
typedef struct {
  gint64 number; /* above 0; what else it may be says what goes wrong */
} EhLedgerNote;

typedef struct {
  gint64 number;
  gint64 n_before;
} EhLedgerNoted;

/* Numbers that are not noted. */
#define EH_LEDGER_INVALID 0    /* not well-formed */
#define EH_LEDGER_REFUSED (-1) /* refused, after an event was emitted */
#define EH_LEDGER_BROKEN (-2)  /* the handler fails and does not say why */

#define EH_LEDGER_ERROR (eh_ledger_error_quark ())
GQuark eh_ledger_error_quark (void);

typedef enum {
  EH_LEDGER_ERROR_INVALID,
  EH_LEDGER_ERROR_REFUSED,
} EhLedgerError;

EH_DECLARE_SCHEMA (eh_ledger_note)
EH_DECLARE_SCHEMA (eh_ledger_noted)
EH_DECLARE_SCHEMA (eh_ledger_unknown) /* a command that the domain does not have */

EhDomain *eh_ledger_domain_new (void);

G_END_DECLS
