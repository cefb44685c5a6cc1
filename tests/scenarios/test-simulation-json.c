/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-file.h"

#include "scenarios/eh-scenario-node-private.h"
#include "scenarios/eh-simulation-private.h"
#include "shop-domain.h"

/* From the model to the form of a file and back. In texts single quotes stand for double ones. */

static EhSimulation *
parse (EhDomain *domain, const char *object)
{
  g_autofree char *text = g_strdup_printf ("{\"simulations\":[%s]}", object);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("f", text, -1, domain, &error);

  if (error != NULL)
    g_test_message ("%s", text);
  g_assert_no_error (error);
  return eh_simulation_ref (eh_scenario_file_get_simulation (file, 0));
}

static char *
to_text (EhSimulation *simulation, EhDomain *domain)
{
  g_autoptr (JsonNode) node = eh_simulation_to_json (simulation, domain);

  g_assert_nonnull (node);
  return eh_node_to_file (node);
}

static void
assert_same_stream (const EhStreamName *a, const EhStreamName *b)
{
  g_assert_cmpstr (a != NULL ? eh_stream_name_to_string (a) : NULL, ==,
                   b != NULL ? eh_stream_name_to_string (b) : NULL);
}

/* By value: raw JSON may be written in more than one way. */
static void
assert_same_data (const EhSchema *schema, gconstpointer a, gconstpointer b)
{
  g_autofree char *a_text = eh_schema_to_json (schema, a, NULL);
  g_autofree char *b_text = eh_schema_to_json (schema, b, NULL);
  g_autoptr (JsonNode) a_node = json_from_string (a_text, NULL);
  g_autoptr (JsonNode) b_node = json_from_string (b_text, NULL);

  if (schema != &cart_checked_out)
    g_assert_true (eh_schema_equal (schema, a, b));
  g_assert_true (json_node_equal (a_node, b_node));
}

static void
assert_same_step (const EhStep *a, const EhStep *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  assert_same_stream (a->stream, b->stream);
  g_assert_true (a->schema == b->schema);
  if (a->schema != NULL)
    assert_same_data (a->schema, a->data, b->data);
  g_assert_true (eh_id_equal (&a->id, &b->id));
  g_assert_cmpint (a->expected_version, ==, b->expected_version);
  g_assert_true (eh_metadata_equal (a->metadata, b->metadata));
  g_assert_cmpint (a->time, ==, b->time);
  g_assert_cmpint (a->time_is_relative, ==, b->time_is_relative);
}

static void
assert_same_client (const EhSimClient *a, const EhSimClient *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  g_assert_cmpuint (a->steps->len, ==, b->steps->len);
  for (guint i = 0; i < a->steps->len; i++)
    {
      const EhClientStep *x = g_ptr_array_index (a->steps, i);
      const EhClientStep *y = g_ptr_array_index (b->steps, i);

      g_assert_cmpint (x->kind, ==, y->kind);
      g_assert_cmpint (x->wait, ==, y->wait);
      assert_same_stream (x->stream, y->stream);
      if (x->command != NULL)
        assert_same_step (x->command, y->command);
    }
}

static void
assert_same_lines (char **a, char **b)
{
  g_assert_cmpint (a == NULL, ==, b == NULL);
  if (a != NULL)
    g_assert_true (g_strv_equal ((const char *const *) a, (const char *const *) b));
}

static void
assert_same_settings (const EhSimulation *a, const EhSimulation *b)
{
  g_assert_cmpint (a->expect_any, ==, b->expect_any);
  g_assert_cmpint (a->publish_after_save, ==, b->publish_after_save);
  g_assert_cmpint (a->publish_by_relay, ==, b->publish_by_relay);
  g_assert_cmpint (a->bus_unordered, ==, b->bus_unordered);
  g_assert_cmpint (a->consumers != NULL, ==, b->consumers != NULL);
  g_assert_cmpuint (a->retry, ==, b->retry);
  g_assert_cmpuint (a->snapshots, ==, b->snapshots);
  g_assert_cmpmem (a->most, sizeof a->most, b->most, sizeof b->most);
  g_assert_cmpint (a->checks, ==, b->checks);
  g_assert_cmpint (a->expect_violation, ==, b->expect_violation);
  g_assert_cmpint (a->budget.strategy, ==, b->budget.strategy);
  g_assert_cmpuint (a->budget.max_runs, ==, b->budget.max_runs);
  g_assert_cmpint (a->budget.max_time, ==, b->budget.max_time);
  g_assert_cmpuint (a->budget.seed, ==, b->budget.seed);
  g_assert_cmpuint (a->budget.max_depth, ==, b->budget.max_depth);
}

