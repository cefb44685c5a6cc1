/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-command-bus-conformance.h"

#include "conformance/eh-command-bus-probe-private.h"

static const EhCommandBusSection *const sections[] = {
  &eh_command_bus_answers, &eh_command_bus_order, &eh_command_bus_conflicts,
  &eh_command_bus_repeats, &eh_command_bus_life,
};

/* The case with number @i over all sections. */
static const EhCommandBusCase *
find_case (guint i, const EhCommandBusSection **section)
{
  for (guint s = 0; s < G_N_ELEMENTS (sections); s++)
    {
      *section = sections[s];
      if (i < sections[s]->n_cases)
        return &sections[s]->cases[i];
      i -= sections[s]->n_cases;
    }
  g_assert_not_reached ();
}

static void
describe (guint i, EhConformanceCase *about)
{
  const EhCommandBusSection *section = NULL;
  const EhCommandBusCase *found = find_case (i, &section);

  *about = (EhConformanceCase){ found->name, found->capability, found->summary, &section->about };
}

static gboolean
applies (guint i, gconstpointer factory)
{
  return TRUE;
}

/* The bus is closed whatever came out: its threads may be busy. */
static gboolean
run (guint i, const EhConformanceJob *job, GError **error)
{
  const EhCommandBusSection *section = NULL;
  const EhCommandBusCase *found = find_case (i, &section);
  EhCommandBusProbe probe = { .factory = job->factory, .job = job };
  g_autoptr (GError) failure = NULL;
  gboolean holds = FALSE;
  gboolean is_closed = FALSE;

  if (!eh_command_bus_probe_open (&probe, error))
    return FALSE;
  holds = found->run (&probe, error);
  is_closed = eh_command_bus_close (probe.bus, job->cancellable, &failure);
  if (holds && !is_closed)
    holds = eh_claim_fail (error, "closing the bus failed: %s", failure->message);
  eh_command_bus_probe_drop (&probe);
  return holds;
}

static EhConformanceSuite
get_suite (void)
{
  EhConformanceSuite suite = { 0, describe, applies, run };

  for (guint s = 0; s < G_N_ELEMENTS (sections); s++)
    suite.n_cases += sections[s]->n_cases;
  return suite;
}

EhConformanceResult *
eh_command_bus_conformance_run (const EhCommandBusFactory *factory, const char *filter, guint64 seed)
{
  EhConformanceSuite suite = get_suite ();
  EhConformanceSubject subject = { 0 };

  g_return_val_if_fail (factory != NULL && factory->open != NULL && factory->name != NULL, NULL);

  subject = (EhConformanceSubject){ factory->name, factory, factory->timeout };
  return eh_conformance_suite_run (&suite, &subject, filter, seed);
}

void
eh_command_bus_conformance_add_tests (const char *prefix, const EhCommandBusFactory *factory)
{
  EhConformanceSuite suite = get_suite ();
  EhConformanceSubject subject = { 0 };

  g_return_if_fail (prefix != NULL);
  g_return_if_fail (factory != NULL && factory->open != NULL && factory->name != NULL);

  subject = (EhConformanceSubject){ factory->name, factory, factory->timeout };
  eh_conformance_suite_add_tests (&suite, &subject, prefix);
}
