/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-checkpoint-store.h"

#include <string.h>

#include "model/eh-error.h"
#include "store/eh-checkpoint-private.h"
#include "store/eh-file-checkpoint-store.h"
#include "store/eh-memory-checkpoint-store.h"

G_DEFINE_INTERFACE (EhCheckpointStore, eh_checkpoint_store, G_TYPE_OBJECT)

static void
eh_checkpoint_store_default_init (EhCheckpointStoreInterface *iface)
{
}

void
eh_checkpoint_set_locked (GError **error, const char *name, const char *where)
{
  g_set_error (error, EH_ERROR, EH_ERROR_LOCKED, "%s: another consumer goes by the name \"%s\"", where, name);
}

gboolean
eh_checkpoint_store_claim (EhCheckpointStore *self, const char *name, GError **error)
{
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  return eh_checkpoint_check_name (name, error) && EH_CHECKPOINT_STORE_GET_IFACE (self)->claim (self, name, error);
}

void
eh_checkpoint_store_release (EhCheckpointStore *self, const char *name)
{
  g_return_if_fail (EH_IS_CHECKPOINT_STORE (self));
  g_return_if_fail (name != NULL);

  EH_CHECKPOINT_STORE_GET_IFACE (self)->release (self, name);
}

gboolean
eh_checkpoint_store_load (EhCheckpointStore *self, const char *name, EhCheckpoint **checkpoint,
                          GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (checkpoint != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !eh_checkpoint_check_name (name, error))
    return FALSE;
  return EH_CHECKPOINT_STORE_GET_IFACE (self)->load (self, name, checkpoint, cancellable, error);
}

gboolean
eh_checkpoint_store_save (EhCheckpointStore *self, EhCheckpoint *checkpoint, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (self), FALSE);
  g_return_val_if_fail (checkpoint != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return EH_CHECKPOINT_STORE_GET_IFACE (self)->save (self, checkpoint, cancellable, error);
}

gboolean
eh_checkpoint_store_remove (EhCheckpointStore *self, const char *name, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !eh_checkpoint_check_name (name, error))
    return FALSE;
  return EH_CHECKPOINT_STORE_GET_IFACE (self)->remove (self, name, cancellable, error);
}

/* Returns: (nullable): the folder, or NULL with @error set if there is more in the URI or nothing at all */
static char *
eh_checkpoint_store_get_folder (GUri *uri, GError **error)
{
  const char *host = g_uri_get_host (uri);
  g_autofree char *folder = g_uri_unescape_string (g_uri_get_path (uri), NULL);

  if (folder != NULL && *folder != '\0' && (host == NULL || *host == '\0') && g_uri_get_query (uri) == NULL
      && g_uri_get_fragment (uri) == NULL)
    return g_steal_pointer (&folder);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                       "the URI of a folder of checkpoints is \"file:\", the folder and nothing more");
  return NULL;
}

static EhCheckpointStore *
eh_checkpoint_store_open_file (GUri *uri, GError **error)
{
  g_autofree char *folder = eh_checkpoint_store_get_folder (uri, error);

  return folder != NULL ? eh_file_checkpoint_store_new (folder, error) : NULL;
}

static EhCheckpointStore *
eh_checkpoint_store_open_memory (GUri *uri, GError **error)
{
  if (*g_uri_get_path (uri) == '\0' && g_uri_get_query (uri) == NULL && g_uri_get_host (uri) == NULL
      && g_uri_get_fragment (uri) == NULL)
    return eh_memory_checkpoint_store_new ();
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                       "the URI of checkpoints in memory is \"memory:\" and nothing more");
  return NULL;
}

EhCheckpointStore *
eh_checkpoint_store_open (const char *uri, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) parsed = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, &reason);
  if (parsed == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "\"%s\" is no URI such as \"file:DIR\": %s", uri,
                   reason->message);
      return NULL;
    }
  if (strcmp (g_uri_get_scheme (parsed), "memory") == 0)
    return eh_checkpoint_store_open_memory (parsed, error);
  if (strcmp (g_uri_get_scheme (parsed), "file") == 0)
    return eh_checkpoint_store_open_file (parsed, error);
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
               "there are no checkpoints in \"%s:\"; there is memory:, file:", g_uri_get_scheme (parsed));
  return NULL;
}