static void
assert_same (const EhSimulation *a, const EhSimulation *b)
{
  g_assert_cmpstr (a->name, ==, b->name);
  assert_same_stream (a->stream, b->stream);
  g_assert_cmpuint (a->given->len, ==, b->given->len);
  for (guint i = 0; i < a->given->len; i++)
    assert_same_step (g_ptr_array_index (a->given, i), g_ptr_array_index (b->given, i));
  g_assert_cmpuint (a->clients->len, ==, b->clients->len);
  for (guint i = 0; i < a->clients->len; i++)
    assert_same_client (g_ptr_array_index (a->clients, i), g_ptr_array_index (b->clients, i));
  g_assert_cmpuint (a->generate.n_clients, ==, b->generate.n_clients);
  g_assert_cmpuint (a->generate.n_commands, ==, b->generate.n_commands);
  g_assert_cmpuint (a->generate.n_streams, ==, b->generate.n_streams);
  assert_same_lines (a->generate.types, b->generate.types);
  assert_same_settings (a, b);
  assert_same_lines (a->schedule, b->schedule);
  assert_same_lines (a->fault_at, b->fault_at);
}

static void
assert_round_trip (EhSimulation *simulation, EhDomain *domain)
{
  g_autofree char *text = to_text (simulation, domain);
  g_autoptr (EhSimulation) again = parse (domain, text);
  g_autofree char *text_again = to_text (again, domain);

  assert_same (simulation, again);
  g_assert_cmpstr (text, ==, text_again);
}

/* What is written as it was read: everything said, in the order of the format, nothing that is so anyway. */
static const char *const canonical[] = {
  "{'name':'a','in':'Cart-1','clients':{'alice':[{'RemoveItem':{'sku':'x'}}]}}",
  "{'name':'a','generate':{'clients':2,'commands':3,'streams':1}}",
  "{'name':'a','clients':{'b':[{'RemoveItem':{'sku':'x'},'in':'Cart-2','version':4,'by':'b'},{'wait':'PT5S'},"
  "{'wait':'PT0.000001S'},{'read':'Cart-2'}]}}",
  "{'name':'all','in':'Cart-1',"
  "'given':[{'time':'2026-01-01T00:00:00.000000Z'},{'CouponIssued':{'percent':5},'in':'Coupon-1','by':'c',"
  "'id':'01BX5ZZKBKACTAV9WEVGEMMVRZ'},{'command':{'RemoveItem':{'sku':'y'}}},{'time':'+PT3600S'}],"
  "'clients':{'zoe':[{'RemoveItem':{'sku':'x'}}],'alice':[{'IssueCoupon':{'percent':-3},'in':'Coupon-2'}]},"
  "'generate':{'clients':1,'commands':2,'streams':3,'types':['AddItem']},"
  "'options':{'expect':'any','publish':'after-save','retry':2,'snapshots':3},"
  "'faults':{'append-ambiguous':1,'crash':2,'total':2},'check':['serializable','progress'],"
  "'explore':{'strategy':'pct','runs':9,'time':'PT0.500000S','seed':-5,'depth':7},"
  "'expect-violation':'serializable','schedule':['zoe: load Cart-1','client-1: load Cart-g3'],"
  "'fault-at':['zoe: append Cart-1 #1: append-ambiguous (applied)']}",
  "{'name':'nodes','in':'Cart-1','clients':{'zoe':[{'RemoveItem':{'sku':'x'}}]},"
  "'options':{'publish':'relay','bus':'unordered','consumers':[]},'schedule':['relay: read-all']}",
};

static void
test_canonical (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();

  g_test_summary ("The form of a file is written as a person would write it");
  for (gsize i = 0; i < G_N_ELEMENTS (canonical); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (canonical[i]), "'", '"');
      g_autoptr (EhSimulation) simulation = parse (domain, text);
      g_autoptr (JsonNode) node = eh_simulation_to_json (simulation, domain);
      g_autofree char *written = json_to_string (node, FALSE);

      g_assert_cmpstr (written, ==, text);
    }
}

