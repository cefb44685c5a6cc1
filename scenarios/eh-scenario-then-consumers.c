/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-matcher-private.h"
#include "eh-scenario-parser-private.h"

/* What must follow of projections and process managers: commands, rows of views, deadlines. */

static const char *const deadline_members[] = { "process", "name", "at", NULL };

/* The data of a deadline, so that its time is read as every other time. */
typedef struct {
  gint64 at;
} Deadline;

static const EhField deadline_fields[] = {
  { .name = "at", .kind = EH_KIND_TIMESTAMP, .offset = G_STRUCT_OFFSET (Deadline, at) },
};
static const EhSchema deadline_schema = { EH_ABI_VERSION, 1, "Deadline", sizeof (Deadline), 1, deadline_fields };

gboolean
eh_scenario_refuse_verb (EhDomain *domain, const char *place, const char *what, GError **error)
{
  return eh_place_fail (error, EH_ERROR_INVALID, place,
                        "domain \"%s\" has no projection or process manager that could %s", eh_domain_get_name (domain),
                        what);
}

gboolean
eh_scenario_need_consumers (EhDomain *domain, const char *what, const char *place, GError **error)
{
  return eh_domain_get_n_projections (domain) + eh_domain_get_n_processes (domain) > 0
         || eh_scenario_refuse_verb (domain, place, what, error);
}

gboolean
eh_scenario_need_processes (EhDomain *domain, const char *what, const char *place, GError **error)
{
  return eh_domain_get_n_processes (domain) > 0
         || eh_place_fail (error, EH_ERROR_INVALID, place, "domain \"%s\" has no process manager that could %s",
                           eh_domain_get_name (domain), what);
}

static GPtrArray *
parse_commands (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  if (!eh_scenario_need_processes (domain, "send commands", place, error))
    return NULL;
  return eh_scenario_parse_expected_list (domain, scenario->stream, node, EH_EXPECT_COMMAND, place, error);
}

gboolean
eh_scenario_parse_commands (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  scenario->commands = parse_commands (domain, scenario, node, place, error);
  return scenario->commands != NULL;
}

gboolean
eh_scenario_parse_commands_include (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place,
                                    GError **error)
{
  scenario->commands_include = parse_commands (domain, scenario, node, place, error);
  return scenario->commands_include != NULL;
}

static const EhProjectionType *
find_projection (EhDomain *domain, const char *name, const char *place, GError **error)
{
  const EhProjectionType *type = eh_domain_find_projection (domain, name);
  guint n_types = eh_domain_get_n_projections (domain);
  g_autofree const char **names = NULL;
  g_autofree char *message = NULL;

  if (type != NULL)
    return type;
  names = g_new0 (const char *, n_types + 1);
  for (guint i = 0; i < n_types; i++)
    names[i] = eh_domain_get_projection (domain, i)->name;
  message = g_strdup_printf ("unknown projection \"%s\"", name);
  return eh_place_fail_suggest (error, EH_ERROR_UNKNOWN_TYPE, place, message, name, names), NULL;
}

static gboolean
add_row (EhScenario *scenario, const EhProjectionType *type, const char *key, JsonNode *node, const char *place,
         GError **error)
{
  g_autoptr (EhExpectedRow) expected = g_new0 (EhExpectedRow, 1);

  expected->place = g_strdup (place);
  expected->type = type;
  expected->key = g_strdup (key);
  expected->row = eh_scenario_expect_data (type->row, node, TRUE, place, error);
  if (expected->row == NULL)
    return FALSE;
  if (scenario->rows == NULL)
    scenario->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_expected_row_free);
  g_ptr_array_add (scenario->rows, g_steal_pointer (&expected));
  return TRUE;
}

