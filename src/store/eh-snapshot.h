/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-schema.h"
#include "model/eh-stream-name.h"

G_BEGIN_DECLS

#define EH_TYPE_SNAPSHOT (eh_snapshot_get_type ())
EH_PUBLIC GType eh_snapshot_get_type (void);

/**
 * EhSnapshot:
 *
 * The state of an aggregate at a version, as JSON text with the name and revision of its schema. Immutable,
 * reference-counted (atomically).
 */
typedef struct _EhSnapshot EhSnapshot;

/**
 * eh_snapshot_new:
 * @stream: whose state
 * @version: after which event, 1 or more
 * @schema_name: the state's schema
 * @revision: and its revision
 * @json: the state
 *
 * Returns: (transfer full): the snapshot
 */
EH_PUBLIC EhSnapshot *
eh_snapshot_new (EhStreamName *stream, guint64 version, const char *schema_name, guint revision, const char *json);

/**
 * eh_snapshot_new_from_state: (skip)
 * @state: a struct of @schema
 * @error: as eh_schema_check()
 *
 * Returns: (transfer full): the snapshot
 */
EH_PUBLIC EhSnapshot *eh_snapshot_new_from_state (EhStreamName *stream, guint64 version, const EhSchema *schema,
                                                  gconstpointer state, GError **error);

EH_PUBLIC EhSnapshot *eh_snapshot_ref (EhSnapshot *self);
EH_PUBLIC void eh_snapshot_unref (EhSnapshot *self);

EH_PUBLIC EhStreamName *eh_snapshot_get_stream (const EhSnapshot *self);
EH_PUBLIC guint64 eh_snapshot_get_version (const EhSnapshot *self);
EH_PUBLIC const char *eh_snapshot_get_schema_name (const EhSnapshot *self);
EH_PUBLIC guint eh_snapshot_get_revision (const EhSnapshot *self);

/**
 * eh_snapshot_get_json:
 *
 * Returns: (transfer none): the state's text
 */
EH_PUBLIC const char *eh_snapshot_get_json (const EhSnapshot *self);

/**
 * eh_snapshot_read_state: (skip)
 * @schema: what the state's schema is now
 * @error: EH_ERROR_UNSUPPORTED it is of another schema or revision; EH_ERROR_CORRUPT its text is damaged
 *
 * Returns: (transfer full): the state, or %NULL if the snapshot is of no use
 */
EH_PUBLIC gpointer eh_snapshot_read_state (const EhSnapshot *self, const EhSchema *schema, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhSnapshot, eh_snapshot_unref)

G_END_DECLS
