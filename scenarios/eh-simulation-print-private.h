/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-simulation-result-private.h"

G_BEGIN_DECLS

/* What the parts of a report for a person share. */

#define EH_PRINT_BOLD "\033[1m"
#define EH_PRINT_RED "\033[1;31m"
#define EH_PRINT_YELLOW "\033[1;33m"
#define EH_PRINT_PLAIN "\033[0m"

/* The columns that are left beside the indent and @margin more; 1 at least. */
guint eh_simulation_print_get_width (const EhSimulationPrint *style, guint margin);

/* The bytes of the first line of @text that fit into @width columns; broken at a space if there is one. */
gsize eh_simulation_print_measure_line (const char *text, guint width);

/* eh-simulation-table.c: the rows of a run. */
void eh_simulation_print_table (const EhShrunk *shown, const EhSimulationPrint *style, GString *out);

G_END_DECLS
