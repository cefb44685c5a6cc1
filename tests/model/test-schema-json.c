/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-schema.h"

typedef enum { RED = 7, GREEN = -2 } Colour;
static const EhEnumValue colours[] = { { RED, "red" }, { GREEN, "gr\"een" }, { 0, NULL } };

typedef struct {
  double price;
  char *what;
} Line;

typedef struct {
  gboolean flag;
  gint64 number;
  guint64 natural;
  double real;
  char *text;
  guint8 *bytes;
  gsize n_bytes;
  gint64 at;
  Colour colour;
  Line line;
  char *json;
} Plain;

static EH_DEFINE_SCHEMA (Line, line_schema, EH_FIELD_DOUBLE (price), EH_FIELD_STRING (what));
static EH_DEFINE_SCHEMA (Plain, plain_schema, EH_FIELD_BOOLEAN (flag), EH_FIELD_INT64 (number),
                         EH_FIELD_UINT64 (natural), EH_FIELD_DOUBLE (real), EH_FIELD_STRING (text),
                         EH_FIELD_BYTES (bytes, n_bytes), EH_FIELD_TIMESTAMP (at), EH_FIELD_ENUM (colour, colours),
                         EH_FIELD_STRUCT (line, line_schema), EH_FIELD_JSON (json));

typedef struct {
  gboolean *flag;
  gint64 *number;
  guint64 *natural;
  double *real;
  char *text;
  gint64 *at;
  gint *colour;
  Line *line;
  char *json;
} Optional;

static EH_DEFINE_SCHEMA (Optional, optional_schema, EH_FIELD_OPTIONAL_BOOLEAN (flag), EH_FIELD_OPTIONAL_INT64 (number),
                         EH_FIELD_OPTIONAL_UINT64 (natural), EH_FIELD_OPTIONAL_DOUBLE (real),
                         EH_FIELD_OPTIONAL_STRING (text), EH_FIELD_OPTIONAL_TIMESTAMP (at),
                         EH_FIELD_OPTIONAL_ENUM (colour, colours), EH_FIELD_OPTIONAL_STRUCT (line, line_schema),
                         EH_FIELD_OPTIONAL_JSON (json));

typedef struct {
  gboolean *flags;
  gint64 *numbers;
  guint64 *naturals;
  double *reals;
  char **texts;
  EhBytes *bytes;
  gint64 *times;
  gint *colours;
  Line *lines;
  char **jsons;
  gsize n_flags, n_numbers, n_naturals, n_reals, n_texts, n_bytes, n_times, n_colours, n_lines, n_jsons;
} Many;

static EH_DEFINE_SCHEMA (Many, many_schema, EH_FIELD_BOOLEAN_ARRAY (flags, n_flags),
                         EH_FIELD_INT64_ARRAY (numbers, n_numbers), EH_FIELD_UINT64_ARRAY (naturals, n_naturals),
                         EH_FIELD_DOUBLE_ARRAY (reals, n_reals), EH_FIELD_STRING_ARRAY (texts, n_texts),
                         EH_FIELD_BYTES_ARRAY (bytes, n_bytes), EH_FIELD_TIMESTAMP_ARRAY (times, n_times),
                         EH_FIELD_ENUM_ARRAY (colours, n_colours, colours),
                         EH_FIELD_STRUCT_ARRAY (lines, n_lines, line_schema), EH_FIELD_JSON_ARRAY (jsons, n_jsons));

typedef struct _Tree Tree;
struct _Tree {
  Tree *kids;
  gsize n_kids;
  char *json;
};
static const EhSchema tree_schema;
static EH_DEFINE_SCHEMA (Tree, tree_schema, EH_FIELD_STRUCT_ARRAY (kids, n_kids, tree_schema), EH_FIELD_JSON (json));

