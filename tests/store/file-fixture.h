/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-private.h"
#include "tests/store/store-fixture.h"

/* A folder of its own, which is removed with all that is in it when the program ends. (transfer full) */
char *file_make_folder (void);

/* The system's calls, but nothing is flushed: for tests that are not about that. */
const EhFileOps *file_get_quick_ops (void);

/* Small segments, no threads. */
EhFileOptions file_get_options (void);

/* Opens the store in @folder, with quick calls; fails the test if that fails. */
EhEventStore *file_open (const char *folder, const EhFileOptions *options);

/* A new store in a folder of its own, with small segments and threads. */
EhEventStore *file_new_store (void);

/* Closes it, fails the test if that fails, and drops it. */
void file_close (EhEventStore *store);

/* What the index takes in memory, and takes while a run is made of it. */
gsize file_measure_index (EhEventStore *store);

/* As if the process had died: what was not written is lost; nothing is closed. */
void file_kill (EhEventStore *store);

/* The path of segment @number. (transfer full) */
char *file_get_segment_path (const char *folder, guint number);

/* Replaces bytes of a file. */
void file_patch (const char *path, guint64 offset, gconstpointer bytes, gsize size);
