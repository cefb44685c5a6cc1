/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

/*
 * A store around a store, as a process sees it that dies at one of its calls: that call and all that follow are
 * EH_ERROR_CRASHED, and the store inside stays. One thread.
 */
#define CRASH_TYPE_STORE (crash_store_get_type ())
G_DECLARE_FINAL_TYPE (CrashStore, crash_store, CRASH, STORE, GObject)

struct _CrashStore {
  GObject parent_instance;

  EhEventStore *inner; /* (owned) */
  guint n_calls;       /* appends and reads so far */
  guint dies_at;       /* the call at which it dies, from 1; 0 for never */
  gboolean dies_after; /* an append is done before */
  gboolean is_dead;    /* since then */
  guint n_failing;     /* the next so many appends to @failing fail otherwise: G_IO_ERROR_FAILED */
  const char *failing; /* (nullable): a category */
  gboolean cannot_flush;
  guint n_ambiguous; /* the next so many appends to @failing are done and EH_ERROR_AMBIGUOUS */
};

CrashStore *crash_store_new (EhEventStore *inner);

/* Dies at the call @n from now on; 0 for never. */
void crash_store_arm (CrashStore *self, guint n, gboolean after);
