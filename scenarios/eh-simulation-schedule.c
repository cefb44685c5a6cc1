/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

/*
 * "schedule" and "fault-at": one exact run, a line of words for each operation. Here only the words are checked, so
 * that a misspelt one is told at once; whether they fit the run is seen when it is replayed.
 *
 *     alice: append Account-a1
 *     alice: append Account-a1 #1: append-ambiguous (applied)
 */

/* Who may be named: (transfer full) */
static char **
list_names (const EhSimulation *self, EhDomain *domain)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->clients->len; i++)
    g_strv_builder_add (builder, ((const EhSimClient *) g_ptr_array_index (self->clients, i))->name);
  for (guint i = 1; i <= self->generate.n_clients; i++)
    {
      g_autofree char *generated = g_strdup_printf ("client-%u", i);

      g_strv_builder_add (builder, generated);
    }
  for (guint i = 0; i < eh_domain_get_n_processes (domain); i++)
    g_strv_builder_add (builder, eh_domain_get_process (domain, i)->name);
  for (guint i = 0; i < eh_domain_get_n_projections (domain); i++)
    g_strv_builder_add (builder, eh_domain_get_projection (domain, i)->name);
  if (self->publish_by_relay)
    g_strv_builder_add (builder, EH_SIMULATION_RELAY);
  return g_strv_builder_end (builder);
}

static gboolean
check_name (const EhSimulation *self, EhDomain *domain, const char *name, const char *place, GError **error)
{
  g_auto (GStrv) names = list_names (self, domain);
  g_autofree char *message = NULL;

  if (g_strv_contains ((const char *const *) names, name))
    return TRUE;
  message = g_strdup_printf ("no client \"%s\"", name);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, name, (const char *const *) names);
}

static gboolean
check_operation (const char *operation, const char *place, GError **error)
{
  const char *nicks[EH_OP_N_KINDS + 1] = { NULL };
  g_autofree char *nick = g_strndup (operation, strcspn (operation, " "));
  g_autofree char *message = NULL;

  for (guint i = 0; i < EH_OP_N_KINDS; i++)
    nicks[i] = eh_op_kind_get_nick (i);
  if (g_strv_contains (nicks, nick))
    return TRUE;
  message = g_strdup_printf ("unknown operation \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, nicks);
}

static gboolean
check_line (EhSimulation *self, EhDomain *domain, const char *line, const char *place, GError **error)
{
  const char *colon = strstr (line, ": ");
  g_autofree char *client = NULL;

  if (colon == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "\"%s\": not a client and its operation, such as \"alice: load Account-a1\"", line);
  client = g_strndup (line, (gsize) (colon - line));
  return check_name (self, domain, client, place, error) && check_operation (colon + strlen (": "), place, error);
}

/* "#2" before the colon: which of all such operations it is, from 1. */
static gboolean
check_number (const char *line, const char *colon, const char *place, GError **error)
{
  g_autofree char *operation = g_strndup (line, (gsize) (colon - line));
  const char *number = g_strrstr (operation, " #");

  if (number == NULL || number[2] == '\0' || number[2 + strspn (number + 2, "0123456789")] != '\0'
      || g_ascii_string_to_unsigned (number + 2, 10, 1, G_MAXUINT, NULL, NULL))
    return TRUE;
  return eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\": such operations are counted from #1", number + 1);
}

/* What goes wrong is behind the last colon; an outcome may follow in parentheses. */
static gboolean
parse_fault (const char *line, const char *place, EhFaultKind *kind, GError **error)
{
  const char *colon = g_strrstr (line, ": ");
  g_autofree char *nick = NULL;

  if (colon == strstr (line, ": "))
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "\"%s\": says no fault, such as in \"alice: append Account-a1 #1: append-error\"", line);
  if (!check_number (line, colon, place, error))
    return FALSE;
  colon += strlen (": ");
  nick = g_strndup (colon, strcspn (colon, " "));
  return eh_simulation_parse_fault_nick (nick, NULL, place, kind, error);
}

static char **
parse_lines (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *list = eh_node_as_list (node, place, error);

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *line_place = eh_place_index (place, i);
      const char *line = eh_node_as_string (json_array_get_element (list, i), line_place, error);

      if (line == NULL || !check_line (self, domain, line, line_place, error))
        return NULL;
      g_strv_builder_add (builder, line);
    }
  return g_strv_builder_end (builder);
}

/* What is to happen is allowed to happen, as often as it is named: "faults" need not say so again. */
static gboolean
imply_faults (EhSimulation *self, const char *place, GError **error)
{
  guint counts[EH_FAULT_N_KINDS] = { 0 };

  for (guint i = 0; self->fault_at[i] != NULL; i++)
    {
      g_autofree char *line_place = eh_place_index (place, i);
      EhFaultKind kind;

      if (!parse_fault (self->fault_at[i], line_place, &kind, error))
        return FALSE;
      if (++counts[kind] > EH_SIMULATION_FAULTS_MAX)
        return eh_place_fail (error, EH_ERROR_LIMIT, line_place, "more than %u faults of this kind",
                              EH_SIMULATION_FAULTS_MAX);
      self->most[kind] = MAX (self->most[kind], counts[kind]);
    }
  return TRUE;
}

gboolean
eh_simulation_parse_schedule (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  self->schedule = parse_lines (self, domain, node, place, error);
  return self->schedule != NULL;
}

gboolean
eh_simulation_parse_fault_at (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  self->fault_at = parse_lines (self, domain, node, place, error);
  return self->fault_at != NULL && imply_faults (self, place, error);
}
