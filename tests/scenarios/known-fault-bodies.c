/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-fault-bodies.h"

#define ACCOUNT "Account-a1"

/* ---- write skew ---- */

static gboolean
read_balance (EhClient *client, EhStreamName *stream, guint64 *version, gint64 *balance, GError **error)
{
  Account *account = eh_client_read_state (client, stream, version, error);

  if (account == NULL)
    return FALSE;
  *balance += account->balance;
  eh_schema_free (&account_schema, account);
  return TRUE;
}

static gboolean
append (EhClient *client, EhEventBatch *batch, gint64 expected, GError **error)
{
  return eh_event_store_append (eh_client_get_store (client), batch, expected, EH_APPEND_NONE, NULL, NULL, error);
}

/* Whoever appends to a stream at a version is alone with it, so that the two make up an id. */
static EhId
make_id (const char *stream, guint64 version, guint8 number)
{
  return (EhId){ { 0xd0, [13] = (guint8) stream[strlen (stream) - 1], [14] = (guint8) version, [15] = number } };
}

gboolean
known_body_withdraw_together (EhClient *client, gpointer skew, GError **error)
{
  const KnownSkew *self = skew;
  const char *const *names = self->streams;
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhEventBatch) batch = NULL;
  guint64 version = 0;
  gint64 balance = 0;
  EhId id;

  for (; *names != NULL; names++)
    {
      g_clear_pointer (&stream, eh_stream_name_unref);
      stream = eh_stream_name_parse (*names, error);
      if (stream == NULL || !read_balance (client, stream, &version, &balance, error))
        return FALSE;
    }
  if (balance < self->least)
    return TRUE;
  batch = eh_event_batch_new (stream, 0);
  id = make_id (names[-1], version, 0);
  return eh_event_batch_add (batch, &id, &withdrawal_performed, &(WithdrawalPerformed){ 50 }, error)
         && append (client, batch, (gint64) version, error);
}

/* ---- published before it is saved ---- */

static EhEventBatch *
make_deposit (const EhId *id, const EhId *cause, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (ACCOUNT, NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, 0);

  eh_event_batch_set_context (batch, NULL, cause, cause);
  if (!eh_event_batch_add (batch, id, &deposit_performed, &(DepositPerformed){ 10 }, error))
    return NULL;
  return g_steal_pointer (&batch);
}

static gboolean
publish (EhClient *client, EhEvent *event, GError **error)
{
  return eh_event_bus_publish (eh_client_get_event_bus (client), "bank", "account", event, NULL, error);
}

gboolean
known_body_deposit_and_publish (EhClient *client, gpointer deposit, GError **error)
{
  const KnownDeposit *self = deposit;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (ACCOUNT, NULL);
  g_autoptr (EhEventBatch) batch = NULL;
  g_autoptr (EhEvent) event = NULL;
  guint64 version;
  EhId id;

  if (!eh_event_store_get_version (eh_client_get_store (client), stream, &version, NULL, error))
    return FALSE;
  id = make_id (ACCOUNT, version, self->number);
  batch = make_deposit (&id, NULL, error);
  if (batch == NULL)
    return FALSE;
  event = eh_event_batch_record_one (batch, 0, version + 1, version + 1);
  if (!self->mended && !publish (client, event, error))
    return FALSE;
  return append (client, batch, (gint64) version, error) && (!self->mended || publish (client, event, error));
}

/* ---- done twice ---- */

gboolean
known_body_deposit_surely (EhClient *client, gpointer deposit, GError **error)
{
  const KnownDeposit *self = deposit;
  const EhId cause = { { 0xca, [15] = self->number } };
  EhId id = { { 0xe1, [15] = self->number } };
  g_autoptr (EhEventBatch) batch = make_deposit (&id, &cause, error);
  g_autoptr (GError) unclear = NULL;

  if (batch == NULL)
    return FALSE;
  if (append (client, batch, EH_EXPECTED_ANY, &unclear))
    return TRUE;
  if (!self->mended)
    {
      id.bytes[0] = 0xe2;
      eh_event_batch_unref (batch);
      batch = make_deposit (&id, &cause, error);
    }
  return batch != NULL && append (client, batch, EH_EXPECTED_ANY, error);
}

/* ---- a snapshot with the wrong version ---- */

gboolean
known_body_save_snapshot (EhClient *client, gpointer mended, GError **error)
{
  EhEventStore *store = eh_client_get_store (client);
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (ACCOUNT, NULL);
  g_autoptr (EhSnapshot) snapshot = NULL;
  guint64 version;
  Account *account = eh_client_read_state (client, stream, &version, error);

  if (account == NULL)
    return FALSE;
  if (mended != NULL || eh_event_store_get_version (store, stream, &version, NULL, error))
    snapshot = eh_snapshot_new_from_state (stream, version, &account_schema, account, error);
  eh_schema_free (&account_schema, account);
  return snapshot != NULL && eh_event_store_save_snapshot (store, snapshot, NULL, error);
}

/* ---- a handler that looks outside ---- */

typedef struct {
  const char *holder;
  guint64 number;
} TicketDrawn;

typedef struct {
  guint64 last;
} Lottery;

EH_DEFINE_SCHEMA (DrawTicket, draw_ticket, EH_FIELD_STRING (holder))
EH_DEFINE_SCHEMA (TicketDrawn, ticket_drawn, EH_FIELD_STRING (holder), EH_FIELD_UINT64 (number))
EH_DEFINE_SCHEMA (Lottery, lottery_schema, EH_FIELD_UINT64 (last))

static gboolean
lottery_draw (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const DrawTicket *draw = eh_command_get_data (command);

  eh_decision_emit (decision, &ticket_drawn, &(TicketDrawn){ draw->holder, g_random_int () });
  return TRUE;
}

static gboolean
lottery_draw_mended (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const DrawTicket *draw = eh_command_get_data (command);
  guint64 number = 0;
  EhId id;

  eh_decision_new_id (decision, &id);
  for (guint i = 0; i < 4; i++)
    number = number << 8 | id.bytes[12 + i];
  eh_decision_emit (decision, &ticket_drawn, &(TicketDrawn){ draw->holder, number });
  return TRUE;
}

static void
lottery_on_drawn (gpointer state, const EhEvent *event)
{
  const TicketDrawn *drawn = eh_event_get_data (event);

  ((Lottery *) state)->last = drawn->number;
}

static const EhCommandRule lottery_commands[] = { { &draw_ticket, lottery_draw, EH_CREATES_OR_UPDATES } };
static const EhCommandRule lottery_commands_mended[] = { { &draw_ticket, lottery_draw_mended, EH_CREATES_OR_UPDATES } };
static const EhEventRule lottery_events[] = { { &ticket_drawn, lottery_on_drawn } };

static const EhAggregateType lottery = EH_AGGREGATE_TYPE ("Lottery", Lottery, lottery_schema, lottery_commands,
                                                          lottery_events);
static const EhAggregateType lottery_mended = EH_AGGREGATE_TYPE ("Lottery", Lottery, lottery_schema,
                                                                 lottery_commands_mended, lottery_events);

EhDomain *
known_lottery_new (void)
{
  EhDomain *domain = eh_domain_new ("lottery");

  eh_domain_add_aggregate_type (domain, &lottery);
  return domain;
}

EhDomain *
known_lottery_mended_new (void)
{
  EhDomain *domain = eh_domain_new ("lottery");

  eh_domain_add_aggregate_type (domain, &lottery_mended);
  return domain;
}
