/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "order-domain.h"
#include "scenarios/eh-simulation-result-private.h"
#include "tally-domain.h"

#define GIVEN EH_STEPS (EH_EVENT (tally_started, TallyStarted, "one"), EH_EVENT (counted, Counted, 500))
#define UP EH_STEPS (EH_COMMAND (count_up, CountUp, (gint64[]){ 300 }, 1))

static EhSimulationResult *
explore (EhDomain *domain, const EhSimulationSpec *spec, const char *overrides)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, spec, "two tallies", &error);
  EhSimulationResult *result;

  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, overrides, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static const EhSimulationSpec guarded = {
  .in = "Tally-1",
  .given = GIVEN,
  .clients = EH_CLIENTS ({ .name = "alice", .steps = UP }, { .name = "bob", .steps = UP }),
};

static const EhSimulationSpec unguarded = {
  .in = "Tally-1",
  .given = GIVEN,
  .clients = EH_CLIENTS ({ .name = "alice", .steps = UP }, { .name = "bob", .steps = UP }),
  .options = "{ \"expect\": \"any\" }",
};

static char *
print (const EhSimulationResult *result, const EhSimulationPrint *style)
{
  GString *out = g_string_new (NULL);

  eh_simulation_result_print (result, style, out);
  return g_string_free (out, FALSE);
}

static const char lost_update[] =
    "serializable: alice's CountUp { amounts: [201], name: null } was accepted, but one by one, after\n"
    "bob's, it is refused with limit: bob's CountUp was appended to Tally-1 between alice's load (version\n"
    "2) and alice's append (version 4)\n"
    "written to two-tallies.failure.json\n"
    "       alice                           bob                              store\n"
    "    1  load Tally-1                                                     version 2\n"
    "       for CountUp { amounts: [201],                                    { name: \"one\", total: 500 }\n"
    "       name: null }\n"
    ">   2                                  load Tally-1                     version 2\n"
    "                                       for CountUp { amounts: [300],\n"
    "                                       name: null }\n"
    "    3                                  append Tally-1                   version 3\n"
    "                                       Counted { amount: 300 }          { name: \"one\", total: 800 }\n"
    "                                       expecting any version\n"
    "    4  append Tally-1                                                   version 4\n"
    "       Counted { amount: 201 }                                          { name: \"one\", total: 1001 }\n"
    "       expecting any version\n"
    "Tally-1\n"
    "  is now:       { name: \"one\", total: 1001 } (version 4)\n"
    "  one by one:   { name: \"one\", total: 800 } (version 3)\n"
    "as short as when it was found: 4 steps, 1 switch; amounts made smaller; proven minimal\n"
    "found in run 2 by strategy exhaustive, seed 0\n";

static void
test_violation (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  const EhSimulationPrint style = { .note = "written to two-tallies.failure.json" };
  g_autofree char *text = print (result, &style);

  g_test_summary ("The report of a lost update, word by word");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_VIOLATION);
  g_assert_cmpstr (text, ==, lost_update);
}

static void
test_widths (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);

  g_test_summary ("The table keeps to the width that there is, and every word is in it");
  for (guint width = 70; width < 200; width += 10)
    {
      const EhSimulationPrint style = { .width = width };
      g_autofree char *text = print (result, &style);
      g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

      for (gsize i = 0; lines[i] != NULL; i++)
        g_assert_cmpuint (strlen (lines[i]), <=, width);
      g_assert_nonnull (strstr (text, "append Tally-1"));
    }
}

static void
test_colour (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  const EhSimulationPrint plain = { .indent = 2 };
  const EhSimulationPrint coloured = { .indent = 2, .colour = TRUE };
  g_autofree char *text = print (result, &plain);
  g_autofree char *painted = print (result, &coloured);
  g_autoptr (GRegex) escapes = g_regex_new ("\033\\[[0-9;]*m", 0, 0, NULL);
  g_autofree char *stripped = g_regex_replace_literal (escapes, painted, -1, 0, "", 0, NULL);

  g_test_summary ("Colours add nothing but colours");
  g_assert_cmpstr (painted, !=, text);
  g_assert_cmpstr (stripped, ==, text);
}

