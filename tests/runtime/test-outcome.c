/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>

#include "runtime/eh-outcome.h"

static void
test_members (void)
{
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (EhOutcome) second = NULL;

  g_test_summary ("An outcome tells what it was made of, and keeps its events alive");
  page = eh_event_page_new (NULL, 0, 1, TRUE);
  outcome = eh_outcome_new (7, page, TRUE, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "broker gone"));
  second = eh_outcome_ref (outcome);

  g_assert_cmpuint (eh_outcome_get_version (second), ==, 7);
  g_assert_true (eh_outcome_get_events (second) == page);
  g_assert_true (eh_outcome_was_done (second));
  g_assert_error (eh_outcome_get_publish_error (second), G_IO_ERROR, G_IO_ERROR_FAILED);
}

static void
test_nothing (void)
{
  g_autoptr (EhOutcome) outcome = NULL;

  g_test_summary ("An outcome without events has neither events nor errors, and is boxed");
  outcome = eh_outcome_new (0, NULL, FALSE, NULL);
  g_assert_null (eh_outcome_get_events (outcome));
  g_assert_false (eh_outcome_was_done (outcome));
  g_assert_null (eh_outcome_get_publish_error (outcome));
  g_assert_true (G_TYPE_IS_BOXED (EH_TYPE_OUTCOME));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/outcome/members", test_members);
  g_test_add_func ("/outcome/nothing", test_nothing);
  return g_test_run ();
}
