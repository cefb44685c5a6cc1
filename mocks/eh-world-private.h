/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"
#include "mocks/eh-oracle-private.h"

G_BEGIN_DECLS

/*
 * A world: tasks on fibers of one thread, over a store, a bus, a clock and ids whose every call is a visible operation
 * of the calling task. Before each operation the task publishes it and gives way; the oracle picks who goes on and what
 * goes wrong. Domain code and src/runtime run in it unchanged. Beginning a step is no operation.
 *
 * A world is used for many runs: set it up (tasks, given events, subscriptions), mark it, and run it. It must cost
 * nothing between runs that can be avoided: fibers are pooled, stores are rolled back, nothing is allocated twice.
 *
 * Time: every task has the same virtual clock, which moves only in eh_clock_sleep() when no task can go on otherwise
 * (to the earliest sleeper's time) or by eh_world_move_clock(); so reading it is no operation, and a task that moves it
 * itself makes what others read depend on the order. A clock that jumps (a fault) does so for one task. Ids are a pure
 * function of the task's number, its step and how many ids the step has drawn; nothing observable depends on how tasks
 * are interleaved unless they share a resource.
 *
 * Crash: a task that crashes gets EH_ERROR_CRASHED from its current operation and from every later one of the same
 * step, without effect, choice or switch, until its step function returns; then the step counts as crashed. Its
 * next step is that of a restarted node (the world tells by eh_world_step_is_restart()). After more than
 * EH_WORLD_CRASHED_CALLS such calls in one step the run ends with EH_RUN_LOOPS: the step function is unwound as a
 * thread that is cancelled, so that its cleanups run. What frames without -fexceptions hold is lost.
 *
 * Nodes: each client is one by itself. Other nodes have *followers*, which react to what is in the store and have no
 * end: projections, process managers, relays. Its step is called again and again; when it says that there is nothing
 * to do, its next operation waits until something was appended or the time has come. All followers of a node crash
 * together, wherever they are. Then the node is down until one of its followers does the operation "restart", when the
 * scheduler lets it; what it had in memory is thrown away by the node's restart function, which is called at the
 * beginning of each run too. A node that subscribes crashes also when what is brought to it crashes; then the courier
 * restarts it, and brings it again.
 *
 * Chaos and healing: when nobody can go on and something has gone wrong in the run, no fault comes any more and each
 * follower looks once more whether there is something to do. When nobody can go on again, the run is at rest.
 *
 * The courier: if somebody has subscribed on the world's bus before the run, a task of the world's own, numbered after
 * the clients and named "bus", delivers what is published.
 */

#define EH_WORLD_CRASHED_CALLS 10000

typedef struct _EhWorld EhWorld;

/* How a run ended. Of followers and the courier it is not asked whether they came to an end. */
typedef enum {
  EH_RUN_DONE,     /* every task did all its steps */
  EH_RUN_DEADLOCK, /* tasks wait for each other */
  EH_RUN_STEPS,    /* more operations than allowed: no progress */
  EH_RUN_LOOPS,    /* a crashed task keeps calling */
  EH_RUN_STOPPED,  /* eh_world_stop() was called, by the oracle or an observer */
} EhRunEnd;

/*
 * One step of a follower: handles what is next, if there is anything. Returns when it is to be called again although
 * nothing is appended, by its node's clock: now or before for at once, G_MAXINT64 for never.
 */
typedef gint64 (*EhFollowFunc) (EhWorld *world, guint task, gpointer user_data);

/* Throws away what a node has in memory. No operation: whatever it calls goes straight to the inner store. */
typedef void (*EhRestartFunc) (EhWorld *world, gpointer user_data);

/* One step of a task: for a client, one command. Runs on the task's fiber and may block in the world. */
typedef void (*EhStepFunc) (EhWorld *world, guint task, guint step, gpointer user_data);

