/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * What a task of a world is about to do, as the scheduler and the explorer see it: one visible operation and the
 * resources that it touches. Two operations are dependent if they touch a resource that both touch and at least one
 * writes, or if they are of the same task. Everything between two operations is invisible to other tasks.
 */

typedef enum {
  EH_OP_START,           /* the task begins its next step; touches nothing */
  EH_OP_LOAD,            /* R stream: read_stream, get_version */
  EH_OP_APPEND,          /* W stream, W log if the log is watched */
  EH_OP_READ_ALL,        /* R log: read_all, get_head; who awaits an event: of the append that brings it */
  EH_OP_DELETE,          /* W stream, W snapshot, W deleted, W log if watched */
  EH_OP_SNAPSHOT_LOAD,   /* R snapshot of the stream */
  EH_OP_SNAPSHOT_SAVE,   /* W snapshot of the stream, R stream */
  EH_OP_PUBLISH,         /* W queue of each subscriber */
  EH_OP_DELIVER,         /* W queue, and what the handler touches */
  EH_OP_SLEEP,           /* R clock: waits until the clock has come so far */
  EH_OP_TIME,            /* W clock: the clock is moved */
  EH_OP_RESTART,         /* W node: a node that has crashed is there again */
  EH_OP_HANDLE,          /* W node: a follower takes up the next event */
  EH_OP_CHECKPOINT_LOAD, /* R checkpoint, W node */
  EH_OP_CHECKPOINT_SAVE, /* W checkpoint */
  EH_OP_QUERY,           /* R node: somebody looks at what a node shows */
  EH_OP_SUBSCRIBE,       /* W queue */
  EH_OP_N_KINDS,
} EhOpKind;

/* The name of a kind in schedules: "load", "append", ... */
const char *eh_op_kind_get_nick (EhOpKind kind);

/*
 * Resources are small numbers that a world gives in order of first use. Fixed are those of the log, the clock, and of
 * that nothing is taken out of the log.
 */
typedef guint32 EhResource;
#define EH_RESOURCE_LOG 0u
#define EH_RESOURCE_CLOCK 1u
#define EH_RESOURCE_DELETED 2u
#define EH_RESOURCE_FIRST 3u

typedef struct {
  EhResource resource;
  guint write : 1;
  /* a read of what is written once, and was not possible before: it comes after the write, and is in no race with it */
  guint after : 1;
  /* a read of whether something is there yet, which only a fault of the task can show: a crash by where it comes back
     to, any fault by which operation has its number */
  guint early : 1;
} EhAccess;

#define EH_OP_ACCESSES_MAX 6

typedef struct {
  EhOpKind kind;
  guint n_accesses;
  EhAccess accesses[EH_OP_ACCESSES_MAX];
  const char *subject; /* (unowned) (nullable): what it is done to: "Account-a1", "bank.account" */
} EhOp;

gboolean eh_op_is_dependent (const EhOp *a, const EhOp *b);

/* The kinds of fault, in the order and by the names of scenario files. */
typedef enum {
  EH_FAULT_NONE,
  EH_FAULT_APPEND_ERROR,     /* nothing is written, G_IO_ERROR_FAILED */
  EH_FAULT_APPEND_AMBIGUOUS, /* EH_ERROR_AMBIGUOUS; written or not: two outcomes */
  EH_FAULT_APPEND_CONFLICT,  /* nothing is written, EH_ERROR_CONFLICT */
  EH_FAULT_LOAD_ERROR,       /* G_IO_ERROR_FAILED */
  EH_FAULT_LOAD_STALE,       /* the newest event of the stream is not seen */
  EH_FAULT_PUBLISH_ERROR,
  EH_FAULT_PUBLISH_AMBIGUOUS,
  EH_FAULT_DELIVER_TWICE,
  EH_FAULT_DELIVER_LATE,
  EH_FAULT_DELIVER_REORDERED,
  EH_FAULT_HANDLER_ERROR,
  EH_FAULT_CRASH, /* this operation and all later ones of the step have no effect; the node restarts after it */
  EH_FAULT_SNAPSHOT_STALE,
  EH_FAULT_SNAPSHOT_LOST,
  EH_FAULT_CLOCK_JUMP,
  EH_FAULT_N_KINDS,
} EhFaultKind;

const char *eh_fault_kind_get_nick (EhFaultKind kind);
gboolean eh_fault_kind_from_nick (const char *nick, EhFaultKind *kind);

/*
 * One way in which an operation can go wrong. AMBIGUOUS ones come in two: applied or not; both look the same to the
 * caller.
 */
typedef struct {
  EhFaultKind kind;
  gboolean applied;
} EhFault;

/* The most ways in which one operation can go wrong. */
#define EH_FAULTS_MAX 16

/*
 * Fills @faults (room for EH_FAULTS_MAX) with the ways in which an operation of @kind can go wrong, in a fixed order;
 * returns how many. Kinds that are not in the bit set @enabled (1 << EhFaultKind) are left out.
 */
guint eh_op_get_faults (EhOpKind kind, guint32 enabled, EhFault *faults);

G_END_DECLS
