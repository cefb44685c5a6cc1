/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "accounts.h"

/* Projections, processes and upcasters of a domain: what is found, and what is refused at sealing. */

static void
project (gpointer row, const EhEvent *event)
{
}

static void
react (gpointer state, const EhEvent *event, EhReaction *reaction)
{
}

static void
refused (gpointer state, const EhCommand *command, const char *nick, const char *message, EhReaction *reaction)
{
}

static void
passed (gpointer state, const char *name, EhReaction *reaction)
{
}

static EH_DEFINE_SCHEMA_AS (Deposit, deposites, "Deposites", 1, EH_FIELD_INT64 (amount));
static EH_DEFINE_SCHEMA_AS (Deposit, other, "Other", 1, EH_FIELD_INT64 (amount));
static const EhSchema old_schema = { 999, 1, "Old", 8, 0, NULL };
static const char long_name[] =
    "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

static const EhProjectionRule sum_rules[] = { { &deposited, project } };
static const EhProjectionType sums = EH_PROJECTION_TYPE ("Sums-1", Account, account_schema, sum_rules,
                                                         .category = "Account");
static const EhProcessRule thank_rules[] = { { &deposited, react, NULL, EH_STARTS } };
static const EhRefusalRule thank_refusals[] = { { &withdraw, refused } };
static const EhDeadlineRule thank_deadlines[] = { { "late", passed } };
static const EhProcessType thanks = EH_PROCESS_TYPE ("Thanks", Account, account_schema, thank_rules,
                                                     EH_REFUSALS (thank_refusals), EH_DEADLINES (thank_deadlines));

static void
check_seal (EhDomain *domain, EhError code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_domain_seal (domain, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, EH_ERROR, (gint) code);
  g_assert_true (g_str_has_prefix (error->message, message));
}

