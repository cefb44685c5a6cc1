/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-stream-name.h"

static void
test_parts (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) name = eh_stream_name_new ("Account", "a-1", &error);
  g_autoptr (EhStreamName) same = eh_stream_name_parse ("Account-a-1", &error);

  g_test_summary ("A name has a category before the first \"-\" and an id after it, however it was made");

  g_assert_no_error (error);
  g_assert_cmpstr (eh_stream_name_to_string (name), ==, "Account-a-1");
  g_assert_cmpstr (eh_stream_name_get_category (name), ==, "Account");
  g_assert_cmpstr (eh_stream_name_get_id (name), ==, "a-1");
  g_assert_cmpstr (eh_stream_name_get_category (same), ==, "Account");
  g_assert_cmpstr (eh_stream_name_get_id (same), ==, "a-1");
  g_assert_true (eh_stream_name_equal (name, same));
  g_assert_cmpuint (eh_stream_name_hash (name), ==, eh_stream_name_hash (same));
}

static void
test_not_equal (void)
{
  g_autoptr (EhStreamName) a = eh_stream_name_parse ("Account-a1", NULL);
  g_autoptr (EhStreamName) b = eh_stream_name_parse ("Account-a2", NULL);
  g_autoptr (EhStreamName) c = eh_stream_name_parse ("Accoun-ta1", NULL);

  g_test_summary ("Other names are not equal");

  g_assert_false (eh_stream_name_equal (a, b));
  g_assert_false (eh_stream_name_equal (a, c));
  g_assert_cmpuint (eh_stream_name_hash (a), !=, eh_stream_name_hash (b));
}

static void
test_malformed (void)
{
  static const char *const names[] = {
    "",
    "Account",
    "-a1",
    "Account-",
    "Acc\nount-a1",
    "Account-a\t1",
    "Account-\x7f",
    "\xff-a1",
    "Account-\xc3",
    "Account-\xc2\x85",
    "Acc\xc2\x9fount-a1",
  };

  g_test_summary ("What is no name is refused");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_stream_name_parse (names[i], &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
test_malformed_parts (void)
{
  static const char *const parts[][2] = { { "", "a1" }, { "Account", "" }, { "Acc-ount", "a1" }, { "\xff", "a1" } };

  g_test_summary ("Parts that make no name are refused");

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_stream_name_new (parts[i][0], parts[i][1], &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
test_not_ascii (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) name = eh_stream_name_new ("Größe", "ключ 1\xc2\xa0", &error);

  g_test_summary ("Names may have any printable UTF-8");

  g_assert_no_error (error);
  g_assert_cmpstr (eh_stream_name_get_id (name), ==, "ключ 1\xc2\xa0");
}

static void
test_length (void)
{
  g_autofree char *id = g_strnfill (EH_STREAM_NAME_MAX - 1, 'x');
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) longest = eh_stream_name_new ("A", id + 1, &error);

  g_test_summary ("The longest name is accepted, one byte more is refused");

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (eh_stream_name_to_string (longest)), ==, EH_STREAM_NAME_MAX);
  g_assert_null (eh_stream_name_new ("A", id, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-name/parts", test_parts);
  g_test_add_func ("/stream-name/not-equal", test_not_equal);
  g_test_add_func ("/stream-name/malformed", test_malformed);
  g_test_add_func ("/stream-name/malformed-parts", test_malformed_parts);
  g_test_add_func ("/stream-name/not-ascii", test_not_ascii);
  g_test_add_func ("/stream-name/length", test_length);
  return g_test_run ();
}
