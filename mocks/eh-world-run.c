/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

#include <string.h>

/*
 * How a run goes.
 *
 * Every task is a fiber. First each runs, in order, up to its first operation: what it does before is invisible to
 * others, so the order does not matter, and from then on it is known of everybody what comes next. A task that comes
 * to an operation parks: it tells what it is about to do and asks the oracle, on its own stack, who goes on. If that
 * is the task itself, nothing is switched, which is the common case; if not, it switches to the chosen one. The owner
 * of the fibers comes in only when one of them is done or nobody can go on. When the chosen one comes back from
 * parking it asks what goes wrong, does the operation, tells about it, and runs on to its next one. So between two
 * operations there is nothing to choose.
 *
 * Beginning a step is no choice: it touches nothing, and who crashes there is as if it crashed at its first operation.
 *
 * A stack is never abandoned. Who crashes, and everybody when the run is over early, gets EH_ERROR_CRASHED from every
 * call until its function has returned. Who does not return even then is unwound, as a thread that is cancelled: frame
 * by frame, so that what is declared with g_autoptr() and the like is let go where the frame's code was compiled with
 * -fexceptions, as all of ours is. A frame without such tables is passed over, and what it holds is lost.
 */

/* Whether the frame is that of eh_world_run_task() or one of those below it. */
static gboolean
eh_world_is_home (const EhWorldTask *task, struct _Unwind_Context *context, _Unwind_Action actions)
{
  return (actions & _UA_END_OF_STACK) != 0 || _Unwind_GetCFA (context) > task->home_frame;
}

static _Unwind_Reason_Code
eh_world_unwind_frame (int version, _Unwind_Action actions, _Unwind_Exception_Class exception_class,
                       struct _Unwind_Exception *exception, struct _Unwind_Context *context, void *user_data)
{
  EhWorldTask *task = user_data;

  if (eh_world_is_home (task, context, actions))
    siglongjmp (task->home, 1);
  return _URC_NO_REASON;
}

/*
 * What is let go may call the world too, but not for ever. Calling what is known not to return has AddressSanitizer
 * forget the frames above, which it would not do of itself before they are unwound.
 */
G_NORETURN G_NO_INLINE static void
eh_world_tear_out (EhWorld *self, EhWorldTask *task)
{
  self->end = EH_RUN_LOOPS;
  self->stopping = TRUE;
  if (!task->is_unwinding)
    {
      task->is_unwinding = TRUE;
      task->n_crashed_calls = 0;
      memset (&task->exception, 0, sizeof task->exception);
      _Unwind_ForcedUnwind (&task->exception, eh_world_unwind_frame, task);
    }
  siglongjmp (task->home, 1);
}

static gboolean
eh_world_refuse (EhWorld *self, EhWorldTask *task, GError **error)
{
  if (++task->n_crashed_calls > EH_WORLD_CRASHED_CALLS)
    eh_world_tear_out (self, task);
  task->crashed = TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CRASHED, "the client has crashed in the simulated world");
  return FALSE;
}

void
eh_world_record (EhWorld *self, EhChoiceKind kind, guint64 arity, guint64 value, guint32 label)
{
  if (self->n_choices == self->allocated_choices)
    {
      self->allocated_choices = MAX (64, self->allocated_choices * 2);
      self->choices = g_renew (EhChoice, self->choices, self->allocated_choices);
    }
  self->choices[self->n_choices++] = (EhChoice){ kind, arity, value, label };
}

/* Whether the task could do its operation now. */
static inline gboolean
eh_world_is_ready (EhWorld *self, const EhWorldTask *task)
{
  if (task->awaits)
    return task->state == EH_TASK_PARKED && (task->has_next || task->may_end);
  if (task->state != EH_TASK_PARKED || (task->wake > self->now && !(task->idle && task->seen != self->news)))
    return FALSE;
  return task->op.kind != EH_OP_DELIVER || eh_world_bus_is_waiting (self->bus);
}

static inline void
eh_world_add_ready (EhWorldReady *ready, const EhWorldTask *task)
{
  ready->candidates[ready->n++] = task->candidate;
  ready->enabled += task->enabled;
  ready->label += task->label;
}

/* The running task first, the others by number. */
static void
eh_world_find_ready (EhWorld *self, EhWorldTask *running)
{
  EhWorldReady *ready = &self->ready;
  guint n_parked = 0;

  ready->n = 0;
  ready->enabled = 0;
  ready->label = 0;
  if (running != NULL)
    eh_world_add_ready (ready, running);
  for (guint i = 0; i < self->n_all; i++)
    {
      const EhWorldTask *task = self->all[i];

      n_parked += task->state == EH_TASK_PARKED;
      if (task != running && eh_world_is_ready (self, task))
        eh_world_add_ready (ready, task);
    }
  /* Clients wait for nothing but their time: those that do not sleep will be ready whatever the others do. */
  ready->holds = self->has_only_clients && ready->n == n_parked;
}

