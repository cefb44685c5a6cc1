/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/eh-error.h"

/*
 * A real process on a real disk: from several threads it appends to a store in a folder, truncates, deletes, compacts
 * and saves snapshots, and says through a pipe what was acknowledged; it is killed at some moment. With sync=always all
 * that it said is there; with the other modes what it said before a flush or a snapshot is, and what somebody else has
 * read. What is there is a prefix in the order of positions, each stream in its order, and batches are whole.
 */

#define N_THREADS 4
#define BATCH 3

/* So that something is written before the end comes. */
#define INTERVAL 5

/* What is done each so many versions. */
#define BATCH_EVERY 7
#define TRUNCATE_EVERY 16
#define SNAPSHOT_EVERY 20
#define DELETE_EVERY 25
#define FLUSH_EVERY 35
#define COMPACT_EVERY 90

/* A stream that is truncated keeps so many. */
#define KEPT 30

typedef enum {
  SAID_APPEND,   /* up to @version, the last of which is at @position */
  SAID_FLUSH,    /* all that this thread said before */
  SAID_TRUNCATE, /* @version is the first that stays */
  SAID_DELETE,   /* the stream of that number, @version */
  SAID_SNAPSHOT, /* of @version */
} SaidKind;

/* What goes through the pipe: small enough to go as a whole. */
typedef struct {
  guint32 kind;
  guint32 thread;
  guint64 version;
  guint64 position;
} Said;

/* What is there of a thread's streams: what it said, or at least of it. */
typedef struct {
  guint64 version;
  guint64 first; /* that can be read */
  guint64 n_deleted;
  guint64 snapshot;
} Known;

typedef struct {
  EhFileSync sync;
  char *folder; /* (owned) */
  Known firm[N_THREADS];
  Known said[N_THREADS];
  GArray *appends; /* (owned) (element-type Said): of the child that runs */
  guint64 seen;    /* a position that somebody read */
  char *what;      /* (owned) (nullable) */
} Victim;

/* ---- names ---- */

static EhStreamName *
get_name (guint thread)
{
  g_autofree char *text = g_strdup_printf ("Acc-%u", thread);

  return eh_stream_name_parse (text, NULL);
}

/* A stream that gets one event and is deleted. */
static EhStreamName *
get_short_name (guint thread, guint64 number)
{
  g_autofree char *text = g_strdup_printf ("Short-%u.%" G_GUINT64_FORMAT, thread, number);

  return eh_stream_name_parse (text, NULL);
}

static gboolean
is_truncated (guint thread)
{
  return thread > 0;
}

/* The versions 1, 8, 15 ... begin a batch. */
static guint
get_batch_size (guint64 first_version)
{
  return first_version % BATCH_EVERY == 1 ? BATCH : 1;
}

static gboolean
is_in_batch (guint64 last_version)
{
  return last_version % BATCH_EVERY > 0 && last_version % BATCH_EVERY < BATCH;
}

static void
add_event (EhEventBatch *batch, guint kind, guint thread, guint64 version)
{
  g_autofree char *json = g_strdup_printf ("{\"thread\":%u,\"version\":%" G_GUINT64_FORMAT "}", thread, version);
  EhId id = { { (guint8) kind, (guint8) thread } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (version >> (8 * i));
  eh_event_batch_add_json (batch, &id, "Deposited", 1, json, -1, NULL);
}

static EhEventBatch *
make_batch (guint thread, guint64 version)
{
  g_autoptr (EhStreamName) name = get_name (thread);
  EhEventBatch *batch = eh_event_batch_new (name, (gint64) version);

  for (guint i = 0; i < get_batch_size (version); i++)
    add_event (batch, 1, thread, version + i);
  return batch;
}

static EhEventStore *
open_store (const Victim *victim, gboolean read_only, GError **error)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;

  options.sync = victim->sync;
  options.interval = INTERVAL;
  options.read_only = read_only;
  options.segment_size = options.first_segment_size = 64u << 10;
  options.group_limit = 16u << 10;
  options.run_size = 16u << 10;
  return eh_file_store_open_with (eh_file_ops_get_system (), victim->folder, &options, error);
}

static guint64
get_version (EhEventStore *store, guint thread)
{
  g_autoptr (EhStreamName) name = get_name (thread);
  guint64 version = 0;

  eh_event_store_get_version (store, name, &version, NULL, NULL);
  return version;
}

/* Whether a short stream was begun, and whether it was deleted. */
static gboolean
look_at_short (EhEventStore *store, guint thread, guint64 number, gboolean *is_deleted)
{
  g_autoptr (EhStreamName) name = get_short_name (thread, number);
  guint64 version = 0;

  *is_deleted = !eh_event_store_get_version (store, name, &version, NULL, NULL);
  return *is_deleted || version > 0;
}

