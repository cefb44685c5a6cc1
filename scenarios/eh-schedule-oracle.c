/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

#include <string.h>

/*
 * Follows a schedule in words. The rule:
 *
 * - An entry names a client and its operation. The client named by the first entry that is left goes on until it has
 *   done that operation; then the entry is done.
 * - What a client does on its way there must not be named further down: operations that the schedule does not name
 *   (of a kind or on a subject that was not there when it was written) are done silently, those that it names have to
 *   come when they are named.
 * - A named client that cannot go on, or would do something that comes later, is a divergence, which ends the run.
 * - When no entry is left, everybody carries on, first come first served.
 *
 * A fault is named by its client and operation and by which of all such operations of the client it is, from 1. No
 * other goes wrong. Values are the smallest.
 */

typedef struct {
  char *text; /* (owned): as it is written */
  guint task; /* or EH_TRIAL_NONE */
  char *op;   /* (owned): "append Account-a1" */
  guint nth;  /* faults: the how many-th such operation */
  guint seen; /* faults: such operations so far */
  gboolean has_fired;
  EhFault fault;
} Entry;

typedef struct {
  EhOracle parent;
  EhTrial *trial;     /* (unowned) */
  GPtrArray *entries; /* (owned) (element-type Entry) */
  GPtrArray *faults;  /* (owned) (element-type Entry) */
  GArray *done;       /* (owned) (element-type Done) */
  guint next;
  char *divergence; /* (owned) (nullable) */
} EhScheduleOracle;

/* A kind of operation that a client did, for who misses another. */
typedef struct {
  guint task;
  char *op; /* (owned): "append Account-a1" */
  guint n;
} Done;

/* So many are told. */
#define DONE_MAX 6

static void
done_clear (gpointer data)
{
  g_free (((Done *) data)->op);
}

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_free (self->text);
  g_free (self->op);
  g_free (self);
}

static gboolean
is_op (const char *text, const EhOp *op)
{
  const char *nick = eh_op_kind_get_nick (op->kind);
  gsize length = strlen (nick);

  if (strncmp (text, nick, length) != 0)
    return FALSE;
  if (op->subject == NULL)
    return text[length] == '\0';
  return text[length] == ' ' && strcmp (text + length + 1, op->subject) == 0;
}

static gboolean
entry_matches (const Entry *self, guint task, const EhOp *op)
{
  return self->task == task && is_op (self->op, op);
}

static const Entry *
peek (const EhScheduleOracle *self)
{
  return self->next < self->entries->len ? g_ptr_array_index (self->entries, self->next) : NULL;
}

static gboolean
is_named_later (const EhScheduleOracle *self, guint task, const EhOp *op)
{
  for (guint i = self->next; i < self->entries->len; i++)
    {
      if (entry_matches (g_ptr_array_index (self->entries, i), task, op))
        return TRUE;
    }
  return FALSE;
}

/* ---- what was done ---- */

static char *
describe_op (const EhOp *op)
{
  const char *nick = eh_op_kind_get_nick (op->kind);

  return op->subject != NULL ? g_strdup_printf ("%s %s", nick, op->subject) : g_strdup (nick);
}

static void
note_done (EhScheduleOracle *self, guint task, const EhOp *op)
{
  Done fresh = { task, NULL, 1 };

  for (guint i = 0; i < self->done->len; i++)
    {
      Done *done = &g_array_index (self->done, Done, i);

      if (done->task != task || !is_op (done->op, op))
        continue;
      done->n++;
      return;
    }
  fresh.op = describe_op (op);
  g_array_append_val (self->done, fresh);
}

/* "alice did "load Account-a1" twice ..." is for a person who looks for a misspelt stream. */
static char *
describe_done (EhScheduleOracle *self, guint task)
{
  g_autoptr (GString) text = g_string_new (eh_world_get_task_name (self->trial->world, task));
  guint n = 0;

  for (guint i = 0; i < self->done->len; i++)
    {
      const Done *done = &g_array_index (self->done, Done, i);

      if (done->task != task || ++n > DONE_MAX)
        continue;
      g_string_append_printf (text, "%s\"%s\"", n == 1 ? " did " : ", ", done->op);
      if (done->n > 1)
        g_string_append_printf (text, " %u times", done->n);
    }
  if (n == 0)
    g_string_append (text, " did nothing");
  else if (n > DONE_MAX)
    g_string_append (text, " ...");
  return g_strdup (text->str);
}

