/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The passes that take clients and commands away. */

#include "scenarios/eh-shrinker-private.h"

/* Trying all pairs is for what is small already. */
#define PAIRS_MAX 16

static EhSimClient *
get_client (const EhSimulation *simulation, guint task)
{
  return g_ptr_array_index (simulation->clients, task);
}

static gboolean
drop_client (EhShrinker *self, guint task)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  EhPlan *plan = eh_plan_copy (self->plan);

  g_ptr_array_remove_index (simulation->clients, task);
  eh_plan_drop_task (plan, task);
  return eh_shrinker_try (self, simulation, plan);
}

gboolean
eh_shrink_clients (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint task = self->simulation->clients->len; task-- > 0;)
    if (self->simulation->clients->len > 1 && eh_shrinker_may_try (self))
      changed |= drop_client (self, task);
  return changed;
}

/* Takes @n commands out of a client, the last being just before @end. */
static gboolean
drop_steps (EhShrinker *self, guint task, guint end, guint n)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  EhPlan *plan = eh_plan_copy (self->plan);

  for (guint step = end; step-- > end - n;)
    {
      g_ptr_array_remove_index (get_client (simulation, task)->steps, step);
      eh_plan_drop_step (plan, task, step);
    }
  return eh_shrinker_try (self, simulation, plan);
}

/* From the tail, in halves down to single ones; all of them is what taking the client away was. */
static gboolean
shrink_commands_of (EhShrinker *self, guint task)
{
  gboolean changed = FALSE;

  for (guint n = get_client (self->simulation, task)->steps->len / 2; n > 0; n /= 2)
    {
      guint end = get_client (self->simulation, task)->steps->len;

      while (end >= n && get_client (self->simulation, task)->steps->len > n && eh_shrinker_may_try (self))
        {
          changed |= drop_steps (self, task, end, n);
          end -= MIN (end, n);
        }
    }
  return changed;
}

gboolean
eh_shrink_commands (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint task = 0; task < self->simulation->clients->len; task++)
    changed |= shrink_commands_of (self, task);
  return changed;
}

/* ---- pairs ---- */

typedef struct {
  guint task;
  guint step;
} Place;

static GArray *
list_places (EhShrinker *self)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (Place));

  for (guint task = 0; task < self->simulation->clients->len; task++)
    for (guint step = 0; step < get_client (self->simulation, task)->steps->len; step++)
      {
        Place place = { task, step };

        g_array_append_val (places, place);
      }
  return places;
}

/* @second comes after @first. */
static gboolean
drop_pair (EhShrinker *self, const Place *first, const Place *second)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  EhPlan *plan = eh_plan_copy (self->plan);
  const Place *places[] = { second, first };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_ptr_array_remove_index (get_client (simulation, places[i]->task)->steps, places[i]->step);
      eh_plan_drop_step (plan, places[i]->task, places[i]->step);
    }
  return eh_shrinker_try (self, simulation, plan);
}

/* Two commands may be needed by nothing but each other: a deposit and its withdrawal. */
gboolean
eh_shrink_pairs (EhShrinker *self)
{
  g_autoptr (GArray) places = list_places (self);

  for (guint i = 0; i < places->len; i++)
    {
      guint end = places->len <= PAIRS_MAX ? places->len : MIN (places->len, i + 2);

      for (guint j = i + 1; j < end && eh_shrinker_may_try (self); j++)
        if (drop_pair (self, &g_array_index (places, Place, i), &g_array_index (places, Place, j)))
          return TRUE;
    }
  return FALSE;
}

/* ---- the common beginning ---- */

/* Whether the run begins with the whole first command of one client, and something else follows. */
static gboolean
begins_with_whole_command (const EhPlan *plan, guint *task)
{
  guint n = 0;

  if (plan->ops->len == 0)
    return FALSE;
  *task = g_array_index (plan->ops, EhPlanOp, 0).at.task;
  while (n < plan->ops->len && g_array_index (plan->ops, EhPlanOp, n).at.task == *task
         && g_array_index (plan->ops, EhPlanOp, n).at.step == 0)
    n++;
  for (guint i = n; i < plan->ops->len; i++)
    {
      const EhPlanPoint *at = &g_array_index (plan->ops, EhPlanOp, i).at;

      if (at->task == *task && at->step == 0)
        return FALSE;
    }
  return n < plan->ops->len;
}

/* What happens before anything is concurrent is the past. */
gboolean
eh_shrink_beginning (EhShrinker *self)
{
  EhSimulation *simulation;
  EhPlan *plan;
  EhClientStep *first;
  guint task;

  if (!begins_with_whole_command (self->plan, &task) || task >= self->simulation->clients->len
      || get_client (self->simulation, task)->steps->len == 0)
    return FALSE;

  simulation = eh_simulation_copy (self->simulation);
  first = g_ptr_array_index (get_client (simulation, task)->steps, 0);
  if (first->kind != EH_CLIENT_STEP_COMMAND)
    {
      eh_simulation_unref (simulation);
      return FALSE;
    }
  g_ptr_array_add (simulation->given, eh_step_copy (first->command, first->command->place));
  g_ptr_array_remove_index (get_client (simulation, task)->steps, 0);
  plan = eh_plan_copy (self->plan);
  eh_plan_drop_step (plan, task, 0);
  return eh_shrinker_try (self, simulation, plan);
}

/* ---- the past ---- */

static gboolean
is_in_use (EhShrinker *self, EhStreamName *stream)
{
  for (guint task = 0; task < self->simulation->clients->len; task++)
    {
      const GPtrArray *steps = get_client (self->simulation, task)->steps;

      for (guint i = 0; i < steps->len; i++)
        {
          const EhClientStep *step = g_ptr_array_index (steps, i);
          EhStreamName *used = step->kind == EH_CLIENT_STEP_COMMAND ? step->command->stream : step->stream;

          if (step->kind == EH_CLIENT_STEP_BODY || (used != NULL && eh_stream_name_equal (used, stream)))
            return TRUE;
        }
    }
  return FALSE;
}

/*
 * Events are a past that somebody has thought of, so that they go only with all of their stream; commands that
 * were moved there go one by one.
 */
static gboolean
drop_given (EhShrinker *self, guint i)
{
  const EhStep *step = g_ptr_array_index (self->simulation->given, i);
  EhSimulation *simulation;
  gboolean whole = step->stream != NULL && !is_in_use (self, step->stream);

  if (!whole && step->kind != EH_STEP_COMMAND)
    return FALSE;
  simulation = eh_simulation_copy (self->simulation);
  for (guint j = simulation->given->len; j-- > 0;)
    {
      const EhStep *other = g_ptr_array_index (simulation->given, j);

      if (j == i || (whole && other->stream != NULL && eh_stream_name_equal (other->stream, step->stream)))
        g_ptr_array_remove_index (simulation->given, j);
    }
  return eh_shrinker_try (self, simulation, eh_plan_copy (self->plan));
}

gboolean
eh_shrink_given (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint i = self->simulation->given->len; i-- > 0;)
    if (i < self->simulation->given->len && eh_shrinker_may_try (self))
      changed |= drop_given (self, i);
  return changed;
}

/* ---- drawn commands ---- */

void
eh_shrink_settle (EhShrinker *self)
{
  EhPlan *plan;

  if (self->simulation->generate.n_clients == 0)
    return;
  plan = eh_plan_copy (self->plan);
  g_array_set_size (plan->values, 0);
  self->generated = eh_shrinker_try (self, eh_trial_dup_simulation (self->trial), plan);
}
