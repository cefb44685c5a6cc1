/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

#include "model/eh-timestamp-private.h"

/* "faults" and "explore": what may go wrong, and how it is searched for. */

/* "jobs" comes last: only those who start an exploration say it. */
static const char *const explore_members[] = { "strategy", "runs", "time", "seed", "depth", NULL };
static const char *const override_members[] = { "strategy", "runs", "time", "seed", "depth", "jobs", NULL };

/* All waits of a client one after the other still end within the time that there is. */
#define INTERVAL_MAX (36500 * G_TIME_SPAN_DAY)

gboolean
eh_simulation_parse_fault_nick (const char *nick, const char *other, const char *place, EhFaultKind *kind,
                                GError **error)
{
  const char *nicks[EH_FAULT_N_KINDS + 1] = { NULL };
  g_autofree char *message = NULL;

  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    nicks[i - 1] = eh_fault_kind_get_nick (i);
  if (g_strv_contains (nicks, nick))
    return eh_fault_kind_from_nick (nick, kind);
  nicks[EH_FAULT_N_KINDS - 1] = other;
  message = g_strdup_printf ("unknown fault \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, nicks);
}

static gboolean
parse_fault (EhSimulation *self, const char *nick, JsonNode *node, const char *place, GError **error)
{
  EhFaultKind kind;

  if (g_str_equal (nick, "total"))
    return eh_simulation_parse_count (node, 1, EH_SIMULATION_FAULTS_MAX, place, &self->most_in_all, error);
  return eh_simulation_parse_fault_nick (nick, "all", place, &kind, error)
         && eh_simulation_parse_count (node, 0, EH_SIMULATION_FAULTS_MAX, place, &self->most[kind], error);
}

static gboolean
parse_all_faults (EhSimulation *self, JsonNode *node, const char *place, GError **error)
{
  guint most;

  if (!eh_simulation_parse_count (node, 0, EH_SIMULATION_FAULTS_MAX, place, &most, error))
    return FALSE;
  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    self->most[i] = most;
  return TRUE;
}

/* "all" comes first wherever it is written, so that the others can be exceptions. */
gboolean
eh_simulation_parse_faults (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };
  g_autofree char *all_place = eh_place_member (place, "all");
  JsonNode *all;

  if (!eh_members_begin (&members, node, NULL, place, error))
    return FALSE;
  all = json_object_get_member (json_node_get_object (node), "all");
  if (all != NULL && !parse_all_faults (self, all, all_place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      if (!g_str_equal (members.name, "all") && !parse_fault (self, members.name, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_strategy (EhExploreBudget *self, JsonNode *node, const char *place, GError **error)
{
  const char *nick = eh_node_as_string (node, place, error);
  const char *nicks[EH_STRATEGY_N + 1] = { NULL };
  g_autofree char *message = NULL;

  if (nick == NULL)
    return FALSE;
  if (eh_strategy_from_nick (nick, &self->strategy))
    return TRUE;
  for (guint i = 0; i < EH_STRATEGY_N; i++)
    nicks[i] = eh_strategy_get_nick (i);
  message = g_strdup_printf ("unknown strategy \"%s\"", nick);
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, place, message, nick, nicks);
}

/* A whole number and a unit, as one types it: "10s". */
static gboolean
scan_short_time (const char *text, gint64 *time)
{
  static const struct {
    const char *unit;
    gint64 length;
  } units[] = { { "ms", 1000 },
                { "s", G_USEC_PER_SEC },
                { "m", 60 * G_USEC_PER_SEC },
                { "h", G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC } };
  guint64 number = 0;
  char *unit;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  number = g_ascii_strtoull (text, &unit, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      if (!g_str_equal (unit, units[i].unit) || number > (guint64) (G_MAXINT64 / units[i].length))
        continue;
      *time = (gint64) number * units[i].length;
      return TRUE;
    }
  return FALSE;
}

gboolean
eh_simulation_parse_interval (JsonNode *node, const char *place, gint64 *interval, GError **error)
{
  const char *text = eh_node_as_string (node, place, error);

  if (text == NULL)
    return FALSE;
  if (!scan_short_time (text, interval) && !eh_interval_parse (text, interval, NULL))
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "\"%s\": not a time such as \"10s\", \"2m\", \"500ms\" or \"PT10S\"", text);
  return *interval <= INTERVAL_MAX
         || eh_place_fail (error, EH_ERROR_LIMIT, place, "must be at most 100 years (P36500D)");
}

/* No time at all is not a budget; in the struct it means that there is no limit. */
static gboolean
parse_time (EhExploreBudget *self, JsonNode *node, const char *place, GError **error)
{
  gint64 time;

  if (!eh_simulation_parse_interval (node, place, &time, error))
    return FALSE;
  if (time <= 0)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "must be longer than nothing");
  self->max_time = time;
  return TRUE;
}

/* Seeds have 64 bits and numbers of files a sign: any whole number is a seed. */
static gboolean
parse_seed (EhExploreBudget *self, JsonNode *node, const char *place, GError **error)
{
  gint64 seed;

  if (!eh_node_as_integer (node, G_MININT64, place, &seed, error))
    return FALSE;
  self->seed = (guint64) seed;
  return TRUE;
}

static gboolean
parse_runs (EhExploreBudget *self, JsonNode *node, const char *place, GError **error)
{
  gint64 runs;

  if (!eh_node_as_integer (node, 1, place, &runs, error))
    return FALSE;
  self->max_runs = (guint64) runs;
  return TRUE;
}

static gboolean
parse_budget_member (EhExploreBudget *self, const char *member, JsonNode *node, const char *place, GError **error)
{
  if (g_str_equal (member, "strategy"))
    return parse_strategy (self, node, place, error);
  if (g_str_equal (member, "runs"))
    return parse_runs (self, node, place, error);
  if (g_str_equal (member, "time"))
    return parse_time (self, node, place, error);
  if (g_str_equal (member, "seed"))
    return parse_seed (self, node, place, error);
  if (g_str_equal (member, "depth"))
    return eh_simulation_parse_count (node, 0, G_MAXINT32, place, &self->max_depth, error);
  return eh_simulation_parse_count (node, 1, EH_EXPLORE_JOBS_MAX, place, &self->n_jobs, error);
}

static gboolean
parse_budget (EhExploreBudget *self, const char *const *allowed, JsonNode *node, const char *place, GError **error)
{
  g_auto (EhMembers) members = { NULL };

  if (!eh_members_begin (&members, node, NULL, place, error)
      || !eh_node_check_members (json_node_get_object (node), allowed, place, error))
    return FALSE;
  while (eh_members_next (&members))
    {
      if (!parse_budget_member (self, members.name, members.node, members.place, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_simulation_parse_explore (EhSimulation *self, EhDomain *domain, JsonNode *node, const char *place, GError **error)
{
  return parse_budget (&self->budget, explore_members, node, place, error);
}

gboolean
eh_explore_budget_override (EhExploreBudget *budget, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = eh_scenario_read_text ("explore", text, strlen (text), error);
  EhExploreBudget result = *budget;

  if (node == NULL || !parse_budget (&result, override_members, node, "explore", error))
    return FALSE;
  *budget = result;
  return TRUE;
}
