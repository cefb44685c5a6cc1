/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-repository-private.h"

#include "eh-aggregate-cache-private.h"
#include "eh-aggregate-private.h"
#include "eh-tracer-private.h"
#include "model/eh-error.h"
#include "model/eh-event-batch-private.h"
#include "store/eh-event-store-private.h"

struct _EhRepository {
  GObject parent_instance;

  EhDomain *domain;                   /* (owned) */
  EhEventStore *store;                /* (owned) */
  EhEventStoreInterface *store_iface; /* of @store: looked up once */
  EhAggregateCache *cache;            /* (owned) (nullable): NULL if none are kept */
  EhTracer *tracer;                   /* (owned) (nullable), immutable after the first load */
  guint snapshot_every;               /* immutable after the first load */
  gint64 interval;                    /* of snapshots; immutable after the first load */
  gboolean always_fresh;              /* immutable after the first load */
};

G_DEFINE_FINAL_TYPE (EhRepository, eh_repository, G_TYPE_OBJECT)

static void
eh_repository_finalize (GObject *object)
{
  EhRepository *self = EH_REPOSITORY (object);

  g_clear_object (&self->tracer);
  g_clear_pointer (&self->cache, eh_aggregate_cache_free);
  g_clear_object (&self->store);
  g_clear_object (&self->domain);
  G_OBJECT_CLASS (eh_repository_parent_class)->finalize (object);
}

static void
eh_repository_class_init (EhRepositoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_repository_finalize;
}

static void
eh_repository_init (EhRepository *self)
{
}

EhRepository *
eh_repository_new (EhDomain *domain, EhEventStore *store)
{
  EhRepository *self;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);

  self = g_object_new (EH_TYPE_REPOSITORY, NULL);
  self->domain = g_object_ref (domain);
  self->store = g_object_ref (store);
  self->store_iface = EH_EVENT_STORE_GET_IFACE (store);
  eh_repository_set_cache_size (self, EH_REPOSITORY_CACHE);
  return self;
}

void
eh_repository_set_cache_size (EhRepository *self, guint n)
{
  g_return_if_fail (EH_IS_REPOSITORY (self));

  g_clear_pointer (&self->cache, eh_aggregate_cache_free);
  if (n > 0)
    self->cache = eh_aggregate_cache_new (n);
}

void
eh_repository_set_snapshots (EhRepository *self, guint every)
{
  g_return_if_fail (EH_IS_REPOSITORY (self));

  self->snapshot_every = every;
}

void
eh_repository_set_snapshot_interval (EhRepository *self, gint64 interval)
{
  g_return_if_fail (EH_IS_REPOSITORY (self));
  g_return_if_fail (interval >= 0);

  self->interval = interval;
}

void
eh_repository_set_tracer (EhRepository *self, EhTracer *tracer)
{
  g_return_if_fail (EH_IS_REPOSITORY (self));
  g_return_if_fail (tracer == NULL || EH_IS_TRACER (tracer));

  g_set_object (&self->tracer, tracer);
}

void
eh_repository_set_always_fresh (EhRepository *self)
{
  self->always_fresh = TRUE;
  eh_aggregate_cache_confine (self->cache);
}

void
eh_repository_forget (EhRepository *self)
{
  if (self->cache != NULL)
    eh_aggregate_cache_empty (self->cache);
}

EhDomain *
eh_repository_get_domain (EhRepository *self)
{
  return self->domain;
}

static const EhAggregateType *
find_type (EhRepository *self, EhStreamName *stream, GError **error)
{
  const char *category = eh_stream_name_get_category (stream);
  const EhAggregateType *type = eh_domain_find_aggregate_type (self->domain, category);

  if (type == NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "%s: domain %s has no aggregate type %s",
                 eh_stream_name_to_string (stream), eh_domain_get_name (self->domain), category);
  return type;
}

