/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-expectations-private.h"

#include "scenarios/eh-alignment-private.h"
#include "scenarios/eh-matcher-private.h"
#include "scenarios/eh-quick-match-private.h"

static void
print_count (GString *text, guint n, const char *what)
{
  if (n == 0)
    g_string_append_printf (text, "no %s", what);
  else
    g_string_append_printf (text, "%u %s%s", n, what, n == 1 ? "" : "s");
}

static char *
count_both (guint n_expected, guint n_actual, const char *noun)
{
  g_autoptr (GString) text = g_string_new ("expected ");

  print_count (text, n_expected, noun);
  if (n_actual == n_expected)
    g_string_append_printf (text, ", got %u that differ%s", n_actual, n_actual == 1 ? "s" : "");
  else
    {
      g_string_append (text, ", got ");
      print_count (text, n_actual, noun);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A diff tells what differs; beside it, all that came shows what it differs in. */
static GPtrArray *
print_all (GArray *actual, const char *name, EhStreamName *home)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

  for (guint j = 0; j < actual->len; j++)
    {
      g_autofree char *text = eh_actual_message_print (&g_array_index (actual, EhActualMessage, j), home);

      g_ptr_array_add (lines, g_strdup_printf ("%s[%u]  %s", name, j, text));
    }
  return lines;
}

void
eh_expectations_check_list (EhScenarioRun *run, GPtrArray *expected, GArray *actual, const char *check,
                            const char *noun)
{
  g_autoptr (EhDiff) diff = eh_alignment_compare (expected, actual, check, run->scenario->stream);
  g_autofree char *counts = NULL;

  if (diff == NULL)
    return;
  counts = count_both (expected->len, actual->len, noun);
  eh_scenario_run_fail (run, check, g_steal_pointer (&diff), "%s", counts);
  if (expected->len > 0 && actual->len > 0)
    eh_scenario_result_set_seen (run->result, print_all (actual, check, run->scenario->stream));
}

static guint
find_match (GArray *actual, guint from, guint to, const EhExpectedMessage *expected)
{
  for (guint j = from; j < to; j++)
    {
      if (eh_actual_message_match (&g_array_index (actual, EhActualMessage, j), expected, "", NULL))
        return j;
    }
  return to;
}

/* What is nearest to a message that is not there: the same one too early, or one of the same type. */
static void
tell_not_included (EhDiff *diff, GArray *actual, guint from, const EhExpectedMessage *expected, const char *path,
                   EhStreamName *home)
{
  g_autofree char *text = eh_expected_message_print (expected, home);
  guint early = find_match (actual, 0, from, expected);

  if (early < from)
    {
      g_autofree char *place = g_strdup_printf ("it before, at %u", early);

      eh_diff_add (diff, EH_DIFF_MOVED, path, text, place);
      return;
    }
  for (guint j = from; j < actual->len; j++)
    {
      EhActualMessage *message = &g_array_index (actual, EhActualMessage, j);

      if (!eh_actual_message_is_type (message, expected))
        continue;
      eh_actual_message_match (message, expected, path, diff);
      return;
    }
  eh_diff_add (diff, EH_DIFF_MISSING, path, text, NULL);
}

void
eh_expectations_check_include (EhScenarioRun *run, GPtrArray *expected, GArray *actual, const char *check,
                               const char *noun)
{
  guint from = 0;

  for (guint i = 0; i < expected->len; i++)
    {
      const EhExpectedMessage *message = g_ptr_array_index (expected, i);
      guint found = find_match (actual, from, actual->len, message);
      g_autofree char *path = NULL;
      EhDiff *diff;

      if (found < actual->len)
        {
          from = found + 1;
          continue;
        }
      path = g_strdup_printf ("%s[%u]", check, i);
      diff = eh_diff_new ();
      tell_not_included (diff, actual, from, message, path, run->scenario->stream);
      eh_scenario_run_fail (run, check, diff, "%s is not among the %u %ss", message->type_name, actual->len, noun);
      return;
    }
}

static void
check_no_events (EhScenarioRun *run, GArray *actual)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  GPtrArray *types = run->scenario->no_events;

  for (guint j = 0; j < actual->len; j++)
    {
      EhActualMessage *message = &g_array_index (actual, EhActualMessage, j);
      g_autofree char *path = g_strdup_printf ("events[%u]", j);
      g_autofree char *text = NULL;

      if (!g_ptr_array_find_with_equal_func (types, message->type_name, g_str_equal, NULL))
        continue;
      text = eh_actual_message_print (message, run->scenario->stream);
      eh_diff_add (diff, EH_DIFF_UNEXPECTED, path, NULL, text);
    }
  if (eh_diff_get_size (diff) > 0)
    eh_scenario_run_fail (run, "no-events", g_steal_pointer (&diff), "a type of event appeared that must not");
}

