/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "accounts.h"
#include "model/eh-domain-private.h"

static EhDomain *
make_sealed (void)
{
  g_autoptr (GError) error = NULL;
  EhDomain *domain = make_domain ();

  eh_domain_add_errors (domain, bank_quark (), nicks);
  g_assert_true (eh_domain_seal (domain, &error));
  g_assert_no_error (error);
  return domain;
}

static void
test_find (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();
  const EhAggregateType *type = NULL;

  g_test_summary ("A sealed domain finds its types, commands and events");

  g_assert_true (eh_domain_seal (domain, NULL));
  g_assert_cmpstr (eh_domain_get_name (domain), ==, "bank");
  g_assert_cmpuint (eh_domain_get_n_aggregate_types (domain), ==, 1);
  g_assert_true (eh_domain_get_aggregate_type (domain, 0) == &account);
  g_assert_true (eh_domain_find_aggregate_type (domain, "Account") == &account);
  g_assert_null (eh_domain_find_aggregate_type (domain, "Person"));
  g_assert_true (eh_domain_find_command (domain, "Withdraw", &type) == &commands[1]);
  g_assert_true (type == &account);
  g_assert_true (eh_domain_find_event (domain, "Deposited") == &deposited);
  g_assert_null (eh_domain_find_event (domain, "Deposit"));
}

static void
test_find_nothing (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();
  const EhAggregateType *type = &account;

  g_test_summary ("What is not found leaves the out parameter alone; a schema is found as itself only");

  g_assert_null (eh_domain_find_command (domain, "Deposited", &type));
  g_assert_null (eh_domain_find_command_by_schema (domain, get_foreign_deposited (), &type));
  g_assert_true (type == &account);
  type = NULL;
  g_assert_true (eh_domain_find_command_by_schema (domain, &deposit, &type) == &commands[0]);
  g_assert_true (type == &account);
}

static void
test_suggest (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();

  g_test_summary ("Commands and events are suggested");

  g_assert_cmpstr (eh_domain_suggest (domain, "Widthraw"), ==, "Withdraw");
  g_assert_cmpstr (eh_domain_suggest (domain, "Depositted"), ==, "Deposited");
  g_assert_null (eh_domain_suggest (domain, "Refund"));
}

static void
test_topic (void)
{
  static const EhEventRule none[] = { { &deposited, NULL } };
  static const EhCommandRule other_commands[] = { { &withdraw, decide } };
  static const EhAggregateType other = EH_AGGREGATE_TYPE ("Person", Account, account_schema, other_commands, none,
                                                          .bucket = "people", .subset = "VIP");
  static const EhCommandRule account_commands[] = { { &deposit, decide } };
  static const EhAggregateType plain = EH_AGGREGATE_TYPE ("Account", Account, account_schema, account_commands, none);
  g_autoptr (EhDomain) domain = eh_domain_new ("bank");
  g_autoptr (GError) error = NULL;
  const char *bucket, *subset;

  g_test_summary ("Topics are the domain's name and the type's in lower case, or what the type says");

  eh_domain_add_aggregate_type (domain, &other);
  eh_domain_add_aggregate_type (domain, &plain);
  g_assert_true (eh_domain_seal (domain, &error));
  eh_domain_get_topic (domain, &plain, &bucket, &subset);
  g_assert_cmpstr (bucket, ==, "bank");
  g_assert_cmpstr (subset, ==, "account");
  eh_domain_get_topic (domain, &other, &bucket, &subset);
  g_assert_cmpstr (bucket, ==, "people");
  g_assert_cmpstr (subset, ==, "VIP");
}

static void
test_error_nicks (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();
  g_autoptr (GError) out = g_error_new_literal (bank_quark (), 1, "");
  g_autoptr (GError) unnamed = g_error_new_literal (bank_quark (), 3, "");
  g_autoptr (GError) closed = g_error_new_literal (EH_ERROR, EH_ERROR_CLOSED, "");
  g_autoptr (GError) foreign = g_error_new_literal (G_CONVERT_ERROR, 1, "");

  g_test_summary ("Errors have nicks: the domain's and the library's");

  g_assert_cmpstr (eh_domain_get_error_nick (domain, out), ==, "balance-out");
  g_assert_cmpstr (eh_domain_get_error_nick (domain, closed), ==, "closed");
  g_assert_null (eh_domain_get_error_nick (domain, unnamed));
  g_assert_null (eh_domain_get_error_nick (domain, foreign));
  g_assert_true (eh_domain_find_error_nick (domain, "no-owner"));
  g_assert_true (eh_domain_find_error_nick (domain, "crashed"));
  g_assert_false (eh_domain_find_error_nick (domain, "balance"));
}

