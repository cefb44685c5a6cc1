/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crash-store.h"

#include "model/eh-error.h"

static void crash_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CrashStore, crash_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, crash_store_iface_init))

/*
 * Returns: whether the call may be done; if not @error is set, unless @after says that an append is done all the same
 */
static gboolean
lives (CrashStore *self, gboolean *after, GError **error)
{
  *after = FALSE;
  if (!self->is_dead && self->dies_at > 0 && ++self->n_calls == self->dies_at)
    {
      self->is_dead = TRUE;
      *after = self->dies_after;
    }
  if (!self->is_dead || *after)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CRASHED, "dead");
  return FALSE;
}

static gboolean
is_to_fail (CrashStore *self, EhEventBatch *batch, guint *n_left)
{
  if (*n_left == 0 || !g_str_equal (eh_stream_name_get_category (eh_event_batch_get_stream (batch)), self->failing))
    return FALSE;
  (*n_left)--;
  return TRUE;
}

static gboolean
append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags, EhAppendResult *result,
        GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);
  gboolean is_unclear;
  gboolean after;

  if (!lives (self, &after, error))
    return FALSE;
  if (is_to_fail (self, batch, &self->n_failing))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the disk is gone");
      return FALSE;
    }
  is_unclear = is_to_fail (self, batch, &self->n_ambiguous);
  if (!after && !is_unclear)
    return eh_event_store_append (self->inner, batch, expected, flags, result, cancellable, error);
  if (!eh_event_store_append (self->inner, batch, expected, EH_APPEND_NONE, NULL, cancellable, error))
    return FALSE;
  g_set_error_literal (error, EH_ERROR, is_unclear ? EH_ERROR_AMBIGUOUS : EH_ERROR_CRASHED, "no reply");
  return FALSE;
}

static EhEventPage *
read_stream (EhEventStore *store, EhStreamName *stream, guint64 from, EhDirection direction, guint limit,
             GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);
  gboolean after;

  if (!lives (self, &after, error))
    return NULL;
  return eh_event_store_read_stream (self->inner, stream, from, direction, limit, cancellable, error);
}

static EhEventPage *
read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
          GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);
  gboolean after;

  if (!lives (self, &after, error))
    return NULL;
  return eh_event_store_read_all (self->inner, category, from, direction, limit, cancellable, error);
}

static gboolean
get_version (EhEventStore *store, EhStreamName *stream, guint64 *version, GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);
  gboolean after;

  return lives (self, &after, error) && eh_event_store_get_version (self->inner, stream, version, cancellable, error);
}

static gboolean
get_head (EhEventStore *store, guint64 *head, GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);
  gboolean after;

  return lives (self, &after, error) && eh_event_store_get_head (self->inner, head, cancellable, error);
}

static EhStoreFeatures
get_features (EhEventStore *store)
{
  return EH_STORE_READ_ALL;
}

static guint
add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  return eh_event_store_add_watch (CRASH_STORE (store)->inner, func, user_data, destroy);
}

static void
remove_watch (EhEventStore *store, guint id)
{
  eh_event_store_remove_watch (CRASH_STORE (store)->inner, id);
}

static gboolean
close_store (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  return eh_event_store_close (CRASH_STORE (store)->inner, cancellable, error);
}

static gboolean
flush (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  CrashStore *self = CRASH_STORE (store);

  if (self->is_dead)
    g_set_error_literal (error, EH_ERROR, EH_ERROR_CRASHED, "dead");
  else if (self->cannot_flush)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the disk is gone");
  return !self->is_dead && !self->cannot_flush;
}

static void
crash_store_finalize (GObject *object)
{
  g_clear_object (&CRASH_STORE (object)->inner);
  G_OBJECT_CLASS (crash_store_parent_class)->finalize (object);
}

static void
crash_store_class_init (CrashStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = crash_store_finalize;
}

static void
crash_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = get_features;
  iface->append = append;
  iface->read_stream = read_stream;
  iface->read_all = read_all;
  iface->get_version = get_version;
  iface->get_head = get_head;
  iface->add_watch = add_watch;
  iface->remove_watch = remove_watch;
  iface->close = close_store;
  iface->flush = flush;
}

static void
crash_store_init (CrashStore *self)
{
}

CrashStore *
crash_store_new (EhEventStore *inner)
{
  CrashStore *self = g_object_new (CRASH_TYPE_STORE, NULL);

  self->inner = g_object_ref (inner);
  return self;
}

void
crash_store_arm (CrashStore *self, guint n, gboolean after)
{
  self->n_calls = 0;
  self->dies_at = n;
  self->dies_after = after;
  self->is_dead = FALSE;
}
