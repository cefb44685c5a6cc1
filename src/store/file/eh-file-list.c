/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-listing-private.h"

/*
 * Listing streams. The runs have most of them, sorted by key; what memory has, which is bounded, is copied when the
 * listing begins, in the same moment in which the runs are taken, and joined to them key by key.
 */

#define REFS 256

/* A stream that memory knows. */
typedef struct {
  EhFileKey key;
  EhFileStreamState state;
  guint first_ref; /* in the listing's refs */
  guint n_refs;
  gboolean seen;
} Recent;

typedef struct {
  EhFileRuns *runs;      /* (owned) */
  GArray *recent;        /* (owned) (element-type Recent) */
  GHashTable *positions; /* (owned): EhFileKey to its place in @recent, plus 1 */
  GArray *refs;          /* (owned) (element-type EhFileRef) */
  EhFileListedFunc func;
  gpointer user_data;
} Listing;

static void
listing_clear (Listing *self)
{
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  g_clear_pointer (&self->recent, g_array_unref);
  g_clear_pointer (&self->positions, g_hash_table_unref);
  g_clear_pointer (&self->refs, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Listing, listing_clear)

static guint
hash_key (gconstpointer key)
{
  return (guint) ((const EhFileKey *) key)->low;
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (EhFileKey)) == 0;
}

/* Both parts of memory may know a stream; it is taken once. */
static void
take_tail (Listing *self, EhFileStore *store, const EhFileTail *tail, const EhFileTail *other)
{
  for (guint i = 0; tail != NULL && i < tail->n_streams; i++)
    {
      Recent recent = { .key = tail->streams[i].key, .first_ref = self->refs->len };

      if (other != NULL && eh_file_tail_find (other, &recent.key) != NULL)
        continue;
      eh_file_index_look (&store->index, &recent.key, store->writer.published, &recent.state);
      eh_file_index_list (&store->index, &recent.key, 1, store->writer.published, self->refs);
      recent.n_refs = self->refs->len - recent.first_ref;
      g_array_append_val (self->recent, recent);
    }
}

static gboolean
listing_init (Listing *self, EhFileStore *store, GError **error)
{
  self->recent = g_array_new (FALSE, FALSE, sizeof (Recent));
  self->positions = g_hash_table_new (hash_key, equal_keys);
  self->refs = g_array_new (FALSE, FALSE, sizeof (EhFileRef));
  if (!eh_file_store_enter_reading (store, error))
    return FALSE;
  self->runs = eh_file_runs_ref (store->index.runs);
  take_tail (self, store, store->index.frozen, NULL);
  take_tail (self, store, store->index.tail, store->index.frozen);
  eh_unlock (&store->lock);
  eh_file_store_leave (store);

  for (guint i = 0; i < self->recent->len; i++)
    g_hash_table_insert (self->positions, &g_array_index (self->recent, Recent, i).key, GUINT_TO_POINTER (i + 1));
  return TRUE;
}

/* A stream of which nothing was published yet is not there. */
static gboolean
tell (Listing *self, EhFileListed *listed, const Recent *recent, GError **error)
{
  if (recent != NULL && recent->n_refs > 0)
    {
      listed->refs = &g_array_index (self->refs, EhFileRef, recent->first_ref);
      listed->n_refs = recent->n_refs;
      listed->last_loc = listed->refs[recent->n_refs - 1].loc;
    }
  if (listed->state.version == 0 || listed->last_loc == EH_FILE_LOC_NONE)
    return TRUE;
  return self->func (listed, self->runs, self->user_data, error);
}

static gboolean
tell_of_runs (gpointer user_data, const EhFileKey *key, const EhFileHead *head, const EhFileRef *last, GError **error)
{
  Listing *self = user_data;
  EhFileListed listed = { .key = *key, .last_loc = last != NULL ? last->loc : EH_FILE_LOC_NONE };
  const guint at = GPOINTER_TO_UINT (g_hash_table_lookup (self->positions, key));
  Recent *recent = at > 0 ? &g_array_index (self->recent, Recent, at - 1) : NULL;

  if (recent != NULL)
    {
      recent->seen = TRUE;
      listed.state = recent->state;
    }
  eh_file_stream_state_add (&listed.state, head);
  return tell (self, &listed, recent, error);
}

