/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-target-private.h"

#include <errno.h>
#include <string.h>

#include <gio/gio.h>

#include "model/eh-error.h"

static gboolean
check_free (const EhFileOps *ops, const char *path, const char *advice, GError **error)
{
  EhFileStat found;
  const int code = ops->stat (ops->fs, path, &found);

  if (code == -ENOENT)
    return TRUE;
  if (code < 0)
    return eh_file_set_errno (error, code, "look at", path);
  g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "%s: is there already: %s", path, advice);
  return FALSE;
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
  if (!check_free (ops, name, "give a name that is not taken", error)
      || !check_free (ops, temporary, "it was not completed, and can be deleted", error))
    return NULL;
  return g_steal_pointer (&temporary);
}

gboolean
eh_file_target_finish (const EhFileOps *ops, const char *temporary, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (temporary);
  g_autofree char *name = g_strndup (temporary, strlen (temporary) - strlen (".tmp"));
  int code = ops->sync_folder (ops->fs, temporary);

  if (code < 0)
    return eh_file_set_errno (error, code, "flush", temporary);
  code = ops->rename (ops->fs, temporary, name);
  if (code < 0)
    return eh_file_set_errno (error, code, "rename", temporary);
  code = ops->sync_folder (ops->fs, parent);
  return code == 0 || code == -EACCES || eh_file_set_errno (error, code, "flush", parent);
}
