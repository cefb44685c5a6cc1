/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "runtime/eh-command-bus.h"

/*
 * A command bus that records what it is sent, and answers with version 1, 2, 3 ... or as it is told. Commands can be
 * held:
 * they wait inside until they are released. Any thread may call.
 */

#define SCRIPTED_TYPE_BUS (scripted_bus_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedBus, scripted_bus, SCRIPTED, BUS, GObject)

ScriptedBus *scripted_bus_new (void);

/* The next @n commands fail with @error: (transfer full) */
void scripted_bus_fail (ScriptedBus *self, guint n, GError *error);

/* Commands wait inside from now on; and no longer. */
void scripted_bus_hold (ScriptedBus *self);
void scripted_bus_release (ScriptedBus *self);

/* Waits (bounded) until @n commands are inside. */
void scripted_bus_wait_inside (ScriptedBus *self, guint n);

/* How many commands came, and the aggregate id of command @i. */
guint scripted_bus_get_n (ScriptedBus *self);
const char *scripted_bus_get_aggregate_id (ScriptedBus *self, guint i);

/* The most commands that were inside at once; the most of one aggregate. */
guint scripted_bus_get_most (ScriptedBus *self);
guint scripted_bus_get_most_of_one (ScriptedBus *self);

gboolean scripted_bus_is_closed (ScriptedBus *self);
