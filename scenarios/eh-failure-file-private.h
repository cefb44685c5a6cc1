/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-shrink-private.h"

G_BEGIN_DECLS

/*
 * The file that shows a failure again.
 *
 * @lane: (nullable): is told of each run
 * @why: (out) (transfer full): why there is none, if there is none
 *
 * Returns: (transfer full) (nullable): its text; NULL if there is no file that says it, or that fails in the same way
 */
char *eh_failure_file_write (EhDomain *domain, const EhShrunk *shrunk, EhWatchLane *lane, char **why);

G_END_DECLS
