/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "kinds.h"
#include "model/eh-diff-list-private.h"
#include "model/eh-diff.h"

static void
assert_entry (const EhDiff *diff, guint i, EhDiffKind kind, const char *path, const char *expected, const char *actual)
{
  g_assert_cmpuint (i, <, eh_diff_get_size (diff));
  g_assert_cmpstr (eh_diff_get_path (diff, i), ==, path);
  g_assert_cmpint (eh_diff_get_kind (diff, i), ==, kind);
  g_assert_cmpstr (eh_diff_get_expected (diff, i), ==, expected);
  g_assert_cmpstr (eh_diff_get_actual (diff, i), ==, actual);
}

static void
test_equal (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  Line a = { (char *) "pen", 3 };
  Line b = { (char[]){ "pen" }, 3 };

  g_test_summary ("Equal structs have no entries");
  g_assert_true (eh_diff_compare (diff, &line, NULL, &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 0);
}

static void
test_changed (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  Singles a = { .boolean = TRUE, .real = 0.1, .colour = COLOUR_RED, .line = { (char *) "pen", 3 } };
  Singles b = { .boolean = TRUE, .real = 0.2, .colour = COLOUR_BLUE, .line = { NULL, 3 } };

  g_test_summary ("Changed members have their JSON path and both values, also inside of structs");
  g_assert_false (eh_diff_compare (diff, &singles, "events[0]", &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 3);
  assert_entry (diff, 0, EH_DIFF_CHANGED, "events[0].double", "0.1", "0.2");
  assert_entry (diff, 1, EH_DIFF_CHANGED, "events[0].colour", "red", "blue");
  assert_entry (diff, 2, EH_DIFF_CHANGED, "events[0].line.product", "\"pen\"", "null");
}

static void
test_optional (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  gint64 one = 1, two = 2;
  Line a_line = { (char *) "pen", 3 }, b_line = { (char *) "pen", 4 };
  Optionals a = { .int64 = &one, .string = (char *) "x", .line = &a_line };
  Optionals b = { .int64 = &two, .timestamp = &one, .line = &b_line };

  g_test_summary ("An optional member is missing, unexpected or changed");
  g_assert_false (eh_diff_compare (diff, &optionals, NULL, &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 4);
  assert_entry (diff, 0, EH_DIFF_CHANGED, "int64", "1", "2");
  assert_entry (diff, 1, EH_DIFF_MISSING, "string", "\"x\"", NULL);
  assert_entry (diff, 2, EH_DIFF_UNEXPECTED, "timestamp", NULL, "\"1970-01-01T00:00:00.000001Z\"");
  assert_entry (diff, 3, EH_DIFF_CHANGED, "line.price", "3", "4");
}

static void
test_arrays (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  Arrays a = { .int64s = (gint64[]){ 1, 2, 3 },
               .n_int64s = 3,
               .lines = (Line[]){ { (char *) "pen", 1 }, { (char *) "ink", 2 } },
               .n_lines = 2,
               .empties = (Empty[2]){},
               .n_empties = 1 };
  Arrays b = { .int64s = (gint64[]){ 2, 3, 4 },
               .n_int64s = 3,
               .lines = (Line[]){ { (char *) "pen", 9 }, { (char *) "ink", 2 } },
               .n_lines = 2,
               .empties = (Empty[2]){},
               .n_empties = 2 };

  g_test_summary ("Arrays differ by element; what was only shifted is not spoken of");
  g_assert_false (eh_diff_compare (diff, &arrays, NULL, &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 4);
  assert_entry (diff, 0, EH_DIFF_MISSING, "int64s[0]", "1", NULL);
  assert_entry (diff, 1, EH_DIFF_UNEXPECTED, "int64s[2]", NULL, "4");
  assert_entry (diff, 2, EH_DIFF_CHANGED, "lines[0].price", "1", "9");
  assert_entry (diff, 3, EH_DIFF_UNEXPECTED, "empties[1]", NULL, "{}");
}

static void
test_shifted_struct (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  Arrays a = { .lines = (Line[]){ { (char *) "x", 1 }, { (char *) "pen", 1 }, { (char *) "ink", 2 } }, .n_lines = 3 };
  Arrays b = { .lines = (Line[]){ { (char *) "pen", 1 }, { (char *) "ink", 5 } }, .n_lines = 2 };

  g_test_summary ("A changed struct behind a missing one is compared with its own");
  g_assert_false (eh_diff_compare (diff, &arrays, NULL, &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 2);
  assert_entry (diff, 0, EH_DIFF_MISSING, "lines[0]", "{ product: \"x\", price: 1 }", NULL);
  assert_entry (diff, 1, EH_DIFF_CHANGED, "lines[2].price", "2", "5");
}

static void
test_moved (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  Arrays a = { .strings = (char *[]){ (char *) "a", (char *) "b", (char *) "c" }, .n_strings = 3 };
  Arrays b = { .strings = (char *[]){ (char *) "b", (char *) "c", (char *) "a" }, .n_strings = 3 };

  g_test_summary ("An element in another order has moved");
  g_assert_false (eh_diff_compare (diff, &arrays, NULL, &a, &b));
  g_assert_cmpuint (eh_diff_get_size (diff), ==, 1);
  assert_entry (diff, 0, EH_DIFF_MOVED, "strings[0]", "[0]", "[2]");
}

typedef struct {
  const char *expected;
  const char *actual;
} Letters;

static gboolean
letters_equal (gsize expected, gsize actual, gconstpointer user_data)
{
  const Letters *self = user_data;

  return self->expected[expected] == self->actual[actual];
}

/* What is left of @letters without the places that entries speak of. */
static char *
cross_out (const char *letters, const GArray *entries, gboolean actual)
{
  GString *rest = g_string_new (letters);

  for (guint i = 0; i < entries->len; i++)
    {
      const EhDiffListEntry *entry = &g_array_index (entries, EhDiffListEntry, i);
      gsize place = actual ? entry->actual : entry->expected;

      if (place != G_MAXSIZE)
        rest->str[place] = ' ';
    }
  g_string_replace (rest, " ", "", 0);
  return g_string_free (rest, FALSE);
}

/* Each entry must be true of the lists; what no entry speaks of must stand in both, in the same order. */
static void
check_entries (const Letters *letters, const GArray *entries)
{
  g_autofree char *expected = cross_out (letters->expected, entries, FALSE);
  g_autofree char *actual = cross_out (letters->actual, entries, TRUE);

  g_assert_cmpstr (expected, ==, actual);
  for (guint i = 0; i < entries->len; i++)
    {
      const EhDiffListEntry *entry = &g_array_index (entries, EhDiffListEntry, i);

      g_assert_cmpint (entry->kind == EH_DIFF_UNEXPECTED, ==, entry->expected == G_MAXSIZE);
      g_assert_cmpint (entry->kind == EH_DIFF_MISSING, ==, entry->actual == G_MAXSIZE);
      if (entry->kind == EH_DIFF_MOVED)
        g_assert_cmpint (letters->expected[entry->expected], ==, letters->actual[entry->actual]);
      if (entry->kind == EH_DIFF_CHANGED)
        g_assert_cmpint (letters->expected[entry->expected], !=, letters->actual[entry->actual]);
    }
}

/* All words of up to 4 of 3 letters. */
#define WORDS (1 + 3 + 9 + 27 + 81)

static void
spell (guint number, char *word)
{
  guint length = 0;

  for (guint n = 1; number >= n; n *= 3)
    {
      number -= n;
      length++;
    }
  for (guint i = 0; i < length; i++, number /= 3)
    word[i] = (char) ('a' + number % 3);
  word[length] = '\0';
}

static void
test_all_lists (void)
{
  char expected[8], actual[8];
  Letters letters = { expected, actual };

  g_test_summary ("For all short lists the entries are true and complete, and there are none only if they are equal");
  for (guint i = 0; i < WORDS; i++)
    {
      for (guint j = 0; j < WORDS; j++)
        {
          g_autoptr (GArray) entries = NULL;

          spell (i, expected);
          spell (j, actual);
          entries = eh_diff_list_compare (strlen (expected), strlen (actual), letters_equal, &letters);
          check_entries (&letters, entries);
          g_assert_cmpint (entries->len == 0, ==, i == j);
        }
    }
}

static void
test_long_lists (void)
{
  g_autofree char *expected = g_strnfill (3000, 'a');
  g_autofree char *actual = g_strnfill (3000, 'b');
  Letters letters = { expected, actual };
  g_autoptr (GArray) entries = NULL;

  g_test_summary ("Lists too long for a table are compared place by place");
  actual[1500] = 'a';
  entries = eh_diff_list_compare (3000, 3000, letters_equal, &letters);
  g_assert_cmpuint (entries->len, ==, 2999);
  check_entries (&letters, entries);
}

static void
test_print (void)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();
  g_autoptr (GString) plain = g_string_new (NULL);
  g_autoptr (GString) coloured = g_string_new (NULL);

  g_test_summary ("One line an entry, columns aligned, colour only if asked for");
  eh_diff_add (diff, EH_DIFF_CHANGED, "events[0].amount", "100", "99");
  eh_diff_add (diff, EH_DIFF_CHANGED, "owner", "\"Zo\303\253\"", "null");
  eh_diff_add (diff, EH_DIFF_MISSING, "events[1]", "Deposited", NULL);
  eh_diff_add (diff, EH_DIFF_UNEXPECTED, "error", NULL, "balance out");
  eh_diff_add (diff, EH_DIFF_MOVED, "events[2]", "[2]", "[3]");
  eh_diff_print (diff, 2, FALSE, plain);
  g_assert_cmpstr (plain->str, ==,
                   "  changed     events[0].amount  expected 100        got 99\n"
                   "  changed     owner             expected \"Zo\303\253\"      got null\n"
                   "  missing     events[1]         expected Deposited  got nothing\n"
                   "  unexpected  error             expected nothing    got balance out\n"
                   "  moved       events[2]         expected [2]        got [3]\n");
  eh_diff_print (diff, 0, TRUE, coloured);
  g_assert_true (g_str_has_prefix (coloured->str, "\033[33mchanged\033[0m     events[0].amount  expected \033[32m100"
                                                  "\033[0m        got \033[31m99\033[0m\n"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diff/equal", test_equal);
  g_test_add_func ("/diff/changed", test_changed);
  g_test_add_func ("/diff/optional", test_optional);
  g_test_add_func ("/diff/arrays", test_arrays);
  g_test_add_func ("/diff/shifted-struct", test_shifted_struct);
  g_test_add_func ("/diff/moved", test_moved);
  g_test_add_func ("/diff/all-lists", test_all_lists);
  g_test_add_func ("/diff/long-lists", test_long_lists);
  g_test_add_func ("/diff/print", test_print);
  return g_test_run ();
}
