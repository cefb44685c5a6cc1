/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "messages.h"
#include "model/eh-aggregate-type.h"
#include "model/eh-error.h"
#include "model/eh-fixed-id-source.h"

#define NOW G_GINT64_CONSTANT (1767225600000000)

/* One command for each way in which a handler can behave; "how" says which. */
typedef enum {
  EMIT_TWO,
  EMIT_NOTHING,
  REFUSE,
  REFUSE_AFTER_EMIT,
  FALSE_WITHOUT_ERROR,
  TRUE_WITH_ERROR,
  EMIT_UNWRITABLE,
  REFUSE_UNWRITABLE,
  EMIT_UNKNOWN,
  EMIT_FOREIGN,
} How;

typedef enum {
  VALID,
  NOT_VALID,
  INVALID_WITHOUT_ERROR,
  VALID_WITH_ERROR,
} Validity;

typedef struct {
  gint64 how;
  gint64 validity;
} Order;

typedef struct {
  gint64 balance;
  gint64 n_ignored;
} Account;

typedef struct {
  gint64 nothing;
} Ignored;

static EH_DEFINE_SCHEMA (Order, update, EH_FIELD_INT64 (how), EH_FIELD_INT64 (validity));
static EH_DEFINE_SCHEMA (Account, account, EH_FIELD_INT64 (balance), EH_FIELD_INT64 (n_ignored));
static EH_DEFINE_SCHEMA (Ignored, ignored, EH_FIELD_INT64 (nothing));

static const EhSchema create = { EH_ABI_VERSION, 1, "Create", sizeof (Order), 0, NULL };
static const EhSchema upsert = { EH_ABI_VERSION, 1, "Upsert", sizeof (Order), 0, NULL };
static const EhSchema unknown = { EH_ABI_VERSION, 1, "Unknown", sizeof (Order), 0, NULL };

/* Other schemas with known names. */
static const EhSchema foreign_update = { EH_ABI_VERSION, 1, "Order", sizeof (Order), 0, NULL };
static const EhSchema foreign_event = { EH_ABI_VERSION, 1, "Deposited", sizeof (Order), 0, NULL };

static GQuark
bank_quark (void)
{
  return g_quark_from_static_string ("bank");
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, bank_quark (), 4, "balance out");
  return FALSE;
}

static gboolean
decide (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Account *self = state;
  const Order *order = eh_command_get_data (command);

  switch (order->how)
    {
    case EMIT_TWO:
      eh_decision_emit (decision, &deposited, &(Deposited){ self->balance + 1, NULL });
      eh_decision_emit (decision, &ignored, &(Ignored){ 0 });
      return TRUE;
    case REFUSE:
      return refuse (error);
    case REFUSE_AFTER_EMIT:
      eh_decision_emit (decision, &deposited, &(Deposited){ 1, NULL });
      return refuse (error);
    case FALSE_WITHOUT_ERROR:
      return FALSE;
    case TRUE_WITH_ERROR:
      refuse (error);
      return TRUE;
    case EMIT_UNWRITABLE:
    case REFUSE_UNWRITABLE:
      eh_decision_emit (decision, &deposited, &(Deposited){ 1, "\xff" });
      return order->how == EMIT_UNWRITABLE || refuse (error);
    case EMIT_UNKNOWN:
      eh_decision_emit (decision, &unknown, &(Order){ 0 });
      return TRUE;
    case EMIT_FOREIGN:
      eh_decision_emit (decision, &foreign_event, &(Order){ 0 });
      return TRUE;
    case EMIT_NOTHING:
    default:
      return TRUE;
    }
}

static gboolean
decide_two (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &deposited, &(Deposited){ 1, NULL });
  return TRUE;
}