static void
test_proven (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &guarded, "{ \"strategy\": \"exhaustive\" }");
  const EhSimulationPrint style = { 0 };
  g_autofree char *text = print (result, &style);

  g_test_summary ("A search that has covered everything says how much that was");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
  g_assert_cmpstr (text, ==,
                   "no violation is possible\n"
                   "exhaustive: 4 runs cover every order of operations that matters, under no fault\n");
  g_assert_cmpfloat (eh_simulation_result_get_unseen (result), ==, 0.0);
  g_assert_null (eh_simulation_result_get_failure_json (result));
}

static void
test_sampled (void)
{
  EhSimulationSpec spec = guarded;
  const EhSimulationPrint style = { 0 };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A sample says what it has seen and not seen; a fault that never came is a warning");
  spec.faults = "{ \"snapshot-lost\": 1 }";
  result = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 100, \"seed\": 3 }");
  text = print (result, &style);
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_SAMPLED);
  g_assert_cmpuint (eh_simulation_result_get_n_runs (result), ==, 100);
  g_assert_true (g_str_has_prefix (text, "no violation was found\nsampled: 100 runs, 4 distinct; the chance that one "
                                         "more shows something new is below 1 %; seed 3\n"));
  g_assert_nonnull (
      strstr (text, "\nwarning: faults that were allowed and never happened: snapshot-lost; no snapshot is made "
                    "while\n\"options.snapshots\" is 0\n"));
}

static void
test_percent (void)
{
  static const struct {
    double share;
    const char *text;
  } shares[] = { { 0.0, "0" },      { 1.0, "100" },    { 0.28, "28" },       { 0.2849, "28.5" }, { 0.05, "5" },
                 { 0.0123, "1.2" }, { 0.9996, "100" }, { 0.00005, "0.005" }, { 1e-6, "0.0001" }, { 1e-8, "0.000001" } };

  g_test_summary ("A share in percent has no exponent");
  for (gsize i = 0; i < G_N_ELEMENTS (shares); i++)
    {
      g_autofree char *text = eh_percent_print (shares[i].share);

      g_assert_cmpstr (text, ==, shares[i].text);
    }
}

static void
test_all_new (void)
{
  EhSimulationSpec spec = guarded;
  const EhSimulationPrint style = { 0 };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Where each run was new, that is said instead of a chance");
  result = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 1, \"seed\": 3 }");
  text = print (result, &style);
  g_assert_cmpstr (text, ==, "no violation was found\nsampled: 1 run, 1 distinct; nearly every run is new; seed 3\n");
}

static void
test_silent_faults (void)
{
  EhSimulationSpec spec = guarded;
  const EhSimulationPrint style = { .width = 200 };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Faults that never came are told with the reason");
  spec.faults = "{ \"deliver-late\": 1, \"publish-error\": 1, \"clock-jump\": 1, \"handler-error\": 1 }";
  result = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 20 }");
  text = print (result, &style);
  g_assert_nonnull (strstr (text, "never happened: deliver-late, handler-error; nobody subscribes\n"));
  g_assert_nonnull (strstr (text, "never happened: clock-jump; nobody waits\n"));
  g_assert_nonnull (strstr (text, "never happened: publish-error; nothing is published unless"));
}

static char *
warn (EhSimulationResult *result, EhDomain *domain)
{
  g_ptr_array_set_size (result->warnings, 0);
  eh_simulation_result_warn_of_silent_faults (result, domain, 0);
  g_ptr_array_add (result->warnings, NULL);
  return g_strjoinv ("\n", (char **) result->warnings->pdata);
}

