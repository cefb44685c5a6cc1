/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Process managers over the memory store, one thread: an event makes a process take a step, the step sends a command,
 * the command leads to an event. The figure counts whole rounds; each is three events that the manager goes through.
 * A thousand events at a time come to 10^3 processes, or to as many as the name says, one after another, all of which
 * have started before; "-new" starts a process for each; "-behind" has all of them lie in the store before the manager
 * begins, as after a pause, so that it reads the commands from the steps.
 */

#include <string.h>

#include "bench.h"

#define N_ROUNDS 200000

/* So many events come at a time. */
#define WAVE 1000

typedef struct {
  guint n_streams;
  guint wave;
  guint n_before; /* rounds that are not timed */
} Load;

typedef struct {
  gint64 amount;
} Asked;

typedef struct {
  gint64 amount;
} Answer;

typedef struct {
  gint64 amount;
} Answered;

typedef struct {
  gint64 n_asked;
  gint64 sum;
} Talk;

typedef struct {
  gint64 n_answered;
} Speaker;

EH_DEFINE_SCHEMA (Asked, asked, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (Answer, answer, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (Answered, answered, EH_FIELD_INT64 (amount))
EH_DEFINE_SCHEMA (Talk, talk, EH_FIELD_INT64 (n_asked), EH_FIELD_INT64 (sum))
EH_DEFINE_SCHEMA (Speaker, speaker, EH_FIELD_INT64 (n_answered))

static gboolean
decide_answer (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &answered, eh_command_get_data (command));
  return TRUE;
}

static void
apply_answered (gpointer state, const EhEvent *event)
{
  ((Speaker *) state)->n_answered++;
}

static void
on_asked (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const Asked *question = eh_event_get_data (event);
  Talk *self = state;

  self->n_asked++;
  self->sum += question->amount;
  eh_reaction_send (reaction, eh_reaction_get_key (reaction), &answer, &(Answer){ question->amount });
}

static const EhCommandRule speaker_commands[] = { { &answer, decide_answer, EH_CREATES_OR_UPDATES } };
static const EhEventRule speaker_events[] = { { &answered, apply_answered }, { &asked, NULL } };
static const EhAggregateType speaker_type = EH_AGGREGATE_TYPE ("Speaker", Speaker, speaker, speaker_commands,
                                                               speaker_events);
static const EhProcessRule talk_rules[] = { { &asked, on_asked, NULL, EH_STARTS } };
static const EhProcessType talk_type = EH_PROCESS_TYPE ("Talk", Talk, talk, talk_rules);

static void
ask (EhEventStore *store, EhIdSource *ids, guint first, guint n, guint n_streams)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *key = g_strdup_printf ("s%u", i % n_streams);
      g_autoptr (EhStreamName) stream = eh_stream_name_new ("Question", key, NULL);
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
      g_autoptr (GError) error = NULL;
      EhId id;

      eh_id_source_next (ids, &id);
      bench_check (eh_event_batch_add (batch, &id, &asked, &(Asked){ i % 100 }, &error), error);
      bench_check (eh_event_store_append (store, batch, EH_EXPECTED_ANY, EH_APPEND_NONE, NULL, NULL, &error), error);
    }
}

static void
drain (EhConsumer *consumer, EhEventStore *store)
{
  guint64 head = 0;

  do
    {
      g_autoptr (GError) error = NULL;

      bench_check (eh_consumer_step (consumer, 0, &error) != EH_CONSUMER_FAILED, error);
      bench_check (eh_event_store_get_head (store, &head, NULL, &error), error);
    }
  while (eh_consumer_get_position (consumer) < head);
}

/* Returns: seconds */
static double
run_waves (EhConsumer *consumer, EhEventStore *store, const Load *load, guint n_rounds)
{
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);
  double sum = 0;

  for (guint i = 0; i < n_rounds; i += load->wave)
    {
      double start;

      ask (store, ids, i, load->wave, load->n_streams);
      start = bench_now ();
      drain (consumer, store);
      sum += bench_now () - start;
    }
  return sum;
}

static double
round_trip (gconstpointer data)
{
  const Load *load = data;
  g_autoptr (EhDomain) domain = eh_domain_new ("bench");
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhCheckpointStore) checkpoints = eh_memory_checkpoint_store_new ();
  g_autoptr (EhRepository) repository = NULL;
  g_autoptr (EhCommandHandler) handler = NULL;
  g_autoptr (EhCommandBus) direct = NULL;
  g_autoptr (EhProcessManager) manager = NULL;
  g_autoptr (GError) error = NULL;
  EhConsumer *consumer;
  double seconds;
  guint64 head = 0;

  eh_domain_add_aggregate_type (domain, &speaker_type);
  eh_domain_add_process (domain, &talk_type);
  bench_check (eh_domain_seal (domain, &error), error);
  repository = eh_repository_new (domain, store);
  handler = eh_command_handler_new (repository, NULL, NULL);
  direct = eh_direct_bus_new (handler);
  manager = eh_process_manager_new (domain, &talk_type, store, direct, checkpoints, NULL, &error);
  bench_check (manager != NULL, error);

  consumer = eh_process_manager_get_consumer (manager);
  run_waves (consumer, store, load, load->n_before);
  seconds = run_waves (consumer, store, load, N_ROUNDS);
  bench_check (eh_event_store_get_head (store, &head, NULL, &error) && head == 3 * (load->n_before + N_ROUNDS), error);
  return N_ROUNDS / seconds;
}

static const Load usual = { 1000, WAVE, 1000 };
static const Load many[] = { { 10000, WAVE, 10000 }, { 100000, WAVE, 100000 }, { 1000000, WAVE, 1000000 } };
static const Load fresh = { N_ROUNDS, WAVE, 0 };
static const Load behind = { 1000, N_ROUNDS, 0 };

const BenchCase bench_process[] = {
  { "process-manager/round-trip", "1/s", NULL, NULL, round_trip, &usual },
  { "process-manager/round-trip-1e4", "1/s", NULL, NULL, round_trip, &many[0] },
  { "process-manager/round-trip-1e5", "1/s", NULL, NULL, round_trip, &many[1] },
  { "process-manager/round-trip-1e6", "1/s", NULL, NULL, round_trip, &many[2] },
  { "process-manager/round-trip-new", "1/s", NULL, NULL, round_trip, &fresh },
  { "process-manager/round-trip-behind", "1/s", NULL, NULL, round_trip, &behind },
  { NULL },
};
