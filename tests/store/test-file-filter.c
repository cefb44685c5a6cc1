/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "model/eh-error.h"
#include "store/file/eh-file-run-private.h"
#include "tests/store/file-fixture.h"

/* What a store looks at to say that there is no such stream: the filters of its index, and nothing else. */

#define STREAMS 4000

/* The system's calls, and how many of them there were about the log. */
typedef struct {
  EhFileOps ops;
  guint n_opened; /* segments */
  guint n_calls;  /* of any kind that reads */
} Counted;

static int
count_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  Counted *self = fs;
  const EhFileOps *quick = file_get_quick_ops ();

  self->n_calls++;
  self->n_opened += g_str_has_suffix (path, ".log");
  return quick->open (quick->fs, path, flags);
}

static gssize
count_pread (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset)
{
  Counted *self = fs;
  const EhFileOps *quick = file_get_quick_ops ();

  self->n_calls++;
  return quick->pread (quick->fs, file, buffer, size, offset);
}

static int
count_map (gpointer fs, int file, gsize size, gconstpointer *at)
{
  Counted *self = fs;
  const EhFileOps *quick = file_get_quick_ops ();

  self->n_calls++;
  return quick->map (quick->fs, file, size, at);
}

static char *
make_store (void)
{
  char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();
  EhEventStore *store = file_open (folder, &options);

  for (guint i = 0; i < STREAMS; i++)
    {
      g_autofree char *stream = g_strdup_printf ("There-%u", i);

      store_append (store, stream, i * 2 + 1, 2);
    }
  file_close (store);
  return folder;
}

static EhEventStore *
open_counted (const char *folder, Counted *counted)
{
  EhFileOptions options = file_get_options ();
  g_autoptr (GError) error = NULL;
  EhEventStore *store;

  counted->ops = *file_get_quick_ops ();
  counted->ops.fs = counted;
  counted->ops.open = count_open;
  counted->ops.pread = count_pread;
  counted->ops.map = count_map;
  options.read_only = TRUE;
  store = eh_file_store_open_with (&counted->ops, folder, &options, &error);
  g_assert_no_error (error);
  counted->n_calls = counted->n_opened = 0;
  return store;
}

/* Whether it could be asked for; @version is then what it was. */
static gboolean
ask (EhEventStore *store, const char *kind, guint number, guint64 *version)
{
  g_autofree char *text = g_strdup_printf ("%s-%u", kind, number);
  g_autoptr (EhStreamName) name = store_name (text);
  g_autoptr (GError) error = NULL;
  const gboolean ok = eh_event_store_get_version (store, name, version, NULL, &error);

  g_assert_true (ok || g_error_matches (error, EH_ERROR, EH_ERROR_CORRUPT));
  return ok;
}

static void
test_no_log (void)
{
  g_autofree char *folder = make_store ();
  Counted counted = { .n_calls = 0 };
  g_autoptr (EhEventStore) store = open_counted (folder, &counted);
  guint64 version = 0;

  g_test_summary ("Who asks for a stream that is not there makes no call at all, of a store of many segments");
  for (guint i = 0; i < STREAMS; i++)
    {
      g_assert_true (ask (store, "Absent", i, &version));
      g_assert_cmpuint (version, ==, 0);
    }
  g_assert_cmpuint (counted.n_calls, ==, 0);
  for (guint i = 0; i < STREAMS; i += 50)
    {
      g_autofree char *text = g_strdup_printf ("There-%u", i);
      g_autoptr (EhStreamName) name = store_name (text);
      g_autoptr (EhEventPage) page = eh_event_store_read_stream (store, name, 0, EH_FORWARDS, 0, NULL, NULL);

      g_assert_nonnull (page);
      g_assert_cmpuint (eh_event_page_get_size (page), ==, 2);
    }
  g_assert_cmpuint (counted.n_opened, >=, 5);
}

/* Damages all of a run but its header, its filter and its sums. */
static void
damage_run (const char *path)
{
  g_autofree char *contents = NULL;
  gsize size = 0;
  guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1];
  EhFileRunHeader header;
  g_autofree guint8 *ones = NULL;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_assert_true (eh_file_run_header_read (&header, (const guint8 *) contents, EH_FILE_RUN_PAGE, size));
  eh_file_run_header_get_offsets (&header, offsets);
  size = offsets[EH_FILE_RUN_FILTER] - EH_FILE_RUN_PAGE;
  ones = g_malloc (size);
  memset (ones, 0xff, size);
  file_patch (path, EH_FILE_RUN_PAGE, ones, size);
}

static guint
damage_runs (const char *folder)
{
  g_autofree char *runs = g_build_filename (folder, "run", NULL);
  g_autoptr (GDir) dir = g_dir_open (runs, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  for (; (name = g_dir_read_name (dir)) != NULL; n++)
    {
      g_autofree char *path = g_build_filename (runs, name, NULL);

      damage_run (path);
    }
  return n;
}

static void
test_filter_alone (void)
{
  g_autofree char *folder = make_store ();
  const guint n_runs = damage_runs (folder);
  Counted counted = { .n_calls = 0 };
  g_autoptr (EhEventStore) store = open_counted (folder, &counted);
  guint n_answered = 0;
  guint64 version = 0;

  g_test_summary ("The filters alone answer nearly always: it does not matter that all else of the index is damaged");
  g_assert_cmpuint (n_runs, >=, 1);
  for (guint i = 0; i < STREAMS; i++)
    if (ask (store, "Absent", i, &version))
      {
        n_answered++;
        g_assert_cmpuint (version, ==, 0);
      }
  g_test_message ("%u of %u, %u runs", n_answered, STREAMS, n_runs);
  g_assert_cmpuint (n_answered, >=, STREAMS * 9 / 10);
  g_assert_cmpuint (counted.n_opened, ==, 0);
  for (guint i = 0; i < STREAMS; i += 50)
    g_assert_false (ask (store, "There", i, &version));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-filter/no-log", test_no_log);
  g_test_add_func ("/file-filter/alone", test_filter_alone);
  return g_test_run ();
}
