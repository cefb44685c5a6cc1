/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-op-private.h"

G_BEGIN_DECLS

/*
 * The one place through which everything passes that could go two ways. 0 is always the boring choice: carry on with
 * the running task, no fault, first in first out, the smallest value. A run is its list of choices.
 */

typedef enum {
  EH_CHOICE_TASK,  /* which task goes next */
  EH_CHOICE_FAULT, /* whether and how an operation goes wrong */
  EH_CHOICE_VALUE, /* a generated value */
  EH_CHOICE_OTHER, /* delivery picks and the like */
} EhChoiceKind;

/* A task that could go next, with what it would do. */
typedef struct {
  guint task;      /* its number, in the order of adding */
  guint index;     /* how many operations it has done in this run */
  guint remaining; /* an estimate of the operations that it still has to do, 1 or more */
  const EhOp *op;  /* (unowned) */
} EhCandidate;

typedef struct _EhOracle EhOracle;
struct _EhOracle {
  /*
   * Which of the @n candidates (2 or more) goes next: an index. If the running task can carry on it is the first; the
   * others follow by number. @running_first says whether it is.
   */
  guint (*next) (EhOracle *self, const EhCandidate *candidates, guint n, gboolean running_first);

  /*
   * Whether the operation @op, number @index of task @task, goes wrong: 0 for no, i for faults[i - 1].
   */
  guint (*fault) (EhOracle *self, guint task, guint index, const EhOp *op, const EhFault *faults, guint n);

  /* Any other choice, from 0 to @arity - 1; @arity is 2 or more. */
  guint64 (*choose) (EhOracle *self, EhChoiceKind kind, guint64 arity, const char *label);

  /* (nullable): tells that task @task has done @op, its operation number @index, whether there was a choice or not. */
  void (*did) (EhOracle *self, guint task, guint index, const EhOp *op);
};

/* One recorded choice. Choices of arity 1 are not recorded. */
typedef struct {
  EhChoiceKind kind;
  guint64 arity;
  guint64 value;
  guint32 label; /* a hash of what was chosen among: for strict replay */
} EhChoice;

/*
 * Labels: what a choice was among, so that who records and who replays strictly mean the same by it. Numbers only:
 * they are made at every step; and none of resources, whose numbers depend on what a world has run before.
 */
static inline guint32
eh_choice_label_add (guint32 label, guint32 number)
{
  return (label ^ number) * 0x01000193u + 0x9e3779b9u;
}

/* Of all candidates but the first the order says nothing: they are added up. */
static inline guint32
eh_choice_label_of_candidate (guint task, EhOpKind kind)
{
  return eh_choice_label_add (task << 8 | kind, 0);
}

static inline guint32
eh_choice_label_next (const EhCandidate *candidates, guint n)
{
  guint32 label = candidates[0].task;

  for (guint i = 0; i < n; i++)
    label += eh_choice_label_of_candidate (candidates[i].task, candidates[i].op->kind);
  return label;
}

static inline guint32
eh_choice_label_fault (guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  guint32 label = eh_choice_label_add (eh_choice_label_add (task, index), op->kind);

  for (guint i = 0; i < n; i++)
    label = eh_choice_label_add (label, faults[i].kind << 1 | !!faults[i].applied);
  return label;
}

static inline guint32
eh_choice_label_text (const char *text)
{
  return g_str_hash (text);
}

G_END_DECLS
