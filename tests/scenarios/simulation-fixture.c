/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-fixture.h"

EhSimulation *
fixture_simulation_new (void)
{
  EhSimulation *self = eh_simulation_new ("simulation", "here");

  self->stream = eh_stream_name_parse (A1, NULL);
  return self;
}

static EhStep *
step_new (EhStepKind kind, const char *stream, const EhSchema *schema, gconstpointer data)
{
  EhStep *step = eh_step_new (kind, "step");

  step->stream = eh_stream_name_parse (stream, NULL);
  step->schema = schema;
  step->data = eh_schema_copy (schema, data);
  return step;
}

void
fixture_given_event (EhSimulation *self, const char *stream, const EhSchema *schema, gconstpointer data)
{
  g_ptr_array_add (self->given, step_new (EH_STEP_EVENT, stream, schema, data));
}

void
fixture_given_account (EhSimulation *self, const char *stream, gint64 balance)
{
  fixture_given_event (self, stream, &account_created, &(AccountCreated){ "mishudark" });
  if (balance > 0)
    fixture_given_event (self, stream, &deposit_performed, &(DepositPerformed){ balance });
}

static EhSimClient *
find_client (EhSimulation *self, const char *name)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      EhSimClient *client = g_ptr_array_index (self->clients, i);

      if (g_str_equal (client->name, name))
        return client;
    }
  g_ptr_array_add (self->clients, eh_sim_client_new (name));
  return g_ptr_array_index (self->clients, self->clients->len - 1);
}

static EhClientStep *
add_step (EhSimulation *self, const char *name, EhClientStepKind kind)
{
  EhClientStep *step = eh_client_step_new (kind);

  g_ptr_array_add (find_client (self, name)->steps, step);
  return step;
}

void
fixture_command (EhSimulation *self, const char *name, const char *stream, const EhSchema *schema, gconstpointer data)
{
  EhClientStep *step = add_step (self, name, EH_CLIENT_STEP_COMMAND);

  step->command = step_new (EH_STEP_COMMAND, stream, schema, data);
}

void
fixture_withdraw (EhSimulation *self, const char *name, const char *stream, gint64 amount)
{
  fixture_command (self, name, stream, &perform_withdrawal, &(PerformWithdrawal){ amount });
}

void
fixture_deposit (EhSimulation *self, const char *name, const char *stream, gint64 amount)
{
  fixture_command (self, name, stream, &perform_deposit, &(PerformDeposit){ amount });
}

void
fixture_read (EhSimulation *self, const char *name, const char *stream)
{
  add_step (self, name, EH_CLIENT_STEP_READ)->stream = eh_stream_name_parse (stream, NULL);
}

void
fixture_wait (EhSimulation *self, const char *name, gint64 interval)
{
  add_step (self, name, EH_CLIENT_STEP_WAIT)->wait = interval;
}

void
fixture_body (EhSimulation *self, const char *name, EhSimulationBody body, gpointer user_data)
{
  EhClientStep *step = add_step (self, name, EH_CLIENT_STEP_BODY);

  step->body = body;
  step->user_data = user_data;
}

/* ---- oracles ---- */

static guint
random_next (EhOracle *oracle, const EhCandidate *candidates, guint n, gboolean running_first)
{
  return (guint) eh_draw_choose (((FixtureOracle *) oracle)->draw, n, "next");
}

static guint
random_fault (EhOracle *oracle, guint task, guint index, const EhOp *op, const EhFault *faults, guint n)
{
  FixtureOracle *self = (FixtureOracle *) oracle;

  if (self->fault_every == 0 || eh_draw_choose (self->draw, self->fault_every, "whether") > 0)
    return 0;
  return 1 + (guint) eh_draw_choose (self->draw, n, "which");
}

static guint64
random_choose (EhOracle *oracle, EhChoiceKind kind, guint64 arity, const char *label)
{
  return eh_draw_choose (((FixtureOracle *) oracle)->draw, arity, label);
}

void
fixture_oracle_init (FixtureOracle *self, guint64 seed, guint fault_every)
{
  self->parent = (EhOracle){ random_next, random_fault, random_choose, NULL };
  self->draw = eh_random_draw_new (seed);
  self->fault_every = fault_every;
}

void
fixture_oracle_clear (FixtureOracle *self)
{
  eh_random_draw_free (self->draw);
}

static char *
get_role (const EhVerdict *verdict)
{
  return verdict->check == 0 ? g_strdup ("") : g_strdup (verdict->role);
}

char *
fixture_run_seed (EhTrial *trial, guint64 seed, guint fault_every)
{
  FixtureOracle oracle;
  const EhVerdict *verdict;

  fixture_oracle_init (&oracle, seed, fault_every);
  verdict = eh_trial_run (trial, &oracle.parent);
  fixture_oracle_clear (&oracle);
  return get_role (verdict);
}

char *
fixture_run_schedule (EhTrial *trial, const char *const *schedule, const char *const *fault_at)
{
  EhOracle *oracle = eh_schedule_oracle_new (trial, (char **) schedule, (char **) fault_at);
  char *role = get_role (eh_trial_run (trial, oracle));

  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
  eh_schedule_oracle_free (oracle);
  return role;
}

char *
fixture_explore (EhDomain *domain, EhSimulation *simulation, guint n, guint fault_every)
{
  g_autoptr (GError) error = NULL;
  EhTrial *trial = eh_trial_new (domain, simulation, &error);
  char *role = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < n && role == NULL; i++)
    {
      role = fixture_run_seed (trial, i, fault_every);
      if (*role == '\0')
        g_clear_pointer (&role, g_free);
      else
        g_test_message ("seed %u found %s", i, role);
    }
  eh_trial_free (trial);
  return role;
}

guint
fixture_scale (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint64 by = slow != NULL ? g_ascii_strtoull (slow, NULL, 10) : 1;

  return by > 1 ? MAX (n / (guint) by, 1) : n;
}
