/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-uri-stores-private.h"

#include <errno.h>
#include <glib/gstdio.h>

struct _EhUriStores {
  char *uri;        /* (owned) */
  GUri *parsed;     /* (owned) (nullable) */
  char *folder;     /* (owned) (nullable): for engines that have one */
  gboolean is_ours; /* the folder was not there before */
  guint last;       /* the number that was opened last; 0 for none */
  EhStoreFactory factory;
};

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static char *
get_place (const EhUriStores *self, guint number)
{
  g_autofree char *name = g_strdup_printf ("%u", number);

  return g_build_filename (self->folder, name, NULL);
}

static void
remove_last (EhUriStores *self)
{
  g_autofree char *place = self->folder != NULL && self->last != 0 ? get_place (self, self->last) : NULL;

  if (place != NULL)
    remove_tree (place);
  self->last = 0;
}

static char *
make_uri (const EhUriStores *self, guint number)
{
  const char *query = g_uri_get_query (self->parsed);

  return g_strdup_printf ("%s:%s%s/%u%s%s", g_uri_get_scheme (self->parsed),
                          g_uri_get_host (self->parsed) != NULL ? "//" : "", g_uri_get_path (self->parsed), number,
                          query != NULL ? "?" : "", query != NULL ? query : "");
}

/* One case after another asks, so no lock is needed. */
static EhEventStore *
open_store (guint number, gpointer user_data, GError **error)
{
  EhUriStores *self = user_data;
  g_autofree char *uri = NULL;

  if (self->folder == NULL)
    return eh_event_store_open (self->uri, NULL, error);
  if (number != self->last)
    remove_last (self);
  self->last = number;
  uri = make_uri (self, number);
  return eh_event_store_open (uri, NULL, error);
}

static gboolean
take_folder (EhUriStores *self, GError **error)
{
  g_autoptr (GDir) dir = NULL;

  self->is_ours = !g_file_test (self->folder, G_FILE_TEST_EXISTS);
  if (g_mkdir_with_parents (self->folder, 0777) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", self->folder, g_strerror (errno));
      return FALSE;
    }
  dir = g_dir_open (self->folder, 0, error);
  if (dir == NULL)
    return FALSE;
  if (g_dir_read_name (dir) == NULL)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "%s is not empty; name a folder that is, or that is not there",
               self->folder);
  g_clear_pointer (&self->folder, g_free);
  return FALSE;
}

/* The first store says what all of them can do. Its own message would name a folder that nobody has asked for. */
static gboolean
ask_features (EhUriStores *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (EhEventStore) store = open_store (G_MAXUINT, self, &reason);

  if (g_error_matches (reason, EH_ERROR, EH_ERROR_NOT_FOUND) && self->folder != NULL)
    g_set_error (
        error, EH_ERROR, EH_ERROR_NOT_FOUND,
        "%s: opening it makes no store, and the suite needs new ones: leave out what has it only read, such as "
        "mode=read",
        self->uri);
  else if (store == NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  if (store == NULL)
    return FALSE;
  self->factory.features = eh_event_store_get_features (store);
  return eh_event_store_close (store, NULL, error);
}

EhUriStores *
eh_uri_stores_new (const char *uri, GError **error)
{
  g_autoptr (EhUriStores) self = g_new0 (EhUriStores, 1);
  const char *path = NULL;

  self->uri = g_strdup (uri);
  self->factory = (EhStoreFactory){ .name = self->uri, .open = open_store, .user_data = self };
  self->parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  path = self->parsed != NULL ? g_uri_get_path (self->parsed) : "";
  self->folder = *path != '\0' ? g_uri_unescape_string (path, NULL) : NULL;
  if ((self->folder != NULL && !take_folder (self, error)) || !ask_features (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
eh_uri_stores_free (EhUriStores *self)
{
  remove_last (self);
  if (self->is_ours && self->folder != NULL)
    g_rmdir (self->folder);
  g_clear_pointer (&self->parsed, g_uri_unref);
  g_free (self->folder);
  g_free (self->uri);
  g_free (self);
}

const EhStoreFactory *
eh_uri_stores_get_factory (const EhUriStores *self)
{
  return &self->factory;
}

EhConformanceResult *
eh_store_conformance_run_uri (const char *uri, const char *filter, guint64 seed, GCancellable *cancellable,
                              GError **error)
{
  g_autoptr (EhUriStores) stores = NULL;
  g_autoptr (EhConformanceResult) result = NULL;

  g_return_val_if_fail (uri != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  stores = eh_uri_stores_new (uri, error);
  if (stores == NULL)
    return NULL;
  result = eh_store_conformance_run_until (&stores->factory, filter, seed, cancellable);
  return g_cancellable_set_error_if_cancelled (cancellable, error) ? NULL : g_steal_pointer (&result);
}
