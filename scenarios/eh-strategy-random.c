/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-strategy-private.h"

static guint
pick (EhPicker *self, EhRandom *random, const EhCandidate *candidates, guint n)
{
  return eh_random_below (random, n);
}

EhPicker *
eh_strategy_random_new (void)
{
  EhPicker *self = g_new0 (EhPicker, 1);

  self->pick = pick;
  self->free = (void (*) (EhPicker *)) g_free;
  return self;
}
