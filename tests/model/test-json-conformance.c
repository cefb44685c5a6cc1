/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-json-private.h"

#define TEXT(literal)                                                                                                  \
  {                                                                                                                    \
    literal, sizeof (literal) - 1                                                                                      \
  }

typedef struct {
  const char *text;
  gsize length;
} Text;

static const Text must_accept[] = {
  TEXT ("null"),
  TEXT ("true"),
  TEXT ("false"),
  TEXT ("0"),
  TEXT ("-0"),
  TEXT ("-1"),
  TEXT ("10"),
  TEXT ("1.5"),
  TEXT ("-0.0"),
  TEXT ("1e5"),
  TEXT ("1E+5"),
  TEXT ("1e-5"),
  TEXT ("0e0"),
  TEXT ("1.25e+10"),
  TEXT ("123456789012345678901234567890"),
  TEXT ("1e999"),
  TEXT ("\"\""),
  TEXT ("\"abc\""),
  TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
  TEXT ("\"\\u0061\\u00E9\\u20ac\""),
  TEXT ("\"\\uD834\\uDd1e\""),
  TEXT ("\"\x7f\""),
  TEXT ("\"é€😀\""),
  TEXT ("\"\xf4\x8f\xbf\xbf\""),
  TEXT ("\"\xed\x9f\xbf\xee\x80\x80\""),
  TEXT ("\"\\uFFFF\xef\xbf\xbf\""),
  TEXT ("\" \xe2\x80\xa8 \""),
  TEXT ("[]"),
  TEXT ("[ ]"),
  TEXT ("[1]"),
  TEXT ("[1,2 , 3]"),
  TEXT ("[[],{}]"),
  TEXT ("{}"),
  TEXT ("{\"\":0}"),
  TEXT ("{\"a\":1,\"b\":2}"),
  TEXT ("{\"a\":{\"a\":1}}"),
  TEXT ("{\"a\":1,\"A\":2}"),
  TEXT (" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n"),
  TEXT ("{\"a\" : 1 }"),
  TEXT ("{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,\"10\":0}"),
};

static const Text must_reject[] = {
  TEXT (""),
  TEXT (" "),
  TEXT ("\0"),
  TEXT ("nul"),
  TEXT ("nulll"),
  TEXT ("NULL"),
  TEXT ("True"),
  TEXT ("undefined"),
  TEXT ("NaN"),
  TEXT ("Infinity"),
  TEXT ("-Infinity"),
  TEXT ("-"),
  TEXT ("+1"),
  TEXT ("01"),
  TEXT ("-01"),
  TEXT ("00"),
  TEXT ("1."),
  TEXT (".5"),
  TEXT ("-.5"),
  TEXT ("1.e5"),
  TEXT ("1e"),
  TEXT ("1e+"),
  TEXT ("1e5.5"),
  TEXT ("0x10"),
  TEXT ("1_000"),
  TEXT ("1 2"),
  TEXT ("--1"),
  TEXT ("'a'"),
  TEXT ("\""),
  TEXT ("\"a"),
  TEXT ("\"\\"),
  TEXT ("\"\\\""),
  TEXT ("\"\\a\""),
  TEXT ("\"\\x41\""),
  TEXT ("\"\\U0041\""),
  TEXT ("\"\\u\""),
  TEXT ("\"\\u004\""),
  TEXT ("\"\\u00g0\""),
  TEXT ("\"\\u0000\""),
  TEXT ("\"\0\""),
  TEXT ("\"\t\""),
  TEXT ("\"\n\""),
  TEXT ("\"\x1f\""),
  TEXT ("\"\\ud800\""),
  TEXT ("\"\\ud800x\""),
  TEXT ("\"\\ud800\\n\""),
  TEXT ("\"\\ud800\\ud800\""),
  TEXT ("\"\\udfff\""),
  TEXT ("\"\x80\""),
  TEXT ("\"\xc0\x80\""),
  TEXT ("\"\xc1\xbf\""),
  TEXT ("\"\xc3\""),
  TEXT ("\"\xc3"),
  TEXT ("\"\xe0\x9f\xbf\""),
  TEXT ("\"\xe2\x82\""),
  TEXT ("\"\xed\xa0\x80\""),
  TEXT ("\"\xed\xbf\xbf\""),
  TEXT ("\"\xf0\x8f\xbf\xbf\""),
  TEXT ("\"\xf0\x9f\x98\""),
  TEXT ("\"\xf4\x90\x80\x80\""),
  TEXT ("\"\xf8\x88\x80\x80\x80\""),
  TEXT ("\"\xff\""),
  TEXT ("["),
  TEXT ("]"),
  TEXT ("[,]"),
  TEXT ("[1,]"),
  TEXT ("[,1]"),
  TEXT ("[1,,2]"),
  TEXT ("[1 2]"),
  TEXT ("[1}"),
  TEXT ("[1]]"),
  TEXT ("[1:2]"),
  TEXT ("{"),
  TEXT ("}"),
  TEXT ("{,}"),
  TEXT ("{\"a\"}"),
  TEXT ("{\"a\":}"),
  TEXT ("{\"a\":1,}"),
  TEXT ("{\"a\",1}"),
  TEXT ("{a:1}"),
  TEXT ("{'a':1}"),
  TEXT ("{1:1}"),
  TEXT ("{null:1}"),
  TEXT ("{\"a\":1 \"b\":2}"),
  TEXT ("{\"a\":1}}"),
  TEXT ("{\"a\":1,\"a\":1}"),
  TEXT ("{\"a\":1,\"\\u0061\":1}"),
  TEXT ("[{\"b\":{},\"a\":{\"a\":1,\"a\":1}}]"),
  TEXT ("{\"1\":0,\"2\":0,\"3\":0,\"4\":0,\"5\":0,\"6\":0,\"7\":0,\"8\":0,\"9\":0,\"10\":0,\"\\u0031\":0}"),
  TEXT ("\xef\xbb\xbf{}"),
  TEXT ("\xff\xfe[\0]\0"),
  TEXT ("[1]/**/"),
  TEXT ("//\n1"),
  TEXT ("#\n1"),
  TEXT ("\f1"),
  TEXT ("\v1"),
  TEXT ("\xc2\xa0"
        "1"),
  TEXT ("[1]\0"),
  TEXT ("var a = 1;"),
};

