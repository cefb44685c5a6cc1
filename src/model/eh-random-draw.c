/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-draw.h"

/*
 * Choices from a seed. The generator is splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014), and a choice is the remainder of the first number that does not favour small remainders. Both are
 * fixed for ever: a seed in a report has to give the same values anywhere.
 */
typedef struct {
  EhDraw parent;
  guint64 state;
} EhRandomDraw;

static guint64
next (EhRandomDraw *self)
{
  guint64 z = self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static guint64
eh_random_draw_choose (EhDraw *draw, guint64 arity, const char *label)
{
  EhRandomDraw *self = (EhRandomDraw *) draw;
  guint64 unfair = (0 - arity) % arity; /* 2^64 mod arity: as many numbers are one too many */
  guint64 number;

  do
    number = next (self);
  while (number < unfair);
  return number % arity;
}

EhDraw *
eh_random_draw_new (guint64 seed)
{
  EhRandomDraw *self = g_new0 (EhRandomDraw, 1);

  self->parent.choose = eh_random_draw_choose;
  self->state = seed;
  return &self->parent;
}

void
eh_random_draw_free (EhDraw *self)
{
  g_free (self);
}
