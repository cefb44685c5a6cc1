/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"

/* A store around a store that counts calls and whose next appends fail as they are told. One thread. */

typedef enum {
  APPEND_WELL,
  APPEND_FAILS,             /* G_IO_ERROR_FAILED, nothing written */
  APPEND_CONFLICTS,         /* EH_ERROR_CONFLICT, nothing written */
  APPEND_AMBIGUOUS_WRITTEN, /* EH_ERROR_AMBIGUOUS, but written */
  APPEND_AMBIGUOUS_LOST,    /* EH_ERROR_AMBIGUOUS, nothing written */
  APPEND_FAULTS_MAX = 16,
} AppendFault;

#define FAULTY_TYPE_STORE (faulty_store_get_type ())
G_DECLARE_FINAL_TYPE (FaultyStore, faulty_store, FAULTY, STORE, GObject)

struct _FaultyStore {
  GObject parent_instance;

  EhEventStore *inner;                   /* (owned) */
  AppendFault faults[APPEND_FAULTS_MAX]; /* of append number n_appends */
  gboolean snapshots_fail;
  guint n_appends;
  guint n_reads;
  guint n_versions;
  guint n_snapshots_loaded;
  guint64 last_read_from;
};

FaultyStore *faulty_store_new (EhEventStore *inner);

/* The next append has @fault. */
void faulty_store_next (FaultyStore *self, AppendFault fault);
