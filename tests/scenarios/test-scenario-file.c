/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-file.h"

#include <glib/gstdio.h>

#include "scenarios/eh-scenario-private.h"
#include "shop-domain.h"

/* Files that are right, and what is in their scenarios. In texts single quotes stand for double ones. */

static char *
dup_json (const char *text)
{
  return text != NULL ? g_strdelimit (g_strdup (text), "'", '"') : NULL;
}

static EhScenarioFile *
parse_file (const char *text)
{
  g_autofree char *json = dup_json (text);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  EhScenarioFile *file = eh_scenario_file_parse ("f", json, -1, domain, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
  return file;
}

/* The only scenario of a file that has these members beside a name. */
static EhScenario *
parse_one (const char *members)
{
  g_autofree char *text = g_strdup_printf ("{'scenarios':[{'name':'a',%s}]}", members);
  g_autoptr (EhScenarioFile) file = parse_file (text);

  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (file), ==, 1);
  return eh_scenario_ref (eh_scenario_file_get_scenario (file, 0));
}

static void
assert_data (const EhExpectedMessage *message, const char *expected)
{
  g_autofree char *text = json_to_string (message->data, FALSE);
  g_autofree char *json = dup_json (expected);

  g_assert_cmpstr (text, ==, json);
}

static void
assert_step (GPtrArray *steps, guint i, EhStepKind kind, const char *place, const char *stream, const char *json)
{
  const EhStep *step = g_ptr_array_index (steps, i);
  g_autofree char *text = NULL;
  g_autofree char *expected = dup_json (json);

  g_assert_cmpint (step->kind, ==, kind);
  g_assert_cmpstr (step->place, ==, place);
  g_assert_cmpstr (step->stream != NULL ? eh_stream_name_to_string (step->stream) : NULL, ==, stream);
  if (step->data != NULL)
    text = eh_schema_to_json (step->schema, step->data, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_file (void)
{
  g_autoptr (EhScenarioFile) file = parse_file (
      "// before\n{ '$schema': 'x', 'domain': /* of the domain */ 'shop', // after\r\n"
      "  'simulations': [ ],\n"
      "  'scenarios': [ { 'name': 'not // a /* comment', 'in': 'Cart-\\\\\\u0022//', 'when': { 'nothing': "
      "true }, 'then': { 'version': 0 } },\n"
      "  { 'name': 'b', 'skip': 'later', 'only': true, 'in': 'Cart-1', 'when': { 'nothing': true }, 'then': "
      "{ 'version': 3 }, 'off': [ 'codec', 'replay' ] } ] } // end");
  EhScenario *first = eh_scenario_file_get_scenario (file, 0);
  EhScenario *second = eh_scenario_file_get_scenario (file, 1);

  g_test_summary ("Comments are no part of strings; names, places and settings are read");
  g_assert_cmpstr (eh_scenario_file_get_name (file), ==, "f");
  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (file), ==, 2);
  g_assert_cmpstr (eh_scenario_get_name (first), ==, "not // a /* comment");
  g_assert_cmpstr (eh_scenario_get_place (first), ==, "f: scenarios[0]");
  g_assert_null (eh_scenario_get_skip (first));
  g_assert_false (eh_scenario_is_only (first));
  g_assert_cmpint (first->off, ==, 0);
  g_assert_cmpstr (eh_stream_name_get_id (first->stream), ==, "\\\"//");
  g_assert_true (first->has_version);
  g_assert_cmpuint (first->version, ==, 0);
  g_assert_cmpint (((EhStep *) g_ptr_array_index (first->when, 0))->kind, ==, EH_STEP_NOTHING);

  g_assert_cmpstr (eh_scenario_get_skip (second), ==, "later");
  g_assert_true (eh_scenario_is_only (second));
  g_assert_cmpint (second->off, ==, EH_CHECK_CODEC | EH_CHECK_REPLAY);
  g_assert_cmpuint (second->version, ==, 3);
}

static void
test_steps (void)
{
  g_autoptr (EhScenario)
      scenario = parse_one ("'in':'Cart-1','given':["
                            "{'CartCreated':{'owner':'o','tags':['x','y'],'limit':5}},"
                            "{'CouponIssued':{},'in':'Coupon-1','by':'alice','id':'01BX5ZZKBKACTAV9WEVGEMMVRZ'},"
                            "{'command':{'AddItem':{'line':{'sku':'s','quantity':2}},'version':1}},"
                            "{'time':'2026-01-01T00:00:01Z'},{'time':'+PT1H'}],"
                            "'when':[{'RemoveItem':{'sku':'s'}},{'IssueCoupon':{'percent':9},'in':'Coupon-2'}],"
                            "'then':{'events':[]}");
  const EhStep *coupon = g_ptr_array_index (scenario->given, 1);
  const EhStep *command = g_ptr_array_index (scenario->given, 2);
  const EhStep *absolute = g_ptr_array_index (scenario->given, 3);
  const EhStep *relative = g_ptr_array_index (scenario->given, 4);
  g_autofree char *id = eh_id_to_string (&coupon->id);

  g_test_summary ("Every kind of step, with its address");
  g_assert_cmpuint (scenario->given->len, ==, 5);
  assert_step (scenario->given, 0, EH_STEP_EVENT, "scenarios[0].given[0]", "Cart-1",
               "{'owner':'o','limit':5,'tags':['x','y']}");
  assert_step (scenario->given, 1, EH_STEP_EVENT, "scenarios[0].given[1]", "Coupon-1", "{'percent':0}");
  g_assert_cmpstr (eh_metadata_lookup (coupon->metadata, "by"), ==, "alice");
  g_assert_cmpstr (id, ==, "01BX5ZZKBKACTAV9WEVGEMMVRZ");
  g_assert_cmpint (coupon->expected_version, ==, EH_EXPECTED_ANY);
  assert_step (scenario->given, 2, EH_STEP_COMMAND, "scenarios[0].given[2].command", "Cart-1",
               "{'line':{'sku':'s','quantity':2,'price':0}}");
  g_assert_cmpint (command->expected_version, ==, 1);
  g_assert_true (eh_id_is_nil (&command->id));
  g_assert_null (command->metadata);
  assert_step (scenario->given, 3, EH_STEP_TIME, "scenarios[0].given[3]", NULL, NULL);
  g_assert_false (absolute->time_is_relative);
  g_assert_cmpint (absolute->time, ==, G_GINT64_CONSTANT (1767225601000000));
  g_assert_true (relative->time_is_relative);
  g_assert_cmpint (relative->time, ==, G_GINT64_CONSTANT (3600000000));
  g_assert_cmpuint (scenario->when->len, ==, 2);
  assert_step (scenario->when, 0, EH_STEP_COMMAND, "scenarios[0].when[0]", "Cart-1", "{'sku':'s'}");
  assert_step (scenario->when, 1, EH_STEP_COMMAND, "scenarios[0].when[1]", "Coupon-2", "{'percent':9}");
}

static void
test_expected_events (void)
{
  g_autoptr (EhScenario) scenario = parse_one (
      "'in':'Cart-1','when':{'Checkout':{}},'then':{"
      "'events':[{'CartCheckedOut':{'at':'2026-01-01T01:00:00+01:00','total':{'$gt':1},'skus':['a',{'$any':true}],"
      "'weight':1,'address':{'city':{'$ne':'x'}},'extra':{'$has':{'b':2}}}},{'CartCreated':{'limit':null},'by':'bob',"
      "'id':'01BX5ZZKBKACTAV9WEVGEMMVRZ'}],"
      "'events-include':[{'CouponIssued':{},'in':'Coupon-1'},"
      "{'CartCheckedOut':{'$has':{'at':'2026-01-01T00:00:00Z'}}}],"
      "'no-events':['ItemRemoved'],"
      "'published':[{'ItemAdded':{},'topic':'shop.cart'}]}");
  const EhExpectedMessage *checked_out = g_ptr_array_index (scenario->events, 0);
  const EhExpectedMessage *created = g_ptr_array_index (scenario->events, 1);
  const EhExpectedMessage *coupon = g_ptr_array_index (scenario->events_include, 0);
  const EhExpectedMessage *published = g_ptr_array_index (scenario->published, 0);
  g_autofree char *id = eh_id_to_string (&created->id);

  g_test_summary ("Expected data is brought into the form that the schema writes, with defaults for what is left out");
  g_assert_cmpstr (checked_out->place, ==, "scenarios[0].then.events[0]");
  g_assert_cmpstr (checked_out->type_name, ==, "CartCheckedOut");
  g_assert_cmpstr (eh_stream_name_to_string (checked_out->stream), ==, "Cart-1");
  assert_data (checked_out, "{'total':{'$gt':1},'speed':'normal','address':{'street':null,'city':{'$ne':'x'}},"
                            "'at':'2026-01-01T00:00:00.000000Z','weight':1,'skus':['a',{'$any':true}],"
                            "'extra':{'$has':{'b':2}}}");
  assert_data (created, "{'owner':null,'limit':{'$absent':true},'tags':[]}");
  g_assert_cmpstr (created->by, ==, "bob");
  g_assert_cmpstr (id, ==, "01BX5ZZKBKACTAV9WEVGEMMVRZ");
  g_assert_true (eh_id_is_nil (&checked_out->id));
  g_assert_cmpstr (eh_stream_name_to_string (coupon->stream), ==, "Coupon-1");
  g_assert_null (coupon->topic);
  assert_data (g_ptr_array_index (scenario->events_include, 1), "{'$has':{'at':'2026-01-01T00:00:00.000000Z'}}");
  g_assert_cmpstr (published->topic, ==, "shop.cart");
  g_assert_cmpuint (scenario->no_events->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (scenario->no_events, 0), ==, "ItemRemoved");
  g_assert_null (scenario->states);
  g_assert_null (scenario->error);
  g_assert_false (scenario->has_version);
}

static void
assert_state (EhScenario *scenario, guint i, const char *stream, const char *json)
{
  const EhExpectedState *state = g_ptr_array_index (scenario->states, i);
  g_autofree char *text = json_to_string (state->state, FALSE);
  g_autofree char *expected = dup_json (json);

  g_assert_cmpstr (eh_stream_name_to_string (state->stream), ==, stream);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_states (void)
{
  g_autoptr (EhScenario)
      own = parse_one ("'in':'Cart-1','when':{'nothing':true},'then':{'state':{'lines':[{'sku':'a'}],'limit':null}}");
  g_autoptr (EhScenario)
      keyed = parse_one ("'in':'Cart-1','when':{'nothing':true},'then':{'state':{'Cart-2':{'total':1},'Coupon-1':{}}}");
  g_autoptr (EhScenario) several = parse_one ("'when':{'nothing':true},'then':{'states':{'Cart-2':{'speed':{'$in':["
                                              "'express']}},'Coupon-1':{'percent':{'$lt':5}}}}");

  g_test_summary ("A state is the scenario's own, or keyed by streams; what is left out stays out");
  g_assert_cmpuint (own->states->len, ==, 1);
  assert_state (own, 0, "Cart-1", "{'limit':{'$absent':true},'lines':[{'sku':'a'}]}");
  g_assert_cmpuint (keyed->states->len, ==, 2);
  assert_state (keyed, 0, "Cart-2", "{'total':1}");
  assert_state (keyed, 1, "Coupon-1", "{}");
  g_assert_cmpuint (several->states->len, ==, 2);
  assert_state (several, 0, "Cart-2", "{'speed':{'$in':['express']}}");
  assert_state (several, 1, "Coupon-1", "{'percent':{'$lt':5}}");
}

static void
test_errors (void)
{
  g_autoptr (EhScenario) nick = parse_one ("'in':'Cart-1','when':{'Checkout':{}},'then':{'error':'cart-empty'}");
  g_autoptr (EhScenario) general = parse_one ("'in':'Cart-1','when':{'Checkout':{}},'then':{'error':'conflict'}");
  g_autoptr (EhScenario)
      object = parse_one ("'in':'Cart-1','when':{'Checkout':{}},'then':{'error':{'domain':'g-io-error-quark','code':"
                          "'anything','message':{'$contains':'x'}}}");

  g_test_summary ("An error is a nick of the domain's or the library's, or an object");
  g_assert_cmpstr (nick->error->nick, ==, "cart-empty");
  g_assert_null (nick->events);
  g_assert_cmpstr (general->error->nick, ==, "conflict");
  g_assert_null (object->error->nick);
  g_assert_cmpstr (object->error->domain, ==, "g-io-error-quark");
  g_assert_cmpstr (json_node_get_string (object->error->code), ==, "anything");
  g_assert_true (JSON_NODE_HOLDS_OBJECT (object->error->message));
}

static void
test_examples (void)
{
  g_autoptr (EhScenarioFile) file = parse_file (
      "{'scenarios':[{'name':'plain','in':'Cart-<id>','examples':["
      "{'id':'1','sku':'a','n':2,'why':'two'},{'id':2,'sku':'<n>','n':3,'why':4},{'id':3,'sku':null,'n':5}],"
      "'given':[{'ItemAdded':{'line':{'sku':'<sku>','quantity':'<n>'}}}],"
      "'when':{'RemoveItem':{'sku':'a<n>b<sku>'}},'then':{'events':[{'ItemRemoved':{}}]}},"
      "{'name':'row <n> & <m>','in':'Cart-1','examples':[{'n':0.1,'m':true},{'n':[1],'m':'<b>'}],"
      "'when':{'nothing':true},'then':{'version':0}},"
      "{'name':'no <row>','in':'Cart-1','when':{'RemoveItem':{'sku':'<x>'}},'then':{'events':[]}}]}");
  static const char *const names[] = { "plain (example 1: two)", "plain (example 2: 4)", "plain (example 3)",
                                       "row 0.1 & true",         "row [1] & <b>",        "no <row>" };

  g_test_summary ("Each row is a scenario; a placeholder alone keeps the type of its value");
  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (file), ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (eh_scenario_get_name (eh_scenario_file_get_scenario (file, i)), ==, names[i]);
  g_assert_cmpstr (eh_scenario_get_place (eh_scenario_file_get_scenario (file, 1)), ==, "f: scenarios[0].examples[1]");
  assert_step (eh_scenario_file_get_scenario (file, 0)->given, 0, EH_STEP_EVENT, "scenarios[0].given[0]", "Cart-1",
               "{'line':{'sku':'a','quantity':2,'price':0}}");
  assert_step (eh_scenario_file_get_scenario (file, 0)->when, 0, EH_STEP_COMMAND, "scenarios[0].when", "Cart-1",
               "{'sku':'a2ba'}");
  assert_step (eh_scenario_file_get_scenario (file, 1)->given, 0, EH_STEP_EVENT, "scenarios[0].given[0]", "Cart-2",
               "{'line':{'sku':'<n>','quantity':3,'price':0}}");
  assert_step (eh_scenario_file_get_scenario (file, 2)->when, 0, EH_STEP_COMMAND, "scenarios[0].when", "Cart-3",
               "{'sku':'a5bnull'}");
  assert_step (eh_scenario_file_get_scenario (file, 5)->when, 0, EH_STEP_COMMAND, "scenarios[2].when", "Cart-1",
               "{'sku':'<x>'}");
}

static void
test_extends (void)
{
  g_autoptr (EhScenarioFile) file = parse_file (
      "{'scenarios':[{'name':'base','in':'Cart-1','given':[{'CartCreated':{}},{'time':'+PT1S'}],"
      "'when':{'RemoveItem':{'sku':'a'}},'then':{'events':[]}},"
      "{'name':'b','extends':'base','given':[{'ItemAdded':{}}],'when':{'nothing':true},'then':{'events':[]}},"
      "{'name':'c','extends':'b','after':true,'when':{'Checkout':{}},'then':{'events':[]}},"
      "{'name':'d','extends':'base','after':true,'in':'Cart-2','when':{'Checkout':{}},'then':{'events':[]}}]}");
  EhScenario *b = eh_scenario_file_get_scenario (file, 1);
  EhScenario *c = eh_scenario_file_get_scenario (file, 2);
  EhScenario *d = eh_scenario_file_get_scenario (file, 3);

  g_test_summary ("What is extended comes first, and, with after, what it did");
  g_assert_cmpuint (b->given->len, ==, 3);
  assert_step (b->given, 0, EH_STEP_EVENT, "scenarios[0].given[0] of \"base\"", "Cart-1", "{'owner':null,'tags':[]}");
  assert_step (b->given, 1, EH_STEP_TIME, "scenarios[0].given[1] of \"base\"", NULL, NULL);
  assert_step (b->given, 2, EH_STEP_EVENT, "scenarios[1].given[0]", "Cart-1",
               "{'line':{'sku':null,'quantity':0,'price':0}}");
  g_assert_cmpuint (c->given->len, ==, 3);
  assert_step (c->given, 2, EH_STEP_EVENT, "scenarios[1].given[0] of \"b\"", "Cart-1",
               "{'line':{'sku':null,'quantity':0,'price':0}}");
  assert_step (c->when, 0, EH_STEP_COMMAND, "scenarios[2].when", "Cart-1",
               "{'speed':'normal','address':{'street':null,'city':null}}");
  g_assert_cmpuint (d->given->len, ==, 3);
  assert_step (d->given, 2, EH_STEP_COMMAND, "scenarios[0].when of \"base\"", "Cart-1", "{'sku':'a'}");
  g_assert_cmpstr (eh_stream_name_to_string (d->stream), ==, "Cart-2");
}

static void
test_load (void)
{
  g_autofree char *folder = g_dir_make_tmp ("eh-scenario-file-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "shop.json", NULL);
  g_autofree char *expected = g_strconcat (path, ": scenaros: unknown; did you mean \"scenarios\"?", NULL);
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) missing = eh_scenario_file_load (path, domain, &error);
  g_autoptr (EhScenarioFile) bad = NULL;
  g_autoptr (EhScenarioFile) file = NULL;

  g_test_summary ("A file on disk is loaded; errors carry its path");
  g_assert_null (missing);
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "{\"scenaros\":[]}", -1, NULL));
  bad = eh_scenario_file_load (path, domain, &error);
  g_assert_null (bad);
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, expected);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "{\"scenarios\":[]}", -1, NULL));
  file = eh_scenario_file_load (path, domain, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (eh_scenario_file_get_name (file), ==, path);
  g_assert_cmpuint (eh_scenario_file_get_n_scenarios (file), ==, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scenario-file/file", test_file);
  g_test_add_func ("/scenario-file/steps", test_steps);
  g_test_add_func ("/scenario-file/expected-events", test_expected_events);
  g_test_add_func ("/scenario-file/states", test_states);
  g_test_add_func ("/scenario-file/errors", test_errors);
  g_test_add_func ("/scenario-file/examples", test_examples);
  g_test_add_func ("/scenario-file/extends", test_extends);
  g_test_add_func ("/scenario-file/load", test_load);
  return g_test_run ();
}
