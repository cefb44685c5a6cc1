/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "files.h"

#include <string.h>

#include "command.h"

/* Deeper folders than this are not scenarios but a link that leads in circles. */
#define DEPTH_MAX 16

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_folder (const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  g_autoptr (GPtrArray) names = NULL;
  const char *name;

  if (folder == NULL)
    return NULL;

  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (name[0] != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

/* A failure that is to be read as a failure, and what a run writes beside it, are not scenarios of their own. */
static gboolean
collect_folder (GPtrArray *files, const char *path, guint depth, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;

  if (depth > DEPTH_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "%s: folders are nested too deep", path);
      return FALSE;
    }

  names = read_folder (path, error);
  if (names == NULL)
    return FALSE;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *file = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      if (g_file_test (file, G_FILE_TEST_IS_DIR))
        {
          if (!collect_folder (files, file, depth + 1, error))
            return FALSE;
        }
      else if (g_str_has_suffix (file, ".json"))
        g_ptr_array_add (files, g_steal_pointer (&file));
    }
  return TRUE;
}

static gboolean
collect_path (GPtrArray *files, const char *path, GError **error)
{
  guint before = files->len;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          /* Whether it can be read is told when it is. */
          g_ptr_array_add (files, g_strdup (path));
          return TRUE;
        }
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s: no such file or folder", path);
      return FALSE;
    }

  if (!collect_folder (files, path, 0, error))
    return FALSE;
  if (files->len > before)
    return TRUE;

  g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND,
               "%s: there is no *.json in this folder; name one that holds scenario files", path);
  return FALSE;
}

GPtrArray *
files_collect (const char *const *paths, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; paths[i] != NULL; i++)
    if (!collect_path (files, paths[i], error))
      return NULL;
  return g_steal_pointer (&files);
}

GPtrArray *
files_load (const char *command, const char *const *paths, EhDomain *domain)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) collected = NULL;
  g_autoptr (GError) error = NULL;
  gboolean good = TRUE;

  collected = files_collect (paths, &error);
  if (collected == NULL)
    {
      command_complain (command, error->message);
      return NULL;
    }

  for (guint i = 0; i < collected->len; i++)
    {
      g_autoptr (GError) local_error = NULL;
      EhScenarioFile *file = eh_scenario_file_load (g_ptr_array_index (collected, i), domain, &local_error);

      if (file != NULL)
        {
          g_ptr_array_add (files, file);
          continue;
        }
      command_complain (command, local_error->message);
      good = FALSE;
    }
  return good ? g_steal_pointer (&files) : NULL;
}
