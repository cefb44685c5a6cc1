/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The format of scenario files as a JSON Schema. What does not depend on the domain is written below as JSON text,
 * which is easier to read and to hold against the documentation than calls would be; the messages are made from the
 * domain.
 */

#include "eh-scenario-schema.h"

#include "eh-consumer-schema-private.h"
#include "eh-message-schema-private.h"
#include "model/eh-domain-private.h"

/* A definition whose text is constant. */
typedef struct {
  const char *name;
  const char *text;
} Definition;

static const Definition definitions[] = {
  { "in", "{\"type\":\"string\",\"description\":\"The stream, <aggregate type>-<aggregate id>\","
          "\"pattern\":\"^[^-]+-.+$\",\"examples\":[\"Account-a1\"]}" },
  { "by", "{\"type\":\"string\",\"description\":\"Who sends it: metadata\"}" },
  { "id", "{\"type\":\"string\",\"description\":\"A fixed message id, a ULID\",\"pattern\":\"^[0-9A-Za-z]{26}$\"}" },
  { "correlation", "{\"type\":\"string\",\"description\":\"The id of what the conversation began with\","
                   "\"pattern\":\"^[0-9A-Za-z]{26}$\"}" },
  { "version", "{\"type\":\"integer\",\"description\":\"The version of the aggregate that the sender saw\"}" },
  { "revision", "{\"type\":\"integer\",\"minimum\":1,\"description\":\"The event was stored in this former shape\"}" },
  { "topic", "{\"type\":\"string\",\"description\":\"Where it is published, bucket.subset\"}" },
  { "placeholder", "{\"type\":\"string\",\"description\":\"The value of an example\",\"pattern\":\"<[^<>]+>\"}" },
  { "matcher",
    "{\"type\":\"object\",\"description\":\"A condition on the value\",\"minProperties\":1,"
    "\"properties\":{\"$any\":{\"const\":true},\"$gt\":{},\"$gte\":{},\"$lt\":{},\"$lte\":{},\"$ne\":{},"
    "\"$in\":{\"type\":\"array\"},\"$regex\":{\"type\":\"string\"},\"$contains\":{},\"$absent\":{\"const\":true},"
    "\"$has\":{\"type\":\"object\"}},\"additionalProperties\":false}" },
  { "time",
    "{\"type\":\"object\",\"properties\":{\"time\":{\"type\":\"string\",\"description\":\"The clock is set to this time, "
    "or moved on\",\"examples\":[\"2026-01-01T00:00:00Z\",\"+PT1H\"]}},\"required\":[\"time\"],"
    "\"additionalProperties\":false}" },
  { "nothing", "{\"type\":\"object\",\"properties\":{\"nothing\":{\"const\":true}},\"required\":[\"nothing\"],"
               "\"additionalProperties\":false}" },
  { "given-command", "{\"type\":\"object\",\"description\":\"A command that must succeed\",\"properties\":{\"command\":"
                     "{\"$ref\":\"#/definitions/command\"}},\"required\":[\"command\"],"
                     "\"additionalProperties\":false}" },
  { "when-event", "{\"type\":\"object\",\"description\":\"An event that is delivered to projections and process "
                  "managers\",\"properties\":{\"event\":{\"$ref\":\"#/definitions/event\"}},\"required\":[\"event\"],"
                  "\"additionalProperties\":false}" },
  { "redeliver", "{\"type\":\"object\",\"properties\":{\"redeliver\":{\"const\":\"all\"}},\"required\":[\"redeliver\"],"
                 "\"additionalProperties\":false}" },
  { "given", "{\"type\":\"array\",\"description\":\"What happened before\",\"items\":{\"anyOf\":["
             "{\"$ref\":\"#/definitions/event\"},{\"$ref\":\"#/definitions/given-command\"},"
             "{\"$ref\":\"#/definitions/time\"}]}}" },
  { "when-step", "{\"anyOf\":[{\"$ref\":\"#/definitions/command\"},{\"$ref\":\"#/definitions/time\"},"
                 "{\"$ref\":\"#/definitions/when-event\"},{\"$ref\":\"#/definitions/redeliver\"},"
                 "{\"$ref\":\"#/definitions/nothing\"}]}" },
  { "when", "{\"description\":\"What is done\",\"anyOf\":[{\"$ref\":\"#/definitions/when-step\"},"
            "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/when-step\"},\"minItems\":1}]}" },
  { "error", "{\"description\":\"The error that comes back\",\"anyOf\":[{\"$ref\":\"#/definitions/error-nick\"},"
             "{\"type\":\"object\",\"properties\":{\"domain\":{\"type\":\"string\"},\"code\":{},\"message\":{}},"
             "\"minProperties\":1,\"additionalProperties\":false}]}" },
  { "then",
    "{\"type\":\"object\",\"description\":\"What must follow\",\"minProperties\":1,\"properties\":{"
    "\"events\":{\"description\":\"Exactly these, in order\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/expected-event\"}},"
    "\"events-include\":{\"description\":\"These in this order among others\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/expected-event\"}},"
    "\"no-events\":{\"$ref\":\"#/definitions/event-names\"},"
    "\"error\":{\"$ref\":\"#/definitions/error\"},"
    "\"state\":{\"description\":\"Matched partially against the aggregate's state\",\"type\":\"object\"},"
    "\"states\":{\"description\":\"The same for several, by stream\",\"type\":\"object\","
    "\"additionalProperties\":{\"type\":\"object\"}},"
    "\"version\":{\"description\":\"The stream's version afterwards\",\"anyOf\":[{\"type\":\"integer\",\"minimum\":0},"
    "{\"$ref\":\"#/definitions/placeholder\"}]},"
    "\"published\":{\"description\":\"What reached the bus\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/expected-published\"}},"
    "\"commands\":{\"description\":\"Exactly what process managers sent, in order\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/expected-command\"}},"
    "\"commands-include\":{\"description\":\"These in this order among others\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/expected-command\"}},"
    "\"view\":{\"$ref\":\"#/definitions/view\"},"
    "\"deadlines\":{\"description\":\"Exactly what is set, the earliest first\",\"type\":\"array\","
    "\"items\":{\"$ref\":\"#/definitions/deadline\"}}},"
    "\"additionalProperties\":false}" },
  { "scenario",
    "{\"type\":\"object\",\"required\":[\"name\",\"when\",\"then\"],\"properties\":{"
    "\"name\":{\"type\":\"string\",\"description\":\"What is claimed; unique in the file\"},"
    "\"in\":{\"$ref\":\"#/definitions/in\"},"
    "\"given\":{\"$ref\":\"#/definitions/given\"},"
    "\"when\":{\"$ref\":\"#/definitions/when\"},"
    "\"then\":{\"$ref\":\"#/definitions/then\"},"
    "\"examples\":{\"description\":\"Runs once a row; <name> stands for the row's value\",\"type\":\"array\","
    "\"minItems\":1,\"items\":{\"type\":\"object\",\"properties\":{\"why\":{\"type\":\"string\"}}}},"
    "\"extends\":{\"description\":\"The name of an earlier scenario, whose given comes first\",\"type\":\"string\"},"
    "\"after\":{\"description\":\"And its when too\",\"type\":\"boolean\"},"
    "\"off\":{\"description\":\"Automatic checks that are switched off\",\"type\":\"array\",\"items\":{\"enum\":["
    "\"pure-handler\",\"decide-twice\",\"codec\",\"replay\",\"snapshot-cuts\",\"known-events\","
    "\"redelivery\",\"restart\"]}},"
    "\"skip\":{\"description\":\"Why it is not run\",\"type\":\"string\"},"
    "\"only\":{\"description\":\"Only this one is run; refused by --no-only\",\"type\":\"boolean\"}},"
    "\"additionalProperties\":false}" },
  { "duration", "{\"type\":\"string\",\"description\":\"How long\",\"pattern\":\"^([0-9]+(ms|s|m|h)|P.+)$\","
                "\"examples\":[\"10s\",\"2m\",\"500ms\",\"PT10S\"]}" },
  { "client-step",
    "{\"description\":\"A command, a wait or a look at an aggregate\",\"anyOf\":[{\"$ref\":\"#/definitions/command\"},"
    "{\"type\":\"object\",\"properties\":{\"wait\":{\"$ref\":\"#/definitions/duration\"}},\"required\":[\"wait\"],"
    "\"additionalProperties\":false},"
    "{\"type\":\"object\",\"properties\":{\"read\":{\"$ref\":\"#/definitions/in\"}},\"required\":[\"read\"],"
    "\"additionalProperties\":false}]}" },
  { "generate",
    "{\"type\":\"object\",\"description\":\"Clients whose commands are drawn\",\"required\":[\"clients\",\"commands\"],"
    "\"properties\":{\"clients\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":64},"
    "\"commands\":{\"description\":\"Of each client\",\"type\":\"integer\",\"minimum\":1,\"maximum\":1000},"
    "\"streams\":{\"description\":\"Of each aggregate type: a1, a2 ..., or from that of in on\",\"type\":\"integer\",\"minimum\":1,"
    "\"maximum\":64,\"default\":1},"
    "\"types\":{\"$ref\":\"#/definitions/command-names\"}},\"additionalProperties\":false}" },
  { "options",
    "{\"type\":\"object\",\"description\":\"How the world is wired\",\"properties\":{"
    "\"expect\":{\"description\":\"How appends are guarded\",\"enum\":[\"exact\",\"any\"],\"default\":\"exact\"},"
    "\"publish\":{\"description\":\"By whom; left out, by a relay if somebody subscribes\","
    "\"enum\":[\"relay\",\"after-save\"]},"
    "\"retry\":{\"description\":\"Attempts in all\",\"type\":\"integer\",\"minimum\":1,\"maximum\":100,\"default\":1},"
    "\"bus\":{\"enum\":[\"ordered\",\"unordered\"],\"default\":\"ordered\"},"
    "\"snapshots\":{\"description\":\"Every so many events; 0 for never\",\"type\":\"integer\",\"minimum\":0,\"maximum\":1000000,"
    "\"default\":0},"
    "\"consumers\":{\"description\":\"Projections and process managers that take part; left out, all\",\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
    "\"additionalProperties\":false}" },
  { "faults",
    "{\"type\":\"object\",\"description\":\"The most of each kind in one run, and in total\",\"propertyNames\":{\"enum\":[\"all\",\"total\","
    "\"append-error\",\"append-ambiguous\",\"append-conflict\",\"load-error\",\"load-stale\",\"publish-error\","
    "\"publish-ambiguous\",\"deliver-twice\",\"deliver-late\",\"deliver-reordered\",\"handler-error\",\"crash\","
    "\"snapshot-stale\",\"snapshot-lost\",\"clock-jump\"]},"
    "\"additionalProperties\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":16}}" },
  { "check-name", "{\"enum\":[\"invariants\",\"serializable\",\"views\",\"delivered\",\"progress\",\"determinism\"]}" },
  { "explore",
    "{\"type\":\"object\",\"description\":\"How it is searched\",\"properties\":{"
    "\"strategy\":{\"enum\":[\"portfolio\",\"exhaustive\",\"random\",\"pct\",\"pos\",\"urw\"],\"default\":\"portfolio\"},"
    "\"runs\":{\"description\":\"The most runs\",\"type\":\"integer\",\"minimum\":1},"
    "\"time\":{\"$ref\":\"#/definitions/duration\"},"
    "\"seed\":{\"type\":\"integer\"},"
    "\"depth\":{\"description\":\"Exhaustive: nothing else is tried behind so many choices of a run; 0 for no limit\",\"type\":\"integer\",\"minimum\":0}},"
    "\"additionalProperties\":false}" },
  { "simulation",
    "{\"type\":\"object\",\"required\":[\"name\"],\"anyOf\":[{\"required\":[\"clients\"]},{\"required\":[\"generate\"]}],"
    "\"properties\":{\"name\":{\"type\":\"string\",\"description\":\"What is claimed; unique in the file\"},"
    "\"in\":{\"$ref\":\"#/definitions/in\"},"
    "\"given\":{\"$ref\":\"#/definitions/given\"},"
    "\"clients\":{\"type\":\"object\",\"description\":\"Who does what, concurrently\",\"minProperties\":1,"
    "\"propertyNames\":{\"pattern\":\"^[^:\\t\\r\\n]+$\"},"
    "\"additionalProperties\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/definitions/client-step\"}}},"
    "\"generate\":{\"$ref\":\"#/definitions/generate\"},"
    "\"options\":{\"$ref\":\"#/definitions/options\"},"
    "\"faults\":{\"$ref\":\"#/definitions/faults\"},"
    "\"check\":{\"description\":\"What is checked; everything by default\",\"type\":\"array\",\"minItems\":1,"
    "\"items\":{\"$ref\":\"#/definitions/check-name\"}},"
    "\"explore\":{\"$ref\":\"#/definitions/explore\"},"
    "\"expect-violation\":{\"description\":\"Passes only if this check fails\",\"$ref\":\"#/definitions/check-name\"},"
    "\"schedule\":{\"description\":\"Exactly this run, an operation a line\",\"type\":\"array\","
    "\"items\":{\"type\":\"string\",\"pattern\":\"^[^:]+: .+\",\"examples\":[\"alice: load Account-a1\"]}},"
    "\"fault-at\":{\"description\":\"Where it goes wrong\",\"type\":\"array\","
    "\"items\":{\"type\":\"string\",\"pattern\":\"^[^:]+: .+: .+\",\"examples\":[\"alice: append Account-a1 #1: append-error\"]}}},"
    "\"additionalProperties\":false}" },
};

