/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-append-private.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-writer-steps-private.h"

/*
 * Appending. The frame is encoded without the lock. Then, with the lock held throughout: room is made, what is known of
 * the stream and of the ids is looked up, it is decided, and the frame gets its place. If there is no room it is
 * decided all the same, for a refusal or a repeated answer needs none. Whatever has to let go of the lock on the way
 * (making room, asking the runs, encoding anew because a segment began meanwhile) begins again behind it. What was
 * decided is told when what it was decided by is durable (F7).
 */

void
eh_file_append_clear (EhFileAppend *self)
{
  eh_file_draft_clear (&self->draft);
  g_clear_pointer (&self->probed, eh_file_runs_unref);
  g_clear_pointer (&self->spots, g_free);
}

/* ---- encoding ---- */

static gboolean
encode (EhFileStore *store, EhFileAppend *self, GError **error)
{
  EhFileTypeFinder finder = { .types = &store->types };

  eh_file_draft_clear (&self->draft);
  eh_file_draft_init (&self->draft, EH_FILE_KIND_APPEND, eh_event_batch_get_timestamp (self->batch),
                      &store->spare_text);
  if (!eh_file_draft_encode (&self->draft, self->batch, eh_file_type_finder_find, &finder, error))
    return FALSE;
  self->segment = finder.segment;
  return TRUE;
}

static void
set_exists (const EhFileAppend *self, guint i, GError **error)
{
  g_autofree char *id = eh_id_to_string (eh_event_batch_get_id (self->batch, i));

  g_set_error (error, EH_ERROR, EH_ERROR_EXISTS,
               "the batch for %s: its ids are taken in part, twice, or at another place (event %u, id %s)",
               eh_stream_name_to_string (eh_event_batch_get_stream (self->batch)), i, id);
}

static guint
hash_id (gconstpointer id)
{
  return eh_id_hash (id);
}

static gboolean
equal_ids (gconstpointer a, gconstpointer b)
{
  return eh_id_equal (a, b);
}

/* FALSE if an id is twice in the batch. */
static gboolean
check_twice (const EhFileAppend *self, GError **error)
{
  const guint n = eh_event_batch_get_size (self->batch);
  g_autoptr (GHashTable) seen = NULL;

  if (n == 1)
    return TRUE;
  seen = g_hash_table_new (hash_id, equal_ids);
  for (guint i = 0; i < n; i++)
    if (!g_hash_table_add (seen, (gpointer) eh_event_batch_get_id (self->batch, i)))
      {
        set_exists (self, i, error);
        return FALSE;
      }
  return TRUE;
}

/* ---- what is known ---- */

/* Whether the frame at @loc holds the event with the id, and if so where it is exactly. */
typedef struct {
  EhFileStore *store;
  const guint8 *id;
  EhFileSpot *spot;
} IdCheck;

static gboolean
check_id (gpointer user_data, guint64 loc, GError **error)
{
  IdCheck *check = user_data;
  g_autoptr (EhFileSegment) segment = eh_file_segments_get (check->store->segments, eh_file_loc_segment (loc), error);
  EhFileFrame frame;
  const char *name = NULL;
  gsize length = 0;

  if (segment == NULL || !eh_file_segment_read (segment, eh_file_loc_offset (loc), &frame, error))
    return FALSE;
  for (guint i = 0; i < frame.n_events; i++)
    if (eh_file_id_compare (eh_file_frame_get_id (&frame, i), check->id) == 0)
      {
        *check->spot = (EhFileSpot){ .loc = loc, .version = frame.version + i, .position = frame.position + i };
        if (!eh_file_segment_get_name (segment, &frame, &name, &length, error))
          return FALSE;
        check->spot->key = eh_file_key (check->store->store_id, name, length);
        return TRUE;
      }
  return FALSE;
}

/* Asks the runs for the ids that could be there. Without the lock. */
static gboolean
probe_ids (EhFileStore *store, EhFileAppend *self, GError **error)
{
  guint8 last[16];

  if (!eh_file_runs_get_last_id (self->probed, last))
    return TRUE;
  for (guint i = 0; i < self->draft.n_events; i++)
    {
      const guint8 *id = eh_event_batch_get_id (self->batch, i)->bytes;
      IdCheck check = { store, id, &self->spots[i] };
      GError *reason = NULL;
      guint64 loc = 0;

      self->spots[i].version = 0;
      if (eh_file_id_compare (id, last) > 0)
        continue;
      eh_file_runs_find_id (self->probed, id, check_id, &check, &loc, &reason);
      if (reason != NULL)
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
    }
  return TRUE;
}

