/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <json-glib/json-glib.h>

#include "tool-test.h"

/* What editors are given. */

static gboolean has_member (JsonNode *node, const char *name);

static gboolean
object_has_member (JsonObject *object, const char *name)
{
  JsonObjectIter iter;
  const char *member;
  JsonNode *value;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &member, &value))
    {
      if (g_str_equal (member, name) || has_member (value, name))
        return TRUE;
    }
  return FALSE;
}

/* Whether an object somewhere in it has a member of that name. */
static gboolean
has_member (JsonNode *node, const char *name)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return object_has_member (json_node_get_object (node), name);
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          if (has_member (json_array_get_element (array, i), name))
            return TRUE;
        }
    }
  return FALSE;
}

static JsonNode *
run_schema (const char *arguments)
{
  g_auto (ToolRun) run = tool_run (arguments, NULL);
  g_autoptr (GError) error = NULL;
  JsonNode *root = json_from_string (run.out, &error);

  g_assert_no_error (error);
  g_assert_cmpint (run.status, ==, 0);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_true (g_str_has_suffix (run.out, "}\n"));
  g_assert_true (JSON_NODE_HOLDS_OBJECT (root));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "$schema"), ==,
                   "http://json-schema.org/draft-07/schema#");
  return root;
}

static void
test_without (void)
{
  g_autoptr (JsonNode) root = run_schema ("schema");

  g_test_summary ("Without a domain the schema knows the format and no domain's types");
  g_assert_true (has_member (root, "given"));
  g_assert_true (has_member (root, "events-include"));
  g_assert_true (has_member (root, "$regex"));
  g_assert_false (has_member (root, "DepositPerformed"));
}

static void
test_with (void)
{
  static const char *const names[] = { "AccountCreated", "OwnerChanged",     "DepositPerformed", "WithdrawalPerformed",
                                       "ammount",        "CreateAccount",    "ChangeOwner",      "reason",
                                       "PerformDeposit", "PerformWithdrawal" };
  g_autoptr (JsonNode) root = run_schema ("schema --domain @bank");
  g_auto (ToolRun) run = tool_run ("schema --domain @bank", NULL);

  g_test_summary ("With a domain it has that domain's types and their members");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_test_message ("%s", names[i]);
      g_assert_true (has_member (root, names[i]));
    }
  g_assert_false (has_member (root, "Machine"));
  assert_says (run.out, "\"balance-out\"");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-schema/without", test_without);
  g_test_add_func ("/eventhus-schema/with", test_with);
  return g_test_run ();
}
