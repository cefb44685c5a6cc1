/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-draw.h"

#include "scenarios/eh-simulation-result-private.h"

/*
 * Whole simulated runs. The bytes say which domain it is, who does what, how the world is wired, what may go wrong,
 * what is looked at and how it is searched, so that nearly all bytes are a simulation, and some are a mistake of one.
 * Whatever comes of it has to be one of the documented results, has to come a second time, by two jobs too, and what
 * fails has to be written so that it fails again. Then the schedule that was written is spoilt, which may end in
 * anything but a crash. G_MESSAGES_DEBUG=all shows what the bytes say.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static gboolean
is_timed (const EhSimulation *simulation)
{
  return simulation->budget.max_time > 0;
}

static void
check_result (const EhSimulationResult *result)
{
  const EhSimulation *simulation = result->simulation;
  const char *sentence = eh_simulation_result_get_sentence (result);
  gboolean is_exact = simulation->schedule != NULL || simulation->fault_at != NULL;

  if (sentence == NULL || *sentence == '\0' || !g_utf8_validate (sentence, -1, NULL))
    g_error ("no sentence");
  g_debug ("%s: %s", eh_simulation_status_get_nick (result->status), sentence);
  switch (result->status)
    {
    case EH_SIMULATION_PROVEN:
    case EH_SIMULATION_SAMPLED:
      if (result->check != 0 || is_exact)
        g_error ("%s: said of what failed, or of one run", sentence);
      break;
    case EH_SIMULATION_PASSED:
    case EH_SIMULATION_DIVERGED:
      if (result->check != 0 || !is_exact)
        g_error ("%s: said of what failed, or of no schedule", sentence);
      break;
    case EH_SIMULATION_VIOLATION:
    case EH_SIMULATION_EXPECTED:
    case EH_SIMULATION_NO_PROGRESS:
      if (result->check == 0)
        g_error ("%s: which check?", sentence);
      break;
    case EH_SIMULATION_NO_BUDGET:
      if (!is_timed (simulation))
        g_error ("%s", sentence);
      break;
    case EH_SIMULATION_NOT_DETERMINISTIC:
    default:
      g_error ("%d: %s", result->status, sentence);
    }
}

/* (nullable) */
static EhSimulationResult *
explore (EhDomain *domain, EhSimulation *simulation, const char *overrides)
{
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);

  if ((result == NULL) != (error != NULL))
    g_error ("an error is set if and only if there is no result");
  if (error != NULL && !g_utf8_validate (error->message, -1, NULL))
    g_error ("what is wrong is not text");
  if (result != NULL)
    check_result (result);
  return result;
}

/* All that is said of it. */
static char *
tell (const EhSimulationResult *result)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *json = NULL;
  g_autofree char *page = NULL;

  if (result == NULL)
    return g_strdup ("refused");
  node = eh_simulation_result_to_json (result);
  json = json_to_string (node, FALSE);
  page = eh_simulation_results_to_html (&result, 1);
  eh_simulation_result_print (result, &(EhSimulationPrint){ 0 }, text);
  if (!g_utf8_validate (text->str, -1, NULL) || !g_utf8_validate (page, -1, NULL))
    g_error ("what is said of it is not text");
  return g_strconcat (text->str, json, page, NULL);
}

/* ---- what failed ---- */

static EhScenarioFile *
parse (EhDomain *domain, const char *text)
{
  g_autoptr (GError) error = NULL;
  EhScenarioFile *file = eh_scenario_file_parse ("f", text, -1, domain, &error);

  if ((file == NULL) != (error != NULL))
    g_error ("an error is set if and only if there is no file");
  if (error != NULL)
    g_debug ("%s", error->message);
  return file;
}

static void
check_same_failure (const EhSimulationResult *result, const EhSimulationResult *again)
{
  if (again == NULL)
    g_error ("%s: cannot be run again", result->failure_json);
  if (again->status != result->status || again->check != result->check
      || g_strcmp0 (again->shown.verdict.role, result->shown.verdict.role) != 0)
    g_error ("%s: was: %s; is: %s", result->failure_json, result->sentence, again->sentence);
}

/* Lines are moved, dropped and doubled: names that are right, in places that may be wrong. */
static void
spoil (Draw *draw, char **lines)
{
  guint n = lines != NULL ? g_strv_length (lines) : 0;

  for (guint i = 0; i < n; i++)
    {
      guint k = i + draw_below (draw, n - i);
      char *line = lines[i];

      lines[i] = lines[k];
      lines[k] = line;
      if (!draw_one_in (draw, 4))
        continue;
      line = g_strdup (lines[draw_below (draw, n)]);
      g_free (lines[i]);
      lines[i] = line;
    }
}

static void
check_failure (Draw *draw, EhDomain *domain, const EhSimulationResult *result)
{
  g_autoptr (EhScenarioFile) file = NULL;
  EhSimulation *simulation;
  g_autoptr (EhSimulationResult) again = NULL;
  g_autoptr (EhSimulationResult) spoilt = NULL;

  if (result->failure_json == NULL)
    {
      if (result->simulation->nodes->len == 0)
        g_error ("nothing was written: %s", (const char *) g_ptr_array_index (result->warnings, 0));
      return;
    }
  file = parse (domain, result->failure_json);
  if (file == NULL)
    g_error ("%s: cannot be read again", result->failure_json);
  simulation = eh_scenario_file_get_simulation (file, 0);
  again = explore (domain, simulation, NULL);
  check_same_failure (result, again);
  spoil (draw, simulation->schedule);
  spoil (draw, simulation->fault_at);
  spoilt = explore (domain, simulation, NULL);
}

static void
play (Draw *draw, EhDomain *domain, EhSimulation *simulation)
{
  g_autoptr (EhSimulationResult) result = explore (domain, simulation, NULL);
  g_autoptr (EhSimulationResult) again = explore (domain, simulation, draw_one_in (draw, 4) ? "{ \"jobs\": 2 }" : NULL);
  g_autofree char *text = tell (result);
  g_autofree char *text_again = tell (again);

  if (!is_timed (simulation) && !g_str_equal (text, text_again))
    g_error ("%s became %s", text, text_again);
  if (result != NULL && result->exploration.failed)
    check_failure (draw, domain, result);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Draw draw = { data, size, 0 };
  const Stage *stage = draw_stage (&draw);
  g_autofree char *text = draw_simulation (&draw, stage);
  g_autoptr (EhDomain) domain = stage->domain_new ();
  g_autoptr (EhScenarioFile) file = NULL;
  EhSimulation *simulation;

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  g_debug ("%s", text);
  if (!eh_domain_seal (domain, NULL))
    g_error ("the domain is wrong");
  file = parse (domain, text);
  if (file == NULL)
    return 0;
  simulation = eh_scenario_file_get_simulation (file, 0);
  if (stage->node != NULL)
    g_ptr_array_add (simulation->nodes, (gpointer) stage->node);
  play (&draw, domain, simulation);
  return 0;
}
