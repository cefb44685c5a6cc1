/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

/*
 * Every client comes to its end, by itself and in a bounded number of operations. That the same operations with the
 * same results come again while nothing is appended proves nothing: what counts the attempts may be on somebody's
 * stack. But where a run has been too long, it is why.
 */

/* The longest circle that is looked for, and how often it must have been gone round. */
#define CIRCLE_MAX 32
#define ROUNDS_MIN 10
/* More operations of one are only counted. */
#define CIRCLE_TOLD 4

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

static const EhTrialOp *
get_op (EhTrial *self, guint from_end)
{
  return &g_array_index (self->ops, EhTrialOp, self->ops->len - 1 - from_end);
}

static gboolean
is_same (const EhTrialOp *a, const EhTrialOp *b)
{
  return a->task == b->task && a->step == b->step && a->kind == b->kind && a->stream == b->stream
         && a->version == b->version && a->error_domain == b->error_domain && a->error_code == b->error_code;
}

/* How many operations the circle has that the last @n_idle went in; 0 for none. */
static guint
find_circle (EhTrial *self, guint n_idle)
{
  for (guint size = 1; size <= CIRCLE_MAX && size * ROUNDS_MIN <= n_idle; size++)
    {
      guint n = 0;

      while (n < size * (ROUNDS_MIN - 1) && is_same (get_op (self, n), get_op (self, n + size)))
        n++;
      if (n == size * (ROUNDS_MIN - 1))
        return size;
    }
  return 0;
}

static gboolean
is_of_one (EhTrial *self, guint size)
{
  for (guint i = 1; i < size; i++)
    if (get_op (self, i)->task != get_op (self, 0)->task)
      return FALSE;
  return TRUE;
}

static void
print_op (EhTrial *self, const EhTrialOp *op, GString *out)
{
  g_autoptr (GError) error = NULL;
  const char *nick;

  g_string_append (out, eh_op_kind_get_nick (op->kind));
  if (op->stream != EH_TRIAL_NONE)
    g_string_append_printf (out, " %s", eh_trial_stream_get_name (eh_trial_get_stream (self, op->stream)));
  if (op->error_domain == 0)
    return;
  error = g_error_new_literal (op->error_domain, op->error_code, "");
  nick = eh_domain_get_error_nick (self->domain, error);
  g_string_append_printf (out, " (%s)", nick != NULL ? nick : "failed");
}

static char *
describe_circle (EhTrial *self, guint size, const char *who)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s the same %u operation%s again and again, to the same effect",
                          is_of_one (self, size) ? who : "several do", size, size == 1 ? "" : "s");
  for (guint i = size; i > 0 && size <= CIRCLE_TOLD; i--)
    {
      g_string_append (text, i == size ? ": " : ", ");
      print_op (self, get_op (self, i - 1), text);
    }
  return g_string_free (text, FALSE);
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

static char *
describe_endless (EhTrial *self)
{
  guint n_idle = count_idle (self);
  guint circle = find_circle (self, n_idle);
  g_autofree char *last = describe_last (self);
  g_autofree char *does = g_strdup_printf ("%s does", last);
  g_autofree char *why = circle > 0 ? describe_circle (self, circle, does)
                                    : g_strdup_printf ("the last was of %s, which may try again for ever", last);

  return g_strdup_printf ("no end after %u operations, the last %u of them without an append that succeeded: %s",
                          eh_world_get_n_ops (self->world), n_idle, why);
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
  if (end == EH_RUN_STEPS)
    {
      eh_trial_find (self, EH_SIM_CHECK_PROGRESS, g_strdup ("steps"), describe_endless (self));
      return;
    }
  who = describe_unfinished (self);
  eh_trial_find (self, EH_SIM_CHECK_PROGRESS, g_strdup ("loops"),
                 g_strdup_printf ("%s has crashed, but loops on errors: it made %d calls and did not return, as it "
                                  "has to when a call fails with EH_ERROR_CRASHED",
                                  who, EH_WORLD_CRASHED_CALLS));
}
