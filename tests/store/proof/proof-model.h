/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-store-private.h"

G_BEGIN_DECLS

#define PROOF_STREAMS 11
#define PROOF_FOLDER "/data/store"

/* What was put into the log at once: what it must look like when it is read. Immutable; lives as long as its model. */
typedef struct {
  EhFileKind kind; /* append, tombstone or truncation */
  guint stream;
  guint64 first_number; /* of its events; their ids and data follow from it */
  guint n_events;
  guint text_size;
  guint64 version;  /* as in the frame */
  guint64 position; /* of its first event, or of the next one */
  gint64 time;
  char **data; /* (owned): JSON, an element for each event */
} ProofRecord;

/*
 * What a workload knows. A log is the order in which records got their places; when a process dies what had not got far
 * enough is gone from the next one's log, so there is a log for each life.
 */
typedef struct {
  GPtrArray *records; /* (owned) (element-type ProofRecord): all of them */
  GPtrArray *logs;    /* (owned) (element-type GPtrArray): of each life; their elements are not owned */
  GArray *known;      /* (owned) (element-type ProofKnown): by the number of a note */
  EhStreamName *names[PROOF_STREAMS];
  char *texts[PROOF_STREAMS];
  guint64 next_number;
  GPtrArray *snapshots; /* (owned) (element-type EhSnapshot): that were ever saved */
  GPtrArray *copies;    /* (owned) (element-type ProofCopy): backups that were ever begun */
} ProofModel;

/* What is certain at a moment: the log has at least what was acknowledged or seen, at most what was submitted. */
typedef struct {
  guint life;
  guint n_least;
  guint n_most;
  guint copies; /* a bit for each backup that must be there */
} ProofKnown;

#define PROOF_COPIES_MAX 16

/* A backup of the log of a life. Whenever something has that name, it has what the store had while it was made. */
typedef struct {
  char *path; /* (owned) */
  guint life;
  guint n_least;
  guint n_most;
} ProofCopy;

ProofModel *proof_model_new (void);
void proof_model_free (ProofModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProofModel, proof_model_free)

GPtrArray *proof_model_get_log (ProofModel *self);
/* Where in the current log the record is. */
guint proof_model_find (ProofModel *self, const ProofRecord *record);
/* The next life's log: the first @n of this one's. */
void proof_model_begin_life (ProofModel *self, guint n);

/* The state of a stream behind the first @n of @log. */
typedef struct {
  guint64 version;
  guint64 kept; /* the first version that can be read; 1 if nothing was truncated */
  gboolean is_deleted;
} ProofStream;

ProofStream proof_log_get_stream (const GPtrArray *log, guint n, guint stream);
/* The position of the last event of the first @n. */
guint64 proof_log_get_head (const GPtrArray *log, guint n);

/* A record at the end of the current log, that may be added to it. */
ProofRecord *proof_model_make (ProofModel *self, EhFileKind kind, guint stream, guint n_events, guint text_size);
/* As above, behind the first @n of @log, for a log of somebody else. */
ProofRecord *proof_model_make_behind (ProofModel *self, const GPtrArray *log, guint n, EhFileKind kind, guint stream,
                                      guint n_events, guint text_size);
EhEventBatch *proof_model_make_batch (ProofModel *self, const ProofRecord *record);

/*
 * Finds how many records of @log, at least @least and at most @most, @store holds, and compares all that can be read
 * with them. @what: what is wrong; NULL if nothing is.
 */
guint
proof_model_match (ProofModel *self, EhEventStore *store, const GPtrArray *log, guint least, guint most, char **what);

/* Whether @event is event @i of @record, but for its version and position. */
gboolean proof_record_is_event (ProofModel *self, const ProofRecord *record, guint i, EhEvent *event);

/* A backup that is about to be made of the current log, which has at least @least. */
ProofCopy *proof_model_add_copy (ProofModel *self, guint least);
/* Opens it and compares. */
gboolean proof_copy_check (ProofModel *model, const ProofCopy *copy, const EhFileOps *ops, const EhFileOptions *options,
                           gboolean read_only, char **what);

/* Whether @page is all of a stream as it is behind @log. */
gboolean proof_model_check_page (ProofModel *self, const GPtrArray *log, guint stream, EhEventPage *page);

/* Whether a store that is damaged shows a beginning of the log, and then an error or nothing; and no wrong data. */
gboolean proof_model_check_beginning (ProofModel *self, EhEventStore *store, char **what);

/* Notes what is wrong, unless something was before; FALSE. */
gboolean proof_fail (char **what, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
