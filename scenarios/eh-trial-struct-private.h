/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-trial-private.h"

G_BEGIN_DECLS

/*
 * The inside of a trial, shared by the files that run it and those that check it.
 *
 * What runs is observed operation by operation. The observer keeps, for each stream, all its events and the state
 * folded on with each append; and for each step of each client what it loaded and appended. Most checks are made then
 * and there. Serial equivalence is only looked into at the end, and only if something happened that can break it: see
 * EhTrial.is_suspect. Arrays are reused from run to run; text is made for failures and traced runs only.
 */

/* ---- streams ---- */

/* A stream as the store has it, followed from outside. */
typedef struct {
  EhStreamName *name;           /* (owned) */
  const EhAggregateType *type;  /* (nullable): no aggregate type has such streams: nothing is folded */
  GPtrArray *events;            /* (owned) (element-type EhEvent): from version 1, typed */
  GArray *published;            /* (owned) (element-type guint8): how often, for each event up to the last of them */
  gpointer state;               /* (owned) (nullable): after all events */
  gpointer given_state;         /* (owned) (nullable): after those of the past */
  GPtrArray *marks;             /* (owned): states after so many events and so many more: folding starts at one */
  guint n_given;                /* events of the past */
  gboolean is_folded;           /* every event could be folded */
  const EhProcessType *process; /* (nullable): the steps of a process */
} EhTrialStream;

/* ---- what the clients did ---- */

typedef enum {
  EH_TRIAL_NOT_RUN,
  EH_TRIAL_RUNNING,
  EH_TRIAL_ACCEPTED,
  EH_TRIAL_REFUSED, /* by the domain */
  EH_TRIAL_FAILED,  /* a conflict or an injected error: the client was told that nothing happened */
  EH_TRIAL_UNKNOWN, /* crashed, or unclear: the client never learnt it */
} EhTrialOutcome;

#define EH_TRIAL_NONE G_MAXUINT

typedef struct {
  guint stream;
  guint64 version;
  guint at;            /* the operation's number in the run */
  guint next;          /* the step's next load, or EH_TRIAL_NONE */
  gboolean is_stale;   /* it showed less than there was */
  gboolean is_fault;   /* because of an injected fault, which hid the newest event */
  gboolean is_spent;   /* an append that relied on it failed: the next load of the stream replaces it */
  gboolean is_dropped; /* it does not count any more */
} EhTrialLoad;

typedef struct {
  guint stream;
  guint64 first;
  guint64 last;
  guint at;
  guint next;
  guint record; /* whose it is: an index of EhTrial.records */
} EhTrialAppend;

/* One step of one client. */
typedef struct {
  guint task;
  guint step;
  const EhClientStep *spec; /* (nullable): NULL of a generated command */
  EhCommand *command;       /* (owned) (nullable) */
  EhTrialOutcome outcome;
  GError *error; /* (owned) (nullable): what the client was told */
  gint64 time;   /* when it was decided */
  guint first_load;
  guint last_load;
  guint first_append;
  guint last_append;
  guint n_appends;
  guint first_id;       /* the ids that the last attempt drew, in EhTrial.ids */
  guint n_ids;          /* how many */
  gboolean has_failed;  /* its last operation failed: what it was told is not the domain's word */
  guint64 snapshot;     /* the version of the snapshot that the next load starts from */
  EhSnapshot *believed; /* (owned) (nullable): in a traced run, the snapshot that loads start from */
} EhTrialStep;

/* One operation, as far as it matters for comparing two runs. */
typedef struct {
  guint task;
  guint step;
  EhOpKind kind;
  guint stream; /* or EH_TRIAL_NONE */
  guint64 version;
  GQuark error_domain; /* 0 if it did not fail */
  gint error_code;
} EhTrialOp;

/* A published event that was not in the store at that time. */
typedef struct {
  EhEvent *event; /* (owned) */
  guint task;
} EhTrialEarly;

/* A set of ids that is emptied in no time: entries of older generations do not count. */
typedef struct {
  EhId id;
  guint32 generation;
  guint stream;
  guint64 version;
} EhTrialIdEntry;

typedef struct {
  EhTrialIdEntry *entries; /* (owned) */
  guint size;              /* a power of two */
  guint n;
  guint32 generation;
} EhTrialIdSet;

/* ---- nodes ---- */

/* What a client is in production: a process with a repository, a handler, buses. */
typedef struct {
  EhTrial *trial; /* (unowned) */
  guint task;
  EhRepository *repository;            /* (owned) */
  EhCommandHandler *handler;           /* (owned) */
  EhCommandBus *bus;                   /* (owned) */
  EhClock *clock;                      /* (unowned): the world's */
  const EhCommandBusInterface *bus_if; /* of @bus; looked up once, as the clock's: both are called for every step */
  const EhClockInterface *clock_if;
  guint first_record; /* its steps in EhTrial.records */
  guint n_steps;
  gboolean keeps;       /* folded aggregates, for as long as it lives */
  gboolean is_follower; /* no client: its steps are the commands that it sends */
  GArray *indices;      /* (owned) (nullable) (element-type guint): a follower's steps in EhTrial.records */
  guint current;        /* a follower's: the command under way, in EhTrial.records, or EH_TRIAL_NONE */
} EhTrialNode;