/* What an operation did, told to the observer right after it. Valid during the call. */
typedef struct {
  guint task;
  guint step; /* the task's step that it belongs to */
  const EhOp *op;
  EhFault fault;        /* what went wrong, kind NONE if nothing */
  const GError *error;  /* (nullable): what the caller got */
  EhStreamName *stream; /* (nullable) */
  /*
   * LOAD: the last version that was read; APPEND: the stream's version after it, also if only the store knows;
   * READ_ALL: where to read on, or the head
   */
  guint64 version;
  EhEventBatch *batch; /* (nullable): APPEND: what was to be appended */
  /* (nullable): APPEND: what was recorded (also when the caller was not told); READ_ALL: what was read */
  EhEventPage *events;
  EhEvent *event;       /* (nullable): PUBLISH, DELIVER */
  EhSnapshot *snapshot; /* (nullable): SNAPSHOT_LOAD: what was found */
  const char *category; /* (nullable): READ_ALL: of what */
  guint receiver;       /* DELIVER: the number of the node that subscribes, and 1; 0 for nobody's */
  gboolean switched;    /* the task that ran before was left although it could have carried on */
} EhWorldStep;

typedef void (*EhWorldObserver) (EhWorld *world, const EhWorldStep *step, gpointer user_data);

/* The handler of what @task was told to deliver last has failed by itself. */
typedef void (*EhWorldFailed) (EhWorld *world, guint task, const GError *reason, gpointer user_data);

EhWorld *eh_world_new (EhDomain *domain);
void eh_world_free (EhWorld *self);

/* Adds a client; returns its number. @n_steps calls of @func make it up. Not during a run. */
guint eh_world_add_task (EhWorld *self, const char *name, guint n_steps, EhStepFunc func, gpointer user_data);
/* Returns the node's number. @restart: (nullable) */
guint eh_world_add_node (EhWorld *self, const char *name, EhRestartFunc restart, gpointer user_data);
/*
 * Adds a follower, after all clients; returns its number among the tasks. The log is watched from then on. A node with
 * several followers makes all that they do depend on each other if nodes can crash; rather give each a node.
 */
guint eh_world_add_follower (EhWorld *self, guint node, const char *name, EhFollowFunc func, gpointer user_data);
/*
 * Whether the follower, which has its node for itself, is patient: of how it reads the log nobody can see more than
 * what it makes of each event, and, once it is started again, of the checkpoint that it saved last. It then awaits each
 * event, see eh-world-await.c. Not during a run.
 */
void eh_world_set_patient (EhWorld *self, guint task, gboolean patient);
gboolean eh_world_is_patient (EhWorld *self, guint task);
/*
 * Around what makes a node's memory, in its restart function or before all runs. Who subscribes meanwhile is the node,
 * and takes over what waits for the like of it; what it had subscribed to and lets go of now is over. Who looks at the
 * store does so in each restart.
 */
void eh_world_enter_node (EhWorld *self, guint node);
void eh_world_leave_node (EhWorld *self);
/* Whether the node has a subscription, without a group, to what is published there. */
gboolean eh_world_node_hears (EhWorld *self, guint node, const char *bucket, const char *subset);
/*
 * In a restart function before a run: when @task has something to do although nothing is appended, as its step would
 * say; without it at once. After a crash it always looks at once.
 */
void eh_world_set_first_wake (EhWorld *self, guint task, gint64 wake);
const char *eh_world_get_task_name (EhWorld *self, guint task);
guint eh_world_get_n_tasks (EhWorld *self);

/* The surroundings that tasks use: each call is a visible operation of the running task. (transfer none) */
EhEventStore *eh_world_get_store (EhWorld *self);
EhEventBus *eh_world_get_bus (EhWorld *self);
EhClock *eh_world_get_clock (EhWorld *self);
EhIdSource *eh_world_get_ids (EhWorld *self);
EhCheckpointStore *eh_world_get_checkpoints (EhWorld *self);

/*
 * In a follower: it takes up @event, an operation of its own. FALSE with @error set if handling it has to fail; @twice:
 * whether it is delivered twice. Outside of a run nothing happens.
 */
