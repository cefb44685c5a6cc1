/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-happens-before-private.h"

#include <string.h>

#define NONE G_MAXUINT

typedef struct {
  guint task;
  guint number; /* 1 for the first of its task */
} Event;

typedef struct {
  guint64 round; /* the rest is of an earlier run if it is not this one */
  guint writer;  /* an event or NONE */
  guint n_readers;
} Resource;

/*
 * The clock of an event has for each task the number of the last event of that task that had to come before it or is
 * it. Everything is in flat arrays that are kept from run to run, since this is done again after each run.
 */
struct _EhHappensBefore {
  guint n_tasks;
  guint64 round;
  GArray *events;    /* (owned) (element-type Event) */
  GArray *clocks;    /* (owned) (element-type guint): n_tasks for each event */
  GArray *last;      /* (owned) (element-type guint): by task: its last event or NONE */
  GArray *resources; /* (owned) (element-type Resource): by number */
  GArray *readers;   /* (owned) (element-type guint): by resource and task: who has read since the last write, NONE */
  GArray *races;     /* (owned) (element-type guint) */
  GArray *causes;    /* (owned) (element-type guint): what had to come before without being in a race */
};

EhHappensBefore *
eh_happens_before_new (void)
{
  EhHappensBefore *self = g_new0 (EhHappensBefore, 1);

  self->events = g_array_sized_new (FALSE, FALSE, sizeof (Event), 16);
  self->clocks = g_array_sized_new (FALSE, FALSE, sizeof (guint), 16);
  self->last = g_array_sized_new (FALSE, FALSE, sizeof (guint), 16);
  self->resources = g_array_sized_new (FALSE, TRUE, sizeof (Resource), 16);
  self->readers = g_array_sized_new (FALSE, FALSE, sizeof (guint), 16);
  self->races = g_array_sized_new (FALSE, FALSE, sizeof (guint), 16);
  self->causes = g_array_sized_new (FALSE, FALSE, sizeof (guint), 4);
  return self;
}

void
eh_happens_before_free (EhHappensBefore *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->events);
  g_array_unref (self->clocks);
  g_array_unref (self->last);
  g_array_unref (self->resources);
  g_array_unref (self->readers);
  g_array_unref (self->races);
  g_array_unref (self->causes);
  g_free (self);
}

static inline Event *
get_event (const EhHappensBefore *self, guint event)
{
  return &g_array_index (self->events, Event, event);
}

static inline guint *
get_clock (const EhHappensBefore *self, guint event)
{
  return &g_array_index (self->clocks, guint, event * self->n_tasks);
}

static inline guint *
get_readers (const EhHappensBefore *self, EhResource resource)
{
  return &g_array_index (self->readers, guint, resource * self->n_tasks);
}

void
eh_happens_before_reset (EhHappensBefore *self, guint n_tasks)
{
  self->round++;
  self->n_tasks = n_tasks;
  g_array_set_size (self->events, 0);
  g_array_set_size (self->clocks, 0);
  g_array_set_size (self->last, n_tasks);
  memset (self->last->data, 0xff, n_tasks * sizeof (guint));
  if (self->readers->len < self->resources->len * n_tasks)
    g_array_set_size (self->readers, self->resources->len * n_tasks);
}

static void
forget_readers (EhHappensBefore *self, Resource *resource, EhResource number)
{
  resource->n_readers = 0;
  memset (get_readers (self, number), 0xff, self->n_tasks * sizeof (guint));
}

static Resource *
get_resource (EhHappensBefore *self, EhResource number)
{
  Resource *resource;

  if (number >= self->resources->len)
    {
      g_array_set_size (self->resources, number + 1);
      g_array_set_size (self->readers, MAX (self->readers->len, (number + 1) * self->n_tasks));
    }
  resource = &g_array_index (self->resources, Resource, number);
  if (resource->round != self->round)
    {
      resource->round = self->round;
      resource->writer = NONE;
      forget_readers (self, resource, number);
    }
  return resource;
}

gboolean
eh_happens_before_is (const EhHappensBefore *self, guint a, guint b)
{
  return get_clock (self, b)[get_event (self, a)->task] >= get_event (self, a)->number;
}

