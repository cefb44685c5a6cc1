/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-command.h"

G_BEGIN_DECLS

/*
 * The same command with another id. It shares all else with @command, which it keeps, and is not to be changed any
 * more.
 */
EhCommand *eh_command_copy_with_id (EhCommand *command, const EhId *id);

G_END_DECLS