static void
test_copy (void)
{
  g_autoptr (EhDomain) domain = shop_domain_new ();

  g_test_summary ("A copy is written the same");
  for (gsize i = 0; i < G_N_ELEMENTS (canonical); i++)
    {
      g_autofree char *text = g_strdelimit (g_strdup (canonical[i]), "'", '"');
      g_autoptr (EhSimulation) simulation = parse (domain, text);
      g_autoptr (EhSimulation) copy = eh_simulation_copy (simulation);

      assert_same (simulation, copy);
    }
}

static gboolean
do_nothing (EhClient *client, gpointer user_data, GError **error)
{
  return TRUE;
}

static void
test_unwritable (void)
{
  static const EhClientSpec with_body[] = { { "alice", .body = do_nothing }, { NULL } };
  EhStepSpec exists[] = { EH_COMMAND_AT (EH_EXPECTED_EXISTS, remove_item, RemoveItem, NULL),
                          { .kind = EH_STEP_SPEC_END } };
  EhSimulationSpec spec = { .in = "Cart-1", .clients = with_body };
  g_autoptr (EhDomain) domain = shop_domain_new ();
  g_autoptr (EhSimulation) body = eh_simulation_new_from_spec (domain, &spec, NULL, NULL);
  g_autoptr (EhSimulation) version = NULL;
  g_autoptr (EhSimulation) given = NULL;

  g_test_summary ("What no file can say is not written");
  spec.clients = EH_CLIENTS ({ "alice", exists });
  version = eh_simulation_new_from_spec (domain, &spec, NULL, NULL);
  spec.given = exists;
  given = eh_simulation_new_from_spec (domain, &spec, NULL, NULL);
  g_assert_null (eh_simulation_to_json (body, domain));
  g_assert_null (eh_simulation_to_json (version, domain));
  g_assert_null (eh_simulation_to_json (given, domain));
}

/* Random simulations */

static EhStreamName *
draw_stream (EhDraw *draw, const char *category)
{
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, eh_draw_choose (draw, 3, "stream"));

  return eh_stream_name_new (category, id, NULL);
}

static EhStep *
draw_message (EhDraw *draw, EhDomain *domain, EhStepKind kind)
{
  static const EhSchema *const commands[] = { &create_cart, &add_item, &remove_item, &checkout, &issue_coupon };
  static const EhSchema *const events[] = { &cart_created, &item_added, &item_removed, &cart_checked_out,
                                            &coupon_issued };
  guint i = (guint) eh_draw_choose (draw, 5, "type");
  EhStep *step = eh_step_new (kind, "p");

  step->schema = kind == EH_STEP_EVENT ? events[i] : commands[i];
  step->stream = draw_stream (draw, i == 4 ? "Coupon" : "Cart");
  step->data = eh_schema_new (step->schema);
  eh_domain_generate (domain, draw, step->schema, step->data);
  if (eh_draw_boolean (draw, "by"))
    step->metadata = eh_metadata_with (NULL, "by", "ä \" \\ b", NULL);
  if (eh_draw_boolean (draw, "id"))
    step->id.bytes[0] = 1 + (guint8) eh_draw_choose (draw, 100, "id");
  if (kind == EH_STEP_COMMAND && eh_draw_boolean (draw, "version"))
    step->expected_version = eh_draw_int64 (draw, 0, 5, "version");
  return step;
}

static EhStep *
draw_given (EhDraw *draw, EhDomain *domain)
{
  EhStep *step;

  if (!eh_draw_boolean (draw, "time"))
    return draw_message (draw, domain, eh_draw_boolean (draw, "kind") ? EH_STEP_COMMAND : EH_STEP_EVENT);
  step = eh_step_new (EH_STEP_TIME, "p");
  step->time_is_relative = eh_draw_boolean (draw, "relative");
  step->time = eh_draw_int64 (draw, 0, G_GINT64_CONSTANT (3000000000000000), "time");
  return step;
}

static EhClientStep *
draw_step (EhDraw *draw, EhDomain *domain)
{
  EhClientStep *step = eh_client_step_new (eh_draw_choose (draw, 3, "kind"));

  if (step->kind == EH_CLIENT_STEP_COMMAND)
    step->command = draw_message (draw, domain, EH_STEP_COMMAND);
  else if (step->kind == EH_CLIENT_STEP_WAIT)
    step->wait = eh_draw_int64 (draw, 0, 10000000, "wait");
  else
    step->stream = draw_stream (draw, "Coupon");
  return step;
}