/* Reads, writes, and compares with @written, or with @text itself. */
static void
assert_round_trip (const EhSchema *schema, const char *text, const char *written)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *out = NULL;
  g_autofree gpointer value = g_malloc (schema->size);
  g_autofree gpointer again = g_malloc (schema->size);

  eh_schema_read_json (schema, text, -1, value, &error);
  g_assert_no_error (error);
  out = eh_schema_to_json (schema, value, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (out, ==, written != NULL ? written : text);
  g_assert_true (eh_schema_read_json (schema, out, -1, again, &error));
  g_assert_true (eh_schema_equal (schema, value, again));
  eh_schema_clear (schema, value);
  eh_schema_clear (schema, again);
}

static void
assert_refused (const EhSchema *schema, const char *text, gssize length, gint code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *value = g_malloc (schema->size);

  memset (value, 0xa5, schema->size);
  g_assert_false (eh_schema_read_json (schema, text, length, value, &error));
  g_assert_error (error, EH_ERROR, code);
  if (message != NULL)
    g_assert_cmpstr (error->message, ==, message);
  for (gsize i = 0; i < schema->size; i++)
    g_assert_cmpint (value[i], ==, 0);
}

#define PLAIN_DEFAULT                                                                                                  \
  "{\"flag\":false,\"number\":0,\"natural\":0,\"real\":0,\"text\":null,\"bytes\":\"\","                                \
  "\"at\":\"1970-01-01T00:00:00.000000Z\",\"colour\":\"red\",\"line\":{\"price\":0,\"what\":null},\"json\":null}"

static void
test_plain (void)
{
  g_test_summary ("Every kind is read and written, in the order of the schema, whatever the order in the text");

  assert_round_trip (
      &plain_schema,
      "{\"flag\":true,\"number\":-9223372036854775808,\"natural\":18446744073709551615,\"real\":0.1,"
      "\"text\":\"a\\\"b\\\\\\n\\u0001é😀\",\"bytes\":\"AAEC/w==\",\"at\":\"2026-01-01T00:00:00.000001Z\","
      "\"colour\":\"gr\\\"een\",\"line\":{\"price\":-12.5,\"what\":\"\"},\"json\":{\"a\":[1,2.50,\"x y\"]}}",
      NULL);
  assert_round_trip (
      &plain_schema,
      " { \"colour\" : \"\\u0072ed\" , \"\\u0074ext\" : \"\\ud83d\\ude00\\/\" , \"number\" : -0 , \"natural\":-0,"
      "\"json\": [ 1 , { \"x\\\\\\\" \" : 2 } ] , \"unknown\" : { \"number\" : [ null ] } , \"line\" : { } } ",
      "{\"flag\":false,\"number\":0,\"natural\":0,\"real\":0,\"text\":\"😀/\",\"bytes\":\"\","
      "\"at\":\"1970-01-01T00:00:00.000000Z\",\"colour\":\"red\",\"line\":{\"price\":0,\"what\":null},"
      "\"json\":[1,{\"x\\\\\\\" \":2}]}");
  assert_round_trip (&plain_schema,
                     "{\"colour\":\"red\",\"flag\":null,\"number\":null,\"natural\":null,\"real\":null,\"text\":null,"
                     "\"bytes\":null,\"at\":null,\"line\":null,\"json\":null}",
                     PLAIN_DEFAULT);
}

static void
test_optional (void)
{
  g_test_summary ("Optional members are left out when absent; null reads as absent");

  assert_round_trip (&optional_schema, "{}", NULL);
  assert_round_trip (&optional_schema,
                     "{\"flag\":false,\"number\":0,\"natural\":0,\"real\":0,\"text\":\"\","
                     "\"at\":\"1970-01-01T00:00:00.000000Z\",\"colour\":\"red\",\"line\":{\"price\":1,\"what\":\"x\"},"
                     "\"json\":[]}",
                     NULL);
  assert_round_trip (&optional_schema, "{\"flag\":null,\"text\":null,\"line\":null,\"json\":null,\"at\":null}", "{}");
}

