/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tool-test.h"

/* Which scenarios run, and what a person sees of them. */

#define PASSING_COVERAGE                                                                                               \
  "coverage: never produced AccountCreated, OwnerChanged, WithdrawalPerformed; "                                       \
  "never accepted CreateAccount, ChangeOwner, PerformWithdrawal; "                                                     \
  "never refused CreateAccount, ChangeOwner, PerformDeposit; rules never run OwnerChanged, WithdrawalPerformed\n"

#define FAILURES                                                                                                       \
  "failing.json\n"                                                                                                     \
  "  FAILED   everything <is> \"wrong\" & odd\n"                                                                       \
  "           at failing.json: scenarios[0]\n"                                                                         \
  "           events: expected 4 events, got 3 events\n"                                                               \
  "             moved       events[0]         expected OwnerChanged at 0                     got it at 1\n"            \
  "             changed     events[2].amount  expected 301                                   got 300\n"                \
  "             missing     events[3]         expected WithdrawalPerformed { \"ammount\": 1 }  got nothing\n"          \
  "             what came:\n"                                                                                          \
  "               events[0]  DepositPerformed { \"amount\": 5 }\n"                                                     \
  "               events[1]  OwnerChanged { \"owner\": \"alice\" }\n"                                                  \
  "               events[2]  DepositPerformed { \"amount\": 300 }\n"                                                   \
  "           state: Account-a1 is in another state\n"                                                                 \
  "             changed     state.owner  expected \"alicia\"  got \"alice\"\n"                                         \
  "           version: expected Account-a1 at version 7, it is at 4\n"                                                 \
  "  FAILED   an error comes unexpectedly\n"                                                                           \
  "           at failing.json: scenarios[1]\n"                                                                         \
  "           error: PerformWithdrawal failed at scenarios[1].when, and no error was expected: "                       \
  "balance out (balance-out)\n"                                                                                        \
  "           events: expected 1 event, got no event\n"                                                                \
  "             missing     events[0]  expected WithdrawalPerformed { \"ammount\": 249 }  got nothing\n"               \
  "           probable cause: balance out (balance-out)\n"                                                             \
  "  FAILED   an event comes unexpectedly\n"                                                                           \
  "           at failing.json: scenarios[2]\n"                                                                         \
  "           events: expected no event, got 1 event\n"                                                                \
  "             unexpected  events[0]  expected nothing  got DepositPerformed { \"amount\": 5 }\n"

static void
test_passing (void)
{
  g_test_summary ("A line a scenario, skipped ones with their reason, the coverage and the sum; status 0");
  assert_run ("test passing.json --domain @bank", 0,
              "passing.json\n"
              "  passed   a deposit #1 raises \\ the 300\n"
              "  passed   a withdrawal beyond it is refused\n"
              "  skipped  an account is closed: accounts #closed & <locked> come later\n"
              "\n" PASSING_COVERAGE "2 passed, 0 failed, 1 skipped in T ms\n",
              "");
}

static void
test_failing (void)
{
  g_test_summary ("A failure is told in full: place, missing, unexpected, changed, moved, probable cause; status 1");
  assert_run ("test failing.json --domain @bank", 1,
              FAILURES "  passed   this one passes\n"
                       "\n"
                       "coverage: never produced AccountCreated, WithdrawalPerformed; "
                       "never accepted CreateAccount, PerformWithdrawal; "
                       "never refused CreateAccount, ChangeOwner, PerformDeposit; rules never run WithdrawalPerformed\n"
                       "1 passed, 3 failed in T ms\n",
              "");
}

static void
test_quiet (void)
{
  g_test_summary ("Quiet: failures and the sum only");
  assert_run ("test passing.json --domain @bank --quiet", 0, "2 passed, 0 failed, 1 skipped in T ms\n", "");
  assert_run ("test failing.json --domain @bank -q", 1, FAILURES "1 passed, 3 failed in T ms\n", "");
}

static void
test_coverage (void)
{
  g_auto (ToolRun) run = tool_run ("test passing.json --domain @bank --coverage", NULL);

  g_test_summary ("The table of coverage has a row a rule, and marks what was never tried");
  g_assert_cmpint (run.status, ==, 0);
  assert_says (run.out,
               "\n\n"
               "command  Account.CreateAccount             0 accepted !       0 refused  !\n"
               "command  Account.ChangeOwner               0 accepted !       0 refused  !\n"
               "command  Account.PerformDeposit            1 accepted         0 refused  !\n"
               "command  Account.PerformWithdrawal         0 accepted !       1 refused\n"
               "event    Account.AccountCreated            0 produced !       2 folded\n"
               "event    Account.OwnerChanged              0 produced !       0 folded   !\n"
               "event    Account.DepositPerformed          1 produced         1 folded\n"
               "event    Account.WithdrawalPerformed       0 produced !       0 folded   !\n" PASSING_COVERAGE);
}

