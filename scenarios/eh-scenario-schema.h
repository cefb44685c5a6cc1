/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/**
 * eh_scenario_schema_to_json:
 * @domain: (nullable): sealed; its message types are filled in. %NULL for the format alone
 *
 * Describes scenario files as a JSON Schema (draft 7), so that an editor can check and complete them.
 *
 * Returns: (transfer full): the schema's text
 */
EH_PUBLIC char *eh_scenario_schema_to_json (EhDomain *domain);

G_END_DECLS
