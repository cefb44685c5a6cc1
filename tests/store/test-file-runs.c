/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-random-private.h"
#include "store/file/eh-file-run-private.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A log that is made up, and a plain list of what is in it, which the runs must agree with. Frames are never read: the
 * runs believe nothing but what the tail says.
 */

typedef struct {
  guint64 loc;
  guint64 position;
  guint64 version;
  guint n_events;
  guint stream;
} Frame;

typedef struct {
  guint64 version;
  guint64 kept_version;
  gboolean deleted;
} Stream;

typedef struct {
  char *folder; /* (owned) */
  guint8 store_id[16];
  EhRandom random;
  GArray *frames; /* (owned) (element-type Frame) */
  GArray *ids;    /* (owned): 16 bytes and the frame */
  Stream streams[64];
  guint n_streams;
  guint max_events; /* of a frame */
  guint64 loc;
  guint64 last_loc;
  guint64 position;
  EhFileTail *tail; /* (owned) */
  EhFileRuns *runs; /* (owned) */
} Log;

typedef struct {
  guint8 id[16];
  guint frame;
} Id;

static int
sync_not (gpointer fs, int file)
{
  return 0;
}

static int
sync_folder_not (gpointer fs, const char *path)
{
  return 0;
}

/* The system's, without the waiting: no crash here. */
static const EhFileOps *
ops (void)
{
  static EhFileOps table;

  if (table.open == NULL)
    {
      table = *eh_file_ops_get_system ();
      table.sync = sync_not;
      table.sync_folder = sync_folder_not;
    }
  return &table;
}

static EhFileKey
key_of (Log *self, guint stream)
{
  g_autofree char *name = g_strdup_printf ("stream-%u", stream);

  return eh_file_key (self->store_id, name, strlen (name));
}

