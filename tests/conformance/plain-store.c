/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain-store-private.h"

#include <string.h>

#include "model/eh-event-private.h"

static void plain_store_iface_init (EhEventStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (PlainStore, plain_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_EVENT_STORE, plain_store_iface_init))

static EhStoreFeatures
get_features (EhEventStore *store)
{
  PlainStore *self = PLAIN_STORE (store);

  return self->disk->features | (self->fault == PLAIN_CLAIMS_TOO_MUCH ? EH_STORE_SNAPSHOTS : 0);
}

gboolean
plain_store_can (PlainStore *self, EhStoreFeatures feature, GError **error)
{
  if ((self->disk->features & feature) != 0)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "a plain store cannot do that");
  return FALSE;
}

gboolean
plain_store_enter (PlainStore *self, GError **error)
{
  eh_lock (&self->lock);
  if (!self->closed || self->fault == PLAIN_WORKS_WHEN_CLOSED)
    return TRUE;
  eh_unlock (&self->lock);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "closed");
  return FALSE;
}

gboolean
plain_store_is_deleted (PlainStore *self, EhStreamName *name, GError **error)
{
  if (!g_hash_table_contains (self->log->deleted, name))
    return FALSE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_NOT_FOUND, "deleted");
  return TRUE;
}

gboolean
plain_store_is_of (PlainStore *self, const EhEvent *event, EhStreamName *name)
{
  const char *a = eh_stream_name_to_string (eh_event_get_stream (event));
  const char *b = eh_stream_name_to_string (name);

  if (self->fault == PLAIN_PREFIX_LEAKS)
    return g_str_has_prefix (a, b);
  if (self->fault == PLAIN_FOLDS_CASE)
    return g_ascii_strcasecmp (a, b) == 0;
  if (self->fault == PLAIN_CUTS_NAMES)
    return strncmp (a, b, 200) == 0;
  return strcmp (a, b) == 0;
}

/* (element-type EhEvent) (transfer container): the stream's events */
GPtrArray *
plain_store_collect (PlainStore *self, EhStreamName *name)
{
  GPtrArray *events = g_ptr_array_new ();

  for (guint i = 0; i < self->log->events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (self->log->events, i);

      if (plain_store_is_of (self, event, name))
        g_ptr_array_add (events, event);
    }
  return events;
}

static gboolean
is_in_category (PlainStore *self, const EhEvent *event, const char *category)
{
  const char *actual = eh_stream_name_get_category (eh_event_get_stream (event));

  if (category == NULL)
    return TRUE;
  return self->fault == PLAIN_CATEGORY_PREFIX ? g_str_has_prefix (actual, category) : strcmp (actual, category) == 0;
}

static guint64
get_place (const EhEvent *event, gboolean by_version)
{
  return by_version ? eh_event_get_version (event) : eh_event_get_position (event);
}

typedef struct {
  guint64 from;
  EhDirection direction;
  guint limit;
  gboolean by_version;
} Reading;

/* @events in their order: those from the place wanted on. */
static EhEventPage *
make_page (PlainStore *self, GPtrArray *events, const Reading *reading)
{
  gboolean forwards = reading->direction == EH_FORWARDS;
  guint limit = reading->limit + (self->fault == PLAIN_LIMIT_OFF_BY_ONE ? 1 : 0);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  guint64 next = reading->from;
  gboolean is_end = TRUE;

  for (guint i = 0; i < events->len && is_end; i++)
    {
      EhEvent *event = g_ptr_array_index (events, forwards ? i : events->len - 1 - i);
      guint64 place = get_place (event, reading->by_version);

      if (forwards ? place < reading->from : place > reading->from)
        continue;
      if (found->len == limit)
        is_end = FALSE;
      else
        g_ptr_array_add (found, event);
      next = is_end ? (forwards ? place + 1 : place - 1) : place;
    }
  if (is_end && !forwards)
    next = 0;
  if (!forwards && self->fault == PLAIN_BACKWARDS_FORWARDS)
    for (guint i = 0; i < found->len / 2; i++)
      {
        gpointer event = found->pdata[i];

        found->pdata[i] = found->pdata[found->len - 1 - i];
        found->pdata[found->len - 1 - i] = event;
      }
  return eh_event_page_new ((EhEvent *const *) found->pdata, found->len, next,
                            is_end || self->fault == PLAIN_ENDS_EARLY);
}