/* The same, of the last ones: the task that was chosen of them is running and comes first now. */
static void
eh_world_update_ready (EhWorld *self, const EhWorldTask *running)
{
  EhWorldReady *ready = &self->ready;
  EhCandidate *candidates = ready->candidates;
  EhCandidate first = candidates[0];
  guint i = ready->chosen;

  if (i > 0)
    {
      for (; i > 1 && candidates[i - 1].task > first.task; i--)
        candidates[i] = candidates[i - 1];
      for (; i + 1 < ready->n && candidates[i + 1].task < first.task; i++)
        candidates[i] = candidates[i + 1];
      candidates[i] = first;
    }
  candidates[0] = running->candidate;
  ready->enabled += running->enabled;
  ready->label += running->label;
}

/* Nobody can go on: moves the clock to when the first sleeper wakes. FALSE if nobody sleeps. */
static gboolean
eh_world_let_time_pass (EhWorld *self)
{
  gint64 earliest = G_MAXINT64;

  for (guint i = 0; i < self->n_all; i++)
    if (self->all[i]->state == EH_TASK_PARKED && self->all[i]->wake > self->now)
      earliest = MIN (earliest, self->all[i]->wake);
  if (earliest == G_MAXINT64)
    return FALSE;
  self->now = earliest;
  eh_world_let_end_again (self);
  return TRUE;
}

static EhWorldTask *
eh_world_ask_next (EhWorld *self, gboolean running_first)
{
  EhWorldReady *ready = &self->ready;
  EhWorldTask *next = NULL;

  self->hash = eh_mix (self->hash, ready->enabled + ready->n);
  ready->chosen = 0;
  if (ready->n > 1)
    {
      ready->chosen = self->oracle->next (self->oracle, ready->candidates, ready->n, running_first);
      g_assert (ready->chosen < ready->n);
      eh_world_record (self, EH_CHOICE_TASK, ready->n, ready->chosen, ready->candidates[0].task + ready->label);
    }
  next = self->all[ready->candidates[ready->chosen].task];
  ready->enabled -= next->enabled;
  ready->label -= next->label;
  return next;
}

/* Who goes on; NULL if nobody can. */
static EhWorldTask *
eh_world_pick (EhWorld *self, EhWorldTask *running)
{
  gboolean can_carry_on = running != NULL && eh_world_is_ready (self, running);
  EhWorldTask *next = NULL;

  if (can_carry_on && self->ready.holds)
    eh_world_update_ready (self, running);
  else
    eh_world_find_ready (self, can_carry_on ? running : NULL);
  while (self->ready.n == 0
         && (eh_world_end_waiting (self, FALSE) || eh_world_let_time_pass (self) || eh_world_heal (self)))
    eh_world_find_ready (self, NULL);
  if (self->ready.n == 0)
    return NULL;

  next = eh_world_ask_next (self, can_carry_on);
  next->switched = can_carry_on && next != running;
  return next;
}

/* To the one that was chosen, if there is one. */
static void
eh_world_give_way (EhWorld *self, EhWorldTask *task)
{
  EhWorldTask *next = g_steal_pointer (&self->next);

  if (next == NULL)
    {
      eh_fiber_yield (task->fiber);
      return;
    }
  self->running = next;
  eh_fiber_switch (task->fiber, next->fiber);
}

/* Returns when it is the task's turn, or the run is over. */
static void
eh_world_park (EhWorld *self, EhWorldTask *task)
{
  EhWorldTask *running = self->primed ? task : NULL;

  if (self->lead != NULL && self->lead != task)
    {
      self->next = self->lead;
      eh_fiber_yield (task->fiber);
      return;
    }
  if (!self->primed && task != self->all[self->n_all - 1])
    {
      eh_fiber_yield (task->fiber);
      return;
    }
  self->primed = TRUE;
  if (self->n_ops >= self->max_ops)
    {
      self->end = EH_RUN_STEPS;
      self->stopping = TRUE;
      return;
    }
  self->next = eh_world_pick (self, running);
  if (self->next != task && !self->stopping)
    eh_world_give_way (self, task);
}

