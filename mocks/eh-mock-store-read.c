/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-store-private.h"

static gboolean
begin_load (EhMockCall *call, EhEventStore *store, EhMockOperation operation, EhStreamName *stream, char *arguments,
            GCancellable *cancellable, GError **error)
{
  EhPlannedCall what = { .operation = operation, .stream = eh_stream_name_to_string (stream) };

  return eh_mock_call_begin (call, &EH_MOCK_STORE (store)->recorder, &what, what.stream, arguments, cancellable, error);
}

static char *
describe_read (guint64 from, EhDirection direction, guint limit)
{
  g_autofree char *start = NULL;

  if (from == G_MAXUINT64)
    start = g_strdup ("from the end");
  else
    start = g_strdup_printf ("from %" G_GUINT64_FORMAT, from);
  return g_strdup_printf ("%s %s, at most %u", start, direction == EH_FORWARDS ? "forwards" : "backwards", limit);
}

/* Ends a read; returns @page. */
static EhEventPage *
end_read (EhMockCall *call, EhEventPage *page, GError *reason, GError **error)
{
  char *outcome = NULL;

  if (page != NULL)
    outcome = g_strdup_printf (eh_event_page_get_size (page) == 1 ? "%u event" : "%u events",
                               eh_event_page_get_size (page));
  eh_mock_call_end (call, page != NULL, outcome, reason, error);
  return page;
}

/* The page as it would have been before the stream had version @newest. */
static EhEventPage *
cut_page (EhEventPage *page, guint64 from, guint64 newest)
{
  guint n = eh_event_page_get_size (page), n_kept = 0;
  g_autofree EhEvent **events = g_new (EhEvent *, MAX (n, 1));
  guint64 next = eh_event_page_get_next (page);

  while (n_kept < n && eh_event_get_version (eh_event_page_get (page, n_kept)) < newest)
    {
      events[n_kept] = eh_event_page_get (page, n_kept);
      n_kept++;
    }
  if (n_kept < n)
    next = from + n_kept;
  return eh_event_page_new (events, n_kept, next, eh_event_page_is_end (page) || next >= newest);
}

/* Where a stale read looks from: backwards, it begins before the newest event. */
static EhEventPage *
read_stale (EhEventStore *inner, EhStreamName *stream, guint64 from, EhDirection direction, guint limit,
            GCancellable *cancellable, GError **error)
{
  g_autoptr (EhEventPage) page = NULL;
  guint64 newest = 0;

  if (!eh_event_store_get_version (inner, stream, &newest, cancellable, error))
    return NULL;
  if (direction == EH_BACKWARDS && newest == 1)
    return eh_event_page_new (NULL, 0, 0, TRUE);
  if (direction == EH_BACKWARDS && newest > 0)
    from = MIN (from, newest - 1);
  page = eh_event_store_read_stream (inner, stream, from, direction, limit, cancellable, error);
  if (page == NULL || direction == EH_BACKWARDS || newest == 0)
    return g_steal_pointer (&page);
  return cut_page (page, from, newest);
}

static EhEventPage *
eh_mock_store_read_stream (EhEventStore *store, EhStreamName *stream, guint64 from_version, EhDirection direction,
                           guint limit, GCancellable *cancellable, GError **error)
{
  EhEventStore *inner = EH_MOCK_STORE (store)->inner;
  EhEventPage *page = NULL;
  GError *reason = NULL;
  EhMockCall call;

  if (!begin_load (&call, store, EH_MOCK_READ_STREAM, stream, describe_read (from_version, direction, limit),
                   cancellable, error))
    return NULL;
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_ERROR)
    return eh_mock_call_fail_planned (&call, error), NULL;
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_STALE)
    page = read_stale (inner, stream, from_version, direction, limit, cancellable, &reason);
  else
    page = eh_event_store_read_stream (inner, stream, from_version, direction, limit, cancellable, &reason);
  return end_read (&call, page, reason, error);
}

static EhEventPage *
eh_mock_store_read_all (EhEventStore *store, const char *category, guint64 from_position, EhDirection direction,
                        guint limit, GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_READ_ALL };
  EhEventPage *page = NULL;
  GError *reason = NULL;
  EhMockCall call;

  if (!eh_mock_call_begin (&call, &self->recorder, &what, category != NULL ? category : "",
                           describe_read (from_position, direction, limit), cancellable, error))
    return NULL;
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_ERROR)
    return eh_mock_call_fail_planned (&call, error), NULL;
  page = eh_event_store_read_all (self->inner, category, from_position, direction, limit, cancellable, &reason);
  return end_read (&call, page, reason, error);
}

