/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-draw.h"

#include "eh-random-private.h"

typedef struct {
  EhDraw parent;
  EhRandom random;
} EhRandomDraw;

static guint64
eh_random_draw_choose (EhDraw *draw, guint64 arity, const char *label)
{
  return eh_random_below (&((EhRandomDraw *) draw)->random, arity);
}

EhDraw *
eh_random_draw_new (guint64 seed)
{
  EhRandomDraw *self = g_new0 (EhRandomDraw, 1);

  self->parent.choose = eh_random_draw_choose;
  self->random.state = seed;
  return &self->parent;
}

void
eh_random_draw_free (EhDraw *self)
{
  g_free (self);
}
