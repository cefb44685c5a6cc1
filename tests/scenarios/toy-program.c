/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "toy-program.h"

#include "model/eh-random-private.h"

#include <string.h>

static const EhOpKind op_kinds[] = {
  [TOY_READ] = EH_OP_LOAD, [TOY_WRITE] = EH_OP_APPEND, [TOY_AWAIT] = EH_OP_LOAD,
  [TOY_TAKE] = EH_OP_LOAD, [TOY_SLEEP] = EH_OP_SLEEP,  [TOY_NOISE] = EH_OP_START,
};

static guint64
mix (guint64 a, guint64 b)
{
  return eh_random_mix (a * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + b + 1);
}

static const ToyOp *
get_op (const ToyExperiment *self, guint task)
{
  return &self->program->ops[task][self->place[task]];
}

static void
get_touched (const ToyOp *op, EhOp *touched)
{
  *touched = (EhOp){ .kind = op_kinds[op->kind] };
  if (op->kind == TOY_NOISE)
    return;
  touched->accesses[touched->n_accesses++] = (EhAccess){ op->kind == TOY_SLEEP ? EH_RESOURCE_CLOCK
                                                                               : EH_RESOURCE_FIRST + op->resource,
                                                         .write = op->kind == TOY_WRITE,
                                                         .after = op->kind == TOY_TAKE };
  if (op->logged)
    touched->accesses[touched->n_accesses++] = (EhAccess){ EH_RESOURCE_LOG, .write = TRUE };
}

static void
get_declared (const ToyOp *op, EhOp *declared)
{
  get_touched (op, declared);
  if (op->lies && op->kind == TOY_AWAIT)
    declared->accesses[0].after = TRUE;
  else if (op->lies)
    declared->n_accesses = 0;
}

static void
record (ToyExperiment *self, EhChoiceKind kind, guint64 arity, guint64 value, guint32 label)
{
  EhChoice choice = { kind, arity, value, label };

  g_array_append_val (self->choices, choice);
}

static guint64
choose (ToyExperiment *self, EhOracle *oracle, guint arity)
{
  guint64 value;

  if (arity < 2)
    return 0;
  value = oracle->choose (oracle, EH_CHOICE_VALUE, arity, "toy");
  g_assert_cmpuint (value, <, arity);
  record (self, EH_CHOICE_VALUE, arity, value, eh_choice_label_text ("toy"));
  return value;
}

static EhFault
choose_fault (ToyExperiment *self, EhOracle *oracle, guint task, const EhOp *op)
{
  EhFault faults[EH_FAULTS_MAX];
  guint n = self->program->faults != 0 ? eh_op_get_faults (op->kind, self->program->faults, faults) : 0;
  guint index = self->n_done[task];
  guint value;

  if (n == 0)
    return (EhFault){ 0 };
  value = oracle->fault (oracle, task, index, op, faults, n);
  g_assert_cmpuint (value, <=, n);
  record (self, EH_CHOICE_FAULT, n + 1, value, eh_choice_label_fault (task, index, op, faults, n));
  return value > 0 ? faults[value - 1] : (EhFault){ 0 };
}

static void
take_effect (ToyExperiment *self, guint task, const ToyOp *op, const EhFault *fault)
{
  gboolean happens = fault->kind == EH_FAULT_NONE || (fault->kind == EH_FAULT_APPEND_AMBIGUOUS && fault->applied);

  if (fault->kind != EH_FAULT_NONE)
    self->seen[task] = mix (self->seen[task], fault->kind);
  else if (op->kind == TOY_READ || op->kind == TOY_AWAIT || op->kind == TOY_TAKE)
    self->seen[task] = mix (self->seen[task], self->values[op->resource]);
  if (happens && op->kind == TOY_WRITE)
    self->values[op->resource] = mix (self->seen[task], task * 100 + self->place[task]);
}

/* Who takes comes after the one who writes. */
static gboolean
has_to_follow (const EhOp *later, const EhOp *earlier)
{
  for (guint i = 0; i < later->n_accesses; i++)
    for (guint k = 0; k < earlier->n_accesses; k++)
      if (later->accesses[i].resource == earlier->accesses[k].resource && earlier->accesses[k].write)
        return TRUE;
  return eh_op_is_dependent (earlier, later);
}

/*
 * What had to come before the step, by comparing it with all others; on purpose nothing like what the explorer
 * does.
 */
static guint64
order_step (ToyExperiment *self, guint step, const EhOp *touched)
{
  guint task = self->steps[step].task;
  guint16 *clock = self->clocks[step];
  guint64 hash = 0;

  memset (clock, 0, sizeof self->clocks[step]);
  for (guint other = 0; other < step; other++)
    {
      guint other_task = self->steps[other].task;
      EhOp op;

      get_touched (&self->program->ops[other_task][self->steps[other].place], &op);
      if (other_task == task || has_to_follow (touched, &op))
        for (guint i = 0; i < self->program->n_tasks; i++)
          clock[i] = MAX (clock[i], self->clocks[other][i]);
    }
  clock[task]++;
  for (guint i = 0; i < self->program->n_tasks; i++)
    hash = mix (hash, clock[i]);
  return hash;
}

