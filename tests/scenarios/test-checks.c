/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-private.h"
#include "tally-domain.h"

/*
 * A domain that is wrong in every way that an automatic check is about: each command does one of them, and no other
 * check may notice.
 */

/* Two values share a name, as after a careless copy: the second is read back as the first. */
static const EhEnumValue moods[] = { { 0, "calm" }, { 1, "angry" }, { 2, "angry" }, { 0, NULL } };

typedef struct {
  gint mood;
} Mood;

typedef struct {
  gint64 total;
  char *json;
  gint mood;
  gint64 hidden; /* not in the schema */
} Faulty;

typedef struct {
  char *json;
} Text;

typedef struct {
  gint64 amount;
} Number;

/* clang-format off */
static EH_DEFINE_SCHEMA (Faulty, faulty_schema, EH_FIELD_INT64 (total), EH_FIELD_JSON (json),
                         EH_FIELD_ENUM (mood, moods))
static const EhField number_fields[] = { { .name = "amount", .kind = EH_KIND_INT64, .offset = 0 } };
static const EhField text_fields[] = { { .name = "json", .kind = EH_KIND_JSON, .offset = 0 } };
static const EhField mood_fields[] = { { .name = "mood", .kind = EH_KIND_ENUM, .offset = 0, .values = moods } };
/* clang-format on */

#define NUMBER(variable, name_)                                                                                        \
  static const EhSchema variable = { EH_ABI_VERSION, 1, name_, sizeof (Number), 1, number_fields };
#define TEXT(variable, name_)                                                                                          \
  static const EhSchema variable = { EH_ABI_VERSION, 1, name_, sizeof (Text), 1, text_fields };

#define MOOD(variable, name_)                                                                                          \
  static const EhSchema variable = { EH_ABI_VERSION, 1, name_, sizeof (Mood), 1, mood_fields };

NUMBER (begin, "Begin")
NUMBER (spoil, "Spoil")
NUMBER (spoil_hidden, "SpoilHidden")
NUMBER (spoil_text, "SpoilText")
NUMBER (drift, "Drift")
NUMBER (waver, "Waver")
MOOD (say, "Say")
NUMBER (garble, "Garble")
NUMBER (leap, "Leap")
NUMBER (grow_old, "GrowOld")
NUMBER (add, "Add")
NUMBER (be_strange, "BeStrange")
NUMBER (be_silent, "BeSilent")
NUMBER (be_torn, "BeTorn")
NUMBER (conjure, "Conjure")
NUMBER (refuse, "Refuse")
NUMBER (break_mood, "BreakMood")

NUMBER (begun, "Begun")
NUMBER (added, "Added")
MOOD (said, "Said")
NUMBER (primed, "Primed")
NUMBER (leapt, "Leapt")
NUMBER (aged, "Aged")
TEXT (text_kept, "TextKept")
NUMBER (mood_broken, "MoodBroken")
NUMBER (strange_happened, "StrangeHappened")

static gboolean
decide_begin (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &begun, &(Number){ 1 });
  return TRUE;
}

static gboolean
decide_spoil (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  ((Faulty *) state)->total++;
  return TRUE;
}

static gboolean
decide_spoil_hidden (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  ((Faulty *) state)->hidden++;
  return TRUE;
}

static gboolean
decide_spoil_text (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  ((Faulty *) state)->json[0] = '7';
  return TRUE;
}

static gint64 drifted;

static gboolean
decide_drift (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &added, &(Number){ ++drifted });
  return TRUE;
}

static gboolean
decide_waver (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "try %" G_GINT64_FORMAT, ++drifted);
  return FALSE;
}

static gboolean
decide_say (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static gboolean
decide_garble (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &said, &(Mood){ 2 });
  return TRUE;
}

static gboolean
decide_leap (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &leapt, &(Number){ 2 });
  return TRUE;
}

static gboolean
decide_grow_old (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &aged, &(Number){ 0 });
  return TRUE;
}

static gboolean
decide_add (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &added, eh_command_get_data (command));
  return TRUE;
}

static gboolean
decide_be_strange (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &strange_happened, &(Number){ 1 });
  return TRUE;
}

static gboolean
decide_be_silent (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return FALSE;
}

static gboolean
decide_be_torn (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_LIMIT, "no");
  return TRUE;
}