static void
test_silent_unknown (void)
{
  EhSimulationSpec spec = guarded;
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhDomain) with_consumers = order_domain_new ();
  g_autoptr (EhSimulationResult) sampled = NULL;
  g_autoptr (EhSimulationResult) cut = NULL;
  g_autofree char *text = NULL;
  g_autofree char *cut_text = NULL;

  g_test_summary (
      "No reason is made up where consumers or their deadlines may be waited for, or the search was cut off");
  spec.faults = "{ \"deliver-twice\": 1, \"deliver-late\": 1, \"handler-error\": 1, \"clock-jump\": 1 }";
  sampled = explore (domain, &spec, "{ \"strategy\": \"random\", \"runs\": 1 }");
  text = warn (sampled, with_consumers);
  g_assert_cmpstr (text, ==,
                   "faults that were allowed and never happened: deliver-twice, handler-error, clock-jump\n"
                   "faults that were allowed and never happened: deliver-late; nobody subscribes");
  spec.faults = "{ \"append-error\": 1, \"clock-jump\": 1 }";
  cut = explore (domain, &spec, "{ \"strategy\": \"exhaustive\", \"runs\": 1 }");
  cut_text = warn (cut, domain);
  g_assert_cmpstr (cut_text, ==,
                   "faults that were allowed and never happened: clock-jump; nobody waits\n"
                   "faults that were allowed and never happened: append-error; the search was cut off before it came "
                   "to them");
}

static void
test_expected (void)
{
  EhSimulationSpec spec = unguarded;
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) found = NULL;
  g_autoptr (EhSimulationResult) not_found = NULL;

  g_test_summary ("A known anomaly has to be there");
  spec.expect_violation = "serializable";
  found = explore (domain, &spec, NULL);
  g_assert_cmpint (eh_simulation_result_get_status (found), ==, EH_SIMULATION_EXPECTED);
  spec.options = NULL;
  not_found = explore (domain, &spec, NULL);
  g_assert_cmpint (eh_simulation_result_get_status (not_found), ==, EH_SIMULATION_VIOLATION);
  g_assert_cmpstr (eh_simulation_result_get_check (not_found), ==, "serializable");
  g_assert_cmpstr (eh_simulation_result_get_sentence (not_found), ==,
                   "\"serializable\" was expected to fail, and no run failed it");
}

static gboolean
read_more_each_time (EhClient *client, gpointer user_data, GError **error)
{
  guint *calls = user_data;

  for (guint i = 0; i < *calls; i++)
    {
      g_autoptr (EhStreamName) stream = eh_stream_name_parse ("Tally-1", NULL);
      gpointer state = eh_client_read_state (client, stream, NULL, error);

      if (state == NULL)
        return FALSE;
      eh_schema_free (&tally_schema, state);
    }
  *calls += 1;
  return TRUE;
}

static void
test_not_deterministic (void)
{
  guint calls = 1;
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ .name = "alice", .body = read_more_each_time, .user_data = &calls }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, NULL);

  g_test_summary ("A run that cannot be repeated is told");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_NOT_DETERMINISTIC);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "determinism");
}

static gboolean
read_for_ever (EhClient *client, gpointer user_data, GError **error)
{
  guint calls = 1;

  while (read_more_each_time (client, &calls, error))
    ;
  return FALSE;
}

static void
test_no_progress (void)
{
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ .name = "alice", .body = read_for_ever }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"runs\": 10 }");
  const EhSimulationPrint style = { 0 };
  g_autofree char *text = print (result, &style);

  g_test_summary ("A client that never comes to an end is no progress; what no file can say is not written, and told");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_NO_PROGRESS);
  g_assert_cmpstr (eh_simulation_result_get_check (result), ==, "progress");
  g_assert_null (eh_simulation_result_get_failure_json (result));
  g_assert_true (g_str_has_suffix (text, "warning: no file is written that shows it again: no file can say what is "
                                         "written in C, such as a\nbody or a node\n"));
}