static void
do_step (ToyExperiment *self, EhOracle *oracle, guint task)
{
  const ToyOp *op = get_op (self, task);
  guint step = self->n_steps++;
  EhOp touched;
  EhOp declared;
  EhFault fault;

  get_touched (op, &touched);
  get_declared (op, &declared);
  self->seen[task] = mix (self->seen[task], choose (self, oracle, op->arity_before));
  fault = choose_fault (self, oracle, task, &declared);
  self->n_faults += fault.kind != EH_FAULT_NONE;
  take_effect (self, task, op, &fault);
  self->steps[step] = (ToyStep){ task, self->place[task], self->n_done[task] };
  if (oracle->did != NULL)
    oracle->did (oracle, task, self->n_done[task], &declared);
  self->seen[task] = mix (self->seen[task], choose (self, oracle, op->arity_after));
  self->fingerprint += mix (mix (mix (task, self->place[task]), self->seen[task] ^ (fault.kind * 2 + fault.applied)),
                            order_step (self, step, &touched));
  self->n_done[task]++;
  self->place[task] += 1 + (self->seen[task] & 1 ? op->skip : 0);
  if (fault.kind == EH_FAULT_CRASH)
    self->place[task] = TOY_OPS_MAX;
}

static gboolean
is_pending (const ToyExperiment *self, guint task, ToyKind kind)
{
  return self->place[task] < self->program->n_ops[task] && get_op (self, task)->kind == kind;
}

static void
fall_asleep (ToyExperiment *self, guint task)
{
  if (is_pending (self, task, TOY_SLEEP))
    self->wakes[task] = self->now + 1 + get_op (self, task)->resource;
}

static gboolean
can_go_on (const ToyExperiment *self, guint task)
{
  if (self->place[task] >= self->program->n_ops[task])
    return FALSE;
  if (is_pending (self, task, TOY_SLEEP))
    return self->wakes[task] <= self->now;
  return (!is_pending (self, task, TOY_AWAIT) && !is_pending (self, task, TOY_TAKE))
         || self->values[get_op (self, task)->resource] != 0;
}

/* Returns: whether there is somebody to wake */
static gboolean
move_time (ToyExperiment *self)
{
  guint earliest = G_MAXUINT;

  for (guint task = 0; task < self->program->n_tasks; task++)
    if (is_pending (self, task, TOY_SLEEP))
      earliest = MIN (earliest, self->wakes[task]);
  if (earliest == G_MAXUINT)
    return FALSE;
  self->now = earliest;
  return TRUE;
}

static guint
find_candidates (const ToyExperiment *self, guint running, EhCandidate *candidates, EhOp *ops)
{
  guint n = 0;

  for (guint i = 0; i <= self->program->n_tasks; i++)
    {
      guint task = i == 0 ? running : i - 1;

      if (task == G_MAXUINT || (i > 0 && task == running) || !can_go_on (self, task))
        continue;
      get_declared (get_op (self, task), &ops[n]);
      candidates[n] = (EhCandidate){ task, self->n_done[task], self->program->n_ops[task] - self->place[task],
                                     &ops[n] };
      n++;
    }
  return n;
}

static void
start (ToyExperiment *self)
{
  memset (self->place, 0, G_STRUCT_OFFSET (ToyExperiment, steps) - G_STRUCT_OFFSET (ToyExperiment, place));
  self->n_steps = self->n_faults = 0;
  self->fingerprint = 0;
  g_array_set_size (self->choices, 0);
  for (guint task = 0; task < self->program->n_tasks; task++)
    fall_asleep (self, task);
}

static gboolean
toy_run (EhExperiment *experiment, EhOracle *oracle)
{
  ToyExperiment *self = (ToyExperiment *) experiment;
  EhCandidate candidates[TOY_TASKS_MAX];
  EhOp ops[TOY_TASKS_MAX];
  guint running = G_MAXUINT;
  guint n;

  start (self);
  while ((n = find_candidates (self, running, candidates, ops)) > 0 || move_time (self))
    {
      guint picked = 0;

      if (n == 0)
        continue;
      if (n > 1)
        {
          picked = oracle->next (oracle, candidates, n, candidates[0].task == running);
          g_assert_cmpuint (picked, <, n);
          record (self, EH_CHOICE_TASK, n, picked, eh_choice_label_next (candidates, n));
        }
      running = candidates[picked].task;
      do_step (self, oracle, running);
      fall_asleep (self, running);
    }
  if (self->program->visited != NULL)
    toy_set_add (self->program->visited, self->fingerprint);
  return self->program->fails != NULL && self->program->fails (self);
}

static guint64
toy_get_fingerprint (EhExperiment *experiment)
{
  return ((ToyExperiment *) experiment)->fingerprint;
}

