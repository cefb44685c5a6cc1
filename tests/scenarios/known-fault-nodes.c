/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-fault-nodes.h"

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

/* ---- B19: what is sent again is done again ---- */

typedef struct {
  gint64 paid;
  gint64 given;
} Gifts;

static EH_DEFINE_SCHEMA (Gifts, gifts_schema, EH_FIELD_INT64 (paid), EH_FIELD_INT64 (given));

static gboolean
is_to (const EhEvent *event, const char *stream)
{
  return g_str_equal (eh_stream_name_to_string (eh_event_get_stream (event)), stream);
}

static void
gifts_key (const EhEvent *event, GString *key)
{
  g_string_append (key, "all");
}

static void
gifts_on_deposit (gpointer row, const EhEvent *event)
{
  Gifts *gifts = row;

  gifts->paid += is_to (event, A1);
  gifts->given += is_to (event, A2);
}

static const EhProjectionRule gifts_rules[] = { { &deposit_performed, gifts_on_deposit, gifts_key } };
static const EhProjectionType gifts = EH_PROJECTION_TYPE ("Gifts", Gifts, gifts_schema, gifts_rules);

static gboolean
no_more_is_given (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  const Gifts *all = row;

  if (all->given <= all->paid)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%" G_GINT64_FORMAT " gifts for %" G_GINT64_FORMAT " deposits",
               all->given, all->paid);
  return FALSE;
}

static EhDomain *
gift_domain_new (void)
{
  EhDomain *domain = bank_domain_new ();

  eh_domain_add_projection (domain, &gifts);
  eh_domain_add_row_invariant (domain, "a gift for a deposit", &gifts, no_more_is_given, NULL, NULL);
  return domain;
}

typedef struct {
  EhSimulationNode *node; /* (unowned) */
  EhConsumer *consumer;   /* (owned) */
  gboolean gives_again;
} Giver;

static void
giver_stop (gpointer memory)
{
  Giver *self = memory;

  g_clear_object (&self->consumer);
  g_free (self);
}

/* Mended: a command's id is made from the event, so that it is the same command. */
static gboolean
giver_on_event (EhEvent *event, gpointer user_data, GError **error)
{
  Giver *self = user_data;
  g_autoptr (EhStreamName) to = eh_stream_name_parse (A2, NULL);
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  EhId id = *eh_event_get_id (event);

  if (!is_to (event, A1) || !g_str_equal (eh_event_get_type_name (event), deposit_performed.name))
    return TRUE;
  command = eh_command_new (to, &perform_deposit, &(PerformDeposit){ 1 }, error);
  id.bytes[0] ^= 0xff;
  if (!self->gives_again)
    eh_command_set_id (command, &id);
  outcome = eh_command_bus_dispatch (eh_simulation_node_get_commands (self->node), command, NULL, error);
  return outcome != NULL;
}

static gpointer
giver_start (EhSimulationNode *node, gpointer gives_again)
{
  Giver *self = g_new0 (Giver, 1);

  self->node = node;
  self->gives_again = gives_again != NULL;
  self->consumer = eh_consumer_new ("giver", eh_simulation_node_get_store (node),
                                    eh_simulation_node_get_checkpoints (node), eh_simulation_node_get_clock (node),
                                    giver_on_event, self, NULL, NULL);
  eh_simulation_node_follow (node, self->consumer);
  return self;
}

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
    .domain_new = gift_domain_new,
    .mended_domain_new = gift_domain_new,
    .faulty = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1 }",
                .nodes = EH_NODES ({ "giver", giver_start, giver_stop, .user_data = YES }) },
    .mended = { .given = ACCOUNTS,
                .clients = ONE_DEPOSIT,
                .options = NO_CONSUMERS,
                .faults = "{ \"deliver-twice\": 1, \"crash\": 1, \"append-ambiguous\": 1 }",
                .nodes = EH_NODES ({ "giver", giver_start, giver_stop, .user_data = NO }) },
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
  { .id = NULL },
};