static void
eh_world_ask_fault (EhWorld *self, EhWorldTask *task, guint32 unfit, EhFault *fault)
{
  EhFault faults[EH_FAULTS_MAX];
  guint n = eh_op_get_faults (task->op.kind, self->enabled & ~unfit, faults);
  guint choice = 0;

  if (n == 0)
    return;
  choice = self->oracle->fault (self->oracle, task->number, task->n_ops, &task->op, faults, n);
  g_assert (choice <= n);
  self->hash = eh_mix (self->hash, eh_mix (task->op_hash, (guint64) task->number << 32 | n));
  eh_world_record (self, EH_CHOICE_FAULT, n + 1, choice,
                   eh_choice_label_fault (task->number, task->n_ops, &task->op, faults, n));
  if (choice == 0)
    return;

  *fault = faults[choice - 1];
  self->n_faults++;
  if (++self->used[fault->kind] >= self->most[fault->kind])
    self->enabled &= ~(1u << fault->kind);
}

static void
eh_world_crash (EhWorld *self, EhWorldTask *task, const EhFault *fault)
{
  EhWorldStep step = { .fault = *fault };
  g_autoptr (GError) error = NULL;

  eh_world_refuse (self, task, &error);
  step.error = error;
  eh_world_leave (self, task, &step, 0);
}

/* What the tasks of a node share: that they crash together, and with handlers of the courier's what it remembers. */
static void
eh_world_touch_node (EhWorld *self, EhWorldTask *task)
{
  const EhWorldNode *node = task->node;

  if (node->n_followers > 1 && (self->possible & 1u << EH_FAULT_CRASH) != 0)
    eh_world_task_touch (task, node->place->resource, TRUE);
  if (node->n_followers > 0 && node->subscribes)
    eh_world_task_touch (task, eh_world_bus_get_queue (self), TRUE);
}

gboolean
eh_world_enter (EhWorld *self, EhWorldTask *task, guint32 unfit, EhFault *fault, GError **error)
{
  *fault = (EhFault){ EH_FAULT_NONE, FALSE };
  if (task->crashed || self->stopping)
    return eh_world_refuse (self, task, error);

  if (task->node != NULL)
    eh_world_touch_node (self, task);
  task->state = EH_TASK_PARKED;
  eh_world_park (self, task);
  if (task->crashed || self->stopping)
    return eh_world_refuse (self, task, error);
  task->wake = G_MININT64;
  if (!task->begun)
    {
      task->begun = TRUE;
      task->idle = FALSE;
      task->seen = self->news;
    }

  if (self->enabled != 0)
    eh_world_ask_fault (self, task, unfit, fault);
  if (fault->kind != EH_FAULT_CRASH)
    return TRUE;
  eh_world_crash (self, task, fault);
  return eh_world_refuse (self, task, error);
}

void
eh_world_leave (EhWorld *self, EhWorldTask *task, EhWorldStep *step, guint64 arguments)
{
  guint64 result = eh_world_hash_error (step->error);
  guint index = task->n_ops;

  result = eh_mix (result, step->version);
  result = eh_mix (result, (guint64) step->fault.kind << 1 | (guint64) step->fault.applied);
  self->hash = eh_mix (eh_mix (self->hash, task->op_hash + task->number), eh_mix (result, arguments));
  eh_world_trace (self, task, result);

  task->n_ops++;
  self->n_ops++;
  if (self->pulse != NULL)
    __atomic_store_n (self->pulse, self->n_ops, __ATOMIC_RELAXED);
  self->last = task;
  step->task = task->number;
  step->step = task->step;
  step->op = &task->op;
  step->switched = task->switched;
  if (self->oracle->did != NULL)
    self->oracle->did (self->oracle, task->number, index, &task->op);
  if (self->observer != NULL)
    self->observer (self, step, self->observer_data);
}

#ifndef NDEBUG
void
eh_world_check_access (const EhWorldTask *task, EhResource resource, gboolean write)
{
  for (guint i = 0; i < task->op.n_accesses; i++)
    if (task->op.accesses[i].resource == resource && (task->op.accesses[i].write || !write))
      return;
  g_error ("%s did %s to %s without saying so", task->name, write ? "something" : "look", task->op.subject);
}
#endif

void
eh_world_task_begin_step (EhWorldTask *self)
{
  self->is_restart = self->crashed;
  self->crashed = FALSE;
  self->n_ids = 0;
  self->n_crashed_calls = 0;
  self->begun = FALSE;
}

static void
eh_world_run_steps (EhWorldTask *task)
{
  EhWorld *self = task->world;

  for (; task->step < task->n_steps && !self->stopping; task->step++)
    {
      eh_world_task_begin_step (task);
      task->func (self, task->number, task->step, task->user_data);
    }
}

