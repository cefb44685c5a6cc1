/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus-group-private.h"

/*
 * How a group keeps the order of each stream while streams do not wait for each other.
 *
 * Published events wait in one ring. Taking one makes its stream busy; an event at the ring's head whose stream is
 * busy moves to the line of that stream. When the event was handled, the line goes on: its events are older than all in
 * the ring, so it comes first. When the event failed, it returns to the head of the line, and the stream
 * takes a turn behind everything published so far: it can neither hold up others nor be starved by them.
 *
 * Invariants, while the lock is held by nobody:
 * - a stream is in `busy` if and only if it has an event being handled or a line that is not empty;
 * - it is in `turns` if and only if it is in `busy` and no event of it is being handled;
 * - the stream of the ring's head is not busy (settle() sees to it), so `turn` is what take() will take.
 */

static void
stream_free (EhBusStream *self)
{
  g_clear_pointer (&self->name, eh_stream_name_unref);
  eh_bus_queue_clear (&self->line);
  g_free (self);
}

EhBusGroup *
eh_bus_group_new (const char *name, const char *bucket, const char *subset)
{
  EhBusGroup *self = g_new0 (EhBusGroup, 1);

  self->n_refs = 1;
  self->name = g_strdup (name);
  self->bucket = g_strdup (bucket);
  self->subset = g_strdup (subset);
  self->members = g_ptr_array_new ();
  self->turn = EH_BUS_NEVER;
  self->busy = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal, NULL, (GDestroyNotify) stream_free);
  return self;
}

EhBusGroup *
eh_bus_group_ref (EhBusGroup *self)
{
  self->n_refs++;
  return self;
}

void
eh_bus_group_unref (EhBusGroup *self)
{
  if (--self->n_refs > 0)
    return;

  g_free (self->name);
  g_free (self->bucket);
  g_free (self->subset);
  g_ptr_array_unref (self->members);
  eh_bus_queue_clear (&self->ring);
  g_hash_table_unref (self->busy);
  g_clear_pointer (&self->spare, stream_free);
  g_free (self);
}

gboolean
eh_bus_group_matches (const EhBusGroup *self, const char *bucket, const char *subset)
{
  return (self->bucket == NULL || g_str_equal (self->bucket, bucket))
         && (self->subset == NULL || g_str_equal (self->subset, subset));
}

gboolean
eh_bus_group_has_topic (const EhBusGroup *self, const char *bucket, const char *subset)
{
  return g_strcmp0 (self->bucket, bucket) == 0 && g_strcmp0 (self->subset, subset) == 0;
}

EhBusMember *
eh_bus_group_next_member (EhBusGroup *self)
{
  g_assert (self->members->len > 0);

  if (self->next_member >= self->members->len)
    self->next_member = 0;

  return g_ptr_array_index (self->members, self->next_member++);
}

static EhBusStream *
group_find_busy (EhBusGroup *self, const EhBusItem *item)
{
  if (g_hash_table_size (self->busy) == 0)
    return NULL;

  return g_hash_table_lookup (self->busy, eh_event_get_stream (item->event));
}

static void
group_settle (EhBusGroup *self)
{
  const EhBusItem *head = NULL;
  const EhBusStream *first = NULL;
  EhBusStream *busy = NULL;

  while ((head = eh_bus_queue_peek (&self->ring)) != NULL && (busy = group_find_busy (self, head)) != NULL)
    eh_bus_queue_push (&busy->line, eh_bus_queue_pop (&self->ring));

  self->turn = head == NULL ? EH_BUS_NEVER : head->number;
  first = g_queue_peek_head (&self->turns);
  if (first != NULL)
    self->turn = MIN (self->turn, first->turn);
}

void
eh_bus_group_push (EhBusGroup *self, EhBusItem item)
{
  eh_bus_queue_push (&self->ring, item);
  self->n_waiting++;
  if (self->ring.size == 1)
    group_settle (self);
}

static EhBusStream *
group_make_busy (EhBusGroup *self, const EhBusItem *item)
{
  EhBusStream *stream = g_steal_pointer (&self->spare);

  if (stream == NULL)
    {
      stream = g_new0 (EhBusStream, 1);
      stream->link.data = stream;
    }
  stream->name = eh_stream_name_ref (eh_event_get_stream (item->event));
  g_hash_table_insert (self->busy, stream->name, stream);
  return stream;
}

EhBusStream *
eh_bus_group_take (EhBusGroup *self, EhBusItem *item)
{
  EhBusStream *stream = g_queue_peek_head (&self->turns);

  g_assert (self->turn != EH_BUS_NEVER);

  if (stream != NULL && stream->turn == self->turn)
    {
      g_queue_unlink (&self->turns, &stream->link);
      *item = eh_bus_queue_pop (&stream->line);
    }
  else
    {
      *item = eh_bus_queue_pop (&self->ring);
      stream = group_make_busy (self, item);
    }

  self->n_waiting--;
  group_settle (self);
  return stream;
}

static void
group_forget_busy (EhBusGroup *self, EhBusStream *stream)
{
  g_hash_table_steal (self->busy, stream->name);
  if (self->spare != NULL)
    {
      stream_free (stream);
      return;
    }

  g_clear_pointer (&stream->name, eh_stream_name_unref);
  self->spare = stream;
}

void
eh_bus_group_done (EhBusGroup *self, EhBusStream *stream)
{
  const EhBusItem *next = eh_bus_queue_peek (&stream->line);

  if (next == NULL)
    {
      group_forget_busy (self, stream);
      return;
    }

  stream->turn = next->number;
  g_queue_push_head_link (&self->turns, &stream->link);
  group_settle (self);
}

void
eh_bus_group_retry (EhBusGroup *self, EhBusStream *stream, EhBusItem item, guint64 turn)
{
  eh_bus_queue_push_front (&stream->line, item);
  self->n_waiting++;
  stream->turn = turn;
  g_queue_push_tail_link (&self->turns, &stream->link);
  group_settle (self);
}

static void
queue_move (EhBusQueue *from, EhBusQueue *to)
{
  while (from->size > 0)
    eh_bus_queue_push (to, eh_bus_queue_pop (from));
}

/* A stream that is not in turns has an event being handled: it stays busy, with an empty line. */
void
eh_bus_group_drain (EhBusGroup *self, EhBusQueue *waiting)
{
  GHashTableIter iter;
  gpointer stream = NULL;

  queue_move (&self->ring, waiting);
  g_hash_table_iter_init (&iter, self->busy);
  while (g_hash_table_iter_next (&iter, NULL, &stream))
    queue_move (&((EhBusStream *) stream)->line, waiting);

  while (self->turns.head != NULL)
    {
      EhBusStream *waiter = self->turns.head->data;

      g_queue_unlink (&self->turns, &waiter->link);
      group_forget_busy (self, waiter);
    }

  self->n_waiting = 0;
  self->turn = EH_BUS_NEVER;
}
