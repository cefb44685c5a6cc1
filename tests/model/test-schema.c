/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "kinds.h"
#include "model/eh-draw.h"
#include "model/eh-error.h"

static void
test_macros (void)
{
  const EhField *price = &line.fields[1];
  const EhField *real = eh_schema_find (&singles, "double");

  g_test_summary ("The macros fill the table from the struct");
  g_assert_cmpuint (line.abi, ==, EH_ABI_VERSION);
  g_assert_cmpuint (line.revision, ==, 1);
  g_assert_cmpstr (line.name, ==, "Line");
  g_assert_cmpuint (line.size, ==, sizeof (Line));
  g_assert_cmpuint (line.n_fields, ==, 2);
  g_assert_cmpstr (price->name, ==, "price");
  g_assert_cmpint (price->kind, ==, EH_KIND_INT64);
  g_assert_cmpuint (price->offset, ==, offsetof (Line, price));
  g_assert_cmpuint (empty.n_fields, ==, 0);
  g_assert_cmpuint (arrays.fields[8].element_size, ==, sizeof (Line));
  g_assert_cmpuint (arrays.fields[8].count_offset, ==, offsetof (Arrays, n_lines));
  g_assert_cmpint (arrays.fields[8].flags, ==, EH_FIELD_FLAG_ARRAY);
  g_assert_cmpstr (real->name, ==, "real");
  g_assert_cmpstr (eh_field_get_json_name (real), ==, "double");
  g_assert_cmpstr (eh_field_get_json_name (price), ==, "price");
  g_assert_null (eh_schema_find (&singles, "real"));
}

