/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

/*
 * Few candidates that were written a moment ago: volatile, so that the compiler adds them up one by one. Wider loads
 * would have to wait until what was written has left the processor's store buffer.
 */
static guint64
sum_remaining (const volatile EhCandidate *candidates, guint n)
{
  guint64 sum = 0;

  for (guint i = 0; i < n; i++)
    sum += candidates[i].remaining;
  return sum;
}

static guint
pick (EhPicker *self, EhRandom *random, const EhCandidate *candidates, guint n)
{
  guint64 at = eh_random_below (random, sum_remaining (candidates, n));
  guint i = 0;

  while (at >= candidates[i].remaining)
    at -= candidates[i++].remaining;
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
