/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "conformance/eh-uri-stores-private.h"

/* The file store, held to the suite that others are held to, flushing and not. */

#define MEMORY_FOLDER "/dev/shm"
#define ROOM (G_GUINT64_CONSTANT (512) << 20)

/* Hundreds of stores that flush take long on a disk, and what a disk does later is none of the suite's business. */
static char *
make_folder (void)
{
  g_autoptr (GFile) memory = g_file_new_for_path (MEMORY_FOLDER);
  g_autoptr (GFileInfo) info = g_file_query_filesystem_info (memory, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);
  char *folder = NULL;

  if (info != NULL && g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >= ROOM)
    folder = g_mkdtemp (g_strdup (MEMORY_FOLDER "/eventhus-conformance-XXXXXX"));
  return folder != NULL ? folder : g_dir_make_tmp ("eventhus-conformance-XXXXXX", NULL);
}

static EhUriStores *
add_way (const char *folder, const char *sync)
{
  g_autofree char *uri = g_strdup_printf ("file:%s/%s?sync=%s", folder, sync, sync);
  g_autofree char *prefix = g_strdup_printf ("/file/%s", sync);
  g_autoptr (GError) error = NULL;
  EhUriStores *stores = eh_uri_stores_new (uri, &error);

  g_assert_no_error (error);
  eh_store_conformance_add_tests (prefix, eh_uri_stores_get_factory (stores));
  return stores;
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = make_folder ();
  EhUriStores *always = NULL;
  EhUriStores *never = NULL;
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  g_assert_nonnull (folder);
  always = add_way (folder, "always");
  never = add_way (folder, "never");
  status = g_test_run ();
  eh_uri_stores_free (always);
  eh_uri_stores_free (never);
  g_rmdir (folder);
  return status;
}
