/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/* Every client comes to its end, by itself and in a bounded number of operations. */

static char *
describe_unfinished (EhTrial *self)
{
  for (guint i = 0; i < self->records->len; i++)
    {
      const EhTrialStep *record = &g_array_index (self->records, EhTrialStep, i);

      if (record->outcome != EH_TRIAL_RUNNING)
        continue;
      return eh_trial_describe_step (self, record);
    }
  return g_strdup ("a client");
}

/* Of a client that waits the step ended with the run: it never learnt what came of it. */
static char *
describe_waiting (EhTrial *self)
{
  for (guint i = 0; i < self->n_client_records; i++)
    {
      const EhTrialStep *record = &g_array_index (self->records, EhTrialStep, i);

      if (record->outcome == EH_TRIAL_UNKNOWN && eh_world_is_crashed (self->world, record->task))
        return eh_trial_describe_step (self, record);
    }
  return g_strdup ("a client");
}

/* Operations since the last append that was written: many of them are the sign of a circle. */
static guint
count_idle (EhTrial *self)
{
  guint n = 0;

  while (n < self->ops->len)
    {
      const EhTrialOp *op = &g_array_index (self->ops, EhTrialOp, self->ops->len - n - 1);

      if (op->kind == EH_OP_APPEND && op->error_domain == 0)
        break;
      n++;
    }
  return n;
}

/* Ending a run lets every step return, so that who was under way is seen by the error of its last operation. */
static char *
describe_last (EhTrial *self)
{
  const EhTrialOp *op;

  if (self->ops->len == 0)
    return describe_unfinished (self);
  op = &g_array_index (self->ops, EhTrialOp, self->ops->len - 1);
  if (op->task >= eh_world_get_n_tasks (self->world))
    return g_strdup ("the delivery of events");
  return eh_trial_describe_step_of (self, op->task, op->step);
}

void
eh_check_progress (EhTrial *self, EhRunEnd end)
{
  g_autofree char *who = NULL;

  if (end == EH_RUN_DONE || end == EH_RUN_STOPPED || !eh_trial_wants (self, EH_SIM_CHECK_PROGRESS))
    return;
  if (end == EH_RUN_DEADLOCK)
    {
      who = describe_waiting (self);
      eh_trial_find (self, EH_SIM_CHECK_PROGRESS, g_strdup ("deadlock"),
                     g_strdup_printf ("nobody can go on: %s waits for what never comes", who));
      return;
    }
  who = end == EH_RUN_LOOPS ? describe_unfinished (self) : describe_last (self);
  if (end == EH_RUN_STEPS)
    eh_trial_find (self, EH_SIM_CHECK_PROGRESS, g_strdup ("steps"),
                   g_strdup_printf ("no end after %u operations, the last %u of them without an append that succeeded: "
                                    "the last was of %s, which may try again for ever",
                                    eh_world_get_n_ops (self->world), count_idle (self), who));
  else
    eh_trial_find (self, EH_SIM_CHECK_PROGRESS, g_strdup ("loops"),
                   g_strdup_printf ("%s has crashed, but loops on errors: it made %d calls and did not return, as it "
                                    "has to when a call fails with EH_ERROR_CRASHED",
                                    who, EH_WORLD_CRASHED_CALLS));
}
