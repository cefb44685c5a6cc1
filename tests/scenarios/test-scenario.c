/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-private.h"
#include "shop-domain.h"

/* Scenarios from tables in C. */

static EhScenario *
make (const EhScenarioSpec *spec)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  EhScenario *scenario = eh_scenario_new_from_spec (domain, spec, "by path", &error);

  g_assert_no_error (error);
  g_assert_nonnull (scenario);
  return scenario;
}

static void
test_whole (void)
{
  const EhScenarioSpec spec = {
    .in = "Cart-1",
    .given = EH_STEPS (EH_EVENT (cart_created, CartCreated, .owner = (char *) "o"), EH_TIME ("+PT1H"),
                       EH_EVENT_IN ("Coupon-1", coupon_issued, CouponIssued, 5)),
    .when = EH_STEPS (EH_COMMAND (remove_item, RemoveItem, (char *) "a"),
                      EH_COMMAND_AT (7, checkout, Checkout, SHOP_SPEED_EXPRESS)),
    .then = { .events = EH_STEPS (EH_EVENT (item_removed, ItemRemoved, (char *) "a")),
              .events_include = EH_NO_EVENTS,
              .error = "too-many",
              .state = "{ \"total\": { \"$gt\": 1 } } // more",
              .version = EH_VERSION (3) },
    .off = (const char *const[]){ "replay", NULL },
  };
  g_autoptr (EhScenario) scenario = make (&spec);
  const EhStep *created = g_ptr_array_index (scenario->given, 0);
  const EhStep *coupon = g_ptr_array_index (scenario->given, 2);
  const EhStep *checkout_step = g_ptr_array_index (scenario->when, 1);
  const EhExpectedMessage *removed = g_ptr_array_index (scenario->events, 0);
  const EhExpectedState *state = g_ptr_array_index (scenario->states, 0);
  g_autofree char *data = json_to_string (removed->data, FALSE);
  g_autofree char *state_data = json_to_string (state->state, FALSE);

  g_test_summary ("A spec becomes the same model as a file");
  g_assert_cmpstr (eh_scenario_get_name (scenario), ==, "by path");
  g_assert_cmpstr (eh_scenario_get_place (scenario), ==, "by path");
  g_assert_cmpint (created->kind, ==, EH_STEP_EVENT);
  g_assert_cmpstr (created->place, ==, "given[0]");
  g_assert_true (created->schema == &cart_created);
  g_assert_cmpstr (((CartCreated *) created->data)->owner, ==, "o");
  g_assert_cmpint (((EhStep *) g_ptr_array_index (scenario->given, 1))->time, ==, G_GINT64_CONSTANT (3600000000));
  g_assert_cmpstr (eh_stream_name_to_string (coupon->stream), ==, "Coupon-1");
  g_assert_cmpint (checkout_step->expected_version, ==, 7);
  g_assert_cmpint (checkout_step->kind, ==, EH_STEP_COMMAND);
  g_assert_cmpstr (data, ==, "{\"sku\":\"a\"}");
  g_assert_cmpuint (scenario->events_include->len, ==, 0);
  g_assert_null (scenario->published);
  g_assert_cmpstr (scenario->error->nick, ==, "too-many");
  g_assert_cmpstr (state_data, ==, "{\"total\":{\"$gt\":1}}");
  g_assert_true (scenario->has_version);
  g_assert_cmpuint (scenario->version, ==, 3);
  g_assert_cmpint (scenario->off, ==, EH_CHECK_REPLAY);
}

static void
test_names (void)
{
  EhScenarioSpec spec = { .in = "Cart-1",
                          .when = EH_STEPS (EH_COMMAND (remove_item, RemoveItem, NULL)),
                          .then = { .events = EH_NO_EVENTS } };
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhScenario) nameless = eh_scenario_new_from_spec (domain, &spec, NULL, NULL);
  g_autoptr (EhScenario) own = NULL;
  g_autoptr (EhScenario) other = NULL;

  g_test_summary ("A spec's own name comes before the caller's");
  spec.name = "own";
  own = make (&spec);
  g_assert_cmpstr (eh_scenario_get_name (nameless), ==, "scenario");
  g_assert_cmpstr (eh_scenario_get_name (own), ==, "own");
  other = eh_scenario_ref (own);
  g_assert_true (other == own);
}

#define WHEN EH_STEPS (EH_COMMAND (remove_item, RemoveItem, NULL))
#define THEN                                                                                                           \
  {                                                                                                                    \
    .events = EH_NO_EVENTS                                                                                             \
  }

/* The name of one of the shop's events, and another shape: reading data by it would run past its end. */
static EH_DEFINE_SCHEMA (IssueCoupon, other_coupon, EH_FIELD_INT64 (percent)) static const EhSchema impostor = {
  .abi = EH_ABI_VERSION, .revision = 1, .name = "ItemRemoved", .size = 8
};

static void
assert_refused (const EhScenarioSpec *spec, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenario) scenario = eh_scenario_new_from_spec (domain, spec, "a", &error);

  g_assert_null (scenario);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_error (error, EH_ERROR, (gint) code);
}

