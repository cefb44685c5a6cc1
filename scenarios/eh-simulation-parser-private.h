/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-scenario-parser-private.h"
#include "eh-simulation-private.h"

G_BEGIN_DECLS

/*
 * From the tree of a scenario file to simulations. Each member of a simulation is a part, and each theme has a file of
 * its own; steps, messages and streams are read as in scenarios. The parts are read in the order of the table in
 * eh-simulation-parser.c, so that "in" is known to all that follow, and clients to what names them.
 */

/*
 * The most clients of one simulation, generated ones included, the most steps of one of them, and the most faults of a
 * kind in one run.
 */
#define EH_SIMULATION_CLIENTS_MAX 64
#define EH_SIMULATION_STEPS_MAX 1000
#define EH_SIMULATION_FAULTS_MAX 16

/* One element of "simulations": adds it to the parser's. */
gboolean eh_simulation_parser_add (EhScenarioParser *self, JsonNode *node, const char *place, GError **error);

/* What can only be said of the whole; @place is where it is written. Fills in the budget's faults. */
gboolean eh_simulation_finish (EhSimulation *self, EhDomain *domain, const char *place, GError **error);

/* A part: the value of one member. */
typedef gboolean (*EhSimulationPart) (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place,
                                      GError **error);

gboolean
eh_simulation_parse_clients (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_generate (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_options (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_faults (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_check (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_explore (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean eh_simulation_parse_expect_violation (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place,
                                               GError **error);
gboolean
eh_simulation_parse_schedule (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);
gboolean
eh_simulation_parse_fault_at (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error);

/* One check, by its nick; @check is added to. */
gboolean eh_simulation_parse_check_nick (EhSimCheck *check, const char *nick, const char *place, GError **error);

/* A kind of fault, by its nick; @other (nullable) is a word that could have been meant as well. */
gboolean eh_simulation_parse_fault_nick (const char *nick, const char *other, const char *place, EhFaultKind *kind,
                                         GError **error);

/* A client's name: a line of a schedule begins with it. */
gboolean eh_simulation_check_client_name (EhSimulation *self, const char *name, const char *place, GError **error);

/* A length of time: "10s" or "PT10S". */
gboolean eh_simulation_parse_interval (JsonNode *node, const char *place, gint64 *interval, GError **error);

/* A whole number from @min to @max. */
gboolean
eh_simulation_parse_count (JsonNode *node, guint min, guint max, const char *place, guint *count, GError **error);

G_END_DECLS
