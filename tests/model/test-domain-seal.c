/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "accounts.h"

/* Sealing fails, and fails the same way again. */
static void
check_seal (EhDomain *domain, EhError code, const char *message)
{
  for (guint n = 0; n < 2; n++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (eh_domain_seal (domain, &error));
      g_assert_error (error, EH_ERROR, (gint) code);
      g_test_message ("%s", error->message);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_true (g_str_has_prefix (error->message, message));
    }
}

static void
test_bad_domain (void)
{
  static const char *const names[] = { "", "two words", "a.b", "*", "a>", "\xff", "tab\t", "del\x7f" };

  g_test_summary ("A domain needs a name that can be a topic, and an aggregate type");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (EhDomain) domain = eh_domain_new (names[i]);

      eh_domain_add_aggregate_type (domain, &account);
      check_seal (domain, EH_ERROR_INVALID, "domain ");
    }
  {
    g_autoptr (EhDomain) unnamed = eh_domain_new (NULL);
    g_autoptr (EhDomain) empty = eh_domain_new ("bank");

    check_seal (unnamed, EH_ERROR_INVALID, "domain without a name: ");
    check_seal (empty, EH_ERROR_INVALID, "domain bank: it has no aggregate type");
  }
}

/* Seals a domain of "account" and one more type. */
static void
check_type (const EhAggregateType *type, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_aggregate_type (domain, type);
  check_seal (domain, code, message);
}

static const EhSchema nameless = { EH_ABI_VERSION, 1, NULL, 8, 0, NULL };
static const EhSchema old_schema = { 999, 1, "Old", 8, 0, NULL };
static const EhSchema plain = { EH_ABI_VERSION, 1, "Plain", 8, 0, NULL };
static const EhSchema late = { EH_ABI_VERSION, EH_EVENT_REVISION_MAX + 1, "Late", 8, 0, NULL };

static void
test_bad_types (void)
{
  const EhAggregateType good = { EH_ABI_VERSION, "Person", &account_schema, NULL, 0, NULL, 0, NULL, NULL };
  EhAggregateType type = good;

  g_test_summary ("A type's own members are checked");

  check_type (NULL, EH_ERROR_INVALID, "aggregate type 1: there is none");
  check_type (&account, EH_ERROR_EXISTS, "aggregate type Account: the domain has a type of that name already");
  type.abi = 999;
  check_type (&type, EH_ERROR_INVALID,
              "aggregate type 1: its table was compiled for another version of the library (ABI 999, this one is 1); "
              "rebuild the module");
  type = good;
  type.name = NULL;
  check_type (&type, EH_ERROR_INVALID, "aggregate type 1: it has no name");
  type.name = "";
  check_type (&type, EH_ERROR_INVALID, "aggregate type : stream name: the category is empty");
  type.name = "Per-son";
  check_type (&type, EH_ERROR_INVALID, "aggregate type Per-son: stream name: the category contains a \"-\"");
  type.name = "Per.son";
  check_type (&type, EH_ERROR_INVALID, "aggregate type Per.son: the name is part of a topic");
  type = good;
  type.subset = "a.b";
  check_type (&type, EH_ERROR_INVALID, "aggregate type Person: the subset is part of a topic");
  type = good;
  type.bucket = "";
  check_type (&type, EH_ERROR_INVALID, "aggregate type Person: the bucket is part of a topic");
  type = good;
  type.n_events = 1;
  check_type (&type, EH_ERROR_INVALID, "aggregate type Person: a table of rules is missing");
  type = good;
  type.state = NULL;
  check_type (&type, EH_ERROR_INVALID, "aggregate type Person: state schema: the schema is missing");
  type.state = &old_schema;
  check_type (&type, EH_ERROR_INVALID, "aggregate type Person: state schema: ");
}

