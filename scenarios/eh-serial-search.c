/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

/*
 * The search for a serial order, after Wing and Gong (Testing and verifying concurrent objects, 1993), per group of
 * clients whose steps touch a common stream. What has been placed is told by how many steps of each client have been,
 * and with it the version of each stream: a memo of these positions that led nowhere makes the search polynomial for
 * a fixed number of clients.
 *
 * A step that appends nothing is placed as soon as it fits: that never hinders anybody. Writers are tried in the
 * order in which they appended, and that order itself is tried before everything else, without a memo, so that runs of
 * any size are decided where it fits. Commands that appended
 * nothing are first held to the version that they loaded, and only if no order is found so, to any version at which
 * they would have had the same answer.
 */

#define BUDGET 50000

typedef struct {
  EhTrial *trial;
  guint n_tasks;
  guint *positions;   /* (owned): of each task */
  guint *groups;      /* (owned): of each task */
  guint64 *factors;   /* (owned): of each task: what one position is worth in a key */
  guint64 *versions;  /* (owned): of each stream */
  GArray *trail;      /* (owned) (element-type guint): tasks whose readers were placed */
  GHashTable *failed; /* (owned) (element-type guint64): positions that led nowhere */
  guint group;
  guint n_visited;
  gboolean by_answer; /* a reader fits where it would have had the same answer */
} Search;

gboolean
eh_serial_is_command (const EhTrialStep *record)
{
  return record->spec == NULL || record->spec->kind == EH_CLIENT_STEP_COMMAND;
}

guint
eh_serial_next_read (EhTrial *self, const EhTrialStep *record, guint i)
{
  for (; i != EH_TRIAL_NONE; i = eh_trial_get_load (self, i)->next)
    {
      const EhTrialLoad *load = eh_trial_get_load (self, i);
      /* What processes have recorded of themselves is nobody's command. */
      gboolean counts = !load->is_dropped && eh_trial_get_stream (self, load->stream)->process == NULL;

      for (guint k = record->first_load; counts && k != i; k = eh_trial_get_load (self, k)->next)
        counts = eh_trial_get_load (self, k)->is_dropped || eh_trial_get_load (self, k)->stream != load->stream;
      for (guint k = record->first_append; counts && k != EH_TRIAL_NONE; k = eh_trial_get_append (self, k)->next)
        counts = eh_trial_get_append (self, k)->stream != load->stream || eh_trial_get_append (self, k)->at > load->at;
      if (counts)
        return i;
    }
  return EH_TRIAL_NONE;
}

static gboolean
has_stale_read (EhTrial *self, const EhTrialStep *record)
{
  for (guint i = eh_serial_next_read (self, record, record->first_load); i != EH_TRIAL_NONE;
       i = eh_serial_next_read (self, record, eh_trial_get_load (self, i)->next))
    {
      if (eh_trial_get_load (self, i)->is_stale)
        return TRUE;
    }
  return FALSE;
}

EhSerialKind
eh_serial_get_kind (EhTrial *self, const EhTrialStep *record)
{
  if (record->n_appends > 0)
    return EH_SERIAL_WRITER;
  if (record->outcome == EH_TRIAL_NOT_RUN || record->outcome == EH_TRIAL_UNKNOWN)
    return EH_SERIAL_FREE;
  if (eh_serial_is_command (record) && record->outcome == EH_TRIAL_FAILED)
    return EH_SERIAL_FREE;
  if (eh_serial_next_read (self, record, record->first_load) == EH_TRIAL_NONE || has_stale_read (self, record))
    return EH_SERIAL_FREE;
  return EH_SERIAL_READER;
}

/* ---- groups ---- */

static void
join (Search *self, guint a, guint b)
{
  guint from = self->groups[b];

  for (guint i = 0; i < self->n_tasks; i++)
    {
      if (self->groups[i] == from)
        self->groups[i] = self->groups[a];
    }
}

static void
join_by_stream (Search *self, guint *owners, guint stream, guint task)
{
  if (owners[stream] == EH_TRIAL_NONE)
    owners[stream] = task;
  else
    join (self, owners[stream], task);
}

static void
find_groups (Search *self)
{
  EhTrial *trial = self->trial;
  g_autofree guint *owners = g_new (guint, trial->streams->len + 1);

  for (guint i = 0; i < trial->streams->len; i++)
    owners[i] = EH_TRIAL_NONE;
  for (guint i = 0; i < self->n_tasks; i++)
    self->groups[i] = i;
  for (guint i = 0; i < trial->records->len; i++)
    {
      const EhTrialStep *record = &g_array_index (trial->records, EhTrialStep, i);

      for (guint k = record->first_load; k != EH_TRIAL_NONE; k = eh_trial_get_load (trial, k)->next)
        join_by_stream (self, owners, eh_trial_get_load (trial, k)->stream, record->task);
      for (guint k = record->first_append; k != EH_TRIAL_NONE; k = eh_trial_get_append (trial, k)->next)
        join_by_stream (self, owners, eh_trial_get_append (trial, k)->stream, record->task);
    }
}