static void
test_mistakes (void)
{
  g_test_summary ("A mistake in a spec is told with its place");
  assert_refused (&(EhScenarioSpec){ .in = "Crat-1", .when = WHEN, .then = THEN }, EH_ERROR_UNKNOWN_TYPE,
                  "in: unknown aggregate type \"Crat\"; did you mean \"Cart\"?");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1", .then = THEN }, EH_ERROR_INVALID, "when: empty: what is done?");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1", .when = WHEN }, EH_ERROR_INVALID,
                  "then: empty; say what must follow, such as EH_NO_EVENTS");
  assert_refused (&(EhScenarioSpec){ .when = WHEN, .then = THEN }, EH_ERROR_INVALID,
                  "when[0]: which stream? set .in here or in the spec");
  assert_refused (
      &(EhScenarioSpec){ .in = "Cart-1", .when = EH_STEPS (EH_COMMAND (issue_coupon, IssueCoupon, 1)), .then = THEN },
      EH_ERROR_INVALID,
      "when[0]: \"IssueCoupon\" is a command of Coupon, but the stream \"Cart-1\" is of Cart; "
      "add \"in\": \"Coupon-...\"");
  assert_refused (
      &(EhScenarioSpec){ .in = "Coupon-1", .when = EH_STEPS (EH_COMMAND (other_coupon, IssueCoupon, 1)), .then = THEN },
      EH_ERROR_INVALID, "when[0]: \"IssueCoupon\" has another schema in the domain");
  assert_refused (
      &(EhScenarioSpec){ .in = "Cart-1", .when = EH_STEPS (EH_EVENT (item_removed, ItemRemoved, NULL)), .then = THEN },
      EH_ERROR_INVALID, "when[0]: domain \"shop\" has no projection or process manager that could handle it");
  assert_refused (
      &(EhScenarioSpec){ .in = "Cart-1", .when = EH_STEPS ({ .kind = EH_STEP_SPEC_COMMAND }), .then = THEN },
      EH_ERROR_INVALID, "when[0]: it has no schema or no data");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1", .when = WHEN, .then = { .error = "cart-emty" } }, EH_ERROR_INVALID,
                  "then.error: unknown error \"cart-emty\"; did you mean \"cart-empty\"?");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1", .when = WHEN, .then = { .state = "{\n}}" } }, EH_ERROR_INVALID,
                  "then.state:2:2: expected the end of the text, found '}'");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1", .when = WHEN, .then = { .state = "{\"ownr\":1}" } },
                  EH_ERROR_INVALID, "then.state.ownr: Cart has no such member; did you mean \"owner\"?");
  assert_refused (&(EhScenarioSpec){ .when = EH_STEPS (EH_TIME ("+PT1H")), .then = { .version = EH_VERSION (1) } },
                  EH_ERROR_INVALID, "then.version: of which stream? set .in in the spec");
  assert_refused (
      &(EhScenarioSpec){ .in = "Cart-1", .when = WHEN, .then = THEN, .off = (const char *const[]){ "codc", NULL } },
      EH_ERROR_INVALID, "off[0]: unknown check \"codc\"; did you mean \"codec\"?");
}

static void
test_mistakes_in_steps (void)
{
  g_test_summary ("Given and expected messages are checked too");
  assert_refused (
      &(EhScenarioSpec){
          .in = "Cart-1", .given = EH_STEPS (EH_EVENT (impostor, RemoveItem, NULL)), .when = WHEN, .then = THEN },
      EH_ERROR_INVALID, "given[0]: \"ItemRemoved\" has another schema in the domain");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1",
                                     .given = EH_STEPS (EH_EVENT (item_removed, ItemRemoved, (char *) "\xff")),
                                     .when = WHEN,
                                     .then = THEN },
                  EH_ERROR_INVALID, "given[0].ItemRemoved.sku: not valid UTF-8");
  assert_refused (
      &(EhScenarioSpec){
          .in = "Cart-1", .given = EH_STEPS ({ .kind = EH_STEP_SPEC_TIME }), .when = WHEN, .then = THEN },
      EH_ERROR_INVALID, "given[0]: it has no time");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1",
                                     .when = WHEN,
                                     .then = { .events = EH_STEPS (EH_COMMAND (remove_item, RemoveItem, NULL)) } },
                  EH_ERROR_INVALID, "then.events[0]: only events can be expected");
  assert_refused (&(EhScenarioSpec){ .in = "Cart-1",
                                     .when = WHEN,
                                     .then = { .events_include = EH_STEPS (
                                                   EH_EVENT (item_removed, ItemRemoved, (char *) "\xff")) } },
                  EH_ERROR_INVALID, "then.events-include[0].ItemRemoved.sku: not valid UTF-8");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scenario/whole", test_whole);
  g_test_add_func ("/scenario/names", test_names);
  g_test_add_func ("/scenario/mistakes", test_mistakes);
  g_test_add_func ("/scenario/mistakes-in-steps", test_mistakes_in_steps);
  return g_test_run ();
}
