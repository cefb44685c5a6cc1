/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-print-private.h"

#include <string.h>

typedef struct {
  guint task;
  const char *name;
  const char *what;
  const char *detail;
  const char *result;
} Row;

static char *
print (const Row *rows, guint width)
{
  g_auto (EhShrunk) shown = { .simulation = eh_simulation_new ("one", "here") };
  const EhSimulationPrint style = { .width = width };
  GString *text = g_string_new (NULL);

  shown.rows = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_trace_row_free);
  for (; rows->name != NULL; rows++)
    {
      EhTraceRow *row = g_new0 (EhTraceRow, 1);

      row->task = rows->task;
      row->what = g_strdup (rows->what);
      row->detail = g_strdup (rows->detail);
      row->result = g_strdup (rows->result);
      row->schedule = g_strdup_printf ("%s: %s", rows->name, rows->what);
      g_ptr_array_add (shown.rows, row);
    }
  eh_simulation_print_table (&shown, &style, text);
  g_test_message ("%s", text->str);
  return g_string_free (text, FALSE);
}

static void
assert_lines_fit (const char *text, guint width)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_assert_cmpuint (g_utf8_strlen (lines[i], -1), <=, width);
}

static void
test_columns (void)
{
  static const Row rows[] = { { 0, "alice", "append Account-a1", "DepositPerformed { amount: 1 }", "version 1" },
                              { 1, "bob", "publish bank.account", NULL, "done" },
                              { 0 } };
  g_autofree char *wide = print (rows, 0);
  g_autofree char *narrow = print (rows, 73);

  g_test_summary ("Who acts has a column each; where there is less room cells are broken, between words");
  g_assert_cmpstr (wide, ==,
                   "       alice                           bob                   store      bus\n"
                   "    1  append Account-a1                                     version 1\n"
                   "       DepositPerformed { amount: 1 }\n"
                   "    2                                  publish bank.account             done\n");
  g_assert_cmpstr (narrow, ==,
                   "       alice                        bob                   store      bus\n"
                   "    1  append Account-a1                                  version 1\n"
                   "       DepositPerformed { amount:\n"
                   "       1 }\n"
                   "    2                               publish bank.account             done\n");
}

static void
test_list (void)
{
  static const Row rows[] = { { 0, "alice", "append TransferOrder-t1", "TransferOrdered { amount: 1 }", "version 1" },
                              { 1, "bob", "append TransferOrder-t2", "TransferOrdered { amount: 1 }", "version 1" },
                              { 2, "Transfer", "handle TransferOrdered", NULL, "done" },
                              { 3, "Balances", "handle TransferOrdered", NULL, "done" },
                              { 4, "relay", "publish bank.transferorder", NULL, "done" },
                              { 0 } };
  g_autofree char *text = print (rows, 80);

  g_test_summary ("Where words would have to be broken, who acts is a column, and what he does another");
  assert_lines_fit (text, 80);
  g_assert_cmpstr (text, ==,
                   "       who       what                           store      bus\n"
                   "    1  alice     append TransferOrder-t1        version 1\n"
                   "                 TransferOrdered { amount: 1 }\n"
                   "    2  bob       append TransferOrder-t2        version 1\n"
                   "                 TransferOrdered { amount: 1 }\n"
                   "    3  Transfer  handle TransferOrdered         done\n"
                   "    4  Balances  handle TransferOrdered         done\n"
                   "    5  relay     publish bank.transferorder                done\n");
}

static void
test_ids (void)
{
  static const Row rows[] = { { 0, "Transfer", "load Transfer-60000000000000000000000000", NULL, "version 0" },
                              { 0, "Transfer", "load Transfer-60000000000008000000000000", NULL, "version 0" },
                              { 0, "Transfer", "append Transfer-60000000000000000000000000", NULL, "version 1" },
                              { 0, "Transfer", "load AbcdefghijkmnpqrstvwxyzABC", "x600000000000000000000000001",
                                "version 0" },
                              { 0 } };
  g_autofree char *text = print (rows, 0);

  g_test_summary ("Ids have short names, which are told below");
  g_assert_cmpstr (text, ==,
                   "       Transfer                         store\n"
                   "    1  load Transfer-~1                 version 0\n"
                   "    2  load Transfer-~2                 version 0\n"
                   "    3  append Transfer-~1               version 1\n"
                   "    4  load AbcdefghijkmnpqrstvwxyzABC  version 0\n"
                   "       x600000000000000000000000001\n"
                   "~1 is 60000000000000000000000000\n"
                   "~2 is 60000000000008000000000000\n");
}

/* There is no end of long words: they are broken in the end. */
static void
test_long (void)
{
  static const Row rows[] = {
    { 0, "alice", "append A-aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee", NULL, "version 1" }, { 0 }
  };
  g_autofree char *text = print (rows, 40);

  g_test_summary ("What is longer than there is room for is broken anywhere");
  assert_lines_fit (text, 60);
  g_assert_nonnull (strstr (text, "A-aaaaaaaaaabbb"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/simulation-table/columns", test_columns);
  g_test_add_func ("/simulation-table/ids", test_ids);
  g_test_add_func ("/simulation-table/list", test_list);
  g_test_add_func ("/simulation-table/long", test_long);
  return g_test_run ();
}
