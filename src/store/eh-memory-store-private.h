/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-error-private.h"
#include "model/eh-event-page-private.h"
#include "model/eh-lock-private.h"
#include "store/eh-memory-index-private.h"
#include "store/eh-memory-journal-private.h"
#include "store/eh-memory-mark-private.h"
#include "store/eh-memory-store.h"
#include "store/eh-memory-stream-private.h"
#include "store/eh-watch-list-private.h"

G_BEGIN_DECLS

/* A power of two. */
#define EH_MEMORY_RECENT 16

struct _EhMemoryStore {
  GObject parent_instance;

  EhLock lock;
  EhMemoryLog log;                          /* (mutex lock) */
  EhMemoryIndex index;                      /* (mutex lock) */
  GHashTable *streams;                      /* (owned) (nullable) (mutex lock): EhStreamName to owned EhMemoryStream */
  EhMemoryStream *recent[EH_MEMORY_RECENT]; /* (unowned) (nullable) (mutex lock): some of @streams, by hash */
  GHashTable *categories;                   /* (owned) (nullable) (mutex lock): name to owned EhMemoryCategory */
  EhMemoryJournal journal;                  /* (mutex lock) */
  gboolean closed;                          /* (mutex lock) */
  gboolean is_confined;                     /* to one thread: there is no need to lock; immutable after construct */
  EhEventLoans loans;                       /* of a confined store: all its pages */
  EhSpareErrors spare_errors;               /* of a confined store */

  EhWatchList watches;
};

static inline void
eh_memory_store_lock (EhMemoryStore *self)
{
  if (!self->is_confined)
    eh_lock (&self->lock);
}

static inline void
eh_memory_store_leave (EhMemoryStore *self)
{
  if (!self->is_confined)
    eh_unlock (&self->lock);
}

/* What every call begins with; the lock is held if it succeeds, until eh_memory_store_leave(). */
gboolean eh_memory_store_enter (EhMemoryStore *self, GError **error);

/* Of events that are in the log. */
static inline EhEventPage *
eh_memory_store_new_page (EhMemoryStore *self, EhEvent *const *events, guint n_events, guint64 next, gboolean is_end)
{
  return self->is_confined ? eh_event_page_new_lent (&self->loans, events, n_events, next, is_end)
                           : eh_event_page_new (events, n_events, next, is_end);
}

/* FALSE if the stream was deleted; @found is NULL if there never was one. */
gboolean eh_memory_store_lookup (EhMemoryStore *self, EhStreamName *name, EhMemoryStream **found, GError **error);

gboolean eh_memory_store_check_expected (EhMemoryStore *self, EhStreamName *name, gint64 expected, guint64 actual,
                                         GError **error);

/* The calls that have a file of their own. */
gboolean eh_memory_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                                 EhAppendResult *result, GCancellable *cancellable, GError **error);
EhEventPage *eh_memory_store_read_stream (EhEventStore *store, EhStreamName *name, guint64 from, EhDirection direction,
                                          guint limit, GCancellable *cancellable, GError **error);
EhEventPage *eh_memory_store_read_all (EhEventStore *store, const char *category, guint64 from, EhDirection direction,
                                       guint limit, GCancellable *cancellable, GError **error);

/* The engine "memory:". */
EhEventStore *eh_memory_store_open (GUri *uri, GCancellable *cancellable, GError **error);

G_END_DECLS
