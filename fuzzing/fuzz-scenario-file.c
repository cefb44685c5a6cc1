/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>

#include "../tests/scenarios/order-domain.h"
#include "../tests/scenarios/shop-domain.h"
#include "scenarios/eh-matcher-private.h"
#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-node-private.h"
#include "scenarios/eh-scenario-private.h"
#include "scenarios/eh-simulation-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check_steps (GPtrArray *steps)
{
  for (guint i = 0; i < steps->len; i++)
    {
      const EhStep *step = g_ptr_array_index (steps, i);

      if (step->place == NULL || (step->data == NULL) != (step->schema == NULL))
        g_error ("half a step");
      if (step->data != NULL && !eh_schema_check (step->schema, step->data, NULL))
        g_error ("%s: data that cannot be written", step->place);
    }
}

/* Anything can be compared with anything; what the outcome is, the tests of matchers tell. */
static void
check_messages (GPtrArray *messages)
{
  for (guint i = 0; messages != NULL && i < messages->len; i++)
    {
      const EhExpectedMessage *message = g_ptr_array_index (messages, i);
      g_autoptr (EhDiff) diff = eh_diff_new ();

      eh_matcher_match (message->data, message->data, i % 2 == 0, message->place, diff);
    }
}

static void
check_scenario (EhScenario *scenario)
{
  if (scenario->when->len == 0)
    g_error ("%s: nothing is done", scenario->place);
  check_steps (scenario->given);
  check_steps (scenario->when);
  check_messages (scenario->events);
  check_messages (scenario->events_include);
  check_messages (scenario->commands);
  check_messages (scenario->commands_include);
  check_messages (scenario->deadlines);
  check_messages (scenario->published);
  for (guint i = 0; scenario->rows != NULL && i < scenario->rows->len; i++)
    {
      const EhExpectedRow *row = g_ptr_array_index (scenario->rows, i);

      eh_matcher_match (row->row, i % 2 == 0 ? row->row : NULL, TRUE, row->place, NULL);
    }
  for (guint i = 0; scenario->states != NULL && i < scenario->states->len; i++)
    {
      const EhExpectedState *state = g_ptr_array_index (scenario->states, i);

      eh_matcher_match (state->state, state->state, TRUE, state->place, NULL);
    }
}

static char *
write_simulation (EhSimulation *simulation, EhDomain *domain)
{
  g_autoptr (JsonNode) node = eh_simulation_to_json (simulation, domain);

  if (node == NULL)
    g_error ("%s: came from a file and cannot be written to one", simulation->place);
  return eh_node_to_file (node);
}

/* What is written is read again and means the same. */
static void
check_simulation (EhSimulation *simulation, EhDomain *domain)
{
  g_autofree char *text = write_simulation (simulation, domain);
  g_autofree char *whole = g_strdup_printf ("{\"simulations\":[%s]}", text);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("again", whole, -1, domain, &error);
  g_autofree char *text_again = NULL;

  if (file == NULL)
    g_error ("%s in %s", error->message, text);
  text_again = write_simulation (eh_scenario_file_get_simulation (file, 0), domain);
  if (!g_str_equal (text, text_again))
    g_error ("%s became %s", text, text_again);
}

static void
check_file (EhDomain *domain, const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("f", (const char *) data, (gssize) size, domain, &error);

  if ((file == NULL) != (error != NULL))
    g_error ("an error is set if and only if there is no file");
  if (file == NULL && (!g_str_has_prefix (error->message, "f:") || !g_utf8_validate (error->message, -1, NULL)))
    g_error ("no place in: %s", error->message);
  for (guint i = 0; file != NULL && i < eh_scenario_file_get_n_scenarios (file); i++)
    check_scenario (eh_scenario_file_get_scenario (file, i));
  for (guint i = 0; file != NULL && i < eh_scenario_file_get_n_simulations (file); i++)
    check_simulation (eh_scenario_file_get_simulation (file, i), domain);
}

/* The shop has most kinds of fields, the orders have a process manager, views and old events. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (EhDomain) shop = shop_domain_new ();
  g_autoptr (EhDomain) orders = order_domain_new ();

  check_file (shop, data, size);
  check_file (orders, data, size);
  return 0;
}