static const char *const event_addresses[] = { "in", "by", "id", "correlation", "revision", NULL };
static const char *const command_addresses[] = { "in", "by", "id", "correlation", "version", NULL };
static const char *const expected_addresses[] = { "in", "by", "id", NULL };
static const char *const published_addresses[] = { "in", "by", "id", "topic", NULL };

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  json_builder_set_member_name (builder, name);
  json_builder_add_value (builder, node);
}

/* The nicks of a domain's own errors, each once. */
static GPtrArray *
list_error_nicks (EhDomain *domain)
{
  GPtrArray *nicks = g_ptr_array_new ();

  for (guint i = 0; domain != NULL && i < domain->errors->len; i++)
    for (const EhEnumValue *value = g_array_index (domain->errors, EhDomainErrors, i).nicks; value->nick != NULL;
         value++)
      if (!g_ptr_array_find_with_equal_func (nicks, value->nick, g_str_equal, NULL))
        g_ptr_array_add (nicks, (gpointer) value->nick);
  return nicks;
}

/* The domain's are offered; those of the library can be said as well. */
static void
add_error_nick (JsonBuilder *builder, EhDomain *domain)
{
  g_autoptr (GPtrArray) nicks = list_error_nicks (domain);

  if (nicks->len == 0)
    {
      add_text (builder, "error-nick", "{\"type\":\"string\",\"description\":\"Its nick\"}");
      return;
    }
  json_builder_set_member_name (builder, "error-nick");
  json_builder_begin_object (builder);
  add_text (builder, "description", "\"Its nick\"");
  json_builder_set_member_name (builder, "anyOf");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "enum");
  json_builder_begin_array (builder);
  for (guint i = 0; i < nicks->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (nicks, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  json_builder_begin_object (builder);
  add_text (builder, "type", "\"string\"");
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

static void
add_definitions (JsonBuilder *builder, EhDomain *domain)
{
  for (gsize i = 0; i < G_N_ELEMENTS (definitions); i++)
    add_text (builder, definitions[i].name, definitions[i].text);

  json_builder_set_member_name (builder, "event");
  eh_message_schema_add_message (builder, domain, TRUE, EH_DATA_WRITTEN, event_addresses);
  json_builder_set_member_name (builder, "command");
  eh_message_schema_add_message (builder, domain, FALSE, EH_DATA_WRITTEN, command_addresses);
  json_builder_set_member_name (builder, "expected-event");
  eh_message_schema_add_message (builder, domain, TRUE, EH_DATA_EXPECTED, expected_addresses);
  json_builder_set_member_name (builder, "expected-published");
  eh_message_schema_add_message (builder, domain, TRUE, EH_DATA_EXPECTED, published_addresses);
  json_builder_set_member_name (builder, "expected-command");
  eh_message_schema_add_message (builder, domain, FALSE, EH_DATA_EXPECTED, expected_addresses);
  eh_consumer_schema_add_definitions (builder, domain);
  json_builder_set_member_name (builder, "event-names");
  eh_message_schema_add_names (builder, domain, TRUE);
  json_builder_set_member_name (builder, "command-names");
  eh_message_schema_add_names (builder, domain, FALSE);
  add_error_nick (builder, domain);

  if (domain != NULL)
    eh_message_schema_add_definitions (builder, domain);
}

static void
add_properties (JsonBuilder *builder, EhDomain *domain)
{
  json_builder_begin_object (builder);
  add_text (builder, "$schema", "{\"type\":\"string\"}");
  if (domain != NULL)
    {
      json_builder_set_member_name (builder, "domain");
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "const");
      json_builder_add_string_value (builder, eh_domain_get_name (domain));
      json_builder_end_object (builder);
    }
  else
    add_text (builder, "domain", "{\"type\":\"string\"}");
  add_text (builder, "scenarios", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/scenario\"}}");
  add_text (builder, "simulations", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/simulation\"}}");
  json_builder_end_object (builder);
}

char *
eh_scenario_schema_to_json (EhDomain *domain)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) root = NULL;

  g_return_val_if_fail (domain == NULL || EH_IS_DOMAIN (domain), NULL);

  builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_text (builder, "$schema", "\"http://json-schema.org/draft-07/schema#\"");
  add_text (builder, "title", "\"Eventhus scenarios\"");
  add_text (builder, "type", "\"object\"");
  json_builder_set_member_name (builder, "properties");
  add_properties (builder, domain);
  add_text (builder, "additionalProperties", "false");
  json_builder_set_member_name (builder, "definitions");
  json_builder_begin_object (builder);
  add_definitions (builder, domain);
  json_builder_end_object (builder);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