/* ---- divergence ---- */

static void
print_op (EhScheduleOracle *self, guint task, const EhOp *op, GString *out)
{
  EhWorld *world = self->trial->world;

  g_string_append_printf (out, "%s: %s",
                          task < eh_world_get_n_tasks (world) ? eh_world_get_task_name (world, task) : "courier",
                          eh_op_kind_get_nick (op->kind));
  if (op->subject != NULL)
    g_string_append_printf (out, " %s", op->subject);
}

static void
diverge (EhScheduleOracle *self, const char *what)
{
  const Entry *entry = peek (self);

  if (self->divergence != NULL)
    return;
  self->divergence = g_strdup_printf ("schedule[%u]: expected \"%s\", but %s", self->next, entry->text, what);
  eh_world_stop (self->trial->world);
}

static void
diverge_among (EhScheduleOracle *self, const EhCandidate *candidates, guint n)
{
  g_autoptr (GString) text = g_string_new ("there was ");
  guint task = peek (self)->task;
  gboolean can_go_on = FALSE;

  for (guint i = 0; i < n; i++)
    {
      can_go_on |= candidates[i].task == task;
      g_string_append (text, i > 0 ? ", \"" : "\"");
      print_op (self, candidates[i].task, candidates[i].op, text);
      g_string_append_c (text, '"');
    }
  if (!can_go_on)
    {
      g_autofree char *done = describe_done (self, task);

      g_string_append_printf (text, "; %s", done);
    }
  diverge (self, text->str);
}

static void
diverge_at (EhScheduleOracle *self, guint task, const EhOp *op)
{
  g_autoptr (GString) text = g_string_new ("all there was is \"");

  print_op (self, task, op, text);
  g_string_append_c (text, '"');
  diverge (self, text->str);
}

/* ---- the oracle ---- */

static guint
schedule_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  EhScheduleOracle *self = (EhScheduleOracle *) oracle;
  const Entry *entry = peek (self);

  if (entry == NULL || self->divergence != NULL)
    return 0;
  for (guint i = 0; i < n; i++)
    {
      if (candidates[i].task != entry->task)
        continue;
      if (entry_matches (entry, entry->task, candidates[i].op) || !is_named_later (self, entry->task, candidates[i].op))
        return i;
    }
  diverge_among (self, candidates, n);
  return 0;
}

static guint
find_fault (const EhFault *wanted, const EhFault *faults, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      if (faults[i].kind == wanted->kind && faults[i].applied == wanted->applied)
        return i + 1;
    }
  return 0;
}

static guint
schedule_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  EhScheduleOracle *self = (EhScheduleOracle *) oracle;

  for (guint i = 0; i < self->faults->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->faults, i);
      guint found;

      if (entry->has_fired || entry->seen + 1 != entry->nth || !entry_matches (entry, task, op))
        continue;
      found = find_fault (&entry->fault, faults, n);
      entry->has_fired = found > 0;
      if (found > 0)
        return found;
    }
  return 0;
}

static guint64
schedule_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  return 0;
}

static void
schedule_did (EhOracle *oracle, guint task, guint index, const EhOp *op)
{
  EhScheduleOracle *self = (EhScheduleOracle *) oracle;
  const Entry *entry = peek (self);

  for (guint i = 0; i < self->faults->len; i++)
    {
      Entry *fault = g_ptr_array_index (self->faults, i);

      fault->seen += entry_matches (fault, task, op);
    }
  note_done (self, task, op);
  if (entry == NULL || self->divergence != NULL)
    return;
  if (entry_matches (entry, task, op))
    self->next++;
  else if (is_named_later (self, task, op))
    diverge_at (self, task, op);
}

/* ---- words ---- */

static guint
find_task (EhTrial *trial, const char *name, gsize length)
{
  for (guint i = 0; i < eh_world_get_n_tasks (trial->world); i++)
    {
      const char *task = eh_world_get_task_name (trial->world, i);

      if (strlen (task) == length && strncmp (task, name, length) == 0)
        return i;
    }
  return EH_TRIAL_NONE;
}

static void
refuse (EhScheduleOracle *self, const char *list, guint i, const char *text, const char *why)
{
  if (self->divergence == NULL)
    self->divergence = g_strdup_printf ("%s[%u]: \"%s\": %s", list, i, text, why);
}

