/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-part-queue-private.h"

#include "model/eh-lock-private.h"

/* How many units may have been begun and not been merged: what memory there is for those that wait. */
#define WINDOW 64

typedef struct _Queue Queue;

typedef struct {
  EhDporFork *fork; /* (owned) */
  guint64 mask;
} Wanted;

typedef struct {
  Queue *queue;
  EhPartUnit unit;
  EhDporPart *part; /* (owned) (nullable) */
  gint abandoned;   /* (atomic) */
  GArray *wanted;   /* (owned) (lock) (element-type Wanted): what is still to be looked at */
  gboolean begun;   /* (lock) */
  gboolean done;    /* (lock) */
  gboolean is_last; /* (lock) */
  gpointer result;  /* (lock) */
} Unit;

struct _Queue {
  const EhPartJobs *jobs;
  gpointer user_data;
  gboolean divided;
  guint64 n_plans;

  EhLock lock;
  EhCond cond;
  GQueue units;      /* (lock) (element-type Unit) (owned): known and not merged, in order */
  guint64 next_plan; /* (lock): whose first unit is not among them yet */
  guint n_begun;     /* (lock): units */
  guint n_active;    /* (lock): workers that have not ended */
  gboolean ended;    /* (lock) */
};

static void
unit_free (gpointer data)
{
  Unit *self = data;

  for (guint i = 0; i < self->wanted->len; i++)
    eh_dpor_fork_unref (g_array_index (self->wanted, Wanted, i).fork);
  g_array_unref (self->wanted);
  eh_dpor_part_free (self->part);
  if (self->result != NULL)
    self->queue->jobs->discard (self->result);
  g_free (self);
}

/* ---- what parts want ---- */

static void unit_want (EhDporFork *fork, guint64 mask, gpointer user_data);

/* @part: (transfer full) (nullable) */
static Unit *
unit_new (Queue *queue, guint64 plan, EhDporPart *part)
{
  Unit *self = g_new0 (Unit, 1);

  self->queue = queue;
  self->part = part;
  self->wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
  self->unit = (EhPartUnit){ plan, part, unit_want, self, &self->abandoned };
  return self;
}

static gboolean
is_before (const Unit *a, const Unit *b)
{
  if (a->unit.plan != b->unit.plan)
    return a->unit.plan < b->unit.plan;
  return eh_dpor_part_compare (a->part, b->part) < 0;
}

/* (lock) */
static void
insert_unit (Queue *self, Unit *unit)
{
  GList *link = self->units.head;

  while (link != NULL && is_before (link->data, unit))
    link = link->next;
  g_queue_insert_before (&self->units, link, unit);
}

/* What the first unit wants, all before it being merged. (lock) */
static void
reverse (Queue *self, EhDporFork *fork, guint64 mask)
{
  const Unit *first = g_queue_peek_head (&self->units);
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();

  eh_dpor_fork_reverse (fork, mask, parts);
  for (guint i = 0; i < parts->len; i++)
    insert_unit (self, unit_new (self, first->unit.plan, g_ptr_array_index (parts, i)));
  if (parts->len > 0)
    eh_cond_broadcast (&self->cond);
}

static void
unit_want (EhDporFork *fork, guint64 mask, gpointer user_data)
{
  Unit *self = user_data;
  Wanted wanted = { fork, mask };

  eh_lock (&self->queue->lock);
  if (g_queue_peek_head (&self->queue->units) == self && !self->queue->ended)
    reverse (self->queue, fork, mask);
  else
    {
      eh_dpor_fork_ref (fork);
      g_array_append_val (self->wanted, wanted);
    }
  eh_unlock (&self->queue->lock);
}

/* (lock) */
static void
look_at_first (Queue *self)
{
  Unit *first = g_queue_peek_head (&self->units);

  for (guint i = 0; first != NULL && i < first->wanted->len; i++)
    {
      const Wanted *wanted = &g_array_index (first->wanted, Wanted, i);

      reverse (self, wanted->fork, wanted->mask);
      eh_dpor_fork_unref (wanted->fork);
    }
  if (first != NULL)
    g_array_set_size (first->wanted, 0);
}

/* ---- taking and merging ---- */

/* (lock) */
static Unit *
find_unit (Queue *self)
{
  if (self->n_begun >= WINDOW)
    return NULL;
  for (GList *link = self->units.head; link != NULL; link = link->next)
    {
      Unit *unit = link->data;

      if (unit->is_last)
        return NULL;
      if (!unit->begun)
        return unit;
    }
  if (self->next_plan == self->n_plans)
    return NULL;
  g_queue_push_tail (&self->units, unit_new (self, self->next_plan, self->divided ? eh_dpor_part_new () : NULL));
  self->next_plan++;
  return g_queue_peek_tail (&self->units);
}