/* What a check found. */
typedef struct {
  EhSimCheck check;
  char *role;     /* (owned) */
  char *sentence; /* (owned) */
} EhTrialFinding;

struct _EhTrial {
  EhExperiment experiment;
  EhDomain *domain;         /* (unowned) */
  EhSimulation *simulation; /* (owned) */
  EhWorld *world;           /* (owned) */
  EhIdSource *ids_source;   /* (owned): the world's, remembering what it gave */
  GPtrArray *nodes;         /* (owned) (element-type EhTrialNode): of all tasks */
  guint n_clients;          /* the first of them */
  GPtrArray *consumers;     /* (owned) (element-type EhSimulationNode) */
  gboolean has_relay;
  GPtrArray *given_log; /* (owned) (element-type EhEvent): the past in its order, if there are views */
  GPtrArray *rows;      /* (owned) (element-type EhView): of projections that invariants are about */

  GArray *streams;       /* (owned) (element-type EhTrialStream) */
  guint n_given_streams; /* those from the given events and the commands; they stay */
  GArray *records;       /* (owned) (element-type EhTrialStep): those of clients stay */
  guint n_client_records;
  GArray *loads;    /* (owned) (element-type EhTrialLoad) */
  GArray *appends;  /* (owned) (element-type EhTrialAppend) */
  GArray *ops;      /* (owned) (element-type EhTrialOp) */
  guint loads_room; /* for so many there is room already, as for @ops_room */
  guint appends_room;
  guint ops_room;
  GArray *ids;   /* (owned) (element-type EhId): drawn in this run */
  GArray *early; /* (owned) (element-type EhTrialEarly) */
  EhTrialIdSet event_ids;
  EhTrialIdSet causes; /* commands that led to events */
  guint64 position;    /* of the last event */
  GByteArray *reached; /* (owned): for each thing that should be so sometimes, whether it was in this run */

  gboolean is_suspect;     /* something read was not the newest when it was acted on, or the like */
  gboolean is_careful;     /* this run is checked the long way, and twice */
  gboolean log_was_read;   /* by a body, in the run before the first */
  gboolean bus_was_joined; /* by a body or node, likewise */
  gboolean loaded_state;   /* a load started from a snapshot */
  gboolean saved_state;    /* a snapshot was saved */
  guint64 n_runs;
  guint64 n_unknown; /* runs whose serial equivalence was not found out within the budget */
  GPtrArray *trace;  /* (owned) (nullable) (element-type EhTraceRow): rows, in a traced run */
  GArray *findings;  /* (owned) (element-type EhTrialFinding) */
  EhVerdict verdict;
};

/* A new element, not filled, of an array that grows with every operation and keeps its memory from run to run. */
static inline gpointer
eh_trial_extend (GArray *array, guint *room, gsize size)
{
  guint at = array->len;

  if (at == *room)
    {
      *room = MAX (64, 2 * at);
      g_array_set_size (array, *room);
    }
  array->len = at + 1;
  return array->data + at * size;
}

/* ---- eh-trial.c ---- */

/* Whether more than commands is done: by bodies, or nodes of the simulation's own. */
gboolean eh_trial_has_own_code (const EhTrial *self);

/* ---- eh-trial-stream.c ---- */

guint eh_trial_find_stream (EhTrial *self, EhStreamName *name);
static inline EhTrialStream *
eh_trial_get_stream (EhTrial *self, guint i)
{
  return &g_array_index (self->streams, EhTrialStream, i);
}
static inline guint64
eh_trial_stream_get_version (const EhTrialStream *self)
{
  return self->events->len;
}
const char *eh_trial_stream_get_name (const EhTrialStream *self);
/* Folds one more event into the model. (transfer none) */
void eh_trial_stream_add (EhTrial *self, EhTrialStream *stream, EhEvent *event);
void eh_trial_stream_clear (EhTrialStream *stream);
/* What is in the store now is what each run starts from. */
gboolean eh_trial_streams_mark (EhTrial *self, GError **error);
void eh_trial_streams_reset (EhTrial *self);
/* The state after the first @version events; (transfer full), free with eh_schema_free(); NULL if it does not fold */
gpointer eh_trial_stream_fold (EhTrial *self, const EhTrialStream *stream, guint64 version);

void eh_trial_id_set_init (EhTrialIdSet *self);
void eh_trial_id_set_clear (EhTrialIdSet *self);
void eh_trial_id_set_empty (EhTrialIdSet *self);
/* Returns: (nullable): the entry that was there already; else it is added. */
const EhTrialIdEntry *eh_trial_id_set_add (EhTrialIdSet *self, const EhId *id, guint stream, guint64 version);

