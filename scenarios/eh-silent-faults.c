/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Faults that were allowed and never happened: a warning for each reason, as far as the simulation itself tells it. */

#include "scenarios/eh-simulation-result-private.h"

typedef enum {
  REASON_UNKNOWN,
  REASON_NO_SUBSCRIBER,
  REASON_NO_PUBLISHER,
  REASON_NO_SNAPSHOTS,
  REASON_NO_WAIT,
  REASON_CUT_OFF,
  N_REASONS,
} Reason;

static const char *const reasons[N_REASONS] = {
  NULL,
  "nobody subscribes",
  "nothing is published unless \"options.publish\" says by whom",
  "no snapshot is made while \"options.snapshots\" is 0",
  "nobody waits",
  "the search was cut off before it came to them",
};

/* Whether consumers run: then what a reader of the bus can meet may befall them too. */
static gboolean
has_consumers (const EhSimulation *simulation, EhDomain *domain)
{
  if (simulation->publish_by_relay || simulation->nodes->len > 0)
    return TRUE;
  if (simulation->consumers != NULL)
    return simulation->consumers[0] != NULL;
  return eh_domain_get_n_projections (domain) + eh_domain_get_n_processes (domain) > 0;
}

/* A deadline is waited for as well. */
static gboolean
may_have_deadlines (const EhSimulation *simulation, EhDomain *domain)
{
  for (guint i = 0; i < eh_domain_get_n_processes (domain); i++)
    {
      const EhProcessType *type = eh_domain_get_process (domain, i);

      if (type->n_deadlines > 0
          && (simulation->consumers == NULL
              || g_strv_contains ((const char *const *) simulation->consumers, type->name)))
        return TRUE;
    }
  return FALSE;
}

/* What a body does is not known. */
static gboolean
may_wait (const EhSimulation *simulation)
{
  for (guint i = 0; i < simulation->clients->len; i++)
    {
      const EhSimClient *client = g_ptr_array_index (simulation->clients, i);

      for (guint j = 0; j < client->steps->len; j++)
        {
          const EhClientStep *step = g_ptr_array_index (client->steps, j);

          if (step->kind == EH_CLIENT_STEP_WAIT || step->kind == EH_CLIENT_STEP_BODY)
            return TRUE;
        }
    }
  return FALSE;
}

static Reason
find_reason (const EhSimulation *simulation, EhDomain *domain, EhFaultKind kind)
{
  switch (kind)
    {
    case EH_FAULT_DELIVER_TWICE:
    case EH_FAULT_HANDLER_ERROR:
      return has_consumers (simulation, domain) ? REASON_UNKNOWN : REASON_NO_SUBSCRIBER;
    case EH_FAULT_DELIVER_LATE:
    case EH_FAULT_DELIVER_REORDERED:
      return simulation->nodes->len > 0 ? REASON_UNKNOWN : REASON_NO_SUBSCRIBER;
    case EH_FAULT_PUBLISH_ERROR:
    case EH_FAULT_PUBLISH_AMBIGUOUS:
      return simulation->publish_after_save || simulation->publish_by_relay || simulation->nodes->len > 0
                 ? REASON_UNKNOWN
                 : REASON_NO_PUBLISHER;
    case EH_FAULT_SNAPSHOT_STALE:
    case EH_FAULT_SNAPSHOT_LOST:
      return simulation->snapshots > 0 ? REASON_UNKNOWN : REASON_NO_SNAPSHOTS;
    case EH_FAULT_CLOCK_JUMP:
      return may_wait (simulation) || may_have_deadlines (simulation, domain) ? REASON_UNKNOWN : REASON_NO_WAIT;
    default:
      return REASON_UNKNOWN;
    }
}

static Reason
explain (const EhSimulationResult *self, EhDomain *domain, EhFaultKind kind)
{
  Reason reason = find_reason (self->simulation, domain, kind);

  return reason == REASON_UNKNOWN && eh_simulation_result_is_cut_off (self) ? REASON_CUT_OFF : reason;
}

void
eh_simulation_result_warn_of_silent_faults (EhSimulationResult *self, EhDomain *domain, guint fired)
{
  for (Reason reason = 0; reason < N_REASONS; reason++)
    {
      g_autoptr (GString) silent = g_string_new (NULL);

      for (guint kind = 1; kind < EH_FAULT_N_KINDS; kind++)
        if (self->simulation->most[kind] > 0 && (fired & (1u << kind)) == 0 && explain (self, domain, kind) == reason)
          g_string_append_printf (silent, "%s%s", silent->len > 0 ? ", " : "", eh_fault_kind_get_nick (kind));
      if (silent->len > 0)
        g_ptr_array_add (self->warnings, g_strdup_printf ("faults that were allowed and never happened: %s%s%s",
                                                          silent->str, reasons[reason] != NULL ? "; " : "",
                                                          reasons[reason] != NULL ? reasons[reason] : ""));
    }
}
