/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The seats' scenarios, each a test case. */

#include <eventhus-testing.h>

#include "seats.h"

int
main (int argc, char **argv)
{
  g_autoptr (EhDomain) domain = seats_domain_new ();
  g_autofree char *path = NULL;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "scenarios", "bookings.json", NULL);
  eh_test_add_scenario_file ("/seats", domain, path);
  return g_test_run ();
}