/* Where the last segment has the stream's name, so that it need not be written again; if that fails, then it is. */
static void
probe_name (EhFileStore *store, EhFileAppend *self)
{
  const char *wanted = eh_stream_name_to_string (self->name);
  g_autoptr (EhFileSegment) segment = NULL;
  EhFileFrame frame;
  EhFileRef ref;
  const char *name = NULL;
  gsize length = 0;

  if (eh_file_runs_list (self->probed, &self->key, G_MAXINT64, EH_BACKWARDS, &ref, 1, NULL) != 1
      || eh_file_loc_segment (ref.loc) != self->probed_segment)
    return;
  segment = eh_file_segments_get (store->segments, self->probed_segment, NULL);
  if (segment == NULL || !eh_file_segment_read (segment, eh_file_loc_offset (ref.loc), &frame, NULL)
      || !eh_file_segment_get_name (segment, &frame, &name, &length, NULL))
    return;
  if (length == strlen (wanted) && memcmp (name, wanted, length) == 0)
    self->probed_name = frame.name_ref == 0 ? frame.loc : eh_file_loc (self->probed_segment, frame.name_ref * 8);
}

static gboolean
probe (EhFileStore *store, EhFileAppend *self, GError **error)
{
  GError *reason = NULL;

  self->probed_name = EH_FILE_LOC_NONE;
  self->has_head = self->wants_head && eh_file_runs_find (self->probed, &self->key, &self->head, &reason);
  if (reason != NULL)
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  if (self->has_head)
    probe_name (store, self);
  if (self->batch == NULL)
    return TRUE;
  if (self->spots == NULL)
    self->spots = g_new0 (EhFileSpot, self->draft.n_events);
  return probe_ids (store, self, error);
}

/* Whether an id may be in the runs. */
static gboolean
may_be_old (EhFileStore *store, const EhFileAppend *self)
{
  guint8 last[16];

  if (self->batch == NULL || !eh_file_runs_get_last_id (store->index.runs, last))
    return FALSE;
  for (guint i = 0; i < self->draft.n_events; i++)
    if (eh_file_id_compare (eh_event_batch_get_id (self->batch, i)->bytes, last) <= 0)
      return TRUE;
  return FALSE;
}

/* With the lock. FALSE without error: the lock was let go; look again. */
static gboolean
look (EhFileStore *store, EhFileAppend *self, GError **error)
{
  gboolean knows = FALSE;
  gboolean ok = FALSE;

  eh_file_index_look (&store->index, &self->key, G_MAXUINT64, &self->state);
  if (self->probed == store->index.runs)
    {
      if (self->has_head)
        eh_file_stream_state_add (&self->state, &self->head);
      if (self->state.name_loc == EH_FILE_LOC_NONE)
        self->state.name_loc = self->probed_name;
      return TRUE;
    }
  knows = eh_file_index_knows_version (&store->index, &self->state);
  if (knows && !may_be_old (store, self))
    {
      g_clear_pointer (&self->probed, eh_file_runs_unref);
      return TRUE;
    }
  /* What memory knows of a stream it knows for as long as the runs stay the same. */
  self->wants_head = !knows || self->state.name_loc == EH_FILE_LOC_NONE;
  g_clear_pointer (&self->probed, eh_file_runs_unref);
  self->probed = eh_file_runs_ref (store->index.runs);
  self->probed_segment = store->writer.segment->header.number;
  eh_unlock (&store->lock);
  ok = probe (store, self, error);
  eh_lock (&store->lock);
  if (!ok)
    g_clear_pointer (&self->probed, eh_file_runs_unref);
  return FALSE;
}

static gboolean
find_spot (EhFileStore *store, const EhFileAppend *self, guint i, EhFileSpot *spot)
{
  if (eh_file_index_find_id (&store->index, eh_event_batch_get_id (self->batch, i)->bytes, spot))
    return TRUE;
  if (self->probed == NULL || self->spots == NULL || self->spots[i].version == 0)
    return FALSE;
  *spot = self->spots[i];
  return TRUE;
}

/* Whether the batch is in the stream already. FALSE with error if only a part is, or at another place. */
static gboolean
find_batch (EhFileStore *store, EhFileAppend *self, GError **error)
{
  EhFileSpot first;
  EhFileSpot spot;

  self->was_there = find_spot (store, self, 0, &first);
  spot = first;
  for (guint i = 0; i < self->draft.n_events; i++)
    {
      const gboolean found = i == 0 ? self->was_there : find_spot (store, self, i, &spot);

      if (found)
        self->observed = MAX (self->observed, spot.loc + 1);
      if (found == self->was_there
          && (!found || (spot.version == first.version + i && eh_file_key_equal (&spot.key, &self->key))))
        continue;
      set_exists (self, i, error);
      return FALSE;
    }
  if (self->was_there)
    {
      self->first_version = first.version;
      self->last_position = spot.position;
    }
  return TRUE;
}

