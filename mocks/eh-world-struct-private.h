/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <setjmp.h>
#include <unwind.h>

#include "mocks/eh-fiber-private.h"
#include "mocks/eh-world-place-private.h"
#include "mocks/eh-world-private.h"
#include "store/eh-memory-mark-private.h"

G_BEGIN_DECLS

/*
 * What the files of a world share. How a run goes is told in eh-world-run.c.
 */

typedef enum {
  EH_TASK_FRESH,  /* its fiber has not run yet */
  EH_TASK_PARKED, /* before its operation */
  EH_TASK_DOWN,   /* its node has crashed, and another task will restart it */
  EH_TASK_DONE,
} EhTaskState;

/* What has followers, or subscribes. */
typedef struct {
  char *name; /* (owned) */
  EhRestartFunc restart;
  gpointer user_data;
  guint number;
  guint n_followers;
  const EhPlace *place; /* (unowned) */
  gboolean subscribes;  /* to the bus, in this run or one before */
  gboolean looks;       /* at the store, when it is started */
  gboolean is_down;     /* has crashed, and is not started again yet */
} EhWorldNode;

typedef struct {
  /* What is looked at of everybody before each operation: */
  EhTaskState state;
  gboolean idle;         /* it can go on before @wake if there is news that it has not seen */
  gint64 wake;           /* when it can go on */
  guint64 seen;          /* a follower: the news when its step did its first operation */
  EhCandidate candidate; /* what the oracle sees of it */
  guint64 enabled;       /* its part in the hash of who can go on */
  guint32 label;         /* its part in the label of the choice */
  gboolean awaits;       /* an event, see eh-world-await.c: */
  gboolean has_next;     /* it is there */
  gboolean may_end;      /* it may find that nothing is there */
  EhOp op;               /* that it is about to do, or doing */

  EhWorld *world;  /* (unowned) */
  guint64 op_hash; /* of its operation's kind and subject */
  guint number;
  guint n_ops;
  guint expected; /* how many there will be: the estimate, or a guess */
  char *name;     /* (owned) */
  guint n_steps;
  EhStepFunc func;     /* (nullable): of a client */
  EhFollowFunc follow; /* (nullable): of a follower */
  EhWorldNode *node;   /* (unowned) (nullable): of a follower; of the courier, whose handler it is in */
  gpointer user_data;
  guint estimate;    /* how many operations the first complete run took; 0 before it */
  gint64 first_wake; /* of a follower: when it can go on at first */
  gboolean is_patient;
  GString *text; /* (owned) (nullable): what its operation is done to, if nothing else keeps it */

  /* Of the run: */
  EhFiber *fiber;               /* (unowned) (nullable): the pool's */
  gint64 skew;                  /* of its node's clock */
  guint64 chain;                /* the hash of its last operation, and so of all before it */
  gboolean begun;               /* a follower: its step has done an operation */
  gboolean is_early;            /* may_end although others can go on */
  const char *awaited_category; /* (unowned) (nullable) */
  guint64 awaited_from;
  gboolean has_handled; /* something since it found nothing more */
  gboolean has_ended;   /* it has found nothing more since it was started, or time has passed */
  guint64 ended_at;     /* the news when it did last */
  guint step;
  guint n_ids; /* that the step has drawn */
  guint n_crashed_calls;
  gboolean crashed;
  gboolean is_restart;
  gboolean switched; /* another was left for it although that one could have carried on */
  sigjmp_buf home;   /* where to go if it does not return */
  guintptr home_frame;
  gboolean is_unwinding;
  struct _Unwind_Exception exception; /* that it is unwound by */
} EhWorldTask;

/* Who could go on at the last choice: kept, as mostly only the chosen one has moved when the next choice comes. */
typedef struct {
  EhCandidate *candidates; /* (owned): with room for all: the first one anybody, the others by number */
  guint n;
  guint chosen;    /* which of them */
  guint64 enabled; /* what all but the chosen one add to the hash of who can go on */
  guint32 label;   /* and to the label of the choice, see eh_choice_label_next() */
  gboolean holds;  /* nobody but the chosen one can have begun or ceased to be one of them */
} EhWorldReady;

/* Who last wrote a resource, as a hash; of a former run if @run is not this one. */
typedef struct {
  guint64 run;
  guint64 written;
} EhWorldTrace;

/* An append of the run: it led from one position to another. */
typedef struct {
  EhResource resource;
  guint64 before;
  guint64 head;
} EhWorldAppended;