/* A reader that has come after the writer orders it before us; so nothing but readers counts if a write finds any. */
static void
collect_dependent (EhHappensBefore *self, guint task, const EhAccess *access)
{
  Resource *resource = get_resource (self, access->resource);
  guint *readers = get_readers (self, access->resource);

  if (resource->writer != NONE && get_event (self, resource->writer)->task != task)
    g_array_append_val (access->after ? self->causes : self->races, resource->writer);
  if (!access->write || resource->n_readers == 0)
    return;
  for (guint i = 0; i < self->n_tasks; i++)
    if (i != task && readers[i] != NONE)
      g_array_append_val (self->races, readers[i]);
}

static void
note_access (EhHappensBefore *self, guint event, guint task, const EhAccess *access)
{
  Resource *resource = get_resource (self, access->resource);

  if (access->write)
    {
      resource->writer = event;
      if (resource->n_readers > 0)
        forget_readers (self, resource, access->resource);
    }
  else if (!access->after && resource->writer != event)
    {
      guint *reader = &get_readers (self, access->resource)[task];

      resource->n_readers += *reader == NONE;
      *reader = event;
    }
}

static gboolean
is_ordered_by_one_of (EhHappensBefore *self, guint event, const GArray *others)
{
  for (guint i = 0; i < others->len; i++)
    {
      guint other = g_array_index (others, guint, i);

      if (other > event && eh_happens_before_is (self, event, other))
        return TRUE;
    }
  return FALSE;
}

/* That it is itself a cause counts too: then it cannot come later. */
static gboolean
is_ordered_by_another (EhHappensBefore *self, guint event, guint previous)
{
  if (previous != NONE && eh_happens_before_is (self, event, previous))
    return TRUE;
  for (guint i = 0; i < self->causes->len; i++)
    if (g_array_index (self->causes, guint, i) == event)
      return TRUE;
  return is_ordered_by_one_of (self, event, self->races) || is_ordered_by_one_of (self, event, self->causes);
}

static void
join (EhHappensBefore *self, guint *clock, guint event)
{
  const guint *other = get_clock (self, event);

  for (guint i = 0; i < self->n_tasks; i++)
    clock[i] = MAX (clock[i], other[i]);
}

/* Of those collected keeps the races; the clock needs all of them. */
static void
order_after (EhHappensBefore *self, guint event, guint previous)
{
  guint *clock = get_clock (self, event);
  guint n_kept = 0;

  if (previous != NONE)
    join (self, clock, previous);
  for (guint i = 0; i < self->races->len; i++)
    join (self, clock, g_array_index (self->races, guint, i));
  for (guint i = 0; i < self->causes->len; i++)
    join (self, clock, g_array_index (self->causes, guint, i));
  for (guint i = 0; i < self->races->len; i++)
    {
      guint other = g_array_index (self->races, guint, i);

      if (!is_ordered_by_another (self, other, previous))
        g_array_index (self->races, guint, n_kept++) = other;
    }
  g_array_set_size (self->races, n_kept);
}

void
eh_happens_before_add (EhHappensBefore *self, guint task, const EhOp *op, const guint **races, guint *n_races)
{
  guint event = self->events->len;
  guint previous = g_array_index (self->last, guint, task);
  Event entry = { task, previous != NONE ? get_event (self, previous)->number + 1 : 1 };

  g_array_append_val (self->events, entry);
  g_array_set_size (self->clocks, self->events->len * self->n_tasks);
  memset (get_clock (self, event), 0, self->n_tasks * sizeof (guint));
  g_array_set_size (self->races, 0);
  g_array_set_size (self->causes, 0);
  for (guint i = 0; i < op->n_accesses; i++)
    collect_dependent (self, task, &op->accesses[i]);
  order_after (self, event, previous);
  get_clock (self, event)[task] = entry.number;
  for (guint i = 0; i < op->n_accesses; i++)
    note_access (self, event, task, &op->accesses[i]);
  g_array_index (self->last, guint, task) = event;
  *races = (const guint *) (gpointer) self->races->data;
  *n_races = self->races->len;
}

guint
eh_happens_before_get_task (const EhHappensBefore *self, guint event)
{
  return get_event (self, event)->task;
}