static void
test_bad_commands (void)
{
  static const struct {
    EhCommandRule rule;
    EhError code;
    const char *message;
  } cases[] = {
    { { &deposit, decide }, EH_ERROR_EXISTS, "command Deposit: aggregate type Account has a rule for" },
    { { &plain, NULL }, EH_ERROR_INVALID, "command Plain: it has no decide function" },
    { { &plain, decide, (EhCommandFlags) 9 }, EH_ERROR_INVALID, "command Plain: its flags are none of" },
    { { NULL, decide }, EH_ERROR_INVALID, "command rule 0: the schema is missing" },
    { { &nameless, decide }, EH_ERROR_INVALID, "command rule 0: " },
    { { &old_schema, decide }, EH_ERROR_INVALID, "command rule 0: " },
    { { &late, decide }, EH_ERROR_INVALID, "command Late: its name has more than 255 bytes, or its revision" },
  };

  g_test_summary ("Command rules are checked, and a command belongs to one type");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const EhAggregateType type = {
        EH_ABI_VERSION, "Person", &account_schema, &cases[i].rule, 1, NULL, 0, NULL, NULL
      };
      g_autofree char *message = g_strconcat ("aggregate type Person: ", cases[i].message, NULL);

      check_type (&type, cases[i].code, message);
    }
}

static void
check_events (const EhEventRule *rules, gsize n_rules, EhError code, const char *message)
{
  const EhAggregateType type = { EH_ABI_VERSION, "Person", &account_schema, NULL, 0, rules, n_rules, NULL, NULL };
  g_autofree char *full = g_strconcat ("aggregate type Person: ", message, NULL);

  check_type (&type, code, full);
}

static void
test_bad_events (void)
{
  const EhEventRule twice[] = { { &plain }, { &plain } };
  const EhEventRule missing[] = { { &plain }, { NULL } };
  const EhEventRule foreign[] = { { get_foreign_deposited () } };
  const EhEventRule shared[] = { { &deposited } };
  const EhAggregateType sharing = { EH_ABI_VERSION, "Person", &account_schema, NULL, 0, shared, 1, NULL, NULL };
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Event rules are checked; two types may share an event, but only with one schema");

  check_events (twice, 2, EH_ERROR_EXISTS, "event Plain: it has two rules");
  check_events (missing, 2, EH_ERROR_INVALID, "event rule 1: the schema is missing");
  check_events (foreign, 1, EH_ERROR_EXISTS, "event Deposited: that type name has another schema already");
  eh_domain_add_aggregate_type (domain, &sharing);
  g_assert_true (eh_domain_seal (domain, &error));
  g_assert_no_error (error);
}

static void
check_errors (GQuark quark, const EhEnumValue *values, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_errors (domain, bank_quark (), nicks);
  eh_domain_add_errors (domain, quark, values);
  check_seal (domain, code, message);
}

static void
test_bad_errors (void)
{
  static const EhEnumValue taken[] = { { 5, "no-owner" }, { 0, NULL } };
  static const EhEnumValue ours[] = { { 5, "not-found" }, { 0, NULL } };
  static const EhEnumValue empty[] = { { 5, "" }, { 0, NULL } };
  const GQuark other = g_quark_from_static_string ("other-error");

  g_test_summary ("A nick names one error only, the library's included");

  check_errors (other, taken, EH_ERROR_EXISTS, "errors other-error: nick no-owner: ");
  check_errors (other, ours, EH_ERROR_EXISTS, "errors other-error: nick not-found: ");
  check_errors (other, empty, EH_ERROR_INVALID, "errors other-error: a nick is empty");
  check_errors (other, NULL, EH_ERROR_INVALID, "errors: ");
  check_errors (0, nicks, EH_ERROR_INVALID, "errors: ");
  check_errors (EH_ERROR, nicks, EH_ERROR_INVALID, "errors: ");
}

static void
check_invariant (const char *name, const EhAggregateType *type, EhInvariantFunc func, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_invariant (domain, "first", &account, never_negative, NULL, NULL);
  eh_domain_add_invariant (domain, name, type, func, NULL, NULL);
  check_seal (domain, code, message);
}

