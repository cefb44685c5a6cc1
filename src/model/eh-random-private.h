/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Numbers from a seed. The generator is splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014), and a choice is the remainder of the first number that does not favour small remainders. Both are
 * fixed for ever: a seed in a report has to give the same values anywhere.
 */
typedef struct {
  guint64 state;
} EhRandom;

/* A bijection in which every bit of @z matters to every bit of the result. */
static inline guint64
eh_random_mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static inline guint64
eh_random_next (EhRandom *self)
{
  return eh_random_mix (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
}

/* From 0 to @arity - 1, each as likely; @arity is 1 or more. */
static inline guint64
eh_random_below (EhRandom *self, guint64 arity)
{
  guint64 number;

  /* 2^64 mod arity numbers are one too many. They are fewer than arity, so that it is seldom asked how many. */
  do
    number = eh_random_next (self);
  while (number < arity && number < (0 - arity) % arity);
  return number % arity;
}