/* What it expects has long been surpassed. */
static gboolean
append_for_ever (EhClient *client, gpointer user_data, GError **error)
{
  EhEventStore *store = eh_client_get_store (client);
  g_autoptr (EhStreamName) stream = eh_stream_name_parse ("Tally-1", NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, 0);
  const EhId id = { { 1 } };
  gboolean ok = eh_event_batch_add (batch, &id, &counted, &(Counted){ 1 }, error);
  guint64 version;

  while (ok && eh_event_store_get_version (store, stream, &version, NULL, error))
    {
      g_autoptr (GError) conflict = NULL;

      if (eh_event_store_append (store, batch, 1, EH_APPEND_NONE, NULL, NULL, &conflict)
          || !g_error_matches (conflict, EH_ERROR, EH_ERROR_CONFLICT))
        return FALSE;
    }
  return FALSE;
}

static void
test_circle (void)
{
  const EhSimulationSpec spec = {
    .in = "Tally-1",
    .given = GIVEN,
    .clients = EH_CLIENTS ({ .name = "alice", .body = append_for_ever }),
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &spec, "{ \"runs\": 10 }");
  const EhSimulationPrint style = { .width = 300 };
  g_autofree char *text = print (result, &style);

  g_test_summary ("Who tries again for ever what cannot succeed is told with what it does, and shown a few times");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_NO_PROGRESS);
  g_assert_cmpstr (
      eh_simulation_result_get_sentence (result), ==,
      "no end after 1200 operations, the last 1200 of them without an append that succeeded: alice's step 1 "
      "does the same 2 operations again and again, to the same effect: load Tally-1, append Tally-1 "
      "(conflict)");
  g_assert_nonnull (strstr (text, "(and so on, 597 times more)"));
  g_assert_cmpuint (strlen (text), <, 2000);
}

static void
test_no_budget (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &guarded, "{ \"time\": \"PT0.000001S\" }");

  g_test_summary ("A budget may be too small");
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_NO_BUDGET);
}

