/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/file/eh-file-store-struct-private.h"
#include "tests/store/file-fixture.h"

/*
 * Index files that cannot be written, by the table of file calls: the log goes on for as long as memory= allows, then
 * appends are refused; it goes on by itself when there is room again.
 */

#define MEMORY (128u * 1024)
#define MOST_FILES 1024
#define MOST_APPENDS 20000

/* The system's calls; while there is a code, one of them fails for files in run/. */
typedef struct {
  EhFileOps ops;
  const char *call;        /* which one */
  gint code;               /* (atomic): errno, or 0 */
  gint n_tried;            /* (atomic): how often a run was begun */
  gint is_run[MOST_FILES]; /* (atomic): of open files */
} Faults;

static gboolean
fails (Faults *self, const char *call)
{
  return g_atomic_int_get (&self->code) != 0 && strcmp (self->call, call) == 0;
}

static int
faulty_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  Faults *self = fs;
  const gboolean is_run = (flags & EH_FILE_OPEN_CREATE) != 0 && strstr (path, "/run/") != NULL;
  int file;

  if (is_run)
    g_atomic_int_inc (&self->n_tried);
  if (is_run && fails (self, "open"))
    return -g_atomic_int_get (&self->code);
  file = eh_file_ops_get_system ()->open (NULL, path, flags);
  g_assert_cmpint (file, <, MOST_FILES);
  if (file >= 0)
    g_atomic_int_set (&self->is_run[file], is_run);
  return file;
}

static gssize
faulty_pwrite (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  Faults *self = fs;

  if (g_atomic_int_get (&self->is_run[file]) && fails (self, "pwrite"))
    return -g_atomic_int_get (&self->code);
  return eh_file_ops_get_system ()->pwrite (NULL, file, data, size, offset);
}

static int
faulty_sync (gpointer fs, int file)
{
  Faults *self = fs;

  return g_atomic_int_get (&self->is_run[file]) && fails (self, "sync") ? -g_atomic_int_get (&self->code) : 0;
}

static int
faulty_sync_folder (gpointer fs, const char *path)
{
  Faults *self = fs;

  return g_str_has_suffix (path, "/run") && fails (self, "sync-folder") ? -g_atomic_int_get (&self->code) : 0;
}

static int
faulty_rename (gpointer fs, const char *from, const char *to)
{
  Faults *self = fs;

  return strstr (to, "/run/") != NULL && fails (self, "rename") ? -g_atomic_int_get (&self->code)
                                                                : eh_file_ops_get_system ()->rename (NULL, from, to);
}

static void
faults_init (Faults *self, const char *call, gint code)
{
  *self = (Faults){ .ops = *eh_file_ops_get_system (), .call = call, .code = code };
  self->ops.fs = self;
  self->ops.open = faulty_open;
  self->ops.pwrite = faulty_pwrite;
  self->ops.sync = faulty_sync;
  self->ops.sync_folder = faulty_sync_folder;
  self->ops.rename = faulty_rename;
}

static EhFileOptions
get_options (gboolean background)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;

  options.background = background;
  options.memory = MEMORY;
  return options;
}

static EhEventStore *
open_faulty (Faults *faults, const char *folder, const EhFileOptions *options)
{
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_file_store_open_with (&faults->ops, folder, options, &error);

  g_assert_no_error (error);
  return store;
}

/* The event @i goes to a stream of its own. */
static gboolean
append (EhEventStore *store, guint i, GError **error)
{
  g_autofree char *name = g_strdup_printf ("Note-%u", i);
  g_autoptr (EhEventBatch) batch = store_batch (name, i + 1, 1);

  return eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, error);
}

/* Events from @i on until one is refused; gives its number. */
static guint
append_until_refused (EhEventStore *store, guint i, GError **error)
{
  for (; append (store, i, error); i++)
    {
      g_assert_cmpuint (i, <, MOST_APPENDS);
      /* What grows, grows by a half. */
      g_assert_cmpuint (file_measure_index (store), <=, MEMORY * 3 / 2);
    }
  return i;
}

