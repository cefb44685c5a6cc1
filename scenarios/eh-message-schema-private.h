/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * The part of the JSON Schema that describes messages. Data comes in two forms: as it is written in given and when,
 * and as it is expected, where any value may be a matcher. In both, "<name>" may stand for a value of an example.
 */
typedef enum {
  EH_DATA_WRITTEN,
  EH_DATA_EXPECTED,
} EhDataForm;

/* Adds to an open "definitions" object every schema that messages of @domain refer to, in both forms. */
void eh_message_schema_add_definitions (JsonBuilder *builder, EhDomain *domain);

/*
 * Adds the value of a definition: one message, an event or a command of @domain (nullable: any), with the lower-case
 * members @addresses (NULL-terminated) beside it.
 */
void eh_message_schema_add_message (JsonBuilder *builder, EhDomain *domain, gboolean is_event, EhDataForm form,
                                    const char *const *addresses);

/* Adds what data of @schema looks like; a matcher may stand for the whole that is expected. */
void eh_message_schema_add_data (JsonBuilder *builder, const EhSchema *schema, EhDataForm form);

/* Adds an array of the names of all types of events or commands, or what any such name looks like. */
void eh_message_schema_add_names (JsonBuilder *builder, EhDomain *domain, gboolean is_event);

G_END_DECLS
