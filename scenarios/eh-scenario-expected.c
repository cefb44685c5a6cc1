/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-matcher-private.h"
#include "eh-scenario-parser-private.h"

#include "model/eh-domain-private.h"

/* The expected error and the expected states. */

static const char *const error_members[] = { "domain", "code", "message", NULL };

static GPtrArray *
collect_nicks (EhDomain *domain)
{
  GPtrArray *nicks = g_ptr_array_new ();

  for (guint i = 0; i < domain->errors->len; i++)
    {
      for (const EhEnumValue *value = g_array_index (domain->errors, EhDomainErrors, i).nicks; value->nick != NULL;
           value++)
        g_ptr_array_add (nicks, (gpointer) value->nick);
    }
  for (gint code = 0; eh_error_get_nick (code) != NULL; code++)
    g_ptr_array_add (nicks, (gpointer) eh_error_get_nick (code));
  g_ptr_array_add (nicks, NULL);
  return nicks;
}

static gboolean
check_nick (EhDomain *domain, const char *nick, const char *place, GError **error)
{
  g_autoptr (GPtrArray) nicks = NULL;
  g_autofree char *message = NULL;

  if (eh_domain_find_error_nick (domain, nick))
    return TRUE;
  nicks = collect_nicks (domain);
  message = g_strdup_printf ("unknown error \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, (const char *const *) nicks->pdata);
}

static gboolean
parse_error_domain (EhExpectedError *self, JsonNode *node, const char *place, GError **error)
{
  const char *quark_name;

  if (node == NULL)
    return TRUE;
  quark_name = eh_node_as_string (node, place, error);
  self->domain = g_strdup (quark_name);
  return quark_name != NULL;
}

/* A nick is one of this domain's only if no other error domain is named. */
static gboolean
parse_error_code (EhExpectedError *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  if (node == NULL)
    return TRUE;
  if (eh_node_is_string (node) && self->domain == NULL
      && !check_nick (domain, json_node_get_string (node), place, error))
    return FALSE;
  if (!eh_node_is_string (node) && !eh_node_is_integer (node) && !JSON_NODE_HOLDS_OBJECT (node))
    return eh_place_fail (error, EH_ERROR_INVALID, place, "expected a number, a nick or a matcher, found %s",
                          eh_node_describe (node));
  if (!eh_matcher_check (node, place, error))
    return FALSE;
  self->code = json_node_ref (node);
  return TRUE;
}

static gboolean
parse_error_message (EhExpectedError *self, JsonNode *node, const char *place, GError **error)
{
  if (node == NULL)
    return TRUE;
  if (!eh_node_is_string (node) && !JSON_NODE_HOLDS_OBJECT (node))
    return eh_place_fail (error, EH_ERROR_INVALID, place, "expected a string or a matcher, found %s",
                          eh_node_describe (node));
  if (!eh_matcher_check (node, place, error))
    return FALSE;
  self->message = json_node_ref (node);
  return TRUE;
}

static gboolean
parse_error_object (EhExpectedError *self, EhDomain *domain, JsonObject *object, const char *place, GError **error)
{
  g_autofree char *domain_place = eh_place_member (place, "domain");
  g_autofree char *code_place = eh_place_member (place, "code");
  g_autofree char *message_place = eh_place_member (place, "message");

  if (!eh_node_check_members (object, error_members, place, error))
    return FALSE;
  if (json_object_get_size (object) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; say \"domain\", \"code\" or \"message\"");
  return parse_error_domain (self, json_object_get_member (object, "domain"), domain_place, error)
         && parse_error_code (self, domain, json_object_get_member (object, "code"), code_place, error)
         && parse_error_message (self, json_object_get_member (object, "message"), message_place, error);
}

gboolean
eh_scenario_parse_error (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  scenario->error = g_new0 (EhExpectedError, 1);
  if (JSON_NODE_HOLDS_OBJECT (node))
    return parse_error_object (scenario->error, domain, json_node_get_object (node), place, error);
  if (!eh_node_is_string (node))
    return eh_place_fail (error, EH_ERROR_INVALID, place, "expected a nick or an object, found %s",
                          eh_node_describe (node));
  scenario->error->nick = json_node_dup_string (node);
  return check_nick (domain, scenario->error->nick, place, error);
}

static gboolean
add_state (EhDomain *domain, EhScenario *scenario, EhStreamName *stream, JsonNode *node, const char *place,
           GError **error)
{
  const EhAggregateType *type = eh_domain_find_aggregate_type (domain, eh_stream_name_get_category (stream));
  g_autoptr (EhExpectedState) expected = g_new0 (EhExpectedState, 1);

  expected->place = g_strdup (place);
  expected->stream = eh_stream_name_ref (stream);
  expected->state = eh_scenario_expect_data (type->state, node, TRUE, place, error);
  if (expected->state == NULL)
    return FALSE;
  if (scenario->states == NULL)
    scenario->states = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_expected_state_free);
  g_ptr_array_add (scenario->states, g_steal_pointer (&expected));
  return TRUE;
}

gboolean
eh_scenario_parse_states (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };

  if (!eh_members_begin (&members, node, "name a stream and its state", place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      g_autoptr (EhStreamName) stream = eh_scenario_parse_stream (domain, members.name, members.place, error);

      if (stream == NULL || !add_state (domain, scenario, stream, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether all members are named after streams of known aggregate types. */
static gboolean
is_keyed_by_streams (EhDomain *domain, JsonNode *node)
{
  JsonObjectIter iter;
  const char *name;

  if (!JSON_NODE_HOLDS_OBJECT (node) || json_object_get_size (json_node_get_object (node)) == 0)
    return FALSE;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      g_autoptr (EhStreamName) stream = eh_scenario_parse_stream (domain, name, "", NULL);

      if (stream == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_scenario_parse_state (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  if (is_keyed_by_streams (domain, node))
    return eh_scenario_parse_states (domain, scenario, node, place, error);
  if (scenario->stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "of which stream? add \"in\" to the scenario or name the streams in \"states\"");
  return add_state (domain, scenario, scenario->stream, node, place, error);
}
