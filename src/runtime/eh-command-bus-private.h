/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command-bus.h"

G_BEGIN_DECLS

/* Sets EH_ERROR_CLOSED. Returns: %NULL */
EhOutcome *eh_command_bus_refuse_closed (GError **error);

G_END_DECLS
