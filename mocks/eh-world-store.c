/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

/*
 * The store that tasks see: each call is an operation, done by the inner store. What is called while no task runs goes
 * straight through. Closing does nothing: the store is everybody's.
 *
 * A fault keeps the shape that the real thing would have: an error before the inner store is called, the inner store's
 * own doing with its answer withheld (ambiguous), or an older answer (stale).
 */

struct _EhWorldStore {
  GObject parent_instance;

  EhWorld *world; /* (unowned) */
};

static void eh_world_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhWorldStore, eh_world_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, eh_world_store_iface_init))

static inline EhWorld *
eh_world_store_get_world (EhEventStore *store)
{
  return ((EhWorldStore *) (gpointer) store)->world;
}

/* Who looks when it is started depends on all that is appended. */
static EhWorldTask *
eh_world_note_look (EhWorld *self)
{
  if (self->entered != NULL)
    {
      self->entered->looks = TRUE;
      self->log_watched = TRUE;
    }
  return NULL;
}

/* Begins an operation on a stream. */
static EhWorldTask *
eh_world_begin_on_stream (EhWorld *self, EhOpKind kind, EhStreamName *stream, const EhPlace **place)
{
  if (self->running == NULL)
    return eh_world_note_look (self);
  *place = eh_places_get_stream (&self->places, stream);
  return eh_world_begin (self, kind, (*place)->text, (*place)->hash);
}

static void
eh_world_set_failed (const char *what, const EhPlace *place, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s %s failed (simulated)", what, place->text);
}

/* What a read failed with is told, then handed on. */
static void
eh_world_leave_failed (EhWorld *self, EhWorldTask *task, EhWorldStep *step, guint64 arguments, GError *failed,
                       GError **error)
{
  step->error = failed;
  eh_world_leave (self, task, step, arguments);
  if (failed != NULL)
    g_propagate_error (error, failed);
}

/* @page without the newest event of the stream, as if it had not been appended yet. */
static EhEventPage *
eh_world_make_stale (EhEventPage *page, EhDirection direction)
{
  g_autoptr (EhEventPage) fresh = page;
  guint n = eh_event_page_get_size (page);
  gboolean forwards = direction == EH_FORWARDS;
  EhEvent **events = NULL;
  EhEventPage *stale = NULL;

  if (n == 0 || (forwards && !eh_event_page_is_end (page)))
    return g_steal_pointer (&fresh);

  events = g_new (EhEvent *, n);
  for (guint i = 0; i < n; i++)
    events[i] = eh_event_page_get (page, i);
  stale = eh_event_page_new (forwards ? events : events + 1, n - 1, eh_event_page_get_next (page) - (forwards ? 1 : 0),
                             eh_event_page_is_end (page));
  g_free (events);
  return stale;
}

static EhEventPage *
eh_world_load (EhWorld *self, const EhPlace *place, const EhFault *fault, guint64 from, EhDirection direction,
               guint limit, GError **error)
{
  EhEventPage *page = NULL;

  if (fault->kind == EH_FAULT_LOAD_ERROR)
    {
      eh_world_set_failed ("loading", place, error);
      return NULL;
    }
  page = self->store_if->read_stream (self->inner_store, place->stream, from, direction, limit, NULL, error);
  if (page == NULL || fault->kind != EH_FAULT_LOAD_STALE)
    return page;
  /* Backwards only a read that begins at the end sees the newest. */
  if (direction == EH_BACKWARDS && from != G_MAXUINT64)
    return page;
  return eh_world_make_stale (page, direction);
}

static guint64
eh_world_get_last_version (const EhEventPage *page, EhDirection direction)
{
  if (direction == EH_FORWARDS)
    return eh_event_page_get_next (page) - 1;
  return eh_event_page_get_size (page) > 0 ? eh_event_get_version (eh_event_page_get (page, 0)) : 0;
}

static EhEventPage *
eh_world_store_read_stream (EhEventStore *store, EhStreamName *stream, guint64 from, EhDirection direction, guint limit,
                            GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_LOAD, stream, &place);
  EhWorldStep step = { 0 };
  EhEventPage *page = NULL;
  GError *failed = NULL;

  if (task == NULL)
    return self->store_if->read_stream (self->inner_store, stream, from, direction, limit, cancellable, error);
  eh_world_task_touch (task, place->resource, FALSE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return NULL;

  page = eh_world_load (self, place, &step.fault, from, direction, limit, &failed);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->resource, FALSE);
  step.stream = stream;
  if (page != NULL)
    step.version = eh_world_get_last_version (page, direction);
  eh_world_leave_failed (self, task, &step, eh_mix (from, (guint64) limit << 1 | direction), failed, error);
  return page;
}