/* In memory of its exact size, so that a read behind the end is seen. */
static gboolean
check (const Text *text, GError **error)
{
  g_autofree char *copy = g_memdup2 (text->text, MAX (text->length, 1));

  return eh_json_check_text (copy, text->length, error);
}

static void
test_accept (void)
{
  g_test_summary ("What RFC 8259 allows is accepted");

  for (guint i = 0; i < G_N_ELEMENTS (must_accept); i++)
    {
      g_autoptr (GError) error = NULL;

      check (&must_accept[i], &error);
      g_assert_no_error (error);
    }
}

static void
test_reject (void)
{
  g_test_summary ("What RFC 8259 does not allow, or leaves open and dangerous, is refused");

  for (guint i = 0; i < G_N_ELEMENTS (must_reject); i++)
    {
      g_autoptr (GError) error = NULL;

      if (check (&must_reject[i], &error))
        g_error ("accepted: %s", must_reject[i].text);
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
test_object (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("An object is asked for");

  g_assert_true (eh_json_check_object (" {} ", 4, NULL));
  g_assert_false (eh_json_check_object ("[]", 2, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "expected an object, found an array (byte 0)");
}

static void
test_compact (void)
{
  static const char text[] = " { \"a b\" : [ 1 , \" \\\" \\\\\" , true ] ,\n\t\"c\":{ } } ";
  char out[sizeof (text)] = "";

  g_test_summary ("White space between tokens is dropped, in strings it is kept");

  g_assert_cmpuint (eh_json_compact (text, sizeof (text) - 1, out), ==, 32);
  g_assert_cmpstr (out, ==, "{\"a b\":[1,\" \\\" \\\\\",true],\"c\":{}}");
}

static void
assert_string (const char *text, gsize length)
{
  g_autofree char *exact = g_memdup2 (text, MAX (length, 1));
  g_autofree char *json = NULL;
  g_autofree char *again = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  EhJsonReader reader;

  g_assert_true (eh_json_put_string (out, exact, length));
  for (gsize i = 0; i < out->len; i++)
    g_assert_cmpint ((guchar) out->str[i], >=, ' ');
  json = g_memdup2 (out->str, out->len);
  eh_json_reader_init (&reader, json, out->len);
  g_assert_true (eh_json_reader_string (&reader, &again));
  g_assert_true (eh_json_reader_finish (&reader));
  g_assert_cmpmem (again, strlen (again), text, length);
  eh_json_reader_clear (&reader);
}

static void
test_positions (void)
{
  static const char *const specials[] = { "\"", "\\", "\n", "\x1f", "\x01", "é", "€", "😀", "\x7f", "!" };

  g_test_summary ("A character that needs care is seen at every place of texts of every length");

  for (guint i = 0; i < G_N_ELEMENTS (specials); i++)
    for (guint before = 0; before < 27; before++)
      for (guint after = 0; after < 27; after++)
        {
          g_autoptr (GString) text = g_string_new (NULL);
          g_autoptr (GString) out = g_string_new (NULL);

          for (guint n = 0; n < before; n++)
            g_string_append_c (text, (char) (' ' + 2 + n % 90 + (n % 90 == 0)));
          g_string_append (text, specials[i]);
          for (guint n = 0; n < after; n++)
            g_string_append_c (text, '~');
          assert_string (text->str, text->len);
          g_string_append_c (text, (char) 0xc3);
          g_string_append_len (text, "~~~~~~~~~", before % 10);
          g_assert_false (eh_json_put_string (out, text->str, text->len));
        }
}

/* An object with @n members; their names differ at the end only. */
static char *
make_members (guint n, gboolean twice)
{
  g_autoptr (GString) text = g_string_new ("{");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s\"member-%08u\":0", i > 0 ? "," : "", twice && i == n - 1 ? 0 : i);
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_many_members (void)
{
  const guint n = 200000;
  g_autofree char *different = make_members (n, FALSE);
  g_autofree char *twice = make_members (n, TRUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Very many members of one object are compared in no more than n log n steps");

  g_assert_true (eh_json_check_text (different, strlen (different), NULL));
  g_assert_false (eh_json_check_text (twice, strlen (twice), &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "this member appears twice (byte "));
}

static void
test_depth (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *open = g_strnfill (100000, '[');
  g_autofree char *nested = g_strnfill (2 * EH_JSON_DEPTH_MAX, '[');

  g_test_summary ("Nesting is limited before it can use up the stack");

  g_assert_false (eh_json_check_text (open, 100000, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_true (g_str_has_suffix (error->message, ": nested more than 64 deep (byte 64)"));
  memset (nested + EH_JSON_DEPTH_MAX, ']', EH_JSON_DEPTH_MAX);
  g_assert_true (eh_json_check_text (nested, 2 * EH_JSON_DEPTH_MAX, NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/accept", test_accept);
  g_test_add_func ("/json/reject", test_reject);
  g_test_add_func ("/json/object", test_object);
  g_test_add_func ("/json/compact", test_compact);
  g_test_add_func ("/json/positions", test_positions);
  g_test_add_func ("/json/many-members", test_many_members);
  g_test_add_func ("/json/depth", test_depth);
  return g_test_run ();
}