static void
draw_settings (EhDraw *draw, EhSimulation *self)
{
  self->expect_any = eh_draw_boolean (draw, "expect");
  self->publish_after_save = eh_draw_boolean (draw, "publish");
  self->retry = (guint) eh_draw_int64 (draw, 1, 3, "retry");
  self->snapshots = (guint) eh_draw_choose (draw, 3, "snapshots");
  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    self->most[i] = eh_draw_boolean (draw, "fault") ? (guint) eh_draw_choose (draw, 17, "most") : 0;
  self->checks = 1 + eh_draw_choose (draw, EH_SIM_CHECK_ALL, "checks");
  if (eh_draw_boolean (draw, "violation"))
    self->expect_violation = self->checks & -self->checks;
  self->budget.strategy = eh_draw_choose (draw, EH_STRATEGY_N, "strategy");
  self->budget.max_runs = eh_draw_choose (draw, 3, "runs");
  self->budget.max_time = eh_draw_int64 (draw, 0, 5000000, "time");
  self->budget.seed = eh_draw_choose (draw, G_MAXUINT64, "seed");
  self->budget.max_depth = (guint) eh_draw_choose (draw, 3, "depth");
}

static void
draw_generate (EhDraw *draw, EhGenerate *generate)
{
  const char *types[] = { "AddItem", "Checkout", NULL };

  generate->n_clients = (guint) eh_draw_int64 (draw, 1, 5, "clients");
  generate->n_commands = (guint) eh_draw_int64 (draw, 1, 5, "commands");
  generate->n_streams = (guint) eh_draw_int64 (draw, 1, 5, "streams");
  if (eh_draw_boolean (draw, "types"))
    generate->types = g_strdupv ((char **) types);
}

static EhSimulation *
draw_simulation (EhDraw *draw, EhDomain *domain)
{
  EhSimulation *self = eh_simulation_new ("drawn \"ü\"", "p");
  const char *schedule[] = { "client 0: load Cart-1", "client 0: append Cart-1", NULL };

  if (eh_draw_boolean (draw, "in"))
    self->stream = draw_stream (draw, "Cart");
  for (guint64 n = eh_draw_choose (draw, 4, "given"); n > 0; n--)
    g_ptr_array_add (self->given, draw_given (draw, domain));
  for (guint64 n = eh_draw_choose (draw, 3, "clients") + 1, i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("client %" G_GUINT64_FORMAT, i);
      EhSimClient *client = eh_sim_client_new (name);

      for (guint64 m = eh_draw_choose (draw, 3, "steps") + 1; m > 0; m--)
        g_ptr_array_add (client->steps, draw_step (draw, domain));
      g_ptr_array_add (self->clients, client);
    }
  if (eh_draw_boolean (draw, "generate"))
    draw_generate (draw, &self->generate);
  draw_settings (draw, self);
  if (eh_draw_boolean (draw, "schedule"))
    self->schedule = g_strdupv ((char **) schedule + eh_draw_choose (draw, 3, "schedule"));
  return self;
}

static guint
scale (guint n)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return MAX (1, n / (slow != NULL ? MAX (1, (guint) g_ascii_strtoull (slow, NULL, 10)) : 1));
}

static void
test_random (void)
{
  guint64 seed = (guint64) g_get_real_time ();
  g_autoptr (EhDomain) domain = shop_domain_new ();

  g_test_summary ("Whatever the model says, its file says the same");
  for (guint i = 0; i < scale (2000); i++)
    {
      EhDraw *draw = eh_random_draw_new (seed + i);
      g_autoptr (EhSimulation) simulation = draw_simulation (draw, domain);

      if (i == 0)
        g_test_message ("seed %" G_GUINT64_FORMAT, seed);
      assert_round_trip (simulation, domain);
      eh_random_draw_free (draw);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-json/canonical", test_canonical);
  g_test_add_func ("/simulation-json/copy", test_copy);
  g_test_add_func ("/simulation-json/unwritable", test_unwritable);
  g_test_add_func ("/simulation-json/random", test_random);
  return g_test_run ();
}
