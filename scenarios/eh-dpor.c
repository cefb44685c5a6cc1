/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-dpor-part-private.h"

#include "scenarios/eh-happens-before-private.h"

#include <string.h>

/*
 * Source-DPOR with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: Optimal dynamic partial order reduction, POPL 2014),
 * stateless: the experiment is run again for each path, and the first choices are repeated.
 *
 * The path is a list of nodes in the order of the run: a step (which task did its operation, and which others could
 * have) or a value (a choice other than of a task, of which all values are tried). After a run, the races of its new
 * operations are looked for. For each of them, e before f, something must be tried instead of e that leads to f
 * without e: one of the tasks that can begin what does not depend on e, and then f. If none of them is to be tried
 * already, one is marked. Then the deepest node with something left to be tried is where the next run leaves the path.
 *
 * A task is asleep at a node if whatever begins with it was covered at an earlier branch; it wakes when something is
 * done that its operation depends on. If all who can go on are asleep the run is blocked: the rest is known. An oracle
 * cannot end a run, so it chooses 0 until the end and notes nothing more. It is still a real run, and its failure a
 * real failure.
 *
 * Tasks that cannot go on (they sleep, they wait) are no candidates. If nobody who can begin a reversal is a
 * candidate, all candidates are marked.
 */

/* What a part wants reversed. */
typedef struct {
  guint level;
  guint64 mask;
} Wanted;

struct _EhDpor {
  EhOracle parent;
  const EhFaultPlan *plan; /* (unowned) (nullable) */
  EhFaultSites *sites;     /* (unowned) */
  guint max_depth;
  guint n_tasks;

  GArray *nodes;      /* (owned) (element-type EhDporNode): the path */
  GArray *branches;   /* (owned) (element-type EhDporBranch): of all nodes, in their order */
  guint n_repeated;   /* the first nodes, which are given; the last of them has just been changed */
  guint position;     /* of the run in the path */
  gboolean started;   /* a task was chosen and has not done its operation yet: */
  guint step;         /* this node's */
  GByteArray *asleep; /* (owned): by task, at the current position */
  gboolean blocked;
  EhDporPart *part; /* (unowned) (nullable) */
  guint n_shared;   /* the first nodes, whose other branches are other parts */
  GArray *wanted;   /* (owned) (element-type Wanted): of the part, each once */
  EhDporReverse reverse;
  gpointer reverse_data;
  gboolean lost; /* the run has left the path that it should have repeated */
  gboolean cut;

  EhHappensBefore *order; /* (owned) */
  GArray *event_nodes;    /* (owned) (element-type guint): which node an event of @order is */
  GArray *first;          /* (owned) (element-type guint): by task: scratch */
};

static inline EhDporNode *
get_node (EhDpor *self, guint i)
{
  return &g_array_index (self->nodes, EhDporNode, i);
}

static inline EhDporBranch *
get_branch (EhDpor *self, const EhDporNode *node, guint i)
{
  return &g_array_index (self->branches, EhDporBranch, node->first_branch + i);
}

static void
see_task (EhDpor *self, guint task)
{
  guint n = self->asleep->len;

  if (task < n)
    return;
  g_byte_array_set_size (self->asleep, task + 1);
  memset (self->asleep->data + n, 0, self->asleep->len - n);
  self->n_tasks = self->asleep->len;
}

/* A plan tells a task's operations by number, so whoever is in one has to do the same ones in runs taken for equal. */
static gboolean
may_fail (const EhDpor *self, guint task)
{
  if (self->sites != NULL)
    return TRUE;
  for (guint i = 0; self->plan != NULL && i < self->plan->n; i++)
    if (self->plan->faults[i].task == task)
      return TRUE;
  return FALSE;
}

/*
 * What only a fault of the task could show is nothing without one: that nothing was there depends on nothing, and what
 * was there was awaited.
 */
static void
settle_early (EhOp *op)
{
  guint n = 0;

  for (guint i = 0; i < op->n_accesses; i++)
    {
      EhAccess access = op->accesses[i];

      access.after |= access.early;
      if (!access.early || access.resource != EH_RESOURCE_LOG)
        op->accesses[n++] = access;
    }
  op->n_accesses = n;
}

static inline void
copy_op (const EhDpor *self, guint task, EhOp *to, const EhOp *from)
{
  gboolean has_early = FALSE;

  to->kind = from->kind;
  to->n_accesses = from->n_accesses;
  for (guint i = 0; i < from->n_accesses; i++)
    {
      to->accesses[i] = from->accesses[i];
      has_early |= from->accesses[i].early;
    }
  if (has_early && !may_fail (self, task))
    settle_early (to);
}

