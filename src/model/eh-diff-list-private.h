/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-diff.h"

G_BEGIN_DECLS

typedef gboolean (*EhDiffListEqual) (gsize expected, gsize actual, gconstpointer user_data);

/*
 * What became of an element between two lists. In MISSING there is no actual index, in UNEXPECTED no expected one;
 * both are G_MAXSIZE then.
 */
typedef struct {
  EhDiffKind kind;
  gsize expected;
  gsize actual;
} EhDiffListEntry;

/*
 * Compares a list of @n_expected elements with one of @n_actual, by index. Returns (transfer full) entries of
 * EhDiffListEntry; none if the lists are equal.
 */
GArray *eh_diff_list_compare (gsize n_expected, gsize n_actual, EhDiffListEqual equal, gconstpointer user_data);

G_END_DECLS
