/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event-page.h"
#include "eh-event.h"

G_BEGIN_DECLS

/**
 * EH_EVENT_BATCH_MAX:
 *
 * The most events of one batch.
 */
#define EH_EVENT_BATCH_MAX 4096

#define EH_TYPE_EVENT_BATCH (eh_event_batch_get_type ())
EH_PUBLIC GType eh_event_batch_get_type (void);

/**
 * EhEventBatch:
 *
 * Events that are to be appended to one stream, whole or not at all: everything that an event carries but its
 * version and position, which the store gives. The ids are fixed when the events are added, so appending
 * the same batch again after an unclear failure is safe. Reference-counted; filled by one thread, then
 * not changed any more.
 */
typedef struct _EhEventBatch EhEventBatch;

/**
 * eh_event_batch_new:
 * @stream: where the events belong
 * @timestamp: when they were decided, microseconds since 1970; from year 1 to 9999
 *
 * Returns: (transfer full): an empty batch
 */
EH_PUBLIC EhEventBatch *eh_event_batch_new (EhStreamName *stream, gint64 timestamp);

EH_PUBLIC EhEventBatch *eh_event_batch_ref (EhEventBatch *self);
EH_PUBLIC void eh_event_batch_unref (EhEventBatch *self);

/**
 * eh_event_batch_set_context:
 * @metadata: (nullable): free pairs of every event of the batch
 * @correlation_id: (nullable): what the conversation began with
 * @causation_id: (nullable): the command's id
 *
 * To be called before events are added.
 */
EH_PUBLIC void eh_event_batch_set_context (EhEventBatch *self, EhMetadata *metadata, const EhId *correlation_id,
                                           const EhId *causation_id);

/**
 * eh_event_batch_add: (skip)
 * @id: the event's id, not nil
 * @schema: its type
 * @data: a struct of @schema; copied
 * @error: as eh_schema_check(); EH_ERROR_LIMIT if the batch or the event is too large
 *
 * Returns: %FALSE and nothing added if the data cannot be written
 */
EH_PUBLIC gboolean eh_event_batch_add (EhEventBatch *self, const EhId *id, const EhSchema *schema, gconstpointer data,
                                       GError **error);

/**
 * eh_event_batch_add_json:
 * @id: the event's id, not nil
 * @type_name: its type, 1 to 255 bytes of UTF-8
 * @revision: of its shape, 1 or more
 * @json: a JSON object; kept as it is
 * @length: in bytes; -1 if nul-terminated
 * @error: EH_ERROR_INVALID, EH_ERROR_LIMIT
 *
 * For importers, wires and tests that have no schema.
 *
 * Returns: %FALSE and nothing added if that is not an event
 */
EH_PUBLIC gboolean eh_event_batch_add_json (EhEventBatch *self, const EhId *id, const char *type_name, guint revision,
                                            const char *json, gssize length, GError **error);

/**
 * eh_event_batch_get_stream:
 *
 * Returns: (transfer none): the stream
 */
EH_PUBLIC EhStreamName *eh_event_batch_get_stream (const EhEventBatch *self);
EH_PUBLIC gint64 eh_event_batch_get_timestamp (const EhEventBatch *self);
EH_PUBLIC guint eh_event_batch_get_size (const EhEventBatch *self);

/**
 * eh_event_batch_get_id:
 *
 * Returns: (transfer none): the id of event @i, which must be below the size
 */
EH_PUBLIC const EhId *eh_event_batch_get_id (const EhEventBatch *self, guint i);

/**
 * eh_event_batch_get_type_name:
 *
 * Returns: (transfer none): the type of event @i
 */
EH_PUBLIC const char *eh_event_batch_get_type_name (const EhEventBatch *self, guint i);

/**
 * eh_event_batch_record_one: (skip)
 * @i: which event, below the size
 * @version: its place in the stream
 * @position: its place in the global order
 *
 * For implementers of stores: makes event @i as the store records it.
 *
 * Returns: (transfer full): the event
 */
EH_PUBLIC EhEvent *eh_event_batch_record_one (const EhEventBatch *self, guint i, guint64 version, guint64 position);

/**
 * eh_event_batch_record:
 * @first_version: of the first event; the others follow by 1
 * @first_position: of the first event; the others follow by 1
 *
 * Returns: (transfer full): all events as a store records them; its next number is the version after the last
 */
EH_PUBLIC EhEventPage *eh_event_batch_record (const EhEventBatch *self, guint64 first_version, guint64 first_position);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhEventBatch, eh_event_batch_unref)

G_END_DECLS
