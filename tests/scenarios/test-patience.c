/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eventhus-testing.h"
#include "model/eh-random-private.h"
#include "order-domain.h"
#include "scenarios/eh-trial-private.h"
#include "toy-program.h"

/*
 * Patient followers against followers that ask again and again. What comes of a run is what each task did and saw that
 * others can see (what was loaded, appended, published, handled, shown) and in which order the events are in the store.
 * Of random small simulations the same must come whether the projections and the relay are patient or not. Without
 * patience what comes is looked for plainly, and if that is not all within some runs, by reduction; if not even that
 * is, what was found must be among what comes with patience.
 */

#define N_SIMULATIONS 24
#define MAX_RUNS 1000

#define S1 "Shelf-s1"
#define PLACE(stream) EH_COMMAND_IN (stream, place_order, PlaceOrder, (char *) "s1", 5)
#define FILL EH_COMMAND_IN (S1, fill_shelf, FillShelf, 1)
#define RESERVE EH_COMMAND_IN (S1, reserve, Reserve, (char *) "o1")

#define N_CLIENTS 2
#define N_COMMANDS 2

typedef struct {
  EhDomain *domain;         /* (unowned) */
  EhSimulation *simulation; /* (unowned) */
  GString *seen;            /* (unowned): what clients were shown in the run */
  gboolean patient;
  GHashTable *outcomes; /* (owned) */
} Case;

typedef struct {
  EhExperiment parent;
  EhTrial *trial; /* (owned) */
  Case *of;       /* (unowned) */
  guint64 outcome;
} Watched;

/* ---- what comes of a run ---- */

static gboolean
can_be_seen (const EhTraceRow *row)
{
  static const char *const kinds[] = { "load ", "append ", "publish ", "handle ", "query " };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (row->what, kinds[i]))
      return TRUE;
  return FALSE;
}

static guint64
hash_text (guint64 hash, const char *text)
{
  return eh_random_mix (hash * 31 + (text != NULL ? g_str_hash (text) : 7));
}

static guint64
hash_rows (GPtrArray *rows, guint task)
{
  guint64 hash = task;

  for (guint i = 0; i < rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (rows, i);

      if (row->task != task || row->is_given || !can_be_seen (row))
        continue;
      hash = hash_text (hash_text (hash_text (hash_text (hash, row->what), row->detail), row->result), row->fault);
    }
  return hash;
}

static guint64
hash_log (EhWorld *world)
{
  g_autoptr (EhEventPage)
      page = eh_event_store_read_all (eh_world_get_inner_store (world), NULL, 1, EH_FORWARDS, 0, NULL, NULL);
  guint64 hash = 1;

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);

      hash = hash_text (hash, eh_stream_name_to_string (eh_event_get_stream (event)));
      hash = hash_text (hash, eh_event_get_type_name (event));
    }
  return hash;
}

static gboolean
watched_run (EhExperiment *experiment, EhOracle *oracle)
{
  Watched *self = (Watched *) experiment;
  EhWorld *world = eh_trial_get_world (self->trial);
  const EhVerdict *verdict;
  g_autoptr (GPtrArray) rows = NULL;

  g_string_truncate (self->of->seen, 0);
  rows = eh_trial_run_traced (self->trial, oracle, &verdict);
  g_assert_cmpstr (verdict->sentence, ==, NULL);
  self->outcome = hash_text (hash_log (world), self->of->seen->str);
  for (guint task = 0; task < eh_world_get_n_tasks (world); task++)
    self->outcome = eh_random_mix (self->outcome ^ hash_rows (rows, task));
  toy_set_add (self->of->outcomes, self->outcome);
  return FALSE;
}

static guint64
watched_get_fingerprint (EhExperiment *experiment)
{
  return ((Watched *) experiment)->outcome;
}

static guint
watched_get_n_ops (EhExperiment *experiment)
{
  return eh_world_get_n_ops (eh_trial_get_world (((Watched *) experiment)->trial));
}

static const EhChoice *
watched_get_choices (EhExperiment *experiment, guint *n)
{
  return eh_world_get_choices (eh_trial_get_world (((Watched *) experiment)->trial), n);
}

static void
watched_free (EhExperiment *experiment)
{
  eh_trial_free (((Watched *) experiment)->trial);
  g_free (experiment);
}

static EhExperiment *
watched_new (gpointer user_data)
{
  Watched *self = g_new0 (Watched, 1);
  g_autoptr (GError) error = NULL;
  EhWorld *world;

  self->parent = (EhExperiment){ .run = watched_run,
                                 .get_fingerprint = watched_get_fingerprint,
                                 .get_n_ops = watched_get_n_ops,
                                 .get_choices = watched_get_choices,
                                 .free = watched_free };
  self->of = user_data;
  self->trial = eh_trial_new (self->of->domain, self->of->simulation, &error);
  g_assert_no_error (error);
  world = eh_trial_get_world (self->trial);
  for (guint task = 0; task < eh_world_get_n_tasks (world) && !self->of->patient; task++)
    if (eh_world_is_patient (world, task))
      eh_world_set_patient (world, task, FALSE);
  return &self->parent;
}

