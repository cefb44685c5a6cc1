/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"
#include "store/file/eh-file-snapshots-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

typedef struct {
  char *folder; /* (owned) */
  guint8 store_id[16];
  EhStreamName *stream; /* (owned) */
  EhFileKey key;
  EhFileSnapshots *snapshots; /* (owned) */
} Fixture;

static const EhFileOps *
ops (void)
{
  return eh_file_ops_get_system ();
}

static void
fixture_init (Fixture *self)
{
  *self = (Fixture){ .folder = g_dir_make_tmp ("snapshots-XXXXXX", NULL), .stream = store_name ("a-1") };
  memset (self->store_id, 3, 16);
  self->key = eh_file_key (self->store_id, "a-1", 3);
  self->snapshots = eh_file_snapshots_open (ops (), self->folder, self->store_id, TRUE, NULL);
  g_assert_nonnull (self->snapshots);
}

static char *
get_subfolder (Fixture *self)
{
  return g_strdup_printf ("%s/%02x", self->folder, (guint) (self->key.high >> 56));
}

static char *
get_file (Fixture *self)
{
  g_autofree char *folder = get_subfolder (self);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_build_filename (folder, g_dir_read_name (dir), NULL);
}

static void
fixture_clear (Fixture *self)
{
  g_autofree char *folder = get_subfolder (self);

  eh_file_snapshots_drop (self->snapshots, &self->key);
  g_rmdir (folder);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  eh_file_snapshots_free (self->snapshots);
  eh_stream_name_unref (self->stream);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
save (Fixture *self, guint64 version, const char *json)
{
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (self->stream, version, "Noted", 2, json);
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_file_snapshots_save (self->snapshots, &self->key, snapshot, &error));
  g_assert_no_error (error);
}

/* The version and text of what is found, or "none". */
static char *
load (Fixture *self, guint64 max_version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSnapshot)
      snapshot = eh_file_snapshots_load (self->snapshots, &self->key, self->stream, max_version, &error);

  g_assert_no_error (error);
  if (snapshot == NULL)
    return g_strdup ("none");
  g_assert_cmpstr (eh_snapshot_get_schema_name (snapshot), ==, "Noted");
  g_assert_cmpuint (eh_snapshot_get_revision (snapshot), ==, 2);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", eh_snapshot_get_version (snapshot),
                          eh_snapshot_get_json (snapshot));
}

static void
assert_load (Fixture *self, guint64 max_version, const char *expected)
{
  g_autofree char *found = load (self, max_version);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_newest (void)
{
  g_auto (Fixture) fixture = { 0 };

  g_test_summary (
      "The newest snapshot not above a version is found; the newest three are kept, in whatever order saved");
  fixture_init (&fixture);
  assert_load (&fixture, G_MAXUINT64, "none");
  save (&fixture, 20, "{\"b\":2}");
  save (&fixture, 10, "{\"a\":1}");
  save (&fixture, 30, "{}");
  assert_load (&fixture, 9, "none");
  assert_load (&fixture, 10, "10 {\"a\":1}");
  assert_load (&fixture, 29, "20 {\"b\":2}");
  assert_load (&fixture, G_MAXUINT64, "30 {}");
  save (&fixture, 40, "{\"d\":4}");
  assert_load (&fixture, 19, "none");
  assert_load (&fixture, G_MAXUINT64, "40 {\"d\":4}");
  save (&fixture, 5, "{\"old\":1}");
  assert_load (&fixture, 19, "none");
}

static void
test_replace (void)
{
  g_auto (Fixture) fixture = { 0 };

  g_test_summary ("Saving a version again replaces it");
  fixture_init (&fixture);
  save (&fixture, 7, "{\"a\":1}");
  save (&fixture, 8, "{\"b\":1}");
  save (&fixture, 7, "{\"a\":\"longer than before\"}");
  assert_load (&fixture, 7, "7 {\"a\":\"longer than before\"}");
  assert_load (&fixture, 8, "8 {\"b\":1}");
}

static void
test_reopen (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (EhFileSnapshots) other = NULL;
  EhFileKey other_key;

  g_test_summary ("Snapshots are there when opened again, but not for another store or stream; dropped ones are gone");
  fixture_init (&fixture);
  save (&fixture, 7, "{\"a\":1}");
  eh_file_snapshots_free (fixture.snapshots);
  fixture.snapshots = eh_file_snapshots_open (ops (), fixture.folder, fixture.store_id, TRUE, NULL);
  assert_load (&fixture, 7, "7 {\"a\":1}");
  other_key = eh_file_key (fixture.store_id, "a-2", 3);
  g_assert_null (eh_file_snapshots_load (fixture.snapshots, &other_key, fixture.stream, 7, NULL));
  fixture.store_id[0]++;
  other = eh_file_snapshots_open (ops (), fixture.folder, fixture.store_id, FALSE, NULL);
  g_assert_null (eh_file_snapshots_load (other, &fixture.key, fixture.stream, 7, NULL));
  eh_file_snapshots_drop (fixture.snapshots, &fixture.key);
  assert_load (&fixture, 7, "none");
}

static void
write_file (const char *path, const char *bytes, gsize size)
{
  g_assert_cmpint (truncate (path, 0), ==, 0);
  g_assert_true (g_file_set_contents_full (path, bytes, size, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
test_damage (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *path = NULL;
  g_autofree char *bytes = NULL;
  gsize size;

  g_test_summary ("A file with any bit flipped, or cut anywhere, is as if it had never been; saving mends it");
  fixture_init (&fixture);
  save (&fixture, 7, "{\"a\":1}");
  save (&fixture, 9, "{\"a\":2}");
  path = get_file (&fixture);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  for (gsize bit = 0; bit < size * 8; bit++)
    {
      bytes[bit / 8] ^= 1 << bit % 8;
      write_file (path, bytes, size);
      bytes[bit / 8] ^= 1 << bit % 8;
      assert_load (&fixture, G_MAXUINT64, "none");
    }
  for (gsize length = 1; length < size; length++)
    {
      write_file (path, bytes, length);
      assert_load (&fixture, G_MAXUINT64, "none");
    }
  save (&fixture, 3, "{\"a\":3}");
  assert_load (&fixture, G_MAXUINT64, "3 {\"a\":3}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/file-snapshots/newest", test_newest);
  g_test_add_func ("/file-snapshots/replace", test_replace);
  g_test_add_func ("/file-snapshots/reopen", test_reopen);
  g_test_add_func ("/file-snapshots/damage", test_damage);
  return g_test_run ();
}