/* ---- the child ---- */

typedef struct {
  EhEventStore *store;
  EhStreamName *name;
  guint thread;
  guint64 next;
  guint64 next_short;
  int pipe;
} Writer;

/* What goes wrong ends the process, which the parent takes for a violation. */
static void
need (gboolean ok, int status)
{
  if (!ok)
    _exit (status);
}

static void
say (Writer *self, SaidKind kind, guint64 version, guint64 position)
{
  const Said said = { kind, self->thread, version, position };

  need (write (self->pipe, &said, sizeof said) == sizeof said, 4);
}

static void
append (Writer *self)
{
  g_autoptr (EhEventBatch) batch = make_batch (self->thread, self->next);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  need (eh_event_store_append (self->store, batch, (gint64) self->next - 1, EH_APPEND_NONE, &result, NULL, NULL), 3);
  self->next += get_batch_size (self->next);
  say (self, SAID_APPEND, result.last_version, result.last_position);
}

static void
delete_short (Writer *self)
{
  g_autoptr (EhStreamName) name = get_short_name (self->thread, self->next_short);

  need (eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, NULL, NULL), 6);
  say (self, SAID_DELETE, self->next_short, 0);
}

static void
make_and_delete_short (Writer *self)
{
  g_autoptr (EhStreamName) name = get_short_name (self->thread, self->next_short);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 1);

  add_event (batch, 2, self->thread, self->next_short);
  need (eh_event_store_append (self->store, batch, EH_EXPECTED_NO_STREAM, EH_APPEND_NONE, NULL, NULL, NULL), 5);
  delete_short (self);
  self->next_short++;
}

static void
save_snapshot (Writer *self)
{
  EhSnapshot *snapshot = eh_snapshot_new (self->name, self->next - 1, "Account", 1, "{}");

  need (eh_event_store_save_snapshot (self->store, snapshot, NULL, NULL), 7);
  say (self, SAID_SNAPSHOT, self->next - 1, 0);
  eh_snapshot_unref (snapshot);
}

static void
truncate_stream (Writer *self)
{
  const guint64 first = self->next - KEPT;

  need (eh_file_store_truncate_stream (EH_FILE_STORE (self->store), self->name, first, NULL, NULL), 8);
  say (self, SAID_TRUNCATE, first, 0);
}

/* By versions, since a process does not live for long. */
static gboolean
is_due (const Writer *self, guint64 before, guint every)
{
  return self->next / every != before / every;
}

static gpointer
write_events (gpointer data)
{
  Writer *self = data;

  while (TRUE)
    {
      const guint64 before = self->next;

      append (self);
      if (is_due (self, before, DELETE_EVERY))
        make_and_delete_short (self);
      if (is_due (self, before, SNAPSHOT_EVERY))
        save_snapshot (self);
      if (is_due (self, before, TRUNCATE_EVERY) && self->next > KEPT + 1 && is_truncated (self->thread))
        truncate_stream (self);
      if (is_due (self, before, COMPACT_EVERY) && self->thread == 1)
        need (eh_file_store_compact (EH_FILE_STORE (self->store), NULL, NULL, NULL, NULL, NULL), 9);
      if (is_due (self, before, FLUSH_EVERY))
        {
          need (eh_event_store_flush (self->store, NULL, NULL), 10);
          say (self, SAID_FLUSH, 0, 0);
        }
    }
  return NULL;
}

/* It never returns. */
G_GNUC_NORETURN static void
be_killed (const Victim *victim, int end)
{
  EhEventStore *store = open_store (victim, FALSE, NULL);
  Writer writers[N_THREADS];
  gboolean is_deleted;

  need (store != NULL, 2);
  for (guint i = 0; i < N_THREADS; i++)
    {
      writers[i] = (Writer){ store, get_name (i), i, get_version (store, i) + 1, 1, end };
      /* One that was begun when the end came is done away with. */
      for (; look_at_short (store, i, writers[i].next_short, &is_deleted); writers[i].next_short++)
        if (!is_deleted)
          delete_short (&writers[i]);
      g_thread_unref (g_thread_new ("writer", write_events, &writers[i]));
    }
  while (TRUE)
    pause ();
}

/* ---- what it said ---- */

