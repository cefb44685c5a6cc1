/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "kinds.h"
#include "model/eh-draw.h"
#include "model/eh-error.h"
#include "model/eh-json-private.h"

/*
 * The codec against drawn values, against json-glib, and against texts that were damaged at random. json-glib takes
 * much that RFC 8259 does not allow (comments, "var x = ...", numbers such as 0x10 and 01, control characters and lone
 * surrogates in strings, members that appear twice, words such as nan), so of its verdicts only a refusal counts:
 * what it refuses, we refuse.
 */

static guint64 seed;

static guint
get_rounds (guint rounds)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return MAX (rounds / (slow != NULL ? (guint) MAX (atoi (slow), 1) : 1), 10);
}

static void
assert_same (const EhSchema *schema, gconstpointer value, guint round)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = eh_schema_to_json (schema, value, &error);
  g_autofree char *exact = NULL;
  g_autofree char *again_text = NULL;
  g_autofree gpointer again = g_malloc (MAX (schema->size, 1));

  g_assert_no_error (error);
  exact = g_memdup2 (text, strlen (text)); /* without a nul, so that a read behind the end is seen */
  eh_schema_read_json (schema, exact, (gssize) strlen (text), again, &error);
  g_assert_no_error (error);
  again_text = eh_schema_to_json (schema, again, NULL);
  g_assert_cmpstr (again_text, ==, text);
  if (!eh_schema_equal (schema, value, again))
    g_error ("seed %" G_GUINT64_FORMAT ", round %u: %s changed: %s", seed, round, schema->name, text);
  eh_schema_clear (schema, again);
}

static void
test_round_trip (void)
{
  const EhSchema *schemas[] = { &singles, &optionals, &arrays, &tree, &everything };
  EhDraw *draw = eh_random_draw_new (seed);
  const guint rounds = get_rounds (1500);

  g_test_summary ("Whatever is drawn is read back equal to what was written");

  for (guint round = 0; round < rounds; round++)
    for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
      {
        gpointer value = eh_schema_new (schemas[i]);

        eh_draw_value (draw, schemas[i], value);
        assert_same (schemas[i], value, round);
        eh_schema_free (schemas[i], value);
      }
  eh_random_draw_free (draw);
}

static gdouble
draw_double (EhDraw *draw)
{
  guint64 bits = eh_draw_choose (draw, G_MAXUINT64, "bits");
  gdouble value;

  switch (eh_draw_choose (draw, 4, "form"))
    {
    case 0:
      return (gdouble) (gint64) bits / 1024;
    case 1:
      return (gdouble) (bits % 1000000) / 100;
    case 2:
      return (gdouble) (bits % G_GUINT64_CONSTANT (10000000000000)) / 1e7;
    default:
      memcpy (&value, &bits, sizeof value);
      return isfinite (value) ? value : 0;
    }
}

/* Of a number's text: from the first digit that is not 0 to the last. */
static guint
count_digits (const char *text)
{
  guint n = 0, zeros = 0;

  for (; *text != '\0' && *text != 'e'; text++)
    {
      if (!g_ascii_isdigit (*text) || (n == 0 && *text == '0'))
        continue;
      zeros = *text == '0' ? zeros + 1 : 0;
      n++;
    }
  return n - zeros;
}

static void
assert_shortest (gdouble value, const char *text)
{
  char format[8], other[64];
  guint digits = 0;

  do
    {
      g_snprintf (format, sizeof format, "%%.%ue", digits++);
      g_ascii_formatd (other, sizeof other, format, value);
    }
  while (g_ascii_strtod (other, NULL) != value);
  g_assert_cmpuint (count_digits (text), ==, value == 0 ? 0 : digits);
}

static void
test_doubles (void)
{
  EhDraw *draw = eh_random_draw_new (seed);
  const guint rounds = get_rounds (20000);

  g_test_summary ("Doubles are written as g_ascii_strtod() reads them back, and read as it reads them");

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      const gdouble value = draw_double (draw);
      gdouble parsed;
      EhJsonReader reader;

      g_assert_true (eh_json_put_double (text, value));
      eh_json_finish (text);
      if (round % 8 == 0)
        assert_shortest (value, text->str);
      parsed = g_ascii_strtod (text->str, NULL);
      g_assert_cmpmem (&parsed, sizeof parsed, &value, sizeof value);
      eh_json_reader_init (&reader, text->str, text->len);
      g_assert_true (eh_json_reader_double (&reader, &parsed));
      g_assert_cmpmem (&parsed, sizeof parsed, &value, sizeof value);
      eh_json_reader_clear (&reader);
    }
  eh_random_draw_free (draw);
}

