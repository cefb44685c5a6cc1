/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-explorer-private.h"

typedef struct {
  EhOracle parent;
  EhChoice *choices; /* (owned) */
  guint n;
  guint position;
  gboolean strict;
  char *divergence; /* (owned) (nullable) */
} EhReplayOracle;

static const char *const kind_names[] = { "a task", "a fault", "a value", "a pick" };

static char *
describe_difference (const EhChoice *expected, EhChoiceKind kind, guint64 arity, guint32 label, const char *among)
{
  if (expected->kind != kind || expected->arity != arity)
    return g_strdup_printf ("expected %s among %" G_GUINT64_FORMAT ", got %s among %" G_GUINT64_FORMAT " (%s)",
                            kind_names[expected->kind], expected->arity, kind_names[kind], arity, among);
  if (expected->label != label)
    return g_strdup_printf ("expected %s among others than %s", kind_names[kind], among);
  return NULL;
}

/* A replay that has left its path has nothing to say about the rest of the run. */
static guint64
diverge (EhReplayOracle *self, char *what)
{
  self->divergence = g_strdup_printf ("step %u: %s", self->position, what);
  g_free (what);
  return 0;
}

static gboolean
is_over (EhReplayOracle *self)
{
  return self->divergence != NULL || (!self->strict && self->position >= self->n);
}

static guint64
take (EhReplayOracle *self, guint64 arity)
{
  guint64 value = self->choices[self->position++].value;

  return MIN (value, arity - 1);
}

static guint64
take_strictly (EhReplayOracle *self, EhChoiceKind kind, guint64 arity, guint32 label, const char *among)
{
  char *difference;

  if (self->position >= self->n)
    return diverge (self, g_strdup_printf ("expected the end, got %s among %" G_GUINT64_FORMAT " (%s)",
                                           kind_names[kind], arity, among));
  difference = describe_difference (&self->choices[self->position], kind, arity, label, among);
  if (difference != NULL)
    return diverge (self, difference);
  return take (self, arity);
}

static char *
list_candidates (const EhCandidate *candidates, guint n)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (list, "%s%u: %s%s%s", i > 0 ? ", " : "", candidates[i].task,
                            eh_op_kind_get_nick (candidates[i].op->kind), candidates[i].op->subject ? " " : "",
                            candidates[i].op->subject ? candidates[i].op->subject : "");
  return g_string_free (list, FALSE);
}

static guint
replay_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  EhReplayOracle *self = (EhReplayOracle *) oracle;
  g_autofree char *among = NULL;

  if (is_over (self))
    return 0;
  if (!self->strict)
    return take (self, n);
  among = list_candidates (candidates, n);
  return take_strictly (self, EH_CHOICE_TASK, n, eh_choice_label_next (candidates, n), among);
}

static guint
replay_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  EhReplayOracle *self = (EhReplayOracle *) oracle;
  g_autofree char *among = NULL;

  if (is_over (self))
    return 0;
  if (!self->strict)
    return take (self, n + 1);
  among = g_strdup_printf ("%u: %s", task, eh_op_kind_get_nick (op->kind));
  return take_strictly (self, EH_CHOICE_FAULT, n + 1, eh_choice_label_fault (task, index, op, faults, n), among);
}

static guint64
replay_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  EhReplayOracle *self = (EhReplayOracle *) oracle;

  if (is_over (self))
    return 0;
  if (!self->strict)
    return take (self, arity);
  return take_strictly (self, kind, arity, eh_choice_label_text (label), label);
}

EhOracle *
eh_replay_oracle_new (const EhChoice *choices, guint n, gboolean strict)
{
  EhReplayOracle *self = g_new0 (EhReplayOracle, 1);

  self->parent.next = replay_next;
  self->parent.fault = replay_fault;
  self->parent.choose = replay_choose;
  self->choices = g_memdup2 (choices, n * sizeof (EhChoice));
  self->n = n;
  self->strict = strict;
  return &self->parent;
}

const char *
eh_replay_oracle_get_divergence (EhOracle *oracle)
{
  EhReplayOracle *self = (EhReplayOracle *) oracle;

  if (self->strict && self->divergence == NULL && self->position < self->n)
    self->divergence = g_strdup_printf ("step %u: expected %s among %" G_GUINT64_FORMAT ", got the end", self->position,
                                        kind_names[self->choices[self->position].kind],
                                        self->choices[self->position].arity);
  return self->divergence;
}

void
eh_replay_oracle_free (EhOracle *oracle)
{
  EhReplayOracle *self = (EhReplayOracle *) oracle;

  if (self == NULL)
    return;
  g_free (self->divergence);
  g_free (self->choices);
  g_free (self);
}
