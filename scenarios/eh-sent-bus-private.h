/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_SENT_BUS (eh_sent_bus_get_type ())
G_DECLARE_FINAL_TYPE (EhSentBus, eh_sent_bus, EH, SENT_BUS, GObject)

/* Carries a command out. */
typedef EhOutcome *(*EhCarryOutFunc) (EhCommand *command, gpointer user_data, GError **error);

/*
 * Where the process managers of a scenario send their commands. Each is noted, once, however often it is sent.
 * Those that follow from a command of the scenario are carried out as well; those that follow from an event that
 * the scenario only tells are not: the story goes on as it is told. Which is which, the correlation id says. One
 * thread.
 */
EhSentBus *eh_sent_bus_new (EhCarryOutFunc func, gpointer user_data);

/* What correlates with @command is carried out. */
void eh_sent_bus_follow (EhSentBus *self, EhCommand *command);

/* (transfer none) (element-type EhCommand): what was sent, in order */
GPtrArray *eh_sent_bus_get_sent (EhSentBus *self);

G_END_DECLS
