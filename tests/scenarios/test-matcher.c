/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-matcher-private.h"

#include "model/eh-error.h"

/* What the diff says for a pair that does not match; NULL for a pair that does. */
typedef struct {
  const char *expected;
  const char *actual;
  gboolean partial;
  const char *diff;
} Case;

static const Case cases[] = {
  /* plain values */
  { "1", "1", FALSE, NULL },
  { "1", "2", FALSE, "changed p 1 2" },
  { "1", "1.0", FALSE, NULL },
  { "1.5", "1.5", FALSE, NULL },
  { "0.1", "0.2", FALSE, "changed p 0.1 0.2" },
  { "9223372036854775807", "9223372036854775806", FALSE, "changed p 9223372036854775807 9223372036854775806" },
  { "1", "\"1\"", FALSE, "changed p 1 \"1\"" },
  { "1", "true", FALSE, "changed p 1 true" },
  { "true", "true", FALSE, NULL },
  { "true", "false", FALSE, "changed p true false" },
  { "null", "null", FALSE, NULL },
  { "null", "0", FALSE, "changed p null 0" },
  { "\"\"", "null", FALSE, "changed p \"\" null" },
  { "\"a\"", "\"b\"", FALSE, "changed p \"a\" \"b\"" },
  { "\"a\"", "[]", FALSE, "changed p \"a\" []" },
  /* objects and lists */
  { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", FALSE, NULL },
  { "{\"a\":1}", "{\"a\":1,\"b\":2}", FALSE, "unexpected p.b - 2" },
  { "{\"a\":1}", "{\"a\":1,\"b\":2}", TRUE, NULL },
  { "{\"a\":1,\"b\":2}", "{\"a\":1}", TRUE, "missing p.b 2 -" },
  { "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", TRUE, NULL },
  { "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":2}}", FALSE, "unexpected p.a.c - 2" },
  { "{\"a\":1}", "[1]", FALSE, "changed p { \"a\": 1 } [1]" },
  { "[1,2]", "[1,2]", FALSE, NULL },
  { "[1,2]", "[2,1]", FALSE, "changed p[0] 1 2; changed p[1] 2 1" },
  { "[1]", "[1,2]", TRUE, "unexpected p[1] - 2" },
  { "[1,2]", "[1]", TRUE, "missing p[1] 2 -" },
  { "[{\"a\":1}]", "[{\"a\":1,\"b\":2}]", TRUE, NULL },
  { "{\"a\":1,\"b\":2}", "{\"a\":3,\"b\":4}", FALSE, "changed p.a 1 3; changed p.b 2 4" },
  /* $any, $absent */
  { "{\"$any\":true}", "null", FALSE, NULL },
  { "{\"a\":{\"$any\":true}}", "{}", TRUE, "missing p.a { \"$any\": true } -" },
  { "{\"a\":{\"$absent\":true}}", "{}", FALSE, NULL },
  { "{\"a\":{\"$absent\":true}}", "{\"a\":null}", FALSE, "unexpected p.a { \"$absent\": true } null" },
  /* order */
  { "{\"$gt\":1}", "2", FALSE, NULL },
  { "{\"$gt\":1}", "1", FALSE, "changed p { \"$gt\": 1 } 1" },
  { "{\"$gt\":1}", "1.5", FALSE, NULL },
  { "{\"$gt\":9223372036854775806}", "9223372036854775807", FALSE, NULL },
  { "{\"$gte\":1}", "1", FALSE, NULL },
  { "{\"$gte\":1}", "0", FALSE, "changed p { \"$gte\": 1 } 0" },
  { "{\"$lt\":1}", "0", FALSE, NULL },
  { "{\"$lt\":1}", "1", FALSE, "changed p { \"$lt\": 1 } 1" },
  { "{\"$lte\":1}", "1", FALSE, NULL },
  { "{\"$lte\":1}", "2", FALSE, "changed p { \"$lte\": 1 } 2" },
  { "{\"$gt\":\"a\"}", "\"b\"", FALSE, NULL },
  { "{\"$gt\":\"b\"}", "\"a\"", FALSE, "changed p { \"$gt\": \"b\" } \"a\"" },
  { "{\"$gt\":\"1\"}", "2", FALSE, "changed p { \"$gt\": \"1\" } 2" },
  { "{\"$lte\":1}", "null", FALSE, "changed p { \"$lte\": 1 } null" },
  { "{\"$gt\":1,\"$lt\":3}", "2", FALSE, NULL },
  { "{\"$gt\":1,\"$lt\":3}", "3", FALSE, "changed p { \"$gt\": 1, \"$lt\": 3 } 3" },
  { "{\"$gt\":1,\"$lt\":3}", "1", FALSE, "changed p { \"$gt\": 1, \"$lt\": 3 } 1" },
  /* $ne, $in */
  { "{\"$ne\":1}", "2", FALSE, NULL },
  { "{\"$ne\":1}", "1", FALSE, "changed p { \"$ne\": 1 } 1" },
  { "{\"a\":{\"$ne\":1}}", "{}", FALSE, "missing p.a { \"$ne\": 1 } -" },
  { "{\"$ne\":{\"a\":1}}", "{\"a\":1,\"b\":2}", FALSE, NULL },
  { "{\"$in\":[1,\"a\",null]}", "\"a\"", FALSE, NULL },
  { "{\"$in\":[1,\"a\",null]}", "null", FALSE, NULL },
  { "{\"$in\":[1,\"a\"]}", "2", FALSE, "changed p { \"$in\": [1, \"a\"] } 2" },
  { "{\"$in\":[]}", "2", FALSE, "changed p { \"$in\": [] } 2" },
  { "{\"$in\":[{\"$lt\":0},{\"$gt\":9}]}", "10", FALSE, NULL },
  { "{\"$in\":[{\"$lt\":0},{\"$gt\":9}]}", "5", FALSE, "changed p { \"$in\": [{ \"$lt\": 0 }, { \"$gt\": 9 }] } 5" },
  /* $regex, $contains */
  { "{\"$regex\":\"^a.c$\"}", "\"abc\"", FALSE, NULL },
  { "{\"$regex\":\"b\"}", "\"abc\"", FALSE, NULL },
  { "{\"$regex\":\"^b\"}", "\"abc\"", FALSE, "changed p { \"$regex\": \"^b\" } \"abc\"" },
  { "{\"$regex\":\"1\"}", "1", FALSE, "changed p { \"$regex\": \"1\" } 1" },
  { "{\"$contains\":\"b\"}", "\"abc\"", FALSE, NULL },
  { "{\"$contains\":\"d\"}", "\"abc\"", FALSE, "changed p { \"$contains\": \"d\" } \"abc\"" },
  { "{\"$contains\":1}", "\"1\"", FALSE, "changed p { \"$contains\": 1 } \"1\"" },
  { "{\"$contains\":2}", "[1,2]", FALSE, NULL },
  { "{\"$contains\":3}", "[1,2]", FALSE, "changed p { \"$contains\": 3 } [1, 2]" },
  { "{\"$contains\":{\"$has\":{\"a\":1}}}", "[{\"a\":1,\"b\":2}]", FALSE, NULL },
  { "{\"$contains\":{\"a\":1}}", "[{\"a\":1,\"b\":2}]", TRUE,
    "changed p { \"$contains\": { \"a\": 1 } } [{ \"a\": 1, \"b\": 2 }]" },
  { "{\"$contains\":1}", "{}", FALSE, "changed p { \"$contains\": 1 } {}" },
  /* $has */
  { "{\"$has\":{\"a\":1}}", "{\"a\":1,\"b\":2}", FALSE, NULL },
  { "{\"$has\":{\"a\":{\"$gt\":1}}}", "{\"a\":1}", FALSE,
    "changed p { \"$has\": { \"a\": { \"$gt\": 1 } } } { \"a\": 1 }" },
  { "{\"$has\":{}}", "[]", FALSE, "changed p { \"$has\": {} } []" },
};

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static char *
print (const EhDiff *diff)
{
  static const char *const kinds[] = { "missing", "unexpected", "changed", "moved" };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < eh_diff_get_size (diff); i++)
    {
      const char *expected = eh_diff_get_expected (diff, i);
      const char *actual = eh_diff_get_actual (diff, i);

      g_string_append_printf (out, "%s%s %s %s %s", i > 0 ? "; " : "", kinds[eh_diff_get_kind (diff, i)],
                              eh_diff_get_path (diff, i), expected != NULL ? expected : "-",
                              actual != NULL ? actual : "-");
    }
  return g_string_free (out, FALSE);
}

