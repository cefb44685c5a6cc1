/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What should be so sometimes: in how many runs it was; a warning for what was in none. */

#include "scenarios/eh-simulation-result-private.h"

#include "model/eh-domain-private.h"

static void
clear_sometimes (gpointer data)
{
  g_free (((EhSimulationSometimes *) data)->name);
}

GArray *
eh_simulation_sometimes_new (void)
{
  GArray *self = g_array_new (FALSE, FALSE, sizeof (EhSimulationSometimes));

  g_array_set_clear_func (self, clear_sometimes);
  return self;
}

void
eh_simulation_result_tell_sometimes (EhSimulationResult *self, EhDomain *domain)
{
  const GArray *reached = self->exploration.reached;
  guint n = reached != NULL && (self->simulation->checks & EH_SIM_CHECK_INVARIANTS) != 0 ? reached->len : 0;

  for (guint i = 0; i < n; i++)
    {
      EhSimulationSometimes sometimes = { g_strdup (eh_domain_get_sometimes_name (domain, i)),
                                          g_array_index (reached, guint64, i) };

      g_array_append_val (self->sometimes, sometimes);
      if (sometimes.n_runs == 0)
        g_ptr_array_add (self->warnings,
                         g_strdup_printf ("never seen, though it should be sometimes: %s", sometimes.name));
    }
}

char *
eh_simulation_result_describe_sometimes (const EhSimulationResult *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->sometimes->len; i++)
    {
      const EhSimulationSometimes *sometimes = &g_array_index (self->sometimes, EhSimulationSometimes, i);
      g_autofree char *runs = eh_count_print (sometimes->n_runs);

      if (sometimes->n_runs > 0)
        g_string_append_printf (text, "%s%s: in %s run%s", text->len > 0 ? "; " : "sometimes ", sometimes->name, runs,
                                sometimes->n_runs == 1 ? "" : "s");
    }
  return text->len > 0 ? g_strdup (text->str) : NULL;
}
