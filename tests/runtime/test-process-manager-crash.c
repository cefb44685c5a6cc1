/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "process-world.h"

/* Each transfer has its effect once, wherever the process manager dies. */

/* Heavy loops are divided by this where the machine is slowed down, as by valgrind. */
static guint
get_slowness (void)
{
  const char *text = g_getenv ("EH_TEST_SLOW");
  guint64 n = text == NULL ? 1 : g_ascii_strtoull (text, NULL, 10);

  return (guint) MAX (n, 1);
}

/* One transfer of every fate. */
static void
place_orders (ProcessWorld *world)
{
  process_world_do (world, "a", &put_in, &(PutIn){ 100 }, 1);
  process_world_do (world, "c", &shut_purse, &(ShutPurse){ 0 }, 2);
  process_world_do (world, "done", &place_order, &(PlaceOrder){ "a", "b", 30 }, 11);
  process_world_do (world, "refused", &place_order, &(PlaceOrder){ "a", "b", 200 }, 12);
  process_world_do (world, "returned", &place_order, &(PlaceOrder){ "a", "c", 10 }, 13);
  process_world_do (world, "late", &place_order, &(PlaceOrder){ "a", "b", 0 }, 14);
}

static void
assert_phase (ProcessWorld *world, guint8 number, const char *expected, gboolean is_ended)
{
  gboolean ended;
  g_autofree char *phase = process_world_get_phase (world, number, &ended);

  g_assert_cmpstr (phase, ==, expected);
  g_assert_cmpint (ended, ==, is_ended);
}

static void
assert_done (ProcessWorld *world)
{
  assert_phase (world, 11, "done", TRUE);
  assert_phase (world, 12, "refused: too-little", TRUE);
  assert_phase (world, 13, "returned", TRUE);
  assert_phase (world, 14, "late", FALSE);
  g_assert_cmpint (process_world_get_amount (world, "a"), ==, 70);
  g_assert_cmpint (process_world_get_amount (world, "b"), ==, 30);
  g_assert_cmpint (process_world_get_amount (world, "c"), ==, 0);
  g_assert_cmpuint (process_world_count (world, "MoneyTakenOut"), ==, 2);
  g_assert_cmpuint (process_world_count (world, "MoneyPutIn"), ==, 3);
  g_assert_cmpuint (process_world_count (world, "OrderReminded"), ==, 1);
  /* 3 of "done", 2 of "refused", 4 of "returned", 2 of "late" */
  g_assert_cmpuint (process_world_count (world, "ProcessStepped"), ==, 11);
}

/* Returns: how often it died before all was done */
static guint
run_and_die (guint save_every, const guint *deaths, guint n_deaths, gboolean after)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  guint n = 0;

  world->save_every = save_every;
  place_orders (world);
  process_world_crash (world);
  while (n < n_deaths)
    {
      crash_store_arm (world->disk, deaths[n], after);
      if (process_world_run_out (world))
        break;
      n++;
      process_world_crash (world);
    }
  crash_store_arm (world->disk, 0, FALSE);
  g_assert_true (process_world_run_out (world));
  assert_done (world);
  return n;
}

static void
test_undisturbed (void)
{
  g_test_summary ("Undisturbed, each transfer comes to its end");
  g_assert_cmpuint (run_and_die (1000, NULL, 0, FALSE), ==, 0);
}

static void
test_once (void)
{
  guint n_runs = 0;

  g_test_summary ("Dead at any one call, before or after what it does, with any habit of saving: the same end");
  for (guint save_every = 1; save_every <= 1000; save_every *= 10)
    {
      for (guint after = 0; after <= 1; after++)
        {
          guint death = 1;

          while (run_and_die (save_every, &death, 1, after) == 1)
            {
              death++;
              n_runs++;
            }
        }
    }
  g_test_message ("%u deaths", n_runs);
  g_assert_cmpuint (n_runs, >, 300);
}

static void
test_twice (void)
{
  const guint stride = get_slowness ();
  guint n_runs = 0;

  g_test_summary ("Dead at any two calls");
  for (guint first = 1; run_and_die (1000, &first, 1, TRUE) == 1; first += stride)
    {
      for (guint second = 1;; second += stride)
        {
          guint deaths[] = { first, second };

          n_runs++;
          if (run_and_die (1000, deaths, 2, TRUE) < 2)
            break;
        }
    }
  g_test_message ("%u pairs of deaths", n_runs);
}

/* Dies at every call in turn, so that each life does one call more than the last. */
static void
test_often (void)
{
  guint deaths[400];

  g_test_summary ("Dead again and again, a little later each time");
  for (guint i = 0; i < G_N_ELEMENTS (deaths); i++)
    deaths[i] = i + 1;
  g_assert_cmpuint (run_and_die (1, deaths, G_N_ELEMENTS (deaths), FALSE), >, 5);
  g_assert_cmpuint (run_and_die (1000, deaths, G_N_ELEMENTS (deaths), TRUE), >, 5);
}

static void
test_redelivery (void)
{
  g_autoptr (ProcessWorld) world = process_world_new (&transfer_process);
  guint64 head;

  g_test_summary (
      "Every suffix of the store handled again adds nothing, though commands would now be answered otherwise");
  place_orders (world);
  g_assert_true (process_world_run_out (world));
  assert_done (world);
  process_world_do (world, "a", &put_in, &(PutIn){ 1000 }, 3); /* what was refused would now be done */
  process_world_do (world, "b", &take_out, &(TakeOut){ 30 }, 4);
  process_world_do (world, "b", &shut_purse, &(ShutPurse){ 0 }, 5); /* what was done would now be refused */
  g_assert_true (process_world_run_out (world));
  head = process_world_get_head (world);
  for (guint64 position = 0; position <= head; position++)
    {
      process_world_rewind (world, position);
      g_assert_true (process_world_run_out (world));
      g_assert_cmpuint (process_world_get_head (world), ==, head);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-manager-crash/undisturbed", test_undisturbed);
  g_test_add_func ("/process-manager-crash/once", test_once);
  g_test_add_func ("/process-manager-crash/twice", test_twice);
  g_test_add_func ("/process-manager-crash/often", test_often);
  g_test_add_func ("/process-manager-crash/redelivery", test_redelivery);
  return g_test_run ();
}