/* Ends a call that told a number. */
static gboolean
end_number (EhMockCall *call, gboolean is_done, guint64 number, GError *reason, GError **error)
{
  return eh_mock_call_end (call, is_done, g_strdup_printf ("%" G_GUINT64_FORMAT, number), reason, error);
}

static gboolean
eh_mock_store_get_version (EhEventStore *store, EhStreamName *stream, guint64 *version, GCancellable *cancellable,
                           GError **error)
{
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;
  guint64 found = 0;

  if (!begin_load (&call, store, EH_MOCK_GET_VERSION, stream, NULL, cancellable, error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  is_done = eh_event_store_get_version (EH_MOCK_STORE (store)->inner, stream, &found, cancellable, &reason);
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_STALE && found > 0)
    found--;
  if (is_done)
    *version = found;
  return end_number (&call, is_done, found, reason, error);
}

static gboolean
eh_mock_store_get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  EhMockStore *self = EH_MOCK_STORE (store);
  EhPlannedCall what = { .operation = EH_MOCK_GET_HEAD };
  GError *reason = NULL;
  EhMockCall call;
  gboolean is_done;
  guint64 found = 0;

  if (!eh_mock_call_begin (&call, &self->recorder, &what, "", NULL, cancellable, error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_LOAD_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  is_done = eh_event_store_get_head (self->inner, &found, cancellable, &reason);
  if (is_done)
    *position = found;
  return end_number (&call, is_done, found, reason, error);
}

/* Puts the one before the newest in the place of @found. */
static gboolean
make_stale (EhEventStore *inner, EhStreamName *stream, EhSnapshot **found, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhSnapshot) newest = g_steal_pointer (found);

  if (newest == NULL)
    return TRUE;
  return eh_event_store_load_snapshot (inner, stream, eh_snapshot_get_version (newest) - 1, found, cancellable, error);
}

static gboolean
load_snapshot (EhMockCall *call, EhEventStore *inner, EhStreamName *stream, guint64 max_version, EhSnapshot **found,
               GCancellable *cancellable, GError **error)
{
  if (!eh_event_store_load_snapshot (inner, stream, max_version, found, cancellable, error))
    return FALSE;
  if (call->planned.fault == EH_MOCK_FAULT_SNAPSHOT_LOST)
    g_clear_pointer (found, eh_snapshot_unref);
  if (call->planned.fault == EH_MOCK_FAULT_SNAPSHOT_STALE)
    return make_stale (inner, stream, found, cancellable, error);
  return TRUE;
}

static gboolean
eh_mock_store_load_snapshot (EhEventStore *store, EhStreamName *stream, guint64 max_version, EhSnapshot **snapshot,
                             GCancellable *cancellable, GError **error)
{
  char *arguments = max_version == G_MAXUINT64 ? NULL : g_strdup_printf ("up to %" G_GUINT64_FORMAT, max_version);
  EhSnapshot *found = NULL;
  GError *reason = NULL;
  EhMockCall call;

  if (!begin_load (&call, store, EH_MOCK_LOAD_SNAPSHOT, stream, arguments, cancellable, error))
    return FALSE;
  if (call.planned.fault == EH_MOCK_FAULT_SNAPSHOT_ERROR)
    return eh_mock_call_fail_planned (&call, error);
  if (!load_snapshot (&call, EH_MOCK_STORE (store)->inner, stream, max_version, &found, cancellable, &reason))
    return eh_mock_call_fail (&call, reason, error);

  *snapshot = found;
  if (found == NULL)
    return eh_mock_call_done (&call, g_strdup ("none"));
  return end_number (&call, TRUE, eh_snapshot_get_version (found), NULL, error);
}

void
eh_mock_store_init_reads (EhEventStoreInterface *iface)
{
  iface->read_stream = eh_mock_store_read_stream;
  iface->read_all = eh_mock_store_read_all;
  iface->get_version = eh_mock_store_get_version;
  iface->get_head = eh_mock_store_get_head;
  iface->load_snapshot = eh_mock_store_load_snapshot;
}