/* ---- deciding ---- */

static gboolean
check_expected (EhStreamName *name, gint64 expected, guint64 actual, GError **error)
{
  if (expected == EH_EXPECTED_ANY || (expected == EH_EXPECTED_EXISTS && actual > 0) || (guint64) expected == actual)
    return TRUE;
  g_propagate_error (error, eh_error_new_conflict (eh_stream_name_to_string (name), expected, actual));
  return FALSE;
}

static gboolean
decide (EhFileStore *store, EhFileAppend *self, GError **error)
{
  self->observed = self->state.observed > 0 ? self->state.observed + 1 : 0;
  if (self->state.deleted)
    return eh_file_store_set_deleted (self->name, error);
  if (self->batch != NULL && !find_batch (store, self, error))
    return FALSE;
  if (self->was_there)
    return TRUE;
  if (self->batch == NULL && self->state.version == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "there is no stream %s", eh_stream_name_to_string (self->name));
      return FALSE;
    }
  return check_expected (self->name, self->expected, self->state.version, error);
}

static void
put (EhFileStore *store, EhFileAppend *self)
{
  const guint32 segment = store->writer.segment->header.number;
  const guint64 name_loc = self->state.name_loc;
  const gboolean is_append = self->draft.kind == EH_FILE_KIND_APPEND;
  const gboolean is_named = name_loc != EH_FILE_LOC_NONE && eh_file_loc_segment (name_loc) == segment;
  EhFilePlace place = {
    .version = is_append ? self->state.version + 1 : self->version,
    .name = eh_stream_name_to_string (self->name),
    .name_length = is_named ? 0 : (guint16) strlen (eh_stream_name_to_string (self->name)),
    .name_ref = is_named ? eh_file_loc_offset (name_loc) / 8 : 0,
  };
  EhFileFrame frame;
  EhFileTailStream *stream = NULL;

  if (self->draft.kind == EH_FILE_KIND_TOMBSTONE)
    place.version = self->state.version;
  eh_file_writer_put (store, &self->draft, &place, &frame);
  stream = eh_file_index_add (&store->index, &self->key, &frame, store->writer.open->end);
  if (!is_named)
    stream->name_loc = frame.loc;
  else
    stream->name_loc = name_loc;
  self->first_version = frame.version;
  self->last_position = frame.position + frame.n_events - 1;
  self->observed = frame.loc + frame.length;
}

/*
 * Until all is known of what is to be decided, with the lock held since there was room; or, with @no_room set, since
 * there was none.
 */
static gboolean
make_ready (EhFileStore *store, EhFileAppend *self, GError **no_room, GError **error)
{
  const gsize name_length = strlen (eh_stream_name_to_string (self->name));
  GError *reason = NULL;

  while (TRUE)
    {
      g_clear_error (no_room);
      if (!eh_file_writer_make_room (store, eh_file_draft_get_length (&self->draft, name_length), no_room)
          && store->writer.failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (no_room));
          return FALSE;
        }
      if (*no_room == NULL && self->segment != 0 && self->segment != store->writer.segment->header.number)
        {
          gboolean ok;

          eh_unlock (&store->lock);
          ok = encode (store, self, error);
          eh_lock (&store->lock);
          if (!ok)
            return FALSE;
          continue;
        }
      if (eh_file_store_wait_for_work (store, &self->has_tried_index))
        continue;
      if (*no_room == NULL)
        eh_file_index_check_room (&store->index, store->options.memory, store->folder, no_room);
      if (look (store, self, &reason))
        return TRUE;
      if (reason != NULL)
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
    }
}

/* More ids than so many would only push each other out of the processor's cache. */
#define FETCH_MAX 64

/* Where an id would be is seldom near: meanwhile all else is looked at. */
static void
fetch_ids (const EhFileStore *store, const EhFileAppend *self)
{
  const guint n = self->batch != NULL ? MIN (self->draft.n_events, FETCH_MAX) : 0;

  for (guint i = 0; i < n; i++)
    eh_file_index_fetch_id (&store->index, eh_event_batch_get_id (self->batch, i)->bytes);
}