static void
assert_refused (const EhSchema *schema, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_schema_validate (schema, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_validate_good (void)
{
  const EhSchema *schemas[] = { &line, &empty, &singles, &optionals, &arrays, &tree, &everything };

  g_test_summary ("Tables made by the macros are well-formed, also when they refer to each other in a circle");
  for (gsize i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GError) error = NULL;

      eh_schema_validate (schemas[i], &error);
      g_assert_no_error (error);
    }
}

static void
test_validate_head (void)
{
  static EhField many[EH_SCHEMA_FIELDS_MAX + 1];
  EhSchema schema = line;

  g_test_summary ("A table of another library version, without name or revision, or with too many fields is refused");
  schema.abi = 99;
  assert_refused (&schema, "a schema was compiled for another version of the library (ABI 99, this one is 1); "
                           "compile the domain again");
  schema = line;
  schema.name = NULL;
  assert_refused (&schema, "a schema has no name");
  schema.name = "";
  assert_refused (&schema, "a schema has no name");
  schema = line;
  schema.revision = 0;
  assert_refused (&schema, "schema Line: revisions count from 1");
  schema = line;
  schema.fields = NULL;
  assert_refused (&schema, "schema Line: the table of fields is missing");
  schema.fields = many;
  schema.n_fields = G_N_ELEMENTS (many);
  assert_refused (&schema, "schema Line: 65 fields are more than 64");
}

/* Line, whose second field is @field. */
static void
assert_field_refused (EhField field, const char *message)
{
  EhField fields[] = { line.fields[0], field };
  EhSchema schema = line;

  schema.fields = fields;
  assert_refused (&schema, message);
}

static void
test_validate_names (void)
{
  EhField price = line.fields[1];

  g_test_summary ("Fields need names that differ and can stand between quotes");
  price.name = NULL;
  assert_field_refused (price, "schema Line: field 1 has no name");
  price.name = "product";
  assert_field_refused (price, "schema Line: field product: the member is there twice");
  price.name = "price";
  price.json_name = "product";
  assert_field_refused (price, "schema Line: field price: the JSON name \"product\" is there twice");
  price.json_name = "";
  assert_field_refused (price, "schema Line: field price: its JSON name is empty or would have to be escaped");
  price.json_name = "a\"b";
  assert_field_refused (price, "schema Line: field price: its JSON name is empty or would have to be escaped");
  price.json_name = "a\xff";
  assert_field_refused (price, "schema Line: field price: its JSON name is empty or would have to be escaped");
}

static void
test_validate_kinds (void)
{
  EhField price = line.fields[1];
  EhEnumValue no_values[] = { { 0, NULL } };

  g_test_summary ("Kinds, flags, nicks and schemas must make sense");
  price.kind = (EhKind) 77;
  assert_field_refused (price, "schema Line: field price: there is no kind 77");
  price.kind = EH_KIND_INT64;
  price.flags = (EhFieldFlags) 8;
  assert_field_refused (price, "schema Line: field price: there are no flags 0x8");
  price.flags = (EhFieldFlags) (EH_FIELD_FLAG_OPTIONAL | EH_FIELD_FLAG_ARRAY);
  assert_field_refused (price, "schema Line: field price: an array cannot be optional; it can be empty");
  price.kind = EH_KIND_BYTES;
  price.flags = EH_FIELD_FLAG_OPTIONAL;
  assert_field_refused (price, "schema Line: field price: bytes cannot be optional; they can be empty");
  price.kind = EH_KIND_ENUM;
  price.flags = EH_FIELD_FLAG_NONE;
  assert_field_refused (price, "schema Line: field price: the table of nicks is missing or empty");
  price.values = no_values;
  assert_field_refused (price, "schema Line: field price: the table of nicks is missing or empty");
  price.kind = EH_KIND_STRUCT;
  assert_field_refused (price, "schema Line: field price: the schema of the struct is missing");
}

static void
test_validate_places (void)
{
  EhField price = line.fields[1];

  g_test_summary ("Members and counts must lie inside of the struct, and nested sizes agree");
  price.offset = sizeof (Line) - 4;
  assert_field_refused (price, "schema Line: field price: the member lies outside of the struct");
  price.kind = EH_KIND_BYTES;
  price.offset = 0;
  price.count_offset = sizeof (Line);
  assert_field_refused (price, "schema Line: field price: the count lies outside of the struct");
  price.kind = EH_KIND_STRUCT;
  price.schema = &line;
  price.element_size = 8;
  assert_field_refused (price, "schema Line: field price: schema Line describes a struct of another size (16, not 8)");
}

static void
test_validate_nested (void)
{
  EhSchema inner = line, outer = line;
  EhField field = { .name = "inner", .kind = EH_KIND_STRUCT, .element_size = sizeof (Line), .schema = &inner };

  g_test_summary ("What a table refers to is validated too, and a struct cannot lie inside itself");
  outer.name = "Outer";
  outer.fields = &field;
  outer.n_fields = 1;
  inner.name = "Inner";
  inner.revision = 0;
  assert_refused (&outer, "schema Inner: revisions count from 1");
  field.flags = EH_FIELD_FLAG_OPTIONAL;
  assert_refused (&outer, "schema Inner: revisions count from 1");
  field.flags = EH_FIELD_FLAG_NONE;
  field.schema = &outer;
  assert_refused (&outer, "schema Outer: field inner: the struct would contain itself");
  field.flags = EH_FIELD_FLAG_OPTIONAL;
  g_assert_true (eh_schema_validate (&outer, NULL));
}

static void
check_copy (const EhSchema *schema, guint64 seed)
{
  EhDraw *draw = eh_random_draw_new (seed);
  gpointer value = eh_schema_new (schema);
  g_autofree gpointer zeroed = g_malloc0 (schema->size + 1);
  gpointer copy, twin;

  eh_draw_value (draw, schema, value);
  copy = eh_schema_copy (schema, value);
  twin = eh_schema_copy (schema, copy);
  g_assert_true (eh_schema_equal (schema, value, copy));
  g_assert_true (eh_schema_equal (schema, copy, value));
  eh_schema_free (schema, value);
  g_assert_true (eh_schema_equal (schema, twin, copy));
  eh_schema_clear (schema, copy);
  g_assert_cmpmem (copy, schema->size, zeroed, schema->size);
  eh_schema_free (schema, copy);
  eh_schema_free (schema, twin);
  eh_random_draw_free (draw);
}

static void
test_copy (void)
{
  const EhSchema *schemas[] = { &empty, &singles, &optionals, &arrays, &tree, &everything };

  g_test_summary ("A copy is equal, lives without the original, and is zeroed when cleared");
  for (guint seed = 0; seed < 200; seed++)
    {
      const EhSchema *schema = schemas[seed % G_N_ELEMENTS (schemas)];

      g_test_message ("schema %s, seed %u", schema->name, seed);
      check_copy (schema, seed);
    }
  eh_schema_free (&line, NULL);
}

static void
test_equal_singles (void)
{
  const Singles zero = { 0 };
  const Singles others[] = {
    { .boolean = TRUE },       { .int64 = 1 },
    { .uint64 = 1 },           { .real = 1.0 },
    { .string = (char *) "" }, { .bytes = (guint8 *) "a", .n_bytes = 1 },
    { .timestamp = 1 },        { .colour = COLOUR_RED },
    { .line = { NULL, 1 } },   { .json = (char *) "0" },
  };

  g_test_summary ("Each member counts");
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_true (eh_schema_equal (&singles, &others[i], &others[i]));
      g_assert_false (eh_schema_equal (&singles, &zero, &others[i]));
      g_assert_false (eh_schema_equal (&singles, &others[i], &zero));
    }
}

