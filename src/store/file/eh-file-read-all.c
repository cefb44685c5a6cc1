/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-event-page-private.h"
#include "model/eh-event-private.h"
#include "store/file/eh-file-reader-private.h"

/*
 * Reading the global order. Forwards is a walk along the log. There is no way back along it, so backwards is walks
 * over parts of it, each before the last, of which the ends are taken. One call looks at so many events at most and
 * then gives what it has, so that a category that is rare does not make it last; the page says where to go on.
 */

#define LOOK_AT_MOST 65536
#define PART 1024

/* What is wanted. */
typedef struct {
  EhFileStore *store;
  EhFileReader *reader; /* (owned) */
  const char *category; /* (nullable) */
  gsize category_length;
  guint64 limit;     /* loc: the published end */
  guint64 head;      /* the newest position */
  GPtrArray *events; /* (owned): in the order of the log */
} AllRead;

static void
unref_event (gpointer event)
{
  if (event != NULL)
    eh_event_release (event);
}

static void
all_read_clear (AllRead *self)
{
  g_clear_pointer (&self->reader, eh_file_reader_give_back);
  g_clear_pointer (&self->events, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AllRead, all_read_clear)

static gboolean
matches (const AllRead *self, const EhFileNameSlot *slot)
{
  return self->category == NULL
         || (slot->length > self->category_length && slot->text[self->category_length] == '-'
             && memcmp (slot->text, self->category, self->category_length) == 0);
}

static EhStreamName *
get_stream_name (AllRead *self, const EhFileFrame *frame, EhFileNameSlot *slot, GError **error)
{
  if (slot->name == NULL)
    {
      g_autofree char *text = g_strndup (slot->text, slot->length);

      slot->name = eh_stream_name_parse (text, NULL);
    }
  if (slot->name == NULL)
    eh_file_segment_set_corrupt (self->reader->segment, eh_file_loc_offset (frame->loc), "the stream has no valid name",
                                 error);
  return slot->name;
}

/*
 * Adds what is wanted of @frame: positions from @low to @high, at most @room events; where the first is that had no
 * room is put into @next.
 */
static gboolean
take_frame (AllRead *self, const EhFileFrame *frame, guint64 low, guint64 high, guint room, guint64 *next,
            GError **error)
{
  const guint64 last_version = frame->version + frame->n_events - 1;
  EhFileNameSlot *slot = eh_file_reader_get_name (self->reader, frame, error);
  EhStreamName *name = NULL;
  guint64 from = frame->version;
  guint64 to = last_version;
  guint n;

  if (slot == NULL)
    return FALSE;
  if (low > frame->position)
    from += low - frame->position;
  if (high - frame->position < frame->n_events)
    to = frame->version + (high - frame->position);
  from = MAX (from, slot->kept_version);
  if (from > to || !matches (self, slot))
    return TRUE;
  n = (guint) (to - from + 1);
  if (n > room)
    {
      *next = frame->position + (from - frame->version) + room;
      n = room;
    }
  if (n == 0)
    return TRUE;
  name = get_stream_name (self, frame, slot, error);
  if (name == NULL)
    return FALSE;
  g_ptr_array_set_size (self->events, (gint) (self->events->len + n));
  if (eh_file_reader_make_events (self->reader, frame, name, from, from + n - 1,
                                  (EhEvent **) self->events->pdata + self->events->len - n, error))
    return TRUE;
  g_ptr_array_set_size (self->events, (gint) (self->events->len - n));
  return FALSE;
}

/* Takes what is from @low to @high; @next is where to go on: one behind @high, or less if @limit was reached. */
static gboolean
walk (AllRead *self, guint64 low, guint64 high, guint limit, guint64 *next, GError **error)
{
  EhFileWalk walk_state;
  EhFileFrame frame;
  GError *reason = NULL;

  *next = high + 1;
  if (!eh_file_walk_init (&walk_state, self->reader, low, self->limit, error))
    return FALSE;
  while (*next > high && eh_file_walk_next (&walk_state, &frame, &reason))
    {
      if (frame.n_events == 0 || frame.position + frame.n_events <= low)
        continue;
      if (frame.position > high)
        return TRUE;
      if (!take_frame (self, &frame, low, high, limit - self->events->len, next, error))
        return FALSE;
    }
  if (reason != NULL)
    g_propagate_error (error, reason);
  return reason == NULL;
}

/* The page owns the events from now on. */
static EhEventPage *
make_page (AllRead *self, guint64 next, gboolean is_end)
{
  EhEvent **to = NULL;
  EhEventPage *page = eh_event_page_new_unfilled (self->events->len, next, is_end, &to);

  for (guint i = 0; i < self->events->len; i++)
    to[i] = g_steal_pointer (&self->events->pdata[i]);
  return page;
}

static EhEventPage *
read_forwards (AllRead *self, guint64 from, guint limit, GError **error)
{
  guint64 high = self->head - from < LOOK_AT_MOST ? self->head : from + LOOK_AT_MOST - 1;
  guint64 next = from;

  if (from <= self->head && !walk (self, from, high, limit, &next, error))
    return NULL;
  return make_page (self, next, next > self->head);
}

/* What was read of a part, newest first. */
static void
take_part (AllRead *self, GPtrArray *taken, guint limit)
{
  for (guint i = self->events->len; i > 0 && taken->len < limit; i--)
    g_ptr_array_add (taken, g_steal_pointer (&self->events->pdata[i - 1]));
  g_ptr_array_set_size (self->events, 0);
}

/* Parts are read whole. One event more than is wanted is looked for, to know whether there is one. */
static EhEventPage *
read_backwards (AllRead *self, guint64 from, guint limit, GError **error)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func (unref_event);
  guint64 high = MIN (from, self->head);
  guint64 looked = 0;

  while (high > 0 && taken->len <= limit && looked < LOOK_AT_MOST)
    {
      const guint64 wanted = MAX (PART, limit + 1 - taken->len);
      const guint64 low = high > wanted ? high - wanted + 1 : 1;
      guint64 next = 0;

      if (!walk (self, low, high, G_MAXUINT, &next, error))
        return NULL;
      looked += high - low + 1;
      high = low - 1;
      take_part (self, taken, limit + 1);
    }
  if (taken->len > limit)
    {
      high = eh_event_get_position (g_ptr_array_index (taken, limit));
      g_ptr_array_set_size (taken, (gint) limit);
    }
  g_clear_pointer (&self->events, g_ptr_array_unref);
  self->events = g_steal_pointer (&taken);
  return make_page (self, high, high == 0);
}

EhEventPage *
eh_file_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
                        GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  g_auto (AllRead) all = { .store = self, .category = category };
  EhEventPage *page = NULL;

  if (!eh_file_store_enter_reading (self, error))
    return NULL;
  all.limit = self->writer.published;
  all.head = self->writer.published_position - 1;
  all.reader = eh_file_reader_take (self);
  eh_unlock (&self->lock);

  all.events = g_ptr_array_new_with_free_func (unref_event);
  all.category_length = category != NULL ? strlen (category) : 0;
  page = direction == EH_FORWARDS ? read_forwards (&all, from, limit, error)
                                  : read_backwards (&all, from, limit, error);
  eh_file_store_leave (self);
  return page;
}
