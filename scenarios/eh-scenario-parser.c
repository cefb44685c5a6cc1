/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"
#include "eh-simulation.h"

static const char *const scenario_members[] = { "name",    "in",    "given", "when", "then", "examples",
                                                "extends", "after", "off",   "skip", "only", NULL };

void
eh_scenario_parser_init (EhScenarioParser *self, EhDomain *domain, const char *file)
{
  self->domain = domain;
  self->file = file;
  self->scenarios = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_scenario_unref);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->bases = g_hash_table_new (g_str_hash, g_str_equal);
  self->simulations = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_simulation_unref);
  self->simulation_names = g_hash_table_new (g_str_hash, g_str_equal);
}

void
eh_scenario_parser_clear (EhScenarioParser *self)
{
  g_clear_pointer (&self->simulation_names, g_hash_table_unref);
  g_clear_pointer (&self->simulations, g_ptr_array_unref);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->bases, g_hash_table_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->scenarios, g_ptr_array_unref);
}

static gboolean
parse_in (EhScenario *scenario, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  const char *name;

  if (node == NULL)
    return TRUE;
  name = eh_node_as_string (node, place, error);
  scenario->stream = name != NULL ? eh_scenario_parse_stream (domain, name, place, error) : NULL;
  return scenario->stream != NULL;
}

static gboolean
parse_skip (EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  const char *reason;

  if (node == NULL)
    return TRUE;
  reason = eh_node_as_string (node, place, error);
  if (reason == NULL)
    return FALSE;
  if (*reason == '\0')
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; say why it is skipped");
  scenario->skip = g_strdup (reason);
  return TRUE;
}

gboolean
eh_scenario_parse_off (EhScenario *scenario, const char *nick, const char *place, GError **error)
{
  const char *nicks[8 * sizeof (EhCheck) + 1] = { NULL };
  g_autofree char *message = NULL;

  for (guint i = 0; eh_check_nicks[i].nick != NULL; i++)
    {
      if (g_str_equal (eh_check_nicks[i].nick, nick))
        {
          scenario->off |= (EhCheck) eh_check_nicks[i].value;
          return TRUE;
        }
      nicks[i] = eh_check_nicks[i].nick;
    }
  message = g_strdup_printf ("unknown check \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, nicks);
}

static gboolean
parse_off_list (EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list;

  if (node == NULL)
    return TRUE;
  list = eh_node_as_list (node, place, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *nick_place = eh_place_index (place, i);
      const char *nick = eh_node_as_string (json_array_get_element (list, i), nick_place, error);

      if (nick == NULL || !eh_scenario_parse_off (scenario, nick, nick_place, error))
        return FALSE;
    }
  return TRUE;
}

/* What is said about a scenario beside its three parts. */
static gboolean
parse_settings (EhScenario *scenario, EhDomain *domain, JsonObject *object, const char *place, GError **error)
{
  JsonNode *only = json_object_get_member (object, "only");
  g_autofree char *in_place = eh_place_member (place, "in");
  g_autofree char *skip_place = eh_place_member (place, "skip");
  g_autofree char *only_place = eh_place_member (place, "only");
  g_autofree char *off_place = eh_place_member (place, "off");

  return parse_in (scenario, domain, json_object_get_member (object, "in"), in_place, error)
         && parse_skip (scenario, json_object_get_member (object, "skip"), skip_place, error)
         && (only == NULL || eh_node_as_boolean (only, only_place, &scenario->only, error))
         && parse_off_list (scenario, json_object_get_member (object, "off"), off_place, error);
}

static gboolean
parse_parts (EhScenario *scenario, EhDomain *domain, JsonObject *object, const char *place, GError **error)
{
  JsonNode *given = json_object_get_member (object, "given");
  JsonNode *when = json_object_get_member (object, "when");
  JsonNode *then = json_object_get_member (object, "then");
  g_autofree char *given_place = eh_place_member (place, "given");
  g_autofree char *when_place = eh_place_member (place, "when");
  g_autofree char *then_place = eh_place_member (place, "then");

  if (when == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "it has no \"when\"; write \"when\": { \"nothing\": true } if nothing is done");
  if (then == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no \"then\": what must follow?");
  return (given == NULL
          || eh_scenario_parse_given (domain, scenario->stream, given, scenario->given, given_place, error))
         && eh_scenario_parse_when (domain, scenario, when, when_place, error)
         && eh_scenario_parse_then (domain, scenario, then, then_place, error);
}

const char *
eh_scenario_parse_name (JsonObject *object, const char *place, GError **error)
{
  JsonNode *node = json_object_get_member (object, "name");
  g_autofree char *name_place = eh_place_member (place, "name");
  const char *name;

  if (node == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no \"name\""), NULL;
  name = eh_node_as_string (node, name_place, error);
  if (name != NULL && *name == '\0')
    return eh_place_fail (error, EH_ERROR_INVALID, name_place, "empty"), NULL;
  return name;
}

/* One scenario whose placeholders are filled in. */
static EhScenario *
parse_scenario (EhScenarioParser *self, JsonNode *node, const char *name, const char *row_place, const char *place,
                GError **error)
{
  JsonObject *object = json_node_get_object (node);
  g_autofree char *whole_place = g_strdup_printf ("%s: %s", self->file, row_place);
  g_autoptr (EhScenario) scenario = eh_scenario_new (name, whole_place);

  if (!parse_settings (scenario, self->domain, object, place, error)
      || !eh_scenario_parser_extend (self, scenario, object, place, error)
      || !parse_parts (scenario, self->domain, object, place, error))
    return NULL;
  return g_steal_pointer (&scenario);
}

static gboolean
add_scenario (EhScenarioParser *self, EhScenario *scenario, const char *place, GError **error)
{
  const char *other_place = g_hash_table_lookup (self->by_name, scenario->name);

  if (other_place != NULL)
    {
      g_autofree char *name_place = eh_place_member (place, "name");

      eh_place_fail (error, EH_ERROR_EXISTS, name_place, "\"%s\" is the name of %s already", scenario->name,
                     other_place + strlen (self->file) + strlen (": "));
      eh_scenario_unref (scenario);
      return FALSE;
    }
  g_hash_table_insert (self->by_name, scenario->name, scenario->place);
  g_ptr_array_add (self->scenarios, scenario);
  return TRUE;
}

typedef struct {
  JsonObject *object;
  guint i;
  const char *place;
} Row;

static char *
name_row (const Row *row, const char *written, const char *filled_in)
{
  JsonNode *why = json_object_get_member (row->object, "why");
  g_autofree char *text = NULL;

  if (eh_scenario_has_placeholder (written))
    return g_strdup (filled_in);
  if (why == NULL)
    return g_strdup_printf ("%s (example %u)", filled_in, row->i + 1);
  text = eh_node_is_string (why) ? json_node_dup_string (why) : eh_node_to_text (why);
  return g_strdup_printf ("%s (example %u: %s)", filled_in, row->i + 1, text);
}

static gboolean
check_all_used (const Row *row, GHashTable *used, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init_ordered (&iter, row->object);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      g_autofree char *member_place = NULL;

      if (g_str_equal (name, "why") || g_hash_table_contains (used, name))
        continue;
      member_place = eh_place_member (row->place, name);
      return eh_place_fail (error, EH_ERROR_INVALID, member_place, "not used; write \"<%s>\" where it belongs", name);
    }
  return TRUE;
}

