/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-metadata.h"

static EhMetadata *
with (EhMetadata *self, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  EhMetadata *result = eh_metadata_with (self, key, value, &error);

  g_assert_no_error (error);
  return result;
}

static void
test_order (void)
{
  g_autoptr (EhMetadata) one = with (NULL, "by", "alice");
  g_autoptr (EhMetadata) two = with (one, "at", "desk");
  g_autoptr (EhMetadata) three = with (two, "by", "bob");

  g_test_summary ("Pairs keep their order, a new value its place, and the old metadata its pairs");

  g_assert_cmpuint (eh_metadata_get_size (three), ==, 2);
  g_assert_cmpstr (eh_metadata_get_key (three, 0), ==, "by");
  g_assert_cmpstr (eh_metadata_get_value (three, 0), ==, "bob");
  g_assert_cmpstr (eh_metadata_get_key (three, 1), ==, "at");
  g_assert_cmpstr (eh_metadata_lookup (three, "at"), ==, "desk");
  g_assert_null (eh_metadata_lookup (three, "on"));
  g_assert_cmpuint (eh_metadata_get_size (one), ==, 1);
  g_assert_cmpstr (eh_metadata_lookup (two, "by"), ==, "alice");
}

static void
test_nothing (void)
{
  g_test_summary ("NULL is an empty one");

  g_assert_cmpuint (eh_metadata_get_size (NULL), ==, 0);
  g_assert_null (eh_metadata_lookup (NULL, "by"));
  g_assert_true (eh_metadata_equal (NULL, NULL));
}

static void
test_equal (void)
{
  g_autoptr (EhMetadata) a = with (NULL, "a", "1");
  g_autoptr (EhMetadata) same = with (NULL, "a", "1");
  g_autoptr (EhMetadata) value = with (NULL, "a", "2");
  g_autoptr (EhMetadata) key = with (NULL, "b", "1");
  g_autoptr (EhMetadata) ab = with (a, "b", "1");
  g_autoptr (EhMetadata) ba = with (key, "a", "1");

  g_test_summary ("Equality looks at keys, values and order");

  g_assert_true (eh_metadata_equal (a, same));
  g_assert_false (eh_metadata_equal (a, value));
  g_assert_false (eh_metadata_equal (a, key));
  g_assert_false (eh_metadata_equal (ab, ba));
  g_assert_false (eh_metadata_equal (a, ab));
  g_assert_false (eh_metadata_equal (a, NULL));
  g_assert_false (eh_metadata_equal (NULL, a));
}

static void
check_refused (const char *key, const char *value, EhError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (eh_metadata_with (NULL, key, value, &error));
  g_assert_error (error, EH_ERROR, (gint) code);
}

static void
test_refused (void)
{
  g_autofree char *key = g_strnfill (EH_METADATA_KEY_MAX + 1, 'k');
  g_autofree char *value = g_strnfill (EH_METADATA_VALUE_MAX + 1, 'v');
  g_autoptr (EhMetadata) longest = with (NULL, key + 1, value + 1);

  g_test_summary ("Reserved, malformed and too long keys and values are refused");

  g_assert_cmpstr (eh_metadata_get_key (longest, 0), ==, key + 1);
  g_assert_cmpstr (eh_metadata_get_value (longest, 0), ==, value + 1);
  check_refused (key, "v", EH_ERROR_LIMIT);
  check_refused ("k", value, EH_ERROR_LIMIT);
  check_refused ("", "v", EH_ERROR_INVALID);
  check_refused ("\xff", "v", EH_ERROR_INVALID);
  check_refused ("k", "\xff", EH_ERROR_INVALID);
  check_refused ("correlation_id", "v", EH_ERROR_INVALID);
  check_refused ("causation_id", "v", EH_ERROR_INVALID);
}

static void
test_many (void)
{
  g_autoptr (EhMetadata) all = NULL;
  g_autoptr (EhMetadata) changed = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("There are at most so many pairs, but one of them can still be changed");

  for (guint i = 0; i < EH_METADATA_PAIRS_MAX; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);
      g_autoptr (EhMetadata) before = g_steal_pointer (&all);

      all = with (before, key, "");
    }
  g_assert_cmpuint (eh_metadata_get_size (all), ==, EH_METADATA_PAIRS_MAX);
  changed = with (all, "k63", "new");
  g_assert_cmpstr (eh_metadata_lookup (changed, "k63"), ==, "new");
  g_assert_null (eh_metadata_with (all, "one more", "", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/order", test_order);
  g_test_add_func ("/metadata/nothing", test_nothing);
  g_test_add_func ("/metadata/equal", test_equal);
  g_test_add_func ("/metadata/refused", test_refused);
  g_test_add_func ("/metadata/many", test_many);
  return g_test_run ();
}
