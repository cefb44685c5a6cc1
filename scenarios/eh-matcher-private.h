/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "model/eh-diff.h"

G_BEGIN_DECLS

/*
 * Compares JSON that is expected, with the matchers of scenario files in it ($any, $gt ...), with JSON that is there.
 */

/* Checks an expected value when it is loaded: unknown or malformed matchers, bad regular expressions. */
gboolean eh_matcher_check (JsonNode *expected, const char *path, GError **error);

/*
 * Adds to @diff (nullable) what differs, with paths that begin with @path. @partial: members of @actual's objects that
 * are not in @expected's are fine, at every depth (lists are still matched whole). Returns whether it matches.
 */
gboolean eh_matcher_match (JsonNode *expected, JsonNode *actual, gboolean partial, const char *path, EhDiff *diff);

G_END_DECLS
