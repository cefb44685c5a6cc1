/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"
#include "model/eh-event-page.h"

static void
test_page (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  EhEvent *events[] = { eh_event_new_json (&head, "A", "{}", 2), eh_event_new_json (&head, "B", "{}", 2) };
  g_autoptr (EhEventPage) page = eh_event_page_new (events, 2, 7, TRUE);
  g_autoptr (EhEventPage) again = eh_event_page_ref (page);

  g_test_summary ("A page keeps its events, in order, as long as it is kept");

  for (guint i = 0; i < 2; i++)
    eh_event_unref (events[i]);
  g_clear_pointer (&page, eh_event_page_unref);
  g_assert_cmpuint (eh_event_page_get_size (again), ==, 2);
  g_assert_cmpstr (eh_event_get_type_name (eh_event_page_get (again, 0)), ==, "A");
  g_assert_cmpstr (eh_event_get_type_name (eh_event_page_get (again, 1)), ==, "B");
  g_assert_cmpuint (eh_event_page_get_next (again), ==, 7);
  g_assert_true (eh_event_page_is_end (again));
}

static void
test_empty (void)
{
  g_autoptr (EhEventPage) page = eh_event_page_new (NULL, 0, G_MAXUINT64, FALSE);

  g_test_summary ("A page may be empty and still tell where to go on");

  g_assert_cmpuint (eh_event_page_get_size (page), ==, 0);
  g_assert_cmpuint (eh_event_page_get_next (page), ==, G_MAXUINT64);
  g_assert_false (eh_event_page_is_end (page));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-page/page", test_page);
  g_test_add_func ("/event-page/empty", test_empty);
  return g_test_run ();
}