static void
test_bad_invariants (void)
{
  static const EhAggregateType other = EH_AGGREGATE_TYPE ("Person", Account, account_schema, commands, events);

  g_test_summary ("Invariants have a name of their own, a function and a type that the domain has");

  check_invariant (NULL, &account, never_negative, EH_ERROR_INVALID, "an invariant has no name");
  check_invariant ("", &account, never_negative, EH_ERROR_INVALID, "an invariant has no name");
  check_invariant ("first", &account, never_negative, EH_ERROR_EXISTS, "invariant first: there are two of that name");
  check_invariant ("x", &account, NULL, EH_ERROR_INVALID, "invariant x: it has no function");
  check_invariant ("x", &other, never_negative, EH_ERROR_UNKNOWN_TYPE, "invariant x: the domain does not have");
  check_invariant ("x", NULL, never_negative, EH_ERROR_UNKNOWN_TYPE, "invariant x: the domain does not have");
}

static void
test_bad_sometimes (void)
{
  g_autoptr (EhDomain) unnamed = make_domain ();
  g_autoptr (EhDomain) twice = make_domain ();

  g_test_summary ("What holds eventually or is so sometimes has a function too, and no invariant's name");

  eh_domain_add_sometimes (unnamed, "x", &account, NULL, NULL, NULL);
  check_seal (unnamed, EH_ERROR_INVALID, "invariant x: it has no function");
  eh_domain_add_invariant (twice, "x", &account, never_negative, NULL, NULL);
  eh_domain_add_eventually (twice, "x", &account, never_negative, NULL, NULL);
  check_seal (twice, EH_ERROR_EXISTS, "invariant x: there are two of that name");
}

static void
check_generator (const EhSchema *schema, EhGenerateFunc func, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_generator (domain, &deposit, generate, NULL, NULL);
  eh_domain_add_generator (domain, schema, func, NULL, NULL);
  check_seal (domain, code, message);
}

static void
test_bad_generators (void)
{
  g_test_summary ("Generators are for commands of the domain, one for each");

  check_generator (&deposited, generate, EH_ERROR_UNKNOWN_TYPE, "generator of Deposited: no aggregate type");
  check_generator (NULL, generate, EH_ERROR_UNKNOWN_TYPE, "generator of rule 1: no aggregate type");
  check_generator (&withdraw, NULL, EH_ERROR_INVALID, "generator of Withdraw: it has no function");
  check_generator (&deposit, generate, EH_ERROR_EXISTS, "generator of Deposit: the command has one already");
}

static gpointer
seal (gpointer domain)
{
  return GINT_TO_POINTER (eh_domain_seal (domain, NULL) && eh_domain_find_event (domain, "Deposited") == &deposited);
}

static void
test_seal_threads (void)
{
  g_test_summary ("Threads may seal one domain at once");

  for (guint n = 0; n < 20; n++)
    {
      g_autoptr (EhDomain) domain = make_domain ();
      GThread *threads[4];

      for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
        threads[t] = g_thread_new ("seal", seal, domain);
      for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
        g_assert_true (GPOINTER_TO_INT (g_thread_join (threads[t])));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-seal/bad-domain", test_bad_domain);
  g_test_add_func ("/domain-seal/bad-types", test_bad_types);
  g_test_add_func ("/domain-seal/bad-commands", test_bad_commands);
  g_test_add_func ("/domain-seal/bad-events", test_bad_events);
  g_test_add_func ("/domain-seal/bad-errors", test_bad_errors);
  g_test_add_func ("/domain-seal/bad-invariants", test_bad_invariants);
  g_test_add_func ("/domain-seal/bad-sometimes", test_bad_sometimes);
  g_test_add_func ("/domain-seal/bad-generators", test_bad_generators);
  g_test_add_func ("/domain-seal/seal-threads", test_seal_threads);
  return g_test_run ();
}