static guint
toy_get_n_ops (EhExperiment *experiment)
{
  return ((ToyExperiment *) experiment)->n_steps;
}

static const EhChoice *
toy_get_choices (EhExperiment *experiment, guint *n)
{
  ToyExperiment *self = (ToyExperiment *) experiment;

  *n = self->choices->len;
  return (const EhChoice *) (gpointer) self->choices->data;
}

static void
toy_free (EhExperiment *experiment)
{
  ToyExperiment *self = (ToyExperiment *) experiment;

  g_array_unref (self->choices);
  g_free (self);
}

EhExperiment *
toy_experiment_new (gpointer program)
{
  ToyExperiment *self = g_new0 (ToyExperiment, 1);

  self->parent = (EhExperiment){ toy_run, toy_get_fingerprint, toy_get_n_ops, toy_get_choices, toy_free };
  self->program = program;
  self->choices = g_array_new (FALSE, FALSE, sizeof (EhChoice));
  return &self->parent;
}

guint
toy_experiment_get_time (const ToyExperiment *self, guint task, guint place)
{
  for (guint i = 0; i < self->n_steps; i++)
    if (self->steps[i].task == task && self->steps[i].place == place)
      return i;
  return G_MAXUINT;
}

void
toy_program_add (ToyProgram *self, guint task, ToyKind kind, guint resource)
{
  g_assert_cmpuint (self->n_ops[task], <, TOY_OPS_MAX);
  self->n_tasks = MAX (self->n_tasks, task + 1);
  self->ops[task][self->n_ops[task]++] = (ToyOp){ .kind = kind, .resource = resource };
}

void
toy_program_add_noise (ToyProgram *self, guint task, guint n)
{
  for (guint i = 0; i < n; i++)
    toy_program_add (self, task, TOY_NOISE, 0);
}

/*
 * Plain search: the next run is the last one with its last choice that can be raised raised, and nothing known of
 * what follows.
 */
typedef struct {
  EhOracle parent;
  GArray *choices; /* (owned) (element-type EhChoice) */
  guint position;
  guint n_faults; /* how many more there can be */
  guint most[EH_FAULT_N_KINDS];
} Search;

static guint64
search (Search *self, guint64 arity)
{
  EhChoice choice = { .arity = arity };

  if (self->position == self->choices->len)
    g_array_append_val (self->choices, choice);
  g_assert_cmpuint (g_array_index (self->choices, EhChoice, self->position).arity, ==, arity);
  return g_array_index (self->choices, EhChoice, self->position++).value;
}

static guint
search_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  return search ((Search *) oracle, n);
}

static guint
search_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  Search *self = (Search *) oracle;
  guint possible[EH_FAULTS_MAX];
  guint n_possible = 0;
  guint64 value;

  for (guint i = 0; i < n && self->n_faults > 0; i++)
    if (self->most[faults[i].kind] > 0)
      possible[n_possible++] = i;
  value = n_possible > 0 ? search (self, n_possible + 1) : 0;
  if (value == 0)
    return 0;
  self->n_faults--;
  self->most[faults[possible[value - 1]].kind]--;
  return possible[value - 1] + 1;
}

static guint64
search_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  return search ((Search *) oracle, arity);
}

static gboolean
search_advance (Search *self)
{
  while (self->choices->len > 0)
    {
      EhChoice *last = &g_array_index (self->choices, EhChoice, self->choices->len - 1);

      if (++last->value < last->arity)
        return TRUE;
      g_array_set_size (self->choices, self->choices->len - 1);
    }
  return FALSE;
}

guint64
toy_enumerate (EhExperiment *experiment, guint n_faults, const guint *most, guint64 max_runs, GHashTable *found)
{
  Search oracle = { .parent = { search_next, search_fault, search_choose, NULL } };
  guint64 n_runs = 0;

  oracle.choices = g_array_new (FALSE, FALSE, sizeof (EhChoice));
  do
    {
      oracle.position = 0;
      oracle.n_faults = n_faults;
      if (most != NULL)
        memcpy (oracle.most, most, sizeof oracle.most);
      experiment->run (experiment, &oracle.parent);
      toy_set_add (found, experiment->get_fingerprint (experiment));
      n_runs++;
    }
  while (search_advance (&oracle) && n_runs < max_runs);
  g_array_unref (oracle.choices);
  return n_runs;
}

guint64
toy_program_enumerate (const ToyProgram *self, guint n_faults, const guint *most, GHashTable *found)
{
  EhExperiment *experiment = toy_experiment_new ((gpointer) self);
  guint64 n_runs = toy_enumerate (experiment, n_faults, most, G_MAXUINT64, found);

  experiment->free (experiment);
  return n_runs;
}

GHashTable *
toy_set_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

void
toy_set_add (GHashTable *set, guint64 fingerprint)
{
  if (!g_hash_table_contains (set, &fingerprint))
    g_hash_table_add (set, g_memdup2 (&fingerprint, sizeof fingerprint));
}