static gboolean
decide_nothing (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static gboolean
validate (gconstpointer data, GError **error)
{
  const Order *order = data;

  if (order->validity == NOT_VALID || order->validity == VALID_WITH_ERROR)
    g_set_error_literal (error, bank_quark (), 9, "makes no sense");
  return order->validity == VALID || order->validity == VALID_WITH_ERROR;
}

static void
on_deposited (gpointer state, const EhEvent *event)
{
  Account *self = state;
  const Deposited *data = eh_event_get_data (event);

  self->balance += data->amount;
}

static const EhCommandRule commands[] = {
  { &update, decide, EH_UPDATES, validate },
  { &create, decide_two, EH_CREATES },
  { &upsert, decide_two, EH_CREATES_OR_UPDATES },
};
static const EhCommandRule lazy_commands[] = { { &create, decide_nothing, EH_CREATES } };
static const EhEventRule events[] = { { &deposited, on_deposited }, { &ignored, NULL } };
static const EhAggregateType type = EH_AGGREGATE_TYPE ("Account", Account, account, commands, events);
static const EhAggregateType lazy_type = EH_AGGREGATE_TYPE ("Account", Account, account, lazy_commands, events);

static EhDecision *
run (const EhAggregateType *self, const EhSchema *schema, const char *name, guint64 version, Order order,
     GError **error)
{
  g_autoptr (EhStreamName) stream = make_stream (name);
  g_autoptr (EhCommand) command = eh_command_new (stream, schema, &order, NULL);
  g_autoptr (EhFixedIdSource) ids = eh_fixed_id_source_new (1);

  return eh_aggregate_type_decide (self, &(Account){ 10, 0 }, version, command, NOW, EH_ID_SOURCE (ids), error);
}

static void
check_refused (Order order, GQuark domain, gint code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (run (&type, &update, "Account-a1", 3, order, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_find (void)
{
  g_test_summary ("Rules are found by name");

  g_assert_true (eh_aggregate_type_find_command (&type, "Create") == &commands[1]);
  g_assert_null (eh_aggregate_type_find_command (&type, "Deposited"));
  g_assert_true (eh_aggregate_type_find_event (&type, "Ignored") == &events[1]);
  g_assert_null (eh_aggregate_type_find_event (&type, "Create"));
}

static void
test_decide (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhDecision) decision = run (&type, &update, "Account-a1", 3, (Order){ EMIT_TWO, VALID }, &error);
  g_autoptr (EhEventPage) page = NULL;

  g_test_summary ("A handler sees the state and decides events");

  g_assert_no_error (error);
  g_assert_cmpuint (eh_decision_get_version (decision), ==, 3);
  page = eh_event_batch_record (eh_decision_get_batch (decision), 4, 4);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 2);
  g_assert_cmpint (((const Deposited *) eh_event_get_data (eh_event_page_get (page, 0)))->amount, ==, 11);
  g_assert_cmpint (eh_event_get_timestamp (eh_event_page_get (page, 1)), ==, NOW);
}

static void
test_decide_nothing (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhDecision) decision = run (&type, &update, "Account-a1", 3, (Order){ EMIT_NOTHING, VALID }, &error);

  g_test_summary ("An updating command may be accepted without events");

  g_assert_no_error (error);
  g_assert_cmpuint (eh_event_batch_get_size (eh_decision_get_batch (decision)), ==, 0);
}

static void
test_refusals (void)
{
  g_test_summary ("What a handler refuses, or gets wrong, is told");

  check_refused ((Order){ REFUSE, VALID }, bank_quark (), 4, "balance out");
  check_refused ((Order){ REFUSE_AFTER_EMIT, VALID }, bank_quark (), 4, "balance out");
  check_refused ((Order){ FALSE_WITHOUT_ERROR, VALID }, EH_ERROR, EH_ERROR_INVALID,
                 "command Order: its decide function returned FALSE without setting an error");
  check_refused ((Order){ TRUE_WITH_ERROR, VALID }, EH_ERROR, EH_ERROR_INVALID,
                 "command Order: its decide function returned TRUE with an error set: balance out");
}

static void
test_unwritable (void)
{
  static const gint64 hows[] = { EMIT_UNWRITABLE, REFUSE_UNWRITABLE };

  g_test_summary ("An event that cannot be written fails the decision, whatever the handler returns");

  for (guint i = 0; i < G_N_ELEMENTS (hows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (&type, &update, "Account-a1", 3, (Order){ hows[i], VALID }, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, "command Order: event Deposited: "));
    }
}

static void
test_validation (void)
{
  g_test_summary ("A command that does not validate is never decided");

  check_refused ((Order){ EMIT_TWO, NOT_VALID }, bank_quark (), 9, "makes no sense");
  check_refused ((Order){ EMIT_TWO, INVALID_WITHOUT_ERROR }, EH_ERROR, EH_ERROR_INVALID,
                 "command Order: its validate function returned FALSE without setting an error");
  check_refused ((Order){ EMIT_TWO, VALID_WITH_ERROR }, EH_ERROR, EH_ERROR_INVALID,
                 "command Order: its validate function returned TRUE with an error set: makes no sense");
}

static void
test_unknown_events (void)
{
  g_test_summary ("An event without a rule is refused, and the message says what to do");

  check_refused ((Order){ EMIT_UNKNOWN, VALID }, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "command Order: aggregate type Account has no rule for event Unknown: add one to its event rules, "
                 "with NULL as its function if the event does not change the state");
  check_refused ((Order){ EMIT_FOREIGN, VALID }, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                 "command Order: event Deposited was made with another schema than the one in the event rules of "
                 "aggregate type Account");
}

static void
check_flags (const EhSchema *schema, guint64 version, gint code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhDecision) decision = run (&type, schema, "Account-a1", version, (Order){ EMIT_TWO, VALID }, &error);

  if (code < 0)
    g_assert_no_error (error);
  else
    g_assert_error (error, EH_ERROR, code);
  g_assert_true ((decision == NULL) == (code >= 0));
}