/* Neither told by the scenario nor a step of a process, which is its own affair. */
static gboolean
is_new (EhScenarioRun *run, EhEvent *event)
{
  guint64 position = eh_event_get_position (event);

  if (run->consumers == NULL)
    return TRUE;
  for (guint i = 0; i < run->told->len; i++)
    {
      if (g_array_index (run->told, guint64, i) == position)
        return FALSE;
    }
  return eh_domain_find_process (run->domain, eh_stream_name_get_category (eh_event_get_stream (event))) == NULL;
}

/* The pages are kept as long as the messages, which borrow the events. */
static gboolean
read_new_events (EhScenarioRun *run, GPtrArray *pages, GArray *actual)
{
  guint64 position = run->head + 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (GError) error = NULL;
      EhEventPage *page = eh_event_store_read_all (run->store, NULL, position, EH_FORWARDS, 0, NULL, &error);

      if (page == NULL)
        {
          eh_scenario_run_fail (run, "events", NULL, "the events cannot be read: %s", error->message);
          return FALSE;
        }
      g_ptr_array_add (pages, page);
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          if (is_new (run, eh_event_page_get (page, i)))
            eh_actual_messages_add (actual, eh_event_page_get (page, i), NULL);
        }
      position = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  return TRUE;
}

static void
check_events (EhScenarioRun *run)
{
  EhScenario *scenario = run->scenario;
  g_autoptr (GPtrArray) pages = NULL;
  g_autoptr (GArray) actual = NULL;

  if (scenario->events == NULL && scenario->events_include == NULL && scenario->no_events == NULL)
    return;
  pages = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_page_unref);
  actual = eh_actual_messages_new ();
  if (!read_new_events (run, pages, actual))
    return;

  if (scenario->events != NULL)
    eh_expectations_check_list (run, scenario->events, actual, "events", "event");
  if (scenario->events_include != NULL)
    eh_expectations_check_include (run, scenario->events_include, actual, "events-include", "event");
  if (scenario->no_events != NULL)
    check_no_events (run, actual);
}

static void
check_published (EhScenarioRun *run)
{
  g_autoptr (GArray) actual = NULL;

  if (run->scenario->published == NULL)
    return;
  while (eh_memory_bus_step (EH_MEMORY_BUS (run->bus)))
    continue;
  actual = eh_actual_messages_new ();
  for (guint i = 0; i < run->published->len; i++)
    {
      const EhPublished *entry = &g_array_index (run->published, EhPublished, i);

      eh_actual_messages_add (actual, entry->event, entry->topic);
    }
  eh_expectations_check_list (run, run->scenario->published, actual, "published", "event");
}

static gboolean
match_string (JsonNode *expected, const char *actual, const char *path, EhDiff *diff)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), actual);

  return eh_matcher_match (expected, node, FALSE, path, diff);
}

/* A code is a number or a nick, whichever is expected. */
static gboolean
match_code (JsonNode *expected, gint code, const char *nick, EhDiff *diff)
{
  g_autoptr (JsonNode) node = json_node_init_int (json_node_alloc (), code);

  if (eh_matcher_match (expected, node, FALSE, "error.code", NULL))
    return TRUE;
  if (nick != NULL)
    return match_string (expected, nick, "error.code", diff);
  return eh_matcher_match (expected, node, FALSE, "error.code", diff);
}

static gboolean
match_error (EhScenarioRun *run, const EhExpectedError *expected, EhDiff *diff)
{
  const GError *error = run->error;
  const char *nick = eh_domain_get_error_nick (run->domain, error);
  const char *domain = g_quark_to_string (error->domain);
  gboolean match = TRUE;

  if (expected->nick != NULL && g_strcmp0 (expected->nick, nick) != 0)
    {
      eh_diff_add (diff, EH_DIFF_CHANGED, "error", expected->nick, nick != NULL ? nick : "one without a nick");
      match = FALSE;
    }
  if (expected->domain != NULL && !g_str_equal (expected->domain, domain))
    {
      eh_diff_add (diff, EH_DIFF_CHANGED, "error.domain", expected->domain, domain);
      match = FALSE;
    }
  if (expected->code != NULL)
    match = match_code (expected->code, error->code, nick, diff) && match;
  if (expected->message != NULL)
    match = match_string (expected->message, error->message, "error.message", diff) && match;
  return match;
}

static const char *
get_error_name (const EhExpectedError *expected)
{
  if (expected->nick != NULL)
    return expected->nick;
  return expected->domain != NULL ? expected->domain : "one that is described";
}