/* A domain may use EH_ERROR_INVALID for its own refusals. */
static gboolean
decide_refuse (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "not like this");
  return FALSE;
}

static gboolean
decide_break_mood (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &mood_broken, &(Number){ 1 });
  return TRUE;
}

static void
apply_added (gpointer state, const EhEvent *event)
{
  ((Faulty *) state)->total += ((const Number *) eh_event_get_data (event))->amount;
}

static void
apply_primed (gpointer state, const EhEvent *event)
{
  ((Faulty *) state)->hidden = 1;
}

static void
apply_leapt (gpointer state, const EhEvent *event)
{
  Faulty *faulty = state;

  faulty->total += faulty->hidden * ((const Number *) eh_event_get_data (event))->amount;
}

static gboolean has_aged;

static void
apply_aged (gpointer state, const EhEvent *event)
{
  ((Faulty *) state)->total = has_aged ? 2 : 1;
  has_aged = TRUE;
}

static void
apply_text_kept (gpointer state, const EhEvent *event)
{
  eh_set_string (&((Faulty *) state)->json, ((const Text *) eh_event_get_data (event))->json);
}

/* A value that has no name. */
static void
apply_mood_broken (gpointer state, const EhEvent *event)
{
  ((Faulty *) state)->mood = 9;
}

static const EhCommandRule faulty_commands[] = {
  { &begin, decide_begin, EH_CREATES },
  { &spoil, decide_spoil },
  { &spoil_hidden, decide_spoil_hidden },
  { &spoil_text, decide_spoil_text },
  { &drift, decide_drift },
  { &waver, decide_waver },
  { &say, decide_say },
  { &garble, decide_garble },
  { &leap, decide_leap },
  { &grow_old, decide_grow_old },
  { &add, decide_add },
  { &be_strange, decide_be_strange },
  { &be_silent, decide_be_silent },
  { &be_torn, decide_be_torn },
  { &conjure, decide_say, EH_CREATES },
  { &refuse, decide_refuse },
  { &break_mood, decide_break_mood },
};

static const EhEventRule faulty_events[] = {
  { &begun, NULL },
  { &added, apply_added },
  { &said, NULL },
  { &primed, apply_primed },
  { &leapt, apply_leapt },
  { &aged, apply_aged },
  { &text_kept, apply_text_kept },
  { &mood_broken, apply_mood_broken },
};

static const EhCommandRule strange_commands[] = {
  { &(const EhSchema){ EH_ABI_VERSION, 1, "Wonder", sizeof (Number), 1, number_fields }, decide_begin, EH_CREATES }
};
static const EhEventRule strange_events[] = { { &strange_happened, NULL }, { &begun, NULL } };

static const EhAggregateType faulty = EH_AGGREGATE_TYPE ("Faulty", Faulty, faulty_schema, faulty_commands,
                                                         faulty_events);
static const EhAggregateType strange = EH_AGGREGATE_TYPE ("Strange", Faulty, faulty_schema, strange_commands,
                                                          strange_events);

static gboolean
total_is_small (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  const Faulty *value = state;

  if (value->total < 100)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "it is %" G_GINT64_FORMAT, value->total);
  return FALSE;
}

static EhDomain *
faulty_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("faulty");
  g_autoptr (GError) error = NULL;

  drifted = 0;
  has_aged = FALSE;
  eh_domain_add_aggregate_type (domain, &faulty);
  eh_domain_add_aggregate_type (domain, &strange);
  eh_domain_add_invariant (domain, "the total is small", &faulty, total_is_small, NULL, NULL);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

/* Runs @command on an aggregate that has begun; @expect_error: the nick that the scenario expects. */
static EhScenarioResult *
run_command (const EhSchema *command, const char *expect_error, const char *const *off)
{
  g_autoptr (EhDomain) domain = faulty_domain_new ();
  const EhStepSpec when[] = { { .kind = EH_STEP_SPEC_COMMAND, .schema = command, .data = &(Number){ 3 } },
                              { .kind = EH_STEP_SPEC_END } };
  const EhScenarioSpec spec = {
    .in = "Faulty-1",
    .given = EH_STEPS (EH_EVENT (begun, Number, 1), EH_EVENT (text_kept, Text, (char *) "1"),
                       EH_EVENT (primed, Number, 1)),
    .when = when,
    .then = { .error = expect_error, .events_include = expect_error == NULL ? EH_NO_EVENTS : NULL },
    .off = off,
  };

  return run_spec (domain, &spec);
}

