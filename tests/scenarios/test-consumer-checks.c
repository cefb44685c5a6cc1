/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order-domain.h"
#include "tally-domain.h"

/*
 * Projections and process managers that are each wrong in one way, and the check that finds it: no other may. Statics
 * are what these checks are about.
 */

#define FILLED(n) EH_EVENT_IN ("Shelf-pen", shelf_filled, ShelfFilled, n)
#define RESERVED EH_EVENT_IN ("Shelf-pen", reserved, Reserved, (char *) "o1")
#define PLACED EH_EVENT_IN ("Order-o1", order_placed, OrderPlaced, (char *) "pen", 5)
#define OFF(...) ((const char *const[]){ __VA_ARGS__, NULL })

typedef struct {
  gint64 left;
  gint64 hidden; /* not in the schema */
} Row;

typedef struct {
  gint64 n;
  gint64 hidden; /* not in the schema */
} State;

/* clang-format off */
static EH_DEFINE_SCHEMA (Row, row_schema, EH_FIELD_INT64 (left))
static EH_DEFINE_SCHEMA (State, state_schema, EH_FIELD_INT64 (n))
    /* clang-format on */

    static gint64 counter;

static void
row_drift (gpointer row, const EhEvent *event)
{
  ((Row *) row)->left = ++counter;
}

static void
row_remember (gpointer row, const EhEvent *event)
{
  ((Row *) row)->hidden = 7;
}

static void
row_recall (gpointer row, const EhEvent *event)
{
  ((Row *) row)->left = ((Row *) row)->hidden;
}

static void
key_drift (const EhEvent *event, GString *key)
{
  g_string_append_printf (key, "%" G_GINT64_FORMAT, ++counter);
}

static void
row_count (gpointer row, const EhEvent *event)
{
  ((Row *) row)->left = ((const ShelfFilled *) eh_event_get_data (event))->n;
}

static const EhProjectionRule count_rules[] = { { &shelf_filled, row_count } };
static const EhProjectionType counting_view = EH_PROJECTION_TYPE ("Counting", Row, row_schema, count_rules);
static const EhProjectionRule drift_rules[] = { { &shelf_filled, row_drift } };
static const EhProjectionRule key_rules[] = { { &shelf_filled, row_remember, key_drift } };
static const EhProjectionRule forget_rules[] = { { &shelf_filled, row_remember }, { &reserved, row_recall } };
static const EhProjectionType drifting_view = EH_PROJECTION_TYPE ("Drifting", Row, row_schema, drift_rules);
static const EhProjectionType wandering_view = EH_PROJECTION_TYPE ("Wandering", Row, row_schema, key_rules);
static const EhProjectionType forgetful_view = EH_PROJECTION_TYPE ("Forgetful", Row, row_schema, forget_rules);

static void
send_release (EhReaction *reaction, const char *order)
{
  eh_reaction_send (reaction, "pen", &release, &(Release){ (char *) order });
}

static void
send_number (EhReaction *reaction, gint64 n)
{
  g_autofree char *order = g_strdup_printf ("%" G_GINT64_FORMAT, n);

  send_release (reaction, order);
}

static void
react_drift (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  send_number (reaction, ++counter);
}

static void
react_late (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_set_deadline (reaction, "soon", EH_FIXED_CLOCK_START + ++counter * G_USEC_PER_SEC);
}

static void
react_remember (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  ((State *) state)->hidden = 7;
}

static void
react_recall (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  send_number (reaction, ((State *) state)->hidden);
}

static void
react_badly (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_send (reaction, "", &release, &(Release){ NULL });
}

/* What it sends is what it reacts to. */
static void
react_for_ever (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  send_number (reaction, 1);
}

static void
react_hopelessly (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_send (reaction, "o1", &pay_order, &(PayOrder){ 1 });
}

static void
react_soon (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_set_deadline (reaction, "soon", eh_reaction_get_time (reaction) + 1);
}

static void
nothing_soon (gpointer state, const char *name, EhReaction *reaction)
{
}

static void
again_soon (gpointer state, const char *name, EhReaction *reaction)
{
  eh_reaction_set_deadline (reaction, "soon", eh_reaction_get_time (reaction) + 1);
}