/* ---- random simulations ---- */

static gboolean
look (EhClient *client, gpointer user_data, GError **error)
{
  g_autofree gpointer row = NULL; /* it has nothing more to be freed */

  if (!eh_simulation_read_row (client, "Stocks", "s1", &row, error))
    return FALSE;
  g_string_printf (user_data, "%d", row != NULL ? (gint) * (const gint64 *) row : -1);
  return TRUE;
}

typedef struct {
  const char *options;
  gboolean has_stocks;
  guint n_clients; /* at most */
} Shape;

static const Shape shapes[] = {
  { "{ \"consumers\": [], \"publish\": \"relay\" }", FALSE, 2 },
  { "{ \"consumers\": [ \"Stocks\" ] }", TRUE, 2 },
  { "{ \"consumers\": [ \"OpenOrders\" ] }", FALSE, 2 },
  { "{ \"consumers\": [ \"Stocks\", \"OpenOrders\" ] }", TRUE, 1 },
  { "{ \"consumers\": [ \"Stocks\" ], \"publish\": \"relay\" }", TRUE, 1 },
  { "{ \"consumers\": [ \"Fulfilment\" ], \"publish\": \"relay\" }", FALSE, 1 },
};

static const char *const faults[] = {
  NULL,
  "{ \"crash\": 1 }",
  "{ \"crash\": 1 }",
  "{ \"crash\": 2 }",
  "{ \"publish-error\": 1, \"publish-ambiguous\": 1, \"total\": 1 }",
  "{ \"deliver-twice\": 1, \"handler-error\": 1, \"total\": 1 }",
  "{ \"load-error\": 1, \"append-ambiguous\": 1, \"total\": 1 }",
  "{ \"crash\": 1, \"handler-error\": 1, \"load-error\": 1 }",
  "{ \"crash\": 1, \"handler-error\": 1, \"publish-error\": 1, \"append-error\": 1, \"total\": 1 }",
};

static const EhStepSpec commands[] = { PLACE ("Order-o1"), PLACE ("Order-o2"), FILL, RESERVE };

static EhSimulation *
draw_simulation (EhDomain *domain, EhRandom *random, GString *seen)
{
  static const char *const names[N_CLIENTS] = { "alice", "bob" };
  const Shape *shape = &shapes[eh_random_below (random, G_N_ELEMENTS (shapes))];
  EhStepSpec steps[N_CLIENTS][N_COMMANDS + 1] = { 0 };
  EhClientSpec clients[N_CLIENTS + 2] = { 0 };
  EhSimulationSpec spec = { .given = EH_STEPS (EH_EVENT_IN (S1, shelf_filled, ShelfFilled, 1)), .clients = clients };
  guint n_clients = 1 + eh_random_below (random, shape->n_clients);
  g_autoptr (GError) error = NULL;
  EhSimulation *simulation;

  for (guint client = 0; client < n_clients; client++)
    {
      guint n = 1 + eh_random_below (random, N_COMMANDS);

      for (guint i = 0; i < n; i++)
        steps[client][i] = commands[eh_random_below (random, G_N_ELEMENTS (commands))];
      steps[client][n].kind = EH_STEP_SPEC_END;
      clients[client] = (EhClientSpec){ names[client], steps[client] };
    }
  if (shape->has_stocks && eh_random_below (random, 2) == 0)
    clients[n_clients] = (EhClientSpec){ "viewer", NULL, look, seen };
  spec.options = shape->options;
  spec.faults = faults[eh_random_below (random, G_N_ELEMENTS (faults))];
  simulation = eh_simulation_new_from_spec (domain, &spec, "drawn", &error);
  g_assert_no_error (error);
  return simulation;
}

static guint
count_faults (const EhSimulation *simulation)
{
  guint n = 0;

  for (guint i = 0; i < EH_FAULT_N_KINDS; i++)
    n += simulation->most[i];
  return simulation->most_in_all > 0 ? MIN (simulation->most_in_all, n) : n;
}

/* Returns: whether that was all */
static gboolean
explore (Case *self, guint64 max_runs, guint64 *n_runs)
{
  EhExploreBudget budget = { .strategy = EH_STRATEGY_EXHAUSTIVE, .n_jobs = 1, .max_runs = max_runs };
  EhExploration result;
  gboolean is_all;

  budget.n_faults = count_faults (self->simulation);
  memcpy (budget.most, self->simulation->most, sizeof budget.most);
  eh_explore (watched_new, self, &budget, NULL, NULL, &result);
  is_all = result.exhaustive;
  *n_runs += result.n_runs;
  eh_exploration_clear (&result);
  return is_all;
}