/* Who sleeps after the step: those who did, and those who were tried instead of it, unless its operation wakes them. */
static void
put_to_sleep (EhDpor *self, const EhDporNode *node)
{
  memset (self->asleep->data, 0, self->asleep->len);
  for (guint i = 0; i < node->n_branches; i++)
    {
      const EhDporBranch *branch = get_branch (self, node, i);

      if (i != node->chosen && (branch->flags & (EH_DPOR_TRIED | EH_DPOR_ASLEEP))
          && !eh_op_is_dependent (&branch->op, &node->op))
        self->asleep->data[branch->task] = TRUE;
    }
}

static void
finish_step (EhDpor *self, guint task, const EhOp *op)
{
  EhDporNode *node = get_node (self, self->step);

  self->started = FALSE;
  node->task = task;
  copy_op (self, task, &node->op, op);
  put_to_sleep (self, node);
}

/* Should an operation end without a word about it, it was the one that was announced. */
static void
finish_announced_step (EhDpor *self)
{
  EhDporNode *node = get_node (self, self->step);

  if (self->started && node->n_branches > 0)
    finish_step (self, get_branch (self, node, node->chosen)->task, &get_branch (self, node, node->chosen)->op);
}

static gboolean
is_idle (EhDpor *self)
{
  return self->blocked || self->lost;
}

static EhDporNode *
add_node (EhDpor *self, gboolean is_value)
{
  guint depth = 0;
  EhDporNode *node;

  if (self->nodes->len > 0)
    {
      const EhDporNode *above = get_node (self, self->nodes->len - 1);

      depth = above->depth + (above->is_value || above->n_branches > 0);
    }
  g_array_set_size (self->nodes, self->nodes->len + 1);
  node = get_node (self, self->nodes->len - 1);
  node->is_value = is_value;
  node->depth = depth;
  node->value = 0;
  node->first_branch = self->branches->len;
  node->n_branches = 0;
  node->chosen = 0;
  return node;
}

static void
add_branches (EhDpor *self, EhDporNode *node, const EhCandidate *candidates, guint n)
{
  g_array_set_size (self->branches, node->first_branch + n);
  node->n_branches = n;
  node->chosen = n;
  for (guint i = 0; i < n; i++)
    {
      EhDporBranch *branch = get_branch (self, node, i);

      see_task (self, candidates[i].task);
      branch->task = candidates[i].task;
      branch->flags = self->asleep->data[branch->task] ? EH_DPOR_ASLEEP : 0;
      copy_op (self, branch->task, &branch->op, candidates[i].op);
      if (node->chosen == n && branch->flags == 0)
        node->chosen = i;
    }
}

static void
drop_nodes (EhDpor *self, guint n)
{
  if (n < self->nodes->len)
    g_array_set_size (self->branches, get_node (self, n)->first_branch);
  g_array_set_size (self->nodes, n);
}

static gboolean
is_same_step (EhDpor *self, const EhDporNode *node, const EhCandidate *candidates, guint n)
{
  if (node->is_value || node->n_branches != n)
    return FALSE;
  return get_branch (self, node, node->chosen)->task == candidates[node->chosen].task;
}

static guint
dpor_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  EhDpor *self = (EhDpor *) oracle;
  EhDporNode *node;

  if (is_idle (self))
    return 0;
  finish_announced_step (self);
  if (self->position < self->n_repeated)
    {
      node = get_node (self, self->position);
      self->lost = !is_same_step (self, node, candidates, n);
    }
  else
    {
      node = add_node (self, FALSE);
      add_branches (self, node, candidates, n);
      self->blocked = node->chosen == n;
    }
  if (is_idle (self))
    {
      drop_nodes (self, self->position);
      return 0;
    }
  /* The numbers of resources are those of a world, and the part's path may come from another. */
  for (guint i = 0; self->part != NULL && self->n_shared == 0 && i < n; i++)
    copy_op (self, candidates[i].task, &get_branch (self, node, i)->op, candidates[i].op);
  get_branch (self, node, node->chosen)->flags |= EH_DPOR_TO_TRY;
  self->started = TRUE;
  self->step = self->position++;
  return node->chosen;
}

/* The only task that could go on has done so. */
static void
add_lone_step (EhDpor *self, guint task, const EhOp *op)
{
  see_task (self, task);
  if (self->position < self->n_repeated)
    {
      const EhDporNode *node = get_node (self, self->position);

      self->lost = node->is_value || node->n_branches > 0 || node->task != task;
    }
  else if (self->asleep->data[task])
    {
      self->blocked = TRUE;
    }
  else
    {
      add_node (self, FALSE);
    }
  if (is_idle (self))
    {
      drop_nodes (self, self->position);
      return;
    }
  self->step = self->position++;
  finish_step (self, task, op);
}

static void
dpor_did (EhOracle *oracle, guint task, guint index, const EhOp *op)
{
  EhDpor *self = (EhDpor *) oracle;

  if (is_idle (self))
    return;
  if (self->started)
    finish_step (self, task, op);
  else
    add_lone_step (self, task, op);
}