static void
add_kept_batch (PlainStore *self, EhStreamName *name, GPtrArray *events, GPtrArray *made)
{
  if (self->batch == NULL || !eh_stream_name_equal (eh_event_batch_get_stream (self->batch), name))
    return;
  for (guint i = events->len; i < eh_event_batch_get_size (self->batch); i++)
    {
      g_ptr_array_add (made, eh_event_batch_record_one (self->batch, i, i + 1, 100 + i));
      g_ptr_array_add (events, made->pdata[made->len - 1]);
    }
}

static EhEventPage *
read_stream (EhEventStore *store, EhStreamName *name, guint64 from, EhDirection direction, guint limit,
             GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  Reading reading = { from, direction, limit, TRUE };
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  EhEventPage *page = NULL;

  if (!plain_store_enter (self, error))
    return NULL;
  if (!plain_store_is_deleted (self, name, error))
    {
      g_autoptr (GPtrArray) events = plain_store_collect (self, name);

      add_kept_batch (self, name, events, made);
      if (self->fault == PLAIN_STALE_READS && events->len > 0 && ++self->n_reads % 3 == 0)
        g_ptr_array_set_size (events, (gint) events->len - 1);
      page = make_page (self, events, &reading);
    }
  eh_unlock (&self->lock);
  return page;
}

static EhEventPage *
read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction, guint limit,
          GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  Reading reading = { from - (self->fault == PLAIN_REPEATS && from > 1 ? 1 : 0), direction, limit, FALSE };
  g_autoptr (GPtrArray) events = g_ptr_array_new ();
  EhEventPage *page = NULL;

  if (!plain_store_can (self, EH_STORE_READ_ALL, error) || !plain_store_enter (self, error))
    return NULL;
  for (guint i = 0; i < self->log->events->len; i++)
    {
      EhEvent *event = g_ptr_array_index (self->log->events, i);

      if (is_in_category (self, event, category)
          && (self->fault == PLAIN_READS_DELETED || !plain_store_is_deleted (self, eh_event_get_stream (event), NULL)))
        g_ptr_array_add (events, event);
    }
  page = make_page (self, events, &reading);
  /* Of a category, and behind what is deleted: on from the end of all. */
  if (direction == EH_FORWARDS && eh_event_page_is_end (page))
    {
      EhEventPage *whole = NULL;
      guint n = eh_event_page_get_size (page);
      g_autofree EhEvent **found = g_new (EhEvent *, n);

      for (guint i = 0; i < n; i++)
        found[i] = eh_event_page_get (page, i);
      whole = eh_event_page_new (found, n, MAX (eh_event_page_get_next (page), self->log->head + 1), TRUE);
      eh_event_page_unref (page);
      page = whole;
    }
  eh_unlock (&self->lock);
  return page;
}

static gboolean
get_version (EhEventStore *store, EhStreamName *name, guint64 *version, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  gboolean found = FALSE;

  if (!plain_store_enter (self, error))
    return FALSE;
  found = !plain_store_is_deleted (self, name, error);
  if (found)
    *version = plain_store_get_version (self, name);
  eh_unlock (&self->lock);
  return found;
}

static gboolean
get_head (EhEventStore *store, guint64 *position, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);

  if (!plain_store_can (self, EH_STORE_READ_ALL, error) || !plain_store_enter (self, error))
    return FALSE;
  *position = self->log->head - (self->fault == PLAIN_HEAD_BEHIND && self->log->head > 0 ? 1 : 0);
  eh_unlock (&self->lock);
  return TRUE;
}