static void
test_filter (void)
{
  g_auto (ToolRun) one = tool_run ("test passing.json failing.json --domain @bank --filter '*beyond*'", NULL);
  g_auto (ToolRun) asked = tool_run ("test passing.json --domain @bank --filter '*beyond*' --coverage", NULL);
  g_auto (ToolRun) whole = tool_run ("test failing.json --domain @bank --filter 'this one ?asses' --quiet", NULL);

  g_test_summary ("A filter matches whole names; the others are counted, and coverage is told only if it is asked for");
  g_assert_cmpint (one.status, ==, 0);
  assert_says (one.out, "passing.json\n  passed   a withdrawal beyond it is refused\n\n");
  assert_says (one.out, "\n1 passed, 0 failed, 6 not asked for in ");
  g_assert_null (strstr (one.out, "coverage: "));
  assert_says (asked.out, "\ncoverage: ");
  g_assert_cmpint (whole.status, ==, 0);
  g_assert_true (g_str_has_prefix (whole.out, "1 passed, 0 failed, 3 not asked for in "));
}

static void
test_filter_no_match (void)
{
  g_test_summary ("A filter that matches nothing is refused");
  assert_refused ("test passing.json --domain @bank --filter withdraw",
                  "eventhus test: no scenario's whole name matches --filter 'withdraw'; "
                  "* stands for any text: '*withdraw*'\n");
}

static void
test_only (void)
{
  g_auto (ToolRun) run = tool_run ("test passing.json only.json --domain @bank", NULL);

  g_test_summary ("A scenario that says \"only\" runs alone, of all files");
  g_assert_cmpint (run.status, ==, 0);
  g_assert_true (g_str_has_prefix (run.out, "only.json\n  passed   the one that matters\n\n"));
  assert_says (run.out, "\n1 passed, 0 failed, 4 not asked for in ");
}

static void
test_no_only (void)
{
  g_test_summary ("In CI it is refused with its place; files without it run as ever");
  assert_refused ("test passing.json only.json --domain @bank --no-only",
                  "eventhus test: only.json: scenarios[1]: says \"only\", which --no-only forbids; take it out\n");
  assert_run ("test passing.json --domain @bank --no-only -q", 0, "2 passed, 0 failed, 1 skipped in T ms\n", "");
}

static gboolean
is_coloured (const char *arguments, const char *setting, gboolean on_terminal)
{
  g_autofree char *text = NULL;

  if (on_terminal)
    text = tool_run_on_terminal (arguments, setting);
  else
    {
      g_auto (ToolRun) run = tool_run (arguments, setting);

      text = g_steal_pointer (&run.out);
    }
  assert_says (text, "FAILED");
  return strchr (text, '\033') != NULL;
}

static void
test_colour (void)
{
  const char *arguments = "test failing.json --domain @bank";

  g_test_summary ("Colours appear on a terminal only, and not where they are unwanted");
  g_assert_false (is_coloured (arguments, NULL, FALSE));
  g_assert_true (is_coloured (arguments, NULL, TRUE));
  g_assert_true (is_coloured (arguments, "NO_COLOR=", TRUE));
  g_assert_false (is_coloured (arguments, "NO_COLOR=1", TRUE));
  g_assert_false (is_coloured ("test failing.json --domain @bank --no-color", NULL, TRUE));
}

static void
test_colours (void)
{
  g_autofree char *text = tool_run_on_terminal ("test failing.json passing.json --domain @bank", NULL);

  g_test_summary ("Red is for failures, green for what passed, yellow for what was skipped");
  assert_says (text, "\033[1mfailing.json\033[0m");
  assert_says (text, "  \033[31mFAILED\033[0m   an error comes unexpectedly");
  assert_says (text, "  \033[32mpassed\033[0m   this one passes");
  assert_says (text, "  \033[33mskipped\033[0m  an account is closed");
  assert_says (text, "\033[31m3 passed, 3 failed\033[0m, 1 skipped");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-test/passing", test_passing);
  g_test_add_func ("/eventhus-test/failing", test_failing);
  g_test_add_func ("/eventhus-test/quiet", test_quiet);
  g_test_add_func ("/eventhus-test/coverage", test_coverage);
  g_test_add_func ("/eventhus-test/filter", test_filter);
  g_test_add_func ("/eventhus-test/filter-no-match", test_filter_no_match);
  g_test_add_func ("/eventhus-test/only", test_only);
  g_test_add_func ("/eventhus-test/no-only", test_no_only);
  g_test_add_func ("/eventhus-test/colour", test_colour);
  g_test_add_func ("/eventhus-test/colours", test_colours);
  return g_test_run ();
}
