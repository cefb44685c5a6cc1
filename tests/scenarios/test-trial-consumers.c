/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order-domain.h"

#include "eventhus-testing.h"
#include "scenarios/eh-trial-private.h"

#define O1 "Order-o1"
#define S1 "Shelf-s1"

#define ONE_LEFT EH_STEPS (EH_EVENT_IN (S1, shelf_filled, ShelfFilled, 1))
#define PLACE(stream) EH_COMMAND_IN (stream, place_order, PlaceOrder, (char *) "s1", 5)
#define ONE_ORDER EH_CLIENTS ({ "alice", EH_STEPS (PLACE (O1)) })

static EhTrial *
make_trial (EhDomain *domain, const EhSimulationSpec *spec)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = eh_simulation_new_from_spec (domain, spec, "test", &error);
  EhTrial *trial;

  g_assert_no_error (error);
  trial = eh_trial_new (domain, simulation, &error);
  g_assert_no_error (error);
  return trial;
}

/* The simplest run. Returns: its rows */
static GPtrArray *
run (EhTrial *trial, const EhVerdict **verdict)
{
  EhOracle *oracle = eh_replay_oracle_new (NULL, 0, FALSE);
  GPtrArray *rows = eh_trial_run_traced (trial, oracle, verdict);

  eh_replay_oracle_free (oracle);
  return rows;
}

static guint
count_rows (GPtrArray *rows, const char *schedule)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += g_str_equal (((const EhTraceRow *) g_ptr_array_index (rows, i))->schedule, schedule);
  return n;
}

static guint64
get_version (EhTrial *trial, const char *stream)
{
  g_autoptr (EhStreamName) name = eh_stream_name_parse (stream, NULL);
  guint64 version = 0;

  eh_event_store_get_version (eh_world_get_inner_store (eh_trial_get_world (trial)), name, &version, NULL, NULL);
  return version;
}

static void
test_who (void)
{
  static const struct {
    const char *options;
    guint n_tasks;
  } rows[] = {
    { NULL, 4 },
    { "{ \"consumers\": [ \"Stocks\" ] }", 2 },
    { "{ \"consumers\": [] }", 1 },
    { "{ \"consumers\": [], \"publish\": \"relay\" }", 2 },
    { "{ \"consumers\": [], \"publish\": \"after-save\" }", 1 },
  };
  g_autoptr (EhDomain) domain = order_domain_new ();

  g_test_summary ("All consumers of the domain take part, or those that are named; a relay if it is asked for");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const EhSimulationSpec spec = { .given = ONE_LEFT, .clients = ONE_ORDER, .options = rows[i].options };
      EhTrial *trial = make_trial (domain, &spec);

      g_assert_cmpuint (eh_world_get_n_tasks (eh_trial_get_world (trial)), ==, rows[i].n_tasks);
      eh_trial_free (trial);
    }
}

