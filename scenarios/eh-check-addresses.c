/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-private.h"

/*
 * A run that is repeated in the same world gets the memory that the first one has just given back, so that a handler
 * that looks at addresses may well see the same ones. Here the simplest run is made in two worlds that live side by
 * side, and before the second one memory of all usual sizes is taken away.
 */

#define N_SIZES 64
#define SIZE_STEP 16
/* More than allocators keep at hand of one size. */
#define N_OF_EACH 16

static void
take_room (gpointer *blocks, gpointer *slices)
{
  for (guint i = 0; i < N_SIZES * N_OF_EACH; i++)
    {
      blocks[i] = g_malloc ((i / N_OF_EACH + 1) * SIZE_STEP);
      slices[i] = g_slice_alloc ((i / N_OF_EACH + 1) * SIZE_STEP);
    }
}

static void
give_back (gpointer *blocks, gpointer *slices)
{
  for (guint i = 0; i < N_SIZES * N_OF_EACH; i++)
    {
      g_free (blocks[i]);
      g_slice_free1 ((i / N_OF_EACH + 1) * SIZE_STEP, slices[i]);
    }
}

/* FALSE if it could not even be repeated in its own world. */
static gboolean
run_simplest (EhTrial *trial, guint64 *hash)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
  gboolean is_repeatable = eh_trial_run (trial, oracle)->check != EH_SIM_CHECK_DETERMINISM;

  *hash = eh_world_get_hash (eh_trial_get_world (trial));
  eh_replay_oracle_free (oracle);
  return is_repeatable;
}

static gboolean
differs_elsewhere (EhTrial *trial, EhDomain *domain, EhSimulation *simulation)
{
  EhTrial *other = eh_trial_new (domain, simulation, NULL);
  guint64 here;
  guint64 there;
  gboolean differs;

  g_assert (other != NULL);
  differs = run_simplest (trial, &here);
  if (differs)
    {
      g_autofree gpointer *blocks = g_new (gpointer, N_SIZES * N_OF_EACH);
      g_autofree gpointer *slices = g_new (gpointer, N_SIZES * N_OF_EACH);

      take_room (blocks, slices);
      differs = run_simplest (other, &there) && here != there;
      give_back (blocks, slices);
    }
  eh_trial_free (other);
  return differs;
}

char *
eh_trial_find_addresses (EhTrial *self, EhDomain *domain, EhSimulation *simulation)
{
  if ((simulation->checks & EH_SIM_CHECK_DETERMINISM) == 0 || !differs_elsewhere (self, domain, simulation))
    return NULL;
  return g_strdup ("the same choices led to another run where memory lay elsewhere: something looks at an address, or "
                   "goes through a table in the order of addresses");
}