/* (lock) */
static void
wait_a_while (Queue *self, gboolean is_caller)
{
  if (!is_caller)
    {
      eh_cond_wait (&self->cond, &self->lock);
      return;
    }
  if (eh_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + G_USEC_PER_SEC / 4))
    return;
  eh_unlock (&self->lock);
  self->jobs->tick (self->user_data);
  eh_lock (&self->lock);
}

static Unit *
take_unit (Queue *self, gboolean is_caller)
{
  Unit *unit = NULL;

  eh_lock (&self->lock);
  while (!self->ended && (unit = find_unit (self)) == NULL)
    wait_a_while (self, is_caller);
  if (self->ended)
    unit = NULL;
  if (unit != NULL)
    {
      unit->begun = TRUE;
      self->n_begun++;
    }
  eh_unlock (&self->lock);
  return unit;
}

/* (lock) */
static void
abandon_after (Queue *self, GList *link)
{
  for (link = link != NULL ? link->next : self->units.head; link != NULL; link = link->next)
    g_atomic_int_set (&((Unit *) link->data)->abandoned, TRUE);
}

/* (lock) */
static void
merge_first (Queue *self, gpointer job)
{
  Unit *first = g_queue_pop_head (&self->units);
  const Unit *next = g_queue_peek_head (&self->units);
  gboolean ends_plan = next == NULL || next->unit.plan != first->unit.plan;
  gpointer result = g_steal_pointer (&first->result);

  self->n_begun--;
  if (!self->jobs->merge (self->user_data, job, &first->unit, ends_plan, result))
    {
      self->ended = TRUE;
      abandon_after (self, NULL);
    }
  unit_free (first);
  if (self->units.head == NULL && self->next_plan == self->n_plans)
    self->ended = TRUE;
}

/* (lock) */
static void
merge_what_can_be (Queue *self, gpointer job)
{
  Unit *first;

  while (!self->ended && (first = g_queue_peek_head (&self->units)) != NULL)
    {
      look_at_first (self);
      if (!first->done)
        return;
      merge_first (self, job);
    }
}

static void
put_result (Queue *self, gpointer job, Unit *unit, gpointer result, gboolean is_last)
{
  eh_lock (&self->lock);
  unit->result = result;
  unit->done = TRUE;
  unit->is_last = is_last;
  if (is_last)
    abandon_after (self, g_queue_find (&self->units, unit));
  merge_what_can_be (self, job);
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

/* ---- threads ---- */

static void
work (Queue *self, gboolean is_caller)
{
  gpointer job = self->jobs->begin (self->user_data, is_caller);
  Unit *unit;

  while ((unit = take_unit (self, is_caller)) != NULL)
    {
      gboolean is_last = FALSE;
      gpointer result = self->jobs->work (self->user_data, job, &unit->unit, &is_last);

      put_result (self, job, unit, result, is_last);
    }
  self->jobs->end (self->user_data, job);
  eh_lock (&self->lock);
  self->n_active--;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
}

static gpointer
run_worker (gpointer data)
{
  work (data, FALSE);
  return NULL;
}

void
eh_part_queue_run (const EhPartJobs *jobs, gpointer user_data, guint n_threads, guint64 n_plans, gboolean divided)
{
  Queue self = { .jobs = jobs, .user_data = user_data, .divided = divided, .n_plans = n_plans };
  guint n_workers = divided ? MAX (n_threads, 1) : MAX (1, MIN (n_plans, n_threads));
  GThread **threads = g_new0 (GThread *, n_workers);

  self.n_active = n_workers;
  self.ended = n_plans == 0;
  eh_lock_init (&self.lock);
  eh_cond_init (&self.cond);
  g_queue_init (&self.units);
  for (guint i = 1; i < n_workers; i++)
    threads[i] = g_thread_new ("explore", run_worker, &self);
  work (&self, TRUE);
  eh_lock (&self.lock);
  while (self.n_active > 0)
    wait_a_while (&self, TRUE);
  eh_unlock (&self.lock);
  for (guint i = 1; i < n_workers; i++)
    g_thread_join (threads[i]);
  g_queue_clear_full (&self.units, unit_free);
  eh_cond_clear (&self.cond);
  eh_lock_clear (&self.lock);
  g_free (threads);
}