/* Our text, decoded by json-glib, must say what the struct says. */
static void
assert_oracle_agrees (const Singles *value, JsonObject *object)
{
  g_assert_cmpint (json_object_get_boolean_member (object, "boolean"), ==, value->boolean);
  g_assert_cmpint (json_object_get_int_member (object, "int64"), ==, value->int64);
  g_assert_cmpfloat (json_object_get_double_member (object, "double"), ==, value->real);
  if (value->string == NULL)
    g_assert_true (json_object_get_null_member (object, "string"));
  else
    g_assert_cmpstr (json_object_get_string_member (object, "string"), ==, value->string);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (object, "line"), "price"), ==,
                   value->line.price);
  if (value->n_bytes > 0)
    {
      gsize size;
      g_autofree guchar *bytes = g_base64_decode (json_object_get_string_member (object, "bytes"), &size);

      g_assert_cmpmem (bytes, size, value->bytes, value->n_bytes);
    }
}

/* It has no uint64, writes U+001F as it is, and a double such as 1e20 as 1e+20.0, which is not JSON. */
static gboolean
oracle_can_write (const Singles *value, const char *generated)
{
  return value->uint64 <= G_MAXINT64 && strchr (generated, 0x1f) == NULL
         && (value->real == 0 || (fabs (value->real) > 1e-4 && fabs (value->real) < 1e15));
}

static void
test_oracle (void)
{
  EhDraw *draw = eh_random_draw_new (seed);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  const guint rounds = get_rounds (3000);

  g_test_summary ("json-glib reads what we write, with the same values; and we read what it writes of it");

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      g_autofree char *generated = NULL;
      Singles value = { 0 };
      Singles again;

      eh_draw_value (draw, &singles, &value);
      text = eh_schema_to_json (&singles, &value, &error);
      g_assert_no_error (error);
      json_parser_load_from_data (parser, text, -1, &error);
      g_assert_no_error (error);
      if (value.int64 != G_MININT64 && value.line.price != G_MININT64)
        assert_oracle_agrees (&value, json_node_get_object (json_parser_get_root (parser)));
      generated = json_to_string (json_parser_get_root (parser), FALSE);
      if (oracle_can_write (&value, generated))
        {
          eh_schema_read_json (&singles, generated, -1, &again, &error);
          g_assert_no_error (error);
          g_assert_cmpstr (again.string, ==, value.string);
          g_assert_cmpint (again.timestamp, ==, value.timestamp);
          g_assert_cmpint (again.colour, ==, value.colour);
          eh_schema_clear (&singles, &again);
        }
      eh_schema_clear (&singles, &value);
    }
  eh_random_draw_free (draw);
}

static const char pieces[] = "{}[],:\"\\0123456789+-.eEtruefalsn \nbu/\x01\x80\xc3\xa9\xf0";

static void
mutate (EhDraw *draw, GString *text)
{
  const gssize at = (gssize) eh_draw_choose (draw, text->len + 1, "at");
  const char c = pieces[eh_draw_choose (draw, sizeof (pieces) - 1, "piece")];

  switch (eh_draw_choose (draw, 4, "how"))
    {
    case 0:
      g_string_insert_c (text, at, c);
      break;
    case 1:
      g_string_truncate (text, (gsize) at);
      break;
    case 2:
      if ((gsize) at < text->len)
        g_string_erase (text, at, 1);
      break;
    default:
      if ((gsize) at < text->len)
        text->str[at] = c;
      break;
    }
}

static void
test_mutations (void)
{
  EhDraw *draw = eh_random_draw_new (seed);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  const guint rounds = get_rounds (20000);
  guint n_accepted = 0;

  g_test_summary ("Of damaged texts we accept none that json-glib refuses, and never crash or leak");

  for (guint round = 0; round < rounds; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      Singles value = { 0 };
      Singles damaged;

      eh_draw_value (draw, &singles, &value);
      g_assert_true (eh_schema_write_json (&singles, &value, text, NULL));
      eh_schema_clear (&singles, &value);
      for (guint64 n = 1 + eh_draw_choose (draw, 3, "n"); n > 0; n--)
        mutate (draw, text);
      if (eh_schema_read_json (&singles, text->str, (gssize) text->len, &damaged, &error))
        {
          assert_same (&singles, &damaged, round);
          eh_schema_clear (&singles, &damaged);
        }
      else
        g_assert_true (strstr (error->message, "(byte ") != NULL);
      if (!eh_json_check_text (text->str, text->len, NULL))
        continue;
      n_accepted++;
      if (!json_parser_load_from_data (parser, text->str, (gssize) text->len, NULL))
        g_error ("seed %" G_GUINT64_FORMAT ", round %u: json-glib refuses: %s", seed, round, text->str);
    }
  g_assert_cmpuint (n_accepted, >, rounds / 50);
  eh_random_draw_free (draw);
}

int
main (int argc, char *argv[])
{
  const char *given;

  g_test_init (&argc, &argv, NULL);
  given = g_getenv ("EH_TEST_SEED");
  seed = given != NULL ? g_ascii_strtoull (given, NULL, 10) : (guint64) g_get_real_time ();
  g_test_message ("EH_TEST_SEED=%" G_GUINT64_FORMAT, seed);
  g_test_add_func ("/json-property/round-trip", test_round_trip);
  g_test_add_func ("/json-property/doubles", test_doubles);
  g_test_add_func ("/json-property/oracle", test_oracle);
  g_test_add_func ("/json-property/mutations", test_mutations);
  return g_test_run ();
}
