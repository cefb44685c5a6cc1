/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-file-runs-private.h"

#include <stdio.h>

#include "eh-file-run-private.h"
#include "model/eh-error.h"

/*
 * Newer runs are smaller. When there are FAN_IN runs up to some level at the end of the set, they become one of a
 * higher level: so each event is rewritten once a level, and there are at most (FAN_IN - 1) runs of each.
 */
#define FAN_IN 8
#define LEVEL_0_EVENTS 4096

/* How often the folder is listed again when a writer has merged runs away meanwhile. */
#define LISTINGS 4

struct _EhFileRuns {
  gint ref_count; /* (atomic) */
  const EhFileOps *ops;
  char *folder; /* (owned) */
  guint8 store_id[16];
  GPtrArray *runs; /* (owned) (element-type EhFileRun): oldest first, neighbours */
};

#define FIRST_LOC (eh_file_loc (1, EH_FILE_SEGMENT_HEADER))

static EhFileRun *
get_run (const EhFileRuns *self, guint i)
{
  return g_ptr_array_index (self->runs, i);
}

static EhFileRuns *
runs_new (const EhFileOps *ops, const char *folder, const guint8 store_id[16])
{
  EhFileRuns *self = g_new0 (EhFileRuns, 1);

  self->ref_count = 1;
  self->ops = ops;
  self->folder = g_strdup (folder);
  memcpy (self->store_id, store_id, 16);
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_file_run_unref);
  return self;
}

/* Another set with the first @n runs of this one. */
static EhFileRuns *
runs_copy (const EhFileRuns *self, guint n)
{
  EhFileRuns *copy = runs_new (self->ops, self->folder, self->store_id);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (copy->runs, eh_file_run_ref (get_run (self, i)));
  return copy;
}

EhFileRuns *
eh_file_runs_ref (EhFileRuns *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_file_runs_unref (EhFileRuns *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_ptr_array_unref (self->runs);
  g_free (self->folder);
  g_free (self);
}

/* ---- opening ---- */

typedef struct {
  guint64 begin;
  guint64 end;
  gboolean in_use;
} RunName;

static gboolean
parse_name (const char *name, RunName *run)
{
  guint64 begin;
  guint64 end;
  char rest[8] = "";

  if (strlen (name) != 37 || name[16] != '-')
    return FALSE;
  if (sscanf (name, "%16" G_GINT64_MODIFIER "x-%16" G_GINT64_MODIFIER "x.%4s", &begin, &end, rest) != 3
      || strcmp (rest, "run") != 0)
    return FALSE;
  *run = (RunName){ .begin = begin, .end = end };
  return TRUE;
}

/* By begin; where it is the same, the widest first. */
static gint
compare_names (gconstpointer a, gconstpointer b)
{
  const RunName *first = a;
  const RunName *second = b;

  if (first->begin != second->begin)
    return first->begin < second->begin ? -1 : 1;
  return first->end == second->end ? 0 : first->end > second->end ? -1 : 1;
}

static GArray *
list_names (EhFileRuns *self, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (RunName));
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int code = self->ops->list (self->ops->fs, self->folder, names);
  RunName run;

  if (code < 0 && code != -ENOENT)
    {
      eh_file_set_errno (error, code, "list", self->folder);
      return NULL;
    }
  for (guint i = 0; i < names->len; i++)
    {
      if (parse_name (g_ptr_array_index (names, i), &run))
        g_array_append_val (found, run);
    }
  g_array_sort (found, compare_names);
  return g_steal_pointer (&found);
}