static void
test_lift_identity (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) event = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "rent" });
  g_autoptr (EhEventPage) lifted = eh_domain_lift_event (domain, event, NULL);

  g_test_summary ("An event of the domain's own schema is lifted already");

  g_assert_cmpuint (eh_event_page_get_size (lifted), ==, 1);
  g_assert_true (eh_event_page_get (lifted, 0) == event);
}

static void
test_lift (void)
{
  const char *text = "{\"amount\":5,\"more\":[1]}";
  g_autoptr (EhDomain) domain = make_sealed ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  EhEventHead head = make_head (stream);
  EhEvent *originals[2];

  g_test_summary ("JSON text and values of a foreign schema become the domain's, with the same head");

  head.metadata = metadata;
  head.correlation_id = make_id (8);
  originals[0] = eh_event_new_json (&head, "Deposited", text, strlen (text));
  originals[1] = eh_event_new_value (&head, get_foreign_deposited (), &(Deposit){ 5 });
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (EhEvent) original = originals[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) lifted = eh_domain_lift_event (domain, original, &error);
      g_autoptr (EhEvent) expected = eh_event_new_value (&head, &deposited, &(Deposited){ 5, NULL });

      g_assert_no_error (error);
      g_assert_cmpuint (eh_event_page_get_size (lifted), ==, 1);
      g_assert_true (eh_event_get_schema (eh_event_page_get (lifted, 0)) == &deposited);
      g_assert_true (eh_event_equal (eh_event_page_get (lifted, 0), expected));
    }
}

