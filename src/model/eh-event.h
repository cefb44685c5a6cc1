/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-id.h"
#include "eh-metadata.h"
#include "eh-schema.h"
#include "eh-stream-name.h"

G_BEGIN_DECLS

/**
 * EH_EVENT_DATA_MAX:
 *
 * The most bytes of one event's data.
 */
#define EH_EVENT_DATA_MAX EH_JSON_SIZE_MAX

#define EH_TYPE_EVENT (eh_event_get_type ())
EH_PUBLIC GType eh_event_get_type (void);

/**
 * EhEvent:
 *
 * An immutable fact that a store has recorded. Reference-counted (atomically), one allocation.
 *
 * Its data is held in one of two forms: as a value, the C struct of a schema, in an event that this process
 * made; or as JSON text, in an event that was read from a file or a wire. eh_domain_lift_event() turns the
 * second into the first. Which form it is never changes.
 */
typedef struct _EhEvent EhEvent;

EH_PUBLIC EhEvent *eh_event_ref (EhEvent *self);
EH_PUBLIC void eh_event_unref (EhEvent *self);

/**
 * eh_event_get_id:
 *
 * Returns: (transfer none): the event's id
 */
EH_PUBLIC const EhId *eh_event_get_id (const EhEvent *self);

/**
 * eh_event_get_stream:
 *
 * Returns: (transfer none): the stream that it is in
 */
EH_PUBLIC EhStreamName *eh_event_get_stream (const EhEvent *self);

/**
 * eh_event_get_type_name:
 *
 * Returns: (transfer none): what happened: "DepositPerformed"
 */
EH_PUBLIC const char *eh_event_get_type_name (const EhEvent *self);

/**
 * eh_event_get_revision:
 *
 * Returns: the revision of the schema that the data was written with, 1 or more
 */
EH_PUBLIC guint eh_event_get_revision (const EhEvent *self);

/**
 * eh_event_get_version:
 *
 * Returns: its place in the stream, 1 or more
 */
EH_PUBLIC guint64 eh_event_get_version (const EhEvent *self);

/**
 * eh_event_get_position:
 *
 * Returns: its place in the store's global order, 1 or more; 0 if it came by a wire
 */
EH_PUBLIC guint64 eh_event_get_position (const EhEvent *self);

/**
 * eh_event_get_timestamp:
 *
 * Returns: when it was decided, microseconds since 1970
 */
EH_PUBLIC gint64 eh_event_get_timestamp (const EhEvent *self);

/**
 * eh_event_get_metadata:
 *
 * Returns: (transfer none) (nullable): its free pairs, %NULL if there are none
 */
EH_PUBLIC EhMetadata *eh_event_get_metadata (const EhEvent *self);

/**
 * eh_event_get_correlation_id:
 *
 * Returns: (transfer none): what the first message of the conversation was; nil if unknown
 */
EH_PUBLIC const EhId *eh_event_get_correlation_id (const EhEvent *self);

/**
 * eh_event_get_causation_id:
 *
 * Returns: (transfer none): the message that caused it, a command; nil if unknown
 */
EH_PUBLIC const EhId *eh_event_get_causation_id (const EhEvent *self);

/**
 * eh_event_get_schema: (skip)
 *
 * Returns: (nullable): the schema of eh_event_get_data(), or %NULL if the event holds JSON text
 */
EH_PUBLIC const EhSchema *eh_event_get_schema (const EhEvent *self);

/**
 * eh_event_get_data: (skip)
 *
 * Returns: (nullable): the struct, valid as long as the event; %NULL if the event holds JSON text. In an applier
 *   it is never %NULL.
 */
EH_PUBLIC gconstpointer eh_event_get_data (const EhEvent *self);

/**
 * eh_event_get_json_data: (skip)
 * @length: (out): its length in bytes
 *
 * Returns: (nullable): the data's text, nul-terminated too, if the event holds JSON text; else %NULL
 */
EH_PUBLIC const char *eh_event_get_json_data (const EhEvent *self, gsize *length);

/**
 * eh_event_dup_json_data:
 *
 * Returns: (transfer full): the data as JSON text, whichever form the event has
 */
EH_PUBLIC char *eh_event_dup_json_data (const EhEvent *self);

/**
 * eh_event_write_json: (skip)
 * @out: where the text is appended
 *
 * Writes the envelope, one line, members in this order: id, aggregate_id, aggregate_type, version, type, data,
 * timestamp (RFC 3339), metadata (correlation_id and causation_id first, where not nil; left out if
 * empty), revision (left out if 1). The first six are the Go toolkit's wire format.
 */
EH_PUBLIC void eh_event_write_json (const EhEvent *self, GString *out);

/**
 * eh_event_to_json:
 *
 * Returns: (transfer full): the envelope's text
 */
EH_PUBLIC char *eh_event_to_json (const EhEvent *self);

/**
 * eh_event_from_json:
 * @text: an envelope
 * @length: in bytes; -1 if nul-terminated
 * @error: EH_ERROR_INVALID, EH_ERROR_LIMIT with path and byte offset
 *
 * Reads an envelope; id, aggregate_id, aggregate_type, version, type and data are required. "data": null reads
 * as {}, a missing timestamp as 0. Unknown members are skipped. The event holds JSON text.
 *
 * Returns: (transfer full): the event
 */
EH_PUBLIC EhEvent *eh_event_from_json (const char *text, gssize length, GError **error);

/**
 * eh_event_equal:
 *
 * Returns: whether all members are equal; data is compared as values if both hold the same schema's, else
 *   by its JSON text
 */
EH_PUBLIC gboolean eh_event_equal (const EhEvent *a, const EhEvent *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhEvent, eh_event_unref)

G_END_DECLS
