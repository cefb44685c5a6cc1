/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-importer.h"

#include <string.h>

#define GROUP_BYTES (4u << 20)

/* The type of events that stand for those which a truncation had made unreadable where they were exported. */
#define FILLER "eventhus.Truncated"

/* Of a stream. A version that is only wrong is not to fill the disk. */
#define FILL_MAX 10000000u

void
store_importer_init (StoreImporter *self, EhEventStore *store)
{
  *self = (StoreImporter){ .store = g_object_ref (store) };
  self->group = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
}

void
store_importer_clear (StoreImporter *self)
{
  g_clear_object (&self->store);
  g_clear_pointer (&self->group, g_ptr_array_unref);
  g_free (self->group_place);
}

void
store_importer_derive_id (EhStreamName *stream, guint64 version, gint64 time, EhId *id)
{
  g_autofree char *text = g_strdup_printf ("%s\n%" G_GUINT64_FORMAT "\n%" G_GINT64_FORMAT,
                                           eh_stream_name_to_string (stream), version, time);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  const guint64 milliseconds = time > 0 ? (guint64) time / 1000 : 0;
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_update (sum, (const guchar *) text, -1);
  g_checksum_get_digest (sum, digest, &size);
  for (guint i = 0; i < 6; i++)
    id->bytes[i] = (guint8) (milliseconds >> (40 - 8 * i));
  memcpy (id->bytes + 6, digest, 10);
}

static EhEvent *
get_event (const StoreImporter *self, guint i)
{
  return g_ptr_array_index (self->group, i);
}

/* ---- batches ---- */

/* The group's events from @first on. */
static EhEventBatch *
make_batch (const StoreImporter *self, guint first, GError **error)
{
  const EhEvent *head = get_event (self, first);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (eh_event_get_stream (head), eh_event_get_timestamp (head));

  eh_event_batch_set_context (batch, eh_event_get_metadata (head), eh_event_get_correlation_id (head),
                              eh_event_get_causation_id (head));
  for (guint i = first; i < self->group->len; i++)
    {
      const EhEvent *event = get_event (self, i);
      gsize length = 0;
      const char *data = eh_event_get_json_data (event, &length);

      if (!eh_event_batch_add_json (batch, eh_event_get_id (event), eh_event_get_type_name (event),
                                    eh_event_get_revision (event), data, (gssize) length, error))
        return NULL;
    }
  return g_steal_pointer (&batch);
}

static gboolean
append (StoreImporter *self, guint first, GError **error)
{
  const EhEvent *head = get_event (self, first);
  g_autoptr (EhEventBatch) batch = make_batch (self, first, error);
  g_auto (EhAppendResult) done = EH_APPEND_RESULT_INIT;

  if (batch == NULL
      || !eh_event_store_append (self->store, batch, (gint64) eh_event_get_version (head) - 1, EH_APPEND_NONE, &done,
                                 NULL, error))
    return FALSE;
  if (done.first_version != eh_event_get_version (head))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_EXISTS,
                   "the event is in the store already, as version %" G_GUINT64_FORMAT " of its stream",
                   done.first_version);
      return FALSE;
    }
  if (done.was_there)
    self->n_there += self->group->len - first;
  else
    self->n_added += self->group->len - first;
  return TRUE;
}

/* ---- what is not simply the next ---- */

/* Events before the first one were truncated where it was exported: others take their versions, and are truncated. */
static gboolean
fill (StoreImporter *self, GError **error)
{
  const EhEvent *head = get_event (self, 0);
  EhStreamName *stream = eh_event_get_stream (head);
  const guint64 n = eh_event_get_version (head) - 1;
  guint64 version = 1;

  if (n > FILL_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "%s begins at version %" G_GUINT64_FORMAT ": at most %u can have been truncated before it",
                   eh_stream_name_to_string (stream), n + 1, FILL_MAX);
      return FALSE;
    }
  while (version <= n)
    {
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, eh_event_get_timestamp (head));
      const guint64 first = version;

      for (; version <= n && version - first < EH_EVENT_BATCH_MAX; version++)
        {
          EhId id;

          store_importer_derive_id (stream, version, -1, &id);
          if (!eh_event_batch_add_json (batch, &id, FILLER, 1, "{}", 2, error))
            return FALSE;
        }
      if (!eh_event_store_append (self->store, batch, (gint64) first - 1, EH_APPEND_NONE, NULL, NULL, error))
        return FALSE;
    }
  self->n_filled += n;
  return append (self, 0, error)
         && eh_file_store_truncate_stream (EH_FILE_STORE (self->store), stream, n + 1, NULL, error);
}

