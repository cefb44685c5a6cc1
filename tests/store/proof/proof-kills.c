/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/eh-error.h"

/*
 * A real process on a real disk: it appends from several threads to a store in a folder, and says through a pipe what
 * was acknowledged; it is killed at some moment, and everything that it said is there, each stream in its order.
 */

#define N_THREADS 4

typedef struct {
  EhEventStore *store;
  guint thread;
  guint64 next;
  int pipe;
} Writer;

/* What goes through the pipe: small enough to go as a whole. */
typedef struct {
  guint64 thread;
  guint64 version;
  guint64 position;
} Acknowledged;

static EhEventBatch *
make_batch (guint thread, guint64 version)
{
  g_autofree char *text = g_strdup_printf ("Acc-%u", thread);
  g_autofree char *json = g_strdup_printf ("{\"thread\":%u,\"version\":%" G_GUINT64_FORMAT "}", thread, version);
  g_autoptr (EhStreamName) name = eh_stream_name_parse (text, NULL);
  EhEventBatch *batch = eh_event_batch_new (name, (gint64) version);
  EhId id = { { 1, (guint8) thread } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (version >> (8 * i));
  eh_event_batch_add_json (batch, &id, "Deposited", 1, json, -1, NULL);
  return batch;
}

static gpointer
write_events (gpointer data)
{
  Writer *writer = data;

  while (TRUE)
    {
      g_autoptr (EhEventBatch) batch = make_batch (writer->thread, writer->next);
      g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
      Acknowledged said;

      if (!eh_event_store_append (writer->store, batch, (gint64) writer->next - 1, EH_APPEND_NONE, &result, NULL, NULL))
        _exit (3);
      said = (Acknowledged){ writer->thread, result.last_version, result.last_position };
      if (write (writer->pipe, &said, sizeof said) != sizeof said)
        _exit (4);
      writer->next++;
    }
  return NULL;
}

static EhEventStore *
open_store (const char *folder, GError **error)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;

  options.segment_size = options.first_segment_size = 256u << 10;
  options.run_size = 64u << 10;
  return eh_file_store_open_with (eh_file_ops_get_system (), folder, &options, error);
}

static guint64
get_version (EhEventStore *store, guint thread)
{
  g_autofree char *text = g_strdup_printf ("Acc-%u", thread);
  g_autoptr (EhStreamName) name = eh_stream_name_parse (text, NULL);
  guint64 version = 0;

  eh_event_store_get_version (store, name, &version, NULL, NULL);
  return version;
}

/* The child; it never returns. */
G_GNUC_NORETURN static void
be_killed (const char *folder, int end)
{
  EhEventStore *store = open_store (folder, NULL);
  Writer writers[N_THREADS];

  if (store == NULL)
    _exit (2);
  for (guint i = 0; i < N_THREADS; i++)
    {
      writers[i] = (Writer){ store, i, get_version (store, i) + 1, end };
      g_thread_unref (g_thread_new ("writer", write_events, &writers[i]));
    }
  while (TRUE)
    pause ();
}

/* Each stream has the versions 1, 2, 3 ... with what was appended as such, and at least up to what was acknowledged. */
static gboolean
check_stream (EhEventStore *store, guint thread, const guint64 *said, guint64 *n_events, char **what)
{
  g_autofree char *text = g_strdup_printf ("Acc-%u", thread);
  g_autoptr (EhStreamName) name = eh_stream_name_parse (text, NULL);
  guint64 version = 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_stream (store, name, version, EH_FORWARDS, 0, NULL, &error);

      if (page == NULL)
        {
          *what = g_strdup_printf ("reading %s: %s", text, error->message);
          return FALSE;
        }
      for (guint i = 0; i < eh_event_page_get_size (page); i++, version++)
        {
          g_autoptr (EhEventBatch) batch = make_batch (thread, version);

          if (!eh_id_equal (eh_event_get_id (eh_event_page_get (page, i)), eh_event_batch_get_id (batch, 0)))
            {
              *what = g_strdup_printf ("version %" G_GUINT64_FORMAT " of %s is not what was appended", version, text);
              return FALSE;
            }
        }
      is_end = eh_event_page_is_end (page);
    }
  *n_events += version - 1;
  if (version <= said[thread])
    *what = g_strdup_printf ("%s ends before version %" G_GUINT64_FORMAT ", which was acknowledged", text,
                             said[thread]);
  return *what == NULL;
}

static gboolean
check_store (const char *folder, const guint64 *said, char **what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = open_store (folder, &error);
  guint64 head = 0;
  guint64 n_events = 0;

  if (store == NULL)
    {
      *what = g_strdup_printf ("opening: %s", error->message);
      return FALSE;
    }
  for (guint i = 0; i < N_THREADS; i++)
    if (!check_stream (store, i, said, &n_events, what))
      return FALSE;
  eh_event_store_get_head (store, &head, NULL, NULL);
  if (head != n_events)
    *what = g_strdup_printf ("there are %" G_GUINT64_FORMAT " events and %" G_GUINT64_FORMAT " positions", n_events,
                             head);
  return *what == NULL;
}

static gboolean
kill_once (const char *folder, guint64 *said, guint microseconds, char **what)
{
  Acknowledged heard;
  int ends[2];
  pid_t child;
  int status = 0;

  if (pipe (ends) < 0)
    g_error ("no pipe");
  child = fork ();
  if (child == 0)
    be_killed (folder, ends[1]);
  close (ends[1]);
  /* It has begun when it says something. */
  if (read (ends[0], &heard, sizeof heard) == sizeof heard)
    said[heard.thread] = MAX (said[heard.thread], heard.version);
  g_usleep (microseconds);
  kill (child, SIGKILL);
  waitpid (child, &status, 0);
  while (read (ends[0], &heard, sizeof heard) == sizeof heard)
    said[heard.thread] = MAX (said[heard.thread], heard.version);
  close (ends[0]);
  if (WIFEXITED (status))
    *what = g_strdup_printf ("the child ended by itself: %d", WEXITSTATUS (status));
  return *what == NULL && check_store (folder, said, what);
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
  g_autofree char *folder = g_dir_make_tmp ("file-proof-XXXXXX", NULL);
  guint64 random = plan->seed + plan->part;
  guint64 said[N_THREADS] = { 0 };
  gboolean ok = folder != NULL;

  for (guint i = plan->part; ok && i < plan->n_kills; i += plan->n_parts)
    {
      random = random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      ok = kill_once (folder, said, (guint) ((random >> 33) % 20000), what);
      counts->n_kills++;
    }
  if (folder != NULL)
    remove_tree (folder);
  return ok;
}