static void
test_find (void)
{
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("Projections and processes are found by name and by number");

  eh_domain_add_projection (domain, &sums);
  eh_domain_add_process (domain, &thanks);
  g_assert_true (eh_domain_seal (domain, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (eh_domain_get_n_projections (domain), ==, 1);
  g_assert_cmpuint (eh_domain_get_n_processes (domain), ==, 1);
  g_assert_true (eh_domain_get_projection (domain, 0) == &sums);
  g_assert_true (eh_domain_get_process (domain, 0) == &thanks);
  g_assert_true (eh_domain_find_projection (domain, "Sums-1") == &sums);
  g_assert_true (eh_domain_find_process (domain, "Thanks") == &thanks);
  g_assert_null (eh_domain_find_projection (domain, "Thanks"));
  g_assert_null (eh_domain_find_process (domain, "Account"));
}

static void
check_projection (const EhProjectionType *type, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_projection (domain, &sums);
  eh_domain_add_projection (domain, type);
  check_seal (domain, code, message);
}

static void
test_bad_projections (void)
{
  static const struct {
    EhProjectionType type;
    EhError code;
    const char *message;
  } cases[] = {
    { { 999, "A" }, EH_ERROR_INVALID, "projection 1: its table was compiled for another version of the library" },
    { { 1, NULL }, EH_ERROR_INVALID, "projection 1: it has no name" },
    { { 1, "" }, EH_ERROR_INVALID, "projection : the name is that of a checkpoint" },
    { { 1, ".a" }, EH_ERROR_INVALID, "projection .a: the name is that of a checkpoint" },
    { { 1, "a/b" }, EH_ERROR_INVALID, "projection a/b: the name is that of a checkpoint" },
    { { 1, long_name }, EH_ERROR_INVALID, "projection Aaa" },
    { { 1, "Account" }, EH_ERROR_EXISTS, "projection Account: an aggregate type has that name already" },
    { { 1, "Sums-1" }, EH_ERROR_EXISTS, "projection Sums-1: a projection or a process has that name already" },
    { { 1, "A", NULL, sum_rules, 1 }, EH_ERROR_INVALID, "projection A: row schema: the schema is missing" },
    { { 1, "A", &old_schema, sum_rules, 1 }, EH_ERROR_INVALID, "projection A: row schema: " },
    { { 1, "A", &account_schema, NULL, 1 }, EH_ERROR_INVALID, "projection A: the table of rules is missing" },
    { { 1, "A", &account_schema, sum_rules, 0 }, EH_ERROR_INVALID, "projection A: the table of rules is missing" },
    { { 1, "A", &account_schema, sum_rules, 1, "Acount" },
      EH_ERROR_UNKNOWN_TYPE,
      "projection A: its category is no aggregate type of the domain" },
  };

  g_test_summary ("A projection's own members are checked");

  check_projection (NULL, EH_ERROR_INVALID, "projection 1: there is none");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_projection (&cases[i].type, cases[i].code, cases[i].message);
}

static void
test_bad_projection_rules (void)
{
  const struct {
    EhProjectionRule rule;
    EhError code;
    const char *message;
  } cases[] = {
    { { NULL, project }, EH_ERROR_INVALID, "projection A: event rule 0: the schema is missing" },
    { { &deposites, project },
      EH_ERROR_UNKNOWN_TYPE,
      "projection A: event Deposites: no aggregate type has such an event; did you mean Deposited?" },
    { { &other, project }, EH_ERROR_UNKNOWN_TYPE, "projection A: event Other: no aggregate type has such an event" },
    { { get_foreign_deposited (), project },
      EH_ERROR_EXISTS,
      "projection A: event Deposited: that type name has another schema already" },
    { { &deposited, NULL }, EH_ERROR_INVALID, "projection A: event Deposited: it has no function" },
    { { &deposited, project, NULL, EH_ROW_REMOVES }, EH_ERROR_INVALID, "projection A: event Deposited: it removes" },
    { { &deposited, project, NULL, (EhProjectionRuleFlags) 2 },
      EH_ERROR_INVALID,
      "projection A: event Deposited: its flags are neither" },
  };

  g_test_summary ("A projection's rules are checked: they are about events that somebody emits");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_projection (&(EhProjectionType){ 1, "A", &account_schema, &cases[i].rule, 1 }, cases[i].code,
                      cases[i].message);
}

static void
check_process (const EhProcessType *type, EhError code, const char *message)
{
  g_autoptr (EhDomain) domain = make_domain ();

  eh_domain_add_projection (domain, &sums);
  eh_domain_add_process (domain, &thanks);
  eh_domain_add_process (domain, type);
  check_seal (domain, code, message);
}

static void
test_bad_processes (void)
{
  static const EhProjectionType bills = { 1, "Bills", &account_schema, sum_rules, 1 };
  static const struct {
    EhProcessType type;
    EhError code;
    const char *message;
  } cases[] = {
    { { 999, "A" }, EH_ERROR_INVALID, "process 1: its table was compiled for another version of the library" },
    { { 1, NULL }, EH_ERROR_INVALID, "process 1: it has no name" },
    { { 1, "A-b" }, EH_ERROR_INVALID, "process A-b: stream name: the category contains a \"-\"" },
    { { 1, "A b" }, EH_ERROR_INVALID, "process A b: the name is that of a checkpoint" },
    { { 1, "Account" }, EH_ERROR_EXISTS, "process Account: an aggregate type has that name already" },
    { { 1, "Thanks" }, EH_ERROR_EXISTS, "process Thanks: a projection or a process has that name already" },
    { { 1, "A" }, EH_ERROR_INVALID, "process A: state schema: the schema is missing" },
    { { 1, "A", &account_schema, NULL, 1 }, EH_ERROR_INVALID, "process A: a table of rules is missing" },
    { { 1, "A", &account_schema, thank_rules, 1, NULL, 1 },
      EH_ERROR_INVALID,
      "process A: a table of rules is missing" },
    { { 1, "A", &account_schema, thank_rules, 1, NULL, 0, NULL, 1 },
      EH_ERROR_INVALID,
      "process A: a table of rules is missing" },
    { { 1, "A", &account_schema, NULL, 0 }, EH_ERROR_INVALID, "process A: no rule starts it" },
  };
  g_autoptr (EhDomain) domain = make_domain ();
  EhProcessType namesake = thanks;

  g_test_summary ("A process's own members are checked, and that it shares its name with nothing");

  check_process (NULL, EH_ERROR_INVALID, "process 1: there is none");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_process (&cases[i].type, cases[i].code, cases[i].message);
  namesake.name = "Bills";
  eh_domain_add_projection (domain, &bills);
  eh_domain_add_process (domain, &namesake);
  check_seal (domain, EH_ERROR_EXISTS, "process Bills: a projection or a process has that name already");
}

static void
check_rules (const EhProcessRule *rules, gsize n_rules, EhError code, const char *message)
{
  check_process (&(EhProcessType){ 1, "A", &account_schema, rules, n_rules }, code, message);
}

static void
test_bad_process_rules (void)
{
  const EhProcessRule twice[] = { { &deposited, react, NULL, EH_STARTS }, { &deposited, react } };
  const EhProcessRule unknown[] = { { &deposites, react, NULL, EH_STARTS } };
  const EhProcessRule foreign[] = { { get_foreign_deposited (), react, NULL, EH_STARTS } };
  const EhProcessRule empty[] = { { &deposited, NULL, NULL, EH_STARTS } };
  const EhProcessRule flags[] = { { &deposited, react, NULL, (EhProcessRuleFlags) 2 } };
  const EhProcessRule never[] = { { &deposited, react, NULL, EH_CONTINUES } };

  g_test_summary ("A process has one rule for each event that concerns it, and one that starts it");

  check_rules (twice, 2, EH_ERROR_EXISTS, "process A: event Deposited: it has two rules");
  check_rules (unknown, 1, EH_ERROR_UNKNOWN_TYPE, "process A: event Deposites: no aggregate type has such an event");
  check_rules (foreign, 1, EH_ERROR_EXISTS, "process A: event Deposited: that type name has another schema already");
  check_rules (empty, 1, EH_ERROR_INVALID, "process A: event Deposited: it has no function");
  check_rules (flags, 1, EH_ERROR_INVALID, "process A: event Deposited: its flags are neither");
  check_rules (never, 1, EH_ERROR_INVALID, "process A: no rule starts it");
}

static void
check_refusals (const EhRefusalRule *rules, gsize n_rules, EhError code, const char *message)
{
  check_process (&(EhProcessType){ 1, "A", &account_schema, thank_rules, 1, rules, n_rules }, code, message);
}

static void
check_deadlines (const EhDeadlineRule *rules, gsize n_rules, EhError code, const char *message)
{
  check_process (&(EhProcessType){ 1, "A", &account_schema, thank_rules, 1, NULL, 0, rules, n_rules }, code, message);
}

static void
test_bad_reactions (void)
{
  const EhRefusalRule twice[] = { { &deposit, refused }, { &deposit, refused } };
  const EhRefusalRule unknown[] = { { &deposited, refused } };
  const EhRefusalRule missing[] = { { NULL, refused } };
  const EhRefusalRule empty[] = { { &deposit, NULL } };
  const EhDeadlineRule same[] = { { "late", passed }, { "late", passed } };
  const EhDeadlineRule nameless[] = { { NULL, passed } };
  const EhDeadlineRule blank[] = { { "", passed } };
  const EhDeadlineRule idle[] = { { "late", NULL } };

  g_test_summary ("Refusals are of commands that the domain has; deadlines have names of their own");

  check_refusals (twice, 2, EH_ERROR_EXISTS, "process A: refusal of Deposit: it has two rules");
  check_refusals (unknown, 1, EH_ERROR_UNKNOWN_TYPE, "process A: refusal of Deposited: no aggregate type has a comm");
  check_refusals (missing, 1, EH_ERROR_UNKNOWN_TYPE, "process A: refusal of rule 0: no aggregate type has a command");
  check_refusals (empty, 1, EH_ERROR_INVALID, "process A: refusal of Deposit: it has no function");
  check_deadlines (same, 2, EH_ERROR_EXISTS, "process A: deadline late: it has two rules");
  check_deadlines (nameless, 1, EH_ERROR_INVALID, "process A: a deadline has no name");
  check_deadlines (blank, 1, EH_ERROR_INVALID, "process A: a deadline has no name");
  check_deadlines (idle, 1, EH_ERROR_INVALID, "process A: deadline late: it has no function");
}

static gboolean
row_is_positive (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  return never_negative (row, NULL, user_data, error);
}

static void
test_invariants (void)
{
  static const EhProjectionType other_sums = { 1, "Others", &account_schema, sum_rules, 1 };
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhStreamName) stream = make_stream ("Thanks-k1");
  g_autoptr (GError) error = NULL;

  g_test_summary ("What holds for rows and processes is checked for those of its type");

  eh_domain_add_projection (domain, &sums);
  eh_domain_add_projection (domain, &other_sums);
  eh_domain_add_process (domain, &thanks);
  eh_domain_add_row_invariant (domain, "sums", &sums, row_is_positive, NULL, NULL);
  eh_domain_add_process_invariant (domain, "thanks", &thanks, never_negative, NULL, NULL);
  g_assert_true (eh_domain_seal (domain, NULL));
  g_assert_true (eh_domain_check_row (domain, &sums, &(Account){ 1 }, "k1", &error));
  g_assert_true (eh_domain_check_row (domain, &other_sums, &(Account){ -1 }, "k1", &error));
  g_assert_true (eh_domain_check_process (domain, &thanks, &(Account){ 1 }, stream, &error));
  g_assert_true (eh_domain_check_invariants (domain, &account, &(Account){ -1 }, stream, &error));
  g_assert_no_error (error);
  g_assert_false (eh_domain_check_row (domain, &sums, &(Account){ -1 }, "k1", &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "invariant \"sums\" does not hold for row k1 of Sums-1: balance is -1");
  g_clear_error (&error);
  g_assert_false (eh_domain_check_process (domain, &thanks, &(Account){ -1 }, stream, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "invariant \"thanks\" does not hold for Thanks-k1: balance is -1");
}

static void
count_call (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_bad_invariants (void)
{
  g_autoptr (EhDomain) no_view = make_domain ();
  g_autoptr (EhDomain) no_process = make_domain ();
  g_autoptr (EhDomain) twice = make_domain ();
  g_autoptr (EhDomain) empty = make_domain ();
  guint n_destroyed = 0;

  g_test_summary ("Invariants of rows and processes are checked as those of aggregates are");

  eh_domain_add_row_invariant (no_view, "x", &sums, row_is_positive, &n_destroyed, count_call);
  check_seal (no_view, EH_ERROR_UNKNOWN_TYPE, "invariant x: the domain does not have its");
  eh_domain_add_process_invariant (no_process, "x", &thanks, never_negative, &n_destroyed, count_call);
  check_seal (no_process, EH_ERROR_UNKNOWN_TYPE, "invariant x: the domain does not have its");
  eh_domain_add_projection (twice, &sums);
  eh_domain_add_invariant (twice, "x", &account, never_negative, NULL, NULL);
  eh_domain_add_row_invariant (twice, "x", &sums, row_is_positive, NULL, NULL);
  check_seal (twice, EH_ERROR_EXISTS, "invariant x: there are two of that name");
  eh_domain_add_projection (empty, &sums);
  eh_domain_add_row_invariant (empty, "x", &sums, NULL, NULL, NULL);
  check_seal (empty, EH_ERROR_INVALID, "invariant x: it has no function");
  g_clear_object (&no_view);
  g_clear_object (&no_process);
  g_assert_cmpuint (n_destroyed, ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-consumers/find", test_find);
  g_test_add_func ("/domain-consumers/bad-projections", test_bad_projections);
  g_test_add_func ("/domain-consumers/bad-projection-rules", test_bad_projection_rules);
  g_test_add_func ("/domain-consumers/bad-processes", test_bad_processes);
  g_test_add_func ("/domain-consumers/bad-process-rules", test_bad_process_rules);
  g_test_add_func ("/domain-consumers/bad-reactions", test_bad_reactions);
  g_test_add_func ("/domain-consumers/invariants", test_invariants);
  g_test_add_func ("/domain-consumers/bad-invariants", test_bad_invariants);
  return g_test_run ();
}