static void
test_words (void)
{
  static const char *const lines[] = {
    "Fulfilment: read-all",        "Fulfilment: handle OrderPlaced 1 of Order-o1", "Fulfilment: load Shelf-s1",
    "Fulfilment: append Shelf-s1", "Stocks: handle Reserved 2 of Shelf-s1",        "OpenOrders: save-checkpoint",
  };
  const EhSimulationSpec spec = { .given = ONE_LEFT, .clients = ONE_ORDER };
  g_autoptr (EhDomain) domain = order_domain_new ();
  EhTrial *trial = make_trial (domain, &spec);
  const EhVerdict *verdict;

  g_test_summary ("What consumers do is told in words, the same in each run");
  for (guint n = 0; n < 2; n++)
    {
      g_autoptr (GPtrArray) rows = run (trial, &verdict);

      g_assert_cmpstr (verdict->sentence, ==, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
        g_assert_cmpuint (count_rows (rows, lines[i]), >, 0);
    }
  eh_trial_free (trial);
}

static void
test_schedule (void)
{
  static const char *const schedule[] = { "alice: load Order-o1", "alice: append Order-o1", "OpenOrders: read-all",
                                          "Fulfilment: handle OrderPlaced 1 of Order-o1", NULL };
  static const char *const fault_at[] = { "Fulfilment: handle OrderPlaced 1 of Order-o1 #1: crash", NULL };
  const EhSimulationSpec spec = { .given = ONE_LEFT, .clients = ONE_ORDER, .faults = "{ \"crash\": 1 }" };
  g_autoptr (EhDomain) domain = order_domain_new ();
  EhTrial *trial = make_trial (domain, &spec);
  EhOracle *oracle = eh_schedule_oracle_new (trial, (char **) schedule, (char **) fault_at);
  const EhVerdict *verdict;
  g_autoptr (GPtrArray) rows = eh_trial_run_traced (trial, oracle, &verdict);

  g_test_summary ("A schedule names what consumers do; one that crashes is started again and goes on");
  g_assert_cmpstr (eh_schedule_oracle_get_divergence (oracle), ==, NULL);
  g_assert_cmpstr (verdict->sentence, ==, NULL);
  g_assert_cmpstr (((const EhTraceRow *) g_ptr_array_index (rows, 2))->schedule, ==, schedule[2]);
  g_assert_cmpuint (count_rows (rows, "Fulfilment: restart Fulfilment"), ==, 1);
  g_assert_cmpuint (count_rows (rows, "Fulfilment: load-checkpoint"), ==, 1);
  g_assert_cmpuint (count_rows (rows, schedule[3]), ==, 2);
  eh_schedule_oracle_free (oracle);
  eh_trial_free (trial);
}

static void
test_given (void)
{
  const EhSimulationSpec spec = {
    .given = EH_STEPS (EH_EVENT_IN (S1, shelf_filled, ShelfFilled, 1),
                       EH_EVENT_IN (O1, order_placed, OrderPlaced, (char *) "s1", 5)),
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (PLACE ("Order-o2")) }),
  };
  g_autoptr (EhDomain) domain = order_domain_new ();
  EhTrial *trial = make_trial (domain, &spec);
  const EhVerdict *verdict;

  g_test_summary ("Before the run consumers have handled the past, and what they sent was done");
  g_assert_cmpuint (get_version (trial, S1), ==, 2);
  for (guint n = 0; n < 2; n++)
    {
      g_autoptr (GPtrArray) rows = run (trial, &verdict);

      g_assert_cmpstr (verdict->sentence, ==, NULL);
      g_assert_cmpuint (count_rows (rows, "Fulfilment: handle OrderPlaced 1 of Order-o1"), ==, 0);
      g_assert_cmpuint (count_rows (rows, "Fulfilment: handle OrderPlaced 1 of Order-o2"), ==, 1);
    }
  eh_trial_free (trial);
}

static void
test_deadline (void)
{
  const EhSimulationSpec spec = { .given = ONE_LEFT, .clients = ONE_ORDER };
  g_autoptr (EhDomain) domain = order_domain_new ();
  EhTrial *trial = make_trial (domain, &spec);
  const EhVerdict *verdict;
  g_autoptr (GPtrArray) rows = run (trial, &verdict);

  g_test_summary ("When nobody can go on, time passes to the first deadline: what is not paid is given back");
  g_assert_cmpstr (verdict->sentence, ==, NULL);
  g_assert_cmpuint (count_rows (rows, "Stocks: handle Released 3 of Shelf-s1"), ==, 1);
  g_assert_cmpuint (get_version (trial, O1), ==, 2);
  eh_trial_free (trial);
}

/* ---- what is found ---- */

typedef struct {
  gint64 n;
} Count;

static EH_DEFINE_SCHEMA (Count, count_schema, EH_FIELD_INT64 (n));

static void
hasty_on_placed (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const OrderPlaced *placed = eh_event_get_data (event);

  ((Count *) state)->n++;
  eh_reaction_send (reaction, placed->item, &reserve, &(Reserve){ (char *) eh_reaction_get_key (reaction) });
}

/* It does not know what to do about a refusal. */
static const EhProcessRule hasty_rules[] = { { &order_placed, hasty_on_placed, NULL, EH_STARTS } };
static const EhProcessType hasty = EH_PROCESS_TYPE ("Hasty", Count, count_schema, hasty_rules);

static gboolean
is_calm (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "it never is");
  return FALSE;
}

/* It looks at what is no event. */
static void
odd_on_placed (gpointer row, const EhEvent *event)
{
  static gint64 n;

  ((Count *) row)->n = ++n;
}

static const EhProjectionRule odd_rules[] = { { &order_placed, odd_on_placed } };
static const EhProjectionType odd = EH_PROJECTION_TYPE ("Odd", Count, count_schema, odd_rules);

static gboolean
no_count (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  return is_calm (NULL, NULL, NULL, error);
}

static void
assert_role (EhDomain *domain, const EhSimulationSpec *spec, const char *role)
{
  EhTrial *trial = NULL;
  const EhVerdict *verdict;
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_true (eh_domain_seal (domain, NULL));
  trial = make_trial (domain, spec);
  rows = run (trial, &verdict);
  g_assert_cmpstr (verdict->role, ==, role);
  eh_trial_free (trial);
}