static gboolean
eh_world_look_up (EhWorld *self, const EhPlace *place, const EhFault *fault, guint64 *version, GError **error)
{
  if (fault->kind == EH_FAULT_LOAD_ERROR)
    {
      eh_world_set_failed ("loading", place, error);
      return FALSE;
    }
  if (!self->store_if->get_version (self->inner_store, place->stream, version, NULL, error))
    return FALSE;
  if (fault->kind == EH_FAULT_LOAD_STALE && *version > 0)
    *version -= 1;
  return TRUE;
}

static gboolean
eh_world_store_get_version (EhEventStore *store, EhStreamName *stream, guint64 *version, GCancellable *cancellable,
                            GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_LOAD, stream, &place);
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->get_version (self->inner_store, stream, version, cancellable, error);
  eh_world_task_touch (task, place->resource, FALSE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  ok = eh_world_look_up (self, place, &step.fault, &step.version, &failed);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->resource, FALSE);
  if (ok)
    *version = step.version;
  step.stream = stream;
  eh_world_leave_failed (self, task, &step, 1, failed, error);
  return ok;
}

/*
 * Whether the batch is in its stream already: then no store may answer with a conflict, which would say that
 * nothing was written.
 */
static gboolean
eh_world_is_there (EhWorld *self, const EhPlace *place, EhEventBatch *batch)
{
  g_autoptr (EhEventPage)
      page = eh_event_store_read_stream (self->inner_store, place->stream, 0, EH_FORWARDS, 0, NULL, NULL);

  for (guint i = 0; page != NULL && i < eh_event_page_get_size (page); i++)
    if (eh_id_equal (eh_event_get_id (eh_event_page_get (page, i)), eh_event_batch_get_id (batch, 0)))
      return TRUE;
  return FALSE;
}

/* Whether the inner store is asked at all; if not, the error is set. */
static gboolean
eh_world_may_append (EhWorld *self, const EhPlace *place, const EhFault *fault, EhEventBatch *batch, gint64 expected,
                     GError **error)
{
  guint64 version = 0;

  if (fault->kind == EH_FAULT_APPEND_ERROR)
    eh_world_set_failed ("append to", place, error);
  else if (fault->kind == EH_FAULT_APPEND_AMBIGUOUS && !fault->applied)
    g_set_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "append to %s may or may not have happened (simulated)",
                 place->text);
  else if (fault->kind != EH_FAULT_APPEND_CONFLICT || eh_world_is_there (self, place, batch))
    return TRUE;
  else if (self->store_if->get_version (self->inner_store, place->stream, &version, NULL, error))
    g_propagate_error (error, eh_error_new_conflict (place->text, expected, version));
  return FALSE;
}

static gboolean
eh_world_append (EhWorld *self, const EhPlace *place, const EhFault *fault, EhEventBatch *batch, gint64 expected,
                 EhAppendFlags flags, EhAppendResult *result, GError **error)
{
  gboolean ok = FALSE;

  if (!eh_world_may_append (self, place, fault, batch, expected, error))
    return FALSE;
  if (self->observer != NULL)
    flags |= EH_APPEND_WANT_EVENTS;
  ok = self->store_if->append (self->inner_store, batch, expected, flags, result, NULL, error);
  self->news += ok;
  if (ok)
    eh_world_note_appended (self, self->running);
  if (fault->kind != EH_FAULT_APPEND_AMBIGUOUS)
    return ok;

  g_clear_error (error);
  g_set_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS, "append to %s may or may not have happened (simulated)",
               place->text);
  return FALSE;
}

/* An append is not a write of the log as long as nobody can see in which order the streams went on. */
static gboolean
eh_world_enter_write (EhWorld *self, EhWorldTask *task, const EhPlace *place, guint32 unfit, EhFault *fault,
                      GError **error)
{
  eh_world_task_touch (task, place->resource, TRUE);
  if (self->log_watched)
    eh_world_task_touch (task, EH_RESOURCE_LOG, TRUE);
  return eh_world_enter (self, task, unfit, fault, error);
}

