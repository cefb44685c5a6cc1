/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"
#include "model/eh-lock-private.h"

G_BEGIN_DECLS

/*
 * The clock of a command handler, which asks it within each command: so it sees how many commands are being done at
 * once, and can have them wait for each other.
 */
#define EH_TYPE_MEETING_CLOCK (eh_meeting_clock_get_type ())
G_DECLARE_FINAL_TYPE (EhMeetingClock, eh_meeting_clock, EH, MEETING_CLOCK, GObject)

EhMeetingClock *eh_meeting_clock_new (void);

/* From now on a command waits until so many have met, but not longer than @patience, microseconds. */
void eh_meeting_clock_expect (EhMeetingClock *self, guint n, gint64 patience);

/* The most that were there at once. */
guint eh_meeting_clock_get_most (EhMeetingClock *self);

G_END_DECLS
