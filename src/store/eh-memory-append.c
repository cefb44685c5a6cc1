/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/eh-memory-store-private.h"

/*
 * Appending. Under the store's lock: first whether the batch is there already, then the expected version, then the
 * events are made in the log's free slots and their ids taken. Only when all that has succeeded does
 * anything that a reader can see change, and nothing after that can fail.
 */

static EhMemoryStream *
eh_memory_store_add_stream (EhMemoryStore *self, EhStreamName *name)
{
  EhMemoryCategory *category = NULL;
  EhMemoryStream *stream = NULL;

  if (self->streams == NULL)
    {
      self->streams = g_hash_table_new_full (eh_stream_name_hash, eh_stream_name_equal, NULL,
                                             (GDestroyNotify) eh_memory_stream_free);
      self->categories = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                (GDestroyNotify) eh_memory_category_free);
    }
  category = g_hash_table_lookup (self->categories, eh_stream_name_get_category (name));
  if (category == NULL)
    {
      category = eh_memory_category_new (eh_stream_name_get_category (name));
      g_hash_table_insert (self->categories, category->name, category);
    }
  stream = eh_memory_stream_new (name, category);
  g_hash_table_insert (self->streams, stream->name, stream);
  return stream;
}

static void
eh_memory_store_set_exists (const EhEventBatch *batch, guint i, GError **error)
{
  g_autofree char *id = eh_id_to_string (eh_event_batch_get_id (batch, i));

  g_set_error (error, EH_ERROR, EH_ERROR_EXISTS,
               "the batch for %s: its ids are taken in part, twice, or at another place (event %u, id %s)",
               eh_stream_name_to_string (eh_event_batch_get_stream (batch)), i, id);
}

/* The first id of @batch is in the store: if all of them are in @stream one after another, gives the first version. */
static gboolean
eh_memory_store_find_batch (EhMemoryStore *self, EhMemoryStream *stream, const EhEventBatch *batch,
                            guint64 *first_version, GError **error)
{
  guint n = eh_event_batch_get_size (batch);
  guint32 ordinal = eh_memory_index_find (&self->index, &self->log, eh_event_batch_get_id (batch, 0));
  guint64 first = eh_event_get_version (eh_memory_log_get (&self->log, ordinal));

  for (guint i = 0; i < n; i++)
    if (stream == NULL || first - 1 + i >= stream->size
        || !eh_id_equal (eh_event_get_id (stream->events[first - 1 + i]), eh_event_batch_get_id (batch, i)))
      {
        eh_memory_store_set_exists (batch, i, error);
        return FALSE;
      }
  *first_version = first;
  return TRUE;
}

static void
eh_memory_store_undo (EhMemoryStore *self, guint n_indexed, guint n_made)
{
  for (guint i = n_indexed; i > 0; i--)
    eh_memory_index_remove_last (&self->index, &self->log, self->log.size + i - 1);
  for (guint i = 0; i < n_made; i++)
    eh_event_unref (eh_memory_log_get (&self->log, self->log.size + i));
}

/* Makes the events in the log's free slots and takes their ids; nothing of it is seen before it is published. */
static gboolean
eh_memory_store_record (EhMemoryStore *self, const EhEventBatch *batch, guint64 version, GError **error)
{
  guint n = eh_event_batch_get_size (batch);
  guint32 head = self->log.size;

  if (n > EH_MEMORY_LOG_MAX - head)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_LIMIT, "the memory store is full");
      return FALSE;
    }
  eh_memory_log_reserve (&self->log, n);
  eh_memory_index_reserve (&self->index, n);
  for (guint i = 0; i < n; i++)
    {
      *eh_memory_log_get_slot (&self->log, head + i) = eh_event_batch_record_one (batch, i, version + 1 + i,
                                                                                  (guint64) head + 1 + i);
      if (eh_memory_index_add (&self->index, &self->log, head + i))
        continue;
      eh_memory_store_undo (self, i, i + 1);
      eh_memory_store_set_exists (batch, i, error);
      return FALSE;
    }
  return TRUE;
}

static gboolean
eh_memory_store_write (EhMemoryStore *self, EhMemoryStream **stream, const EhEventBatch *batch, gint64 expected,
                       GError **error)
{
  EhStreamName *name = eh_event_batch_get_stream (batch);
  guint64 version = *stream != NULL ? (*stream)->size : 0;
  guint n = eh_event_batch_get_size (batch);

  if (!eh_memory_store_check_expected (self, name, expected, version, error)
      || !eh_memory_store_record (self, batch, version, error))
    return FALSE;

  if (*stream == NULL)
    *stream = eh_memory_store_add_stream (self, name);
  eh_memory_stream_extend (*stream, &self->log, self->log.size, n);
  eh_memory_log_publish (&self->log, n);
  eh_memory_journal_note_append (&self->journal, *stream, n);
  return TRUE;
}

static gboolean
eh_memory_store_append_locked (EhMemoryStore *self, const EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                               EhAppendResult *result, GError **error)
{
  guint n = eh_event_batch_get_size (batch);
  const EhId *id = eh_event_batch_get_id (batch, 0);
  EhMemoryStream *stream = NULL;
  guint64 first = 0;
  gboolean was_there = FALSE;

  eh_memory_index_prefetch (&self->index, id);
  if (!eh_memory_store_lookup (self, eh_event_batch_get_stream (batch), &stream, error))
    return FALSE;

  was_there = eh_memory_index_find (&self->index, &self->log, id) != EH_MEMORY_LOG_NONE;
  if (was_there)
    {
      if (!eh_memory_store_find_batch (self, stream, batch, &first, error))
        return FALSE;
    }
  else
    {
      if (!eh_memory_store_write (self, &stream, batch, expected, error))
        return FALSE;
      first = (guint64) stream->size - n + 1;
    }

  result->first_version = first;
  result->last_version = first + n - 1;
  result->last_position = eh_event_get_position (stream->events[first + n - 2]);
  result->was_there = was_there;
  if ((flags & EH_APPEND_WANT_EVENTS) != 0)
    result->events = eh_memory_store_new_page (self, stream->events + first - 1, n, first + n,
                                               first - 1 + n == stream->size);
  return TRUE;
}

gboolean
eh_memory_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                        EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  EhMemoryStore *self = EH_MEMORY_STORE (store);
  gboolean ok = FALSE;
  guint64 head = 0;

  if (!eh_memory_store_enter (self, error))
    return FALSE;
  ok = eh_memory_store_append_locked (self, batch, expected, flags, result, error);
  head = self->log.size;
  eh_memory_store_leave (self);

  if (ok && !result->was_there)
    eh_watch_list_notify (&self->watches, head);
  return ok;
}
