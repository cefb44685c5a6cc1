/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event.h"

G_BEGIN_DECLS

#define EH_TYPE_PARKED_EVENT (eh_parked_event_get_type ())
EH_PUBLIC GType eh_parked_event_get_type (void);

/**
 * EhParkedEvent:
 *
 * An event that a consumer could not handle and set aside, so that others need not wait: where it is in the store, and
 * what went wrong. Immutable, reference-counted (atomically).
 */
typedef struct _EhParkedEvent EhParkedEvent;

/**
 * eh_parked_event_new:
 * @position: of the event
 * @stream: of the event
 * @n_attempts: how often it was tried
 * @message: the last error's text; at most its first 1024 bytes are kept
 *
 * Returns: (transfer full): the entry
 */
EH_PUBLIC EhParkedEvent *
eh_parked_event_new (guint64 position, EhStreamName *stream, guint n_attempts, const char *message);
EH_PUBLIC EhParkedEvent *eh_parked_event_ref (EhParkedEvent *self);
EH_PUBLIC void eh_parked_event_unref (EhParkedEvent *self);
EH_PUBLIC guint64 eh_parked_event_get_position (const EhParkedEvent *self);

/**
 * eh_parked_event_get_stream:
 *
 * Returns: (transfer none): the event's stream
 */
EH_PUBLIC EhStreamName *eh_parked_event_get_stream (const EhParkedEvent *self);
EH_PUBLIC guint eh_parked_event_get_n_attempts (const EhParkedEvent *self);

/**
 * eh_parked_event_get_message:
 *
 * Returns: (transfer none): the last error's text
 */
EH_PUBLIC const char *eh_parked_event_get_message (const EhParkedEvent *self);

#define EH_TYPE_CHECKPOINT (eh_checkpoint_get_type ())
EH_PUBLIC GType eh_checkpoint_get_type (void);

/**
 * EhCheckpoint:
 *
 * How far a consumer has come, and what it keeps together with that: its view or deadlines, and what it set aside.
 * Saved whole or not at all. Immutable, reference-counted (atomically).
 */
typedef struct _EhCheckpoint EhCheckpoint;

/**
 * eh_checkpoint_new:
 * @name: the consumer's name: 1 to 128 of A-Z a-z 0-9 . _ -, not beginning with "."
 * @position: everything up to here is handled; 0 for nothing
 * @shape: the name of what @payload is a text of; "" without one
 * @revision: its revision; 0 without one
 * @payload: (nullable): JSON text
 * @parked: (array length=n_parked) (transfer none) (nullable): what was set aside, by rising position
 *
 * Returns: (transfer full): the checkpoint
 */
EH_PUBLIC EhCheckpoint *eh_checkpoint_new (const char *name, guint64 position, const char *shape, guint revision,
                                           GBytes *payload, EhParkedEvent *const *parked, guint n_parked);
EH_PUBLIC EhCheckpoint *eh_checkpoint_ref (EhCheckpoint *self);
EH_PUBLIC void eh_checkpoint_unref (EhCheckpoint *self);

/**
 * eh_checkpoint_get_name:
 *
 * Returns: (transfer none): the consumer's name
 */
EH_PUBLIC const char *eh_checkpoint_get_name (const EhCheckpoint *self);
EH_PUBLIC guint64 eh_checkpoint_get_position (const EhCheckpoint *self);

/**
 * eh_checkpoint_get_shape:
 *
 * Returns: (transfer none): the name of what the payload is a text of
 */
EH_PUBLIC const char *eh_checkpoint_get_shape (const EhCheckpoint *self);
EH_PUBLIC guint eh_checkpoint_get_revision (const EhCheckpoint *self);

/**
 * eh_checkpoint_get_payload:
 *
 * Returns: (transfer none) (nullable): what is kept beside the position
 */
EH_PUBLIC GBytes *eh_checkpoint_get_payload (const EhCheckpoint *self);
EH_PUBLIC guint eh_checkpoint_get_n_parked (const EhCheckpoint *self);

/**
 * eh_checkpoint_get_parked:
 *
 * Returns: (transfer none): entry @i
 */
EH_PUBLIC EhParkedEvent *eh_checkpoint_get_parked (const EhCheckpoint *self, guint i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhParkedEvent, eh_parked_event_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhCheckpoint, eh_checkpoint_unref)

G_END_DECLS
