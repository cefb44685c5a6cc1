/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "tally-domain.h"

/*
 * The cases that fail on purpose are registered only in a subprocess: the program starts itself again with the name
 * of what is to be registered, and looks at what comes out.
 */

#define CHILD "EH_TEST_CHILD"

static const EhScenarioSpec passing = {
  .in = "Tally-1",
  .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a")),
  .then = { .version = EH_VERSION (1) },
};

static const EhScenarioSpec failing = {
  .in = "Tally-1",
  .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a")),
  .then = { .events = EH_STEPS (EH_EVENT (tally_started, TallyStarted, "b")) },
};

static const EhScenarioSpec mistaken = {
  .in = "Nowhere",
  .when = EH_STEPS (EH_COMMAND (start_tally, StartTally, "a")),
  .then = { .version = EH_VERSION (1) },
};

static const char scenarios[] =
    "{ \"scenarios\": ["
    "  { \"name\": \"starts\", \"in\": \"Tally-1\", \"when\": { \"StartTally\": { \"name\": \"a\" } },"
    "    \"then\": { \"version\": 1 } },"
    "  { \"name\": \"is a/b\", \"in\": \"Tally-1\", \"when\": { \"StartTally\": { \"name\": \"a\" } },"
    "    \"then\": { \"version\": 2 } },"
    "  { \"name\": \"later\", \"skip\": \"not yet\", \"in\": \"Tally-1\", \"when\": { \"nothing\": true },"
    "    \"then\": { \"version\": 2 } } ] }";

static const char only[] =
    "{ \"scenarios\": ["
    "  { \"name\": \"starts\", \"in\": \"Tally-1\", \"when\": { \"StartTally\": { \"name\": \"a\" } },"
    "    \"then\": { \"version\": 1 }, \"only\": true },"
    "  { \"name\": \"fails\", \"in\": \"Tally-1\", \"when\": { \"StartTally\": { \"name\": \"a\" } },"
    "    \"then\": { \"version\": 2 } } ] }";

#define GIVEN EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one"), EH_EVENT (counted, Counted, 500))
#define UP EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 300 }, 1))

static const EhSimulationSpec proven = {
  .in = "Tally-1",
  .given = GIVEN,
  .clients = EH_CLIENTS ({ .name = "alice", .steps = UP }, { .name = "bob", .steps = UP }),
};

static const EhSimulationSpec violated = {
  .in = "Tally-1",
  .given = GIVEN,
  .clients = EH_CLIENTS ({ .name = "alice", .steps = UP }, { .name = "bob", .steps = UP }),
  .options = "{ \"expect\": \"any\" }",
};

static const char simulations[] = "{ \"simulations\": [ { \"name\": \"one\", \"in\": \"Tally-1\","
                                  "  \"clients\": { \"alice\": [ { \"StartTally\": { \"name\": \"a\" } } ] } } ] }";

static void
add_file (EhDomain *domain, const char *text)
{
  g_autofree char *folder = g_dir_make_tmp ("eh-test-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (folder, "tally.json", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
  eh_test_add_scenario_file ("/file", domain, file);
  g_unlink (file);
  g_rmdir (folder);
}

static void
add_cases (const char *what)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();

  if (g_str_equal (what, "passing"))
    eh_test_add_scenario ("/one/starts", domain, &passing);
  else if (g_str_equal (what, "failing"))
    eh_test_add_scenario ("/one/starts", domain, &failing);
  else if (g_str_equal (what, "mistaken"))
    eh_test_add_scenario ("/one/starts", domain, &mistaken);
  else if (g_str_equal (what, "proven"))
    eh_test_add_simulation ("/sim/proven", domain, &proven);
  else if (g_str_equal (what, "violated"))
    eh_test_add_simulation ("/sim/lost update", domain, &violated);
  else if (g_str_equal (what, "simulations"))
    add_file (domain, simulations);
  else if (g_str_equal (what, "file"))
    add_file (domain, scenarios);
  else if (g_str_equal (what, "only"))
    add_file (domain, only);
  else if (g_str_equal (what, "malformed"))
    add_file (domain, "{ \"scenarios\": [ { \"nmae\": 1 } ] }");
  else if (g_str_equal (what, "missing"))
    eh_test_add_scenario_file ("/file", domain, "/nonexistent/tally.json");
}

static char *program;

