/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-scenario-node-private.h"
#include "eh-scenario-private.h"

G_BEGIN_DECLS

/*
 * From the tree of a scenario file to scenarios. Each theme has a file of its own; what they share is the parser
 * and, inside one scenario, the scenario that is being filled, whose stream is the default of its messages.
 */

typedef struct {
  EhDomain *domain;
  const char *file;     /* what the file is called */
  GPtrArray *scenarios; /* (owned) (element-type EhScenario): in order, one a row of examples */
  GHashTable *by_name;  /* (owned): the names of scenarios to their places, both theirs */
  GPtrArray *names;     /* (owned) (element-type utf8): as written, in order */
  GHashTable *bases;    /* (owned): name as written to EhScenario, NULL if it has examples */

  GPtrArray *simulations;       /* (owned) (element-type EhSimulation): in order */
  GHashTable *simulation_names; /* (owned): the names of simulations, theirs */
} EhScenarioParser;

/* What is expected of what happened. */
typedef enum {
  EH_EXPECT_EVENT,
  EH_EXPECT_COMMAND,
  EH_EXPECT_PUBLISHED,
} EhExpectedKind;

void eh_scenario_parser_init (EhScenarioParser *self, EhDomain *domain, const char *file);
void eh_scenario_parser_clear (EhScenarioParser *self);

/* One element of "scenarios": adds one scenario, or one a row of its examples. */
gboolean eh_scenario_parser_add (EhScenarioParser *self, JsonNode *node, const char *place, GError **error);

/* The "name" of @object, which must be there and must not be empty. */
const char *eh_scenario_parse_name (JsonObject *object, const char *place, GError **error);

/* "given": adds to @steps; @stream (nullable) is the default. */
gboolean eh_scenario_parse_given (EhDomain *domain, EhStreamName *stream, JsonNode *node, GPtrArray *steps,
                                  const char *place, GError **error);

/* The same from a table in C, which ends with EH_STEP_SPEC_END, and one step of it. */
gboolean eh_scenario_spec_add_steps (EhDomain *domain, EhStreamName *stream, const EhStepSpec *specs, GPtrArray *steps,
                                     const char *place, GError **error);
EhStep *eh_scenario_spec_make_step (EhDomain *domain, const EhStepSpec *spec, EhStreamName *stream, const char *place,
                                    GError **error);

/* Parts of a scenario: @scenario's stream is set before. */
gboolean
eh_scenario_parse_when (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean
eh_scenario_parse_then (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean
eh_scenario_parse_error (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean
eh_scenario_parse_state (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean
eh_scenario_parse_states (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
/* Switches a check off: a nick of the table of automatic checks. */
gboolean eh_scenario_parse_off (EhScenario *scenario, const char *nick, const char *place, GError **error);

/* Parts that are about projections and process managers. */
gboolean
eh_scenario_parse_commands (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean eh_scenario_parse_commands_include (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place,
                                             GError **error);
gboolean
eh_scenario_parse_view (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);
gboolean
eh_scenario_parse_deadlines (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error);

/* One deadline: @at (nullable) is a time or a matcher. */
EhExpectedMessage *eh_scenario_make_deadline (EhDomain *domain, const char *process, const char *name, JsonNode *at,
                                              const char *place, GError **error);

/* Whether there is anything in the domain that could do @what; if not, that is the error. */
gboolean eh_scenario_refuse_verb (EhDomain *domain, const char *place, const char *what, GError **error);
gboolean eh_scenario_need_processes (EhDomain *domain, const char *what, const char *place, GError **error);
gboolean eh_scenario_need_consumers (EhDomain *domain, const char *what, const char *place, GError **error);

/* "extends" and "after" of @object: takes over what the other scenario gives, and its stream if this one has none. */
gboolean eh_scenario_parser_extend (EhScenarioParser *self, EhScenario *scenario, JsonObject *object, const char *place,
                                    GError **error);

/* Steps and messages; @stream (nullable) is the default. */
EhStep *
eh_scenario_parse_event (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error);
EhStep *
eh_scenario_parse_command (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error);
EhStep *eh_scenario_parse_time (JsonNode *node, const char *place, GError **error);
EhStep *eh_scenario_parse_time_text (const char *text, const char *place, GError **error);
EhExpectedMessage *eh_scenario_parse_expected (EhDomain *domain, EhStreamName *stream, JsonNode *node,
                                               EhExpectedKind kind, const char *place, GError **error);
/* A list of them. */
GPtrArray *eh_scenario_parse_expected_list (EhDomain *domain, EhStreamName *stream, JsonNode *node, EhExpectedKind kind,
                                            const char *place, GError **error);

/* A stream of one of the domain's aggregate types. */
EhStreamName *eh_scenario_parse_stream (EhDomain *domain, const char *name, const char *place, GError **error);
/* The schema of an event of @stream's type, or of any type if that is NULL. */
const EhSchema *eh_scenario_find_event (EhDomain *domain, EhStreamName *stream, const char *type_name,
                                        const char *place, GError **error);
/* The schema that events of a type were stored with, of any stream; see eh_domain_add_upcaster(). */
const EhSchema *eh_scenario_find_old_event (EhDomain *domain, const char *type_name, gint64 revision, const char *place,
                                            GError **error);
const EhSchema *eh_scenario_find_command (EhDomain *domain, EhStreamName *stream, const char *type_name,
                                          const char *place, GError **error);

/*
 * Data of a message that is given or sent: a struct of @schema. Unknown members are errors here: they are typing
 * mistakes.
 */
gpointer eh_scenario_read_data (const EhSchema *schema, JsonNode *node, const char *place, GError **error);
/* Data that is expected, brought into the form that the schema writes; see eh-scenario-expect.c. */
JsonNode *
eh_scenario_expect_data (const EhSchema *schema, JsonNode *node, gboolean partial, const char *place, GError **error);
gboolean eh_scenario_fail_unknown_field (const EhSchema *schema, const char *name, const char *place, GError **error);

/* The value of an example's row in the place of each placeholder. Counts what is used in @used, a set of names. */
JsonNode *eh_scenario_fill_in (JsonNode *node, JsonObject *row, GHashTable *used, const char *place, GError **error);

/* Whether there is a placeholder in @text. */
gboolean eh_scenario_has_placeholder (const char *text);

/* Strict JSON with comments; @name is what errors call it. Never NULL without an error. */
JsonNode *eh_scenario_read_text (const char *name, const char *text, gsize length, GError **error);

G_END_DECLS
