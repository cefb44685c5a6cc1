/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "model/eh-fixed-clock.h"
#include "model/eh-fixed-id-source.h"
#include "model/eh-system-id-source.h"

#define N_THREADS 8

static guint
scale (guint count)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return slow != NULL ? MAX (count / (guint) MAX (atoi (slow), 1), 1) : count;
}

static void
assert_rises (const EhId *before, const EhId *after)
{
  g_assert_cmpint (memcmp (before, after, sizeof *before), <, 0);
}

static void
test_fixed (void)
{
  g_autoptr (EhFixedIdSource) fixed = eh_fixed_id_source_new (31);
  EhIdSource *ids = EH_ID_SOURCE (fixed);
  static const char *const expected[] = { "0000000000000000000000000Z", "00000000000000000000000010",
                                          "00000000000000000000000011" };

  g_test_summary ("A fixed source counts in base 32 and can start again");

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
        {
          EhId id;
          g_autofree char *text = NULL;

          eh_id_source_next (ids, &id);
          text = eh_id_to_string (&id);
          g_assert_cmpstr (text, ==, expected[i]);
        }
      eh_fixed_id_source_reset (fixed, 31);
    }
}

static void
test_time_part (void)
{
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START + 1999);
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (EH_CLOCK (clock));
  EhId id;

  g_test_summary ("An id's time is the clock's, in whole milliseconds");

  eh_id_source_next (ids, &id);
  g_assert_cmpint (eh_id_get_time (&id), ==, EH_FIXED_CLOCK_START + 1000);
}

static void
test_rises_in_a_millisecond (void)
{
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (EH_CLOCK (clock));
  EhId last, id;

  g_test_summary ("While the clock stands still the ids rise, and keep the time");

  eh_id_source_next (ids, &last);
  for (guint n = 0; n < 1000; n++, last = id)
    {
      eh_id_source_next (ids, &id);
      assert_rises (&last, &id);
    }
  g_assert_cmpint (eh_id_get_time (&last), ==, EH_FIXED_CLOCK_START);
}

static void
test_rises_when_clock_steps (void)
{
  static const gint64 steps[] = { 1000, -1,  -3600 * G_TIME_SPAN_SECOND, 1000, 7200 * G_TIME_SPAN_SECOND, -5, 0,
                                  1000, 1000 };
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (EH_CLOCK (clock));
  EhId last, id;

  g_test_summary ("Ids rise when the clock steps back, and follow it when it catches up");

  eh_id_source_next (ids, &last);
  for (guint n = 0; n < 900; n++, last = id)
    {
      eh_fixed_clock_advance (clock, steps[n % G_N_ELEMENTS (steps)]);
      eh_id_source_next (ids, &id);
      assert_rises (&last, &id);
    }
  eh_fixed_clock_advance (clock, 86400 * G_TIME_SPAN_SECOND);
  eh_id_source_next (ids, &id);
  g_assert_cmpint (eh_id_get_time (&id), ==, eh_clock_now (EH_CLOCK (clock)) / 1000 * 1000);
}

static void
test_odd_clocks (void)
{
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (-5);
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (EH_CLOCK (clock));
  EhId first, second;

  g_test_summary ("A clock before 1970 still gives ids that rise and are not nil");

  eh_id_source_next (ids, &first);
  eh_id_source_next (ids, &second);
  g_assert_false (eh_id_is_nil (&first));
  assert_rises (&first, &second);
}

static void
test_random_part (void)
{
  g_autoptr (EhFixedClock) clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  guint8 seen[10] = { 0 };

  g_test_summary ("Each millisecond draws all of its 80 bits anew, in and across sources");

  for (guint n = 0; n < 100; n++)
    {
      g_autoptr (EhIdSource) ids = eh_system_id_source_new (EH_CLOCK (clock));
      EhId a, b;

      eh_id_source_next (ids, &a);
      eh_fixed_clock_advance (clock, 1000);
      eh_id_source_next (ids, &b);
      for (guint i = 0; i < 10; i++)
        seen[i] |= a.bytes[6 + i] ^ b.bytes[6 + i];
    }
  for (guint i = 0; i < 10; i++)
    g_assert_cmphex (seen[i], ==, 0xff);
}

typedef struct {
  EhIdSource *ids;
  EhId *made;
  guint count;
} Worker;

static gpointer
make_ids (gpointer data)
{
  Worker *worker = data;

  for (guint i = 0; i < worker->count; i++)
    eh_id_source_next (worker->ids, &worker->made[i]);
  return NULL;
}

static void
check_threads (EhIdSource *ids)
{
  const guint count = scale (20000);
  g_autofree EhId *made = g_new0 (EhId, N_THREADS * count);
  g_autoptr (GHashTable) seen = g_hash_table_new ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal);
  Worker workers[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint t = 0; t < N_THREADS; t++)
    {
      workers[t] = (Worker){ ids, made + t * count, count };
      threads[t] = g_thread_new ("ids", make_ids, &workers[t]);
    }
  for (guint t = 0; t < N_THREADS; t++)
    g_thread_join (threads[t]);

  for (guint i = 0; i < N_THREADS * count; i++)
    {
      g_assert_true (g_hash_table_add (seen, &made[i]));
      if (i % count > 0)
        assert_rises (&made[i - 1], &made[i]);
    }
}

static void
test_threads (void)
{
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);
  g_autoptr (EhFixedIdSource) fixed = eh_fixed_id_source_new (1);

  g_test_summary ("Eight threads never get the same id, and each sees its ids rise");

  check_threads (ids);
  check_threads (EH_ID_SOURCE (fixed));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id-source/fixed", test_fixed);
  g_test_add_func ("/id-source/time-part", test_time_part);
  g_test_add_func ("/id-source/rises-in-a-millisecond", test_rises_in_a_millisecond);
  g_test_add_func ("/id-source/rises-when-clock-steps", test_rises_when_clock_steps);
  g_test_add_func ("/id-source/odd-clocks", test_odd_clocks);
  g_test_add_func ("/id-source/random-part", test_random_part);
  g_test_add_func ("/id-source/threads", test_threads);
  return g_test_run ();
}
