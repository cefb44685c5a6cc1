/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "broken-command-bus.h"

/* Each way to break a command bus, and the case of the suite that notices it. */

#define ALL_FEATURES (EH_COMMAND_BUS_ORDERED | EH_COMMAND_BUS_PARALLEL | EH_COMMAND_BUS_DEDUPES)

typedef struct {
  BrokenCommandsFault fault;
  const char *name;
  const char *killer;
} Mutant;

static const Mutant mutants[] = {
  { BROKEN_COMMANDS_RUNS_TWICE, "does every command twice", "answers/done" },
  { BROKEN_COMMANDS_FORGETS_ID, "runs twice for the same id", "repeats/one-effect" },
  { BROKEN_COMMANDS_HIDES_REPEATS, "answers a repeat as if it were new", "repeats/one-effect" },
  { BROKEN_COMMANDS_KEEPS_FAILURES, "remembers failures as done", "repeats/after-failure" },
  { BROKEN_COMMANDS_HIDES_REFUSALS, "answers a refusal as done", "answers/refused" },
  { BROKEN_COMMANDS_VAGUE_ERRORS, "makes one error of all", "answers/unknown" },
  { BROKEN_COMMANDS_EMPTY_OUTCOME, "tells no events", "answers/done" },
  { BROKEN_COMMANDS_REORDERS, "reorders one aggregate", "order/one-aggregate" },
  { BROKEN_COMMANDS_ONE_BY_ONE, "does one command at a time", "order/parallel" },
  { BROKEN_COMMANDS_TRIES_ON, "tries more often than it says", "conflicts/bounded" },
  { BROKEN_COMMANDS_GIVES_UP, "gives up too early", "conflicts/retried" },
  { BROKEN_COMMANDS_DROPS, "forgets one sender in a hundred", "order/thousand" },
  { BROKEN_COMMANDS_CLOSE_LOSES, "loses on close", "life/close-drains" },
  { BROKEN_COMMANDS_STAYS_OPEN, "works on when it is closed", "life/closed" },
  { BROKEN_COMMANDS_IGNORES_CANCEL, "does what was cancelled", "answers/cancelled" },
};

static EhCommandBusFactory
make_factory (BrokenCommandsFault fault)
{
  return (EhCommandBusFactory){ .name = "broken",
                                .features = ALL_FEATURES,
                                .attempts = BROKEN_COMMANDS_ATTEMPTS,
                                .open = broken_command_bus_open,
                                .user_data = GUINT_TO_POINTER (fault) };
}

static void
test_mutant (gconstpointer data)
{
  const Mutant *mutant = data;
  EhCommandBusFactory factory = make_factory (mutant->fault);
  g_autoptr (EhConformanceResult) result = eh_command_bus_conformance_run (&factory, mutant->killer, 1);

  g_test_summary ("A command bus that is broken in this way is found out by this case");
  g_assert_cmpuint (eh_conformance_result_get_n_cases (result), ==, 1);
  g_test_message ("%s: %s", mutant->killer, eh_conformance_result_get_case_failure (result, 0));
  g_assert_cmpuint (eh_conformance_result_get_n_failed (result), ==, 1);
}

static void
test_all_faults (void)
{
  g_test_summary ("Each fault that a broken command bus knows has its mutant");
  g_assert_cmpuint (G_N_ELEMENTS (mutants), ==, BROKEN_COMMANDS_N_FAULTS - 1);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (mutants[i].fault, !=, mutants[j].fault);
}

int
main (int argc, char *argv[])
{
  EhCommandBusFactory honest = make_factory (BROKEN_COMMANDS_HONEST);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/broken-command-buses/all-faults", test_all_faults);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strdup_printf ("/broken-command-buses/%s", mutants[i].name);

      g_test_add_data_func (path, &mutants[i], test_mutant);
    }
  eh_command_bus_conformance_add_tests ("/honest", &honest);
  return g_test_run ();
}
