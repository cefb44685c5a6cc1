/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-lock-private.h"
#include "store/file/eh-file-lock-page-private.h"
#include "store/file/eh-file-segment-private.h"

G_BEGIN_DECLS

/*
 * Brings frames to the disk, many with one flush.
 *
 * Appenders put finished frames into the open group, under the store's lock, in the order of their locs. The first of
 * them that finds no flush under way leads: it takes the group, leaves an empty one to the others, writes and
 * flushes without the lock, publishes the new end, and wakes everybody of its group with one word. So there is one
 * flush in flight (F3), its cost is shared by all who came while the last one ran, and somebody who is alone commits
 * in his own thread without any hand-over.
 *
 * A group's word (futex) says PENDING, LEAD (nobody leads; whoever of the group sees it first does), DURABLE or FAILED.
 * Waiters take no lock after they have been woken: what they return was settled when their frames got their places.
 */
typedef struct _EhFileWriter EhFileWriter;
typedef struct _EhFileGroup EhFileGroup;

G_END_DECLS