/* Returns: what the program says if it registers @what */
static char *
run_child (const char *what, gboolean expect_success)
{
  g_autoptr (GSubprocessLauncher)
      launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GSubprocess) child = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  g_subprocess_launcher_setenv (launcher, CHILD, what, TRUE);
  child = g_subprocess_launcher_spawn (launcher, &error, program, "--tap", "-k", NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (child, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s", output);
  g_assert_true (g_subprocess_get_if_exited (child));
  g_assert_cmpint (g_subprocess_get_exit_status (child) == 0, ==, expect_success);
  return output;
}

static void
assert_says (const char *output, const char *text)
{
  if (strstr (output, text) == NULL)
    g_error ("\"%s\" is not in: %s", text, output);
}

static void
test_passing (void)
{
  g_autofree char *output = run_child ("passing", TRUE);

  g_test_summary ("A scenario that holds is a case that passes");
  assert_says (output, "ok 1 /one/starts");
}

static void
test_failing (void)
{
  g_autofree char *output = run_child ("failing", FALSE);

  g_test_summary ("A scenario that does not hold is a case that fails and prints the report");
  assert_says (output, "not ok");
  assert_says (output, "/one/starts");
  assert_says (output, "# events: expected 1 event, got 1 that differs");
  assert_says (output, "#   changed     events[0].name  expected \"b\"  got \"a\"");
}

static void
test_mistaken (void)
{
  g_autofree char *output = run_child ("mistaken", FALSE);

  g_test_summary ("A spec that is not well-formed is a case that fails and says where");
  assert_says (output, "not ok");
  assert_says (output, "in: stream name: no \"-\"");
}

static void
test_simulation (void)
{
  g_autofree char *passed = run_child ("proven", TRUE);
  g_autofree char *file = run_child ("simulations", TRUE);

  g_test_summary ("A simulation in which nothing is found is a case that passes; those of a file are cases");
  assert_says (passed, "ok 1 /sim/proven");
  assert_says (file, "ok 1 /file/one");
}

static void
test_violated (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("eh-test-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "lost-update.failure.json", NULL);
  g_autofree char *before = g_strdup (g_getenv ("G_TEST_BUILDDIR"));
  g_autofree char *output = NULL;

  g_test_summary ("A violation is a case that fails, prints the report and writes the file");
  g_assert_no_error (error);
  g_setenv ("G_TEST_BUILDDIR", folder, TRUE);
  output = run_child ("violated", FALSE);
  if (before != NULL)
    g_setenv ("G_TEST_BUILDDIR", before, TRUE);
  else
    g_unsetenv ("G_TEST_BUILDDIR");
  assert_says (output, "not ok");
  assert_says (output, "# serializable: alice's CountUp");
  assert_says (output, "# replay it with: eventhus replay '");
  assert_says (output, "# without a module, in this program: eh_test_add_scenario_file (\"/replay\", domain, \"");
  assert_says (output, "proven minimal");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_rmdir (folder);
}

static void
test_file (void)
{
  g_autofree char *output = run_child ("file", FALSE);

  g_test_summary ("Each scenario of a file is a case");
  assert_says (output, "ok 1 /file/starts");
  assert_says (output, "not ok 2 /file/is a|b");
  assert_says (output, "expected Tally-1 at version 2, it is at 1");
  assert_says (output, "ok 3 /file/later # SKIP not yet");
}

static void
test_only (void)
{
  g_autofree char *output = run_child ("only", TRUE);

  g_test_summary ("A scenario that says only puts the others aside");
  assert_says (output, "ok 1 /file/starts");
  assert_says (output, "ok 2 /file/fails # SKIP another scenario says \"only\"");
}

static void
test_bad_file (void)
{
  g_autofree char *malformed = run_child ("malformed", FALSE);
  g_autofree char *missing = run_child ("missing", FALSE);

  g_test_summary ("A file that cannot be read is one case that fails and says why");
  assert_says (malformed, "/file/tally.json");
  assert_says (malformed, "did you mean \"name\"?");
  assert_says (missing, "/file/tally.json");
  assert_says (missing, "/nonexistent/tally.json");
}

int
main (int argc, char *argv[])
{
  const char *what = g_getenv (CHILD);
  g_autofree char *own_name = g_strdup (argv[0]);

  program = own_name;
  g_test_init (&argc, &argv, NULL);
  if (what != NULL)
    {
      add_cases (what);
      return g_test_run ();
    }
  g_test_add_func ("/test/passing", test_passing);
  g_test_add_func ("/test/failing", test_failing);
  g_test_add_func ("/test/mistaken", test_mistaken);
  g_test_add_func ("/test/simulation", test_simulation);
  g_test_add_func ("/test/violated", test_violated);
  g_test_add_func ("/test/file", test_file);
  g_test_add_func ("/test/only", test_only);
  g_test_add_func ("/test/bad-file", test_bad_file);
  return g_test_run ();
}
