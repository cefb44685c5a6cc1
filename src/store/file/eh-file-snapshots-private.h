/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-snapshot.h"
#include "store/file/eh-file-checksum-private.h"
#include "store/file/eh-file-ops-private.h"

G_BEGIN_DECLS

/*
 * The snapshots, in the folder snap/. They are derived (F1): what is damaged or missing is as if it had never been
 * saved, and saving need not be flushed before it returns; but what is found is whole and is what was saved
 * (checksums). The newest three of a stream are kept, by version; saving a version again replaces it. Whether a
 * snapshot is not above the stream's version and the stream not deleted is the store's to ask; it asks again when one
 * is loaded, since after a crash with sync=never the log may be shorter than a snapshot says.
 *
 * Opening takes a constant time and the memory is bounded, whatever is in the folder. Any thread may call; calls
 * lock by themselves. A reading process sees what is in the folder when it asks.
 */
typedef struct _EhFileSnapshots EhFileSnapshots;

EhFileSnapshots *eh_file_snapshots_open (const EhFileOps *ops, const char *folder, const guint8 store_id[16],
                                         gboolean writable, GError **error);
void eh_file_snapshots_free (EhFileSnapshots *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileSnapshots, eh_file_snapshots_free)

gboolean eh_file_snapshots_save (EhFileSnapshots *self, const EhFileKey *key, EhSnapshot *snapshot, GError **error);

/* The newest that is not above @max_version; NULL without error if there is none. (transfer full) */
EhSnapshot *eh_file_snapshots_load (EhFileSnapshots *self, const EhFileKey *key, EhStreamName *stream,
                                    guint64 max_version, GError **error);

/* The stream is gone: its snapshots need not be kept. */
void eh_file_snapshots_drop (EhFileSnapshots *self, const EhFileKey *key);

G_END_DECLS
