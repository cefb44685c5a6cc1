/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-event-store.h"
#include "store/file/eh-file-segment-private.h"
#include "store/file/eh-file-tail-private.h"

G_BEGIN_DECLS

/* Where some events of a stream are. */
typedef struct {
  guint64 loc;
  guint64 version; /* of the frame's first event */
} EhFileRef;

/* What runs know of a stream. */
typedef struct {
  guint64 version;      /* its last */
  guint64 kept_version; /* the first that may be read: 1 if it was never truncated */
  gboolean deleted;
} EhFileHead;

/*
 * The runs: immutable files in the folder run/, each of which is the index of a part of the log, [begin, end), made
 * from a frozen tail or by merging neighbours. A set of runs covers the log from loc (1, 4096) without a gap; a set
 * never changes; it is reference-counted (atomically), and its files stay mapped, also when they have been unlinked
 * after a merge. A set holds at most (fan-in - 1) runs of each of about log8 (log / run_size) sizes.
 *
 * A run is derived (F1, F15, F16): one that is cut, damaged, of another store or of another part than it says is left
 * out with all that come behind it, and removed by a writer; the store then scans that part of the log again. But as a
 * run is only about what is durable, a whole one that is about more than the log has proves that of the log something
 * is missing. Opening looks at names and headers only, so that it takes the same time whatever the size of the log;
 * the rest is checked by checksums of parts (say 4 KiB) when it is first read, and what turns out to be damaged then
 * is EH_ERROR_CORRUPT with file and offset and the advice to delete the file.
 *
 * Names of runs say what they cover and are unlike for unlike content, so that listing the folder is enough:
 * "<begin>-<end>.run" in hexadecimal, 16 digits each. Where one run covers what others do, the widest is taken.
 */
typedef struct _EhFileRuns EhFileRuns;

EhFileRuns *eh_file_runs_ref (EhFileRuns *self);
void eh_file_runs_unref (EhFileRuns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileRuns, eh_file_runs_unref)

/*
 * Opens what is in @folder ("STORE/run"; it may be missing: an empty set). A run that reaches beyond @log_end is left
 * out. Fails for I/O errors only.
 */
EhFileRuns *eh_file_runs_open (const EhFileOps *ops, const char *folder, const guint8 store_id[16], guint64 log_end,
                               GError **error);

/* The path of a whole run of this store, in the set or not, that reaches beyond @log_end; NULL without error if none
 * does. (transfer full) */
char *eh_file_runs_find_beyond (EhFileRuns *self, guint64 log_end, GError **error);

/* The writer's: unlinks the files that are not in the set. */
void eh_file_runs_drop_others (EhFileRuns *self);

/* Up to where the set covers the log: a loc, and the position of the next event behind it. */
guint64 eh_file_runs_get_end (const EhFileRuns *self);
guint64 eh_file_runs_get_end_position (const EhFileRuns *self);

/*
 * The last frame that is covered, by loc, as the tail said it; EH_FILE_LOC_NONE if nothing is. A store looks whether
 * the log has a frame there that ends where the set does, before it believes the set.
 */
guint64 eh_file_runs_get_last_loc (const EhFileRuns *self);

/*
 * The writer's: makes a run from @tail, which begins where @self ends and is durable altogether, and gives a new set
 * with it. Durable when it returns (F15). On failure nothing has changed and it can be tried again.
 */
EhFileRuns *eh_file_runs_add (EhFileRuns *self, const EhFileTail *tail, GError **error);

/*
 * The writer's: if some runs should be merged, merges some neighbours and gives a new set; else NULL without error. The
 * merged files are unlinked after the new one is durable. Memory does not grow with the runs' size: they are read
 * and written in order.
 */
EhFileRuns *eh_file_runs_merge (EhFileRuns *self, GError **error);

/* A set of the runs of @self and of those of @newer that are behind them: both grew out of the same set. */
EhFileRuns *eh_file_runs_join (EhFileRuns *self, EhFileRuns *newer);

/* How many streams are deleted or truncated; so that a store where none is need not ask for each event it reads. */
guint64 eh_file_runs_get_n_hidden (const EhFileRuns *self);

/* FALSE without error if no run knows the stream. Filters answer that without I/O nearly always. */
gboolean eh_file_runs_find (EhFileRuns *self, const EhFileKey *key, EhFileHead *head, GError **error);

/*
 * The frame that the event with @id is in: as a loc. FALSE without error if there is none. There may be
 * false hits, each of which is refuted by reading the frame: @check is called with each candidate until it says TRUE
 * (or FALSE with its error set).
 */
typedef gboolean (*EhFileCheckFunc) (gpointer user_data, guint64 loc, GError **error);
gboolean eh_file_runs_find_id (EhFileRuns *self, const guint8 id[16], EhFileCheckFunc check, gpointer user_data,
                               guint64 *loc, GError **error);

/* The newest id of all, so that most appends need not ask; FALSE if there is none. */
gboolean eh_file_runs_get_last_id (const EhFileRuns *self, guint8 id[16]);

/*
 * Frames of a stream in order: forwards from the one that holds @version (or the first above it), backwards from the
 * one that holds it (or the last below it). At most @n. -1 on failure.
 */
gint eh_file_runs_list (EhFileRuns *self, const EhFileKey *key, guint64 version, EhDirection direction, EhFileRef *refs,
                        guint n, GError **error);

/* The loc of a frame that is at or before the one which holds @position, and near it; @position is below the end's. */
gboolean eh_file_runs_find_position (EhFileRuns *self, guint64 position, guint64 *loc, GError **error);

/*
 * Goes through all streams in the order of their keys, each once, with what the whole set knows of it; for listings.
 * FALSE if @func says FALSE, with its error.
 */
typedef gboolean (*EhFileStreamFunc) (gpointer user_data, const EhFileKey *key, const EhFileHead *head,
                                      const EhFileRef *last, GError **error);
gboolean eh_file_runs_foreach (EhFileRuns *self, EhFileStreamFunc func, gpointer user_data, GError **error);

G_END_DECLS
