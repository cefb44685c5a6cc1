/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain.h"
#include "model/eh-error.h"

/*
 * A domain whose handlers break the rules, each command another one. With TWICE its aggregate type is added twice, so
 * that it does not seal.
 */

typedef struct {
  gint64 n_done;
} Machine;

typedef struct {
  gint64 n;
} Work;

static EH_DEFINE_SCHEMA (Machine, machine_schema, EH_FIELD_INT64 (n_done));

#define WORK(variable, name_)                                                                                          \
  static const EhField variable##_fields[] = { { .name = "n", .kind = EH_KIND_INT64, .offset = 0 } };                  \
  static const EhSchema variable = { EH_ABI_VERSION, 1, name_, sizeof (Work), 1, variable##_fields };

WORK (done, "Done")
WORK (refuse, "Refuse")
WORK (complain, "Complain")
WORK (meddle, "Meddle")

static gboolean
machine_refuse (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return FALSE;
}

static gboolean
machine_complain (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &done, &(Work){ 0 });
  g_set_error_literal (error, EH_ERROR, EH_ERROR_LIMIT, "grumble");
  return TRUE;
}

static gboolean
machine_meddle (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  ((Machine *) state)->n_done++;
  eh_decision_emit (decision, &done, &(Work){ 0 });
  return TRUE;
}

static void
machine_on_done (gpointer state, const EhEvent *event)
{
  ((Machine *) state)->n_done++;
}

static const EhCommandRule machine_commands[] = {
  { &refuse, machine_refuse, EH_CREATES },
  { &complain, machine_complain, EH_CREATES },
  { &meddle, machine_meddle, EH_CREATES },
};
static const EhEventRule machine_events[] = { { &done, machine_on_done } };
static const EhAggregateType machine = EH_AGGREGATE_TYPE ("Machine", Machine, machine_schema, machine_commands,
                                                          machine_events);

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  EhDomain *domain = eh_domain_new ("careless");

  eh_domain_add_aggregate_type (domain, &machine);
#ifdef TWICE
  eh_domain_add_aggregate_type (domain, &machine);
#endif
  return domain;
}