gboolean
eh_file_store_each_stream (EhFileStore *self, EhFileListedFunc func, gpointer user_data, GError **error)
{
  g_auto (Listing) listing = { .func = func, .user_data = user_data };

  if (!listing_init (&listing, self, error) || !eh_file_runs_foreach (listing.runs, tell_of_runs, &listing, error))
    return FALSE;
  for (guint i = 0; i < listing.recent->len; i++)
    {
      const Recent *recent = &g_array_index (listing.recent, Recent, i);
      EhFileListed listed = { .key = recent->key, .state = recent->state, .last_loc = EH_FILE_LOC_NONE };

      if (!recent->seen && !tell (&listing, &listed, recent, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- with names and sizes ---- */

typedef struct {
  EhFileStore *store;
  EhFileSegment *segment; /* (owned) (nullable): the one that was read last */
  gboolean with_bytes;
  EhFileStreamInfoFunc func;
  gpointer user_data;
} Naming;

static void
naming_clear (Naming *self)
{
  g_clear_pointer (&self->segment, eh_file_segment_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Naming, naming_clear)

static gboolean
go_to (Naming *self, guint64 loc, GError **error)
{
  const guint32 number = eh_file_loc_segment (loc);

  if (self->segment != NULL && self->segment->header.number == number)
    return TRUE;
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  self->segment = eh_file_segments_get (self->store->segments, number, error);
  return self->segment != NULL;
}

static gboolean
add_length (Naming *self, guint64 loc, guint64 *n_bytes, GError **error)
{
  EhFileFrame frame;
  guint32 at;

  if (!go_to (self, loc, error))
    return FALSE;
  at = eh_file_segment_find (self->segment, eh_file_loc_offset (loc));
  if (at >= self->segment->end
      || eh_file_frame_read_head (&self->segment->base, self->segment->bytes + at, self->segment->end - at, at, &frame)
             != EH_FILE_FRAME_OK)
    return eh_file_segment_set_corrupt (self->segment, at, "no valid frame is there", error);
  *n_bytes += frame.length;
  return TRUE;
}

static gboolean
add_lengths (Naming *self, const EhFileListed *listed, EhFileRuns *runs, guint64 *n_bytes, GError **error)
{
  EhFileRef refs[REFS];
  guint64 version = 1;
  gint n;

  do
    {
      n = eh_file_runs_list (runs, &listed->key, version, EH_FORWARDS, refs, REFS, error);
      /* The last frame comes again if it has more events than one. */
      for (gint i = 0; i < n; i++)
        if (refs[i].version >= version && !add_length (self, refs[i].loc, n_bytes, error))
          return FALSE;
      if (n > 0)
        version = refs[n - 1].version + 1;
    }
  while (n == REFS);
  for (guint i = 0; n >= 0 && i < listed->n_refs; i++)
    if (!add_length (self, listed->refs[i].loc, n_bytes, error))
      return FALSE;
  return n >= 0;
}

static char *
read_name (Naming *self, guint64 loc, GError **error)
{
  EhFileFrame frame;
  const char *name = NULL;
  gsize length = 0;

  if (!go_to (self, loc, error) || !eh_file_segment_read (self->segment, eh_file_loc_offset (loc), &frame, error)
      || !eh_file_segment_get_name (self->segment, &frame, &name, &length, error))
    return NULL;
  return g_strndup (name, length);
}

static gboolean
tell_named (const EhFileListed *listed, EhFileRuns *runs, gpointer user_data, GError **error)
{
  Naming *self = user_data;
  g_autofree char *name = read_name (self, listed->last_loc, error);
  EhFileStreamInfo info = {
    .name = name,
    .version = listed->state.version,
    .first_version = MAX (listed->state.kept_version, 1),
    .deleted = listed->state.deleted,
  };

  if (name == NULL || (self->with_bytes && !add_lengths (self, listed, runs, &info.n_bytes, error)))
    return FALSE;
  return self->func (&info, self->user_data, error);
}

gboolean
eh_file_store_list_streams (EhFileStore *self, gboolean with_bytes, EhFileStreamInfoFunc func, gpointer user_data,
                            GError **error)
{
  g_auto (Naming) naming = { .store = self, .with_bytes = with_bytes, .func = func, .user_data = user_data };

  g_return_val_if_fail (EH_IS_FILE_STORE (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  return eh_file_store_each_stream (self, tell_named, &naming, error);
}
