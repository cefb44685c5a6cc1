/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Gives back one of the references counted in @refs; whether it was the last. Who finds that there is no other need
 * not write: nobody else can give one back or take one. Most objects live and die with a single reference.
 */
static inline gboolean
eh_refs_drop (gint *refs)
{
  return g_atomic_int_get (refs) == 1 || g_atomic_int_dec_and_test (refs);
}

G_END_DECLS
