/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-file.h"

#include <glib/gstdio.h>

#include "eh-simulation-parser-private.h"

struct _EhScenarioFile {
  GObject parent_instance;

  char *name;             /* (owned) */
  GPtrArray *scenarios;   /* (owned) (element-type EhScenario) */
  GPtrArray *simulations; /* (owned) (element-type EhSimulation) */
};

G_DEFINE_FINAL_TYPE (EhScenarioFile, eh_scenario_file, G_TYPE_OBJECT)

/* "$schema" tells editors where the JSON Schema is. */
static const char *const file_members[] = { "$schema", "domain", "scenarios", "simulations", NULL };

static void
eh_scenario_file_finalize (GObject *object)
{
  EhScenarioFile *self = EH_SCENARIO_FILE (object);

  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->scenarios, g_ptr_array_unref);
  g_clear_pointer (&self->simulations, g_ptr_array_unref);
  G_OBJECT_CLASS (eh_scenario_file_parent_class)->finalize (object);
}

static void
eh_scenario_file_class_init (EhScenarioFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_scenario_file_finalize;
}

static void
eh_scenario_file_init (EhScenarioFile *self)
{
}

static gboolean
check_domain (EhDomain *domain, JsonNode *node, GError **error)
{
  const char *name;

  if (node == NULL)
    return TRUE;
  name = eh_node_as_string (node, "domain", error);
  if (name == NULL)
    return FALSE;
  return g_str_equal (name, eh_domain_get_name (domain))
         || eh_place_fail (error, EH_ERROR_INVALID, "domain", "the file is about \"%s\", the domain given is \"%s\"",
                           name, eh_domain_get_name (domain));
}

/* Adds an element of one of the two lists. */
typedef gboolean (*AddFunc) (EhScenarioParser *parser, JsonNode *node, const char *place, GError **error);

static gboolean
parse_list (EhScenarioParser *parser, JsonObject *root, const char *member, AddFunc add, GError **error)
{
  JsonNode *node = json_object_get_member (root, member);
  JsonArray *list;

  if (node == NULL)
    return TRUE;
  list = eh_node_as_list (node, member, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *place = eh_place_index (member, i);

      if (!add (parser, json_array_get_element (list, i), place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_root (EhScenarioParser *parser, JsonNode *root, GError **error)
{
  JsonObject *object = eh_node_as_object (root, "", error);

  if (object == NULL || !eh_node_check_members (object, file_members, "", error))
    return FALSE;
  if (!json_object_has_member (object, "scenarios") && !json_object_has_member (object, "simulations"))
    return eh_place_fail (error, EH_ERROR_INVALID, "", "it has neither \"scenarios\" nor \"simulations\"");
  return check_domain (parser->domain, json_object_get_member (object, "domain"), error)
         && parse_list (parser, object, "scenarios", eh_scenario_parser_add, error)
         && parse_list (parser, object, "simulations", eh_simulation_parser_add, error);
}

EhScenarioFile *
eh_scenario_file_parse (const char *name, const char *text, gssize length, EhDomain *domain, GError **error)
{
  g_autoptr (EhScenarioFile) self = NULL;
  g_autoptr (JsonNode) root = NULL;
  EhScenarioParser parser;
  gsize size;

  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);

  size = length < 0 ? strlen (text) : (gsize) length;
  if (size > EH_SCENARIO_FILE_MAX)
    return eh_place_fail (error, EH_ERROR_LIMIT, name, "longer than %u bytes", EH_SCENARIO_FILE_MAX), NULL;
  root = eh_scenario_read_text (name, text, size, error);
  if (root == NULL)
    return NULL;

  eh_scenario_parser_init (&parser, domain, name);
  if (parse_root (&parser, root, error))
    {
      self = g_object_new (EH_TYPE_SCENARIO_FILE, NULL);
      self->name = g_strdup (name);
      self->scenarios = g_ptr_array_ref (parser.scenarios);
      self->simulations = g_ptr_array_ref (parser.simulations);
    }
  else
    g_prefix_error (error, "%s: ", name);
  eh_scenario_parser_clear (&parser);
  return g_steal_pointer (&self);
}

EhScenarioFile *
eh_scenario_file_load (const char *path, EhDomain *domain, GError **error)
{
  g_autofree char *text = NULL;
  GStatBuf buf;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);

  if (g_stat (path, &buf) == 0 && buf.st_size > (goffset) EH_SCENARIO_FILE_MAX)
    return eh_place_fail (error, EH_ERROR_LIMIT, path, "longer than %u bytes", EH_SCENARIO_FILE_MAX), NULL;
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;
  return eh_scenario_file_parse (path, text, (gssize) length, domain, error);
}

const char *
eh_scenario_file_get_name (EhScenarioFile *self)
{
  g_return_val_if_fail (EH_IS_SCENARIO_FILE (self), NULL);

  return self->name;
}

guint
eh_scenario_file_get_n_scenarios (EhScenarioFile *self)
{
  g_return_val_if_fail (EH_IS_SCENARIO_FILE (self), 0);

  return self->scenarios->len;
}

EhScenario *
eh_scenario_file_get_scenario (EhScenarioFile *self, guint i)
{
  g_return_val_if_fail (EH_IS_SCENARIO_FILE (self), NULL);
  g_return_val_if_fail (i < self->scenarios->len, NULL);

  return g_ptr_array_index (self->scenarios, i);
}

guint
eh_scenario_file_get_n_simulations (EhScenarioFile *self)
{
  g_return_val_if_fail (EH_IS_SCENARIO_FILE (self), 0);

  return self->simulations->len;
}

EhSimulation *
eh_scenario_file_get_simulation (EhScenarioFile *self, guint i)
{
  g_return_val_if_fail (EH_IS_SCENARIO_FILE (self), NULL);
  g_return_val_if_fail (i < self->simulations->len, NULL);

  return g_ptr_array_index (self->simulations, i);
}
