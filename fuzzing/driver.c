/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <stdint.h>

/*
 * Runs a fuzz target over the files that are named, and over all files of the directories that are named; so its
 * seeds, and what fuzzing once found, are an ordinary test.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
run_file (const char *path, guint *n_files, GError **error)
{
  g_autofree char *contents = NULL;
  g_autofree guint8 *exact = NULL;
  gsize length;

  if (!g_file_get_contents (path, &contents, &length, error))
    return FALSE;
  /* A block without the nul behind it, so that a read behind the end is seen. */
  exact = g_memdup2 (contents, MAX (length, 1));
  g_print ("# %s\n", path);
  LLVMFuzzerTestOneInput (exact, length);
  (*n_files)++;
  return TRUE;
}

static gboolean
run_path (const char *path, guint *n_files, GError **error)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return run_file (path, n_files, error);
  dir = g_dir_open (path, 0, error);
  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      if (!run_path (file, n_files, error))
        return FALSE;
    }
  return TRUE;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;
  guint n_files = 0;

  for (int i = 1; i < argc; i++)
    if (!run_path (argv[i], &n_files, &error))
      {
        g_printerr ("%s\n", error->message);
        return 1;
      }
  if (n_files == 0)
    g_printerr ("no seeds\n");
  return n_files > 0 ? 0 : 1;
}
