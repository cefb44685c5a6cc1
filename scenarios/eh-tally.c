/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-tally-private.h"

EhTally *
eh_tally_new (void)
{
  return g_new0 (EhTally, 1);
}

void
eh_tally_clear (EhTally *self)
{
  eh_fingerprints_clear (&self->fingerprints);
  g_clear_pointer (&self->reached, g_array_unref);
  eh_fault_sites_clear (&self->sites);
  g_clear_pointer (&self->choices, g_array_unref);
  *self = (EhTally){ 0 };
}

void
eh_tally_free (EhTally *self)
{
  if (self == NULL)
    return;
  eh_tally_clear (self);
  g_free (self);
}

static void
keep_choices (EhTally *self, EhExperiment *experiment)
{
  guint n = 0;
  const EhChoice *choices = experiment->get_choices (experiment, &n);

  self->choices = g_array_sized_new (FALSE, FALSE, sizeof (EhChoice), n);
  g_array_append_vals (self->choices, choices, n);
}

static guint64 *
get_counts (EhTally *self, guint n)
{
  if (self->reached == NULL)
    self->reached = g_array_set_size (g_array_new (FALSE, TRUE, sizeof (guint64)), n);
  return (guint64 *) (gpointer) self->reached->data;
}

static void
count_reached (EhTally *self, EhExperiment *experiment)
{
  guint n = 0;
  const guint8 *reached = experiment->get_reached != NULL ? experiment->get_reached (experiment, &n) : NULL;
  guint64 *counts = n > 0 ? get_counts (self, n) : NULL;

  for (guint i = 0; i < n; i++)
    counts[i] += reached[i] != 0;
}

static void
add_reached (EhTally *self, const EhTally *next)
{
  guint64 *counts = next->reached != NULL ? get_counts (self, next->reached->len) : NULL;

  for (guint i = 0; counts != NULL && i < self->reached->len; i++)
    counts[i] += g_array_index (next->reached, guint64, i);
}

void
eh_tally_add_run (EhTally *self, EhExperiment *experiment, gboolean failed, EhStrategy strategy)
{
  self->n_runs++;
  self->n_ops += experiment->get_n_ops (experiment);
  eh_fingerprints_add (&self->fingerprints, experiment->get_fingerprint (experiment));
  count_reached (self, experiment);
  if (experiment->get_fired != NULL)
    self->fired |= experiment->get_fired (experiment);
  if (!failed)
    {
      self->n_undecided += experiment->is_undecided != NULL && experiment->is_undecided (experiment);
      return;
    }
  self->failed = TRUE;
  self->failed_by = strategy;
  keep_choices (self, experiment);
}

void
eh_tally_merge (EhTally *self, EhTally *next)
{
  g_assert (!self->failed);
  self->n_runs += next->n_runs;
  self->n_blocked += next->n_blocked;
  self->n_ops += next->n_ops;
  self->n_undecided += next->n_undecided;
  self->fired |= next->fired;
  self->stopped |= next->stopped;
  self->cut |= next->cut;
  self->failed = next->failed;
  self->failed_by = next->failed_by;
  self->choices = g_steal_pointer (&next->choices);
  add_reached (self, next);
  eh_fingerprints_merge (&self->fingerprints, &next->fingerprints);
}
