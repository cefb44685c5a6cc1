/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-schema.h"

G_BEGIN_DECLS

/**
 * EhDiffKind:
 * @EH_DIFF_MISSING: expected and not there
 * @EH_DIFF_UNEXPECTED: there and not expected
 * @EH_DIFF_CHANGED: there with another value
 * @EH_DIFF_MOVED: there, in another place of the list
 */
typedef enum {
  EH_DIFF_MISSING,
  EH_DIFF_UNEXPECTED,
  EH_DIFF_CHANGED,
  EH_DIFF_MOVED,
} EhDiffKind;

/**
 * EhDiff: (skip)
 *
 * What differs between something expected and something actual: a list of entries, each a path, a kind and the two
 * values in print. Not thread-safe.
 */
typedef struct _EhDiff EhDiff;

EH_PUBLIC EhDiff *eh_diff_new (void);
EH_PUBLIC void eh_diff_free (EhDiff *self);

/**
 * eh_diff_add: (skip)
 * @path: where: "events[0].amount"
 * @expected: (nullable): what was expected; of a moved one, where
 * @actual: (nullable): what is there; of a moved one, where
 */
EH_PUBLIC void eh_diff_add (EhDiff *self, EhDiffKind kind, const char *path, const char *expected, const char *actual);

/**
 * eh_diff_compare: (skip)
 * @path: (nullable): what the members' paths begin with
 * @expected: a struct of @schema
 * @actual: a struct of @schema
 *
 * Adds an entry for every member, at any depth, that differs.
 *
 * Returns: whether the two are equal, as eh_schema_equal()
 */
EH_PUBLIC gboolean eh_diff_compare (EhDiff *self, const EhSchema *schema, const char *path, gconstpointer expected,
                                    gconstpointer actual);

EH_PUBLIC guint eh_diff_get_size (const EhDiff *self);
EH_PUBLIC EhDiffKind eh_diff_get_kind (const EhDiff *self, guint i);
EH_PUBLIC const char *eh_diff_get_path (const EhDiff *self, guint i);
EH_PUBLIC const char *eh_diff_get_expected (const EhDiff *self, guint i);
EH_PUBLIC const char *eh_diff_get_actual (const EhDiff *self, guint i);

/**
 * eh_diff_print: (skip)
 * @indent: spaces before each line
 * @colour: whether to use terminal colours
 *
 * Appends one line an entry, columns aligned: "changed     events[0].amount  expected 100  got 99".
 */
EH_PUBLIC void eh_diff_print (const EhDiff *self, guint indent, gboolean colour, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhDiff, eh_diff_free)

G_END_DECLS
