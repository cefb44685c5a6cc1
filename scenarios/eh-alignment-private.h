/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-actual-message-private.h"

G_BEGIN_DECLS

/*
 * Compares two lists and tells, aligned, what is missing, unexpected, changed and moved.
 * @name: what the list is called in paths: "events"
 * @home: (nullable): the stream that goes without saying
 *
 * Returns: (nullable): NULL if they match
 */
EhDiff *eh_alignment_compare (GPtrArray *expected, GArray *actual, const char *name, EhStreamName *home);

G_END_DECLS
