/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plain-store.h"
#include "store/eh-watch-list-private.h"

/* What is left when the store is gone. Used under its lock. */
typedef struct {
  gint ref_count;       /* (atomic) */
  GPtrArray *events;    /* (owned) of EhEvent: by position */
  GHashTable *deleted;  /* (owned) of EhStreamName */
  GPtrArray *snapshots; /* (owned) of EhSnapshot: as they were saved */
  guint64 head;
  gboolean is_open;
} PlainLog;

struct _PlainDisk {
  EhStoreFeatures features;
  PlainFault fault;
  EhLock lock;
  GHashTable *logs; /* (owned) (mutex lock) of PlainLog: by number */
};

#define PLAIN_TYPE_STORE (plain_store_get_type ())
G_DECLARE_FINAL_TYPE (PlainStore, plain_store, PLAIN, STORE, GObject)

struct _PlainStore {
  GObject parent_instance;

  PlainDisk *disk;
  PlainFault fault; /* immutable */
  EhWatchList watches;
  EhLock lock;
  PlainLog *log;       /* (owned); its contents (mutex lock) */
  EhEventBatch *batch; /* (owned) (nullable) (mutex lock): for PLAIN_KEEPS_BATCH */
  GHashTable *burnt;   /* (owned) (mutex lock) of EhId: for PLAIN_BURNS_IDS */
  guint n_reads;       /* (mutex lock) */
  guint n_appends;     /* (mutex lock) */
  gboolean closed;     /* (mutex lock) */
  gboolean severed;    /* (mutex lock) */
};

void plain_log_unref (PlainLog *self);
void plain_log_remove (PlainLog *self, EhStreamName *name);

/* With the lock taken if TRUE. */
gboolean plain_store_enter (PlainStore *self, GError **error);
gboolean plain_store_can (PlainStore *self, EhStoreFeatures feature, GError **error);

/* With the lock held. */
gboolean plain_store_is_deleted (PlainStore *self, EhStreamName *name, GError **error);
gboolean plain_store_is_of (PlainStore *self, const EhEvent *event, EhStreamName *name);
GPtrArray *plain_store_collect (PlainStore *self, EhStreamName *name);
guint64 plain_store_get_version (PlainStore *self, EhStreamName *name);
gboolean plain_store_check_expected (EhStreamName *name, gint64 expected, guint64 actual, GError **error);

gboolean plain_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                             EhAppendResult *result, GCancellable *cancellable, GError **error);
gboolean
plain_store_save_snapshot (EhEventStore *store, EhSnapshot *snapshot, GCancellable *cancellable, GError **error);
gboolean plain_store_load_snapshot (EhEventStore *store, EhStreamName *name, guint64 max_version, EhSnapshot **snapshot,
                                    GCancellable *cancellable, GError **error);
