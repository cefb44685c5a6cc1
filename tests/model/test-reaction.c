/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "accounts.h"
#include "model/eh-reaction-private.h"

static void
react (gpointer state, const EhEvent *event, EhReaction *reaction)
{
}

static void
passed (gpointer state, const char *name, EhReaction *reaction)
{
}

static const EhProcessRule rules[] = { { &deposited, react, eh_event_key_correlation, EH_STARTS } };
static const EhDeadlineRule deadlines[] = { { "one", passed }, { "two", passed }, { "three", passed } };
static const EhProcessType thanks = EH_PROCESS_TYPE ("Thanks", Account, account_schema, rules,
                                                     EH_DEADLINES (deadlines));

#define NOW G_GINT64_CONSTANT (1767225600000000)

static EhReaction *
make_reaction (guint8 step, guint8 correlation)
{
  g_autoptr (EhDomain) domain = make_domain ();
  const EhId step_id = make_id (step);
  const EhId correlation_id = make_id (correlation);
  EhReaction *reaction;

  eh_domain_add_process (domain, &thanks);
  g_assert_true (eh_domain_seal (domain, NULL));
  reaction = eh_reaction_new (domain, &thanks);
  eh_reaction_begin (reaction, "k1", NOW, &step_id, &correlation_id);
  return reaction;
}

static void
check_command (EhReaction *reaction, guint i, const char *id, const char *stream, guint8 correlation)
{
  EhCommand *command = g_ptr_array_index (eh_reaction_get_commands (reaction), i);
  const EhId correlation_id = make_id (correlation);
  const EhId step_id = make_id (200);
  char text[EH_ID_STRING_LENGTH + 1];

  eh_id_write (eh_command_get_id (command), text);
  g_assert_cmpstr (text, ==, id);
  g_assert_cmpstr (eh_stream_name_to_string (eh_command_get_stream (command)), ==, stream);
  g_assert_true (eh_id_equal (eh_command_get_correlation_id (command), &correlation_id));
  g_assert_true (eh_id_equal (eh_command_get_causation_id (command), &step_id));
}

/* The very ids, as in the test of decisions: they are the same derivation. */
static void
test_send (void)
{
  g_autoptr (EhReaction) reaction = make_reaction (200, 9);

  g_test_summary ("Commands keep their order; their ids follow from the step's, and the conversation goes on");

  g_assert_cmpint (eh_reaction_get_time (reaction), ==, NOW);
  g_assert_cmpstr (eh_reaction_get_key (reaction), ==, "k1");
  eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
  eh_reaction_send (reaction, "a2", &withdraw, &(Withdraw){ 7 });
  g_assert_null (eh_reaction_get_error (reaction));
  g_assert_cmpuint (eh_reaction_get_commands (reaction)->len, ==, 2);
  check_command (reaction, 0, "0000000000ZJ07HEADJKCTQKN1", "Account-a1", 9);
  check_command (reaction, 1, "000000000058FDYDZN90158DX6", "Account-a2", 9);
}

static void
test_first_of_conversation (void)
{
  g_autoptr (EhReaction) reaction = make_reaction (200, 0);

  g_test_summary ("Without a correlation the step begins a conversation");

  eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
  check_command (reaction, 0, "0000000000ZJ07HEADJKCTQKN1", "Account-a1", 200);
}

typedef struct {
  double amount;
} Rate;

static EH_DEFINE_SCHEMA (Rate, rate, EH_FIELD_DOUBLE (amount));

static gboolean
decide_rate (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static void
test_bad_commands (void)
{
  static const EhCommandRule rate_commands[] = { { &rate, decide_rate } };
  static const EhAggregateType rates = EH_AGGREGATE_TYPE ("Rates", Account, account_schema, rate_commands, events);
  static const struct {
    const char *id;
    const EhSchema *schema;
    Rate data;
    EhError code;
    const char *message;
  } cases[] = {
    { "a1",
      &deposited,
      { 1 },
      EH_ERROR_UNKNOWN_TYPE,
      "process Thanks: command Deposited: no aggregate type of domain" },
    { "", &rate, { 1 }, EH_ERROR_INVALID, "process Thanks: command Rate: stream name: the id is empty" },
    { NULL, &rate, { 1 }, EH_ERROR_INVALID, "process Thanks: command Rate: stream name: the id is empty" },
    { "r", &rate, { G_MAXDOUBLE * 10 }, EH_ERROR_INVALID, "process Thanks: command Rate: amount: not a finite number" },
  };

  g_test_summary ("The first command that cannot be made is the reaction's error, and nothing is sent after it");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhDomain) domain = make_domain ();
      g_autoptr (EhReaction) reaction = NULL;
      const EhId id = make_id (1);

      eh_domain_add_aggregate_type (domain, &rates);
      g_assert_true (eh_domain_seal (domain, NULL));
      reaction = eh_reaction_new (domain, &thanks);
      eh_reaction_begin (reaction, "k1", NOW, &id, &id);
      eh_reaction_send (reaction, cases[i].id, cases[i].schema, &cases[i].data);
      eh_reaction_send (reaction, "", &deposit, &(Deposit){ 5 });
      eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
      g_assert_error (eh_reaction_get_error (reaction), EH_ERROR, (gint) cases[i].code);
      g_test_message ("%s", eh_reaction_get_error (reaction)->message);
      g_assert_true (g_str_has_prefix (eh_reaction_get_error (reaction)->message, cases[i].message));
      g_assert_cmpuint (eh_reaction_get_commands (reaction)->len, ==, 0);
    }
}