static void
test_bad_overrides (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, &guarded, "a", &error);

  g_test_summary ("Overrides that cannot be read are an error");
  g_assert_null (eh_simulation_explore (domain, simulation, "{ \"strategy\": \"luck\" }", NULL, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_json (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  g_autoptr (JsonNode) node = eh_simulation_result_to_json (result);
  JsonObject *object = json_node_get_object (node);
  JsonObject *row = json_array_get_object_element (json_object_get_array_member (object, "rows"), 1);
  JsonObject *shrunk = json_object_get_object_member (object, "shrunk");

  g_test_summary ("JSON has what the print has");
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "violation");
  g_assert_cmpint (json_object_get_int_member (object, "runs"), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (row, "what"), ==, "load Tally-1");
  g_assert_cmpint (json_object_get_int_member (row, "client"), ==, 1);
  g_assert_true (json_object_get_boolean_member (row, "switched"));
  g_assert_true (json_object_get_null_member (row, "fault"));
  g_assert_true (json_object_get_boolean_member (shrunk, "minimal"));
  g_assert_true (JSON_NODE_HOLDS_OBJECT (json_object_get_member (object, "failure")));
}

static void
test_save (void)
{
  EhSimulationSpec spec = unguarded;
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("eh-result-XXXXXX", &error);
  g_autofree char *expected = g_build_filename (folder, "one-two-ffc781a2.failure.json", NULL);
  g_autoptr (EhSimulationResult) result = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *message = NULL;

  g_test_summary ("A failure is written under the simulation's name");
  spec.name = " One/../two!";
  result = explore (domain, &spec, NULL);
  path = eh_simulation_result_save_failure (result, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, eh_simulation_result_get_failure_json (result));
  g_unlink (path);
  g_rmdir (folder);
  g_assert_null (eh_simulation_result_save_failure (result, folder, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  message = g_strdup_printf ("one-two-ffc781a2.failure.json could not be written into the folder %s: ", folder);
  g_assert_true (g_str_has_prefix (error->message, message));
  g_assert_null (strstr (error->message + strlen (message), folder));
  g_assert_cmpstr (error->message + strlen (message), ==, g_strerror (ENOENT));
}

/* Returns: the name that a failure of a simulation called @name is saved under */
static char *
save_as (EhSimulationResult *result, const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  g_free (result->simulation->name);
  result->simulation->name = g_strdup (name);
  path = eh_simulation_result_save_failure (result, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  return g_path_get_basename (path);
}

static void
test_file_names (void)
{
  static const struct {
    const char *name;
    const char *start;
    gboolean is_hashed;
  } cases[] = {
    { "lost-update", "lost-update", FALSE },
    { "two tellers", "two-tellers", FALSE },
    { "Lost update", "lost-update-", TRUE },
    { "lost--update", "lost-update-", TRUE },
    { "überzogen-2", "überzogen-2", FALSE },
    { "口座", "口座", FALSE },
    { "खाता", "खाता", FALSE },
    { "Ärger im Büro", "ärger-im-büro-", TRUE },
    { "", "simulation-", TRUE },
    { "../..", "simulation-", TRUE },
    { "simulation", "simulation", FALSE },
    { "\xff", "simulation-", TRUE },
  };
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *folder = g_dir_make_tmp ("eh-result-XXXXXX", NULL);

  g_test_summary ("A file's name has the letters and digits of the simulation's, and is never another one's");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = save_as (result, folder, cases[i].name);
      gsize start = strlen (cases[i].start);

      g_test_message ("%s", name);
      g_assert_true (g_str_has_prefix (name, cases[i].start));
      g_assert_true (g_str_has_suffix (name, ".failure.json"));
      g_assert_cmpuint (strlen (name), ==, start + (cases[i].is_hashed ? 8 : 0) + strlen (".failure.json"));
      g_assert_true (g_hash_table_add (seen, g_steal_pointer (&name)));
    }
  g_rmdir (folder);
}

static void
test_long_file_names (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  g_autofree char *folder = g_dir_make_tmp ("eh-result-XXXXXX", NULL);
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;

  g_test_summary ("Long names are cut between letters, and stay apart");
  for (guint i = 0; i < 100; i++)
    g_string_append (name, "口座");
  one = save_as (result, folder, name->str);
  other = save_as (result, folder, g_string_append (name, "2")->str);
  g_assert_cmpuint (strlen (one), <, 255);
  g_assert_true (g_utf8_validate (one, -1, NULL));
  g_assert_cmpstr (one, !=, other);
  g_rmdir (folder);
}

static void
test_not_replaceable (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain, &unguarded, NULL);
  g_autofree char *folder = g_dir_make_tmp ("eh-result-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "two-tallies.failure.json", NULL);
  g_autofree char *message = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that cannot take its place leaves nothing behind, and is named by its own name");
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_assert_null (eh_simulation_result_save_failure (result, folder, &error));
  message = g_strdup_printf ("two-tallies.failure.json could not be written into the folder %s: %s", folder,
                             g_strerror (EISDIR));
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpint (g_rmdir (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-result/violation", test_violation);
  g_test_add_func ("/simulation-result/widths", test_widths);
  g_test_add_func ("/simulation-result/colour", test_colour);
  g_test_add_func ("/simulation-result/proven", test_proven);
  g_test_add_func ("/simulation-result/sampled", test_sampled);
  g_test_add_func ("/simulation-result/percent", test_percent);
  g_test_add_func ("/simulation-result/all-new", test_all_new);
  g_test_add_func ("/simulation-result/silent-faults", test_silent_faults);
  g_test_add_func ("/simulation-result/silent-unknown", test_silent_unknown);
  g_test_add_func ("/simulation-result/expected", test_expected);
  g_test_add_func ("/simulation-result/not-deterministic", test_not_deterministic);
  g_test_add_func ("/simulation-result/circle", test_circle);
  g_test_add_func ("/simulation-result/no-progress", test_no_progress);
  g_test_add_func ("/simulation-result/no-budget", test_no_budget);
  g_test_add_func ("/simulation-result/bad-overrides", test_bad_overrides);
  g_test_add_func ("/simulation-result/json", test_json);
  g_test_add_func ("/simulation-result/save", test_save);
  g_test_add_func ("/simulation-result/file-names", test_file_names);
  g_test_add_func ("/simulation-result/long-file-names", test_long_file_names);
  g_test_add_func ("/simulation-result/not-replaceable", test_not_replaceable);
  return g_test_run ();
}