/* A snapshot is never needed: whatever is wrong with it, the events tell the same. */
static void
start_from_snapshot (EhRepository *self, EhAggregate *aggregate, GCancellable *cancellable)
{
  g_autoptr (EhSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;
  gpointer state;

  if (!eh_event_store_load_snapshot (self->store, aggregate->stream, G_MAXUINT64, &snapshot, cancellable, &error))
    {
      g_debug ("%s: no snapshot: %s", eh_stream_name_to_string (aggregate->stream), error->message);
      return;
    }
  if (snapshot == NULL)
    return;
  state = eh_snapshot_read_state (snapshot, aggregate->type->state, &error);
  if (state == NULL)
    g_debug ("%s: snapshot ignored: %s", eh_stream_name_to_string (aggregate->stream), error->message);
  else
    eh_aggregate_set_state (aggregate, state, eh_snapshot_get_version (snapshot));
}

/* As eh_event_store_read_stream(), for which every load would look up the interface. */
static EhEventPage *
read_on (EhRepository *self, EhStreamName *stream, guint64 from, GCancellable *cancellable, GError **error)
{
  if (cancellable != NULL && g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  return self->store_iface->read_stream (self->store, stream, from, EH_FORWARDS, EH_READ_LIMIT_MAX, cancellable, error);
}

static gboolean
fold_tail (EhRepository *self, EhAggregate *aggregate, GCancellable *cancellable, GError **error)
{
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (EhEventPage) page = read_on (self, aggregate->stream, aggregate->version + 1, cancellable, error);

      if (page == NULL || !eh_aggregate_fold_page (aggregate, self->domain, page, 0, error))
        return FALSE;
      is_end = eh_event_page_is_end (page) || eh_event_page_get_size (page) == 0;
    }
  return TRUE;
}

/* @blank: (transfer full): as eh_aggregate_new() made it */
static EhAggregate *
load_from_store (EhRepository *self, EhAggregate *blank, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhAggregate) aggregate = blank;

  if (self->snapshot_every > 0 || self->interval > 0)
    start_from_snapshot (self, aggregate, cancellable);
  return fold_tail (self, aggregate, cancellable, error) ? g_steal_pointer (&aggregate) : NULL;
}

/* Reads from the last event that is known: a store that no longer has it (restored, reset) tells another story. */
static EhAggregate *
refresh (EhRepository *self, EhAggregate *kept, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhAggregate) aggregate = kept;
  g_autoptr (EhEventPage) page = read_on (self, aggregate->stream, aggregate->version, cancellable, error);

  if (page == NULL)
    return NULL;
  if (eh_event_page_get_size (page) == 0)
    {
      eh_aggregate_empty (aggregate);
      return load_from_store (self, g_steal_pointer (&aggregate), cancellable, error);
    }
  if (!eh_aggregate_fold_page (aggregate, self->domain, page, 1, error))
    return NULL;
  if (!eh_event_page_is_end (page) && !fold_tail (self, aggregate, cancellable, error))
    return NULL;
  aggregate->is_kept = FALSE;
  return g_steal_pointer (&aggregate);
}

static EhAggregate *
take_or_load (EhRepository *self, const EhAggregateType *type, EhStreamName *stream, gboolean fresh,
              GCancellable *cancellable, GError **error)
{
  EhAggregate *kept = NULL;

  if (self->cache != NULL)
    kept = eh_aggregate_cache_take (self->cache, stream);
  if (kept == NULL)
    kept = eh_aggregate_new (type, stream);
  if (kept->version == 0)
    return load_from_store (self, kept, cancellable, error);
  return fresh || self->always_fresh ? refresh (self, kept, cancellable, error) : kept;
}