/* ---- placing steps ---- */

static guint
get_n_steps (const Search *self, guint task)
{
  return ((const EhTrialNode *) g_ptr_array_index (self->trial->nodes, task))->n_steps;
}

/* The next step of a task of the group; NULL if it has none. */
static const EhTrialStep *
peek (const Search *self, guint task)
{
  if (self->groups[task] != self->group || self->positions[task] >= get_n_steps (self, task))
    return NULL;
  return eh_trial_get_record (self->trial, task, self->positions[task]);
}

static gboolean
fits_reads (Search *self, const EhTrialStep *record)
{
  EhTrial *trial = self->trial;
  gboolean by_answer = self->by_answer && eh_serial_is_command (record);

  for (guint i = eh_serial_next_read (trial, record, record->first_load); i != EH_TRIAL_NONE;
       i = eh_serial_next_read (trial, record, eh_trial_get_load (trial, i)->next))
    {
      const EhTrialLoad *load = eh_trial_get_load (trial, i);
      guint64 version = self->versions[load->stream];

      if (load->version == version)
        continue;
      if (!by_answer || !eh_serial_fits_at (trial, record, load->stream, version))
        return FALSE;
    }
  return TRUE;
}

static void
take_back (Search *self, const EhTrialStep *record, guint until)
{
  for (guint i = record->first_append; i != until; i = eh_trial_get_append (self->trial, i)->next)
    {
      const EhTrialAppend *append = eh_trial_get_append (self->trial, i);

      self->versions[append->stream] = MIN (self->versions[append->stream], append->first - 1);
    }
}

static gboolean
append_all (Search *self, const EhTrialStep *record)
{
  for (guint i = record->first_append; i != EH_TRIAL_NONE; i = eh_trial_get_append (self->trial, i)->next)
    {
      const EhTrialAppend *append = eh_trial_get_append (self->trial, i);

      if (self->versions[append->stream] != append->first - 1)
        {
          take_back (self, record, i);
          return FALSE;
        }
      self->versions[append->stream] = append->last;
    }
  return TRUE;
}

/* A command is bound by its decision, which has been looked at, to the version that it was appended after. */
static gboolean
place_writer (Search *self, const EhTrialStep *record)
{
  return (eh_serial_is_command (record) || fits_reads (self, record)) && append_all (self, record);
}

static gboolean
place_reader (Search *self, guint task)
{
  const EhTrialStep *record = peek (self, task);
  EhSerialKind kind;

  if (record == NULL)
    return FALSE;
  kind = eh_serial_get_kind (self->trial, record);
  if (kind == EH_SERIAL_WRITER || (kind == EH_SERIAL_READER && !fits_reads (self, record)))
    return FALSE;
  self->positions[task]++;
  g_array_append_val (self->trail, task);
  return TRUE;
}

static void
place_readers (Search *self)
{
  for (guint i = 0; i < self->n_tasks; i++)
    {
      while (place_reader (self, i))
        continue;
    }
}

static void
unplace_readers (Search *self, guint n)
{
  while (self->trail->len > n)
    {
      self->positions[g_array_index (self->trail, guint, self->trail->len - 1)]--;
      g_array_set_size (self->trail, self->trail->len - 1);
    }
}

/* ---- the search ---- */

static gboolean
is_complete (const Search *self)
{
  for (guint i = 0; i < self->n_tasks; i++)
    {
      if (peek (self, i) != NULL)
        return FALSE;
    }
  return TRUE;
}

static guint64
get_key (const Search *self)
{
  guint64 key = 0;

  for (guint i = 0; i < self->n_tasks; i++)
    {
      if (self->groups[i] == self->group)
        key += self->factors[i] * self->positions[i];
    }
  return key;
}

/* The task whose next writer appended first, after @after; EH_TRIAL_NONE if there is none. */
static guint
find_writer (const Search *self, gint64 after, gint64 *at)
{
  guint found = EH_TRIAL_NONE;

  *at = G_MAXINT64;
  for (guint i = 0; i < self->n_tasks; i++)
    {
      const EhTrialStep *record = peek (self, i);
      gint64 when;

      if (record == NULL || record->n_appends == 0)
        continue;
      when = eh_trial_get_append (self->trial, record->last_append)->at;
      if (when <= after || when >= *at)
        continue;
      *at = when;
      found = i;
    }
  return found;
}