static gboolean
add_rows (EhScenario *scenario, const EhProjectionType *type, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };

  if (!eh_members_begin (&members, node, "name a row by its key", place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      if (!add_row (scenario, type, members.name, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_scenario_parse_view (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };

  if (eh_domain_get_n_projections (domain) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "domain \"%s\" has no projection that could keep a view",
                          eh_domain_get_name (domain));
  if (!eh_members_begin (&members, node, "name a projection and rows of it", place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      const EhProjectionType *type = find_projection (domain, members.name, members.place, error);

      if (type == NULL || !add_rows (scenario, type, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

static const EhProcessType *
find_process (EhDomain *domain, const char *name, const char *place, GError **error)
{
  const EhProcessType *type = eh_domain_find_process (domain, name);
  guint n_types = eh_domain_get_n_processes (domain);
  g_autofree const char **names = NULL;
  g_autofree char *message = NULL;

  if (type != NULL)
    return type;
  names = g_new0 (const char *, n_types + 1);
  for (guint i = 0; i < n_types; i++)
    names[i] = eh_domain_get_process (domain, i)->name;
  message = g_strdup_printf ("unknown process manager \"%s\"", name);
  return eh_place_fail_suggest (error, EH_ERROR_UNKNOWN_TYPE, place, message, name, names), NULL;
}

static gboolean
check_deadline_name (const EhProcessType *type, const char *name, const char *place, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, type->n_deadlines + 1);
  g_autofree char *message = NULL;

  for (gsize i = 0; i < type->n_deadlines; i++)
    {
      names[i] = type->deadlines[i].name;
      if (g_str_equal (names[i], name))
        return TRUE;
    }
  message = g_strdup_printf ("%s has no deadline \"%s\"", type->name, name);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, name, names);
}

/* Without @at any time will do. */
static JsonNode *
expect_time (JsonNode *at, const char *place, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  json_object_set_member (object, "at", at != NULL ? json_node_ref (at) : json_from_string ("{\"$any\":true}", NULL));
  node = json_node_init_object (json_node_alloc (), object);
  return eh_scenario_expect_data (&deadline_schema, node, TRUE, place, error);
}

EhExpectedMessage *
eh_scenario_make_deadline (EhDomain *domain, const char *process, const char *name, JsonNode *at, const char *place,
                           GError **error)
{
  g_autofree char *process_place = eh_place_member (place, "process");
  g_autofree char *name_place = eh_place_member (place, "name");
  g_autoptr (GError) reason = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (process, &reason);
  g_autoptr (EhExpectedMessage) expected = NULL;
  const EhProcessType *type;

  if (stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, process_place, "%s", reason->message), NULL;
  type = find_process (domain, eh_stream_name_get_category (stream), process_place, error);
  if (type == NULL || !check_deadline_name (type, name, name_place, error))
    return NULL;
  expected = eh_expected_message_new (place, stream, name);
  expected->data = expect_time (at, place, error);
  return expected->data != NULL ? g_steal_pointer (&expected) : NULL;
}

static const char *
get_text (JsonObject *object, const char *member, const char *place, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *member_place = eh_place_member (place, member);

  if (node == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "it has no \"%s\"", member), NULL;
  return eh_node_as_string (node, member_place, error);
}

static EhExpectedMessage *
parse_deadline (EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  const char *process, *name;

  if (object == NULL || !eh_node_check_members (object, deadline_members, place, error))
    return NULL;
  process = get_text (object, "process", place, error);
  name = process != NULL ? get_text (object, "name", place, error) : NULL;
  if (name == NULL)
    return NULL;
  return eh_scenario_make_deadline (domain, process, name, json_object_get_member (object, "at"), place, error);
}

gboolean
eh_scenario_parse_deadlines (EhDomain *domain, EhScenario *scenario, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list;

  if (!eh_scenario_need_processes (domain, "set deadlines", place, error))
    return FALSE;
  list = eh_node_as_list (node, place, error);
  if (list == NULL)
    return FALSE;
  scenario->deadlines = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_expected_message_free);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *deadline_place = eh_place_index (place, i);
      EhExpectedMessage *deadline = parse_deadline (domain, json_array_get_element (list, i), deadline_place, error);

      if (deadline == NULL)
        return FALSE;
      g_ptr_array_add (scenario->deadlines, deadline);
    }
  return TRUE;
}