gboolean eh_world_handle (EhWorld *self, EhEvent *event, gboolean *twice, GError **error);

/* In a task: looks at what the node @node shows, which its followers change by handling. */
gboolean eh_world_query (EhWorld *self, guint node, GError **error);

/* @error: (transfer full): that a task was given and nobody needs any more */
void eh_world_take_error (EhWorld *self, GError *error);

/*
 * The store itself, for what happened before, and for checks after a run; not for tasks. After the given events are in
 * it, eh_world_mark() makes that, with the checkpoints, the state which every run starts from.
 */
EhEventStore *eh_world_get_inner_store (EhWorld *self);
void eh_world_mark (EhWorld *self);

/* Which fault kinds are possible at all (bits 1 << EhFaultKind), and the most of each kind in one run. */
void eh_world_set_faults (EhWorld *self, const guint most[EH_FAULT_N_KINDS]);
/* The most operations of one run. */
void eh_world_set_max_ops (EhWorld *self, guint max_ops);
/* Whether somebody reads the global order, which makes every append depend on every other. */
void eh_world_set_log_watched (EhWorld *self, gboolean watched);
/*
 * Whether a task has read the global order although nobody had said so. It is watched from then on, but what was
 * explored before was told of too few dependences.
 */
gboolean eh_world_get_log_was_read (EhWorld *self);
/* The same of the first who subscribed in the middle of a run. */
gboolean eh_world_get_bus_was_joined (EhWorld *self);
/* Whether somebody listens. */
gboolean eh_world_has_subscribers (EhWorld *self);
/* Whether the bus may deliver in any order; only for worlds whose values are chosen. */
void eh_world_set_unordered (EhWorld *self, gboolean unordered);
/* Whether the rolling hash is of the events that are handed about, too: it is at first. */
void eh_world_set_hashes_events (EhWorld *self, gboolean hashes_events);
void eh_world_set_observer (EhWorld *self, EhWorldObserver observer, gpointer user_data);
void eh_world_observe_failed (EhWorld *self, EhWorldFailed failed, gpointer user_data);
void eh_world_move_clock (EhWorld *self, gint64 interval);

/*
 * One run from the marked state: rolls back, runs all tasks to their end, by @oracle's choices. The recorded choices
 * are in eh_world_get_choices() until the next run; eh_world_get_hash() is a rolling hash of every operation with its
 * arguments and result and of the enabled sets, eh_world_get_fingerprint() one that does not change when independent
 * neighbours are swapped.
 */
EhRunEnd eh_world_run (EhWorld *self, EhOracle *oracle);
const EhChoice *eh_world_get_choices (EhWorld *self, guint *n);
guint64 eh_world_get_hash (EhWorld *self);
guint64 eh_world_get_fingerprint (EhWorld *self);
guint eh_world_get_n_ops (EhWorld *self);
/* @pulse: (atomic) (nullable): is another number after each operation, for who looks from another thread */
void eh_world_set_pulse (EhWorld *self, guint *pulse);
guint eh_world_get_n_faults (EhWorld *self, EhFaultKind kind);

/* In a task: the running task, its step, whether the last step crashed; ends the run early. */
guint eh_world_get_running (EhWorld *self);
guint eh_world_get_step (EhWorld *self);
gboolean eh_world_step_is_restart (EhWorld *self);
gboolean eh_world_is_crashed (EhWorld *self, guint task);
void eh_world_stop (EhWorld *self);
/* Whether no fault comes any more. */
gboolean eh_world_is_healing (EhWorld *self);

/* A value drawn through the oracle, in a task or before the first one. */
guint64 eh_world_choose (EhWorld *self, guint64 arity, const char *label);

/* For messages about a task that does not come back: its name, step and how far it is. */
void eh_world_describe_running (EhWorld *self, GString *text);
/* Whether @address is in the guard page of the running task's stack. For a signal handler. */
gboolean eh_world_owns_guard (EhWorld *self, gconstpointer address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhWorld, eh_world_free)

G_END_DECLS
