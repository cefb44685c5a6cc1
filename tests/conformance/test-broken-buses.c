/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "broken-bus.h"

/* Each way to break an event bus, and the case of the suite that notices it. */

#define ALL_FEATURES (EH_BUS_GROUPS | EH_BUS_WILDCARDS | EH_BUS_FLUSH)

typedef struct {
  BrokenBusFault fault;
  const char *name;
  const char *killer;
} Mutant;

static const Mutant mutants[] = {
  { BROKEN_BUS_LOSES_ON_FAILURE, "loses what a handler failed with", "failures/again" },
  { BROKEN_BUS_SWAPS, "keeps no order", "delivery/one" },
  { BROKEN_BUS_TWICE, "delivers twice to a group", "groups/competing" },
  { BROKEN_BUS_IGNORES_GROUPS, "gives every member every event", "groups/competing" },
  { BROKEN_BUS_MIXES_GROUPS, "lets a group have two topics", "groups/other-topic" },
  { BROKEN_BUS_STAYS, "ignores unsubscribe", "life/unsubscribed" },
  { BROKEN_BUS_LEAVES_EARLY, "unsubscribes while the handler runs", "life/unsubscribe-waits" },
  { BROKEN_BUS_FORGIVES, "unsubscribes what is not there", "life/unsubscribed" },
  { BROKEN_BUS_FLUSHES_EARLY, "flushes without waiting", "life/flush-waits" },
  { BROKEN_BUS_CLOSE_DROPS, "drops what waits when it is closed", "life/close-drains" },
  { BROKEN_BUS_STAYS_OPEN, "works on when it is closed", "life/closed" },
  { BROKEN_BUS_IGNORES_SUBSET, "ignores the subset", "delivery/by-topic" },
  { BROKEN_BUS_FOLDS_CASE, "confuses topics that differ in case", "delivery/by-topic" },
  { BROKEN_BUS_NARROW_WILDCARDS, "takes all buckets for one", "delivery/wildcards" },
  { BROKEN_BUS_REPLAYS, "gives late subscribers what is old", "delivery/nobody" },
  { BROKEN_BUS_HOLDS_UP, "holds everybody up while one fails", "failures/others-go-on" },
  { BROKEN_BUS_HIDES_PARKED, "does not tell what it set aside", "failures/set-aside" },
  { BROKEN_BUS_TRIES_FOR_EVER, "tries a poison message for ever", "failures/set-aside" },
  { BROKEN_BUS_SPREADS, "handles one stream in two threads", "groups/never-at-once" },
  { BROKEN_BUS_FORGETS_METADATA, "forgets metadata", "wire/envelope" },
  { BROKEN_BUS_DROPS_LARGE, "drops large events and says yes", "wire/large" },
  { BROKEN_BUS_SAYS_YES, "says yes while the broker is gone", "wire/severed" },
};

static EhBusFactory
make_factory (BrokenBusFault fault)
{
  return (EhBusFactory){ .name = "broken",
                         .features = ALL_FEATURES,
                         .open = broken_bus_open,
                         .count_parked = broken_bus_count_parked,
                         .sever = broken_bus_sever,
                         .user_data = GUINT_TO_POINTER (fault),
                         .timeout = fault == BROKEN_BUS_TRIES_FOR_EVER ? 1 : 0 };
}

static void
test_mutant (gconstpointer data)
{
  const Mutant *mutant = data;
  EhBusFactory factory = make_factory (mutant->fault);
  g_autoptr (EhConformanceResult) result = eh_bus_conformance_run (&factory, mutant->killer, 1);

  g_test_summary ("A bus that is broken in this way is found out by this case");
  g_assert_cmpuint (eh_conformance_result_get_n_cases (result), ==, 1);
  g_test_message ("%s: %s", mutant->killer, eh_conformance_result_get_case_failure (result, 0));
  g_assert_cmpuint (eh_conformance_result_get_n_failed (result), ==, 1);
}

static void
test_all_faults (void)
{
  g_test_summary ("Each fault that a broken bus knows has its mutant");
  g_assert_cmpuint (G_N_ELEMENTS (mutants), ==, BROKEN_BUS_N_FAULTS - 1);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (mutants[i].fault, !=, mutants[j].fault);
}

int
main (int argc, char *argv[])
{
  EhBusFactory honest = make_factory (BROKEN_BUS_HONEST);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/broken-buses/all-faults", test_all_faults);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strdup_printf ("/broken-buses/%s", mutants[i].name);

      g_test_add_data_func (path, &mutants[i], test_mutant);
    }
  eh_bus_conformance_add_tests ("/honest", &honest);
  return g_test_run ();
}
