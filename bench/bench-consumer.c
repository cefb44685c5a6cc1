/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Following a store: a subscription that hands out each event, a projection that folds them into balances, a relay that
 * publishes them to a subscriber. A million events over 10^3 streams; the figures with a suffix say what more streams
 * cost. From a file store each event is read as text and made a value.
 */

#include <string.h>

#include "bench.h"
#include "peer.h"

#define N_EVENTS 1000000

typedef struct {
  gint64 amount;
} Deposited;

typedef struct {
  gint64 n_deposits;
  gint64 balance;
} Balance;

typedef struct {
  gint64 amount;
} Deposit;

static EH_DEFINE_SCHEMA (Deposited, deposited, EH_FIELD_INT64 (amount));
static EH_DEFINE_SCHEMA (Deposit, deposit, EH_FIELD_INT64 (amount));
static EH_DEFINE_SCHEMA (Balance, balance, EH_FIELD_INT64 (n_deposits), EH_FIELD_INT64 (balance));

static void
add_deposit (gpointer row, const EhEvent *event)
{
  ((Balance *) row)->n_deposits++;
  ((Balance *) row)->balance += ((const Deposited *) eh_event_get_data (event))->amount;
}

static gboolean
decide_deposit (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &deposited, eh_command_get_data (command));
  return TRUE;
}

static const EhCommandRule account_commands[] = { { &deposit, decide_deposit, EH_CREATES_OR_UPDATES } };
static const EhEventRule account_events[] = { { &deposited, add_deposit } };
static const EhAggregateType account_type = EH_AGGREGATE_TYPE ("Account", Balance, balance, account_commands,
                                                               account_events);
static const EhProjectionRule balance_rules[] = { { &deposited, add_deposit } };
static const EhProjectionType balances = EH_PROJECTION_TYPE ("Balances", Balance, balance, balance_rules);

static EhDomain *
make_domain (void)
{
  EhDomain *domain = eh_domain_new ("bench");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &account_type);
  eh_domain_add_projection (domain, &balances);
  bench_check (eh_domain_seal (domain, &error), error);
  return domain;
}

/* Goes round the streams, so that each one's events are scattered over the log. */
static void
fill (EhEventStore *store, guint n_streams)
{
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_stream_name_unref);

  for (guint i = 0; i < n_streams; i++)
    {
      g_autofree char *id = g_strdup_printf ("account-%u", i);

      g_ptr_array_add (streams, eh_stream_name_new ("Account", id, NULL));
    }
  for (guint i = 0; i < N_EVENTS; i++)
    {
      g_autoptr (EhEventBatch)
          batch = eh_event_batch_new (g_ptr_array_index (streams, i % n_streams), EH_FIXED_CLOCK_START);
      g_autoptr (GError) error = NULL;
      EhId id;

      eh_id_source_next (ids, &id);
      bench_check (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ i % 100 }, &error), error);
      bench_check (eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, &error), error);
    }
}

static void
drain (EhConsumer *consumer)
{
  EhConsumerState state = EH_CONSUMER_BUSY;

  while (state == EH_CONSUMER_BUSY)
    {
      g_autoptr (GError) error = NULL;

      state = eh_consumer_step (consumer, 0, &error);
      bench_check (state != EH_CONSUMER_FAILED, error);
    }
}

static double
fold_all (EhEventStore *store, guint n_streams)
{
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhProjection) projection = eh_projection_new (domain, &balances, store, checkpoints, NULL, &error);
  double start, end;

  bench_check (projection != NULL, error);
  start = bench_now ();
  drain (eh_projection_get_consumer (projection));
  end = bench_now ();
  bench_check (eh_projection_get_n_rows (projection) == n_streams, NULL);
  return N_EVENTS / (end - start);
}

static double
projection_memory (gconstpointer n_streams)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();

  fill (store, GPOINTER_TO_UINT (n_streams));
  return fold_all (store, GPOINTER_TO_UINT (n_streams));
}

/* Folded from the page cache; what was folded before is read anew. Filled without flushes, as only reading counts. */
static double
projection_file (gconstpointer n_streams)
{
  g_autofree char *folder = peer_disk_make_path ("projection");
  g_autofree char *uri = g_strdup_printf ("file:%s?sync=never", folder);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = eh_event_store_open (uri, NULL, &error);
  double figure;

  bench_check (store != NULL, error);
  fill (store, GPOINTER_TO_UINT (n_streams));
  figure = fold_all (store, GPOINTER_TO_UINT (n_streams));
  bench_check (eh_event_store_close (store, NULL, &error), error);
  peer_disk_remove (folder);
  return figure;
}

static double
subscription_deliver (gconstpointer n_streams)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhSubscription) subscription = NULL;
  double start, end;
  guint n = 0;

  fill (store, GPOINTER_TO_UINT (n_streams));
  subscription = eh_subscription_new (store, 0, NULL);
  start = bench_now ();
  for (;;)
    {
      g_autoptr (EhEvent) event = NULL;
      g_autoptr (GError) error = NULL;
      EhSubscriptionState state = eh_subscription_next (subscription, &event, &error);

      bench_check (state != EH_SUBSCRIPTION_ERROR, error);
      if (state == EH_SUBSCRIPTION_IDLE)
        break;
      n += state == EH_SUBSCRIPTION_EVENT;
    }
  end = bench_now ();
  bench_check (n == N_EVENTS, NULL);
  return N_EVENTS / (end - start);
}

static gboolean
count (EhEvent *event, gpointer user_data, GError **error)
{
  ++*(guint *) user_data;
  return TRUE;
}

/* Until the subscriber has had them all. */
static double
relay_memory (gconstpointer n_streams)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (EhDomain) domain = make_domain ();
  g_autoptr (EhEventBus) bus = eh_memory_bus_new (1);
  g_autoptr (EhConsumer) relay = NULL;
  g_autoptr (GError) error = NULL;
  double start, end;
  guint n = 0;

  fill (store, GPOINTER_TO_UINT (n_streams));
  bench_check (eh_event_bus_subscribe (bus, "bench", NULL, NULL, count, &n, NULL, &error) != 0, error);
  relay = eh_relay_new ("relay", domain, store, bus, checkpoints, NULL, &error);
  bench_check (relay != NULL, error);
  start = bench_now ();
  drain (relay);
  bench_check (eh_event_bus_flush (bus, NULL, &error), error);
  end = bench_now ();
  bench_check (n == N_EVENTS, NULL);
  bench_check (eh_event_bus_close (bus, NULL, &error), error);
  return N_EVENTS / (end - start);
}

#define STREAMS(n) GUINT_TO_POINTER (n)
#define BY_STREAMS(name, measure)                                                                                      \
  { name, "1/s", NULL, NULL, measure, STREAMS (1000) }, { name "-1e4", "1/s", NULL, NULL, measure, STREAMS (10000) },  \
      { name "-1e5", "1/s", NULL, NULL, measure, STREAMS (100000) },                                                   \
  {                                                                                                                    \
    name "-1e6", "1/s", NULL, NULL, measure, STREAMS (1000000)                                                         \
  }

const BenchCase bench_consumer[] = {
  BY_STREAMS ("projection/memory", projection_memory),
  BY_STREAMS ("projection/file", projection_file),
  BY_STREAMS ("subscription/deliver", subscription_deliver),
  BY_STREAMS ("relay/memory", relay_memory),
  { NULL },
};