/* Opens the widest run of use that begins at the set's end; @more says whether there was one. FALSE for I/O errors. */
static gboolean
open_next (EhFileRuns *self, GArray *names, guint64 log_end, gboolean *more, GError **error)
{
  guint64 begin = eh_file_runs_get_end (self);

  *more = FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      RunName *name = &g_array_index (names, RunName, i);
      GError *own_error = NULL;
      EhFileRun *run;

      if (name->begin != begin || name->end > log_end || name->end <= name->begin)
        continue;
      run = eh_file_run_open (self->ops, self->folder, name->begin, name->end, self->store_id, &own_error);
      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          return FALSE;
        }
      if (run == NULL)
        continue;
      g_ptr_array_add (self->runs, run);
      name->in_use = *more = TRUE;
      return TRUE;
    }
  return TRUE;
}

/* Another process's merge may unlink a run between the listing and its opening: then the set is shorter than it was. */
static gboolean
names_are_current (EhFileRuns *self, GArray *names)
{
  for (guint i = 0; i < names->len; i++)
    {
      const RunName *name = &g_array_index (names, RunName, i);
      g_autofree char *path = eh_file_run_get_path (self->folder, name->begin, name->end);
      EhFileStat stat;

      if (!name->in_use && self->ops->stat (self->ops->fs, path, &stat) == -ENOENT)
        return FALSE;
    }
  return TRUE;
}

EhFileRuns *
eh_file_runs_open (const EhFileOps *ops, const char *folder, const guint8 store_id[16], guint64 log_end, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (EhFileRuns) self = runs_new (ops, folder, store_id);
      g_autoptr (GArray) names = list_names (self, error);
      gboolean more = TRUE;

      if (names == NULL)
        return NULL;
      while (more)
        {
          if (!open_next (self, names, log_end, &more, error))
            return NULL;
        }
      if (i >= LISTINGS || names_are_current (self, names))
        return g_steal_pointer (&self);
    }
}

char *
eh_file_runs_find_beyond (EhFileRuns *self, guint64 log_end, GError **error)
{
  g_autoptr (GArray) names = list_names (self, error);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const RunName *name = &g_array_index (names, RunName, i);
      g_autoptr (EhFileRun) run = NULL;
      GError *own_error = NULL;

      if (name->end <= log_end)
        continue;
      run = eh_file_run_open (self->ops, self->folder, name->begin, name->end, self->store_id, &own_error);
      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          return NULL;
        }
      if (run != NULL)
        return eh_file_run_get_path (self->folder, name->begin, name->end);
    }
  return NULL;
}

static gboolean
has_run (const EhFileRuns *self, const RunName *name)
{
  for (guint i = 0; i < self->runs->len; i++)
    if (get_run (self, i)->header.begin == name->begin && get_run (self, i)->header.end == name->end)
      return TRUE;
  return FALSE;
}

void
eh_file_runs_drop_others (EhFileRuns *self)
{
  g_autoptr (GArray) names = list_names (self, NULL);

  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const RunName *name = &g_array_index (names, RunName, i);
      g_autofree char *path = eh_file_run_get_path (self->folder, name->begin, name->end);

      /* What cannot be unlinked is of no use tomorrow either. */
      if (!has_run (self, name))
        self->ops->unlink (self->ops->fs, path);
    }
}

guint64
eh_file_runs_get_end (const EhFileRuns *self)
{
  return self->runs->len == 0 ? FIRST_LOC : get_run (self, self->runs->len - 1)->header.end;
}

guint64
eh_file_runs_get_end_position (const EhFileRuns *self)
{
  return self->runs->len == 0 ? 1 : get_run (self, self->runs->len - 1)->header.end_position;
}

guint64
eh_file_runs_get_last_loc (const EhFileRuns *self)
{
  return self->runs->len == 0 ? EH_FILE_LOC_NONE : get_run (self, self->runs->len - 1)->header.last;
}

guint64
eh_file_runs_get_n_hidden (const EhFileRuns *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->runs->len; i++)
    n += get_run (self, i)->header.n_truncated + get_run (self, i)->header.n_deleted;
  return n;
}

/* ---- growing ---- */

