/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-schema.h"

G_BEGIN_DECLS

/**
 * EhDraw: (skip)
 * @choose: returns a number from 0 to @arity - 1; 0 is the boring choice; @label says what is chosen
 *
 * Where generated values come from. A world implements it with its one oracle, so that a generated command is
 * part of the run that can be replayed and shrunk; eh_random_draw_new() with a seed.
 */
typedef struct _EhDraw EhDraw;
struct _EhDraw {
  guint64 (*choose) (EhDraw *self, guint64 arity, const char *label);
};

/**
 * EhGenerateFunc: (skip)
 * @draw: where choices come from
 * @value: a zeroed struct of the schema, to be filled with members from g_malloc()
 * @user_data: as registered
 *
 * Makes a value that the domain finds plausible.
 */
typedef void (*EhGenerateFunc) (EhDraw *draw, gpointer value, gpointer user_data);

/**
 * eh_draw_choose: (skip)
 *
 * Returns: 0 to @arity - 1; @arity is 1 or more
 */
EH_PUBLIC guint64 eh_draw_choose (EhDraw *self, guint64 arity, const char *label);

/**
 * eh_draw_int64: (skip)
 *
 * Returns: a number from @min to @max, both included; @min is the boring one
 */
EH_PUBLIC gint64 eh_draw_int64 (EhDraw *self, gint64 min, gint64 max, const char *label);

/**
 * eh_draw_boolean: (skip)
 *
 * Returns: %FALSE or %TRUE
 */
EH_PUBLIC gboolean eh_draw_boolean (EhDraw *self, const char *label);

/**
 * eh_draw_value: (skip)
 * @value: a zeroed struct of @schema
 *
 * Fills @value from the schema alone: small values mostly, and the awkward ones (limits of numbers, empty and
 * long and non-ASCII text, absent optionals). All zeros give a zeroed struct, except that an enum without a nick for 0
 * becomes its first value.
 */
EH_PUBLIC void eh_draw_value (EhDraw *self, const EhSchema *schema, gpointer value);

/**
 * eh_random_draw_new: (skip)
 * @seed: the same seed always gives the same choices, on every machine and in every version
 *
 * Returns: (transfer full): a draw; free it with eh_random_draw_free()
 */
EH_PUBLIC EhDraw *eh_random_draw_new (guint64 seed);
EH_PUBLIC void eh_random_draw_free (EhDraw *self);

G_END_DECLS
