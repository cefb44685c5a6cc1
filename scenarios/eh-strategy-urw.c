/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

static guint
pick (EhPicker *self, EhRandom *random, const EhCandidate *candidates, guint n)
{
  guint64 sum = 0;
  guint64 at;
  guint i = 0;

  for (guint k = 0; k < n; k++)
    sum += MAX (1, candidates[k].remaining);
  at = eh_random_below (random, sum);
  while (at >= MAX (1, candidates[i].remaining))
    at -= MAX (1, candidates[i++].remaining);
  return i;
}

EhPicker *
eh_strategy_urw_new (void)
{
  EhPicker *self = g_new0 (EhPicker, 1);

  self->pick = pick;
  self->free = (void (*) (EhPicker *)) g_free;
  return self;
}
