/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "crash-store.h"
#include "model/eh-fixed-clock.h"
#include "runtime/eh-command-bus.h"
#include "runtime/eh-consumer-private.h"
#include "runtime/eh-process-manager.h"
#include "store/eh-memory-store.h"
#include "transfer-domain.h"

/*
 * A store that lasts, and a process manager with all that it needs, which may die and come back. One thread, a clock
 * that only moves when it is slept on.
 */
typedef struct {
  EhDomain *domain;
  EhEventStore *store; /* what lasts */
  EhCheckpointStore *checkpoints;
  EhFixedClock *clock;
  const EhProcessType *type;

  /* of one life */
  CrashStore *disk;
  EhCommandBus *commands;
  EhProcessManager *manager;
  EhConsumer *consumer; /* the manager's */
  guint save_every;
} ProcessWorld;

ProcessWorld *process_world_new (const EhProcessType *type);
void process_world_free (ProcessWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProcessWorld, process_world_free)

/* Ends this life without saving anything, and begins the next. */
void process_world_crash (ProcessWorld *self);
/* The same with a checkpoint that is at @position, as if nothing had been saved since. */
void process_world_rewind (ProcessWorld *self, guint64 position);

/* Does a command that does not come from a process. @correlation: a number from which its ids are made */
void process_world_do (ProcessWorld *self, const char *id, const EhSchema *schema, gconstpointer data, guint8 number);

/* Drives until there is nothing to do but to wait for a deadline; FALSE if it died. */
gboolean process_world_run (ProcessWorld *self);
/* Lets time pass up to the last deadline too. */
gboolean process_world_run_out (ProcessWorld *self);

gint64 process_world_get_amount (ProcessWorld *self, const char *purse);
/* How many events of @type_name are in the whole store. */
guint process_world_count (ProcessWorld *self, const char *type_name);
guint64 process_world_get_head (ProcessWorld *self);
/* The phase of the transfer that the command @number began; the test fails if there is none. */
char *process_world_get_phase (ProcessWorld *self, guint8 number, gboolean *ended);
