/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

static guint
pick (EhPicker *self, EhRandom *random, const EhCandidate *candidates, guint n)
{
  guint64 sum = 0;
  guint64 at;
  guint i = 0;

  for (guint k = 0; k < n; k++)
    sum += candidates[k].remaining;
  at = eh_random_below (random, MAX (sum, 1));
  while (i + 1 < n && at >= candidates[i].remaining)
    {
      at -= candidates[i].remaining;
      i++;
    }
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
