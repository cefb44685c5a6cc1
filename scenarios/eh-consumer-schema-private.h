/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "eventhus.h"

G_BEGIN_DECLS

/*
 * Adds to an open "definitions" object of a JSON Schema what "view" and "deadlines" are made of: the projections and
 * process managers of @domain, or any if that is NULL.
 */
void eh_consumer_schema_add_definitions (JsonBuilder *builder, EhDomain *domain);

G_END_DECLS
