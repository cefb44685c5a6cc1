/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mocks/eh-fiber-private.h"

typedef struct {
  EhFiber *fiber;
  GString *log;
  char letter;
  guint n_yields;
} Body;

static void
run (gpointer user_data)
{
  Body *body = user_data;

  for (guint i = 0; i < body->n_yields; i++)
    {
      g_string_append_c (body->log, body->letter);
      eh_fiber_yield (body->fiber);
    }
  g_string_append_c (body->log, g_ascii_toupper (body->letter));
}

static void
test_order (void)
{
  EhFiberPool *pool = eh_fiber_pool_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Body a = { NULL, log, 'a', 2 }, b = { NULL, log, 'b', 1 };

  g_test_summary ("Whoever is resumed runs until it yields, and is done when its function returns");
  a.fiber = eh_fiber_pool_take (pool, run, &a);
  b.fiber = eh_fiber_pool_take (pool, run, &b);

  g_assert_true (eh_fiber_resume (a.fiber));
  g_assert_true (eh_fiber_resume (b.fiber));
  g_assert_false (eh_fiber_resume (b.fiber));
  g_assert_true (eh_fiber_resume (a.fiber));
  g_assert_false (eh_fiber_resume (a.fiber));
  g_assert_cmpstr (log->str, ==, "abBaA");
  eh_fiber_pool_free (pool);
}

static void
test_pool (void)
{
  EhFiberPool *pool = eh_fiber_pool_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Body body = { NULL, log, 'x', 0 };
  EhFiber *first;

  g_test_summary ("A fiber that is done takes the next function on the same stack");
  first = body.fiber = eh_fiber_pool_take (pool, run, &body);
  g_assert_false (eh_fiber_resume (body.fiber));

  for (guint i = 0; i < 100; i++)
    {
      body.n_yields = i % 3;
      body.fiber = eh_fiber_pool_take (pool, run, &body);
      g_assert_true (body.fiber == first);
      while (eh_fiber_resume (body.fiber))
        ;
    }
  eh_fiber_pool_free (pool);
}

/* Uses most of a stack, so that a wrong size or alignment shows. */
static guint
recurse (EhFiber *fiber, guint depth)
{
  volatile char frame[1024];

  frame[depth % sizeof frame] = (char) depth;
  eh_fiber_yield (fiber);
  return depth == 0 ? (guint) frame[0] : recurse (fiber, depth - 1) + (frame[depth % sizeof frame] == (char) depth);
}

static void
run_deep (gpointer user_data)
{
  Body *body = user_data;

  body->n_yields = recurse (body->fiber, 64);
}

static void
test_stacks (void)
{
  EhFiberPool *pool = eh_fiber_pool_new ();
  Body bodies[16] = { { NULL } };
  guint live;

  g_test_summary ("Each fiber keeps its own stack across switches");
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    bodies[i].fiber = eh_fiber_pool_take (pool, run_deep, &bodies[i]);
  do
    {
      live = 0;
      for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
        if (bodies[i].fiber != NULL)
          {
            if (eh_fiber_resume (bodies[i].fiber))
              live++;
            else
              bodies[i].fiber = NULL;
          }
    }
  while (live > 0);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    g_assert_cmpuint (bodies[i].n_yields, ==, 64);
  eh_fiber_pool_free (pool);
}

typedef struct {
  EhFiber *fiber;
  EhFiber *other;
  GString *log;
  char letter;
} Player;

static void
play (gpointer user_data)
{
  Player *player = user_data;

  eh_fiber_yield (player->fiber);
  for (guint i = 0; i < 3; i++)
    {
      g_string_append_c (player->log, player->letter);
      eh_fiber_switch (player->fiber, player->other);
    }
  g_string_append_c (player->log, g_ascii_toupper (player->letter));
}

static void
test_switch (void)
{
  EhFiberPool *pool = eh_fiber_pool_new ();
  g_autoptr (GString) log = g_string_new (NULL);
  Player a = { NULL, NULL, log, 'a' }, b = { NULL, NULL, log, 'b' };
  EhFiber *again;

  g_test_summary ("Two that switch to each other leave the owner out; who is done is not whom it resumed");
  a.fiber = b.other = eh_fiber_pool_take (pool, play, &a);
  b.fiber = a.other = eh_fiber_pool_take (pool, play, &b);
  g_assert_true (eh_fiber_resume (a.fiber));
  g_assert_true (eh_fiber_resume (b.fiber));

  g_assert_false (eh_fiber_resume (b.fiber));
  g_assert_cmpstr (log->str, ==, "bababaB");
  again = eh_fiber_pool_take (pool, run, &(Body){ NULL, log, 'c', 0 });
  g_assert_true (again == b.fiber);
  g_assert_false (eh_fiber_resume (a.fiber));
  g_assert_false (eh_fiber_resume (again));
  g_assert_cmpstr (log->str, ==, "bababaBAC");
  eh_fiber_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fiber/order", test_order);
  g_test_add_func ("/fiber/pool", test_pool);
  g_test_add_func ("/fiber/stacks", test_stacks);
  g_test_add_func ("/fiber/switch", test_switch);
  return g_test_run ();
}
