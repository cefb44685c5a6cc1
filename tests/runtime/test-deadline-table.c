/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../store/store-fixture.h"
#include "runtime/eh-deadline-table-private.h"

#include <string.h>

#define NOON G_GINT64_CONSTANT (1700000000000000)

static gboolean
count (const char *key, const char *name, gint64 time, gpointer user_data)
{
  g_autofree char *expected = g_strdup_printf ("%08u", *(guint *) user_data);

  g_assert_cmpstr (key, ==, expected);
  g_assert_cmpstr (name, ==, "unpaid");
  g_assert_cmpint (time, ==, NOON + *(guint *) user_data);
  ++*(guint *) user_data;
  return TRUE;
}

static void
test_many (void)
{
  const guint n = store_count (300000);
  g_autoptr (EhDeadlineTable) table = eh_deadline_table_new ();
  g_autoptr (EhDeadlineTable) other = eh_deadline_table_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  guint n_seen = 0;

  g_test_summary ("However many deadlines there are, they are saved and come back in their order");

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%08u", i);

      eh_deadline_table_set (table, key, &(EhStepDeadline){ (char *) "unpaid", NOON + i }, 1);
    }
  bytes = eh_deadline_table_save (table, &error);
  g_assert_no_error (error);
  g_assert_true (eh_deadline_table_load (other, bytes, &error));
  g_assert_no_error (error);
  eh_deadline_table_foreach (other, count, &n_seen);
  g_assert_cmpuint (n_seen, ==, n);
  g_assert_cmpint (eh_deadline_table_get_due (other), ==, NOON);
}

static void
test_bad (void)
{
  static const char *const texts[] = {
    "",
    "[]",
    "{\"deadlines\":{}}",
    "{\"deadlines\":[1]}",
    "{\"deadlines\":[{\"key\":\"a\",\"name\":\"b\",\"time\":\"soon\"}]}",
    "{\"deadlines\":[{\"key\":\"a\",\"name\":\"b\",\"time\":\"2024-01-01T00:00:00Z\"}",
    "{\"deadlines\":[{\"key\":\"a\"},]}",
    "{\"deadlines\":[],\"more\":1}",
    "{\"deadlines\":[]} 1",
  };
  g_autoptr (EhDeadlineTable) table = eh_deadline_table_new ();

  g_test_summary ("What is no list of deadlines is told, and changes nothing");

  eh_deadline_table_set (table, "a", &(EhStepDeadline){ (char *) "unpaid", NOON }, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (texts[i], strlen (texts[i]));
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_false (eh_deadline_table_load (table, bytes, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (eh_deadline_table_get_due (table), ==, NOON);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/deadline-table/many", test_many);
  g_test_add_func ("/deadline-table/bad", test_bad);

  return g_test_run ();
}