static void
test_equal_optionals (void)
{
  Optionals absent = { 0 };
  gint64 zero = 0, one = 1;
  Empty nothing;

  g_test_summary ("An absent member differs from one that is there");
  g_assert_false (eh_schema_equal (&optionals, &absent, &(Optionals){ .int64 = &zero }));
  g_assert_false (eh_schema_equal (&optionals, &(Optionals){ .int64 = &one }, &(Optionals){ .int64 = &zero }));
  g_assert_true (
      eh_schema_equal (&optionals, &(Optionals){ .int64 = &zero }, &(Optionals){ .int64 = (gint64[]){ 0 } }));
  g_assert_false (eh_schema_equal (&optionals, &absent, &(Optionals){ .string = (char *) "" }));
  g_assert_false (eh_schema_equal (&optionals, &absent, &(Optionals){ .empty = &nothing }));
}

static void
test_equal_arrays (void)
{
  gint64 numbers[] = { 1, 2, 3 };
  Line lines[] = { { (char *) "a", 1 }, { (char *) "b", 2 } };
  Line other[] = { { (char *) "a", 1 }, { (char *) "c", 2 } };
  Empty nothing[2];
  Arrays none = { 0 };

  g_test_summary ("Arrays are compared by count and element; an empty one equals none");
  g_assert_true (eh_schema_equal (&arrays, &none, &(Arrays){ .int64s = numbers, .n_int64s = 0 }));
  g_assert_false (eh_schema_equal (&arrays, &(Arrays){ .int64s = numbers, .n_int64s = 2 },
                                   &(Arrays){ .int64s = numbers, .n_int64s = 3 }));
  g_assert_false (
      eh_schema_equal (&arrays, &(Arrays){ .lines = lines, .n_lines = 2 }, &(Arrays){ .lines = other, .n_lines = 2 }));
  g_assert_true (
      eh_schema_equal (&arrays, &(Arrays){ .lines = lines, .n_lines = 1 }, &(Arrays){ .lines = other, .n_lines = 1 }));
  g_assert_false (eh_schema_equal (&arrays, &none, &(Arrays){ .empties = nothing, .n_empties = 2 }));
}

static void
test_equal_subtle (void)
{
  g_test_summary ("-0.0 equals 0.0, NaN itself, TRUE any other TRUE; JSON text but for white space; null JSON is none");
  g_assert_true (eh_schema_equal (&singles, &(Singles){ .real = 0.0 }, &(Singles){ .real = -0.0 }));
  g_assert_true (eh_schema_equal (&singles, &(Singles){ .real = NAN }, &(Singles){ .real = NAN }));
  g_assert_true (eh_schema_equal (&singles, &(Singles){ .boolean = 1 }, &(Singles){ .boolean = 2 }));
  g_assert_true (eh_schema_equal (&singles, &(Singles){ .json = (char *) "{\"a b\":[1,\"\\\" \"]}" },
                                  &(Singles){ .json = (char *) " { \"a b\" : [1,\n\"\\\" \" ] }\t" }));
  g_assert_false (
      eh_schema_equal (&singles, &(Singles){ .json = (char *) "\"a b\"" }, &(Singles){ .json = (char *) "\"ab\"" }));
  g_assert_false (eh_schema_equal (&singles, &(Singles){ .json = (char *) "\"\\\" \"" },
                                   &(Singles){ .json = (char *) "\"\\\"\"" }));
  g_assert_false (eh_schema_equal (&singles, &(Singles){ .json = (char *) "1" }, &(Singles){ .json = (char *) "12" }));
  g_assert_true (eh_schema_equal (&singles, &(Singles){ .json = (char *) "null" }, &(Singles){ .json = NULL }));
}