gboolean
eh_file_append_place (EhFileStore *store, EhFileAppend *self, GError **error)
{
  g_autoptr (GError) no_room = NULL;

  fetch_ids (store, self);
  if (!make_ready (store, self, &no_room, error) || !decide (store, self, error))
    return FALSE;
  if (!self->was_there && no_room != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&no_room));
      return FALSE;
    }
  if (self->was_there && EH_FILE_BROKEN (REPEAT_BEFORE_DURABLE))
    self->observed = 0;
  if (!self->was_there)
    {
      put (store, self);
      if (eh_file_index_is_due (&store->index, store->options.run_size, store->options.memory))
        g_atomic_int_set (&store->work_due, TRUE);
    }
  return TRUE;
}

gboolean
eh_file_append_prepare (EhFileStore *store, EhFileAppend *self, GError **error)
{
  self->key = eh_file_store_get_key (store, self->name);
  if (store->options.read_only)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "%s: the store was opened with mode=read", store->folder);
      return FALSE;
    }
  return self->batch == NULL || (encode (store, self, error) && check_twice (self, error));
}

/* ---- calls ---- */

/* Places it and waits until that, or what spoke against it, is durable. */
gboolean
eh_file_append_run (EhFileStore *store, EhFileAppend *self, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  gboolean ok = FALSE;

  if (!eh_file_append_prepare (store, self, error) || !eh_file_store_enter (store, error))
    return FALSE;
  ok = eh_file_append_place (store, self, &refusal);
  if (!eh_file_writer_settle_and_unlock (store, self->observed, error))
    ok = FALSE;
  else if (refusal != NULL)
    g_propagate_error (error, g_steal_pointer (&refusal));
  eh_file_store_work (store);
  eh_file_store_leave (store);
  return ok;
}

/* What was truncated since cannot be read; then the batch says what it was. */
static EhEventPage *
read_back (EhEventStore *store, const EhFileAppend *self, GError **error)
{
  const guint n = self->draft.n_events;
  g_autoptr (EhEventPage) page = NULL;

  if (self->was_there)
    {
      page = eh_file_store_read_stream (store, self->name, self->first_version, EH_FORWARDS, n, NULL, error);
      if (page == NULL
          || (eh_event_page_get_size (page) == n
              && eh_event_get_version (eh_event_page_get (page, 0)) == self->first_version))
        return g_steal_pointer (&page);
    }
  return eh_event_batch_record (self->batch, self->first_version, self->last_position - n + 1);
}

gboolean
eh_file_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                      EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  g_auto (EhFileAppend) append = { .name = eh_event_batch_get_stream (batch), .batch = batch, .expected = expected };
  EhEventPage *events = NULL;

  if (!eh_file_append_run (self, &append, error))
    return FALSE;
  if ((flags & EH_APPEND_WANT_EVENTS) != 0 && (events = read_back (store, &append, error)) == NULL)
    return FALSE;
  result->first_version = append.first_version;
  result->last_version = append.first_version + append.draft.n_events - 1;
  result->last_position = append.last_position;
  result->was_there = append.was_there;
  result->events = events;
  return TRUE;
}

gboolean
eh_file_store_delete_stream (EhEventStore *store, EhStreamName *name, gint64 expected, GCancellable *cancellable,
                             GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  g_auto (EhFileAppend) append = { .name = name, .expected = expected };

  eh_file_draft_init (&append.draft, EH_FILE_KIND_TOMBSTONE, eh_clock_now (self->clock), NULL);
  if (!eh_file_append_run (self, &append, error))
    return FALSE;
  g_atomic_int_inc (&self->hidden_count);
  return TRUE;
}

static gboolean
set_no_version (EhStreamName *name, guint64 version, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the stream %s has no version %" G_GUINT64_FORMAT " to keep",
               eh_stream_name_to_string (name), version);
  return FALSE;
}

gboolean
eh_file_store_truncate_stream (EhFileStore *self, EhStreamName *name, guint64 first_version, GCancellable *cancellable,
                               GError **error)
{
  g_auto (EhFileAppend) append = { .name = name, .expected = EH_EXPECTED_ANY, .version = first_version };
  guint64 version = 0;

  g_return_val_if_fail (EH_IS_FILE_STORE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !eh_event_store_get_version (EH_EVENT_STORE (self), name, &version, cancellable, error))
    return FALSE;
  /* A version never falls, so this stays true. */
  if (version > 0 && (first_version < 2 || first_version > version))
    return set_no_version (name, first_version, error);
  eh_file_draft_init (&append.draft, EH_FILE_KIND_TRUNCATION, eh_clock_now (self->clock), NULL);
  if (!eh_file_append_run (self, &append, error))
    return FALSE;
  g_atomic_int_inc (&self->hidden_count);
  return TRUE;
}
