/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-target-private.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"

static gboolean
set_taken (const char *path, const char *advice, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "%s: is there already: %s", path, advice);
  return FALSE;
}

static gboolean
check_free (const EhFileOps *ops, const char *path, GError **error)
{
  EhFileStat found;
  const int code = ops->stat (ops->fs, path, &found);

  if (code < 0)
    return code == -ENOENT || eh_file_set_errno (error, code, "look at", path);
  return set_taken (path, "give a name that is not taken", error);
}

/* Of two that begin at the same time one makes it. */
static gboolean
make_temporary (const EhFileOps *ops, const char *path, GError **error)
{
  const int code = ops->make_folder (ops->fs, path);

  if (code == -EEXIST)
    return set_taken (path, "it was not completed, and can be deleted", error);
  return code == 0 || eh_file_set_errno (error, code, "create", path);
}

char *
eh_file_target_begin (const EhFileOps *ops, const char *to, GError **error)
{
  g_autofree char *name = g_strdup (to);
  g_autofree char *temporary = NULL;

  /* "backup/" is "backup". */
  for (gsize length = strlen (name); length > 1 && name[length - 1] == G_DIR_SEPARATOR; length--)
    name[length - 1] = '\0';
  temporary = g_strconcat (name, ".tmp", NULL);
  if (!check_free (ops, name, error) || !make_temporary (ops, temporary, error))
    return NULL;
  return g_steal_pointer (&temporary);
}

/* No link is followed: it is a name like any other. */
static void
remove_all (const EhFileOps *ops, const char *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (ops->unlink (ops->fs, path) != -ENOTEMPTY || ops->list (ops->fs, path, names) < 0)
    return;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *name = g_build_filename (path, g_ptr_array_index (names, i), NULL);

      remove_all (ops, name);
    }
  ops->unlink (ops->fs, path);
}

void
eh_file_target_abandon (const EhFileOps *ops, const char *temporary)
{
  remove_all (ops, temporary);
}

static gboolean
flush_and_rename (const EhFileOps *ops, const char *temporary, const char *name, GError **error)
{
  int code = EH_FILE_BROKEN (TARGET_NO_FOLDER_SYNC) ? 0 : ops->sync_folder (ops->fs, temporary);

  if (code < 0)
    return eh_file_set_errno (error, code, "flush", temporary);
  code = ops->rename (ops->fs, temporary, name);
  return code == 0 || eh_file_set_errno (error, code, "rename", temporary);
}

gboolean
eh_file_target_finish (const EhFileOps *ops, const char *temporary, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (temporary);
  g_autofree char *name = g_strndup (temporary, strlen (temporary) - strlen (".tmp"));
  int code;

  if (!flush_and_rename (ops, temporary, name, error))
    {
      eh_file_target_abandon (ops, temporary);
      return FALSE;
    }
  code = ops->sync_folder (ops->fs, parent);
  if (code == 0)
    return TRUE;
  /* Nothing is taken out of it while a crash may still give it the name. */
  if (ops->rename (ops->fs, name, temporary) == 0 && ops->sync_folder (ops->fs, parent) == 0)
    eh_file_target_abandon (ops, temporary);
  return eh_file_set_errno (error, code, "flush", parent);
}
