/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-checkpoint.h"

G_BEGIN_DECLS

/* The message of an event that was not tried. */
#define EH_PARKED_BEHIND "an event of its stream before it is parked"

/*
 * What a consumer has set aside, by rising position, and which of it is to be tried again. Not safe for threads by
 * itself.
 */
typedef struct {
  GArray *places;      /* (owned): of EhParkingPlace */
  GHashTable *streams; /* (owned): EhStreamName (owned) to the number of its places */
} EhParking;

void eh_parking_init (EhParking *self);
void eh_parking_clear (EhParking *self);
void eh_parking_remove_all (EhParking *self);

guint eh_parking_get_size (const EhParking *self);
gboolean eh_parking_has_stream (const EhParking *self, EhStreamName *stream);
gboolean eh_parking_has_position (const EhParking *self, guint64 position);

/* @event: (transfer full). One that is there already stays as it is. */
void eh_parking_add (EhParking *self, EhParkedEvent *event);
void eh_parking_add_event (EhParking *self, EhEvent *event, guint n_attempts, const char *message);
/* All of @more too. */
void eh_parking_add_all (EhParking *self, const EhParking *more);
/* FALSE if it is not there */
gboolean eh_parking_remove (EhParking *self, guint64 position);

/* Marks a stream's events to be tried again; FALSE if there are none. */
gboolean eh_parking_replay (EhParking *self, EhStreamName *stream);
/*
 * (transfer none) (nullable): why what @stream says up to @position is not all handled: the first of its events that is
 * there. @stream NULL: that of the event at @position, if that one is there.
 */
EhParkedEvent *eh_parking_find_cause (const EhParking *self, EhStreamName *stream, guint64 position);
/* (transfer full) (nullable): the first that is to be tried again */
EhParkedEvent *eh_parking_get_replay (const EhParking *self);
/* It failed once more: its stream is not to be tried any further. */
void eh_parking_fail (EhParking *self, guint64 position, const char *message);

/* (transfer full) (element-type EhParkedEvent) */
GPtrArray *eh_parking_list (const EhParking *self);

G_END_DECLS
