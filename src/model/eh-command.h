/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-id.h"
#include "eh-metadata.h"
#include "eh-schema.h"
#include "eh-stream-name.h"

G_BEGIN_DECLS

/**
 * EH_EXPECTED_NO_STREAM:
 *
 * The stream must not exist.
 */
#define EH_EXPECTED_NO_STREAM G_GINT64_CONSTANT (0)

/**
 * EH_EXPECTED_ANY:
 *
 * No requirement.
 */
#define EH_EXPECTED_ANY G_GINT64_CONSTANT (-1)

/**
 * EH_EXPECTED_EXISTS:
 *
 * The stream must have at least one event.
 */
#define EH_EXPECTED_EXISTS G_GINT64_CONSTANT (-2)

#define EH_TYPE_COMMAND (eh_command_get_type ())
EH_PUBLIC GType eh_command_get_type (void);

/**
 * EhCommand:
 *
 * A wish, addressed to one aggregate. Reference-counted (atomically). The setters may be called as long as
 * the caller holds the only reference; a command that was dispatched is immutable.
 */
typedef struct _EhCommand EhCommand;

/**
 * eh_command_new: (skip)
 * @stream: the aggregate that it is for
 * @schema: its type
 * @data: a struct of @schema; copied; %NULL will do for one without members
 * @error: as eh_schema_check()
 *
 * Returns: (transfer full): the command, or %NULL if the data cannot be written
 */
EH_PUBLIC EhCommand *eh_command_new (EhStreamName *stream, const EhSchema *schema, gconstpointer data, GError **error);

EH_PUBLIC EhCommand *eh_command_ref (EhCommand *self);
EH_PUBLIC void eh_command_unref (EhCommand *self);

/**
 * eh_command_get_stream:
 *
 * Returns: (transfer none): the aggregate's stream
 */
EH_PUBLIC EhStreamName *eh_command_get_stream (const EhCommand *self);

/**
 * eh_command_get_aggregate_id:
 *
 * Returns: (transfer none): the aggregate's id
 */
EH_PUBLIC const char *eh_command_get_aggregate_id (const EhCommand *self);

/**
 * eh_command_get_type_name:
 *
 * Returns: (transfer none): what is wished: "PerformDeposit"
 */
EH_PUBLIC const char *eh_command_get_type_name (const EhCommand *self);

/**
 * eh_command_get_schema: (skip)
 *
 * Returns: the schema of the data
 */
EH_PUBLIC const EhSchema *eh_command_get_schema (const EhCommand *self);

/**
 * eh_command_get_data: (skip)
 *
 * Returns: the struct, valid as long as the command
 */
EH_PUBLIC gconstpointer eh_command_get_data (const EhCommand *self);

/**
 * eh_command_dup_json_data:
 *
 * Returns: (transfer full): the data as JSON text
 */
EH_PUBLIC char *eh_command_dup_json_data (const EhCommand *self);

/**
 * eh_command_set_id:
 * @id: identifies the wish: sent again with the same id, it has its effect once
 *
 * Without this call the command handler gives it one, so that middleware sees none. The ids of its events are derived
 * from it. A repeat whose first effect is already in the store is never done again; its answer may be the first
 * outcome or, if the wish is now refused, that refusal.
 */
EH_PUBLIC void eh_command_set_id (EhCommand *self, const EhId *id);

/**
 * eh_command_get_id:
 *
 * Returns: (transfer none): the command's id; nil if it has none yet
 */
EH_PUBLIC const EhId *eh_command_get_id (const EhCommand *self);

/**
 * eh_command_set_expected_version:
 * @version: the version of the aggregate that the sender saw, or EH_EXPECTED_ANY (the default)
 *
 * With a version, a command that comes too late fails with EH_ERROR_CONFLICT and is not retried.
 */
EH_PUBLIC void eh_command_set_expected_version (EhCommand *self, gint64 version);
EH_PUBLIC gint64 eh_command_get_expected_version (const EhCommand *self);

/**
 * eh_command_set_metadata:
 * @metadata: (nullable): free pairs, copied to every event that the command leads to
 */
EH_PUBLIC void eh_command_set_metadata (EhCommand *self, EhMetadata *metadata);

/**
 * eh_command_get_metadata:
 *
 * Returns: (transfer none) (nullable): the pairs
 */
EH_PUBLIC EhMetadata *eh_command_get_metadata (const EhCommand *self);

/**
 * eh_command_set_correlation_id:
 * @id: what the conversation began with
 *
 * Without this call it is the command's own id.
 */
EH_PUBLIC void eh_command_set_correlation_id (EhCommand *self, const EhId *id);

/**
 * eh_command_get_correlation_id:
 *
 * Returns: (transfer none): what was set, else the command's id
 */
EH_PUBLIC const EhId *eh_command_get_correlation_id (const EhCommand *self);

/**
 * eh_command_set_causation_id:
 * @id: the message that made somebody send this command: an event, another command
 *
 * For tracing. The events of the command are caused by the command itself.
 */
EH_PUBLIC void eh_command_set_causation_id (EhCommand *self, const EhId *id);

/**
 * eh_command_get_causation_id:
 *
 * Returns: (transfer none): what caused the command; nil if unknown
 */
EH_PUBLIC const EhId *eh_command_get_causation_id (const EhCommand *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhCommand, eh_command_unref)

G_END_DECLS
