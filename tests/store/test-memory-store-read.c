/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store-fixture.h"

#define N_EVENTS 40

/*
 * Reads are compared with a model: the list of all events that were appended, filtered, cut and turned by the test
 * itself.
 */

static const char *const streams[] = { "Note-a", "Note-b", "Memo-a", "Note-gone" };

static guint
get_stream (guint64 position)
{
  return (guint) ((position * 7) / 3) % G_N_ELEMENTS (streams);
}

static EhEventStore *
store_with_streams (gboolean with_tombstone)
{
  EhEventStore *store = eh_memory_store_new ();
  g_autoptr (EhStreamName) gone = store_name ("Note-gone");

  for (guint64 position = 1; position <= N_EVENTS; position++)
    store_append (store, streams[get_stream (position)], position, 1);
  if (with_tombstone)
    g_assert_true (eh_event_store_delete_stream (store, gone, EH_EXPECTED_ANY, NULL, NULL));
  return store;
}

static gboolean
is_in (guint64 position, const char *category, gboolean with_tombstone)
{
  const char *stream = streams[get_stream (position)];

  if (with_tombstone && g_str_equal (stream, "Note-gone"))
    return FALSE;
  return category == NULL || (g_str_has_prefix (stream, category) && stream[strlen (category)] == '-');
}

/* What a read of positions should give; the last gone through in *last. */
static char *
get_expected (const char *category, gboolean with_tombstone, guint64 from, EhDirection direction, guint limit,
              gboolean *is_end)
{
  GString *text = g_string_new (NULL);
  gint64 step = direction == EH_FORWARDS ? 1 : -1;
  guint n = 0;

  *is_end = TRUE;
  for (gint64 at = (gint64) CLAMP (from, direction == EH_FORWARDS ? 1 : 0, N_EVENTS + 1); at >= 1 && at <= N_EVENTS + 1;
       at += step)
    {
      if (at > N_EVENTS || !is_in ((guint64) at, category, with_tombstone))
        continue;
      *is_end = n < limit;
      if (n++ == limit)
        break;
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, n > 1 ? " " : "", at);
    }
  if (n <= limit)
    *is_end = TRUE;
  return g_string_free (text, FALSE);
}

static void
check_read_all (EhEventStore *store, const char *category, gboolean with_tombstone, guint64 from, EhDirection direction,
                guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (store, category, from, direction, limit, NULL, &error);
  g_autofree char *expected = NULL;
  gboolean is_end = FALSE;
  guint n = 0;

  g_assert_no_error (error);
  expected = get_expected (category, with_tombstone, from, direction, limit == 0 ? EH_READ_LIMIT_MAX : limit, &is_end);
  store_assert_page (eh_event_page_ref (page), expected);
  g_assert_cmpint (eh_event_page_is_end (page), ==, is_end);
  n = eh_event_page_get_size (page);
  if (direction == EH_FORWARDS && is_end)
    g_assert_cmpuint (eh_event_page_get_next (page), ==, MAX (from, N_EVENTS + 1));
  if (direction == EH_FORWARDS && n > 0)
    g_assert_cmpuint (eh_event_page_get_next (page), >, eh_event_get_position (eh_event_page_get (page, n - 1)));
  if (direction == EH_BACKWARDS && n > 0)
    g_assert_cmpuint (eh_event_page_get_next (page), <, eh_event_get_position (eh_event_page_get (page, n - 1)));
  if (direction == EH_BACKWARDS)
    g_assert_cmpint (eh_event_page_get_next (page) == 0, ==, is_end);
}

static void
test_read_all (void)
{
  const char *const categories[] = { NULL, "Note", "Memo", "Not", "Notes", "" };
  const guint limits[] = { 0, 1, 2, 7, N_EVENTS - 1, N_EVENTS, N_EVENTS + 1, G_MAXUINT };

  g_test_summary ("The global order and the categories, from everywhere, both ways, with every limit");

  for (guint tombstone = 0; tombstone < 2; tombstone++)
    {
      g_autoptr (EhEventStore) store = store_with_streams (tombstone);

      for (guint c = 0; c < G_N_ELEMENTS (categories); c++)
        for (guint l = 0; l < G_N_ELEMENTS (limits); l++)
          {
            for (guint64 from = 0; from <= N_EVENTS + 3; from++)
              {
                check_read_all (store, categories[c], tombstone, from, EH_FORWARDS, limits[l]);
                check_read_all (store, categories[c], tombstone, from, EH_BACKWARDS, limits[l]);
              }
            check_read_all (store, categories[c], tombstone, G_MAXUINT64, EH_FORWARDS, limits[l]);
            check_read_all (store, categories[c], tombstone, G_MAXUINT64, EH_BACKWARDS, limits[l]);
          }
    }
}

static void
check_read_stream (EhEventStore *store, guint64 from, EhDirection direction, guint limit)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_event_store_read_stream (store, name, from, direction, limit, NULL, &error);
  gint64 step = direction == EH_FORWARDS ? 1 : -1;
  gint64 first = direction == EH_FORWARDS ? (gint64) MAX (from, 1) : (gint64) MIN (from, N_EVENTS);
  guint64 left = direction == EH_BACKWARDS ? (guint64) first : (guint64) MAX (N_EVENTS + 1 - first, 0);
  guint n = (guint) MIN (left, limit == 0 ? EH_READ_LIMIT_MAX : limit);

  g_assert_no_error (error);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint ((gint64) eh_event_get_version (eh_event_page_get (page, i)), ==, first + i * step);
  g_assert_cmpint ((gint64) eh_event_page_get_next (page), ==, first + n * step);
  g_assert_cmpint (eh_event_page_is_end (page), ==, n == left);
}

static void
test_read_stream (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  const guint limits[] = { 0, 1, 2, N_EVENTS - 1, N_EVENTS, N_EVENTS + 1, G_MAXUINT };

  g_test_summary ("A stream, from every version, both ways, with every limit");

  for (guint i = 0; i < N_EVENTS; i++)
    {
      store_append (store, "Note-a", 1 + 2 * i, 1);
      store_append (store, "Note-b", 2 + 2 * i, 1);
    }
  for (guint l = 0; l < G_N_ELEMENTS (limits); l++)
    {
      for (guint64 from = 0; from <= N_EVENTS + 3; from++)
        {
          check_read_stream (store, from, EH_FORWARDS, limits[l]);
          check_read_stream (store, from, EH_BACKWARDS, limits[l]);
        }
      check_read_stream (store, G_MAXUINT64, EH_BACKWARDS, limits[l]);
    }
}

static void
test_most (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventPage) page = NULL;

  g_test_summary ("One read gives at most EH_READ_LIMIT_MAX events");

  store_append (store, "Note-a", 1, EH_EVENT_BATCH_MAX);
  store_append (store, "Note-a", 1 + EH_EVENT_BATCH_MAX, 1);
  page = store_read (store, "Note-a");
  g_assert_cmpuint (eh_event_page_get_size (page), ==, EH_READ_LIMIT_MAX);
  g_assert_false (eh_event_page_is_end (page));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory-store/read/all", test_read_all);
  g_test_add_func ("/memory-store/read/stream", test_read_stream);
  g_test_add_func ("/memory-store/read/most", test_most);
  return g_test_run ();
}
