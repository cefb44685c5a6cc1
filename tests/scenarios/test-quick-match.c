/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-quick-match-private.h"

#include "scenarios/eh-matcher-private.h"
#include "shop-domain.h"

typedef struct {
  gboolean flag;
  gint64 number;
  guint64 natural;
  double weight;
  char *text;
  ShopSpeed speed;
  gint64 at;
  CartLine line;
} Things;

static const EhEnumValue speeds[] = { { SHOP_SPEED_NORMAL, "normal" }, { SHOP_SPEED_EXPRESS, "express" }, { 0, NULL } };

/* clang-format off */
static EH_DEFINE_SCHEMA (CartLine, line_schema, EH_FIELD_STRING (sku), EH_FIELD_INT64 (quantity),
                         EH_FIELD_INT64 (price))
static EH_DEFINE_SCHEMA (Things, plain, EH_FIELD_BOOLEAN (flag), EH_FIELD_INT64 (number), EH_FIELD_UINT64 (natural),
                         EH_FIELD_DOUBLE (weight), EH_FIELD_STRING (text), EH_FIELD_ENUM (speed, speeds),
                         EH_FIELD_STRUCT (line, line_schema))
static EH_DEFINE_SCHEMA (Things, with_time, EH_FIELD_TIMESTAMP (at))
    /* clang-format on */

    static const Things things = { TRUE, -7, 7, 0.5, (char *) "a", SHOP_SPEED_EXPRESS, 0, { (char *) "pen", 2, 150 } };

#define WHOLE                                                                                                          \
  "{'flag':true,'number':-7,'natural':7,'weight':0.5,'text':'a','speed':'express',"                                    \
  "'line':{'sku':'pen','quantity':2,'price':150}}"

static JsonNode *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (json, &error);

  g_assert_no_error (error);
  return node;
}

static gboolean
quick (const EhSchema *schema, const char *expected, gboolean partial)
{
  g_autoptr (JsonNode) node = parse (expected);

  return eh_quick_match (node, schema, &things, partial);
}

static void
test_whole (void)
{
  g_test_summary ("Plain members match where they are");
  g_assert_true (quick (&plain, WHOLE, FALSE));
  g_assert_true (quick (&plain, WHOLE, TRUE));
}

static void
test_partial (void)
{
  g_test_summary ("Members may be left out only if the match is partial, at every depth");
  g_assert_true (quick (&plain, "{'line':{'price':150}}", TRUE));
  g_assert_false (quick (&plain, "{'line':{'price':150}}", FALSE));
  g_assert_true (quick (&plain, "{}", TRUE));
  g_assert_false (quick (&plain, "{}", FALSE));
  g_assert_false (quick (&plain, "{'stranger':1}", TRUE));
}

static void
test_left_to_the_matcher (void)
{
  static const char *const others[] = { "{'number':{'$gt':-9}}", "{'weight':{'$any':true}}", "[]", "7", "null",
                                        "{'$any':true}" };

  g_test_summary ("Matchers and the less common kinds are left to the matcher");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (quick (&plain, others[i], TRUE));
  g_assert_false (quick (&with_time, "{'at':'1970-01-01T00:00:00.000000Z'}", FALSE));
}

/* Whatever is said to match, the matcher says so too. */
static void
test_agrees (void)
{
  static const char *const values[] = {
    "true", "false", "null",      "-7",       "7",  "0",  "0.5",
    "'a'",  "''",    "'express'", "'normal'", "[]", "{}", "{'sku':'pen','quantity':2,'price':150}"
  };
  g_autofree char *text = eh_schema_to_json (&plain, &things, NULL);
  g_autoptr (JsonNode) actual = json_from_string (text, NULL);
  guint n_matches = 0;

  g_test_summary ("A match is a match for the matcher as well, for every member and value");
  for (gsize i = 0; i < plain.n_fields; i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (values); j++)
        {
          g_autofree char *expected = g_strdup_printf ("{'%s':%s}", plain.fields[i].name, values[j]);
          g_autoptr (JsonNode) node = parse (expected);
          gboolean match = eh_quick_match (node, &plain, &things, TRUE);

          n_matches += match;
          if (match)
            g_assert_true (eh_matcher_match (node, actual, TRUE, "", NULL));
        }
    }
  g_assert_cmpuint (n_matches, ==, plain.n_fields + 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quick-match/whole", test_whole);
  g_test_add_func ("/quick-match/partial", test_partial);
  g_test_add_func ("/quick-match/left-to-the-matcher", test_left_to_the_matcher);
  g_test_add_func ("/quick-match/agrees", test_agrees);
  return g_test_run ();
}