static void
test_arrays (void)
{
  g_test_summary ("Arrays of every kind; texts in them may be null");

  assert_round_trip (
      &many_schema,
      "{\"flags\":[true,false],\"numbers\":[1,2,3,4,5,6,7,8,9],\"naturals\":[0],\"reals\":[1.5,-2],"
      "\"texts\":[\"a\",null,\"\"],\"bytes\":[\"\",\"AA==\"],\"times\":[\"1970-01-01T00:00:00.000000Z\"],"
      "\"colours\":[\"red\",\"gr\\\"een\"],\"lines\":[{\"price\":1,\"what\":null},{\"price\":2,"
      "\"what\":\"w\"}],\"jsons\":[1,null,{\"null\":null}]}",
      NULL);
  assert_round_trip (&many_schema, "{}",
                     "{\"flags\":[],\"numbers\":[],\"naturals\":[],\"reals\":[],\"texts\":[],\"bytes\":[],"
                     "\"times\":[],\"colours\":[],\"lines\":[],\"jsons\":[]}");
}

static const struct {
  double value;
  const char *text;
} doubles[] = {
  { 0.0, "0" },
  { -0.0, "-0" },
  { 1, "1" },
  { -1.5, "-1.5" },
  { 0.1, "0.1" },
  { 0.3, "0.3" },
  { 0.1 + 0.2, "0.30000000000000004" },
  { 1e15, "1e+15" },
  { 999999999999999, "999999999999999" },
  { 123456.789, "123456.789" },
  { 1e-5, "0.00001" },
  { 1e-7, "1e-07" },
  { 1e22, "1e+22" },
  { 1e23, "1e+23" },
  { 5e-324, "5e-324" },
  { 1.7976931348623157e308, "1.7976931348623157e+308" },
  { 9007199254740993.0, "9007199254740992" },
  { 2.2250738585072014e-308, "2.2250738585072014e-308" },
  { 1.0 / 3, "0.3333333333333333" },
  { 4.35, "4.35" },
  { 8.41e21, "8.41e+21" },
};

static void
test_doubles (void)
{
  g_test_summary ("Doubles are written short and read back as the same bits");

  for (guint i = 0; i < G_N_ELEMENTS (doubles); i++)
    {
      Line line = { doubles[i].value, NULL };
      g_autofree char *expected = g_strdup_printf ("{\"price\":%s,\"what\":null}", doubles[i].text);
      g_autofree char *text = eh_schema_to_json (&line_schema, &line, NULL);
      Line again;

      g_assert_cmpstr (text, ==, expected);
      g_assert_true (eh_schema_read_json (&line_schema, text, -1, &again, NULL));
      g_assert_cmpmem (&again.price, sizeof (double), &line.price, sizeof (double));
    }
}

