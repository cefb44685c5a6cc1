/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "store/eh-event-store.h"

G_BEGIN_DECLS

/*
 * The watches of a store, for its add_watch and remove_watch. Watches are called in the order in which they were
 * added, without the list's lock. A list without watches costs a commit one atomic read.
 *
 * Nobody is missed: who adds a watch and then reads the head either sees a commit or is told of it, as long as
 * the store changes the head under the lock under which it is read, before it notifies.
 */
typedef struct {
  EhLock lock;
  EhCond cond;        /* a call of a removed watch has ended */
  GPtrArray *watches; /* (owned) (nullable) (mutex lock): rising ids */
  gint n_watches;     /* (atomic) */
  guint last_id;      /* (mutex lock) */
} EhWatchList;

void eh_watch_list_init (EhWatchList *self);
void eh_watch_list_clear (EhWatchList *self);
guint eh_watch_list_add (EhWatchList *self, EhWatchFunc func, gpointer user_data, GDestroyNotify destroy);
void eh_watch_list_remove (EhWatchList *self, guint id);
void eh_watch_list_notify (EhWatchList *self, guint64 head);

G_END_DECLS
