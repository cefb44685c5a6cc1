/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bank's scenarios, each a test case: those written in C, a table each, and those of the scenario files. */

#include "test-bank.h"
#include "transfers.h"

typedef struct {
  const char *name;
  const BankScenario *scenarios;
} Theme;

static const Theme themes[] = {
  { "accounts", account_scenarios },
  { "deposits", deposit_scenarios },
  { "several", several_scenarios },
  { "withdrawals", withdrawal_scenarios },
};

static void
add_tables (EhDomain *domain, const Theme *theme)
{
  for (const BankScenario *scenario = theme->scenarios; scenario->name != NULL; scenario++)
    {
      g_autofree char *path = g_strdup_printf ("/bank/%s/%s", theme->name, scenario->name);

      eh_test_add_scenario (path, domain, scenario->spec);
    }
}

static void
add_file (EhDomain *domain, const Theme *theme)
{
  g_autofree char *name = g_strdup_printf ("%s.json", theme->name);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "scenarios", name, NULL);
  g_autofree char *prefix = g_strdup_printf ("/bank/files/%s", theme->name);

  eh_test_add_scenario_file (prefix, domain, path);
}

/* Searching to the end takes as many runs under valgrind, and says nothing else there. */
static gboolean
is_slow (void)
{
  return g_getenv ("EH_TEST_SLOW") != NULL;
}

static void
add_publishing (EhDomain *domain)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "simulations", "publishing.json", NULL);

  eh_test_add_scenario_file ("/bank/files/publishing", domain, path);
}

static void
add_transfers (EhDomain *domain)
{
  g_autofree char *whole = g_test_build_filename (G_TEST_DIST, "transfers", "transfers.json", NULL);
  g_autofree char *two = g_test_build_filename (G_TEST_DIST, "transfers", "two-transfers.json", NULL);
  g_autofree char *steps = g_test_build_filename (G_TEST_DIST, "transfers", "steps.json", NULL);

  eh_test_add_scenario_file ("/bank/files/transfers", domain, whole);
  eh_test_add_scenario_file ("/bank/files/transfer-steps", domain, steps);
  if (!is_slow ())
    eh_test_add_scenario_file ("/bank/files/two-transfers", domain, two);
}

int
main (int argc, char **argv)
{
  g_autoptr (EhDomain) domain = bank_domain_new ();
  g_autoptr (EhDomain) with_transfers = bank_with_transfers_new ();

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (themes); i++)
    {
      add_tables (domain, &themes[i]);
      add_file (domain, &themes[i]);
    }
  if (!is_slow ())
    add_publishing (domain);
  add_transfers (with_transfers);
  return g_test_run ();
}
