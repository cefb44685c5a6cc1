/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "kinds.h"
#include "model/eh-draw.h"

static guint64
choose_zero (EhDraw *self, guint64 arity, const char *label)
{
  return 0;
}

static guint64
choose_last (EhDraw *self, guint64 arity, const char *label)
{
  return arity - 1;
}

static void
test_golden (void)
{
  EhDraw *draw = eh_random_draw_new (42);
  const guint64 golden[] = { G_GUINT64_CONSTANT (13679457532755275413), G_GUINT64_CONSTANT (2949826092126892291),
                             G_GUINT64_CONSTANT (5139283748462763858) };

  g_test_summary ("A seed gives the numbers of splitmix64, for ever");
  for (gsize i = 0; i < G_N_ELEMENTS (golden); i++)
    g_assert_cmpuint (eh_draw_choose (draw, G_MAXUINT64, "number"), ==, golden[i]);

  eh_random_draw_free (draw);
}

static void
draw_and_print (guint64 seed, const EhSchema *schema, guint n, GString *out)
{
  EhDraw *draw = eh_random_draw_new (seed);

  for (guint i = 0; i < n; i++)
    {
      gpointer value = eh_schema_new (schema);

      eh_draw_value (draw, schema, value);
      eh_schema_print (schema, value, out);
      eh_schema_free (schema, value);
    }
  eh_random_draw_free (draw);
}

static void
test_golden_value (void)
{
  g_autoptr (GString) few = g_string_new (NULL);
  g_autoptr (GString) many = g_string_new (NULL);
  g_autofree char *sum = NULL;

  g_test_summary ("A seed gives the same values of a schema, for ever");
  draw_and_print (1, &line, 4, few);
  g_assert_cmpstr (few->str, ==,
                   "{ product: \"\", price: -346120355141465845 }{ product: \"\", price: 0 }"
                   "{ product: \"ysheyy\", price: 0 }{ product: \"bsqo\", price: 86 }");
  draw_and_print (2, &everything, 20, many);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, many->str, -1);
  g_assert_cmpstr (sum, ==, "522c0c08c8c65aa73d3dd720c7abebc28120ece18c1f36dc1b052177a15dde12");
}

static void
test_zeros (void)
{
  EhDraw zero = { .choose = choose_zero };
  Everything value, zeroed;

  g_test_summary ("The boring choice everywhere leaves the struct zeroed");
  memset (&value, 0, sizeof value);
  memset (&zeroed, 0, sizeof zeroed);
  eh_draw_value (&zero, &everything, &value);
  g_assert_cmpmem (&value, sizeof value, &zeroed, sizeof zeroed);
}

static void
test_enum_without_zero (void)
{
  static const EhEnumValue nicks[] = { { 5, "five" }, { 6, "six" }, { 0, NULL } };
  typedef struct {
    gint number;
  } Odd;
  const EhField field = { .name = "number", .kind = EH_KIND_ENUM, .values = nicks };
  const EhSchema odd = { EH_ABI_VERSION, 1, "Odd", sizeof (Odd), 1, &field };
  EhDraw zero = { .choose = choose_zero };
  EhDraw last = { .choose = choose_last };
  Odd value = { 0 };

  g_test_summary ("An enum that has no 0 draws its first value when bored, never 0");
  eh_draw_value (&zero, &odd, &value);
  g_assert_cmpint (value.number, ==, 5);
  eh_draw_value (&last, &odd, &value);
  g_assert_cmpint (value.number, ==, 6);
}

