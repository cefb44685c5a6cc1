/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-folder-private.h"

#include <errno.h>

#include "model/eh-error.h"

static gboolean
set_foreign (const char *folder, const char *what, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s: %s: give a folder that is a store, is empty or is not there yet",
               folder, what);
  return FALSE;
}

static gboolean
has_files (const EhFileOps *ops, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  return ops->list (ops->fs, path, names) == 0 && names->len > 0;
}

gboolean
eh_file_folder_check_no_log (const EhFileOps *ops, const char *folder, const EhFileLockPage *lock_page, GError **error)
{
  const char *witness = NULL;

  if (has_files (ops, folder, "run"))
    witness = "its index is there";
  else if (has_files (ops, folder, "snap"))
    witness = "its snapshots are there";
  else if (eh_file_lock_page_had_log (lock_page))
    witness = "the file LOCK says that there was one; or delete LOCK to begin a new store";
  if (witness != NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: the log is missing: put seg/*.log back (%s)", folder, witness);
  return witness == NULL;
}

gboolean
eh_file_folder_set_missing (const EhFileOps *ops, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "LOCK", NULL);
  EhFileLockPage page = { .file = -1 };
  const gboolean ok = eh_file_lock_page_look (&page, ops, path, error)
                      && eh_file_folder_check_no_log (ops, folder, &page, error);

  eh_file_lock_page_clear (&page);
  if (ok)
    g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s: there is no store%s", folder,
                 g_str_has_prefix (folder, "file:") ? "; give the folder alone, without \"file:\"" : "");
  return FALSE;
}

static gboolean
has_name (GPtrArray *names, const char *name)
{
  return g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL);
}

gboolean
eh_file_folder_check (const EhFileOps *ops, const char *folder, gboolean *exists, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  EhFileStat found = { 0 };
  int code = ops->stat (ops->fs, folder, &found);

  *exists = FALSE;
  if (code == -ENOENT)
    return TRUE;
  if (code == 0 && !found.is_folder)
    return set_foreign (folder, "it is not a folder", error);
  if (code == 0)
    code = ops->list (ops->fs, folder, names);
  if (code < 0)
    return eh_file_set_errno (error, code, "open", folder);
  *exists = has_name (names, "seg");
  if (*exists || names->len == 0 || (names->len == 1 && has_name (names, "LOCK")))
    return TRUE;
  if (has_name (names, "run") || has_name (names, "snap"))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: the log (the folder seg) is missing: put it back", folder);
      return FALSE;
    }
  return set_foreign (folder, "it holds something else", error);
}

gboolean
eh_file_folder_check_exists (const EhFileOps *ops, const char *folder, GError **error)
{
  gboolean exists = FALSE;

  if (!eh_file_folder_check (ops, folder, &exists, error))
    return FALSE;
  return exists || eh_file_folder_set_missing (ops, folder, error);
}
