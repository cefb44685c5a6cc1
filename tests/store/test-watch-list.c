/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-watch-list-private.h"

typedef struct {
  EhWatchList *list;
  GString *calls;
  guint id;
  guint other; /* the id of a watch to remove, or 0 */
  char name;
} Watch;

static void
on_watch (guint64 head, gpointer user_data)
{
  Watch *watch = user_data;

  g_string_append_printf (watch->calls, "%c%" G_GUINT64_FORMAT " ", watch->name, head);
  if (watch->other != 0)
    eh_watch_list_remove (watch->list, watch->other);
}

static void
on_destroyed (gpointer user_data)
{
  Watch *watch = user_data;

  g_string_append_printf (watch->calls, "-%c ", watch->name);
}

static void
test_order (void)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  EhWatchList list = { 0 };
  Watch watches[3];

  g_test_summary ("Watches are called in the order in which they were added, and destroyed when removed");

  eh_watch_list_init (&list);
  eh_watch_list_notify (&list, 1);
  for (guint i = 0; i < 3; i++)
    {
      watches[i] = (Watch){ &list, calls, 0, 0, (char) ('a' + i) };
      watches[i].id = eh_watch_list_add (&list, on_watch, &watches[i], on_destroyed);
      g_assert_cmpuint (watches[i].id, !=, 0);
    }
  eh_watch_list_notify (&list, 2);
  eh_watch_list_remove (&list, watches[1].id);
  eh_watch_list_remove (&list, watches[1].id);
  eh_watch_list_remove (&list, 999);
  eh_watch_list_notify (&list, 3);
  eh_watch_list_clear (&list);
  g_assert_cmpstr (calls->str, ==, "a2 b2 c2 -b a3 c3 -a -c ");
}

static void
test_removing_another (void)
{
  g_autoptr (GString) calls = g_string_new (NULL);
  EhWatchList list = { 0 };
  Watch watches[3];

  g_test_summary ("A watch may remove another one, which is then not called any more");

  eh_watch_list_init (&list);
  for (guint i = 0; i < 3; i++)
    {
      watches[i] = (Watch){ &list, calls, 0, 0, (char) ('a' + i) };
      watches[i].id = eh_watch_list_add (&list, on_watch, &watches[i], on_destroyed);
    }
  watches[1].other = watches[0].id;
  eh_watch_list_notify (&list, 1);
  watches[1].other = watches[2].id;
  eh_watch_list_notify (&list, 2);
  eh_watch_list_clear (&list);
  g_assert_cmpstr (calls->str, ==, "a1 b1 -a c1 b2 -c -b ");
}

typedef struct {
  EhWatchList list;
  gint phase; /* (atomic): 1 the watch runs, 2 it may end, 3 it has ended */
} Held;

static void
hold (guint64 head, gpointer user_data)
{
  Held *held = user_data;

  g_atomic_int_set (&held->phase, 1);
  while (g_atomic_int_get (&held->phase) == 1)
    g_thread_yield ();
  for (guint i = 0; i < 200; i++)
    g_thread_yield ();
  g_atomic_int_set (&held->phase, 3);
}

static gpointer
notify (gpointer data)
{
  Held *held = data;

  eh_watch_list_notify (&held->list, 1);
  return NULL;
}

static void
test_remove_waits (void)
{
  g_test_summary ("Removing a watch waits until it is not running any more");

  for (guint i = 0; i < 50; i++)
    {
      Held held = { 0 };
      GThread *thread = NULL;
      guint id = 0;

      eh_watch_list_init (&held.list);
      id = eh_watch_list_add (&held.list, hold, &held, NULL);
      thread = g_thread_new ("notify", notify, &held);
      while (g_atomic_int_get (&held.phase) == 0)
        g_thread_yield ();
      g_atomic_int_set (&held.phase, 2);
      eh_watch_list_remove (&held.list, id);
      g_assert_cmpint (g_atomic_int_get (&held.phase), ==, 3);
      g_thread_join (thread);
      eh_watch_list_clear (&held.list);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watch-list/order", test_order);
  g_test_add_func ("/watch-list/removing-another", test_removing_another);
  g_test_add_func ("/watch-list/remove-waits", test_remove_waits);
  return g_test_run ();
}