static void
react_count (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  ((State *) state)->n++;
}

static const EhProcessRule count_process[] = { { &reserved, react_count, NULL, EH_STARTS } };
static const EhProcessType counting_process = EH_PROCESS_TYPE ("Counted", State, state_schema, count_process);
static const EhProcessRule drift_process[] = { { &shelf_filled, react_drift, NULL, EH_STARTS } };
static const EhProcessRule late_process[] = { { &shelf_filled, react_late, NULL, EH_STARTS } };
static const EhProcessRule forget_process[] = { { &shelf_filled, react_remember, NULL, EH_STARTS },
                                                { &reserved, react_recall, NULL, EH_CONTINUES } };
static const EhProcessRule bad_process[] = { { &shelf_filled, react_badly, NULL, EH_STARTS } };
static const EhProcessRule endless_process[] = { { &released, react_for_ever, NULL, EH_STARTS } };
static const EhProcessRule hopeless_process[] = { { &released, react_hopelessly, NULL, EH_STARTS } };
static const EhProcessRule restless_process[] = { { &shelf_filled, react_soon, NULL, EH_STARTS } };
static const EhDeadlineRule soon[] = { { "soon", nothing_soon } };
static const EhDeadlineRule again[] = { { "soon", again_soon } };

static const EhProcessType drifting_process = EH_PROCESS_TYPE ("Drifting", State, state_schema, drift_process);
static const EhProcessType late = EH_PROCESS_TYPE ("Late", State, state_schema, late_process, EH_DEADLINES (soon));
static const EhProcessType forgetful_process = EH_PROCESS_TYPE ("Forgetful", State, state_schema, forget_process);
static const EhProcessType bad = EH_PROCESS_TYPE ("Bad", State, state_schema, bad_process);
static const EhProcessType endless = EH_PROCESS_TYPE ("Endless", State, state_schema, endless_process);
static const EhProcessType hopeless = EH_PROCESS_TYPE ("Hopeless", State, state_schema, hopeless_process);
static const EhProcessType restless = EH_PROCESS_TYPE ("Restless", State, state_schema, restless_process,
                                                       EH_DEADLINES (again));

/* The bare domain with one of these. */
static EhDomain *
make_domain (const EhProjectionType *projection, const EhProcessType *process)
{
  EhDomain *domain = order_domain_new_bare ();
  g_autoptr (GError) error = NULL;

  if (projection != NULL)
    eh_domain_add_projection (domain, projection);
  if (process != NULL)
    eh_domain_add_process (domain, process);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  counter = 0;
  return domain;
}

static EhScenarioResult *
run (const EhProjectionType *projection, const EhProcessType *process, const EhStepSpec *given, const EhStepSpec *when,
     const char *const *off)
{
  g_autoptr (EhDomain) domain = make_domain (projection, process);
  const EhScenarioSpec spec = {
    .in = "Shelf-pen", .given = given, .when = when, .then = { .events_include = EH_NO_EVENTS }, .off = off
  };

  return run_spec (domain, &spec);
}

#define TOLD EH_STEPS (FILLED (1), RESERVED, FILLED (2))
#define DO_RELEASE EH_STEPS (EH_COMMAND (release, Release, (char *) "o1"))
#define NOTHING EH_STEPS (EH_NOTHING)

static void
test_redelivery_view (void)
{
  g_autoptr (EhScenarioResult) result = run (&drifting_view, NULL, EH_STEPS (FILLED (1)), NOTHING, NULL);
  g_autoptr (EhScenarioResult)
      off = run (&drifting_view, NULL, EH_STEPS (FILLED (1)), NOTHING, OFF ("redelivery", "restart"));

  g_test_summary ("A rule with a memory of its own is found, with the row that came out differently");
  assert_failed (result, "redelivery",
                 "Drifting shows other rows where events are delivered again: a rule may depend on the row and the "
                 "event only; look for a static variable, a clock or randomness in the rules of Drifting");
  assert_diff (result, 0, "changed     Drifting.pen.left  expected 1  got 3\n");
  assert_passed (off);
}