/* Returns: whether that was all */
static gboolean
search_plainly (Case *self)
{
  EhExperiment *experiment = watched_new (self);
  guint64 n_runs = toy_enumerate (experiment, count_faults (self->simulation), self->simulation->most, MAX_RUNS,
                                  self->outcomes);

  experiment->free (experiment);
  return n_runs < MAX_RUNS;
}

static void
assert_within (GHashTable *all, GHashTable *some)
{
  GHashTableIter iter;
  gpointer outcome;

  g_hash_table_iter_init (&iter, some);
  while (g_hash_table_iter_next (&iter, &outcome, NULL))
    g_assert_true (g_hash_table_contains (all, outcome));
}

/* How many runs the one and the other took, and what came of them. */
typedef struct {
  guint64 n_patient;
  guint64 n_asking;
  guint64 n_all; /* simulations of which all is known */
  guint64 n_outcomes;
} Sum;

static void
compare (EhDomain *domain, EhSimulation *simulation, GString *seen, Sum *sum)
{
  g_autoptr (GHashTable) expected = toy_set_new ();
  g_autoptr (GHashTable) actual = toy_set_new ();
  Case asking = { domain, simulation, seen, FALSE, expected };
  Case patient = { domain, simulation, seen, TRUE, actual };

  if (!explore (&patient, MAX_RUNS, &sum->n_patient))
    return;
  if (search_plainly (&asking) || explore (&asking, MAX_RUNS, &sum->n_asking))
    {
      sum->n_all++;
      assert_within (expected, actual);
    }
  sum->n_outcomes += g_hash_table_size (expected);
  assert_within (actual, expected);
}

static void
test_same_outcomes (void)
{
  g_autoptr (EhDomain) domain = order_domain_new ();
  g_autoptr (GString) seen = g_string_new (NULL);
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n = MAX (1, N_SIMULATIONS / (slow != NULL ? MAX (1, atoi (slow)) : 1));
  Sum sum = { 0 };

  g_test_summary ("Of random simulations the same comes with patient followers as with others");
  for (guint i = 0; i < n; i++)
    {
      guint64 seed = ((guint64) (guint32) g_test_rand_int () << 20) + i;
      EhRandom random = { seed };
      g_autoptr (EhSimulation) simulation = draw_simulation (domain, &random, seen);

      compare (domain, simulation, seen, &sum);
    }
  g_test_message ("%u simulations, all is known of %" G_GUINT64_FORMAT ": %" G_GUINT64_FORMAT
                  " outcomes, with patience in %" G_GUINT64_FORMAT " runs",
                  n, sum.n_all, sum.n_outcomes, sum.n_patient);
  g_assert_cmpuint (sum.n_all * 3 + 10, >, n);
}

/* Whether the same comes with patience, in fewer runs; all is known of both. */
static void
check_same (const EhSimulationSpec *spec)
{
  g_autoptr (EhDomain) domain = order_domain_new ();
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, spec, "crashes", NULL);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GHashTable) expected = toy_set_new ();
  g_autoptr (GHashTable) actual = toy_set_new ();
  guint64 n_asking = 0, n_patient = 0;

  g_assert_true (explore (&(Case){ domain, simulation, seen, FALSE, expected }, 0, &n_asking));
  g_assert_true (explore (&(Case){ domain, simulation, seen, TRUE, actual }, 0, &n_patient));
  assert_within (expected, actual);
  assert_within (actual, expected);
  g_assert_cmpuint (n_patient, <, n_asking);
}

static void
test_two_crashes (void)
{
  const EhSimulationSpec spec = {
    .given = EH_STEPS (EH_EVENT_IN (S1, shelf_filled, ShelfFilled, 1)),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (PLACE ("Order-o1"), PLACE ("Order-o2"), FILL) }),
    .options = "{ \"consumers\": [], \"publish\": \"relay\" }",
    .faults = "{ \"crash\": 2 }",
  };

  g_test_summary ("Who is started again may find once more that there is nothing, before it crashes again");
  check_same (&spec);
}

static void
test_deadline (void)
{
  const EhSimulationSpec spec = {
    .given = EH_STEPS (EH_EVENT_IN (S1, shelf_filled, ShelfFilled, 1)),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (PLACE ("Order-o1")) }),
    .options = "{ \"consumers\": [ \"Fulfilment\" ], \"publish\": \"relay\" }",
    .faults = "{ \"crash\": 1 }",
  };

  g_test_summary ("Who has found that there is nothing before time passes may find so again after that, and crash");
  check_same (&spec);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/patience/same-outcomes", test_same_outcomes);
  g_test_add_func ("/patience/two-crashes", test_two_crashes);
  g_test_add_func ("/patience/deadline", test_deadline);
  return g_test_run ();
}
