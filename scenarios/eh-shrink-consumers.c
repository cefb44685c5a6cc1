/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The pass that takes away who follows: projections, process managers, nodes and the relay. Of those of the domain a
 * file names who stays; a node of the simulation's own is left out of it.
 *
 * Who follows may be what makes things right in the end. Without him the check fails too, but always and for another
 * reason, which would tell nothing of what was found: so he stays.
 */

#include "scenarios/eh-shrinker-private.h"
#include "scenarios/eh-trial-consumer-private.h"

static gboolean
is_of_domain (const EhSimulationNode *consumer)
{
  return consumer->projection != NULL || consumer->process != NULL;
}

/* The names of the domain's consumers but @left. */
static char **
list_others (const EhTrial *trial, const EhSimulationNode *left)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < trial->consumers->len; i++)
    {
      const EhSimulationNode *consumer = g_ptr_array_index (trial->consumers, i);

      if (consumer != left && is_of_domain (consumer))
        g_ptr_array_add (names, g_strdup (consumer->name));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

/* FALSE of the relay of somebody who subscribes: without it nothing would come, and the failure be another. */
static gboolean
leave_out (EhSimulation *simulation, const EhTrial *trial, const EhSimulationNode *consumer)
{
  if (consumer->spec != NULL)
    return g_ptr_array_remove (simulation->nodes, (gpointer) consumer->spec);
  if (!is_of_domain (consumer))
    {
      simulation->publish_by_relay = FALSE;
      return !eh_world_has_subscribers (trial->world);
    }
  g_strfreev (simulation->consumers);
  simulation->consumers = list_others (trial, consumer);
  return TRUE;
}

/* Whether @trial fails so by itself: nobody is interrupted, and nothing goes wrong. */
static gboolean
fails_undisturbed (EhShrinker *self, EhTrial *trial)
{
  g_autoptr (EhPlan) nothing = eh_plan_new ();
  g_auto (EhPlanOracle) oracle = { .plan = NULL };
  gboolean failed;

  eh_plan_oracle_init (&oracle, eh_trial_get_world (trial), nothing);
  eh_plan_free (eh_shrinker_record (self, trial, &oracle, &failed));
  return failed;
}

static gboolean
is_needed (EhShrinker *self, EhSimulation *without)
{
  EhTrial *trial = eh_trial_new (self->domain, without, NULL);
  gboolean needed;

  if (trial == NULL)
    return TRUE;
  needed = fails_undisturbed (self, trial) && !fails_undisturbed (self, self->trial);
  eh_trial_free (trial);
  return needed;
}

static gboolean
drop_consumer (EhShrinker *self, guint i)
{
  const EhSimulationNode *consumer = g_ptr_array_index (self->trial->consumers, i);
  g_autoptr (EhSimulation) simulation = eh_simulation_copy (self->simulation);
  EhPlan *plan;

  if (!leave_out (simulation, self->trial, consumer) || is_needed (self, simulation))
    return FALSE;
  plan = eh_plan_copy (self->plan);
  if (consumer->task != EH_TRIAL_NONE)
    eh_plan_drop_task (plan, consumer->task);
  return eh_shrinker_try (self, g_steal_pointer (&simulation), plan);
}

gboolean
eh_shrink_consumers (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint i = self->trial->consumers->len; i-- > 0;)
    if (i < self->trial->consumers->len && eh_shrinker_may_try (self))
      changed |= drop_consumer (self, i);
  return changed;
}