static void
assert_refusal (const GError *error, gint code)
{
  g_assert_true (error != NULL && error->domain == G_IO_ERROR);
  g_assert_cmpint (error->code, ==, g_io_error_from_errno (code));
  g_assert_nonnull (strstr (error->message, "the index cannot be written"));
  g_assert_nonnull (strstr (error->message, "/run"));
  g_assert_nonnull (strstr (error->message, g_strerror (code)));
}

static void
assert_all (EhEventStore *store, guint n)
{
  g_assert_cmpuint (store_head (store), ==, n);
  for (guint i = 0; i < n; i += n / 7)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", i);

      g_assert_cmpuint (store_version (store, name), ==, 1);
    }
}

typedef struct {
  const char *call;
  gint code;
} Failing;

static const Failing failing[] = {
  { "open", ENOSPC },  { "open", EDQUOT }, { "open", EMFILE },     { "pwrite", ENOSPC },      { "pwrite", EDQUOT },
  { "pwrite", EIO },   { "sync", EIO },    { "sync", ENOSPC },     { "rename", ENOSPC },      { "rename", EDQUOT },
  { "rename", EROFS }, { "rename", EIO },  { "sync-folder", EIO }, { "sync-folder", ENOSPC },
};

static void
try_failing (const Failing *which, gboolean background)
{
  g_autofree char *folder = file_make_folder ();
  const EhFileOptions options = get_options (background);
  g_autoptr (GError) error = NULL;
  Faults faults;
  EhEventStore *store = NULL;
  guint n;

  faults_init (&faults, which->call, which->code);
  store = open_faulty (&faults, folder, &options);
  n = append_until_refused (store, 0, &error);
  assert_refusal (error, which->code);
  g_assert_cmpuint (n, >, 300);
  /* The first, then each time that a part more of the memory was taken, then for each that was refused. */
  g_assert_cmpint (faults.n_tried, >, background ? 0 : 4);
  g_assert_cmpint (faults.n_tried, <, 24);

  for (gint i = 0, tried = faults.n_tried; i < 3; i++)
    {
      g_clear_error (&error);
      g_assert_false (append (store, n, &error));
      assert_refusal (error, which->code);
      g_assert_cmpint (g_atomic_int_get (&faults.n_tried), >=, tried + i + 1);
      g_assert_cmpint (g_atomic_int_get (&faults.n_tried), <=, tried + i + 1 + background);
    }
  g_clear_error (&error);
  /* What needs no room is answered, and all can be read. */
  g_assert_true (append (store, n - 1, NULL));
  g_assert_false (store_try (store, "Note-0", 5, 90000, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_clear_error (&error);
  assert_all (store, n);

  g_atomic_int_set (&faults.code, 0);
  for (guint i = 0; i < 2000; i++)
    {
      append (store, n + i, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (file_measure_index (store), <=, MEMORY * 3 / 2);
    }
  assert_all (store, n + 2000);
  file_close (store);
  store = open_faulty (&faults, folder, &options);
  assert_all (store, n + 2000);
  file_close (store);
}

static void
test_failing (gconstpointer data)
{
  const gboolean background = GPOINTER_TO_INT (data);

  g_test_summary ("An index that cannot be written stays within its memory, is tried again now and then, and recovers");
  for (guint i = 0; i < G_N_ELEMENTS (failing); i++)
    try_failing (&failing[i], background);
}

static void
test_short (void)
{
  g_autofree char *folder = file_make_folder ();
  const EhFileOptions options = get_options (FALSE);
  Faults faults;
  EhEventStore *store = NULL;
  guint i = 0;

  g_test_summary ("An index that could not be written for a while is made up for before anything is refused");
  faults_init (&faults, "pwrite", ENOSPC);
  store = open_faulty (&faults, folder, &options);
  for (; faults.n_tried < 3; i++)
    g_assert_true (append (store, i, NULL));
  g_assert_nonnull (EH_FILE_STORE (store)->index.frozen);
  faults.code = 0;
  for (; faults.n_tried < 4; i++)
    g_assert_true (append (store, i, NULL));
  g_assert_null (EH_FILE_STORE (store)->index.frozen);
  g_assert_null (EH_FILE_STORE (store)->index.failure);
  assert_all (store, i);
  file_close (store);
}

/* ---- appends that nobody waits for ---- */

typedef struct {
  gint n_done;    /* (atomic) */
  gint n_refused; /* (atomic) */
} Submissions;

static void
on_done (const EhAppendResult *result, const GError *error, gpointer user_data)
{
  Submissions *self = user_data;

  g_atomic_int_inc (error == NULL ? &self->n_done : &self->n_refused);
}

static void
test_submitted (void)
{
  g_autofree char *folder = file_make_folder ();
  const EhFileOptions options = get_options (TRUE);
  Submissions submissions = { 0 };
  g_autoptr (GError) error = NULL;
  Faults faults;
  EhEventStore *store = NULL;
  guint n = 0;

  g_test_summary ("What is submitted is refused too when the index has no room, and goes in when it has");
  faults_init (&faults, "pwrite", ENOSPC);
  store = open_faulty (&faults, folder, &options);
  for (gboolean ok = TRUE; ok; n++)
    {
      g_autofree char *name = g_strdup_printf ("Note-%u", n);
      g_autoptr (EhEventBatch) batch = store_batch (name, n + 1, 1);

      g_assert_cmpuint (n, <, MOST_APPENDS);
      ok = eh_event_store_submit (store, batch, EH_EXPECTED_ANY, on_done, &submissions, &error);
    }
  assert_refusal (error, ENOSPC);
  g_clear_error (&error);
  n--;
  g_atomic_int_set (&faults.code, 0);
  g_assert_true (append (store, n, &error));
  assert_all (store, n + 1);
  file_close (store);
  g_assert_cmpint (submissions.n_done, ==, n);
  g_assert_cmpint (submissions.n_refused, ==, 0);
}

/* ---- opening ---- */

static void
remove_runs (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "run", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name = NULL;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      g_assert_cmpint (remove (file), ==, 0);
    }
}

static void
test_opening (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = get_options (FALSE);
  g_autoptr (GError) error = NULL;
  Faults faults;
  EhEventStore *store = NULL;

  g_test_summary ("A store that lost its index and cannot write one is not opened beyond its memory, and says why");
  faults_init (&faults, "pwrite", 0);
  store = open_faulty (&faults, folder, &options);
  for (guint i = 0; i < 3000; i++)
    g_assert_true (append (store, i, NULL));
  file_close (store);

  remove_runs (folder);
  faults.code = ENOSPC;
  g_assert_null (eh_file_store_open_with (&faults.ops, folder, &options, &error));
  assert_refusal (error, ENOSPC);
  options.memory = 16u << 20;
  store = open_faulty (&faults, folder, &options);
  assert_all (store, 3000);
  g_assert_true (append (store, 3000, NULL));
  file_close (store);
  options.memory = MEMORY;
  faults.code = 0;
  store = open_faulty (&faults, folder, &options);
  assert_all (store, 3001);
  g_assert_cmpuint (file_measure_index (store), <=, MEMORY * 3 / 2);
  file_close (store);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/file-index/failing", GINT_TO_POINTER (FALSE), test_failing);
  g_test_add_data_func ("/file-index/failing-in-worker", GINT_TO_POINTER (TRUE), test_failing);
  g_test_add_func ("/file-index/short", test_short);
  g_test_add_func ("/file-index/submitted", test_submitted);
  g_test_add_func ("/file-index/opening", test_opening);
  return g_test_run ();
}