static const struct {
  const char *text;
  const char *message;
} refusals[] = {
  { "", "expected an object, found the end of the text (byte 0)" },
  { " 1", "expected an object, found a number (byte 1)" },
  { "[]", "expected an object, found an array (byte 0)" },
  { "\xef\xbb\xbf{}", "expected an object, found byte 0xef (byte 0)" },
  { "{}x", "expected the end of the text, found 'x' (byte 2)" },
  { "{} {}", "expected the end of the text, found an object (byte 3)" },
  { "{", "expected a member's name, found the end of the text (byte 1)" },
  { "{1:2}", "expected a member's name, found a number (byte 1)" },
  { "{\"flag\"}", "flag: expected ':', found '}' (byte 7)" },
  { "{\"flag\":}", "flag: expected true or false, found '}' (byte 8)" },
  { "{\"flag\":true,}", "expected a member behind ',', found '}' (byte 13)" },
  { "{\"flag\":true \"x\":1}", "expected ',' or '}', found a string (byte 13)" },
  { "{\"flag\":1}", "flag: expected true or false, found a number (byte 8)" },
  { "{\"flag\":tru}", "flag: expected true or false, found 't' (byte 8)" },
  { "{\"flag\":nul}", "flag: expected null, found 'n' (byte 8)" },
  { "{\"number\":\"1\"}", "number: expected a number, found a string (byte 10)" },
  { "{\"number\":1.0}", "number: expected a number without fraction or exponent (byte 10)" },
  { "{\"number\":1e2}", "number: expected a number without fraction or exponent (byte 10)" },
  { "{\"number\":9223372036854775808}", "number: the number is out of the range of int64 (byte 10)" },
  { "{\"number\":-9223372036854775809}", "number: the number is out of the range of int64 (byte 10)" },
  { "{\"number\":99999999999999999999}", "number: the number is out of the range of int64 (byte 10)" },
  { "{\"natural\":18446744073709551616}", "natural: the number is out of the range of uint64 (byte 11)" },
  { "{\"natural\":-1}", "natural: the number is out of the range of uint64 (byte 11)" },
  { "{\"number\":01}", "number: a number that begins with 0 (byte 10)" },
  { "{\"number\":-}", "number: expected a digit, found '}' (byte 11)" },
  { "{\"number\":+1}", "number: expected a number, found '+' (byte 10)" },
  { "{\"real\":1.}", "real: expected a digit, found '}' (byte 10)" },
  { "{\"real\":1e+}", "real: expected a digit, found '}' (byte 11)" },
  { "{\"real\":1e999}", "real: the number is out of the range of double (byte 8)" },
  { "{\"real\":NaN}", "real: expected a number, found 'N' (byte 8)" },
  { "{\"text\":1}", "text: expected a string, found a number (byte 8)" },
  { "{\"text\":\"abc}", "text: the text ends inside a string (byte 13)" },
  { "{\"text\":\"a\nb\"}", "text: a control character (0x0a) in a string (byte 10)" },
  { "{\"text\":\"\\x\"}", "text: no such escape in a string (byte 9)" },
  { "{\"text\":\"\\u12g4\"}", "text: expected four hexadecimal digits behind \\u (byte 9)" },
  { "{\"text\":\"\\u0000\"}", "text: U+0000 is not allowed in a string (byte 9)" },
  { "{\"text\":\"\\ud800\"}", "text: a lone surrogate (byte 9)" },
  { "{\"text\":\"\\ud800\\u0041\"}", "text: a lone surrogate (byte 9)" },
  { "{\"text\":\"\\udc00\"}", "text: a lone surrogate (byte 9)" },
  { "{\"text\":\"\xff\"}", "text: not UTF-8 (byte 9)" },
  { "{\"text\":\"\xed\xa0\x80\"}", "text: not UTF-8 (byte 9)" },
  { "{\"bytes\":\"A\"}", "bytes: not base64 (byte 9)" },
  { "{\"bytes\":\"AB==\"}", "bytes: not base64 (byte 9)" },
  { "{\"bytes\":\"====\"}", "bytes: not base64 (byte 9)" },
  { "{\"bytes\":\"AA==AA==\"}", "bytes: not base64 (byte 9)" },
  { "{\"at\":\"yesterday\"}", "at: not a time such as 2026-01-01T00:00:00Z (byte 6)" },
  { "{\"at\":0}", "at: expected a string, found a number (byte 6)" },
  { "{\"colour\":\"blue\"}", "colour: expected one of \"red\", \"gr\"een\" (byte 10)" },
  { "{\"colour\":\"re\"}", "colour: expected one of \"red\", \"gr\"een\" (byte 10)" },
  { "{\"colour\":7}", "colour: expected a string, found a number (byte 10)" },
  { "{\"line\":[]}", "line: expected an object, found an array (byte 8)" },
  { "{\"line\":{\"price\":\"x\"}}", "line.price: expected a number, found a string (byte 17)" },
  { "{\"json\":[1,]}", "json: expected a value behind ',', found ']' (byte 11)" },
  { "{\"json\":[1,{\"a\":[nul]}]}", "json[1].a[0]: expected a value, found 'n' (byte 17)" },
  { "{\"json\":{\"a\":1,\"\\u0061\":2}}", "json.\\u0061: this member appears twice (byte 15)" },
  { "{\"flag\":true,\"flag\":true}", "flag: this member appears twice (byte 13)" },
  { "{\"flag\":true,\"fl\\u0061g\":true}", "fl\\u0061g: this member appears twice (byte 13)" },
  { "{\"no\":1,\"number\":1,\"no\":2}", "no: this member appears twice (byte 19)" },
  { "{\"no\":[1,2,{\"x\":@}]}", "no[2].x: expected a value, found '@' (byte 16)" },
};

