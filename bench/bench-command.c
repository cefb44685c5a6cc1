/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The bank's full command path: load, decide, append, publish. Deposits go round a thousand accounts, each a new
 * command that gets its id on the way; a subscriber takes every event.
 */

#include "bank.h"
#include "bench.h"

#define N_ACCOUNTS 1000
#define N_COMMANDS 400000
#define FLUSH_EVERY 1000

typedef struct {
  EhDomain *domain;
  EhClient *client;
  EhStreamName *streams[N_ACCOUNTS];
  gint n_published;
  gint n_done;
} Fixture;

static gboolean
take (EhEvent *event, gpointer user_data, GError **error)
{
  Fixture *self = user_data;

  g_atomic_int_inc (&self->n_published);
  return TRUE;
}

/* Creates the accounts; the event bus is driven by the sender if there are no workers. */
static Fixture *
fixture_new (guint n_workers)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (n_workers > 0 ? 1 : 0);
  g_autoptr (GError) error = NULL;
  Fixture *self = g_new0 (Fixture, 1);

  self->domain = bank_domain_new ();
  self->client = eh_client_new_with (self->domain, store, bus, n_workers, NULL, NULL, &error);
  bench_check (self->client != NULL, error);
  eh_client_set_publish_mode (self->client, EH_PUBLISH_AFTER_SAVE);
  bench_check (eh_event_bus_subscribe (bus, "bank", NULL, NULL, take, self, NULL, &error) != 0, error);

  for (guint i = 0; i < N_ACCOUNTS; i++)
    {
      g_autofree char *id = g_strdup_printf ("a%u", i);
      g_autoptr (EhOutcome) outcome = NULL;

      self->streams[i] = eh_stream_name_new ("Account", id, NULL);
      outcome = eh_client_dispatch (self->client, id, &create_account, &(CreateAccount){ "mishudark" }, &error);
      bench_check (outcome != NULL, error);
    }
  return self;
}

static void
fixture_free (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  bench_check (eh_client_close (self->client, NULL, &error), error);
  for (guint i = 0; i < N_ACCOUNTS; i++)
    eh_stream_name_unref (self->streams[i]);
  g_object_unref (self->client);
  g_object_unref (self->domain);
  g_free (self);
}

static EhCommand *
deposit_new (Fixture *self, guint i)
{
  g_autoptr (GError) error = NULL;
  EhCommand *command = eh_command_new (self->streams[i % N_ACCOUNTS], &perform_deposit, &(PerformDeposit){ 1 + i % 7 },
                                       &error);

  bench_check (command != NULL, error);
  return command;
}

static double
command_direct (void)
{
  Fixture *fixture = fixture_new (0);
  EhCommandBus *commands = eh_client_get_command_bus (fixture->client);
  EhEventBus *events = eh_client_get_event_bus (fixture->client);
  double start = bench_now (), end;

  for (guint i = 0; i < N_COMMANDS; i++)
    {
      g_autoptr (EhCommand) command = deposit_new (fixture, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhOutcome) outcome = eh_command_bus_dispatch (commands, command, NULL, &error);

      bench_check (outcome != NULL, error);
      if (i % FLUSH_EVERY == 0)
        bench_check (eh_event_bus_flush (events, NULL, &error), error);
    }
  bench_check (eh_event_bus_flush (events, NULL, NULL), NULL);
  end = bench_now ();
  bench_check (fixture->n_published == N_COMMANDS + N_ACCOUNTS, NULL);
  fixture_free (fixture);
  return N_COMMANDS / (end - start);
}

static void
count_outcome (EhOutcome *outcome, const GError *error, gpointer user_data)
{
  Fixture *self = user_data;

  if (outcome != NULL)
    g_atomic_int_inc (&self->n_done);
}

static double
pool (guint n_workers)
{
  Fixture *fixture = fixture_new (n_workers);
  EhPoolBus *commands = EH_POOL_BUS (eh_client_get_command_bus (fixture->client));
  g_autoptr (GError) error = NULL;
  double start = bench_now (), end;

  for (guint i = 0; i < N_COMMANDS; i++)
    {
      g_autoptr (EhCommand) command = deposit_new (fixture, i);

      bench_check (eh_pool_bus_post (commands, command, NULL, count_outcome, fixture, &error), error);
    }
  bench_check (eh_command_bus_close (EH_COMMAND_BUS (commands), NULL, &error), error);
  bench_check (eh_event_bus_flush (eh_client_get_event_bus (fixture->client), NULL, &error), error);
  end = bench_now ();
  bench_check (fixture->n_done == N_COMMANDS && fixture->n_published == N_COMMANDS + N_ACCOUNTS, NULL);
  fixture_free (fixture);
  return N_COMMANDS / (end - start);
}

static double
command_pool (void)
{
  return pool (2);
}

const BenchCase bench_command[] = {
  { "command/direct", "1/s", NULL, command_direct },
  { "command/pool", "1/s", NULL, command_pool },
  { NULL },
};