static void
test_found (void)
{
  const EhSimulationSpec empty = { .clients = ONE_ORDER, .check = (const char *const[]){ "progress", NULL } };
  const EhSimulationSpec one = { .given = ONE_LEFT,
                                 .clients = ONE_ORDER,
                                 .check = (const char *const[]){ "invariants", NULL } };
  const EhSimulationSpec none = { .given = ONE_LEFT,
                                  .clients = ONE_ORDER,
                                  .options = "{ \"consumers\": [] }",
                                  .check = (const char *const[]){ "invariants", NULL } };
  const EhSimulationSpec views = { .given = ONE_LEFT,
                                   .clients = ONE_ORDER,
                                   .check = (const char *const[]){ "views", NULL } };
  g_autoptr (EhDomain) parking = order_domain_new_bare ();
  g_autoptr (EhDomain) restless = order_domain_new_bare ();
  g_autoptr (EhDomain) counting = order_domain_new_bare ();
  g_autoptr (EhDomain) peeking = order_domain_new_bare ();

  g_test_summary (
      "Found are events that are set aside, invariants of processes and rows, and views that are not folds");
  eh_domain_add_process (parking, &hasty);
  assert_role (parking, &empty, "parked:Hasty");
  eh_domain_add_process (restless, &hasty);
  eh_domain_add_process_invariant (restless, "calm", &hasty, is_calm, NULL, NULL);
  assert_role (restless, &one, "invariant:calm");
  eh_domain_add_projection (counting, &odd);
  eh_domain_add_row_invariant (counting, "empty", &odd, no_count, NULL, NULL);
  assert_role (counting, &none, "invariant:empty");
  eh_domain_add_projection (peeking, &odd);
  assert_role (peeking, &views, "view:Odd");
}

/* One fault, or two of different kinds. */
static void
assert_proven (EhDomain *domain, const char *fault, const char *other, EhSimulationSpec spec)
{
  g_autofree char *faults = other == NULL ? g_strdup_printf ("{ \"%s\": 1 }", fault)
                                          : g_strdup_printf ("{ \"%s\": 1, \"%s\": 1 }", fault, other);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhSimulation) simulation = NULL;
  g_autoptr (EhSimulationResult) result = NULL;

  spec.faults = faults;
  spec.explore = "{ \"strategy\": \"exhaustive\" }";
  simulation = eh_simulation_new_from_spec (domain, &spec, "test", &error);
  g_assert_no_error (error);
  result = eh_simulation_explore (domain, simulation, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %" G_GUINT64_FORMAT " runs: %s", faults, eh_simulation_result_get_n_runs (result),
                  eh_simulation_result_get_sentence (result));
  g_assert_cmpint (eh_simulation_result_get_status (result), ==, EH_SIMULATION_PROVEN);
}

static void
test_proven (void)
{
  static const char *const faults[] = { "crash", "deliver-twice", "handler-error", "append-ambiguous", "load-stale" };
  const EhSimulationSpec spec = {
    .given = ONE_LEFT,
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (PLACE (O1)) }, { "bob", EH_STEPS (PLACE ("Order-o2")) }),
    .options = "{ \"consumers\": [ \"Fulfilment\" ] }",
  };
  g_autoptr (EhDomain) domain = order_domain_new ();

  g_test_summary ("Two orders for what is left of one thing come out well, whatever single fault there is");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    assert_proven (domain, faults[i], NULL, spec);
}

static void
test_view_proven (void)
{
  static const char *const faults[] = { "crash", "load-error", "load-stale", "deliver-twice", "handler-error" };
  const EhSimulationSpec spec = {
    .given = ONE_LEFT,
    .clients = EH_CLIENTS ({ "alice", EH_STEPS (EH_COMMAND_IN (S1, fill_shelf, FillShelf, 2)) }),
    .options = "{ \"consumers\": [ \"Stocks\" ] }",
  };
  g_autoptr (EhDomain) domain = order_domain_new ();

  g_test_summary ("A view is right after each step, whatever pair of faults there is");
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    for (guint j = i + 1; j < G_N_ELEMENTS (faults); j++)
      assert_proven (domain, faults[i], faults[j], spec);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trial-consumers/who", test_who);
  g_test_add_func ("/trial-consumers/words", test_words);
  g_test_add_func ("/trial-consumers/schedule", test_schedule);
  g_test_add_func ("/trial-consumers/given", test_given);
  g_test_add_func ("/trial-consumers/deadline", test_deadline);
  g_test_add_func ("/trial-consumers/found", test_found);
  g_test_add_func ("/trial-consumers/proven", test_proven);
  g_test_add_func ("/trial-consumers/view-proven", test_view_proven);
  return g_test_run ();
}