static gboolean
eh_world_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                       EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_APPEND, eh_event_batch_get_stream (batch), &place);
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->append (self->inner_store, batch, expected, flags, result, cancellable, error);
  /* Who accepts any version never sees a conflict. */
  if (!eh_world_enter_write (self, task, place, expected == EH_EXPECTED_ANY ? 1u << EH_FAULT_APPEND_CONFLICT : 0,
                             &step.fault, error))
    return FALSE;

  ok = eh_world_append (self, place, &step.fault, batch, expected, flags, result, &failed);
  eh_world_check_access (task, eh_places_get_stream (&self->places, eh_event_batch_get_stream (batch))->resource, TRUE);
  step.stream = place->stream;
  step.version = result->last_version;
  step.batch = batch;
  step.events = result->events;
  eh_world_leave_failed (self, task, &step, eh_world_hash_batch (self, batch, expected), failed, error);
  if (!ok)
    eh_append_result_clear (result);
  else if ((flags & EH_APPEND_WANT_EVENTS) == 0)
    g_clear_pointer (&result->events, eh_event_page_unref);
  return ok;
}

static gboolean
eh_world_store_delete_stream (EhEventStore *store, EhStreamName *stream, gint64 expected, GCancellable *cancellable,
                              GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_DELETE, stream, &place);
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->delete_stream (self->inner_store, stream, expected, cancellable, error);
  eh_world_task_touch (task, place->snapshot, TRUE);
  eh_world_task_touch (task, EH_RESOURCE_DELETED, TRUE);
  if (!eh_world_enter_write (self, task, place, 0, &step.fault, error))
    return FALSE;

  ok = self->store_if->delete_stream (self->inner_store, stream, expected, NULL, &failed);
  self->news += ok;
  if (ok)
    eh_world_note_deleted (self);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->resource, TRUE);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->snapshot, TRUE);
  step.stream = stream;
  eh_world_leave_failed (self, task, &step, (guint64) expected, failed, error);
  return ok;
}

/*
 * The global order. Its reader is told of every append from the next run on; that it was not before is for the owner
 * of the world to know.
 */
static EhWorldTask *
eh_world_begin_on_log (EhWorld *self)
{
  EhWorldTask *task = eh_world_begin (self, EH_OP_READ_ALL, NULL, 0);

  if (task == NULL)
    return eh_world_note_look (self);
  if (!self->log_watched)
    self->log_was_read = TRUE;
  self->log_watched = TRUE;
  eh_world_task_touch (task, EH_RESOURCE_LOG, FALSE);
  return task;
}

static gboolean
eh_world_may_read_log (const EhFault *fault, GError **error)
{
  if (fault->kind != EH_FAULT_LOAD_ERROR)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "reading all events failed (simulated)");
  return FALSE;
}

static EhEventPage *
eh_world_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
                         GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  EhWorldTask *task = eh_world_begin_on_log (self);
  EhWorldStep step = { 0 };
  EhEventPage *page = NULL;
  GError *failed = NULL;

  if (task == NULL)
    return self->store_if->read_all (self->inner_store, category, from, direction, limit, cancellable, error);
  if (task->is_patient && direction == EH_FORWARDS && limit > 1)
    eh_world_await (self, task, category, from);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return NULL;

  if (eh_world_may_read_log (&step.fault, &failed))
    page = task->awaits ? eh_world_read_awaited (self, task, &failed)
                        : self->store_if->read_all (self->inner_store, category, from, direction, limit, NULL, &failed);
  step.category = category;
  step.events = page;
  if (page != NULL)
    step.version = eh_event_page_get_next (page);
  eh_world_leave_failed (self, task, &step, eh_mix (from, (guint64) limit << 1 | direction), failed, error);
  return page;
}

static gboolean
eh_world_store_get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  EhWorldTask *task = eh_world_begin_on_log (self);
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->get_head (self->inner_store, position, cancellable, error);
  /* Who is patient only wants to know that its checkpoint is not ahead, which nothing changes. */
  if (task->is_patient)
    task->op.n_accesses = 0;
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  ok = eh_world_may_read_log (&step.fault, &failed)
       && self->store_if->get_head (self->inner_store, &step.version, NULL, &failed);
  if (ok)
    *position = step.version;
  eh_world_leave_failed (self, task, &step, 1, failed, error);
  return ok;
}