#define OFF(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
test_pure_handler (void)
{
  g_autoptr (EhScenarioResult) result = run_command (&spoil, NULL, NULL);
  g_autoptr (EhScenarioResult) off = run_command (&spoil, NULL, OFF ("pure-handler", "replay"));

  g_test_summary ("A handler that changes the state is found, with the member that it changed");
  assert_failed (
      result, "pure-handler",
      "the handler of Spoil changed the state of Faulty-1: let it only decide, emit an event, and change the "
      "state in that event's applier");
  assert_diff (result, 0, "changed     state.total  expected 0  got 1\n");
  assert_passed (off);
}

static void
test_pure_handler_deep (void)
{
  g_autoptr (EhScenarioResult) hidden = run_command (&spoil_hidden, NULL, NULL);
  g_autoptr (EhScenarioResult) text = run_command (&spoil_text, NULL, NULL);

  g_test_summary ("It is found too in memory that a member points to, and where the schema does not look");
  assert_failed (hidden, "pure-handler",
                 "the handler of SpoilHidden changed the state of Faulty-1 (in a member that its schema does not "
                 "describe): let it only decide, emit an event, and change the state in that event's applier");
  assert_failed (text, "pure-handler",
                 "the handler of SpoilText changed the state of Faulty-1: let it only decide, emit an event, and "
                 "change the state in that event's applier");
}

static void
test_decide_twice (void)
{
  g_autoptr (EhScenarioResult) result = run_command (&drift, NULL, NULL);
  g_autoptr (EhScenarioResult) off = run_command (&drift, NULL, OFF ("decide-twice"));

  g_test_summary ("A handler with a memory of its own is found, with the member that came out differently");
  assert_failed (result, "decide-twice",
                 "deciding Drift twice on the same state of Faulty-1 led to different results: a handler may depend on "
                 "the state, the command and the decision's time and ids only; look for a static variable, a clock or "
                 "randomness, and use eh_decision_get_time() and eh_decision_new_id()");
  assert_diff (result, 0, "changed     events[0].amount  expected 1  got 2\n");
  assert_passed (off);
}

static void
test_decide_twice_error (void)
{
  g_autoptr (EhScenarioResult) result = run_command (&waver, "limit", NULL);

  g_test_summary ("Refusing with another error counts as deciding differently");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "decide-twice");
  assert_diff (result, 0, "changed     decision  expected try 1  got try 2\n");
}

static EhScenarioResult *
run_given (const EhStepSpec *given, const EhStepSpec *when, const char *const *off)
{
  g_autoptr (EhDomain) domain = faulty_domain_new ();
  const EhScenarioSpec spec = {
    .in = "Faulty-1", .given = given, .when = when, .then = { .events_include = EH_NO_EVENTS }, .off = off
  };

  return run_spec (domain, &spec);
}

static void
test_codec_event (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (garble, Number, 1));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);
  g_autoptr (EhScenarioResult) off = run_given (given, when, OFF ("codec"));

  g_test_summary ("An event that is not the same after encoding and decoding is found");
  assert_failed (result, "codec",
                 "the event Said does not survive encoding and decoding: do not let such a value come about, or give "
                 "the member another kind in its schema");
  assert_diff (result, 0, "changed     Said.mood  expected angry  got angry\n");
  assert_passed (off);
}

static void
test_codec_command (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (say, Mood, 2));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);
  g_autoptr (EhScenarioResult) off = run_given (given, when, OFF ("codec"));

  g_test_summary ("So is a command");
  assert_failed (result, "codec",
                 "the command Say does not survive encoding and decoding: do not let such a value come about, or give "
                 "the member another kind in its schema");
  assert_passed (off);
}

static void
test_codec_state (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (break_mood, Number, 1));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);
  g_autoptr (EhScenarioResult) off = run_given (given, when, OFF ("codec", "snapshot-cuts"));

  g_test_summary ("So is a state");
  assert_failed (
      result, "codec",
      "the state Faulty does not survive encoding and decoding: mood: the enum has no nick for 9: do not let "
      "such a value come about, or give the member another kind in its schema");
  assert_passed (off);
}