struct _EhWorld {
  EhDomain *domain; /* (owned) */
  EhFiberPool *fibers;
  GPtrArray *tasks;     /* (owned) (element-type EhWorldTask): the clients */
  EhWorldTask *courier; /* (owned): who delivers what was published */
  GPtrArray *nodes;     /* (owned) (element-type EhWorldNode): all that are no clients */
  EhWorldNode *entered; /* (unowned) (nullable): whose memory is being made */

  EhEventStore *store;                   /* (owned) */
  EhEventBus *bus;                       /* (owned) */
  EhClock *clock;                        /* (owned) */
  EhIdSource *ids;                       /* (owned) */
  EhCheckpointStore *checkpoints;        /* (owned) */
  EhEventStore *inner_store;             /* (owned) */
  EhEventBus *inner_bus;                 /* (owned) */
  const EhEventStoreInterface *store_if; /* of the inner store */
  gint64 marked_now;
  EhPlaces places;

  /* Settings: */
  guint most[EH_FAULT_N_KINDS];
  guint32 possible; /* the kinds of which there may be one */
  guint max_ops;
  gboolean log_watched;
  gboolean log_was_read;
  gboolean bus_was_joined;
  gboolean is_unordered;
  gboolean hashes_events;
  guint n_patient; /* followers */
  EhWorldObserver observer;
  gpointer observer_data;
  EhWorldFailed failed; /* (nullable) */
  gpointer failed_data;

  /* Of the run: */
  guint64 run;
  EhOracle *oracle; /* (unowned) (nullable): during a run only */
  EhWorldTask *running;
  EhWorldTask *next; /* whom the owner of the fibers is to resume */
  EhWorldTask *last; /* who did the last operation */
  EhWorldTask *lead; /* (nullable): who has another go on up to its next operation, and goes on itself then */
  EhWorldTask **all; /* (owned): clients and courier, with room for all */
  guint n_all;       /* who take part */
  gboolean has_only_clients;
  EhWorldReady ready;
  gboolean primed; /* everybody's first operation is known */
  gboolean stopping;
  gboolean healing; /* nothing goes wrong any more */
  guint64 news;     /* rises with everything that is appended or deleted */
  guint64 head;     /* the store's, if there are patient followers */
  GArray *appended; /* (owned) (element-type EhWorldAppended): the first @n_appended are of the run */
  guint n_appended;
  EhRunEnd end;
  gint64 now;
  guint n_ops;
  guint *pulse;    /* (atomic) (unowned) (nullable) */
  guint32 enabled; /* the kinds of fault of which there may be another */
  guint used[EH_FAULT_N_KINDS];
  guint n_faults;
  guint64 hash;
  guint64 fingerprint;
  EhWorldTrace *traces; /* (owned) */
  guint n_traces;
  EhChoice *choices; /* (owned) */
  guint n_choices;
  guint allocated_choices;
};

static inline guint64
eh_mix (guint64 hash, guint64 value)
{
  hash = (hash ^ value) * G_GUINT64_CONSTANT (0x9fb21c651e98df25);
  return hash ^ (hash >> 29);
}

/* How many operations it has to do yet; a guess, at least 1. */
static inline guint
eh_world_task_count_left (const EhWorldTask *self)
{
  return self->expected > self->n_ops ? self->expected - self->n_ops : 1;
}

/*
 * An operation: begin, then touch what it touches, then enter, do it, leave.
 *
 * begin: the running task, or NULL if there is none: then it is no operation, but a call from outside of the run.
 */
static inline EhWorldTask *
eh_world_begin (EhWorld *self, EhOpKind kind, const char *subject, guint64 subject_hash)
{
  EhWorldTask *task = self->running;

  if (task == NULL)
    return NULL;
  task->awaits = FALSE;
  task->op.kind = kind;
  task->op.n_accesses = 0;
  task->op.subject = subject;
  task->op_hash = eh_mix (subject_hash, kind + 1);
  task->enabled = task->op_hash * (2 * task->number + 1);
  task->label = eh_choice_label_of_candidate (task->number, kind);
  task->candidate = (EhCandidate){ task->number, task->n_ops, eh_world_task_count_left (task), &task->op };
  return task;
}

static inline void
eh_world_task_touch (EhWorldTask *self, EhResource resource, gboolean write)
{
  self->op.accesses[self->op.n_accesses++] = (EhAccess){ resource, .write = write };
}

/*
 * Gives way, and asks what goes wrong; kinds in @unfit are left out. FALSE if the task has crashed or the run is over:
 * the operation has no effect.
 */
gboolean eh_world_enter (EhWorld *self, EhWorldTask *task, guint32 unfit, EhFault *fault, GError **error);

