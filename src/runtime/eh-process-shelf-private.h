/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "runtime/eh-process-step-private.h"
#include "runtime/eh-tracer.h"
#include "store/eh-event-store.h"

G_BEGIN_DECLS

/* A process as its newest step tells. */
typedef struct {
  const EhProcessType *type;
  EhStreamName *stream;      /* (owned) */
  guint64 version;           /* 0: it has not started */
  EhId step_id;              /* of the newest step */
  EhId correlation_id;       /* of the newest step */
  guint64 position;          /* of the last event that it has handled */
  gboolean ended;            /* or its stream was deleted */
  gpointer state;            /* (owned) (nullable): NULL if it has not started */
  EhStepDeadline *deadlines; /* (owned) */
  gsize n_deadlines;
  GList link; /* of the shelf's */
} EhProcess;

/* What makes a process take a step, and what is put on record of it. */
typedef struct {
  EhProcessCause kind;
  const char *id;          /* as in EhProcessStep */
  EhId step_id;            /* of the step to be taken */
  EhId causation_id;       /* of the step's event */
  EhId correlation_id;     /* of the step's event and of what it sends */
  gint64 time;             /* when it happened */
  guint64 position;        /* of an event; else 0 */
  const char *passed_name; /* (nullable): the deadline that is set no more */
} EhStepCause;

/* Changes @state and fills @reaction, by a rule of the type. */
typedef void (*EhStepFunc) (gpointer state, EhReaction *reaction, gconstpointer user_data);

/*
 * The processes of a type, in their streams, and those used last in memory too. It is the only writer of these streams
 * as a rule, but relies on that for speed only: each append requires the version that was read. Not for several
 * threads.
 */
typedef struct _EhProcessShelf EhProcessShelf;

EhProcessShelf *eh_process_shelf_new (EhDomain *domain, const EhProcessType *type, EhEventStore *store, EhClock *clock);
void eh_process_shelf_free (EhProcessShelf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhProcessShelf, eh_process_shelf_free)

/* Told of each step that is appended; @tracer: (nullable) */
void eh_process_shelf_set_tracer (EhProcessShelf *self, EhTracer *tracer);

/*
 * Returns: (transfer none): the process, new (version 0) if there is none of that key; valid until the next call.
 * Errors as eh_stream_name_new(), eh_event_store_read_stream(); EH_ERROR_CORRUPT.
 */
EhProcess *eh_process_shelf_get (EhProcessShelf *self, const char *key, GError **error);

/*
 * Takes a step on a copy of the state and appends it; then @process is as the step tells. If that fails the process is
 * not the shelf's any more. Errors as eh_event_store_append(), and what the reaction failed with.
 */
gboolean eh_process_shelf_step (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause, EhStepFunc func,
                                gconstpointer user_data, GError **error);

/*
 * Returns: (transfer full) (nullable): command @i of what the step at @position sends, if the step was taken here and
 * not too many have been since; then those before it are not asked for any more
 */
EhCommand *eh_process_shelf_take_command (EhProcessShelf *self, guint64 position, guint i);

/* The position of the last step that was appended. */
guint64 eh_process_shelf_get_written (EhProcessShelf *self);

/* Forgets what is in memory. */
void eh_process_shelf_clear (EhProcessShelf *self);

G_END_DECLS
