/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

/* "options", "check" and "expect-violation": how the world is wired, and what is looked at. */

static const char *const option_members[] = { "expect", "publish", "retry", "bus", "snapshots", "consumers", NULL };

static const char *const expect_words[] = { "exact", "any", NULL };
static const char *const publish_words[] = { "relay", "after-save", NULL };
static const char *const bus_words[] = { "ordered", "unordered", NULL };

#define RETRY_MAX 100
#define SNAPSHOTS_MAX 1000000

/* One of two words; the first is the default. */
static gboolean
parse_choice (JsonNode *node, const char *const *words, const char *place, gboolean *second, GError **error)
{
  const char *word = eh_node_as_string (node, place, error);
  g_autofree char *message = NULL;

  if (word == NULL)
    return FALSE;
  if (g_strv_contains (words, word))
    {
      *second = g_str_equal (word, words[1]);
      return TRUE;
    }
  message = g_strdup_printf ("expected \"%s\" or \"%s\", found \"%s\"", words[0], words[1], word);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, word, words);
}

static gboolean
check_consumer (EhDomain *domain, const char *name, const char *place, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *message = NULL;

  if (eh_domain_find_projection (domain, name) != NULL || eh_domain_find_process (domain, name) != NULL)
    return TRUE;
  for (guint i = 0; i < eh_domain_get_n_projections (domain); i++)
    g_ptr_array_add (names, (gpointer) eh_domain_get_projection (domain, i)->name);
  for (guint i = 0; i < eh_domain_get_n_processes (domain); i++)
    g_ptr_array_add (names, (gpointer) eh_domain_get_process (domain, i)->name);
  g_ptr_array_add (names, NULL);
  message = g_strdup_printf ("domain \"%s\" has no projection or process manager \"%s\"", eh_domain_get_name (domain),
                             name);
  return eh_place_fail_suggest (error, EH_ERROR_UNKNOWN_TYPE, place, message, name, (const char *const *) names->pdata);
}

static gboolean
parse_consumers (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list = eh_node_as_list (node, place, error);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *name_place = eh_place_index (place, i);
      const char *name = eh_node_as_string (json_array_get_element (list, i), name_place, error);

      if (name == NULL || !check_consumer (domain, name, name_place, error))
        return FALSE;
      g_strv_builder_add (names, name);
    }
  self->consumers = g_strv_builder_end (names);
  return TRUE;
}

/* Said is more than meant: then a relay runs although nobody listens. */
static gboolean
parse_publish (EhSimulation *self, JsonNode *node, const char *place, GError **error)
{
  if (!parse_choice (node, publish_words, place, &self->publish_after_save, error))
    return FALSE;
  self->publish_by_relay = !self->publish_after_save;
  return TRUE;
}

static gboolean
parse_option (EhSimulation *self, EhDomain *domain, const char *member, JsonNode *node, const char *place,
              GError **error)
{
  if (g_str_equal (member, "expect"))
    return parse_choice (node, expect_words, place, &self->expect_any, error);
  if (g_str_equal (member, "publish"))
    return parse_publish (self, node, place, error);
  if (g_str_equal (member, "bus"))
    return parse_choice (node, bus_words, place, &self->bus_unordered, error);
  if (g_str_equal (member, "retry"))
    return eh_simulation_parse_count (node, 1, RETRY_MAX, place, &self->retry, error);
  if (g_str_equal (member, "snapshots"))
    return eh_simulation_parse_count (node, 0, SNAPSHOTS_MAX, place, &self->snapshots, error);
  return parse_consumers (self, domain, node, place, error);
}

gboolean
eh_simulation_parse_options (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (object == NULL || !eh_node_check_members (object, option_members, place, error))
    return FALSE;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *option_place = eh_place_member (place, name);

      if (!parse_option (self, domain, name, member, option_place, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_simulation_parse_check_nick (EhSimCheck *check, const char *nick, const char *place, GError **error)
{
  const char *nicks[8 * sizeof (EhSimCheck) + 1] = { NULL };
  g_autofree char *message = NULL;

  for (guint i = 0; eh_sim_check_nicks[i].nick != NULL; i++)
    {
      if (g_str_equal (eh_sim_check_nicks[i].nick, nick))
        {
          *check |= (EhSimCheck) eh_sim_check_nicks[i].value;
          return TRUE;
        }
      nicks[i] = eh_sim_check_nicks[i].nick;
    }
  message = g_strdup_printf ("unknown check \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, nicks);
}

gboolean
eh_simulation_parse_check (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  JsonArray *list = eh_node_as_list (node, place, error);

  if (list == NULL)
    return FALSE;
  if (json_array_get_length (list) == 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "empty; leave it out for all checks");
  self->checks = 0;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *nick_place = eh_place_index (place, i);
      const char *nick = eh_node_as_string (json_array_get_element (list, i), nick_place, error);

      if (nick == NULL || !eh_simulation_parse_check_nick (&self->checks, nick, nick_place, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_simulation_parse_expect_violation (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place,
                                      GError **error)
{
  const char *nick = eh_node_as_string (node, place, error);

  return nick != NULL && eh_simulation_parse_check_nick (&self->expect_violation, nick, place, error);
}