static void
check_deadline (EhReaction *reaction, guint i, const char *name, gint64 time)
{
  gint64 found = 0;

  g_assert_cmpstr (eh_reaction_get_deadline (reaction, i, &found), ==, name);
  g_assert_cmpint (found, ==, time);
}

static void
test_deadlines (void)
{
  g_autoptr (EhReaction) reaction = make_reaction (1, 1);

  g_test_summary ("Deadlines stand by time, equal ones in the order of setting; set again, one moves");

  eh_reaction_set_deadline (reaction, "three", 30);
  eh_reaction_set_deadline (reaction, "one", 20);
  eh_reaction_set_deadline (reaction, "two", 20);
  check_deadline (reaction, 0, "one", 20);
  check_deadline (reaction, 1, "two", 20);
  check_deadline (reaction, 2, "three", 30);
  eh_reaction_set_deadline (reaction, "one", 20);
  check_deadline (reaction, 0, "two", 20);
  check_deadline (reaction, 1, "one", 20);
  eh_reaction_set_deadline (reaction, "three", -5);
  check_deadline (reaction, 0, "three", -5);
  eh_reaction_cancel_deadline (reaction, "two");
  eh_reaction_cancel_deadline (reaction, "two");
  eh_reaction_cancel_deadline (reaction, "none of them");
  g_assert_cmpuint (eh_reaction_get_n_deadlines (reaction), ==, 2);
  check_deadline (reaction, 1, "one", 20);
  g_assert_null (eh_reaction_get_error (reaction));
}

static void
test_bad_deadlines (void)
{
  static const struct {
    const char *name;
    gint64 time;
    const char *message;
  } cases[] = {
    { "four", 1, "process Thanks: it has no deadline four" },
    { "one", G_MAXINT64, "process Thanks: deadline one: 9223372036854775807 microseconds since 1970 is not from" },
  };

  g_test_summary ("A deadline that the type does not have, or of no year, is the reaction's error");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhReaction) reaction = make_reaction (1, 1);

      eh_reaction_set_deadline (reaction, cases[i].name, cases[i].time);
      g_assert_error (eh_reaction_get_error (reaction), EH_ERROR, EH_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (eh_reaction_get_error (reaction)->message, cases[i].message));
      g_assert_cmpuint (eh_reaction_get_n_deadlines (reaction), ==, 0);
    }
}

static void
test_end (void)
{
  g_autoptr (EhReaction) reaction = make_reaction (1, 1);

  g_test_summary ("At its end a process loses its deadlines, whenever they are set; its commands are sent still");

  g_assert_false (eh_reaction_has_ended (reaction));
  eh_reaction_set_deadline (reaction, "one", 1);
  eh_reaction_end (reaction);
  eh_reaction_set_deadline (reaction, "two", 2);
  eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
  g_assert_true (eh_reaction_has_ended (reaction));
  g_assert_cmpuint (eh_reaction_get_n_deadlines (reaction), ==, 0);
  g_assert_cmpuint (eh_reaction_get_commands (reaction)->len, ==, 1);
}

static void
test_again (void)
{
  g_autoptr (EhReaction) reaction = make_reaction (1, 1);
  const EhId step_id = make_id (200);
  const EhId correlation_id = make_id (9);

  g_test_summary ("One reaction serves for another step and keeps nothing of the one before, not even its error");

  eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
  eh_reaction_set_deadline (reaction, "one", 1);
  eh_reaction_end (reaction);
  eh_reaction_send (reaction, "", &deposit, &(Deposit){ 5 });
  g_assert_nonnull (eh_reaction_get_error (reaction));

  eh_reaction_begin (reaction, "k2", NOW + 1, &step_id, &correlation_id);
  g_assert_null (eh_reaction_get_error (reaction));
  g_assert_false (eh_reaction_has_ended (reaction));
  g_assert_cmpuint (eh_reaction_get_n_deadlines (reaction), ==, 0);
  g_assert_cmpuint (eh_reaction_get_commands (reaction)->len, ==, 0);
  g_assert_cmpstr (eh_reaction_get_key (reaction), ==, "k2");
  g_assert_cmpint (eh_reaction_get_time (reaction), ==, NOW + 1);
  eh_reaction_send (reaction, "a1", &deposit, &(Deposit){ 5 });
  g_assert_no_error (eh_reaction_get_error (reaction));
  check_command (reaction, 0, "0000000000ZJ07HEADJKCTQKN1", "Account-a1", 9);
}

static void
test_key_correlation (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) without = eh_event_new_value (&head, &deposited, &(Deposited){ 5, NULL });
  g_autoptr (EhEvent) with = NULL;
  g_autoptr (GString) key = g_string_new (NULL);

  g_test_summary ("The correlation is a key; without one there is none");

  eh_event_key_correlation (without, key);
  g_assert_cmpstr (key->str, ==, "");
  head.correlation_id = make_id (8);
  with = eh_event_new_value (&head, &deposited, &(Deposited){ 5, NULL });
  eh_event_key_correlation (with, key);
  g_assert_cmpstr (key->str, ==, "00000000000000000000000008");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reaction/send", test_send);
  g_test_add_func ("/reaction/first-of-conversation", test_first_of_conversation);
  g_test_add_func ("/reaction/bad-commands", test_bad_commands);
  g_test_add_func ("/reaction/deadlines", test_deadlines);
  g_test_add_func ("/reaction/bad-deadlines", test_bad_deadlines);
  g_test_add_func ("/reaction/end", test_end);
  g_test_add_func ("/reaction/again", test_again);
  g_test_add_func ("/reaction/key-correlation", test_key_correlation);
  return g_test_run ();
}
