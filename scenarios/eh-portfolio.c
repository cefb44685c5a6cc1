/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-sampler-private.h"

/*
 * No strategy finds everything. URW and POS are good at what is spread over a run, PCT at a whole client that has to
 * fit into a window; the random walk is there for what none of them was made for.
 */
EhStrategy
eh_portfolio_choose (EhRandom *random)
{
  guint64 number = eh_random_below (random, 10);

  if (number < 3)
    return EH_STRATEGY_URW;
  if (number < 6)
    return EH_STRATEGY_POS;
  return number < 9 ? EH_STRATEGY_PCT : EH_STRATEGY_RANDOM;
}

/* As much work for any size: a dozen operations are mostly covered with it, with a fault or two. */
guint64
eh_portfolio_get_exhaustive_runs (guint n_ops)
{
  return 240000 / MAX (12, n_ops);
}