/*
 * Tells that the operation was done: @step has everything but task, step, op and switched; @arguments is a hash of what
 * the operation was called with.
 */
void eh_world_leave (EhWorld *self, EhWorldTask *task, EhWorldStep *step, guint64 arguments);

/* That the operation really does this; in debug builds it must have said so. */
#ifdef NDEBUG
#define eh_world_check_access(task, resource, write) ((void) 0)
#else
void eh_world_check_access (const EhWorldTask *task, EhResource resource, gboolean write);
#endif

/* eh-world-node.c */
void eh_world_run_follower (EhWorldTask *task);
/* Of a node that has crashed: until it is there again. */
void eh_world_wait_for_node (EhWorldTask *task);
void eh_world_restart_nodes (EhWorld *self);
void eh_world_node_free (gpointer data);
/* Whether that gives somebody something to do. */
gboolean eh_world_heal (EhWorld *self);

/* eh-world-await.c */
/* Of a patient follower: that it is about to read what follows @from. */
void eh_world_await (EhWorld *self, EhWorldTask *task, const char *category, guint64 from);
EhEventPage *eh_world_read_awaited (EhWorld *self, EhWorldTask *task, GError **error);
/* It is started again. */
void eh_world_forget_awaited (EhWorldTask *task);
void eh_world_note_appended (EhWorld *self, EhWorldTask *task);
void eh_world_note_deleted (EhWorld *self);
void eh_world_await_reset (EhWorld *self);
/* Time has passed. */
void eh_world_let_end_again (EhWorld *self);
/*
 * Nobody can go on: those who wait find nothing more. @also_known: also who has found that out before. FALSE if there
 * are none.
 */
gboolean eh_world_end_waiting (EhWorld *self, gboolean also_known);

/* eh-world-run.c: before a step */
void eh_world_task_begin_step (EhWorldTask *self);

void eh_world_record (EhWorld *self, EhChoiceKind kind, guint64 arity, guint64 value, guint32 label);

/* eh-world-hash.c */
guint64 eh_world_hash_batch (EhWorld *self, const EhEventBatch *batch, gint64 expected);
guint64 eh_world_hash_event (EhWorld *self, const EhEvent *event);
guint64 eh_world_hash_error (const GError *error);
void eh_world_trace (EhWorld *self, EhWorldTask *task, guint64 result);

/* The surroundings. */
#define EH_TYPE_WORLD_STORE (eh_world_store_get_type ())
G_DECLARE_FINAL_TYPE (EhWorldStore, eh_world_store, EH, WORLD_STORE, GObject)
#define EH_TYPE_WORLD_BUS (eh_world_bus_get_type ())
G_DECLARE_FINAL_TYPE (EhWorldBus, eh_world_bus, EH, WORLD_BUS, GObject)
#define EH_TYPE_WORLD_CLOCK (eh_world_clock_get_type ())
G_DECLARE_FINAL_TYPE (EhWorldClock, eh_world_clock, EH, WORLD_CLOCK, GObject)
#define EH_TYPE_WORLD_IDS (eh_world_ids_get_type ())
G_DECLARE_FINAL_TYPE (EhWorldIds, eh_world_ids, EH, WORLD_IDS, GObject)

#define EH_TYPE_WORLD_CHECKPOINTS (eh_world_checkpoints_get_type ())
G_DECLARE_FINAL_TYPE (EhWorldCheckpoints, eh_world_checkpoints, EH, WORLD_CHECKPOINTS, GObject)

EhEventStore *eh_world_store_new (EhWorld *world);
EhEventBus *eh_world_bus_new (EhWorld *world);
EhClock *eh_world_clock_new (EhWorld *world);
EhIdSource *eh_world_ids_new (EhWorld *world);
EhCheckpointStore *eh_world_checkpoints_new (EhWorld *world);
void eh_world_checkpoints_mark (EhCheckpointStore *checkpoints);
void eh_world_checkpoints_rollback (EhCheckpointStore *checkpoints);

/* The courier's part: whether anything waits that can be delivered; forgetting what waits; the delivering. */
gboolean eh_world_bus_has_subscriptions (EhEventBus *bus);
gboolean eh_world_bus_is_waiting (EhEventBus *bus);
/* The resource that stands for all that waits. */
EhResource eh_world_bus_get_queue (EhWorld *self);
void eh_world_bus_reset (EhEventBus *bus);
void eh_world_bus_end_vacant (EhWorld *world);
void eh_world_run_courier (EhWorldTask *task);

G_END_DECLS