static Entry *
parse (EhScheduleOracle *self, const char *list, guint i, const char *text)
{
  Entry *entry = g_new0 (Entry, 1);
  const char *colon = strstr (text, ": ");

  entry->text = g_strdup (text);
  entry->task = colon != NULL ? find_task (self->trial, text, (gsize) (colon - text)) : EH_TRIAL_NONE;
  entry->op = g_strdup (colon != NULL ? colon + 2 : "");
  entry->nth = 1;
  if (entry->task == EH_TRIAL_NONE)
    refuse (self, list, i, text, colon != NULL ? "there is no such client" : "not a client and its operation");
  return entry;
}

/* "append Account-a1 #2" */
static void
parse_nth (Entry *entry)
{
  char *number = g_strrstr (entry->op, " #");
  guint64 nth;

  if (number == NULL || !g_ascii_string_to_unsigned (number + 2, 10, 1, G_MAXUINT, &nth, NULL))
    return;
  entry->nth = (guint) nth;
  *number = '\0';
}

/* "append Account-a1 #2: append-ambiguous (applied)" */
static Entry *
parse_fault (EhScheduleOracle *self, guint i, const char *text)
{
  Entry *entry = parse (self, "fault-at", i, text);
  char *colon = g_strrstr (entry->op, ": ");
  g_autofree char *nick = NULL;

  if (colon == NULL)
    {
      refuse (self, "fault-at", i, text, "says no fault");
      return entry;
    }
  nick = g_strndup (colon + 2, strcspn (colon + 2, " "));
  entry->fault.applied = g_str_has_suffix (colon, " (applied)");
  *colon = '\0';
  parse_nth (entry);
  if (!eh_fault_kind_from_nick (nick, &entry->fault.kind))
    refuse (self, "fault-at", i, text, "there is no such fault");
  return entry;
}

EhOracle *
eh_schedule_oracle_new (EhTrial *trial, char **schedule, char **fault_at)
{
  EhScheduleOracle *self = g_new0 (EhScheduleOracle, 1);

  self->parent = (EhOracle){ schedule_next, schedule_fault, schedule_choose, schedule_did };
  self->trial = trial;
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->faults = g_ptr_array_new_with_free_func (entry_free);
  self->done = g_array_new (FALSE, FALSE, sizeof (Done));
  g_array_set_clear_func (self->done, done_clear);
  for (guint i = 0; schedule != NULL && schedule[i] != NULL; i++)
    g_ptr_array_add (self->entries, parse (self, "schedule", i, schedule[i]));
  for (guint i = 0; fault_at != NULL && fault_at[i] != NULL; i++)
    g_ptr_array_add (self->faults, parse_fault (self, i, fault_at[i]));
  return &self->parent;
}

static char *
describe_missing (EhScheduleOracle *self)
{
  g_autofree char *done = describe_done (self, peek (self)->task);

  return g_strdup_printf ("schedule[%u]: expected \"%s\", but the run was over; %s", self->next, peek (self)->text,
                          done);
}

static char *
describe_silent_fault (EhScheduleOracle *self, guint i)
{
  const Entry *entry = g_ptr_array_index (self->faults, i);
  g_autofree char *done = describe_done (self, entry->task);

  if (entry->seen >= entry->nth)
    return g_strdup_printf ("fault-at[%u]: \"%s\" did not come to pass: the operation cannot go wrong so, or not so "
                            "often",
                            i, entry->text);
  return g_strdup_printf ("fault-at[%u]: \"%s\" did not come to pass: the client did no such operation; %s", i,
                          entry->text, done);
}

/* After the run: what is left did not fit. */
const char *
eh_schedule_oracle_get_divergence (EhOracle *oracle)
{
  EhScheduleOracle *self = (EhScheduleOracle *) oracle;

  if (self->divergence == NULL && peek (self) != NULL)
    self->divergence = describe_missing (self);
  for (guint i = 0; i < self->faults->len && self->divergence == NULL; i++)
    if (!((const Entry *) g_ptr_array_index (self->faults, i))->has_fired)
      self->divergence = describe_silent_fault (self, i);
  return self->divergence;
}

void
eh_schedule_oracle_free (EhOracle *oracle)
{
  EhScheduleOracle *self = (EhScheduleOracle *) oracle;

  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->faults);
  g_array_unref (self->done);
  g_free (self->divergence);
  g_free (self);
}
