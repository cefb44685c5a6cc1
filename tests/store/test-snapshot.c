/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#include <math.h>

typedef struct {
  gdouble weight;
} Weighed;

EH_DEFINE_SCHEMA (Weighed, weighed, EH_FIELD_DOUBLE (weight))

static void
test_members (void)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  char schema_name[] = "Note";
  char json[] = "{\"number\":1}";
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 7, schema_name, 3, json);
  g_autoptr (EhSnapshot) again = eh_snapshot_ref (snapshot);

  g_test_summary ("A snapshot keeps copies of what it was made of");

  schema_name[0] = 'X';
  json[0] = 'X';
  g_clear_pointer (&snapshot, eh_snapshot_unref);
  g_assert_true (eh_stream_name_equal (eh_snapshot_get_stream (again), name));
  g_assert_cmpuint (eh_snapshot_get_version (again), ==, 7);
  g_assert_cmpstr (eh_snapshot_get_schema_name (again), ==, "Note");
  g_assert_cmpuint (eh_snapshot_get_revision (again), ==, 3);
  g_assert_cmpstr (eh_snapshot_get_json (again), ==, "{\"number\":1}");
}

static void
test_state (void)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (GError) error = NULL;
  Noted state = { G_MAXINT64, "h\303\244" };
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new_from_state (name, 2, &noted, &state, &error);
  Noted *back = NULL;

  g_test_summary ("A state comes back equal");

  g_assert_no_error (error);
  g_assert_cmpstr (eh_snapshot_get_schema_name (snapshot), ==, "Noted");
  g_assert_cmpuint (eh_snapshot_get_revision (snapshot), ==, 1);
  back = eh_snapshot_read_state (snapshot, &noted, &error);
  g_assert_no_error (error);
  g_assert_true (eh_schema_equal (&noted, back, &state));
  eh_schema_free (&noted, back);
}

static void
test_unwritable_state (void)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A state that cannot be written is refused");

  g_assert_null (eh_snapshot_new_from_state (name, 1, &weighed, &(Weighed){ NAN }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_useless (void)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  const struct {
    const char *schema_name;
    guint revision;
    const char *json;
    gint code;
  } cases[] = {
    { "Other", 1, "{}", EH_ERROR_UNSUPPORTED },
    { "Noted", 2, "{}", EH_ERROR_UNSUPPORTED },
    { "Noted", 1, "{\"number\":", EH_ERROR_CORRUPT },
    { "Noted", 1, "", EH_ERROR_CORRUPT },
    { "Noted", 1, "{\"number\":\"x\"}", EH_ERROR_CORRUPT },
  };

  g_test_summary ("A snapshot of another schema or revision, or a damaged one, is no state but an error");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhSnapshot)
          snapshot = eh_snapshot_new (name, 1, cases[i].schema_name, cases[i].revision, cases[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_snapshot_read_state (snapshot, &noted, &error));
      g_assert_error (error, EH_ERROR, cases[i].code);
      g_assert_nonnull (strstr (error->message, "Note-a"));
    }
}

static gboolean
save (EhEventStore *store, const char *stream, guint64 version, const char *json, GError **error)
{
  g_autoptr (EhStreamName) name = store_name (stream);
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, version, "Noted", 1, json);

  return eh_event_store_save_snapshot (store, snapshot, NULL, error);
}

static void
check_load (EhEventStore *store, const char *stream, guint64 max_version, const char *expected)
{
  g_autoptr (EhStreamName) name = store_name (stream);
  g_autoptr (EhSnapshot) snapshot = NULL;
  g_autoptr (GError) error = NULL;

  eh_event_store_load_snapshot (store, name, max_version, &snapshot, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (snapshot != NULL ? eh_snapshot_get_json (snapshot) : NULL, ==, expected);
}

static void
test_memory_store (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();

  g_test_summary ("The memory store gives the newest snapshot that is not above a version");

  store_append (store, "Note-a", 1, 9);
  check_load (store, "Note-never", G_MAXUINT64, NULL);
  check_load (store, "Note-a", G_MAXUINT64, NULL);
  g_assert_true (save (store, "Note-a", 4, "four", NULL));
  g_assert_true (save (store, "Note-a", 9, "nine", NULL));
  g_assert_true (save (store, "Note-a", 6, "six", NULL));
  g_assert_true (save (store, "Note-a", 6, "six again", NULL));
  check_load (store, "Note-a", 0, NULL);
  check_load (store, "Note-a", 3, NULL);
  check_load (store, "Note-a", 4, "four");
  check_load (store, "Note-a", 5, "four");
  check_load (store, "Note-a", 6, "six again");
  check_load (store, "Note-a", 8, "six again");
  check_load (store, "Note-a", 9, "nine");
  check_load (store, "Note-a", G_MAXUINT64, "nine");
}

static void
test_memory_store_refusals (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;
  guint64 actual = 0;

  g_test_summary ("A snapshot newer than its stream, or of no stream, is refused");

  store_append (store, "Note-a", 1, 2);
  g_assert_false (save (store, "Note-a", 3, "{}", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_true (eh_error_get_versions (error, NULL, &actual));
  g_assert_cmpuint (actual, ==, 2);
  g_clear_error (&error);
  g_assert_false (save (store, "Note-never", 1, "{}", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  check_load (store, "Note-a", G_MAXUINT64, NULL);

  g_assert_true (save (store, "Note-a", 2, "{}", NULL));
  g_assert_true (eh_event_store_delete_stream (store, name, 2, NULL, NULL));
  g_assert_false (save (store, "Note-a", 2, "{}", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (eh_event_store_load_snapshot (store, name, 2, &found, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
  g_assert_null (found);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/snapshot/members", test_members);
  g_test_add_func ("/snapshot/state", test_state);
  g_test_add_func ("/snapshot/unwritable-state", test_unwritable_state);
  g_test_add_func ("/snapshot/useless", test_useless);
  g_test_add_func ("/snapshot/memory-store", test_memory_store);
  g_test_add_func ("/snapshot/memory-store-refusals", test_memory_store_refusals);
  return g_test_run ();
}