EhFileRuns *
eh_file_runs_add (EhFileRuns *self, const EhFileTail *tail, GError **error)
{
  EhFileRun *run;
  EhFileRuns *grown;

  g_assert (tail->begin == eh_file_runs_get_end (self) && tail->begin < tail->end);
  run = eh_file_run_new_from_tail (self->ops, self->folder, self->store_id, tail, error);
  if (run == NULL)
    return NULL;
  grown = runs_copy (self, self->runs->len);
  g_ptr_array_add (grown->runs, run);
  return grown;
}

static guint
get_level (const EhFileRun *run)
{
  guint64 n = (run->header.end_position - run->header.begin_position) / LEVEL_0_EVENTS;
  guint level = 0;

  for (; n >= FAN_IN; n /= FAN_IN)
    level++;
  return level;
}

/* What ids and lists have room for. */
static gboolean
can_merge (const EhFileRuns *self, guint first)
{
  const EhFileRunHeader *begin = &get_run (self, first)->header;
  const EhFileRunHeader *end = &get_run (self, self->runs->len - 1)->header;
  guint32 n_segments = eh_file_loc_segment (end->end) - eh_file_loc_segment (begin->begin) + 1;

  return n_segments < EH_FILE_RUN_SEGMENTS_MAX && end->end_position - begin->begin_position < G_MAXUINT32 / 2;
}

/* The first of the runs at the end that are to be merged, or the number of runs if none are. */
static guint
find_mergeable (const EhFileRuns *self)
{
  guint n = self->runs->len;
  guint first = n;

  while (first > 0)
    {
      guint level = get_level (get_run (self, first - 1));

      while (first > 0 && get_level (get_run (self, first - 1)) <= level)
        first--;
      if (n - first >= FAN_IN && can_merge (self, first))
        return first;
    }
  return n;
}

EhFileRuns *
eh_file_runs_merge (EhFileRuns *self, GError **error)
{
  guint first = find_mergeable (self);
  guint n = self->runs->len - first;
  EhFileRuns *merged;
  EhFileRun *run;

  if (n == 0)
    return NULL;
  run = eh_file_run_new_merged (self->ops, self->folder, (EhFileRun *const *) &self->runs->pdata[first], n, error);
  if (run == NULL)
    return NULL;
  merged = runs_copy (self, first);
  g_ptr_array_add (merged->runs, run);
  for (guint i = first; i < self->runs->len; i++)
    self->ops->unlink (self->ops->fs, get_run (self, i)->path);
  return merged;
}

EhFileRuns *
eh_file_runs_join (EhFileRuns *self, EhFileRuns *newer)
{
  EhFileRuns *joined = runs_copy (self, self->runs->len);

  for (guint i = 0; i < newer->runs->len; i++)
    if (get_run (newer, i)->header.begin >= eh_file_runs_get_end (self))
      g_ptr_array_add (joined->runs, eh_file_run_ref (get_run (newer, i)));
  return joined;
}

/* ---- looking up ---- */

gboolean
eh_file_runs_find (EhFileRuns *self, const EhFileKey *key, EhFileHead *head, GError **error)
{
  EhFileHead found = { .kept_version = 1 };
  gboolean has = FALSE;
  GError *own_error = NULL;

  for (guint i = self->runs->len; i-- > 0;)
    {
      EhFileRun *run = get_run (self, i);
      EhFileRunStream stream;
      gint state;

      if (found.version > 0 && run->header.n_truncated == 0)
        continue;
      state = eh_file_run_find (run, key, &stream, &own_error);
      if (state < 0)
        {
          g_propagate_error (error, own_error);
          return FALSE;
        }
      if (state == 0)
        continue;
      found.version = MAX (found.version, stream.version);
      found.deleted = found.deleted || stream.deleted;
      found.kept_version = MAX (found.kept_version, stream.kept_version);
      has = TRUE;
    }
  if (has)
    *head = found;
  return has;
}