static void
test_replay (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (grow_old, Number, 1));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);
  g_autoptr (EhScenarioResult) off = run_given (given, when, OFF ("replay"));

  g_test_summary ("An applier that folds differently the second time is found");
  assert_failed (result, "replay",
                 "folding Faulty-1 from zero gives another state than folding on: an applier may depend on the state "
                 "and the event only; look for a static variable, a clock or randomness in the appliers of Faulty");
  assert_diff (result, 0, "changed     state.total  expected 1  got 2\n");
  assert_passed (off);
}

static void
test_snapshot_cuts (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1), EH_EVENT (primed, Number, 1));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (leap, Number, 1));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);
  g_autoptr (EhScenarioResult) off = run_given (given, when, OFF ("snapshot-cuts"));

  g_test_summary ("A member that appliers need and snapshots lose is found");
  assert_failed (result, "snapshot-cuts",
                 "a snapshot of Faulty-1 after event 2 of 3 folds on to another state: it loses something that an "
                 "applier needs; describe every member of the state in the schema Faulty");
  assert_diff (result, 0, "changed     state.total  expected 2  got 0\n");
  assert_passed (off);
}

static void
test_known_events_produced (void)
{
  g_autoptr (EhScenarioResult) result = run_command (&be_strange, NULL, NULL);
  g_autoptr (EhScenarioResult) off = run_command (&be_strange, "unknown-type", OFF ("known-events"));
  g_autofree char *start = g_strdup (
      "the handler of BeStrange emitted an event that Faulty has no rule for: add one to its table of "
      "events; an apply of NULL says that it does not change the state [");

  g_test_summary ("An event without a rule is found where it is emitted");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "known-events");
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0), start));
  assert_passed (off);
}

/* A stream of Faulty with an event that only Strange has. */
static EhScenario *
make_strange_past (EhCheck off)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse ("Faulty-1", NULL);
  EhScenario *scenario = eh_scenario_new ("strange", "test");
  EhStep *step = eh_step_new (EH_STEP_EVENT, "given[0]");

  step->stream = eh_stream_name_ref (stream);
  step->schema = &strange_happened;
  step->data = eh_schema_new (step->schema);
  g_ptr_array_add (scenario->given, step);
  scenario->has_version = TRUE;
  scenario->version = 1;
  scenario->stream = g_steal_pointer (&stream);
  scenario->off = off;
  return scenario;
}

static void
test_known_events_given (void)
{
  g_autoptr (EhDomain) domain = faulty_domain_new ();
  g_autoptr (EhScenarioRunner) runner = eh_scenario_runner_new (domain);
  g_autoptr (EhScenario) on = make_strange_past (0);
  g_autoptr (EhScenario) off = make_strange_past (EH_CHECK_KNOWN_EVENTS);
  g_autoptr (EhScenarioResult) result = eh_scenario_runner_run (runner, on);
  g_autoptr (EhScenarioResult) result_off = eh_scenario_runner_run (runner, off);

  g_test_summary ("An event without a rule is found in the past");
  assert_failed (result, "known-events",
                 "Faulty-1 has StrangeHappened at version 1, and Faulty has no rule for it: add one to its table of "
                 "events; an apply of NULL says that it does not change the state");
  assert_passed (result_off);
}

static void
assert_handler (const EhSchema *command, const char *expect_error, const char *start)
{
  g_autoptr (EhScenarioResult) result = run_command (command, expect_error, NULL);

  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "handler");
  g_test_message ("%s", eh_scenario_result_get_message (result, 0));
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0), start));
}

static void
test_handler (void)
{
  const char *silent = "the handler of BeSilent returned FALSE without an error: set one with g_set_error() that says "
                       "why, or return TRUE";
  const char *torn = "the handler of BeTorn returned TRUE and set an error: return FALSE with it, or set none";

  g_test_summary ("A handler that breaks its promises is reported, also where an error is expected");
  assert_handler (&be_silent, NULL, silent);
  assert_handler (&be_silent, "invalid", silent);
  assert_handler (&be_torn, NULL, torn);
  assert_handler (&be_torn, "limit", torn);
}