static void
hear (Victim *self, const Said *said)
{
  Known *known = &self->said[said->thread];

  if (said->kind == SAID_APPEND)
    {
      known->version = said->version;
      g_array_append_val (self->appends, *said);
    }
  else if (said->kind == SAID_TRUNCATE)
    known->first = said->version;
  else if (said->kind == SAID_DELETE)
    known->n_deleted = said->version;
  else if (said->kind == SAID_SNAPSHOT)
    {
      /* The log is flushed before a snapshot is kept. */
      known->snapshot = self->firm[said->thread].snapshot = said->version;
      self->firm[said->thread].version = said->version;
    }
  if (self->sync == EH_FILE_SYNC_ALWAYS || said->kind == SAID_FLUSH)
    self->firm[said->thread] = *known;
}

/* Until the time is over, or everything was said. */
static void
listen_until (Victim *self, int end, gint64 deadline)
{
  struct pollfd waits = { .fd = end, .events = POLLIN };
  Said said;

  while (deadline == G_MAXINT64 || g_get_monotonic_time () < deadline)
    {
      const int wait = deadline == G_MAXINT64 ? -1 : (int) ((deadline - g_get_monotonic_time ()) / 1000 + 1);

      if (poll (&waits, 1, wait) <= 0)
        continue;
      if (read (end, &said, sizeof said) != sizeof said)
        return;
      hear (self, &said);
    }
}

/* Another process sees something of it. */
static void
look (Victim *self)
{
  g_autoptr (EhEventStore) store = open_store (self, TRUE, NULL);

  self->seen = 0;
  if (store != NULL)
    eh_event_store_get_head (store, &self->seen, NULL, NULL);
}

/* ---- what is there ---- */

/* Each stream has the versions from the first on with what was appended as such. */
static gboolean
check_events (Victim *self, EhEventStore *store, guint thread, guint64 last)
{
  g_autoptr (EhStreamName) name = get_name (thread);
  guint64 version = 0;

  while (version < last)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (store, name, version + 1, EH_FORWARDS, 0, NULL, &error);

      if (page == NULL)
        return proof_fail (&self->what, "reading Acc-%u: %s", thread, error->message);
      if (eh_event_page_get_size (page) == 0)
        return proof_fail (&self->what, "Acc-%u ends behind version %" G_GUINT64_FORMAT, thread, version);
      if (version == 0)
        {
          version = eh_event_get_version (eh_event_page_get (page, 0)) - 1;
          if (version + 1 < self->firm[thread].first || (version > 0 && !is_truncated (thread)))
            return proof_fail (&self->what, "Acc-%u begins at version %" G_GUINT64_FORMAT, thread, version + 1);
        }
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          EhEvent *event = eh_event_page_get (page, i);
          g_autofree char *json = g_strdup_printf ("{\"thread\":%u,\"version\":%" G_GUINT64_FORMAT "}", thread,
                                                   ++version);
          g_autofree char *data = eh_event_dup_json_data (event);

          if (eh_event_get_version (event) != version || strcmp (json, data) != 0)
            return proof_fail (&self->what, "version %" G_GUINT64_FORMAT " of Acc-%u is not what was appended", version,
                               thread);
        }
    }
  return TRUE;
}