/* The order of the run itself. */
static gboolean
follow_run (Search *self)
{
  gint64 at;
  guint task;

  place_readers (self);
  for (task = find_writer (self, -1, &at); task != EH_TRIAL_NONE; task = find_writer (self, -1, &at))
    {
      if (!place_writer (self, peek (self, task)))
        return FALSE;
      self->positions[task]++;
      place_readers (self);
    }
  return is_complete (self);
}

static EhSerialResult search (Search *self);

static EhSerialResult
try_writers (Search *self)
{
  gint64 at;
  guint task;

  for (task = find_writer (self, -1, &at); task != EH_TRIAL_NONE; task = find_writer (self, at, &at))
    {
      const EhTrialStep *record = peek (self, task);
      EhSerialResult result;

      if (!place_writer (self, record))
        continue;
      self->positions[task]++;
      result = search (self);
      if (result != EH_SERIAL_NONE)
        return result;
      self->positions[task]--;
      take_back (self, record, EH_TRIAL_NONE);
    }
  return EH_SERIAL_NONE;
}

static EhSerialResult
search (Search *self)
{
  guint n_placed = self->trail->len;
  guint64 key;
  EhSerialResult result;

  place_readers (self);
  if (is_complete (self))
    return EH_SERIAL_FOUND;
  key = get_key (self);
  if (g_hash_table_contains (self->failed, &key))
    result = EH_SERIAL_NONE;
  else if (self->n_visited++ >= BUDGET)
    result = EH_SERIAL_UNKNOWN;
  else
    {
      result = try_writers (self);
      if (result == EH_SERIAL_NONE)
        g_hash_table_add (self->failed, g_memdup2 (&key, sizeof key));
    }
  if (result != EH_SERIAL_FOUND)
    unplace_readers (self, n_placed);
  return result;
}

/* FALSE if the positions have no key: too many clients of too many steps. */
static gboolean
number_positions (Search *self)
{
  guint64 factor = 1;

  for (guint i = 0; i < self->n_tasks; i++)
    {
      if (self->groups[i] != self->group)
        continue;
      self->factors[i] = factor;
      if (!g_uint64_checked_mul (&factor, factor, get_n_steps (self, i) + 1))
        return FALSE;
    }
  return TRUE;
}

static void
start_over (Search *self)
{
  for (guint i = 0; i < self->n_tasks; i++)
    {
      if (self->groups[i] == self->group)
        self->positions[i] = 0;
    }
  for (guint i = 0; i < self->trial->streams->len; i++)
    self->versions[i] = eh_trial_get_stream (self->trial, i)->n_given;
  g_array_set_size (self->trail, 0);
  g_hash_table_remove_all (self->failed);
  self->n_visited = 0;
}

static EhSerialResult
search_group (Search *self, guint group)
{
  EhSerialResult result;

  self->group = group;
  self->by_answer = FALSE;
  start_over (self);
  if (follow_run (self))
    return EH_SERIAL_FOUND;
  if (!number_positions (self))
    return EH_SERIAL_UNKNOWN;
  start_over (self);
  result = search (self);
  if (result == EH_SERIAL_FOUND)
    return result;
  self->by_answer = TRUE;
  start_over (self);
  return search (self);
}

static EhSerialResult
search_groups (Search *self)
{
  EhSerialResult result = EH_SERIAL_FOUND;

  for (guint i = 0; i < self->n_tasks; i++)
    {
      EhSerialResult one = self->groups[i] == i ? search_group (self, i) : EH_SERIAL_FOUND;

      if (one == EH_SERIAL_NONE)
        return one;
      if (one == EH_SERIAL_UNKNOWN)
        result = one;
    }
  return result;
}

EhSerialResult
eh_serial_search (EhTrial *self)
{
  Search search = { .trial = self, .n_tasks = self->nodes->len };
  g_autofree guint *positions = g_new0 (guint, search.n_tasks);
  g_autofree guint *groups = g_new0 (guint, search.n_tasks);
  g_autofree guint64 *factors = g_new0 (guint64, search.n_tasks);
  g_autofree guint64 *versions = g_new0 (guint64, self->streams->len);
  g_autoptr (GArray) trail = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) failed = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  search.positions = positions;
  search.groups = groups;
  search.factors = factors;
  search.versions = versions;
  search.trail = trail;
  search.failed = failed;
  find_groups (&search);
  return search_groups (&search);
}
