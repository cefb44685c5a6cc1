/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-op-private.h"

static const char *const op_nicks[EH_OP_N_KINDS] = {
  [EH_OP_START] = "start",
  [EH_OP_LOAD] = "load",
  [EH_OP_APPEND] = "append",
  [EH_OP_READ_ALL] = "read-all",
  [EH_OP_DELETE] = "delete",
  [EH_OP_SNAPSHOT_LOAD] = "load-snapshot",
  [EH_OP_SNAPSHOT_SAVE] = "save-snapshot",
  [EH_OP_PUBLISH] = "publish",
  [EH_OP_DELIVER] = "deliver",
  [EH_OP_SLEEP] = "sleep",
  [EH_OP_TIME] = "time",
  [EH_OP_RESTART] = "restart",
  [EH_OP_HANDLE] = "handle",
  [EH_OP_CHECKPOINT_LOAD] = "load-checkpoint",
  [EH_OP_CHECKPOINT_SAVE] = "save-checkpoint",
  [EH_OP_QUERY] = "query",
  [EH_OP_SUBSCRIBE] = "subscribe",
};

static const char *const fault_nicks[EH_FAULT_N_KINDS] = {
  [EH_FAULT_NONE] = "none",
  [EH_FAULT_APPEND_ERROR] = "append-error",
  [EH_FAULT_APPEND_AMBIGUOUS] = "append-ambiguous",
  [EH_FAULT_APPEND_CONFLICT] = "append-conflict",
  [EH_FAULT_LOAD_ERROR] = "load-error",
  [EH_FAULT_LOAD_STALE] = "load-stale",
  [EH_FAULT_PUBLISH_ERROR] = "publish-error",
  [EH_FAULT_PUBLISH_AMBIGUOUS] = "publish-ambiguous",
  [EH_FAULT_DELIVER_TWICE] = "deliver-twice",
  [EH_FAULT_DELIVER_LATE] = "deliver-late",
  [EH_FAULT_DELIVER_REORDERED] = "deliver-reordered",
  [EH_FAULT_HANDLER_ERROR] = "handler-error",
  [EH_FAULT_CRASH] = "crash",
  [EH_FAULT_SNAPSHOT_STALE] = "snapshot-stale",
  [EH_FAULT_SNAPSHOT_LOST] = "snapshot-lost",
  [EH_FAULT_CLOCK_JUMP] = "clock-jump",
};

/* What can go wrong with each kind of operation, in the order in which it is offered, ended by a crash. */
static const EhFaultKind op_faults[EH_OP_N_KINDS][6] = {
  [EH_OP_START] = { EH_FAULT_CRASH },
  [EH_OP_LOAD] = { EH_FAULT_LOAD_ERROR, EH_FAULT_LOAD_STALE, EH_FAULT_CRASH },
  [EH_OP_APPEND] = { EH_FAULT_APPEND_ERROR, EH_FAULT_APPEND_AMBIGUOUS, EH_FAULT_APPEND_CONFLICT, EH_FAULT_CRASH },
  [EH_OP_READ_ALL] = { EH_FAULT_LOAD_ERROR, EH_FAULT_CRASH },
  [EH_OP_DELETE] = { EH_FAULT_CRASH },
  [EH_OP_SNAPSHOT_LOAD] = { EH_FAULT_SNAPSHOT_STALE, EH_FAULT_SNAPSHOT_LOST, EH_FAULT_CRASH },
  [EH_OP_SNAPSHOT_SAVE] = { EH_FAULT_CRASH },
  [EH_OP_PUBLISH] = { EH_FAULT_PUBLISH_ERROR, EH_FAULT_PUBLISH_AMBIGUOUS, EH_FAULT_CRASH },
  [EH_OP_DELIVER] = { EH_FAULT_DELIVER_TWICE, EH_FAULT_DELIVER_LATE, EH_FAULT_DELIVER_REORDERED, EH_FAULT_HANDLER_ERROR,
                      EH_FAULT_CRASH },
  [EH_OP_SLEEP] = { EH_FAULT_CLOCK_JUMP, EH_FAULT_CRASH },
  [EH_OP_TIME] = { EH_FAULT_CLOCK_JUMP, EH_FAULT_CRASH },
  [EH_OP_RESTART] = { EH_FAULT_CRASH },
  [EH_OP_HANDLE] = { EH_FAULT_DELIVER_TWICE, EH_FAULT_HANDLER_ERROR, EH_FAULT_CRASH },
  [EH_OP_CHECKPOINT_LOAD] = { EH_FAULT_CRASH },
  [EH_OP_CHECKPOINT_SAVE] = { EH_FAULT_CRASH },
  [EH_OP_QUERY] = { EH_FAULT_CRASH },
  [EH_OP_SUBSCRIBE] = { EH_FAULT_CRASH },
};

const char *
eh_op_kind_get_nick (EhOpKind kind)
{
  return op_nicks[kind];
}

gboolean
eh_op_is_dependent (const EhOp *a, const EhOp *b)
{
  for (guint i = 0; i < a->n_accesses; i++)
    for (guint j = 0; j < b->n_accesses; j++)
      if (a->accesses[i].resource == b->accesses[j].resource && (a->accesses[i].write || b->accesses[j].write)
          && (a->accesses[i].after | b->accesses[j].after) == 0)
        return TRUE;
  return FALSE;
}

const char *
eh_fault_kind_get_nick (EhFaultKind kind)
{
  return fault_nicks[kind];
}

gboolean
eh_fault_kind_from_nick (const char *nick, EhFaultKind *kind)
{
  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    if (g_strcmp0 (fault_nicks[i], nick) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

static gboolean
eh_fault_kind_is_ambiguous (EhFaultKind kind)
{
  return kind == EH_FAULT_APPEND_AMBIGUOUS || kind == EH_FAULT_PUBLISH_AMBIGUOUS;
}

guint
eh_op_get_faults (EhOpKind kind, guint32 enabled, EhFault *faults)
{
  guint n = 0;

  for (const EhFaultKind *fault = op_faults[kind];; fault++)
    {
      if ((enabled & 1u << *fault) != 0)
        {
          faults[n++] = (EhFault){ *fault, FALSE };
          if (eh_fault_kind_is_ambiguous (*fault))
            faults[n++] = (EhFault){ *fault, TRUE };
        }
      if (*fault == EH_FAULT_CRASH)
        return n;
    }
}