static void
test_redelivery_key (void)
{
  g_autoptr (EhScenarioResult) result = run (&wandering_view, NULL, EH_STEPS (FILLED (1)), NOTHING, NULL);

  g_test_summary ("So is a key with one");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "redelivery");
  assert_diff (result, 0,
               "missing     Wandering.1  expected {\"left\":0}  got nothing\n"
               "unexpected  Wandering.3  expected nothing     got {\"left\":0}\n");
}

static void
test_redelivery_verb (void)
{
  g_autoptr (EhScenarioResult)
      result = run (&drifting_view, NULL, EH_STEPS (FILLED (1)), EH_STEPS (EH_REDELIVER), NULL);

  g_test_summary ("And where a scenario has everything delivered again; it is told once");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "redelivery");
  assert_diff (result, 0, "changed     Drifting.pen.left  expected 1  got 2\n");
}

static void
test_redelivery_commands (void)
{
  g_autoptr (EhScenarioResult) result = run (NULL, &drifting_process, EH_STEPS (FILLED (1)), NOTHING, NULL);
  g_autoptr (EhScenarioResult)
      off = run (NULL, &drifting_process, EH_STEPS (FILLED (1)), NOTHING, OFF ("redelivery", "restart"));

  g_test_summary ("A reaction with a memory of its own is found by the command that it sends");
  assert_failed (result, "redelivery",
                 "other commands are sent by a process manager where events are delivered again: a reaction may depend "
                 "on the state and what it reacts to only; look for a static variable, a clock or randomness, and use "
                 "eh_reaction_get_time()");
  assert_diff (result, 0,
               "changed     commands[0]  expected Release { \"order\": \"1\" } in Shelf-pen  got Release { \"order\": "
               "\"2\" } in Shelf-pen\n");
  assert_passed (off);
}

static void
test_redelivery_deadlines (void)
{
  g_autoptr (EhScenarioResult) result = run (NULL, &late, EH_STEPS (FILLED (1)), NOTHING, NULL);

  g_test_summary ("Or by the deadline that it sets");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "redelivery");
  assert_diff (result, 0,
               "changed     deadlines[0]  expected soon { \"at\": \"2026-01-01T00:00:01.000000Z\" } in Late-pen  got "
               "soon { \"at\": \"2026-01-01T00:00:02.000000Z\" } in Late-pen\n");
}

static void
test_restart_view (void)
{
  g_autoptr (EhScenarioResult) result = run (&forgetful_view, NULL, TOLD, NOTHING, NULL);
  g_autoptr (EhScenarioResult) off = run (&forgetful_view, NULL, TOLD, NOTHING, OFF ("restart"));

  g_test_summary ("A member that a rule needs and that is not saved is found");
  assert_failed (result, "restart",
                 "Forgetful shows other rows where it is stopped after each event and goes on from what it saved: a "
                 "rule needs something that is not saved; describe every member of the row in the schema Row");
  assert_diff (result, 0, "changed     Forgetful.pen.left  expected 7  got 0\n");
  assert_passed (off);
}

static void
test_restart_commands (void)
{
  g_autoptr (EhScenarioResult) result = run (NULL, &forgetful_process, TOLD, NOTHING, NULL);
  g_autoptr (EhScenarioResult) off = run (NULL, &forgetful_process, TOLD, NOTHING, OFF ("restart"));

  g_test_summary ("So is one that a reaction needs");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "restart");
  assert_passed (off);
}

static void
test_sound (void)
{
  g_autoptr (EhDomain) domain = order_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Shelf-pen",
    .given = EH_STEPS (FILLED (1), EH_COMMAND_IN ("Order-o2", place_order, PlaceOrder, (char *) "pen", 5), PLACED,
                       EH_TIME ("+PT1M"), EH_COMMAND_IN ("Order-o3", place_order, PlaceOrder, (char *) "pen", 5)),
    .when = EH_STEPS (EH_TIME ("+PT1H"), EH_REDELIVER),
    .then = { .state = "{ \"n\": 1 }" },
  };
  g_autoptr (EhScenarioResult) result = run_spec (domain, &spec);

  g_test_summary ("Sound ones pass, with events, commands, refusals and deadlines");
  assert_passed (result);
}