static gboolean
eh_world_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  EhStreamName *stream = eh_snapshot_get_stream (snapshot);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_SNAPSHOT_SAVE, stream, &place);
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->save_snapshot (self->inner_store, snapshot, cancellable, error);
  eh_world_task_touch (task, place->snapshot, TRUE);
  eh_world_task_touch (task, place->resource, FALSE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  ok = self->store_if->save_snapshot (self->inner_store, snapshot, NULL, &failed);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->resource, FALSE);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->snapshot, TRUE);
  step.stream = stream;
  step.version = eh_snapshot_get_version (snapshot);
  eh_world_leave_failed (self, task, &step, g_str_hash (eh_snapshot_get_json (snapshot)), failed, error);
  return ok;
}

/* Stale: the one before the newest, or none. */
static gboolean
eh_world_load_snapshot (EhWorld *self, const EhPlace *place, const EhFault *fault, guint64 max_version,
                        EhSnapshot **snapshot, GError **error)
{
  g_autoptr (EhSnapshot) newest = NULL;

  *snapshot = NULL;
  if (fault->kind == EH_FAULT_SNAPSHOT_LOST)
    return TRUE;
  if (!self->store_if->load_snapshot (self->inner_store, place->stream, max_version, &newest, NULL, error))
    return FALSE;
  if (newest == NULL || fault->kind != EH_FAULT_SNAPSHOT_STALE)
    {
      *snapshot = g_steal_pointer (&newest);
      return TRUE;
    }
  return self->store_if->load_snapshot (self->inner_store, place->stream, eh_snapshot_get_version (newest) - 1,
                                        snapshot, NULL, error);
}

static gboolean
eh_world_store_load_snapshot (EhEventStore *store, EhStreamName *stream, guint64 max_version, EhSnapshot **snapshot,
                              GCancellable *cancellable, GError **error)
{
  EhWorld *self = eh_world_store_get_world (store);
  const EhPlace *place = NULL;
  EhWorldTask *task = eh_world_begin_on_stream (self, EH_OP_SNAPSHOT_LOAD, stream, &place);
  EhSnapshot *found = NULL;
  EhWorldStep step = { 0 };
  GError *failed = NULL;
  gboolean ok = FALSE;

  if (task == NULL)
    return self->store_if->load_snapshot (self->inner_store, stream, max_version, snapshot, cancellable, error);
  eh_world_task_touch (task, place->snapshot, FALSE);
  if (!eh_world_enter (self, task, 0, &step.fault, error))
    return FALSE;

  ok = eh_world_load_snapshot (self, place, &step.fault, max_version, &found, &failed);
  eh_world_check_access (task, eh_places_get_stream (&self->places, stream)->snapshot, FALSE);
  if (ok)
    *snapshot = found;
  step.stream = stream;
  step.snapshot = found;
  step.version = found != NULL ? eh_snapshot_get_version (found) : 0;
  eh_world_leave_failed (self, task, &step, max_version, failed, error);
  return ok;
}

static guint
eh_world_store_add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  EhWorld *self = eh_world_store_get_world (store);

  return self->store_if->add_watch (self->inner_store, func, user_data, destroy);
}

static void
eh_world_store_remove_watch (EhEventStore *store, guint id)
{
  EhWorld *self = eh_world_store_get_world (store);

  self->store_if->remove_watch (self->inner_store, id);
}

static gboolean
eh_world_store_close (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static EhStoreFeatures
eh_world_store_get_features (EhEventStore *store)
{
  EhWorld *self = eh_world_store_get_world (store);

  return self->store_if->get_features (self->inner_store);
}

static void
eh_world_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = eh_world_store_get_features;
  iface->append = eh_world_store_append;
  iface->read_stream = eh_world_store_read_stream;
  iface->read_all = eh_world_store_read_all;
  iface->get_version = eh_world_store_get_version;
  iface->get_head = eh_world_store_get_head;
  iface->delete_stream = eh_world_store_delete_stream;
  iface->save_snapshot = eh_world_store_save_snapshot;
  iface->load_snapshot = eh_world_store_load_snapshot;
  iface->add_watch = eh_world_store_add_watch;
  iface->remove_watch = eh_world_store_remove_watch;
  iface->close = eh_world_store_close;
}

static void
eh_world_store_class_init (EhWorldStoreClass *klass)
{
}

static void
eh_world_store_init (EhWorldStore *self)
{
}

EhEventStore *
eh_world_store_new (EhWorld *world)
{
  EhWorldStore *self = g_object_new (EH_TYPE_WORLD_STORE, NULL);

  self->world = world;
  return EH_EVENT_STORE (self);
}
