/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What happened to one stream, seen by its clients: for each call when it was made, when it returned, and which version
 * it made or saw. Times are numbers of one counter that all clients share.
 */
typedef struct {
  guint invoked;
  guint returned;
  guint64 version;
  gboolean is_append; /* it made the version; else it saw it: a read, or a conflict that tells it */
} EhHistoryCall;

/*
 * Whether the calls can be put into one order in which each takes effect at a moment between its beginning and its
 * end, and each sees what the one before it left. Appends are of one event each. Sorts @calls.
 */
gboolean eh_history_check (EhHistoryCall *calls, guint n_calls, GError **error);

G_END_DECLS