static void
test_refusals (void)
{
  g_test_summary ("Each refusal names the member's path and the byte, and leaves a zeroed struct");

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    assert_refused (&plain_schema, refusals[i].text, -1, EH_ERROR_INVALID, refusals[i].message);
  assert_refused (&many_schema, "{\"lines\":[{\"price\":1},{},{\"price\":\"x\"}]}", -1, EH_ERROR_INVALID,
                  "lines[2].price: expected a number, found a string (byte 34)");
  assert_refused (&many_schema, "{\"numbers\":[1,null]}", -1, EH_ERROR_INVALID,
                  "numbers[1]: expected a number, found null (byte 14)");
  assert_refused (&many_schema, "{\"lines\":[{\"what\":\"a\",\"what\":\"b\"}]}", -1, EH_ERROR_INVALID,
                  "lines[0].what: this member appears twice (byte 22)");
  assert_refused (&many_schema, "{\"numbers\":[1 2]}", -1, EH_ERROR_INVALID,
                  "numbers: expected ',' or ']', found a number (byte 14)");
  assert_refused (&plain_schema, "{\"text\":\"a\0b\"}", 14, EH_ERROR_INVALID,
                  "text: a control character (0x00) in a string (byte 10)");
}

static char *
nest (guint depth)
{
  g_autoptr (GString) text = g_string_new ("{\"json\":");

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_limits (void)
{
  g_autofree char *deepest = nest (EH_JSON_DEPTH_MAX - 1);
  g_autofree char *deeper = nest (EH_JSON_DEPTH_MAX);
  g_autofree char *expected = g_strdup_printf ("{\"kids\":[],%s", deepest + 1);
  g_autofree char *large = g_malloc (EH_JSON_SIZE_MAX + 1);
  Tree tree;

  g_test_summary ("Depth and size are limited, and the limit itself is allowed");

  assert_round_trip (&tree_schema, "{\"kids\":[{\"kids\":[],\"json\":null}],\"json\":null}", NULL);
  assert_round_trip (&tree_schema, deepest, expected);
  assert_refused (&tree_schema, deeper, -1, EH_ERROR_LIMIT, NULL);
  memset (large, ' ', EH_JSON_SIZE_MAX + 1);
  memcpy (large, "{}", 2);
  assert_refused (&tree_schema, large, EH_JSON_SIZE_MAX + 1, EH_ERROR_LIMIT,
                  "the text is longer than 16777216 bytes (byte 16777216)");
  g_assert_true (eh_schema_read_json (&tree_schema, large, EH_JSON_SIZE_MAX, &tree, NULL));
}

static void
assert_not_written (const EhSchema *schema, gconstpointer value, gint code, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new ("before");

  g_assert_false (eh_schema_write_json (schema, value, out, &error));
  g_assert_error (error, EH_ERROR, code);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpstr (out->str, ==, "before");
  g_assert_cmpuint (out->len, ==, 6);
}

static void
test_not_written (void)
{
  Line lines[] = { { 1, NULL }, { NAN, NULL } };
  Many many = { .lines = lines, .n_lines = 2 };
  Many counted = { .n_numbers = 1 };
  g_autofree char *long_text = g_strnfill (EH_JSON_SIZE_MAX / 2, '\n');

  g_test_summary ("What cannot be written is refused with its path, and the text so far stays as it was");

  assert_not_written (&many_schema, &many, EH_ERROR_INVALID, "lines[1].price: not a finite number");
  assert_not_written (&many_schema, &counted, EH_ERROR_INVALID, "numbers: elements are counted but there are none");
  assert_not_written (&plain_schema, &(Plain){ .real = INFINITY, .colour = RED }, EH_ERROR_INVALID,
                      "real: not a finite number");
  assert_not_written (&plain_schema, &(Plain){ .text = (char *) "a\xc3", .colour = RED }, EH_ERROR_INVALID,
                      "text: not valid UTF-8");
  assert_not_written (&plain_schema, &(Plain){ .colour = 1 }, EH_ERROR_INVALID, "colour: the enum has no nick for 1");
  assert_not_written (&plain_schema, &(Plain){ .at = G_MAXINT64, .colour = RED }, EH_ERROR_INVALID,
                      "at: a time before year 1 or after year 9999");
  assert_not_written (&plain_schema, &(Plain){ .json = (char *) "{a}", .colour = RED }, EH_ERROR_INVALID,
                      "json: expected a member's name, found 'a' (byte 1)");
  assert_not_written (&plain_schema, &(Plain){ .n_bytes = 3, .colour = RED }, EH_ERROR_INVALID,
                      "bytes: bytes are counted but there are none");
  assert_not_written (&plain_schema, &(Plain){ .text = long_text, .colour = RED }, EH_ERROR_LIMIT,
                      "the text would be longer than 16777216 bytes");
}

static void
assert_each_cut_refused (const EhSchema *schema, const char *text, gsize size)
{
  for (gsize length = 0; length < size; length++)
    {
      g_autofree char *cut = g_memdup2 (text, MAX (length, 1));

      assert_refused (schema, cut, (gssize) length, EH_ERROR_INVALID, NULL);
    }
}

static void
test_truncation (void)
{
  static const char many[] =
      "{\"flags\":[true],\"numbers\":[1],\"naturals\":[1],\"reals\":[1.5],\"texts\":[null,\"a\"],"
      "\"bytes\":[\"AA==\"],\"times\":[\"1970-01-01T00:00:00Z\"],\"colours\":[\"red\"],"
      "\"lines\":[{\"what\":\"a\"},{}],\"jsons\":[null,[1]]}";
  static const char text[] =
      "{\"flag\":true,\"number\":-12,\"natural\":7,\"real\":0.5,\"text\":\"a\\n\\ud83d\\ude00é\","
      "\"bytes\":\"AAEC\",\"at\":\"2026-01-01T00:00:00Z\",\"colour\":\"red\","
      "\"line\":{\"price\":1,\"what\":\"w\"},\"json\":[{\"a\":null},true,-1.5e+3],\"x\":{\"y\":\"z\"}}";

  g_test_summary ("A text cut at any byte is an error, reads nothing behind the cut and leaks nothing");

  assert_each_cut_refused (&plain_schema, text, sizeof (text) - 1);
  assert_each_cut_refused (&many_schema, many, sizeof (many) - 1);
  assert_round_trip (&plain_schema, text,
                     "{\"flag\":true,\"number\":-12,\"natural\":7,\"real\":0.5,\"text\":\"a\\n😀é\",\"bytes\":\"AAEC\","
                     "\"at\":\"2026-01-01T00:00:00.000000Z\",\"colour\":\"red\",\"line\":{\"price\":1,\"what\":\"w\"},"
                     "\"json\":[{\"a\":null},true,-1.5e+3]}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema-json/plain", test_plain);
  g_test_add_func ("/schema-json/optional", test_optional);
  g_test_add_func ("/schema-json/arrays", test_arrays);
  g_test_add_func ("/schema-json/doubles", test_doubles);
  g_test_add_func ("/schema-json/refusals", test_refusals);
  g_test_add_func ("/schema-json/limits", test_limits);
  g_test_add_func ("/schema-json/not-written", test_not_written);
  g_test_add_func ("/schema-json/truncation", test_truncation);
  return g_test_run ();
}
