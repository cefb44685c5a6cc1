/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  EH_MATCHER_ANY,
  EH_MATCHER_GT,
  EH_MATCHER_GTE,
  EH_MATCHER_LT,
  EH_MATCHER_LTE,
  EH_MATCHER_NE,
  EH_MATCHER_IN,
  EH_MATCHER_REGEX,
  EH_MATCHER_CONTAINS,
  EH_MATCHER_ABSENT,
  EH_MATCHER_HAS,
} EhMatcherOp;

gboolean eh_matcher_find_op (const char *name, EhMatcherOp *op);

/* Whether @expected is a matcher: an object whose first member begins with "$". */
gboolean eh_matcher_is_matcher (JsonNode *expected);

G_END_DECLS