static void
change_events (PlainStore *self, EhStreamName *name)
{
  g_autoptr (GPtrArray) events = plain_store_collect (self, name);

  for (guint i = 0; i < events->len; i++)
    ((EhEvent *) g_ptr_array_index (events, i))->position += 1000;
}

static gboolean
delete_locked (PlainStore *self, EhStreamName *name, gint64 expected, GError **error)
{
  guint64 version = plain_store_get_version (self, name);

  if (plain_store_is_deleted (self, name, error))
    return FALSE;
  if (version == 0)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_NOT_FOUND, "no such stream");
      return FALSE;
    }
  if (!plain_store_check_expected (name, expected, version, error))
    return FALSE;
  if (self->fault == PLAIN_CHANGES_PAGES)
    change_events (self, name);
  if (self->fault == PLAIN_IGNORES_TOMBSTONE)
    plain_log_remove (self->log, name);
  else
    g_hash_table_add (self->log->deleted, eh_stream_name_ref (name));
  return TRUE;
}

static gboolean
delete_stream (EhEventStore *store, EhStreamName *name, gint64 expected, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  gboolean done = FALSE;

  if (!plain_store_can (self, EH_STORE_DELETE, error) || !plain_store_enter (self, error))
    return FALSE;
  done = delete_locked (self, name, expected, error);
  eh_unlock (&self->lock);
  return done;
}

static guint
add_watch (EhEventStore *store, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy)
{
  if (plain_store_can (PLAIN_STORE (store), EH_STORE_READ_ALL, NULL))
    return eh_watch_list_add (&PLAIN_STORE (store)->watches, func, user_data, destroy);
  if (destroy != NULL)
    destroy (user_data);
  return 0;
}

static void
remove_watch (EhEventStore *store, guint id)
{
  eh_watch_list_remove (&PLAIN_STORE (store)->watches, id);
}

static gboolean
close_store (EhEventStore *store, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);

  eh_lock (&self->lock);
  if (!self->closed && self->fault == PLAIN_CLOSE_LOSES && self->log->events->len > 0)
    g_ptr_array_set_size (self->log->events, (gint) self->log->events->len - 1);
  self->closed = TRUE;
  eh_unlock (&self->lock);
  eh_watch_list_notify (&self->watches, self->log->head);
  return TRUE;
}

/* One class for stores of all capabilities: those that are not to have one do not show it. */
static void
plain_store_iface_init (EhEventStoreInterface *iface)
{
  iface->get_features = get_features;
  iface->append = plain_store_append;
  iface->read_stream = read_stream;
  iface->read_all = read_all;
  iface->get_version = get_version;
  iface->get_head = get_head;
  iface->delete_stream = delete_stream;
  iface->save_snapshot = plain_store_save_snapshot;
  iface->load_snapshot = plain_store_load_snapshot;
  iface->add_watch = add_watch;
  iface->remove_watch = remove_watch;
  iface->close = close_store;
}

static void
plain_store_finalize (GObject *object)
{
  PlainStore *self = PLAIN_STORE (object);

  self->log->is_open = FALSE;
  if (self->fault == PLAIN_FORGETS_DELETE)
    g_hash_table_remove_all (self->log->deleted);
  plain_log_unref (self->log);
  g_clear_pointer (&self->batch, eh_event_batch_unref);
  g_clear_pointer (&self->burnt, g_hash_table_unref);
  eh_watch_list_clear (&self->watches);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (plain_store_parent_class)->finalize (object);
}

static void
plain_store_class_init (PlainStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = plain_store_finalize;
}

static void
plain_store_init (PlainStore *self)
{
  eh_lock_init (&self->lock);
  eh_watch_list_init (&self->watches);
  self->burnt = g_hash_table_new_full ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal, (GDestroyNotify) eh_id_free,
                                       NULL);
}
