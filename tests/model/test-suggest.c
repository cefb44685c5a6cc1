/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-suggest-private.h"

static const char *const names[] = {
  "CreateAccount", "ChangeOwner", "PerformDeposit", "PerformWithdrawal", "DepositPerformed", "in", "off"
};

static void
check (const char *word, const char *expected)
{
  g_test_message ("\"%s\"", word);
  g_assert_cmpstr (eh_suggest (word, names, G_N_ELEMENTS (names)), ==, expected);
}

static void
test_near (void)
{
  g_test_summary ("A misspelt word gives the name that was meant");

  check ("CreateAcount", "CreateAccount");
  check ("CreateAccounts", "CreateAccount");
  check ("CraeteAccount", "CreateAccount");
  check ("create_account", "CreateAccount");
  check ("changeowner", "ChangeOwner");
  check ("PerformDepositt", "PerformDeposit");
  check ("DepositPreformed", "DepositPerformed");
  check ("ni", "in");
  check ("of", "off");
  check ("in", "in");
  check ("perform", "PerformDeposit");
  check ("dep", "DepositPerformed");
}

static void
test_far (void)
{
  g_autofree char *word = g_strnfill (5000, 'x');

  g_test_summary ("A word that is like no name gives nothing, whatever its length");

  check ("", NULL);
  check ("x", NULL);
  check ("xy", NULL);
  check ("pe", NULL);
  check ("formDep", NULL);
  check ("Refund", NULL);
  check ("CreateSomethingElse", NULL);
  check (word, NULL);
  g_assert_null (eh_suggest ("in", NULL, 0));
}

static void
test_nearest (void)
{
  static const char *const near[] = { "aaaabb", "aaaaab", "aaaaac" };

  g_test_summary ("The nearest wins, the first of equally near ones");

  g_assert_cmpstr (eh_suggest ("aaaaaa", near, G_N_ELEMENTS (near)), ==, "aaaaab");
  g_assert_cmpstr (eh_suggest ("aaaaac", near, G_N_ELEMENTS (near)), ==, "aaaaac");
}

static void
test_long_names (void)
{
  g_autofree char *name = g_strnfill (64, 'n');
  g_autofree char *longer = g_strnfill (65, 'n');
  const char *candidates[] = { longer, name };

  g_test_summary ("Words and names of 64 bytes are the longest that are compared");

  g_assert_cmpstr (eh_suggest (name + 1, candidates, 2), ==, name);
  g_assert_cmpstr (eh_suggest (name, candidates, 2), ==, name);
  g_assert_null (eh_suggest (longer, candidates, 2));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/suggest/near", test_near);
  g_test_add_func ("/suggest/far", test_far);
  g_test_add_func ("/suggest/nearest", test_nearest);
  g_test_add_func ("/suggest/long-names", test_long_names);
  return g_test_run ();
}