static void
test_handler_creates_nothing (void)
{
  g_autoptr (EhScenarioResult) result = run_given (NULL, EH_STEPS (EH_COMMAND (conjure, Number, 1)), NULL);

  g_test_summary ("So is a creation without an event");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "handler");
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0),
                                   "the handler of Conjure accepted the creation without an event: emit one, or refuse "
                                   "with an error"));
}

static void
test_handler_may_refuse (void)
{
  g_autoptr (EhScenarioResult) result = run_command (&refuse, "invalid", NULL);

  g_test_summary ("A domain may refuse with the very code that a broken handler leads to");
  assert_passed (result);
}

static void
test_invariant_after_when (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1), EH_EVENT (added, Number, 60));
  g_autoptr (EhScenarioResult) result = run_given (given, EH_STEPS (EH_COMMAND (add, Number, 40)), NULL);

  g_test_summary ("The domain's invariants are checked when all is done");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "invariant");
  g_test_message ("%s", eh_scenario_result_get_message (result, 0));
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0), "after when: "));
  g_assert_nonnull (strstr (eh_scenario_result_get_message (result, 0), "it is 100"));
}

static void
test_invariant_after_given (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1), EH_EVENT (added, Number, 101));
  g_autoptr (EhScenarioResult) result = run_given (given, EH_STEPS (EH_COMMAND (add, Number, -90)), NULL);
  g_autoptr (EhScenarioResult) still = run_given (given, EH_STEPS (EH_COMMAND (add, Number, 1)), NULL);

  g_test_summary ("And before; what did not hold before is told once");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0), "after given: "));
  g_assert_cmpuint (eh_scenario_result_get_n_failures (still), ==, 1);
}

static void
test_invariant_between (void)
{
  const EhStepSpec *given = EH_STEPS (EH_EVENT (begun, Number, 1), EH_EVENT (added, Number, 60));
  const EhStepSpec *when = EH_STEPS (EH_COMMAND (add, Number, 40), EH_COMMAND (add, Number, -50));
  g_autoptr (EhScenarioResult) result = run_given (given, when, NULL);

  g_test_summary ("And between: what the next command mends was wrong all the same");
  g_assert_cmpuint (eh_scenario_result_get_n_failures (result), ==, 1);
  g_assert_cmpstr (eh_scenario_result_get_check (result, 0), ==, "invariant");
  g_assert_true (g_str_has_prefix (eh_scenario_result_get_message (result, 0), "after when[0]: "));
}

static void
test_all_off (void)
{
  static const EhSchema *const faults[] = { &spoil, &drift, &garble, &leap, &grow_old };
  const char *const *off = OFF ("pure-handler", "decide-twice", "codec", "replay", "snapshot-cuts", "known-events");

  g_test_summary ("With all checks off nothing is reported");
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (EhScenarioResult) result = run_command (faults[i], NULL, off);

      assert_passed (result);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checks/pure-handler", test_pure_handler);
  g_test_add_func ("/checks/pure-handler/deep", test_pure_handler_deep);
  g_test_add_func ("/checks/decide-twice", test_decide_twice);
  g_test_add_func ("/checks/decide-twice/error", test_decide_twice_error);
  g_test_add_func ("/checks/codec/event", test_codec_event);
  g_test_add_func ("/checks/codec/command", test_codec_command);
  g_test_add_func ("/checks/codec/state", test_codec_state);
  g_test_add_func ("/checks/replay", test_replay);
  g_test_add_func ("/checks/snapshot-cuts", test_snapshot_cuts);
  g_test_add_func ("/checks/known-events/produced", test_known_events_produced);
  g_test_add_func ("/checks/known-events/given", test_known_events_given);
  g_test_add_func ("/checks/handler", test_handler);
  g_test_add_func ("/checks/handler/creates-nothing", test_handler_creates_nothing);
  g_test_add_func ("/checks/handler/may-refuse", test_handler_may_refuse);
  g_test_add_func ("/checks/invariant/after-when", test_invariant_after_when);
  g_test_add_func ("/checks/invariant/after-given", test_invariant_after_given);
  g_test_add_func ("/checks/invariant/between", test_invariant_between);
  g_test_add_func ("/checks/all-off", test_all_off);
  return g_test_run ();
}