static guint
dpor_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  EhDpor *self = (EhDpor *) oracle;

  if (self->sites != NULL)
    eh_fault_sites_add (self->sites, task, index, faults, n);
  return eh_fault_plan_choose (self->plan, task, index, faults, n);
}

static guint64
dpor_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  EhDpor *self = (EhDpor *) oracle;
  EhDporNode *node;

  if (is_idle (self))
    return 0;
  if (self->position < self->n_repeated)
    {
      node = get_node (self, self->position);
      self->lost = !node->is_value || node->arity != arity;
      if (self->lost)
        {
          drop_nodes (self, self->position);
          return 0;
        }
    }
  else
    {
      node = add_node (self, TRUE);
      node->arity = arity;
    }
  self->position++;
  return node->value;
}

static gboolean
is_too_deep (EhDpor *self, const EhDporNode *node)
{
  gboolean too_deep = self->max_depth > 0 && node->depth >= self->max_depth;

  self->cut |= too_deep;
  return too_deep;
}

/* Marks one of the tasks that can begin the reversal. Where it does not matter which, the first candidate. */
static void
try_one_of (EhDpor *self, EhDporNode *node, gboolean (*can_begin) (EhDpor *self, guint task))
{
  EhDporBranch *found = NULL;

  for (guint i = 0; i < node->n_branches; i++)
    {
      EhDporBranch *branch = get_branch (self, node, i);

      if (!can_begin (self, branch->task))
        continue;
      if (branch->flags != 0)
        return; /* to be tried, tried, or covered elsewhere */
      if (found == NULL)
        found = branch;
    }
  if (is_too_deep (self, node))
    return;
  if (found != NULL)
    found->flags |= EH_DPOR_TO_TRY;
  else
    for (guint i = 0; i < node->n_branches; i++)
      get_branch (self, node, i)->flags |= EH_DPOR_TO_TRY;
}

/* Whether the task's first operation of the reversal comes after no other operation of the reversal. */
static gboolean
is_initial (EhDpor *self, guint task)
{
  const guint *first = (const guint *) (gpointer) self->first->data;

  if (first[task] == G_MAXUINT)
    return FALSE;
  for (guint other = 0; other < self->n_tasks; other++)
    if (first[other] < first[task] && eh_happens_before_is (self->order, first[other], first[task]))
      return FALSE;
  return TRUE;
}

static void
want (EhDpor *self, guint level, guint64 mask)
{
  Wanted wanted = { level, mask };

  for (guint i = 0; i < self->wanted->len; i++)
    {
      const Wanted *known = &g_array_index (self->wanted, Wanted, i);

      if (known->level == level && known->mask == mask)
        return;
    }
  g_array_append_val (self->wanted, wanted);
  self->reverse (g_ptr_array_index (self->part->forks, level), mask, self->reverse_data);
}

/* The same at a fork, where others mark too. */
static void
want_one_of (EhDpor *self, const EhDporNode *node)
{
  guint64 mask = 0;

  for (guint i = 0; i < node->n_branches; i++)
    if (is_initial (self, get_branch (self, node, i)->task))
      mask |= G_GUINT64_CONSTANT (1) << i;
  want (self, node->depth, mask);
}

/* The reversal of a race: all between that does not depend on the earlier one, then the later one. */
static void
reverse_race (EhDpor *self, guint earlier, guint later)
{
  guint at = g_array_index (self->event_nodes, guint, earlier);
  EhDporNode *node = get_node (self, at);
  guint *first = (guint *) (gpointer) self->first->data;

  if (node->n_branches < 2)
    return;
  memset (first, 0xff, self->n_tasks * sizeof (guint));
  for (guint event = earlier + 1; event <= later; event++)
    {
      guint task = eh_happens_before_get_task (self->order, event);

      if (first[task] == G_MAXUINT && (event == later || !eh_happens_before_is (self->order, earlier, event)))
        first[task] = event;
    }
  if (at < self->n_shared)
    want_one_of (self, node);
  else
    try_one_of (self, node, is_initial);
}

/*
 * After the first run of a part: the first few choices of its path, of which those that it did not begin with are new.
 */
static void
share_nodes (EhDpor *self)
{
  guint level = 0;

  for (guint i = 0; i < self->nodes->len && level < EH_DPOR_LEVELS_MAX; i++)
    {
      const EhDporNode *node = get_node (self, i);

      if (node->is_value || node->n_branches > EH_DPOR_BRANCHES_MAX)
        return;
      if (node->n_branches == 0)
        continue;
      g_assert (node->depth == level);
      if (level++ == self->part->forks->len)
        eh_dpor_part_add_fork (self->part, self->nodes, self->branches, i + 1);
      self->n_shared = i + 1;
    }
}