static EhScenario *
parse_row (EhScenarioParser *self, JsonNode *template, const Row *row, const char *place, GError **error)
{
  const char *written = json_object_get_string_member (json_node_get_object (template), "name");
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (JsonNode) filled_in = eh_scenario_fill_in (template, row->object, used, place, error);
  g_autofree char *name = NULL;
  const char *filled_name;

  if (filled_in == NULL)
    return NULL;
  filled_name = eh_scenario_parse_name (json_node_get_object (filled_in), place, error);
  if (filled_name == NULL || !check_all_used (row, used, error))
    return NULL;
  name = name_row (row, written, filled_name);
  return parse_scenario (self, filled_in, name, row->place, place, error);
}

/* A mistake in a row shows in the scenario: both places are told. */
static void
add_row_to_error (GError **error, const char *row_place)
{
  g_autofree char *message = NULL;

  if (error == NULL || g_str_has_prefix ((*error)->message, row_place))
    return;
  message = g_strdup_printf ("%s (in %s)", (*error)->message, strstr (row_place, "examples["));
  g_free ((*error)->message);
  (*error)->message = g_steal_pointer (&message);
}

static JsonNode *
make_template (JsonObject *object)
{
  g_autoptr (JsonObject) copy = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!g_str_equal (name, "examples"))
        json_object_set_member (copy, name, json_node_ref (member));
    }
  return json_node_init_object (json_node_alloc (), copy);
}

static gboolean
add_rows (EhScenarioParser *self, JsonObject *object, const char *place, GError **error)
{
  g_autofree char *examples_place = eh_place_member (place, "examples");
  JsonArray *rows = eh_node_as_list (json_object_get_member (object, "examples"), examples_place, error);
  g_autoptr (JsonNode) template = NULL;

  if (rows == NULL)
    return FALSE;
  if (json_array_get_length (rows) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, examples_place, "empty; the scenario would never run");
  template = make_template (object);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      g_autofree char *row_place = eh_place_index (examples_place, i);
      Row row = { eh_node_as_object (json_array_get_element (rows, i), row_place, error), i, row_place };
      EhScenario *scenario;

      if (row.object == NULL)
        return FALSE;
      scenario = parse_row (self, template, &row, place, error);
      if (scenario == NULL || !add_scenario (self, scenario, place, error))
        {
          add_row_to_error (error, row_place);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
add_single (EhScenarioParser *self, JsonNode *node, const char *name, const char *place, EhScenario **added,
            GError **error)
{
  EhScenario *scenario = parse_scenario (self, node, name, place, place, error);

  if (scenario == NULL || !add_scenario (self, scenario, place, error))
    return FALSE;
  *added = scenario;
  return TRUE;
}

gboolean
eh_scenario_parser_add (EhScenarioParser *self, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  EhScenario *added = NULL;
  const char *name;
  char *key;

  if (object == NULL || !eh_node_check_members (object, scenario_members, place, error))
    return FALSE;
  name = eh_scenario_parse_name (object, place, error);
  if (name == NULL)
    return FALSE;
  if (json_object_has_member (object, "examples") ? !add_rows (self, object, place, error)
                                                  : !add_single (self, node, name, place, &added, error))
    return FALSE;

  key = g_strdup (name);
  g_ptr_array_add (self->names, key);
  g_hash_table_insert (self->bases, key, added);
  return TRUE;
}