static const char *
get_command_name (EhScenarioRun *run)
{
  return run->error_step->schema != NULL ? run->error_step->schema->name : "the step";
}

static void
check_expected_error (EhScenarioRun *run, const EhExpectedError *expected)
{
  g_autoptr (EhDiff) diff = NULL;
  g_autofree char *described = NULL;

  if (run->error == NULL)
    {
      eh_scenario_run_fail (run, "error", NULL, "expected the error %s, but none came: every command was accepted",
                            get_error_name (expected));
      return;
    }
  diff = eh_diff_new ();
  if (match_error (run, expected, diff))
    return;
  described = eh_scenario_run_describe_error (run, run->error);
  eh_scenario_run_fail (run, "error", g_steal_pointer (&diff), "expected the error %s, but another came at %s: %s",
                        get_error_name (expected), run->error_step->place, described);
}

static void
check_error (EhScenarioRun *run)
{
  g_autofree char *described = NULL;

  if (run->error != NULL && run->error_is_told)
    return;
  if (run->scenario->error != NULL)
    {
      check_expected_error (run, run->scenario->error);
      return;
    }
  if (run->error == NULL)
    return;
  described = eh_scenario_run_describe_error (run, run->error);
  eh_scenario_run_fail (run, "error", NULL, "%s failed at %s, and no error was expected: %s", get_command_name (run),
                        run->error_step->place, described);
}

static gboolean
match_state (const EhExpectedState *expected, const EhAggregate *aggregate, const char *path, EhDiff *diff,
             GError **error)
{
  const EhSchema *schema = eh_aggregate_get_aggregate_type (aggregate)->state;
  gconstpointer state = eh_aggregate_get_state (aggregate);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (eh_quick_match (expected->state, schema, state, TRUE))
    return TRUE;
  text = eh_schema_to_json (schema, state, error);
  if (text == NULL)
    return FALSE;
  node = json_from_string (text, error);
  return node != NULL && eh_matcher_match (expected->state, node, TRUE, path, diff);
}

static void
check_state (EhScenarioRun *run, const EhExpectedState *expected)
{
  const char *stream = eh_stream_name_to_string (expected->stream);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhAggregate) aggregate = eh_repository_load (run->repository, expected->stream, TRUE, NULL, &error);
  g_autoptr (EhDiff) diff = eh_diff_new ();

  if (aggregate != NULL && match_state (expected, aggregate, "state", diff, &error))
    {
      eh_repository_give_back (run->repository, g_steal_pointer (&aggregate));
      return;
    }
  if (error != NULL)
    eh_scenario_run_fail (run, "state", NULL, "the state of %s cannot be read: %s", stream, error->message);
  else if (eh_aggregate_get_version (aggregate) == 0)
    eh_scenario_run_fail (run, "state", g_steal_pointer (&diff), "%s does not exist: it has no events", stream);
  else
    eh_scenario_run_fail (run, "state", g_steal_pointer (&diff), "%s is in another state", stream);
}

static EhStreamName *
get_home (EhScenario *scenario)
{
  if (scenario->stream != NULL)
    return scenario->stream;
  for (guint i = 0; i < scenario->when->len; i++)
    {
      const EhStep *step = g_ptr_array_index (scenario->when, i);

      if (step->stream != NULL)
        return step->stream;
    }
  return NULL;
}

static void
check_version (EhScenarioRun *run)
{
  EhStreamName *stream = get_home (run->scenario);
  g_autoptr (GError) error = NULL;
  guint64 version;

  if (!run->scenario->has_version)
    return;
  if (stream == NULL)
    eh_scenario_run_fail (run, "version", NULL, "the scenario is in no stream: say which one it is with \"in\"");
  else if (!eh_event_store_get_version (run->store, stream, &version, NULL, &error))
    eh_scenario_run_fail (run, "version", NULL, "the version of %s cannot be read: %s",
                          eh_stream_name_to_string (stream), error->message);
  else if (version != run->scenario->version)
    eh_scenario_run_fail (run, "version", NULL,
                          "expected %s at version %" G_GUINT64_FORMAT ", it is at %" G_GUINT64_FORMAT,
                          eh_stream_name_to_string (stream), run->scenario->version, version);
}

void
eh_expectations_check (EhScenarioRun *run)
{
  GPtrArray *states = run->scenario->states;

  check_error (run);
  check_events (run);
  for (guint i = 0; states != NULL && i < states->len; i++)
    check_state (run, g_ptr_array_index (states, i));
  check_version (run);
  check_published (run);
  if (run->consumers != NULL)
    eh_expectations_check_consumers (run);
}
