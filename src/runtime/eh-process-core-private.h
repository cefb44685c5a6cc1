/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runtime/eh-command-bus.h"
#include "runtime/eh-consumer.h"
#include "runtime/eh-deadline-table-private.h"
#include "runtime/eh-process-shelf-private.h"

G_BEGIN_DECLS

/* How often a step whose append met a conflict or was unclear is taken anew at once. */
#define EH_PROCESS_REPEAT 3

/* What runs the processes of a type: all but the object around it. Called by its consumer, one call at a time. */
typedef struct {
  EhDomain *domain; /* (owned) */
  const EhProcessType *type;
  EhEventStore *store;        /* (owned) */
  EhCommandBus *commands;     /* (owned) */
  EhClock *clock;             /* (owned) */
  GHashTable *rules;          /* (owned): an event's type name to EhProcessRule */
  GHashTable *known;          /* (owned): schemas of events as stored to EhProcessRule; NULL: they are passed over */
  EhProcessShelf *shelf;      /* (owned) */
  EhDeadlineTable *deadlines; /* (owned) */
  GString *key;               /* (owned): of the event under way */
  EhConsumer *consumer;       /* not owned: it owns this */
  guint64 written;            /* the last position that steps and commands of this life have led to */
  guint n_passed_over;        /* how many of the earliest deadlines have just failed, and are not tried next time */
  guint64 attempted; /* up to this position own steps may have been sent before, in this life or an earlier one */
} EhProcessCore;

/* An event that may concern processes: each that it does takes a step, once. */
gboolean eh_process_core_react (EhProcessCore *self, EhEvent *event, GError **error);

/* An own step: sends its commands. */
gboolean eh_process_core_send (EhProcessCore *self, EhEvent *event, GError **error);

/* Deadlines that have passed at @now. */
gboolean eh_process_core_tick (EhProcessCore *self, gint64 now, GError **error);

/* Looks for an event by what @is_it compares with @id, from the end of @stream down to position @since. */
typedef gboolean (*EhIdMatch) (const EhEvent *event, const EhId *id);
gboolean eh_process_core_find (EhProcessCore *self, EhStreamName *stream, guint64 since, EhIdMatch is_it,
                               const EhId *id, gboolean *found, GError **error);
gboolean eh_process_core_is_step (const EhEvent *event, const EhId *id);

/* Whether an append that failed so may be tried again after another look. */
gboolean eh_process_core_is_unclear (const GError *failure);

G_END_DECLS