static void
test_flags (void)
{
  g_test_summary ("Whether the aggregate must exist is up to the rule");

  check_flags (&update, 0, EH_ERROR_NOT_FOUND);
  check_flags (&update, 1, -1);
  check_flags (&create, 0, -1);
  check_flags (&create, 1, EH_ERROR_EXISTS);
  check_flags (&upsert, 0, -1);
  check_flags (&upsert, 1, -1);
}

static void
test_creates_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A creating command must emit something");

  g_assert_null (run (&lazy_type, &create, "Account-a1", 0, (Order){ 0 }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_cmpstr (error->message, ==,
                   "command Create creates an aggregate, but its handler accepted it without emitting an event");
}

static void
test_wrong_command (void)
{
  static const struct {
    const EhSchema *schema;
    const char *stream;
    EhError code;
    const char *message;
  } cases[] = {
    { &unknown, "Account-a1", EH_ERROR_UNKNOWN_TYPE, "aggregate type Account has no rule for command Unknown" },
    { &foreign_update, "Account-a1", EH_ERROR_UNKNOWN_TYPE,
      "command Order was made with another schema than the one in the command rules of aggregate type Account" },
    { &update, "Person-a1", EH_ERROR_INVALID, "command Order is for an aggregate of type Account, not for Person-a1" },
  };

  g_test_summary ("Unknown commands and those for other aggregates are refused");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (&type, cases[i].schema, cases[i].stream, 1, (Order){ 0 }, &error));
      g_assert_error (error, EH_ERROR, (gint) cases[i].code);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_apply (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) deposit = eh_event_new_value (&head, &deposited, &(Deposited){ 5, NULL });
  g_autoptr (EhEvent) nothing = eh_event_new_value (&head, &ignored, &(Ignored){ 0 });
  Account state = { 10, 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Events are folded; one without a function changes nothing");

  g_assert_true (eh_aggregate_type_apply (&type, &state, deposit, &error));
  g_assert_true (eh_aggregate_type_apply (&type, &state, nothing, &error));
  g_assert_no_error (error);
  g_assert_cmpint (state.balance, ==, 15);
}

static void
test_apply_refused (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  EhEvent *events_refused[] = { eh_event_new_json (&head, "Deposited", "{\"amount\":5}", 12),
                                eh_event_new_value (&head, &foreign_event, &(Order){ 5, 0 }),
                                eh_event_new_value (&head, &unknown, &(Order){ 5, 0 }) };
  static const char *const hints[] = { "eh_domain_lift_event()", "another schema", "add one to its event rules" };

  g_test_summary ("JSON text, data of a foreign schema and unknown events never reach an applier");

  for (guint i = 0; i < G_N_ELEMENTS (hints); i++)
    {
      g_autoptr (EhEvent) event = events_refused[i];
      g_autoptr (GError) error = NULL;
      Account state = { 10, 0 };

      g_assert_false (eh_aggregate_type_apply (&type, &state, event, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
      g_assert_nonnull (strstr (error->message, hints[i]));
      g_assert_cmpint (state.balance, ==, 10);
    }
}

static void
test_time_out_of_range (void)
{
  const gint64 times[] = { G_MAXINT64, G_GINT64_CONSTANT (253402300800000000), G_MININT64 };
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (EhFixedIdSource) ids = eh_fixed_id_source_new (1);

  g_test_summary ("A clock beyond year 9999 or before year 1 is an error: no event could bear such a time");

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      g_autoptr (EhCommand) command = eh_command_new (stream, &update, &(Order){ EMIT_TWO, VALID }, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (
          eh_aggregate_type_decide (&type, &(Account){ 10, 0 }, 1, command, times[i], EH_ID_SOURCE (ids), &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregate-type/find", test_find);
  g_test_add_func ("/aggregate-type/decide", test_decide);
  g_test_add_func ("/aggregate-type/decide-nothing", test_decide_nothing);
  g_test_add_func ("/aggregate-type/refusals", test_refusals);
  g_test_add_func ("/aggregate-type/unwritable", test_unwritable);
  g_test_add_func ("/aggregate-type/validation", test_validation);
  g_test_add_func ("/aggregate-type/unknown-events", test_unknown_events);
  g_test_add_func ("/aggregate-type/flags", test_flags);
  g_test_add_func ("/aggregate-type/creates-nothing", test_creates_nothing);
  g_test_add_func ("/aggregate-type/wrong-command", test_wrong_command);
  g_test_add_func ("/aggregate-type/apply", test_apply);
  g_test_add_func ("/aggregate-type/apply-refused", test_apply_refused);
  g_test_add_func ("/aggregate-type/time-out-of-range", test_time_out_of_range);
  return g_test_run ();
}