static void
eh_world_run_task (gpointer user_data)
{
  EhWorldTask *task = user_data;

  task->home_frame = (_Unwind_Ptr) __builtin_frame_address (0);
  task->is_unwinding = FALSE;
  if (sigsetjmp (task->home, 0) != 0)
    return;
  if (task == task->world->courier)
    eh_world_run_courier (task);
  else if (task->follow != NULL)
    eh_world_run_follower (task);
  else
    eh_world_run_steps (task);
}

static void
eh_world_resume (EhWorld *self, EhWorldTask *task)
{
  self->next = NULL;
  self->running = task;
  if (!eh_fiber_resume (task->fiber))
    {
      self->running->state = EH_TASK_DONE;
      if (self->primed && !self->stopping)
        self->next = eh_world_pick (self, NULL);
    }
  self->running = NULL;
}

/* What is left of a task that has never run is nothing; its fiber must run all the same to be free again. */
static void
eh_world_end_tasks (EhWorld *self)
{
  self->stopping = TRUE;
  for (guint i = 0; i < self->n_all; i++)
    while (self->all[i]->state != EH_TASK_DONE)
      eh_world_resume (self, self->all[i]);
}

static void
eh_world_prepare_task (EhWorld *self, EhWorldTask *task)
{
  task->fiber = eh_fiber_pool_take (self->fibers, eh_world_run_task, task);
  task->state = EH_TASK_FRESH;
  task->wake = task->first_wake;
  task->idle = task->wake > self->marked_now;
  task->seen = 0;
  task->awaits = FALSE;
  eh_world_forget_awaited (task);
  task->ended_at = 0;
  task->skew = 0;
  task->chain = 0;
  task->n_ops = 0;
  task->expected = task->estimate != 0 ? task->estimate : task->n_steps * 3;
  task->step = 0;
  task->crashed = FALSE;
  task->is_restart = FALSE;
  task->switched = FALSE;
  self->all[self->n_all++] = task;
  self->has_only_clients = self->has_only_clients && task->func != NULL;
}

static void
eh_world_prepare (EhWorld *self, EhOracle *oracle)
{
  self->now = self->marked_now;
  eh_memory_store_rollback (EH_MEMORY_STORE (self->inner_store));
  eh_world_checkpoints_rollback (self->checkpoints);
  eh_world_bus_reset (self->bus);
  eh_world_restart_nodes (self);
  self->n_all = 0;
  self->has_only_clients = TRUE;
  for (guint i = 0; i < self->tasks->len; i++)
    eh_world_prepare_task (self, g_ptr_array_index (self->tasks, i));
  if (eh_world_bus_has_subscriptions (self->bus))
    {
      self->courier->number = self->n_all;
      self->courier->node = NULL;
      eh_world_prepare_task (self, self->courier);
    }

  self->run++;
  self->oracle = oracle;
  self->primed = FALSE;
  self->stopping = FALSE;
  self->healing = FALSE;
  self->lead = NULL;
  self->news = 0;
  self->ready.holds = FALSE;
  eh_world_await_reset (self);
  self->end = EH_RUN_DONE;
  self->last = NULL;
  self->n_ops = 0;
  self->enabled = self->possible;
  memset (self->used, 0, sizeof self->used);
  self->n_faults = 0;
  self->hash = 0;
  self->fingerprint = 0;
  self->n_choices = 0;
}

static void
eh_world_finish (EhWorld *self)
{
  gboolean complete = self->end == EH_RUN_DONE;

  for (guint i = 0; i < self->tasks->len && complete; i++)
    {
      const EhWorldTask *task = self->all[i];

      if (task->state != EH_TASK_DONE && task->follow == NULL)
        self->end = EH_RUN_DEADLOCK;
    }
  eh_world_end_tasks (self);
  self->oracle = NULL;
  if (self->end != EH_RUN_DONE)
    return;
  for (guint i = 0; i < self->n_all; i++)
    if (self->all[i]->estimate == 0)
      self->all[i]->estimate = self->all[i]->n_ops;
}

EhRunEnd
eh_world_run (EhWorld *self, EhOracle *oracle)
{
  eh_world_prepare (self, oracle);
  for (guint i = 0; i < self->n_all && !self->stopping; i++)
    eh_world_resume (self, self->all[i]);

  /* The last one has asked already, unless it was done without any operation. */
  if (!self->primed && !self->stopping)
    {
      self->primed = TRUE;
      self->next = eh_world_pick (self, NULL);
    }
  while (self->next != NULL && !self->stopping)
    eh_world_resume (self, self->next);
  eh_world_finish (self);
  return self->end;
}