static void
test_match (void)
{
  g_test_summary ("Every matcher matches what it should, and the diff tells the rest");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (JsonNode) expected = parse (c->expected);
      g_autoptr (JsonNode) actual = parse (c->actual);
      g_autoptr (EhDiff) diff = eh_diff_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      gboolean checked = eh_matcher_check (expected, "p", &error);
      gboolean matches;

      g_assert_no_error (error);
      g_assert_true (checked);
      g_test_message ("%s with %s", c->expected, c->actual);
      matches = eh_matcher_match (expected, actual, c->partial, "p", diff);
      text = print (diff);
      g_assert_cmpstr (text, ==, c->diff != NULL ? c->diff : "");
      g_assert_cmpint (matches, ==, c->diff == NULL);
      g_assert_cmpint (eh_matcher_match (expected, actual, c->partial, "p", NULL), ==, matches);
    }
}

static const char *const mistakes[][2] = {
  { "{\"$gtt\":1}", "p.$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "{\"$\":1}", "p.$: unknown matcher" },
  { "[1,{\"a\":{\"$xxxxxxxx\":1}}]", "p[1].a.$xxxxxxxx: unknown matcher" },
  { "{\"$any\":false}", "p.$any: can only be true; leave it out otherwise" },
  { "{\"$absent\":1}", "p.$absent: expected true or false, found a number" },
  { "{\"$gt\":null}", "p.$gt: expected a number or a string, found null" },
  { "{\"$lte\":true}", "p.$lte: expected a number or a string, found a boolean" },
  { "{\"$in\":{}}", "p.$in: expected a list, found an object" },
  { "{\"$in\":[{\"$gtt\":1}]}", "p.$in[0].$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "{\"$ne\":{\"$gtt\":1}}", "p.$ne.$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "{\"$contains\":{\"$gtt\":1}}", "p.$contains.$gtt: unknown matcher; did you mean \"$gt\"?" },
  { "{\"$regex\":1}", "p.$regex: expected a string, found a number" },
  { "{\"$has\":[]}", "p.$has: expected an object, found a list" },
  { "{\"a\":1,\"$any\":true}", "p.$any: a matcher cannot stand beside plain members" },
  { "{\"$any\":true,\"a\":1}",
    "p.a: a matcher has no plain members; for a partial object write { \"$has\": { ... } }" },
};

static void
test_mistakes (void)
{
  g_test_summary ("A malformed matcher is found when it is loaded");
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autoptr (JsonNode) expected = parse (mistakes[i][0]);
      g_autoptr (GError) error = NULL;

      g_assert_false (eh_matcher_check (expected, "p", &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, mistakes[i][1]);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/matcher/match", test_match);
  g_test_add_func ("/matcher/mistakes", test_mistakes);
  return g_test_run ();
}
