/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command-handler.h"

G_BEGIN_DECLS

EhClock *eh_command_handler_get_clock (EhCommandHandler *self);

G_END_DECLS