static void
look_for_races (EhDpor *self)
{
  eh_happens_before_reset (self->order, self->n_tasks);
  g_array_set_size (self->event_nodes, 0);
  g_array_set_size (self->first, self->n_tasks);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      EhDporNode *node = get_node (self, i);
      const guint *races;
      guint n_races;

      if (node->is_value)
        continue;
      g_array_append_val (self->event_nodes, i);
      eh_happens_before_add (self->order, node->task, &node->op, &races, &n_races);
      for (guint k = 0; i + 1 >= self->n_repeated && k < n_races; k++)
        reverse_race (self, races[k], self->event_nodes->len - 1);
    }
}

/* Whether there is something else to be tried at the node; then that is chosen. */
static gboolean
change_node (EhDpor *self, EhDporNode *node)
{
  if (node->is_value)
    {
      if (node->value + 1 >= node->arity)
        return FALSE;
      if (is_too_deep (self, node))
        return FALSE;
      node->value++;
      return TRUE;
    }
  if (node->n_branches > 0)
    get_branch (self, node, node->chosen)->flags |= EH_DPOR_TRIED;
  for (guint i = 0; i < node->n_branches; i++)
    if (get_branch (self, node, i)->flags == EH_DPOR_TO_TRY)
      {
        node->chosen = i;
        return TRUE;
      }
  return FALSE;
}

static void
begin_run (EhDpor *self)
{
  self->n_repeated = self->nodes->len;
  self->position = 0;
  self->started = FALSE;
  self->blocked = FALSE;
  self->lost = FALSE;
  memset (self->asleep->data, 0, self->asleep->len);
}

gboolean
eh_dpor_advance (EhDpor *self)
{
  if (!is_idle (self))
    finish_announced_step (self);
  if (self->lost || self->position < self->n_repeated)
    {
      self->cut = TRUE;
      return FALSE;
    }
  if (self->part != NULL && self->n_shared == 0)
    share_nodes (self);
  look_for_races (self);
  while (self->nodes->len > self->n_shared && !change_node (self, get_node (self, self->nodes->len - 1)))
    drop_nodes (self, self->nodes->len - 1);
  begin_run (self);
  return self->nodes->len > self->n_shared;
}

EhDpor *
eh_dpor_new (void)
{
  EhDpor *self = g_new0 (EhDpor, 1);

  self->parent = (EhOracle){ dpor_next, dpor_fault, dpor_choose, dpor_did };
  self->nodes = g_array_sized_new (FALSE, TRUE, sizeof (EhDporNode), 64);
  self->branches = g_array_sized_new (FALSE, TRUE, sizeof (EhDporBranch), 64);
  self->asleep = g_byte_array_sized_new (8);
  self->order = eh_happens_before_new ();
  self->event_nodes = g_array_sized_new (FALSE, FALSE, sizeof (guint), 64);
  self->first = g_array_sized_new (FALSE, FALSE, sizeof (guint), 8);
  self->wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
  return self;
}

void
eh_dpor_free (EhDpor *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->nodes);
  g_array_unref (self->branches);
  g_byte_array_unref (self->asleep);
  eh_happens_before_free (self->order);
  g_array_unref (self->event_nodes);
  g_array_unref (self->first);
  g_array_unref (self->wanted);
  g_free (self);
}

void
eh_dpor_start (EhDpor *self, const EhFaultPlan *plan, EhFaultSites *sites, guint max_depth)
{
  self->plan = plan;
  self->sites = sites;
  self->max_depth = max_depth;
  self->cut = FALSE;
  self->part = NULL;
  self->n_shared = 0;
  drop_nodes (self, 0);
  begin_run (self);
}

static void
see_tasks (EhDpor *self)
{
  for (guint i = 0; i < self->branches->len; i++)
    see_task (self, g_array_index (self->branches, EhDporBranch, i).task);
  for (guint i = 0; i < self->nodes->len; i++)
    see_task (self, get_node (self, i)->task);
}

void
eh_dpor_start_part (EhDpor *self, const EhFaultPlan *plan, EhFaultSites *sites, EhDporPart *part, EhDporReverse reverse,
                    gpointer user_data)
{
  eh_dpor_start (self, plan, sites, 0);
  self->part = part;
  self->reverse = reverse;
  self->reverse_data = user_data;
  g_array_set_size (self->wanted, 0);
  g_array_append_vals (self->nodes, part->nodes->data, part->nodes->len);
  g_array_append_vals (self->branches, part->branches->data, part->branches->len);
  see_tasks (self);
  begin_run (self);
}

EhOracle *
eh_dpor_get_oracle (EhDpor *self)
{
  return &self->parent;
}

gboolean
eh_dpor_is_blocked (EhDpor *self)
{
  return self->blocked;
}

gboolean
eh_dpor_is_cut (EhDpor *self)
{
  return self->cut;
}
