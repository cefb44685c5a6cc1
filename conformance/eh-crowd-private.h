/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Some threads that begin together and are all joined before anything is claimed.
 */

/* Does the part of thread @i; FALSE with *error set if something did not hold. */
typedef gboolean (*EhCrowdFunc) (guint i, gpointer data, GError **error);

#define EH_CROWD_MAX 64

/* Returns: whether all of them did; else the error of the first of them, by number */
gboolean eh_crowd_run (guint n_threads, EhCrowdFunc func, gpointer data, GError **error);

/* @n divided by the environment's EH_TEST_SLOW, at least 1: for what is repeated under valgrind. */
guint eh_crowd_count (guint n);

G_END_DECLS