static void
test_lift_fails (void)
{
  g_autoptr (EhDomain) domain = make_sealed ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) unknown = eh_event_new_json (&head, "Refunded", "{}", 2);
  g_autoptr (EhEvent) unfit = eh_event_new_json (&head, "Deposited", "{\"amount\":\"5\"}", 14);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Unknown events and data that does not fit are errors that tell the place");

  g_assert_null (eh_domain_lift_event (domain, unknown, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
  g_assert_cmpstr (error->message, ==, "event 3 of Account-a1: domain bank has no event Refunded");
  g_clear_error (&error);
  g_assert_null (eh_domain_lift_event (domain, unfit, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_true (g_str_has_prefix (error->message,
                                   "event 3 of Account-a1: the data of Deposited does not fit its schema: amount"));
}

typedef struct {
  gint grade;
} Graded;

static const EhEnumValue grades[] = { { 1, "good" }, { 2, "bad" }, { 0, NULL } };
static EH_DEFINE_SCHEMA (Graded, graded, EH_FIELD_ENUM (grade, grades));
static const EhEventRule graded_events[] = { { &graded, NULL } };
static const EhAggregateType graded_type = EH_AGGREGATE_TYPE ("Exam", Account, account_schema, commands, graded_events);

static void
test_lift_without_default (void)
{
  g_autoptr (EhDomain) domain = eh_domain_new ("school");
  g_autoptr (EhStreamName) stream = make_stream ("Exam-1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) whole = eh_event_new_json (&head, "Graded", "{\"grade\":\"bad\"}", 15);
  g_autoptr (EhEvent) missing = eh_event_new_json (&head, "Graded", "{}", 2);
  g_autoptr (EhEventPage) lifted = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A missing enum that has no nick for 0 is refused: it could never be written again");

  eh_domain_add_aggregate_type (domain, &graded_type);
  g_assert_true (eh_domain_seal (domain, NULL));
  lifted = eh_domain_lift_event (domain, whole, &error);
  g_assert_no_error (error);
  g_assert_true (eh_event_equal (eh_event_page_get (lifted, 0), whole));
  g_assert_null (eh_domain_lift_event (domain, missing, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_cmpstr (error->message, ==,
                   "event 3 of Exam-1: the data of Graded does not fit its schema: grade: the enum has no nick for 0");
}

static void
count_call (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_invariants (void)
{
  const EhAggregateType person = { EH_ABI_VERSION, "Person", &account_schema, NULL, 0, NULL, 0, NULL, NULL };
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;
  guint n_destroyed = 0;

  g_test_summary ("An invariant that does not hold is told with its reason; it is about one type only");

  eh_domain_add_aggregate_type (domain, &person);
  eh_domain_add_invariant (domain, "never negative", &account, never_negative, NULL, NULL);
  eh_domain_add_invariant (domain, "again", &account, never_negative, &n_destroyed, count_call);
  g_assert_true (eh_domain_seal (domain, &error));
  g_assert_true (eh_domain_check_invariants (domain, &account, &(Account){ 0 }, stream, &error));
  g_assert_true (eh_domain_check_invariants (domain, &person, &(Account){ -1 }, stream, &error));
  g_assert_no_error (error);
  g_assert_false (eh_domain_check_invariants (domain, &account, &(Account){ -1 }, stream, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "invariant \"never negative\" does not hold for Account-a1: balance is -1");
  g_clear_object (&domain);
  g_assert_cmpuint (n_destroyed, ==, 1);
}

static gboolean
is_empty (gconstpointer state, EhStreamName *stream, gpointer user_data)
{
  return ((const Account *) state)->balance == 0;
}

static void
test_invariant_kinds (void)
{
  const EhAggregateType person = { EH_ABI_VERSION, "Person", &account_schema, NULL, 0, NULL, 0, NULL, NULL };
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;
  guint n_destroyed = 0;

  g_test_summary ("What holds eventually is asked for at rest only, what is so sometimes is never demanded");

  eh_domain_add_aggregate_type (domain, &person);
  eh_domain_add_eventually (domain, "positive in the end", &account, never_negative, NULL, NULL);
  eh_domain_add_sometimes (domain, "empty", &account, is_empty, &n_destroyed, count_call);
  g_assert_true (eh_domain_seal (domain, &error));
  g_assert_true (eh_domain_check_invariants (domain, &account, &(Account){ -1 }, stream, &error));
  g_assert_true (eh_domain_check_invariants_at_rest (domain, &account, &(Account){ 5 }, stream, &error));
  g_assert_no_error (error);
  g_assert_false (eh_domain_check_invariants_at_rest (domain, &account, &(Account){ -1 }, stream, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==, "invariant \"positive in the end\" does not hold for Account-a1: balance is -1");
  g_assert_cmpuint (eh_domain_get_n_sometimes (domain), ==, 1);
  g_assert_cmpstr (eh_domain_get_sometimes_name (domain, 0), ==, "empty");
  g_assert_true (eh_domain_is_sometimes (domain, 0, &account, &(Account){ 0 }, stream));
  g_assert_false (eh_domain_is_sometimes (domain, 0, &account, &(Account){ 1 }, stream));
  g_assert_false (eh_domain_is_sometimes (domain, 0, &person, &(Account){ 0 }, stream));
  g_clear_object (&domain);
  g_assert_cmpuint (n_destroyed, ==, 1);
}

static void
test_invariant_silent (void)
{
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;

  g_test_summary ("An invariant that returns FALSE without an error does not hold either");

  eh_domain_add_invariant (domain, "silent", &account, never_negative, domain, NULL);
  g_assert_true (eh_domain_seal (domain, NULL));
  g_assert_false (eh_domain_check_invariants (domain, &account, &(Account){ -1 }, stream, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_generate (void)
{
  g_autoptr (EhDomain) domain = make_domain ();
  EhDraw *draw = eh_random_draw_new (1);
  guint n_destroyed = 0, n_other = 0;

  g_test_summary ("Commands come from their generator, or from the schema where there is none");

  eh_domain_add_generator (domain, &deposit, generate, &n_destroyed, count_call);
  g_assert_true (eh_domain_seal (domain, NULL));
  for (guint n = 0; n < 50; n++)
    {
      Deposit one = { 0 }, other = { 0 };

      eh_domain_generate (domain, draw, &deposit, &one);
      eh_domain_generate (domain, draw, &withdraw, &other);
      g_assert_cmpint (one.amount, ==, 77);
      n_other += other.amount != 77;
    }
  g_assert_cmpuint (n_other, >, 0);
  eh_random_draw_free (draw);
  g_clear_object (&domain);
  g_assert_cmpuint (n_destroyed, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain/find", test_find);
  g_test_add_func ("/domain/find-nothing", test_find_nothing);
  g_test_add_func ("/domain/suggest", test_suggest);
  g_test_add_func ("/domain/topic", test_topic);
  g_test_add_func ("/domain/error-nicks", test_error_nicks);
  g_test_add_func ("/domain/lift-identity", test_lift_identity);
  g_test_add_func ("/domain/lift", test_lift);
  g_test_add_func ("/domain/lift-fails", test_lift_fails);
  g_test_add_func ("/domain/lift-without-default", test_lift_without_default);
  g_test_add_func ("/domain/invariants", test_invariants);
  g_test_add_func ("/domain/invariant-kinds", test_invariant_kinds);
  g_test_add_func ("/domain/invariant-silent", test_invariant_silent);
  g_test_add_func ("/domain/generate", test_generate);
  return g_test_run ();
}
