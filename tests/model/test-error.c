/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-command.h"
#include "model/eh-error-private.h"

static void
test_nicks (void)
{
  static const char *const expected[] = { "conflict",  "not-found",   "exists", "invalid", "unknown-type",
                                          "corrupt",   "unsupported", "locked", "closed",  "limit",
                                          "ambiguous", "crashed",     "parked" };

  g_test_summary ("Every code has its nick, and nothing else has one");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (eh_error_get_nick ((gint) i), ==, expected[i]);
  g_assert_cmpint (EH_ERROR_PARKED, ==, G_N_ELEMENTS (expected) - 1);
  g_assert_null (eh_error_get_nick (EH_ERROR_PARKED + 1));
  g_assert_null (eh_error_get_nick (-1));
}

static void
test_conflict (void)
{
  g_autoptr (GError) error = eh_error_new_conflict ("Account-a1", 3, 5);
  g_autoptr (GError) copy = g_error_copy (error);
  gint64 expected = -7;
  guint64 actual = 7;

  g_test_summary ("A conflict and its copy carry both versions, also with a prefix");

  g_assert_error (error, EH_ERROR, EH_ERROR_CONFLICT);
  g_assert_cmpstr (error->message, ==, "conflict on stream Account-a1: expected version 3, but it is at version 5");
  g_prefix_error (&copy, "while saving: ");
  g_assert_true (eh_error_get_versions (copy, &expected, &actual));
  g_assert_cmpint (expected, ==, 3);
  g_assert_cmpuint (actual, ==, 5);
  g_assert_true (eh_error_get_versions (error, NULL, NULL));
}

static void
test_conflict_messages (void)
{
  g_autoptr (GError) no_stream = eh_error_new_conflict ("A-1", EH_EXPECTED_NO_STREAM, 2);
  g_autoptr (GError) exists = eh_error_new_conflict ("A-1", EH_EXPECTED_EXISTS, 0);
  g_autoptr (GError) any = eh_error_new_conflict ("A-1", EH_EXPECTED_ANY, 1);

  g_test_summary ("The special expectations are told in words");

  g_assert_cmpstr (no_stream->message, ==, "conflict on stream A-1: expected no stream, but it is at version 2");
  g_assert_cmpstr (exists->message, ==, "conflict on stream A-1: expected an existing stream, but it does not exist");
  g_assert_cmpstr (any->message, ==, "conflict on stream A-1: expected any version, but it is at version 1");
}

static void
test_no_versions (void)
{
  g_autoptr (GError) plain = g_error_new_literal (EH_ERROR, EH_ERROR_CONFLICT, "by hand");
  g_autoptr (GError) other = g_error_new_literal (EH_ERROR, EH_ERROR_CLOSED, "closed");
  g_autoptr (GError) foreign = g_error_new_literal (g_quark_from_static_string ("foreign"), 0, "foreign");
  gint64 expected = -7;
  guint64 actual = 7;

  g_test_summary ("Other errors have no versions and leave the out parameters alone");

  g_assert_false (eh_error_get_versions (plain, &expected, &actual));
  g_assert_false (eh_error_get_versions (other, &expected, &actual));
  g_assert_false (eh_error_get_versions (foreign, &expected, &actual));
  g_assert_false (eh_error_get_versions (NULL, &expected, &actual));
  g_assert_cmpint (expected, ==, -7);
  g_assert_cmpuint (actual, ==, 7);
}

static void
test_spare (void)
{
  EhSpareErrors spare = { NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Of errors that nobody needs so many are kept, however many are given back");

  for (guint i = 0; i < 2 * EH_SPARE_ERRORS_MAX; i++)
    eh_spare_errors_add (&spare, g_error_new (EH_ERROR, EH_ERROR_AMBIGUOUS, "%u", i));
  g_assert_cmpuint (spare.errors->len, ==, EH_SPARE_ERRORS_MAX);
  error = eh_spare_errors_make_conflict (&spare, "Account-a1", 0, 5);
  g_assert_cmpuint (spare.errors->len, ==, EH_SPARE_ERRORS_MAX - 1);
  g_assert_true (eh_error_get_versions (error, NULL, NULL));
  eh_spare_errors_clear (&spare);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/nicks", test_nicks);
  g_test_add_func ("/error/conflict", test_conflict);
  g_test_add_func ("/error/conflict-messages", test_conflict_messages);
  g_test_add_func ("/error/no-versions", test_no_versions);
  g_test_add_func ("/error/spare", test_spare);
  return g_test_run ();
}