static void
log_init (Log *self, guint64 seed, guint n_streams, guint max_events)
{
  *self = (Log){ .n_streams = n_streams, .max_events = max_events, .position = 1 };
  self->folder = g_dir_make_tmp ("runs-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  memset (self->store_id, 7, 16);
  self->random.state = seed;
  self->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  self->ids = g_array_new (FALSE, FALSE, sizeof (Id));
  self->loc = eh_file_loc (1, EH_FILE_SEGMENT_HEADER);
  self->tail = eh_file_tail_new (self->loc, 1);
  self->runs = eh_file_runs_open (ops (), self->folder, self->store_id, G_MAXUINT64, NULL);
  g_assert_nonnull (self->runs);
}

static void
log_clear (Log *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  g_clear_pointer (&self->tail, eh_file_tail_free);
  g_array_unref (self->frames);
  g_array_unref (self->ids);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

static guint
draw (Log *self, guint n)
{
  return eh_random_below (&self->random, n);
}

static void
make_id (Log *self, guint8 id[16])
{
  eh_store_64 (id, GUINT64_SWAP_LE_BE (self->position));
  eh_store_64 (id + 8, eh_random_next (&self->random));
}

/* A new segment now and then, and gaps as marks leave them. */
static guint64
move_on (Log *self, guint length)
{
  guint64 at;

  if (draw (self, 40) == 0)
    self->loc = eh_file_loc (eh_file_loc_segment (self->loc) + 1, EH_FILE_SEGMENT_HEADER);
  self->last_loc = at = self->loc;
  self->loc += length;
  return at;
}

static void
append (Log *self, guint stream)
{
  guint n = 1 + draw (self, self->max_events);
  g_autofree guint8 *bytes = g_malloc0 (EH_FILE_FRAME_HEAD + n * EH_FILE_EVENT_HEAD);
  EhFileKey key = key_of (self, stream);
  EhFileFrame frame = { .kind = EH_FILE_KIND_APPEND, .bytes = bytes, .n_events = n, .position = self->position };
  Frame known;

  frame.loc = move_on (self, 8 * (10 + draw (self, 400)));
  frame.version = self->streams[stream].version + 1;
  known = (Frame){ frame.loc, frame.position, frame.version, n, stream };
  for (guint i = 0; i < n; i++)
    {
      Id id = { .frame = self->frames->len };

      make_id (self, id.id);
      memcpy (bytes + EH_FILE_FRAME_HEAD + i * EH_FILE_EVENT_HEAD, id.id, 16);
      g_array_append_val (self->ids, id);
      self->position++;
    }
  g_array_append_val (self->frames, known);
  self->streams[stream].version += n;
  eh_file_tail_add (self->tail, &key, &frame, self->loc);
}

static void
mention (Log *self, guint stream, EhFileKind kind, guint64 version)
{
  EhFileKey key = key_of (self, stream);
  EhFileFrame frame = { .kind = kind, .version = version, .position = self->position, .loc = move_on (self, 48) };

  eh_file_tail_add (self->tail, &key, &frame, self->loc);
}

static void
act (Log *self)
{
  guint stream = draw (self, self->n_streams);
  Stream *known = &self->streams[stream];

  if (known->deleted)
    return;
  if (known->version > 0 && draw (self, 50) == 0)
    {
      guint kept = 1 + draw (self, known->version);

      known->kept_version = MAX (known->kept_version, kept);
      mention (self, stream, EH_FILE_KIND_TRUNCATION, known->kept_version);
    }
  else if (known->version > 0 && draw (self, 400) == 0)
    {
      known->deleted = TRUE;
      mention (self, stream, EH_FILE_KIND_TOMBSTONE, known->version);
    }
  else
    append (self, stream);
}

static void
replace_runs (Log *self, EhFileRuns *runs)
{
  g_assert_nonnull (runs);
  eh_file_runs_unref (self->runs);
  self->runs = runs;
}

static void
cut (Log *self, gboolean merge)
{
  g_autoptr (GError) error = NULL;
  EhFileRuns *merged;

  if (self->tail->begin == self->tail->end)
    return;
  replace_runs (self, eh_file_runs_add (self->runs, self->tail, &error));
  g_assert_no_error (error);
  eh_file_tail_free (self->tail);
  self->tail = eh_file_tail_new (eh_file_runs_get_end (self->runs), eh_file_runs_get_end_position (self->runs));
  while (merge && (merged = eh_file_runs_merge (self->runs, &error)) != NULL)
    replace_runs (self, merged);
  g_assert_no_error (error);
}

static void
reopen (Log *self)
{
  g_autoptr (GError) error = NULL;
  guint64 end = eh_file_runs_get_end (self->runs);

  replace_runs (self, eh_file_runs_open (ops (), self->folder, self->store_id, self->loc, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (eh_file_runs_get_end (self->runs), ==, end);
}

static void
fill (Log *self, guint n_acts, guint every, gboolean merge)
{
  for (guint i = 1; i <= n_acts; i++)
    {
      act (self);
      if (every > 0 && draw (self, every) == 0)
        cut (self, merge);
    }
  cut (self, merge);
}

/* ---- what must hold ---- */

static void
assert_head (Log *self, guint stream)
{
  const Stream *known = &self->streams[stream];
  g_autoptr (GError) error = NULL;
  EhFileKey key = key_of (self, stream);
  EhFileHead head;
  gboolean found = eh_file_runs_find (self->runs, &key, &head, &error);

  g_assert_no_error (error);
  g_assert_cmpint (found, ==, known->version > 0);
  if (!found)
    return;
  g_assert_cmpuint (head.version, ==, known->version);
  g_assert_cmpuint (head.kept_version, ==, MAX (known->kept_version, 1));
  g_assert_cmpint (head.deleted, ==, known->deleted);
}

static guint
list_known (Log *self, guint stream, guint64 version, EhDirection direction, guint n, Frame *known)
{
  guint n_known = 0;

  for (guint k = 0; k < self->frames->len && n_known < n; k++)
    {
      guint i = direction == EH_FORWARDS ? k : self->frames->len - 1 - k;
      const Frame *frame = &g_array_index (self->frames, Frame, i);

      if (frame->stream != stream)
        continue;
      if (direction == EH_FORWARDS ? frame->version + frame->n_events > version : frame->version <= version)
        known[n_known++] = *frame;
    }
  return n_known;
}

static void
assert_list (Log *self, guint stream, guint64 version, EhDirection direction, guint n)
{
  g_autofree Frame *known = g_new (Frame, n);
  g_autofree EhFileRef *refs = g_new (EhFileRef, n);
  g_autoptr (GError) error = NULL;
  EhFileKey key = key_of (self, stream);
  guint n_known = list_known (self, stream, version, direction, n, known);
  gint n_found = eh_file_runs_list (self->runs, &key, version, direction, refs, n, &error);

  g_assert_no_error (error);
  g_assert_cmpint (n_found, ==, n_known);
  for (guint i = 0; i < n_known; i++)
    {
      g_assert_cmpuint (refs[i].loc, ==, known[i].loc);
      g_assert_cmpuint (refs[i].version, ==, known[i].version);
    }
}

typedef struct {
  Log *log;
  const guint8 *id;
  guint n_asked;
} Asked;

static gboolean
check_id (gpointer user_data, guint64 loc, GError **error)
{
  Asked *asked = user_data;

  asked->n_asked++;
  for (guint i = 0; i < asked->log->ids->len; i++)
    {
      const Id *id = &g_array_index (asked->log->ids, Id, i);

      if (memcmp (id->id, asked->id, 16) == 0)
        return g_array_index (asked->log->frames, Frame, id->frame).loc == loc;
    }
  return FALSE;
}

static void
assert_id (Log *self, guint i)
{
  const Id *id = &g_array_index (self->ids, Id, i);
  Asked asked = { .log = self, .id = id->id };
  g_autoptr (GError) error = NULL;
  guint64 loc = 0;

  g_assert_true (eh_file_runs_find_id (self->runs, id->id, check_id, &asked, &loc, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (loc, ==, g_array_index (self->frames, Frame, id->frame).loc);
}

static void
assert_no_id (Log *self, guint *n_asked)
{
  Id id = g_array_index (self->ids, Id, draw (self, self->ids->len));
  Asked asked = { .log = self, .id = id.id };
  g_autoptr (GError) error = NULL;
  guint64 loc;

  id.id[15] ^= 0x55;
  g_assert_false (eh_file_runs_find_id (self->runs, id.id, check_id, &asked, &loc, &error));
  g_assert_no_error (error);
  *n_asked += asked.n_asked;
}

static void
assert_position (Log *self, guint i)
{
  const Frame *frame = &g_array_index (self->frames, Frame, i);
  guint64 wanted = frame->position + draw (self, frame->n_events);
  g_autoptr (GError) error = NULL;
  guint64 loc;
  guint at = i;

  g_assert_true (eh_file_runs_find_position (self->runs, wanted, &loc, &error));
  g_assert_no_error (error);
  while (at > 0 && g_array_index (self->frames, Frame, at).loc > loc)
    at--;
  g_assert_cmpuint (g_array_index (self->frames, Frame, at).loc, ==, loc);
  g_assert_cmpuint (eh_file_loc_segment (loc), ==, eh_file_loc_segment (frame->loc));
  g_assert_cmpuint (frame->loc - loc, <, 64 * 1024);
}

typedef struct {
  Log *log;
  EhFileKey last;
  guint n;
} Seen;

static gboolean
see_stream (gpointer user_data, const EhFileKey *key, const EhFileHead *head, const EhFileRef *last, GError **error)
{
  Seen *seen = user_data;
  guint stream = 0;
  EhFileKey known;

  g_assert_true (seen->n == 0 || eh_file_key_compare (&seen->last, key) < 0);
  while (stream < seen->log->n_streams && (known = key_of (seen->log, stream), !eh_file_key_equal (&known, key)))
    stream++;
  g_assert_cmpuint (stream, <, seen->log->n_streams);
  g_assert_cmpuint (head->version, ==, seen->log->streams[stream].version);
  g_assert_cmpint (head->deleted, ==, seen->log->streams[stream].deleted);
  for (guint i = seen->log->frames->len; i-- > 0;)
    {
      const Frame *frame = &g_array_index (seen->log->frames, Frame, i);

      if (frame->stream != stream)
        continue;
      g_assert_cmpuint (last->loc, ==, frame->loc);
      break;
    }
  seen->last = *key;
  seen->n++;
  return TRUE;
}

static void
assert_all (Log *self)
{
  Seen seen = { .log = self };
  guint8 last_id[16];
  guint n_asked = 0;

  for (guint stream = 0; stream < self->n_streams + 4; stream++)
    {
      guint64 version = stream < self->n_streams ? self->streams[stream].version : 0;

      if (stream < self->n_streams)
        assert_head (self, stream);
      assert_list (self, stream, 1, EH_FORWARDS, 10000);
      assert_list (self, stream, G_MAXUINT64, EH_BACKWARDS, 10000);
      for (guint i = 0; i < 8; i++)
        {
          assert_list (self, stream, draw (self, version + 3), EH_FORWARDS, 1 + draw (self, 5));
          assert_list (self, stream, draw (self, version + 3), EH_BACKWARDS, 1 + draw (self, 5));
        }
    }
  for (guint i = 0; i < 200; i++)
    {
      assert_id (self, draw (self, self->ids->len));
      assert_no_id (self, &n_asked);
      assert_position (self, draw (self, self->frames->len));
    }
  g_assert_cmpuint (n_asked, <, 20);
  g_assert_true (eh_file_runs_foreach (self->runs, see_stream, &seen, NULL));
  g_assert_true (eh_file_runs_get_last_id (self->runs, last_id));
  g_assert_cmpmem (last_id, 16, g_array_index (self->ids, Id, self->ids->len - 1).id, 16);
  g_assert_cmpuint (eh_file_runs_get_end_position (self->runs), ==, self->position);
  g_assert_cmpuint (eh_file_runs_get_last_loc (self->runs), ==, self->last_loc);
}

static guint
count_files (Log *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static guint
n_rounds (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return slow == NULL ? n : MAX (n / atoi (slow), 1);
}

static void
test_empty (void)
{
  g_auto (Log) log = { 0 };
  EhFileKey key;
  EhFileHead head;
  EhFileRef ref;
  guint8 id[16] = { 0 };
  guint64 loc;

  g_test_summary ("A set without runs knows nothing and ends where the log begins");
  log_init (&log, 1, 3, 1);
  key = key_of (&log, 0);
  g_assert_cmpuint (eh_file_runs_get_end (log.runs), ==, eh_file_loc (1, EH_FILE_SEGMENT_HEADER));
  g_assert_cmpuint (eh_file_runs_get_end_position (log.runs), ==, 1);
  g_assert_false (eh_file_runs_find (log.runs, &key, &head, NULL));
  g_assert_cmpint (eh_file_runs_list (log.runs, &key, 1, EH_FORWARDS, &ref, 1, NULL), ==, 0);
  g_assert_false (eh_file_runs_find_id (log.runs, id, check_id, NULL, &loc, NULL));
  g_assert_false (eh_file_runs_get_last_id (log.runs, id));
}

static void
test_random (void)
{
  guint64 seed = g_test_rand_int ();

  g_test_summary ("Whatever is in the log, runs of it, merged or not, say what a plain list says, also when reopened");
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint i = 0; i < n_rounds (30); i++)
    {
      g_auto (Log) log = { 0 };

      log_init (&log, seed + i, 1 + i % 40, i % 3 == 0 ? 1 : 1 + i % 7);
      fill (&log, 600, 5 + i * 3, i % 2 == 0);
      append (&log, log.streams[0].deleted ? log.n_streams : 0);
      log.n_streams += log.streams[0].deleted;
      cut (&log, TRUE);
      assert_all (&log);
      reopen (&log);
      assert_all (&log);
    }
}

static void
test_merges (void)
{
  g_auto (Log) log = { 0 };

  g_test_summary ("However many runs are added, few files are left");
  log_init (&log, 5, 20, 3);
  for (guint i = 0; i < 300; i++)
    {
      append (&log, draw (&log, 20));
      cut (&log, TRUE);
      g_assert_cmpuint (count_files (&log), <=, 8);
    }
  assert_all (&log);
}

static void
test_held (void)
{
  g_auto (Log) log = { 0 };
  g_autoptr (EhFileRuns) held = NULL;
  EhFileKey key;
  EhFileHead head;

  g_test_summary ("Who holds a set goes on reading it after its files were merged away");
  log_init (&log, 6, 4, 1);
  for (guint i = 0; i < 7; i++)
    {
      append (&log, i % 4);
      cut (&log, FALSE);
    }
  held = eh_file_runs_ref (log.runs);
  append (&log, 0);
  cut (&log, TRUE);
  g_assert_cmpuint (count_files (&log), ==, 1);
  key = key_of (&log, 0);
  g_assert_true (eh_file_runs_find (held, &key, &head, NULL));
  g_assert_cmpuint (head.version, ==, 2);
  g_assert_true (eh_file_runs_find (log.runs, &key, &head, NULL));
  g_assert_cmpuint (head.version, ==, 3);
}

static void
test_foreign (void)
{
  g_auto (Log) log = { 0 };
  g_autoptr (EhFileRuns) other = NULL;
  g_autofree char *path = NULL;
  guint8 other_id[16] = { 1 };

  g_test_summary ("Runs of another store, or beyond the end of the log, are not used; a reader leaves the files alone");
  log_init (&log, 7, 4, 1);
  fill (&log, 20, 0, FALSE);
  other = eh_file_runs_open (ops (), log.folder, other_id, G_MAXUINT64, NULL);
  g_assert_cmpuint (eh_file_runs_get_end_position (other), ==, 1);
  g_clear_pointer (&other, eh_file_runs_unref);
  other = eh_file_runs_open (ops (), log.folder, log.store_id, log.loc - 1, NULL);
  g_assert_cmpuint (eh_file_runs_get_end_position (other), ==, 1);
  g_assert_cmpuint (count_files (&log), ==, 1);
  g_assert_null (eh_file_runs_find_beyond (other, log.loc, NULL));
  path = eh_file_runs_find_beyond (other, log.loc - 1, NULL);
  g_assert_true (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS));
  eh_file_runs_drop_others (log.runs);
  g_assert_cmpuint (count_files (&log), ==, 1);
  eh_file_runs_drop_others (other);
  g_assert_cmpuint (count_files (&log), ==, 0);
}

static char *
find_file (Log *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);

  return g_build_filename (self->folder, g_dir_read_name (dir), NULL);
}

/* Every lookup gives what it gave, or EH_ERROR_CORRUPT. */
static gboolean
lookups_are_right (Log *self, EhFileRuns *runs, GError **error)
{
  EhFileRef refs[64];
  Frame known[64];

  for (guint stream = 0; stream < self->n_streams; stream++)
    {
      EhFileKey key = key_of (self, stream);
      EhFileHead head;
      GError *own_error = NULL;
      gboolean found = eh_file_runs_find (runs, &key, &head, &own_error);
      gint n;

      if (own_error != NULL)
        return g_propagate_error (error, own_error), FALSE;
      g_assert_cmpint (found, ==, self->streams[stream].version > 0);
      g_assert_true (!found || head.version == self->streams[stream].version);
      n = eh_file_runs_list (runs, &key, 1, EH_FORWARDS, refs, 64, error);
      if (n < 0)
        return FALSE;
      g_assert_cmpint (n, ==, list_known (self, stream, 1, EH_FORWARDS, 64, known));
      for (gint i = 0; i < n; i++)
        g_assert_cmpuint (refs[i].loc, ==, known[i].loc);
    }
  return TRUE;
}

static void
test_damage (void)
{
  g_auto (Log) log = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize size;
  guint n_noticed = 0;

  g_test_summary ("A run with a flipped bit is left out, or the lookup that meets it fails and names file and byte");
  log_init (&log, 8, 6, 2);
  fill (&log, 60, 0, FALSE);
  path = find_file (&log);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize i = 0; i < size; i += n_rounds (1) + (i > 600 && i < 4000 ? 97 : 6))
    {
      g_autoptr (EhFileRuns) runs = NULL;
      g_autoptr (GError) error = NULL;

      bytes[i] ^= 1 << i % 8;
      g_assert_true (g_file_set_contents_full (path, bytes, size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
      bytes[i] ^= 1 << i % 8;
      runs = eh_file_runs_open (ops (), log.folder, log.store_id, log.loc, &error);
      g_assert_no_error (error);
      if (eh_file_runs_get_end_position (runs) == 1)
        n_noticed++;
      else if (!lookups_are_right (&log, runs, &error))
        {
          g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
          g_assert_nonnull (strstr (error->message, ".run: damaged at byte "));
          n_noticed++;
        }
    }
  g_assert_cmpuint (n_noticed, >, 50);
}

static void
test_cut_file (void)
{
  g_auto (Log) log = { 0 };
  g_autofree char *path = NULL;
  struct stat status;

  g_test_summary ("A run of any other length is left out");
  log_init (&log, 9, 6, 2);
  fill (&log, 60, 0, FALSE);
  path = find_file (&log);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_size, >, 20000);
  for (gint64 size = status.st_size + 4096; size >= 0; size -= 512)
    {
      g_autoptr (EhFileRuns) runs = NULL;

      if (size == status.st_size)
        continue;
      g_assert_cmpint (truncate (path, size), ==, 0);
      runs = eh_file_runs_open (ops (), log.folder, log.store_id, log.loc, NULL);
      g_assert_cmpuint (eh_file_runs_get_end_position (runs), ==, 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-runs/empty", test_empty);
  g_test_add_func ("/file-runs/random", test_random);
  g_test_add_func ("/file-runs/merges", test_merges);
  g_test_add_func ("/file-runs/held", test_held);
  g_test_add_func ("/file-runs/foreign", test_foreign);
  g_test_add_func ("/file-runs/damage", test_damage);
  g_test_add_func ("/file-runs/cut-file", test_cut_file);
  return g_test_run ();
}
