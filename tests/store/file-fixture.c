/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/store/file-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/file/eh-file-store-struct-private.h"

/* Everything is made in one folder, whose name is all that has to be known at the end. */
static char *root;

static int
remove_entry (const char *path, const struct stat *found, int kind, struct FTW *ftw)
{
  return remove (path);
}

static void
remove_root (void)
{
  nftw (root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  g_free (root);
}

char *
file_make_folder (void)
{
  static gint number;

  if (g_once_init_enter (&root))
    {
      char *made = g_dir_make_tmp ("eventhus-XXXXXX", NULL);

      g_assert_nonnull (made);
      atexit (remove_root);
      g_once_init_leave (&root, made);
    }
  return g_strdup_printf ("%s/%d", root, g_atomic_int_add (&number, 1));
}

static int
no_sync (gpointer fs, int file)
{
  return 0;
}

static int
no_sync_folder (gpointer fs, const char *path)
{
  return 0;
}

const EhFileOps *
file_get_quick_ops (void)
{
  static EhFileOps quick;
  static gsize is_made;

  if (g_once_init_enter (&is_made))
    {
      quick = *eh_file_ops_get_system ();
      quick.sync = no_sync;
      quick.sync_folder = no_sync_folder;
      g_once_init_leave (&is_made, 1);
    }
  return &quick;
}

EhFileOptions
file_get_options (void)
{
  EhFileOptions options = EH_FILE_OPTIONS_INIT;

  options.background = FALSE;
  options.segment_size = options.first_segment_size = 64 * 1024;
  options.group_limit = 16 * 1024;
  options.run_size = 32 * 1024;
  return options;
}

EhEventStore *
file_open (const char *folder, const EhFileOptions *options)
{
  g_autoptr (GError) error = NULL;
  EhEventStore *store = eh_file_store_open_with (file_get_quick_ops (), folder, options, &error);

  g_assert_no_error (error);
  return store;
}

EhEventStore *
file_new_store (void)
{
  g_autofree char *folder = file_make_folder ();
  EhFileOptions options = file_get_options ();

  options.background = TRUE;
  /* So little that appends wait now and then. */
  options.memory = 64 * 1024;
  return file_open (folder, &options);
}

void
file_close (EhEventStore *store)
{
  g_autoptr (GError) error = NULL;

  eh_event_store_close (store, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (store);
}

void
file_kill (EhEventStore *store)
{
  eh_file_store_abandon (EH_FILE_STORE (store));
  g_object_unref (store);
}

char *
file_get_segment_path (const char *folder, guint number)
{
  return g_strdup_printf ("%s/seg/%08x.log", folder, number);
}

void
file_patch (const char *path, guint64 offset, gconstpointer bytes, gsize size)
{
  const int file = g_open (path, O_RDWR | O_CLOEXEC, 0);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pwrite (file, bytes, size, (off_t) offset), ==, size);
  close (file);
}

gsize
file_measure_index (EhEventStore *store)
{
  EhFileStore *self = EH_FILE_STORE (store);
  gsize size;

  eh_lock (&self->lock);
  size = eh_file_tail_get_size (self->index.tail);
  if (self->index.frozen != NULL)
    size += 2 * eh_file_tail_get_size (self->index.frozen);
  eh_unlock (&self->lock);
  return size;
}
