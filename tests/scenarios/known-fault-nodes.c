/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-fault-nodes.h"

#include "known-senders.h"
#include "known-views.h"

#define A1 "Account-a1"
#define A2 "Account-a2"

#define DEPOSIT(stream, amount) EH_COMMAND_IN (stream, perform_deposit, PerformDeposit, amount)
#define ACCOUNTS                                                                                                       \
  EH_STEPS (EH_EVENT_IN (A1, account_created, AccountCreated, "mishudark"),                                            \
            EH_EVENT_IN (A2, account_created, AccountCreated, "mishudark"))

/* ---- B05: a name that must be unique is looked up in a view that may be behind ---- */

typedef struct {
  char *mail;
} Member;

typedef struct {
  const char *mail;
} Register;

typedef Register Registered;

typedef struct {
  gint64 n;
} MailUse;

static EH_DEFINE_SCHEMA (Member, member_schema, EH_FIELD_STRING (mail));
static EH_DEFINE_SCHEMA (Register, register_member, EH_FIELD_STRING (mail));
static EH_DEFINE_SCHEMA (Registered, registered, EH_FIELD_STRING (mail));
static EH_DEFINE_SCHEMA (MailUse, mail_use_schema, EH_FIELD_INT64 (n));

static gboolean
member_register (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &registered, eh_command_get_data (command));
  return TRUE;
}

static void
member_on_registered (gpointer state, const EhEvent *event)
{
  eh_set_string (&((Member *) state)->mail, ((const Registered *) eh_event_get_data (event))->mail);
}

static const EhCommandRule member_commands[] = { { &register_member, member_register, EH_CREATES } };
static const EhEventRule member_events[] = { { &registered, member_on_registered } };
static const EhAggregateType member = EH_AGGREGATE_TYPE ("Member", Member, member_schema, member_commands,
                                                         member_events);

static void
mail_key (const EhEvent *event, GString *key)
{
  g_string_append (key, ((const Registered *) eh_event_get_data (event))->mail);
}

static void
mail_on_registered (gpointer row, const EhEvent *event)
{
  ((MailUse *) row)->n++;
}

static const EhProjectionRule mail_rules[] = { { &registered, mail_on_registered, mail_key } };
static const EhProjectionType mails = EH_PROJECTION_TYPE ("Mails", MailUse, mail_use_schema, mail_rules);

static gboolean
mail_is_used_once (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  if (((const MailUse *) row)->n <= 1)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "%s is used twice", key);
  return FALSE;
}

static EhDomain *
club_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("club");

  eh_domain_add_aggregate_type (domain, &member);
  eh_domain_add_projection (domain, &mails);
  eh_domain_add_row_invariant (domain, "a mail is used once", &mails, mail_is_used_once, NULL, NULL);
  return domain;
}

#define MAIL "m@example.org"

/* @id: whom to register, if the view does not know the mail */
static gboolean
register_by_view (EhClient *client, gpointer id, GError **error)
{
  gpointer row = NULL;
  g_autoptr (EhOutcome) outcome = NULL;

  if (!eh_simulation_read_row (client, "Mails", MAIL, &row, error))
    return FALSE;
  if (row != NULL)
    {
      eh_schema_free (&mail_use_schema, row);
      return TRUE;
    }
  outcome = eh_client_dispatch (client, id, &register_member, &(Register){ MAIL }, error);
  return outcome != NULL;
}

/* The mail is the member's id: the store lets one create it. */
static gboolean
register_by_id (EhClient *client, gpointer user_data, GError **error)
{
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, MAIL, &register_member, &(Register){ MAIL }, error);

  return outcome != NULL;
}

#define APPLICANTS(body) EH_CLIENTS ({ "alice", NULL, body, (gpointer) "m1" }, { "bob", NULL, body, (gpointer) "m2" })

/* ---- all of them ---- */

#define YES GINT_TO_POINTER (1)
#define NO NULL

#define NO_CONSUMERS "{ \"consumers\": [] }"
#define RELAYED "{ \"consumers\": [], \"publish\": \"relay\" }"
#define PAID_BY(name, start, step, fault)                                                                              \
  {                                                                                                                    \
    name, start, known_view_stop, step, &known_paid, known_view_show, fault                                            \
  }