static gboolean
find_id_in_run (EhFileRun *run, guint64 hash, EhFileCheckFunc check, gpointer user_data, guint64 *loc, GError **error)
{
  guint64 i;

  if (!eh_file_run_find_id (run, hash, &i, error))
    return FALSE;
  for (; i < run->header.n[EH_FILE_RUN_IDS]; i++)
    {
      guint64 word;
      guint64 candidate;

      if (!eh_file_run_get_id (run, i, &word, error))
        return FALSE;
      if ((word & EH_FILE_RUN_HASH_MASK) != hash)
        return FALSE;
      candidate = eh_file_run_word_get_loc (run->header.begin, word);
      if (check (user_data, candidate, error))
        {
          *loc = candidate;
          return TRUE;
        }
      if (error != NULL && *error != NULL)
        return FALSE;
    }
  return FALSE;
}

static gboolean
may_have_id (const EhFileRun *run, const guint8 id[16])
{
  return run->header.n[EH_FILE_RUN_IDS] > 0 && eh_file_id_compare (id, run->header.first_id) >= 0
         && eh_file_id_compare (id, run->header.last_id) <= 0;
}

gboolean
eh_file_runs_find_id (EhFileRuns *self, const guint8 id[16], EhFileCheckFunc check, gpointer user_data, guint64 *loc,
                      GError **error)
{
  const guint64 hash = eh_file_run_hash_id (self->store_id, id);

  for (guint i = self->runs->len; i-- > 0;)
    eh_file_run_fetch_id (get_run (self, i), hash);
  for (guint i = self->runs->len; i-- > 0;)
    {
      EhFileRun *run = get_run (self, i);
      GError *own_error = NULL;

      if (!may_have_id (run, id))
        continue;
      if (find_id_in_run (run, hash, check, user_data, loc, &own_error))
        return TRUE;
      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          return FALSE;
        }
    }
  return FALSE;
}

gboolean
eh_file_runs_get_last_id (const EhFileRuns *self, guint8 id[16])
{
  gboolean has = FALSE;

  for (guint i = 0; i < self->runs->len; i++)
    {
      const EhFileRunHeader *header = &get_run (self, i)->header;

      if (header->n[EH_FILE_RUN_IDS] == 0 || (has && eh_file_id_compare (header->last_id, id) <= 0))
        continue;
      memcpy (id, header->last_id, 16);
      has = TRUE;
    }
  return has;
}

/* The frames of one run from @version on, in the direction; -1 on failure. */
static gint
list_run (EhFileRun *run, const EhFileRunStream *stream, guint64 version, EhDirection direction, EhFileRef *refs,
          guint n, GError **error)
{
  guint32 above;
  guint n_found = 0;

  if (!eh_file_run_find_above (run, stream, version, &above, error))
    return -1;
  if (direction == EH_BACKWARDS)
    {
      for (; above > 0 && n_found < n; above--, n_found++)
        {
          if (!eh_file_run_get_ref (run, stream, above - 1, &refs[n_found], error))
            return -1;
        }
      return n_found;
    }
  for (guint32 i = above == 0 ? 0 : above - 1; i < stream->n_frames && n_found < n; i++, n_found++)
    {
      if (!eh_file_run_get_ref (run, stream, i, &refs[n_found], error))
        return -1;
    }
  return n_found;
}

/* So many runs are asked together, so that the memory is not waited for once for each of them. */
#define RUNS_TOGETHER 16

/* What each of @n runs has of the stream. */
static gboolean
find_together (EhFileRun *const *runs, guint n, const EhFileKey *key, EhFileRunStream *streams, GError **error)
{
  for (guint i = 0; i < n; i++)
    eh_file_run_fetch (runs[i], key);
  for (guint i = 0; i < n; i++)
    {
      const gint state = eh_file_run_find (runs[i], key, &streams[i], error);

      if (state < 0)
        return FALSE;
      if (state == 0)
        streams[i].n_frames = 0;
      else
        eh_file_run_fetch_list (runs[i], &streams[i]);
    }
  return TRUE;
}

