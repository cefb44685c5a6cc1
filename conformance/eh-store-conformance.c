/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-uri-stores-private.h"

#include "conformance/eh-store-probe-private.h"

static const EhStoreSection *const sections[] = {
  &eh_store_basics,      &eh_store_expected, &eh_store_batches,   &eh_store_repeats,   &eh_store_order,
  &eh_store_content,     &eh_store_time,     &eh_store_ownership, &eh_store_snapshots, &eh_store_subscriptions,
  &eh_store_concurrency, &eh_store_random,   &eh_store_life,      &eh_store_refusals,
};

/* The case with number @i over all sections. */
static const EhStoreCase *
find_case (guint i, const EhStoreSection **section)
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
  const EhStoreSection *section = NULL;
  const EhStoreCase *found = find_case (i, &section);

  *about = (EhConformanceCase){ found->name, found->capability, found->summary, &section->about };
}

static gboolean
applies (guint i, gconstpointer factory)
{
  const EhStoreSection *section = NULL;

  return !find_case (i, &section)->needs_sever || ((const EhStoreFactory *) factory)->sever != NULL;
}

/* A store that cannot even be closed has not held what the case is about, whichever that is. */
static gboolean
run (guint i, const EhConformanceJob *job, GError **error)
{
  const EhStoreSection *section = NULL;
  const EhStoreCase *found = find_case (i, &section);
  EhStoreProbe probe = { .factory = job->factory, .job = job };
  gboolean holds = FALSE;

  if (!eh_store_probe_open (&probe, error))
    return FALSE;
  holds = found->run (&probe, error);
  if (holds && probe.store != NULL && !eh_event_store_close (probe.store, job->cancellable, error))
    holds = eh_claim_blame ("closing the store", error);
  eh_store_probe_drop (&probe);
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
eh_store_conformance_run_until (const EhStoreFactory *factory, const char *filter, guint64 seed,
                                GCancellable *cancellable)
{
  EhConformanceSuite suite = get_suite ();
  EhConformanceSubject subject = { factory->name, factory, factory->timeout, cancellable };

  return eh_conformance_suite_run (&suite, &subject, filter, seed);
}

EhConformanceResult *
eh_store_conformance_run (const EhStoreFactory *factory, const char *filter, guint64 seed)
{
  g_return_val_if_fail (factory != NULL && factory->open != NULL && factory->name != NULL, NULL);

  return eh_store_conformance_run_until (factory, filter, seed, NULL);
}

void
eh_store_conformance_add_tests (const char *prefix, const EhStoreFactory *factory)
{
  EhConformanceSuite suite = get_suite ();
  EhConformanceSubject subject = { 0 };

  g_return_if_fail (prefix != NULL);
  g_return_if_fail (factory != NULL && factory->open != NULL && factory->name != NULL);

  subject = (EhConformanceSubject){ factory->name, factory, factory->timeout };
  eh_conformance_suite_add_tests (&suite, &subject, prefix);
}