#define ONE_DEPOSIT EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (A1, 10)) })
#define TWO_DEPOSITS EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (A1, 10), DEPOSIT (A1, 5)) })

const KnownFault known_consumer_faults[] = {
  { .id = "B05",
    .what = "a unique name is looked up in a view that is behind",
    .domain_new = club_domain_new,
    .mended_domain_new = club_domain_new,
    .faulty = { .clients = APPLICANTS (register_by_view) },
    .mended = { .clients = APPLICANTS (register_by_id), .faults = "{ \"crash\": 1, \"append-ambiguous\": 1 }" },
    .check = "invariants",
    .least = { 2, 2, 0, 0 },
    .runs = 50 },
  { .id = "B06",
    .what = "a view that counts what is delivered again",
    .domain_new = known_paid_domain_new,
    .mended_domain_new = known_paid_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1 }",
                .nodes = EH_NODES (PAID_BY ("counter", known_counter_start, NULL, YES)) },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1, \"crash\": 1, \"handler-error\": 1 }",
                .nodes = EH_NODES (PAID_BY ("counter", known_counter_start, NULL, NO)) },
    .check = "views",
    .least = { 1, 1, 0, 1 },
    .runs = 50 },
  { .id = "B08",
    .what = "a view that takes what comes late for old",
    .domain_new = known_paid_domain_new,
    .mended_domain_new = known_paid_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = TWO_DEPOSITS,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-reordered\": 1 }",
                .nodes = EH_NODES (PAID_BY ("subscriber", known_subscriber_start, NULL, NO)) },
    .mended = { .given = ACCOUNTS,
                .clients = TWO_DEPOSITS,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-reordered\": 1, \"deliver-twice\": 1, \"deliver-late\": 1, \"crash\": 1, "
                          "\"total\": 2 }",
                .nodes = EH_NODES (PAID_BY ("subscriber", known_subscriber_start, NULL, YES)) },
    .check = "views",
    .least = { 1, 2, 0, 1 },
    .runs = 500 },
  { .id = "B19",
    .what = "a command that is sent once more, as another",
    .domain_new = known_gifts_domain_new,
    .mended_domain_new = known_gifts_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1 }",
                .nodes = EH_NODES ({ "giver", known_giver_start, known_giver_stop, .user_data = YES }) },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1, \"crash\": 1, \"append-ambiguous\": 1 }",
                .nodes = EH_NODES ({ "giver", known_giver_start, known_giver_stop, .user_data = NO }) },
    .check = "invariants",
    .least = { 1, 1, 0, 1 },
    .runs = 50 },
  { .id = "B28",
    .what = "a subscriber that joins after it has looked",
    .domain_new = known_paid_domain_new,
    .mended_domain_new = known_paid_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = RELAYED,
                .nodes = EH_NODES (PAID_BY ("joiner", known_joiner_start, known_joiner_step, YES)) },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = RELAYED,
                .faults = "{ \"crash\": 1, \"deliver-twice\": 1 }",
                .nodes = EH_NODES (PAID_BY ("joiner", known_joiner_start, known_joiner_step, NO)) },
    .check = "delivered",
    .least = { 1, 1, 1, 0 },
    .runs = 500 },
  { .id = "B11-relay",
    .what = "saved, crashed, never published; mended: a relay",
    .domain_new = bank_domain_new,
    .mended_domain_new = bank_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = "{ \"publish\": \"after-save\" }",
                .faults = "{ \"crash\": 1 }" },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = "{ \"publish\": \"relay\" }",
                .faults = "{ \"crash\": 1, \"publish-ambiguous\": 1, \"publish-error\": 1 }" },
    .check = "delivered",
    .least = { 1, 1, 0, 1 },
    .runs = 50 },
  { .id = "early-save",
    .what = "saved as handled before it is",
    .domain_new = known_friends_domain_new,
    .mended_domain_new = known_friends_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"crash\": 1 }",
                .nodes = EH_NODES ({ "greeter", known_greeter_start, g_free, known_greeter_step, .user_data = YES }) },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"crash\": 1, \"append-ambiguous\": 1, \"append-error\": 1 }",
                .nodes = EH_NODES ({ "greeter", known_greeter_start, g_free, known_greeter_step, .user_data = NO }) },
    .check = "invariants",
    .least = { 1, 1, 0, 1 },
    .runs = 50 },
  { .id = NULL },
};
