/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

typedef struct {
  EhDomain *domain;
  EhSimulation *simulation;
  EhTrial *trial;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->domain = bank_domain_new ();
  self->simulation = fixture_simulation_new ();
  fixture_given_account (self->simulation, A1, 100);
  fixture_withdraw (self->simulation, "alice", A1, 60);
  fixture_withdraw (self->simulation, "bob", A1, 60);
  self->simulation->most[EH_FAULT_APPEND_AMBIGUOUS] = 1;
  self->trial = eh_trial_new (self->domain, self->simulation, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  eh_trial_free (self->trial);
  eh_simulation_unref (self->simulation);
  g_object_unref (self->domain);
}

static void
assert_divergence (Fixture *self, const char *const *schedule, const char *const *fault_at, const char *expected)
{
  EhOracle *oracle = eh_schedule_oracle_new (self->trial, (char **) schedule, (char **) fault_at);

  eh_trial_run (self->trial, oracle);
  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, expected);
  eh_schedule_oracle_free (oracle);
}

static char *
run_words (Fixture *self, const char *const *schedule, const char *const *fault_at)
{
  EhOracle *oracle = eh_schedule_oracle_new (self->trial, (char **) schedule, (char **) fault_at);
  g_autoptr (GPtrArray) rows = eh_trial_run_traced (self->trial, oracle, NULL);
  g_autoptr (GString) words = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    g_string_append_printf (words, "%s; ", ((const EhTraceRow *) g_ptr_array_index (rows, i))->schedule);
  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
  eh_schedule_oracle_free (oracle);
  return g_strdup (words->str);
}

static void
test_follows (Fixture *self, gconstpointer data)
{
  static const char *const schedule[] = { "bob: load Account-a1", "alice: load Account-a1", "bob: append Account-a1",
                                          "alice: append Account-a1", NULL };
  static const char *const sparse[] = { "bob: append Account-a1", NULL };
  g_autofree char *all = run_words (self, schedule, NULL);
  g_autofree char *few = run_words (self, sparse, NULL);

  g_test_summary ("The run goes by the schedule; what it does not name happens on the way");
  g_assert_cmpstr (all, ==,
                   "bob: load Account-a1; alice: load Account-a1; bob: append Account-a1; alice: append Account-a1; ");
  g_assert_true (g_str_has_prefix (few, "bob: load Account-a1; bob: append Account-a1; "));
}

static void
test_faults (Fixture *self, gconstpointer data)
{
  static const char *const first[] = { "bob: append Account-a1 #1: append-ambiguous (applied)", NULL };
  static const char *const sequence[] = { "bob: append Account-a1", NULL };
  static const char *const third[] = { "bob: append Account-a1 #3: append-ambiguous (not applied)", NULL };
  static const char *const other[] = { "bob: append Account-a1 #1: crash", NULL };
  g_autofree char *words = run_words (self, sequence, first);

  g_test_summary ("A fault comes to pass where it is named, or that it did not is told");
  g_assert_true (g_str_has_prefix (words, "bob: load Account-a1; bob: append Account-a1; bob: append Account-a1; "));
  assert_divergence (self, NULL, third,
                     "fault-at[0]: \"bob: append Account-a1 #3: append-ambiguous (not applied)\" did not come to pass: "
                     "the client did no such operation; bob did \"load Account-a1\"");
  assert_divergence (self, sequence, other,
                     "fault-at[0]: \"bob: append Account-a1 #1: crash\" did not come to pass: the operation cannot go "
                     "wrong so, or not so often");
}

static void
test_diverges (Fixture *self, gconstpointer data)
{
  static const char *const late[] = { "alice: append Account-a1", "alice: load Account-a1", NULL };
  static const char *const unknown[] = { "carol: append Account-a1", NULL };
  static const char *const over[] = { "alice: append Account-a1", "bob: append Account-a1", "bob: publish bank.account",
                                      NULL };
  static const char *const misspelt[] = { "alice: load Account-a9", NULL };
  static const char *const words[] = { "alice", NULL };

  g_test_summary ("What does not fit is told: which entry, what was expected, what there was");
  assert_divergence (self, late, NULL,
                     "schedule[0]: expected \"alice: append Account-a1\", but there was \"alice: load Account-a1\", "
                     "\"bob: load Account-a1\"");
  assert_divergence (self, unknown, NULL, "schedule[0]: \"carol: append Account-a1\": there is no such client");
  /* Bob is refused after alice, so that he never appends. */
  assert_divergence (self, over, NULL,
                     "schedule[1]: expected \"bob: append Account-a1\", but the run was over; bob "
                     "did \"load Account-a1\"");
  assert_divergence (
      self, misspelt, NULL,
      "schedule[0]: expected \"alice: load Account-a9\", but the run was over; alice did \"load Account-a1\", "
      "\"append Account-a1\"");
  assert_divergence (self, words, NULL, "schedule[0]: \"alice\": not a client and its operation");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/schedule-oracle/follows", Fixture, NULL, set_up, test_follows, tear_down);
  g_test_add ("/schedule-oracle/faults", Fixture, NULL, set_up, test_faults, tear_down);
  g_test_add ("/schedule-oracle/diverges", Fixture, NULL, set_up, test_diverges, tear_down);
  return g_test_run ();
}
