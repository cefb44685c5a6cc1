/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "tool-test.h"

/* Domain modules with something wrong: refused when they are loaded, or failing scenarios; never a crash. */

static void
test_missing (void)
{
  g_test_summary ("A module that is not there is refused by every command that takes one");
  assert_refused ("test passing.json --domain @model/nowhere",
                  "eventhus test: --domain nowhere.so: no such file; build the module first, or say where it is\n");
  assert_refused ("schema --domain @model/nowhere",
                  "eventhus schema: --domain nowhere.so: no such file; build the module first, or say where it is\n");
}

static void
check_refused (const char *module, const char *part)
{
  g_autofree char *arguments = g_strdup_printf ("test passing.json --domain %s", module);
  g_auto (ToolRun) run = tool_run (arguments, NULL);

  g_assert_cmpint (run.status, ==, 2);
  g_assert_cmpstr (run.out, ==, "");
  g_assert_true (g_str_has_prefix (run.err, "eventhus test: --domain "));
  assert_says (run.err, part);
}

static void
test_no_module (void)
{
  g_test_summary ("What is no shared library, or lacks a symbol, cannot be loaded");
  check_refused (".", ".: not a file\n");
  check_refused ("passing.json", "passing.json: not a module that can be loaded: ");
  check_refused ("@model/unbound", "unbound.so: not a module that can be loaded: ");
  check_refused ("@model/unbound", "eh_test_function_of_a_newer_library");
}

static void
test_no_domain (void)
{
  g_test_summary ("A library without the function, and a function without a domain, are no domain");
  assert_refused ("test passing.json --domain @model/stranger",
                  "eventhus test: --domain stranger.so: not a domain module: it does not export eh_domain_plugin(); "
                  "define it with EH_DOMAIN_PLUGIN\n");
  assert_refused ("test passing.json --domain @model/empty",
                  "eventhus test: --domain empty.so: its eh_domain_plugin() returned no domain; "
                  "let it return one of eh_domain_new()\n");
}

static void
test_other_abi (void)
{
  g_test_summary ("A module built for another version is refused before its tables are read");
  assert_refused ("test passing.json --domain @model/domain-other-abi",
                  "eventhus test: --domain domain-other-abi.so: aggregate type 0: its table was compiled for another "
                  "version of the library (ABI 999, this one is 1); rebuild the module\n");
}

static void
test_not_sealed (void)
{
  g_test_summary ("A domain with a mistake is refused with it");
  assert_refused ("test passing.json --domain @tools/careless-twice",
                  "eventhus test: --domain careless-twice.so: aggregate type Machine: "
                  "the domain has a type of that name already\n");
  check_refused ("@model/domain-invalid", "domain-invalid.so: domain two words: ");
}

static void
test_wrong_domain (void)
{
  g_test_summary ("A file about another domain is refused");
  assert_refused (
      "test passing.json --domain @tools/careless",
      "eventhus test: passing.json: domain: the file is about \"bank\", the domain given is \"careless\"\n");
}

static void
test_careless (void)
{
  g_test_summary ("A handler that breaks a rule fails its scenario, and the report says what to do");
  assert_run (
      "test careless.json --domain @tools/careless --quiet", 1,
      "careless.json\n"
      "  FAILED   refuses without a reason\n"
      "           at careless.json: scenarios[0]\n"
      "           handler: the handler of Refuse returned FALSE without an error: set one with g_set_error() "
      "that says why, or return TRUE "
      "[command Refuse: its decide function returned FALSE without setting an error]\n"
      "  FAILED   accepts and complains\n"
      "           at careless.json: scenarios[1]\n"
      "           handler: the handler of Complain returned TRUE and set an error: return FALSE with it, or set "
      "none [command Complain: its decide function returned TRUE with an error set: grumble]\n"
      "  FAILED   meddles with the state\n"
      "           at careless.json: scenarios[2]\n"
      "           pure-handler: the handler of Meddle changed the state of Machine-m1: let it only decide, emit "
      "an event, and change the state in that event's applier\n"
      "             changed     state.n_done  expected 0  got 1\n"
      "0 passed, 3 failed in T ms\n",
      "");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-modules/missing", test_missing);
  g_test_add_func ("/eventhus-modules/no-module", test_no_module);
  g_test_add_func ("/eventhus-modules/no-domain", test_no_domain);
  g_test_add_func ("/eventhus-modules/other-abi", test_other_abi);
  g_test_add_func ("/eventhus-modules/not-sealed", test_not_sealed);
  g_test_add_func ("/eventhus-modules/wrong-domain", test_wrong_domain);
  g_test_add_func ("/eventhus-modules/careless", test_careless);
  return g_test_run ();
}
