/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "known-faults.h"

G_BEGIN_DECLS

/*
 * Faults of those who follow: views that are kept by hand, subscribers, a sender of commands. Each comes with its
 * mended twin.
 */
extern const KnownFault known_consumer_faults[];

G_END_DECLS