static EhAggregate *
load_traced (EhRepository *self, const EhAggregateType *type, EhStreamName *stream, gboolean fresh,
             GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gpointer token = eh_tracer_begin_load (self->tracer, type->name, stream);
  EhAggregate *aggregate = take_or_load (self, type, stream, fresh, cancellable, &failure);

  eh_tracer_end (self->tracer, token, failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return aggregate;
}

EhAggregate *
eh_repository_load_as (EhRepository *self, const EhAggregateType *type, EhStreamName *stream, gboolean fresh,
                       GCancellable *cancellable, GError **error)
{
  if (self->tracer != NULL)
    return load_traced (self, type, stream, fresh, cancellable, error);
  return take_or_load (self, type, stream, fresh, cancellable, error);
}

EhAggregate *
eh_repository_load (EhRepository *self, EhStreamName *stream, gboolean fresh, GCancellable *cancellable, GError **error)
{
  const EhAggregateType *type = NULL;

  g_return_val_if_fail (EH_IS_REPOSITORY (self), NULL);
  g_return_val_if_fail (stream != NULL, NULL);

  type = find_type (self, stream, error);
  return type != NULL ? eh_repository_load_as (self, type, stream, fresh, cancellable, error) : NULL;
}

gboolean
eh_repository_is_current (EhRepository *self, EhAggregate *aggregate, gboolean *current, GCancellable *cancellable,
                          GError **error)
{
  guint64 version;

  g_return_val_if_fail (EH_IS_REPOSITORY (self), FALSE);
  g_return_val_if_fail (aggregate != NULL, FALSE);
  g_return_val_if_fail (current != NULL, FALSE);

  if (!eh_event_store_get_version (self->store, aggregate->stream, &version, cancellable, error))
    return FALSE;
  *current = version == aggregate->version;
  return TRUE;
}

static gboolean
save_snapshot (EhRepository *self, EhAggregate *aggregate, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new_from_state (aggregate->stream, aggregate->version,
                                                                aggregate->type->state, aggregate->state, error);

  return snapshot != NULL && eh_event_store_save_snapshot (self->store, snapshot, cancellable, error);
}

static void
try_snapshot (EhRepository *self, EhAggregate *aggregate, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  if (!save_snapshot (self, aggregate, cancellable, &error))
    g_debug ("%s: snapshot not saved: %s", eh_stream_name_to_string (aggregate->stream), error->message);
}

/* In which interval @time is; the same for times before 1970. */
static gint64
get_interval (EhRepository *self, gint64 time)
{
  return time >= 0 ? time / self->interval : -1 - (-1 - time) / self->interval;
}

/* Whether it is time for a snapshot: @aggregate was at version @before, of time @then, before what was just saved. */
static gboolean
wants_snapshot (EhRepository *self, EhAggregate *aggregate, guint64 before, gint64 then)
{
  if (self->snapshot_every > 0 && before / self->snapshot_every != aggregate->version / self->snapshot_every)
    return TRUE;
  return self->interval > 0 && then != 0 && get_interval (self, then) != get_interval (self, aggregate->time);
}

/* What is appended is appended: if it does not fold, the next load will say so. */
static void
fold_on (EhRepository *self, EhAggregate *aggregate, EhAppendResult *result, GCancellable *cancellable)
{
  guint64 before = aggregate->version;
  gint64 then = aggregate->time;

  if (eh_aggregate_fold_page (aggregate, self->domain, result->events, 0, NULL)
      && wants_snapshot (self, aggregate, before, then))
    try_snapshot (self, aggregate, cancellable);
}

gboolean
eh_repository_take_snapshot (EhRepository *self, EhStreamName *stream, GCancellable *cancellable, GError **error)
{
  EhAggregate *aggregate;
  gboolean ok;

  g_return_val_if_fail (EH_IS_REPOSITORY (self), FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);

  aggregate = eh_repository_load (self, stream, TRUE, cancellable, error);
  if (aggregate == NULL)
    return FALSE;
  ok = aggregate->version > 0;
  if (ok)
    ok = save_snapshot (self, aggregate, cancellable, error);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s does not exist", eh_stream_name_to_string (stream));
  eh_repository_give_back (self, aggregate);
  return ok;
}

static gboolean
append_plainly (EhRepository *self, EhEventBatch *batch, gint64 expected_version, EhAppendResult *result,
                GCancellable *cancellable, GError **error)
{
  return eh_event_store_append_by (self->store_iface, self->store, batch, expected_version, EH_APPEND_WANT_EVENTS,
                                   result, cancellable, error);
}

static gboolean
append_traced (EhRepository *self, EhEventBatch *batch, gint64 expected_version, EhAppendResult *result,
               GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gpointer token = eh_tracer_begin_event (self->tracer, EH_SPAN_APPEND, NULL, eh_event_batch_peek (batch, 0));
  gboolean ok = append_plainly (self, batch, expected_version, result, cancellable, &failure);

  eh_tracer_end (self->tracer, token, failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return ok;
}

gboolean
eh_repository_save_expecting (EhRepository *self, EhAggregate *aggregate, EhEventBatch *batch, gint64 expected_version,
                              EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  gboolean ok = self->tracer == NULL ? append_plainly (self, batch, expected_version, result, cancellable, error)
                                     : append_traced (self, batch, expected_version, result, cancellable, error);

  if (ok)
    fold_on (self, aggregate, result, cancellable);
  return ok;
}

gboolean
eh_repository_save (EhRepository *self, EhAggregate *aggregate, EhEventBatch *batch, EhAppendResult *result,
                    GCancellable *cancellable, GError **error)
{
  g_auto (EhAppendResult) own = EH_APPEND_RESULT_INIT;

  g_return_val_if_fail (EH_IS_REPOSITORY (self), FALSE);
  g_return_val_if_fail (aggregate != NULL, FALSE);
  g_return_val_if_fail (batch != NULL, FALSE);

  return eh_repository_save_expecting (self, aggregate, batch, (gint64) aggregate->version,
                                       result != NULL ? result : &own, cancellable, error);
}

void
eh_repository_give_back (EhRepository *self, EhAggregate *aggregate)
{
  g_return_if_fail (EH_IS_REPOSITORY (self));
  g_return_if_fail (aggregate != NULL);

  /* A stream that does not exist is not worth a place. */
  if (self->cache == NULL || aggregate->version == 0)
    eh_aggregate_free (aggregate);
  else
    eh_aggregate_cache_put (self->cache, aggregate);
}

void
eh_repository_take_back (EhRepository *self, EhAggregate *aggregate)
{
  if (self->always_fresh)
    eh_repository_give_back (self, aggregate);
  else
    eh_aggregate_free (aggregate);
}