static void
assert_unwritable (const EhSchema *schema, gconstpointer value, EhError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_schema_check (schema, value, &error));
  g_assert_error (error, EH_ERROR, (gint) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_check (void)
{
  gint64 early = G_GINT64_CONSTANT (-62135596800000001), late = G_GINT64_CONSTANT (253402300800000000);
  Colour odd = (Colour) 3;

  g_test_summary ("Values that JSON cannot hold are refused with their path");
  g_assert_true (eh_schema_check (&singles, &(Singles){ 0 }, NULL));
  assert_unwritable (&singles, &(Singles){ .real = INFINITY }, EH_ERROR_INVALID, "double: not a finite number");
  assert_unwritable (&singles, &(Singles){ .real = NAN }, EH_ERROR_INVALID, "double: not a finite number");
  assert_unwritable (&singles, &(Singles){ .string = (char *) "12345678\xff" }, EH_ERROR_INVALID,
                     "string: not valid UTF-8");
  assert_unwritable (&singles, &(Singles){ .string = (char *) "12345\xed\xa0\x80" }, EH_ERROR_INVALID,
                     "string: not valid UTF-8");
  assert_unwritable (&singles, &(Singles){ .n_bytes = 1 }, EH_ERROR_INVALID,
                     "bytes: bytes are counted but there are none");
  assert_unwritable (&singles, &(Singles){ .timestamp = late }, EH_ERROR_INVALID,
                     "timestamp: a time before year 1 or after year 9999");
  assert_unwritable (&optionals, &(Optionals){ .timestamp = &early }, EH_ERROR_INVALID,
                     "timestamp: a time before year 1 or after year 9999");
  assert_unwritable (&optionals, &(Optionals){ .colour = &odd }, EH_ERROR_INVALID,
                     "colour: the enum has no nick for 3");
  assert_unwritable (&arrays, &(Arrays){ .n_lines = 1 }, EH_ERROR_INVALID,
                     "lines: elements are counted but there are none");
  g_assert_true (eh_schema_check (&singles, &(Singles){ .timestamp = late - 1 }, NULL));
  g_assert_true (eh_schema_check (&singles, &(Singles){ .timestamp = early + 1 }, NULL));
  g_assert_true (eh_schema_check (&singles, &(Singles){ .string = (char *) "1234567\303\253 \360\237\246\211" }, NULL));
}

static void
test_check_paths (void)
{
  Line lines[] = { { NULL, 0 }, { NULL, 0 }, { (char *) "\xff", 0 } };
  gdouble doubles[] = { 1.0, NAN };
  Everything value = { .arrays = { .lines = lines, .n_lines = 3 } };

  g_test_summary ("A path has an index for each element and a point before each member");
  assert_unwritable (&everything, &value, EH_ERROR_INVALID, "arrays.lines[2].product: not valid UTF-8");
  value.arrays = (Arrays){ .doubles = doubles, .n_doubles = 2 };
  assert_unwritable (&everything, &value, EH_ERROR_INVALID, "arrays.doubles[1]: not a finite number");
}

static void
test_check_json (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) deep = g_string_new (NULL);

  g_test_summary ("Raw JSON must be JSON and, with what it lies in, not too deep");
  g_assert_true (eh_schema_check (&singles, &(Singles){ .json = (char *) " { \"a\": [1, \"}]\\\"\"] } " }, NULL));
  g_assert_false (eh_schema_check (&singles, &(Singles){ .json = (char *) "{\"a\":}" }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "json: "));

  for (guint i = 0; i < EH_JSON_DEPTH_MAX - 1; i++)
    g_string_append_c (deep, '[');
  for (guint i = 0; i < EH_JSON_DEPTH_MAX - 1; i++)
    g_string_append_c (deep, ']');
  g_assert_true (eh_schema_check (&singles, &(Singles){ .json = deep->str }, NULL));
  g_string_prepend (deep, "[");
  g_string_append (deep, "]");
  assert_unwritable (&singles, &(Singles){ .json = deep->str }, EH_ERROR_LIMIT, "json: nested too deep for JSON");
}