/* ---- eh-trial-history.c ---- */

void eh_trial_history_init (EhTrial *self);
void eh_trial_history_reset (EhTrial *self);
void eh_trial_history_clear (EhTrial *self);
/* The observer. */
void eh_trial_history_observe (EhTrial *self, const EhWorldStep *step);
EhTrialStep *eh_trial_get_record (EhTrial *self, guint task, guint step);
/* (nullable): what @task is at in its step @step: of a follower, the command that it is sending */
EhTrialStep *eh_trial_find_record (EhTrial *self, guint task, guint step);
/*
 * Adds a step of a follower: its index. @command: (nullable) what it sends; or @spec: (nullable) something else.
 * Pointers to other steps are not valid any more.
 */
guint eh_trial_add_record (EhTrial *self, EhTrialNode *node, EhCommand *command, const EhClientStep *spec);
/* (nullable): who appended that version in this run */
const EhTrialStep *eh_trial_find_writer (EhTrial *self, guint stream, guint64 version);
static inline EhTrialLoad *
eh_trial_get_load (EhTrial *self, guint i)
{
  return &g_array_index (self->loads, EhTrialLoad, i);
}
static inline EhTrialAppend *
eh_trial_get_append (EhTrial *self, guint i)
{
  return &g_array_index (self->appends, EhTrialAppend, i);
}

/* ---- eh-trial-node.c ---- */

void eh_trial_node_free (EhTrialNode *self);
EhTrialNode *eh_trial_node_new (EhTrial *trial, guint task, guint n_steps);
/* What came of a step. @error: (transfer full) (nullable) */
void eh_trial_node_conclude (EhTrialNode *self, EhTrialStep *record, gboolean done, GError *error);
/* Drops what it has in memory. */
void eh_trial_node_forget (EhTrialNode *self);
/* Does one step; an EhStepFunc whose user data is the node. */
void eh_trial_node_run_step (EhWorld *world, guint task, guint step, gpointer user_data);

/* ---- eh-trial-ids.c ---- */

EhIdSource *eh_trial_ids_new (EhTrial *trial);
/* Gives the ids that @record drew once more, from the first; NULL: the world's again. */
void eh_trial_ids_replay (EhIdSource *ids, const EhTrialStep *record);

/* ---- eh-trial-generate.c ---- */

/* Draws the command of a step. */
EhCommand *eh_trial_generate (EhTrial *self, guint task, guint step, GError **error);
gboolean eh_trial_check_generate (EhTrial *self, GError **error);

/* ---- eh-trial-trace.c ---- */

void eh_trial_trace_observe (EhTrial *self, const EhWorldStep *step);
/* What @task was given last could not be handled. */
void eh_trial_trace_fail (EhTrial *self, guint task, const GError *reason);
/* "alice's PerformDeposit { amount: 60 }", "alice's step 2" */
char *eh_trial_describe_step (EhTrial *self, const EhTrialStep *record);
/* The same of a step by its numbers; the name alone of who is no client: "balances", "courier" */
char *eh_trial_describe_step_of (EhTrial *self, guint task, guint step);
char *eh_trial_describe_error (EhTrial *self, const GError *error);
/* The type of command or kind of step, for roles. */
const char *eh_trial_get_step_type (const EhTrialStep *record);

/* ---- eh-check-*.c ---- */

/* Adds a finding; takes @sentence. One for each check: the first. */
void eh_trial_find (EhTrial *self, EhSimCheck check, char *role, char *sentence);
void eh_trial_clear_finding (gpointer data);
gboolean eh_trial_wants (const EhTrial *self, EhSimCheck check);

/* Before the model takes the events of an append. */
void eh_check_structure (EhTrial *self, guint stream, const EhWorldStep *step);
/* After it has. */
void eh_check_invariants_at_append (EhTrial *self, guint stream, const EhWorldStep *step);
void eh_check_invariants_at_rest (EhTrial *self);
/* The name of an invariant that is broken, for roles. (transfer full) */
char *eh_check_get_invariant_role (const GError *error);
/* What is said of rows, on views that are folded on beside the run; and of processes. */
void eh_check_rows_init (EhTrial *self);
void eh_check_rows_reset (EhTrial *self);
void eh_check_rows_at_append (EhTrial *self, guint stream, const EhWorldStep *step);
void eh_check_published (EhTrial *self, const EhWorldStep *step);
void eh_check_delivered_at_rest (EhTrial *self);
/* Of nodes that look and subscribe; a part of what was delivered. */
void eh_check_heard_observe (EhTrial *self, const EhWorldStep *step);
void eh_check_heard_at_rest (EhTrial *self);
void eh_check_views_at_rest (EhTrial *self);
void eh_check_progress (EhTrial *self, EhRunEnd end);
/* Looks for a serial order, the long way. */
void eh_check_serial (EhTrial *self);
/* Runs once more by the same choices. */
void eh_check_determinism (EhTrial *self);
void eh_check_decide_twice (EhTrial *self);

G_END_DECLS