static gboolean
is_small (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  if (((const Row *) row)->left < 8)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "it is %" G_GINT64_FORMAT, ((const Row *) row)->left);
  return FALSE;
}

static gboolean
is_few (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const State *) state)->n < 2)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "two are too many");
  return FALSE;
}

static void
test_invariants (void)
{
  g_autoptr (EhDomain) domain = order_domain_new_bare ();
  const EhScenarioSpec rows = {
    .in = "Shelf-pen", .given = EH_STEPS (FILLED (7)), .when = EH_STEPS (FILLED (8)), .then = { .events = EH_NO_EVENTS }
  };
  const EhScenarioSpec states = {
    .in = "Shelf-pen", .given = EH_STEPS (RESERVED, RESERVED), .when = NOTHING, .then = { .events = EH_NO_EVENTS }
  };
  g_autoptr (EhScenarioResult) row_result = NULL;
  g_autoptr (EhScenarioResult) state_result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Invariants about rows and processes are checked as those about aggregates");
  eh_domain_add_projection (domain, &counting_view);
  eh_domain_add_process (domain, &counting_process);
  eh_domain_add_row_invariant (domain, "few are left", &counting_view, is_small, NULL, NULL);
  eh_domain_add_process_invariant (domain, "one is enough", &counting_process, is_few, NULL, NULL);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  row_result = run_spec (domain, &rows);
  state_result = run_spec (domain, &states);
  assert_failed (row_result, "invariant",
                 "after when: invariant \"few are left\" does not hold for row pen of Counting: it is 8; refuse the "
                 "command that leads there, or mend the invariant");
  assert_failed (state_result, "invariant",
                 "after given: invariant \"one is enough\" does not hold for Counted-pen: two are too many; refuse the "
                 "command that leads there, or mend the invariant");
}

static void
test_stuck (void)
{
  g_autoptr (EhScenarioResult) unmade = run (NULL, &bad, EH_STEPS (FILLED (1), RESERVED), NOTHING, NULL);
  g_autoptr (EhScenarioResult) refused = run (NULL, &hopeless, EH_STEPS (FILLED (1)), DO_RELEASE, NULL);

  g_test_summary ("What cannot be handled is told, with the event and why");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (unmade), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (unmade, 0), ==, "consumer");
  g_test_message ("%s", eh_scenario_result_get_message (unmade, 0));
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (unmade, 0),
                                   "after given[0]: Bad cannot handle ShelfFilled of Shelf-pen: "));
  g_assert_cmpuint (eh_scenario_result_get_n_failures (refused), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (refused, 0), ==, "consumer");
  g_test_message ("%s", eh_scenario_result_get_message (refused, 0));
}

static void
test_endless (void)
{
  g_autoptr (EhScenarioResult) commands = run (NULL, &endless, EH_STEPS (FILLED (1)), DO_RELEASE, NULL);
  g_autoptr (EhScenarioResult)
      deadlines = run (NULL, &restless, EH_STEPS (FILLED (1)), EH_STEPS (EH_TIME ("+P1D")), NULL);

  g_test_summary ("What never comes to an end is stopped and told");
  assert_failed (commands, "consumer", "after when[0]: Endless does not come to an end: what it does makes it do more");
  assert_failed (deadlines, "consumer",
                 "after when[0]: there is no end of deadlines: each one that passes sets another");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/consumer-checks/redelivery/view", test_redelivery_view);
  g_test_add_func ("/consumer-checks/redelivery/key", test_redelivery_key);
  g_test_add_func ("/consumer-checks/redelivery/verb", test_redelivery_verb);
  g_test_add_func ("/consumer-checks/redelivery/commands", test_redelivery_commands);
  g_test_add_func ("/consumer-checks/redelivery/deadlines", test_redelivery_deadlines);
  g_test_add_func ("/consumer-checks/restart/view", test_restart_view);
  g_test_add_func ("/consumer-checks/restart/commands", test_restart_commands);
  g_test_add_func ("/consumer-checks/sound", test_sound);
  g_test_add_func ("/consumer-checks/invariants", test_invariants);
  g_test_add_func ("/consumer-checks/stuck", test_stuck);
  g_test_add_func ("/consumer-checks/endless", test_endless);
  return g_test_run ();
}
