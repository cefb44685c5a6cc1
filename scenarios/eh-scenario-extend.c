/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

/*
 * A scenario that extends an earlier one begins where that one began, or, with "after", where it ended. Its stream
 * is that one's too unless it names another.
 */

static gboolean
get_after (JsonObject *object, const char *place, gboolean *after, GError **error)
{
  JsonNode *node = json_object_get_member (object, "after");
  g_autofree char *after_place = eh_place_member (place, "after");

  return node == NULL || eh_node_as_boolean (node, after_place, after, error);
}

static gboolean
fail_no_base (EhScenarioParser *self, const char *name, const char *place, GError **error)
{
  g_autofree const char **names = g_new0 (const char *, self->names->len + 1);
  g_autofree char *message = g_strdup_printf ("no earlier scenario is called \"%s\"", name);

  for (guint i = 0; i < self->names->len; i++)
    names[i] = g_ptr_array_index (self->names, i);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, name, names);
}

static EhScenario *
find_base (EhScenarioParser *self, JsonObject *object, const char *place, GError **error)
{
  g_autofree char *extends_place = eh_place_member (place, "extends");
  const char *name = eh_node_as_string (json_object_get_member (object, "extends"), extends_place, error);
  gpointer base;

  if (name == NULL)
    return NULL;
  if (!g_hash_table_lookup_extended (self->bases, name, NULL, &base))
    return fail_no_base (self, name, extends_place, error), NULL;
  if (base == NULL)
    eh_place_fail (error, EH_ERROR_INVALID, extends_place,
                   "\"%s\" has examples, so it is several; only one can be extended", name);
  return base;
}

static void
add_steps (EhScenario *scenario, GPtrArray *steps, const char *base_name)
{
  for (guint i = 0; i < steps->len; i++)
    {
      const EhStep *step = g_ptr_array_index (steps, i);
      gboolean is_borrowed = strstr (step->place, " of \"") != NULL;
      g_autofree char *place = is_borrowed ? g_strdup (step->place)
                                           : g_strdup_printf ("%s of \"%s\"", step->place, base_name);

      if (step->kind != EH_STEP_NOTHING)
        g_ptr_array_add (scenario->given, eh_step_copy (step, place));
    }
}

static gboolean
extend_after (EhScenario *scenario, const EhScenario *base, const char *place, GError **error)
{
  g_autofree char *after_place = eh_place_member (place, "after");

  if (base->error != NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, after_place,
                          "what \"%s\" does is refused, so nothing can come after it", base->name);
  add_steps (scenario, base->when, base->name);
  return TRUE;
}

gboolean
eh_scenario_parser_extend (EhScenarioParser *self, EhScenario *scenario, JsonObject *object, const char *place,
                           GError **error)
{
  gboolean after = FALSE;
  EhScenario *base;

  if (!get_after (object, place, &after, error))
    return FALSE;
  if (!json_object_has_member (object, "extends"))
    return !json_object_has_member (object, "after")
           || eh_place_fail (error, EH_ERROR_INVALID, place, "\"after\" needs \"extends\": after what?");
  base = find_base (self, object, place, error);
  if (base == NULL)
    return FALSE;
  if (scenario->stream == NULL && base->stream != NULL)
    scenario->stream = eh_stream_name_ref (base->stream);
  add_steps (scenario, base->given, base->name);
  return !after || extend_after (scenario, base, place, error);
}