gint
eh_file_runs_list (EhFileRuns *self, const EhFileKey *key, guint64 version, EhDirection direction, EhFileRef *refs,
                   guint n, GError **error)
{
  const guint together = n == 1 ? 1 : RUNS_TOGETHER;
  const guint n_runs = self->runs->len;
  guint n_found = 0;

  for (guint first = 0; first < n_runs && n_found < n; first += together)
    {
      const guint n_asked = MIN (together, n_runs - first);
      EhFileRun *runs[RUNS_TOGETHER];
      EhFileRunStream streams[RUNS_TOGETHER];

      for (guint i = 0; i < n_asked; i++)
        runs[i] = get_run (self, direction == EH_FORWARDS ? first + i : n_runs - 1 - first - i);
      if (!find_together (runs, n_asked, key, streams, error))
        return -1;
      for (guint i = 0; i < n_asked && n_found < n; i++)
        {
          gint n_more;

          if (streams[i].n_frames == 0 || (direction == EH_FORWARDS && streams[i].version < version))
            continue;
          n_more = list_run (runs[i], &streams[i], version, direction, refs + n_found, n - n_found, error);
          if (n_more < 0)
            return -1;
          n_found += n_more;
        }
    }
  return n_found;
}

/* ---- positions ---- */

static gboolean
find_sample (EhFileRun *run, guint64 position, guint64 *loc, GError **error)
{
  guint64 low = 0;
  guint64 high = run->header.n[EH_FILE_RUN_SAMPLES];
  guint64 at;

  while (high - low > 1)
    {
      guint64 middle = low + (high - low) / 2;

      if (!eh_file_run_get_sample (run, middle, &at, loc, error))
        return FALSE;
      if (at <= position)
        low = middle;
      else
        high = middle;
    }
  return eh_file_run_get_sample (run, low, &at, loc, error);
}

gboolean
eh_file_runs_find_position (EhFileRuns *self, guint64 position, guint64 *loc, GError **error)
{
  guint low = 0;
  guint high = self->runs->len;

  while (high - low > 1)
    {
      guint middle = low + (high - low) / 2;

      if (get_run (self, middle)->header.begin_position <= position)
        low = middle;
      else
        high = middle;
    }
  /* The last of those that begin at the position may have no events. */
  while (low > 0 && get_run (self, low)->header.n[EH_FILE_RUN_SAMPLES] == 0)
    low--;
  return find_sample (get_run (self, low), position, loc, error);
}

/* ---- all streams ---- */

static gboolean
find_last_ref (EhFileRuns *self, const EhFileRunStream *pieces, EhFileRef *ref, gboolean *has, GError **error)
{
  *has = FALSE;
  for (guint i = self->runs->len; i-- > 0;)
    {
      if (pieces[i].n_frames == 0)
        continue;
      *has = TRUE;
      return eh_file_run_get_ref (get_run (self, i), &pieces[i], pieces[i].n_frames - 1, ref, error);
    }
  return TRUE;
}

gboolean
eh_file_runs_foreach (EhFileRuns *self, EhFileStreamFunc func, gpointer user_data, GError **error)
{
  g_auto (EhFileRunIter) iter = { 0 };
  gint state;

  eh_file_run_iter_init (&iter, (EhFileRun *const *) self->runs->pdata, self->runs->len);
  while ((state = eh_file_run_iter_next (&iter, error)) > 0)
    {
      EhFileHead head = { .kept_version = 1 };
      EhFileRef last;
      gboolean has;

      for (guint i = 0; i < iter.n; i++)
        {
          head.version = MAX (head.version, iter.pieces[i].version);
          head.kept_version = MAX (head.kept_version, iter.pieces[i].kept_version);
          head.deleted = head.deleted || iter.pieces[i].deleted;
        }
      if (!find_last_ref (self, iter.pieces, &last, &has, error)
          || !func (user_data, &iter.pieces[0].key, &head, has ? &last : NULL, error))
        return FALSE;
    }
  return state == 0;
}
