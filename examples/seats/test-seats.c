/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The seats' scenarios and simulations, each a test case. */

#include <eventhus-testing.h>

#include "seats.h"

int
main (int argc, char **argv)
{
  g_autoptr (EhDomain) domain = seats_domain_new ();
  g_autofree char *scenarios = NULL;
  g_autofree char *simulations = NULL;

  g_test_init (&argc, &argv, NULL);
  scenarios = g_test_build_filename (G_TEST_DIST, "scenarios", "bookings.json", NULL);
  simulations = g_test_build_filename (G_TEST_DIST, "simulations", "bookings.json", NULL);
  eh_test_add_scenario_file ("/seats", domain, scenarios);
  /* As the bank's: each of its searches takes a minute under valgrind. */
  if (g_getenv ("EH_TEST_SLOW") == NULL)
    eh_test_add_scenario_file ("/seats/simulations", domain, simulations);
  return g_test_run ();
}