static gboolean
compare_event (const EhEvent *there, const EhEvent *wanted, GError **error)
{
  if (eh_id_equal (eh_event_get_id (there), eh_event_get_id (wanted)))
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_CONFLICT, "version %" G_GUINT64_FORMAT " of %s is another event in the store",
               eh_event_get_version (wanted), eh_stream_name_to_string (eh_event_get_stream (wanted)));
  return FALSE;
}

/* A part of the group is there: it must be the same, and the rest is appended. */
static gboolean
join (StoreImporter *self, guint64 version, GError **error)
{
  const guint64 first = eh_event_get_version (get_event (self, 0));
  const guint n = (guint) MIN (version - first + 1, self->group->len);
  g_autoptr (EhEventPage) page = eh_event_store_read_stream (self->store, eh_event_get_stream (get_event (self, 0)),
                                                             first, EH_FORWARDS, n, NULL, error);

  if (page == NULL)
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      const EhEvent *there = eh_event_page_get (page, i);

      if (eh_event_get_version (there) >= first + n)
        break;
      if (!compare_event (there, get_event (self, (guint) (eh_event_get_version (there) - first)), error))
        return FALSE;
    }
  self->n_there += n;
  return n == self->group->len || append (self, n, error);
}

static gboolean
resolve (StoreImporter *self, GError *reason, GError **error)
{
  const EhEvent *head = get_event (self, 0);
  EhStreamName *stream = eh_event_get_stream (head);
  const guint64 first = eh_event_get_version (head);
  guint64 version = 0;

  if (!g_error_matches (reason, EH_ERROR, EH_ERROR_CONFLICT) && !g_error_matches (reason, EH_ERROR, EH_ERROR_EXISTS))
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  if (!eh_event_store_get_version (self->store, stream, &version, NULL, error))
    {
      g_error_free (reason);
      return FALSE;
    }
  if (version < first && version + 1 != first && version > 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CONFLICT,
                   "%s is at version %" G_GUINT64_FORMAT " in the store, and the next one here is %" G_GUINT64_FORMAT,
                   eh_stream_name_to_string (stream), version, first);
      g_error_free (reason);
      return FALSE;
    }
  if (version + 1 == first || (version == 0 && g_error_matches (reason, EH_ERROR, EH_ERROR_EXISTS)))
    {
      g_propagate_error (error, reason);
      return FALSE;
    }
  g_error_free (reason);
  return version == 0 ? fill (self, error) : join (self, version, error);
}

gboolean
store_importer_flush (StoreImporter *self, GError **error)
{
  GError *reason = NULL;
  gboolean ok;

  if (self->group->len == 0)
    return TRUE;
  ok = append (self, 0, &reason) || resolve (self, reason, error);
  if (!ok && error != NULL)
    g_prefix_error (error, "%s: ", self->group_place);
  g_ptr_array_set_size (self->group, 0);
  self->group_bytes = 0;
  return ok;
}

/* ---- groups ---- */

static gboolean
goes_on (const StoreImporter *self, const EhEvent *event)
{
  const EhEvent *last = self->group->len > 0 ? get_event (self, self->group->len - 1) : NULL;

  return last != NULL && self->group->len < EH_EVENT_BATCH_MAX && self->group_bytes < GROUP_BYTES
         && eh_event_get_version (event) == eh_event_get_version (last) + 1
         && eh_event_get_timestamp (event) == eh_event_get_timestamp (last)
         && eh_stream_name_equal (eh_event_get_stream (event), eh_event_get_stream (last))
         && eh_id_equal (eh_event_get_correlation_id (event), eh_event_get_correlation_id (last))
         && eh_id_equal (eh_event_get_causation_id (event), eh_event_get_causation_id (last))
         && eh_metadata_equal (eh_event_get_metadata (event), eh_event_get_metadata (last));
}

gboolean
store_importer_take (StoreImporter *self, EhEvent *event, const char *place, GError **error)
{
  gsize length = 0;

  if (!goes_on (self, event))
    {
      if (!store_importer_flush (self, error))
        return FALSE;
      g_free (self->group_place);
      self->group_place = g_strdup (place);
    }
  eh_event_get_json_data (event, &length);
  self->group_bytes += length;
  g_ptr_array_add (self->group, eh_event_ref (event));
  return TRUE;
}