static void
assert_refused_as_deep (const Tree *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_schema_check (&tree, value, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
}

typedef struct _Chain Chain;
struct _Chain {
  Chain *next;
};

extern const EhSchema chain;
EH_DEFINE_SCHEMA (Chain, chain, EH_FIELD_OPTIONAL_STRUCT (next, chain));

static void
test_check_depth (void)
{
  Chain links[EH_JSON_DEPTH_MAX + 1] = { { NULL } };
  Tree trees[EH_JSON_DEPTH_MAX] = { { NULL } };
  Tree loop = { .twin = &loop };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;

  g_test_summary ("Nesting ends at the limit, so that even a struct that points to itself is refused");
  for (guint i = 0; i < EH_JSON_DEPTH_MAX - 1; i++)
    links[i].next = &links[i + 1];
  g_assert_true (eh_schema_check (&chain, &links[0], NULL));
  links[EH_JSON_DEPTH_MAX - 1].next = &links[EH_JSON_DEPTH_MAX];
  g_assert_false (eh_schema_check (&chain, &links[0], &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_true (g_str_has_suffix (error->message, ".next.next: nested too deep for JSON"));
  names = g_strsplit (error->message, ".", -1);
  g_assert_cmpuint (g_strv_length (names), ==, EH_JSON_DEPTH_MAX);
  g_clear_error (&error);

  /* A tree has an array in its deepest struct, too, which takes one more level. */
  for (guint i = 0; i < EH_JSON_DEPTH_MAX - 2; i++)
    trees[i].twin = &trees[i + 1];
  g_assert_true (eh_schema_check (&tree, &trees[0], NULL));
  trees[EH_JSON_DEPTH_MAX - 2].twin = &trees[EH_JSON_DEPTH_MAX - 1];
  assert_refused_as_deep (&trees[0]);
  assert_refused_as_deep (&loop);
}

static void
assert_print (const EhSchema *schema, gconstpointer value, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  eh_schema_print (schema, value, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_print (void)
{
  Singles value = { .boolean = TRUE,
                    .int64 = -1,
                    .uint64 = G_MAXUINT64,
                    .real = 0.1,
                    .string = (char *) "a\"\n\x01\xff\303\253",
                    .bytes = (guint8 *) "abc",
                    .n_bytes = 3,
                    .timestamp = -1,
                    .colour = COLOUR_BLUE,
                    .json = (char *) "{\"a\":1}" };
  Tree leaves[] = { { .name = (char *) "left" }, { 0 } };
  Tree root = { .name = (char *) "root", .branches = leaves, .n_branches = 2, .twin = &leaves[1] };

  g_test_summary ("Values print on one line, also those that JSON refuses");
  assert_print (&empty, &(Empty){}, "{}");
  assert_print (&optionals, &(Optionals){ 0 }, "{}");
  assert_print (
      &singles, &value,
      "{ boolean: true, int64: -1, uint64: 18446744073709551615, double: 0.1, "
      "string: \"a\\\"\\n\\u0001\\xff\303\253\", bytes: \"YWJj\", timestamp: \"1969-12-31T23:59:59.999999Z\", "
      "colour: blue, line: { product: null, price: 0 }, empty: {}, json: {\"a\":1} }");
  assert_print (&tree, &root,
                "{ name: \"root\", branches: [{ name: \"left\", branches: [] }, { name: null, branches: [] }], "
                "twin: { name: null, branches: [] } }");
  assert_print (&optionals, &(Optionals){ .colour = &(Colour){ 3 }, .timestamp = &(gint64){ G_MAXINT64 } },
                "{ timestamp: 9223372036854775807us, colour: 3 }");
}

static void
test_set_string (void)
{
  char *member = NULL;

  g_test_summary ("A string member is replaced by a copy, also by a part of itself");
  eh_set_string (&member, "mishudark");
  g_assert_cmpstr (member, ==, "mishudark");
  eh_set_string (&member, member + 5);
  g_assert_cmpstr (member, ==, "dark");
  eh_set_string (&member, NULL);
  g_assert_null (member);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/macros", test_macros);
  g_test_add_func ("/schema/validate/good", test_validate_good);
  g_test_add_func ("/schema/validate/head", test_validate_head);
  g_test_add_func ("/schema/validate/names", test_validate_names);
  g_test_add_func ("/schema/validate/kinds", test_validate_kinds);
  g_test_add_func ("/schema/validate/places", test_validate_places);
  g_test_add_func ("/schema/validate/nested", test_validate_nested);
  g_test_add_func ("/schema/copy", test_copy);
  g_test_add_func ("/schema/equal/singles", test_equal_singles);
  g_test_add_func ("/schema/equal/optionals", test_equal_optionals);
  g_test_add_func ("/schema/equal/arrays", test_equal_arrays);
  g_test_add_func ("/schema/equal/subtle", test_equal_subtle);
  g_test_add_func ("/schema/check/values", test_check);
  g_test_add_func ("/schema/check/paths", test_check_paths);
  g_test_add_func ("/schema/check/json", test_check_json);
  g_test_add_func ("/schema/check/depth", test_check_depth);
  g_test_add_func ("/schema/print", test_print);
  g_test_add_func ("/schema/set-string", test_set_string);
  return g_test_run ();
}
