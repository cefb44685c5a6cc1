/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "model/eh-schema.h"

G_BEGIN_DECLS

/*
 * Whether @value certainly is what @expected says, found out without making JSON of it. %FALSE says nothing: a matcher,
 * or a kind of member that is not looked at here; then the matcher has to compare the JSON.
 * @partial: members that @expected lacks are fine.
 */
gboolean eh_quick_match (JsonNode *expected, const EhSchema *schema, gconstpointer value, gboolean partial);

G_END_DECLS