static void
test_range (void)
{
  EhDraw zero = { .choose = choose_zero };
  EhDraw last = { .choose = choose_last };
  EhDraw *draw = eh_random_draw_new (7);

  g_test_summary ("Numbers lie between both ends, the lower one is the boring one, and the whole range works");
  g_assert_cmpint (eh_draw_int64 (&zero, -3, 3, "n"), ==, -3);
  g_assert_cmpint (eh_draw_int64 (&last, -3, 3, "n"), ==, 3);
  g_assert_cmpint (eh_draw_int64 (&zero, G_MININT64, G_MAXINT64, "n"), ==, G_MININT64);
  g_assert_cmpint (eh_draw_int64 (&last, G_MININT64, G_MAXINT64, "n"), ==, G_MAXINT64);
  g_assert_cmpint (eh_draw_int64 (&last, G_MININT64, G_MAXINT64 - 1, "n"), ==, G_MAXINT64 - 1);
  g_assert_cmpint (eh_draw_int64 (draw, 5, 5, "n"), ==, 5);
  for (guint i = 0; i < 1000; i++)
    {
      gint64 number = eh_draw_int64 (draw, -2, 2, "n");

      g_assert_cmpint (number, >=, -2);
      g_assert_cmpint (number, <=, 2);
    }
  eh_random_draw_free (draw);
}

static void
test_fair (void)
{
  EhDraw *draw = eh_random_draw_new (3);
  guint counts[6] = { 0 };
  guint first = 0;

  g_test_summary ("Every choice comes up about as often as any other");
  for (guint i = 0; i < 60000; i++)
    counts[eh_draw_choose (draw, 6, "die")]++;
  for (guint i = 0; i < 6; i++)
    {
      g_assert_cmpuint (counts[i], >, 9500);
      g_assert_cmpuint (counts[i], <, 10500);
    }

  /* Three quarters of all numbers: a mere remainder would favour the first third of them. */
  for (guint i = 0; i < 6000; i++)
    first += eh_draw_choose (draw, G_GUINT64_CONSTANT (3) << 62, "wide") < G_GUINT64_CONSTANT (1) << 62;
  g_assert_cmpuint (first, >, 1850);
  g_assert_cmpuint (first, <, 2150);
  eh_random_draw_free (draw);
}

typedef struct {
  gboolean null, empty, long_text, foreign;
  gboolean zero, lowest, highest, negative;
  gboolean present, absent, empty_array, full_array;
} Seen;

static void
look (Seen *seen, const Everything *value)
{
  const char *string = value->singles.string;
  gint64 number = value->singles.int64;

  seen->null |= string == NULL;
  seen->empty |= string != NULL && *string == '\0';
  seen->long_text |= string != NULL && strlen (string) >= 100;
  seen->foreign |= string != NULL && !g_str_is_ascii (string);
  seen->zero |= number == 0;
  seen->lowest |= number == G_MININT64;
  seen->highest |= number == G_MAXINT64;
  seen->negative |= number < 0;
  seen->present |= value->optionals.line != NULL;
  seen->absent |= value->optionals.line == NULL;
  seen->empty_array |= value->arrays.n_strings == 0;
  seen->full_array |= value->arrays.n_strings > 1;
}

static void
test_coverage (void)
{
  EhDraw *draw = eh_random_draw_new (11);
  Seen seen = { 0 };

  g_test_summary ("What is drawn can be written, and the awkward values come up (seed 11)");
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr (GError) error = NULL;
      Everything value;

      memset (&value, 0, sizeof value);
      eh_draw_value (draw, &everything, &value);
      eh_schema_check (&everything, &value, &error);
      g_assert_no_error (error);
      look (&seen, &value);
      eh_schema_clear (&everything, &value);
    }
  for (gsize i = 0; i < sizeof seen / sizeof (gboolean); i++)
    {
      g_test_message ("kind of value %" G_GSIZE_FORMAT, i);
      g_assert_true (((const gboolean *) &seen)[i]);
    }
  eh_random_draw_free (draw);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/draw/golden", test_golden);
  g_test_add_func ("/draw/golden-value", test_golden_value);
  g_test_add_func ("/draw/zeros", test_zeros);
  g_test_add_func ("/draw/enum-without-zero", test_enum_without_zero);
  g_test_add_func ("/draw/range", test_range);
  g_test_add_func ("/draw/fair", test_fair);
  g_test_add_func ("/draw/coverage", test_coverage);
  return g_test_run ();
}
