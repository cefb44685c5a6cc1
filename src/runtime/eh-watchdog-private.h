/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Cancels its cancellable when its time, in real microseconds, is over. */
typedef struct _EhWatchdog EhWatchdog;

/* @timeout: negative for never: then nothing is cancelled and no thread is made */
EhWatchdog *eh_watchdog_new (gint64 timeout);
void eh_watchdog_free (EhWatchdog *self);

/* (nullable) (transfer none): NULL if nothing will be cancelled */
GCancellable *eh_watchdog_get_cancellable (EhWatchdog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhWatchdog, eh_watchdog_free)

G_END_DECLS
