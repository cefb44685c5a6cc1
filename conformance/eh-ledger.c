/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-ledger-private.h"

GQuark
eh_ledger_error_quark (void)
{
  return g_quark_from_static_string ("eh-conformance-ledger");
}

typedef struct {
  gint64 n_notes;
} Ledger;

EH_DEFINE_SCHEMA (EhLedgerNote, eh_ledger_note, EH_FIELD_INT64 (number))
EH_DEFINE_SCHEMA (EhLedgerNoted, eh_ledger_noted, EH_FIELD_INT64 (number), EH_FIELD_INT64 (n_before))
typedef EhLedgerNote EhLedgerUnknown;
EH_DEFINE_SCHEMA (EhLedgerUnknown, eh_ledger_unknown, EH_FIELD_INT64 (number))
static EH_DEFINE_SCHEMA (Ledger, ledger_schema, EH_FIELD_INT64 (n_notes));

static gboolean
validate (gconstpointer data, GError **error)
{
  if (((const EhLedgerNote *) data)->number != EH_LEDGER_INVALID)
    return TRUE;
  g_set_error_literal (error, EH_LEDGER_ERROR, EH_LEDGER_ERROR_INVALID, "0 is no number to note");
  return FALSE;
}

static gboolean
decide (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Ledger *ledger = state;
  gint64 number = ((const EhLedgerNote *) eh_command_get_data (command))->number;

  eh_decision_emit (decision, &eh_ledger_noted, &(EhLedgerNoted){ number, ledger->n_notes });
  if (number > 0)
    return TRUE;
  if (number == EH_LEDGER_REFUSED)
    g_set_error_literal (error, EH_LEDGER_ERROR, EH_LEDGER_ERROR_REFUSED, "not this one");
  return FALSE;
}

static void
apply (gpointer state, const EhEvent *event)
{
  ((Ledger *) state)->n_notes++;
}

static const EhCommandRule commands[] = { { &eh_ledger_note, decide, EH_CREATES_OR_UPDATES, validate } };
static const EhEventRule events[] = { { &eh_ledger_noted, apply } };
static const EhAggregateType ledger_type = EH_AGGREGATE_TYPE ("Ledger", Ledger, ledger_schema, commands, events);

EhDomain *
eh_ledger_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("ledgers");
  gboolean is_sealed;

  eh_domain_add_aggregate_type (domain, &ledger_type);
  is_sealed = eh_domain_seal (domain, NULL);
  g_assert (is_sealed);
  return domain;
}