static gboolean
check_snapshot (Victim *self, EhEventStore *store, guint thread)
{
  g_autoptr (EhStreamName) name = get_name (thread);
  g_autoptr (EhSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  if (!eh_event_store_load_snapshot (store, name, G_MAXUINT64, &snapshot, NULL, &error))
    return proof_fail (&self->what, "a snapshot of Acc-%u: %s", thread, error->message);
  if (self->firm[thread].snapshot > 0
      && (snapshot == NULL || eh_snapshot_get_version (snapshot) < self->firm[thread].snapshot))
    return proof_fail (&self->what, "the snapshot of Acc-%u at version %" G_GUINT64_FORMAT " is gone", thread,
                       self->firm[thread].snapshot);
  return TRUE;
}

/* What is left is a prefix: what was said of it by its position is there. */
static gboolean
check_prefix (Victim *self, guint thread, guint64 head, guint64 version)
{
  for (guint i = 0; i < self->appends->len; i++)
    {
      const Said *said = &g_array_index (self->appends, Said, i);

      if (said->thread == thread && (said->position <= head) != (said->version <= version))
        return proof_fail (&self->what,
                           "Acc-%u ends at version %" G_GUINT64_FORMAT " and the log at position %" G_GUINT64_FORMAT
                           ", but version %" G_GUINT64_FORMAT " was at position %" G_GUINT64_FORMAT,
                           thread, version, head, said->version, said->position);
    }
  return TRUE;
}

static guint64
count_short (Victim *self, EhEventStore *store, guint thread)
{
  guint64 n = 0;
  gboolean is_deleted = FALSE;

  while (look_at_short (store, thread, n + 1, &is_deleted))
    {
      n++;
      if (n <= self->firm[thread].n_deleted && !is_deleted)
        proof_fail (&self->what, "stream %" G_GUINT64_FORMAT " of thread %u was deleted, and is there", n, thread);
    }
  if (n < self->firm[thread].n_deleted)
    proof_fail (&self->what, "stream %" G_GUINT64_FORMAT " of thread %u was deleted, and never was", n + 1, thread);
  return n;
}

static gboolean
check_thread (Victim *self, EhEventStore *store, guint thread, guint64 head, guint64 *n_events)
{
  const guint64 version = get_version (store, thread);

  *n_events += version + count_short (self, store, thread);
  if (version < self->firm[thread].version)
    return proof_fail (&self->what,
                       "Acc-%u ends at version %" G_GUINT64_FORMAT ", and %" G_GUINT64_FORMAT " was promised", thread,
                       version, self->firm[thread].version);
  if (is_in_batch (version))
    return proof_fail (&self->what, "Acc-%u ends within a batch, at version %" G_GUINT64_FORMAT, thread, version);
  if (!check_events (self, store, thread, version) || !check_snapshot (self, store, thread)
      || !check_prefix (self, thread, head, version))
    return FALSE;
  /* The next one goes on from here, and nothing of this is lost any more. */
  self->firm[thread].version = version;
  return self->what == NULL;
}

static gboolean
check_store (Victim *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = open_store (self, FALSE, &error);
  guint64 head = 0;
  guint64 n_events = 0;

  if (store == NULL)
    return proof_fail (&self->what, "opening: %s", error->message);
  eh_event_store_get_head (store, &head, NULL, NULL);
  if (head < self->seen)
    return proof_fail (&self->what, "position %" G_GUINT64_FORMAT " was read by another process, and is gone",
                       self->seen);
  for (guint i = 0; i < N_THREADS; i++)
    if (!check_thread (self, store, i, head, &n_events))
      return FALSE;
  if (head != n_events)
    return proof_fail (&self->what, "there are %" G_GUINT64_FORMAT " events and %" G_GUINT64_FORMAT " positions",
                       n_events, head);
  return eh_event_store_close (store, NULL, &error) || proof_fail (&self->what, "closing: %s", error->message);
}

/* ---- the loop ---- */

static gboolean
kill_once (Victim *self, guint microseconds)
{
  gint64 begin;
  Said said;
  int ends[2];
  pid_t child;
  int status = 0;

  if (pipe (ends) < 0)
    g_error ("no pipe");
  g_array_set_size (self->appends, 0);
  for (guint i = 0; i < N_THREADS; i++)
    self->said[i] = self->firm[i];
  child = fork ();
  if (child == 0)
    be_killed (self, ends[1]);
  close (ends[1]);
  /* It has begun when it says something. */
  if (read (ends[0], &said, sizeof said) == sizeof said)
    hear (self, &said);
  begin = g_get_monotonic_time ();
  listen_until (self, ends[0], begin + microseconds);
  look (self);
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  listen_until (self, ends[0], G_MAXINT64);
  close (ends[0]);
  if (WIFEXITED (status))
    return proof_fail (&self->what, "the child ended by itself: %d", WEXITSTATUS (status));
  return check_store (self);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_tree (inner);
    }
  g_remove (path);
}

gboolean
proof_try_kills (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  static const char *const modes[] = { "always", "interval", "never" };
  g_autofree char *folder = g_dir_make_tmp ("file-proof-XXXXXX", NULL);
  Victim victims[G_N_ELEMENTS (modes)] = { { EH_FILE_SYNC_ALWAYS }, { EH_FILE_SYNC_INTERVAL }, { EH_FILE_SYNC_NEVER } };
  guint64 random = plan->seed + plan->part;
  gboolean ok = folder != NULL;

  for (guint m = 0; ok && m < G_N_ELEMENTS (modes); m++)
    {
      victims[m].folder = g_build_filename (folder, modes[m], NULL);
      victims[m].appends = g_array_new (FALSE, FALSE, sizeof (Said));
    }
  for (guint i = plan->part; ok && i < plan->n_kills; i += plan->n_parts)
    {
      const guint m = i / plan->n_parts % G_N_ELEMENTS (modes);

      proof_show_progress (plan, "kills", i, plan->n_kills);
      random = random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      ok = kill_once (&victims[m], (guint) ((random >> 33) % 40000));
      counts->n_kills++;
      if (!ok)
        *what = g_strdup_printf ("sync=%s: %s", modes[m], victims[m].what);
    }
  for (guint m = 0; folder != NULL && m < G_N_ELEMENTS (modes); m++)
    {
      g_free (victims[m].folder);
      g_free (victims[m].what);
      g_array_unref (victims[m].appends);
    }
  if (folder != NULL)
    remove_tree (folder);
  return ok;
}
