/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * The page that shows @results, an array of what eh_simulation_result_to_json() makes. (transfer full)
 */
char *eh_report_html_make (JsonNode *results);

G_END_DECLS
