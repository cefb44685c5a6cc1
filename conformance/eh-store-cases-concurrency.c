/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"
#include "conformance/eh-history-private.h"
#include "conformance/eh-store-probe-private.h"
#include "model/eh-random-private.h"

#define N_THREADS 8

typedef struct {
  EhStoreProbe *probe;
  guint n_rounds;
  guint round;
  gint n_won;               /* (atomic) */
  gint n_lost;              /* (atomic) */
  gint clock;               /* (atomic) */
  GArray *calls[N_THREADS]; /* (owned) of EhHistoryCall: each thread's own */
} Race;

/* Appends one event with the given number: TRUE also if that conflicts, which *won says. */
static gboolean
try_append (Race *self, const char *stream, gint64 expected, guint64 number, gboolean *won, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch (stream, number, 1);
  g_autoptr (GError) failure = NULL;

  *won = eh_event_store_append (self->probe->store, batch, expected, EH_APPEND_NONE, NULL,
                                self->probe->job->cancellable, &failure);
  if (*won || g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT))
    {
      g_atomic_int_inc (*won ? &self->n_won : &self->n_lost);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return eh_claim_blame ("an append", error);
}

static gboolean
race_once (guint i, gpointer data, GError **error)
{
  Race *self = data;
  gboolean won = FALSE;

  return try_append (self, "Account-a", self->round, 1 + self->round * N_THREADS + i, &won, error);
}

/* One of them has won each round, and nothing of the others is there. */
static gboolean
one_winner (EhStoreProbe *self, GError **error)
{
  Race race = { .probe = self, .n_rounds = eh_crowd_count (50) };
  g_autoptr (EhEventPage) page = NULL;
  guint64 version = 0;

  for (race.round = 0; race.round < race.n_rounds; race.round++)
    {
      if (!eh_crowd_run (N_THREADS, race_once, &race, error)
          || !eh_claim_uint ("the number of appends that won so far", (guint) race.n_won, race.round + 1, error)
          || !eh_claim_uint ("the number of those that lost", (guint) race.n_lost, (N_THREADS - 1) * (race.round + 1),
                             error)
          || !eh_store_probe_get_version (self, "Account-a", &version, error)
          || !eh_claim_uint ("the version", version, race.round + 1, error))
        return FALSE;
    }
  page = eh_store_probe_read (self, "Account-a", error);
  if (page == NULL || !eh_claim_uint ("the size of the stream", eh_event_page_get_size (page), race.n_rounds, error))
    return FALSE;
  for (guint i = 0; i < race.n_rounds; i++)
    if (!eh_claim_uint ("the round of an event",
                        ((guint64) eh_probe_number (eh_event_page_get (page, i)) - 1) / N_THREADS, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
append_any (guint i, gpointer data, GError **error)
{
  Race *self = data;

  for (guint n = 0; n < self->n_rounds; n++)
    if (!eh_store_probe_write (self->probe, "Account-a", 1 + i * self->n_rounds + n, 1, error))
      return FALSE;
  return TRUE;
}

/* Each writer's events are there in its order, and all of them. */
static gboolean
claim_all_in_order (const EhEventPage *page, guint n_writers, guint n_events, GError **error)
{
  g_autofree guint *seen = g_new0 (guint, n_writers);

  if (!eh_claim_uint ("the number of events", eh_event_page_get_size (page), n_writers * n_events, error))
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      guint number = (guint) eh_probe_number (eh_event_page_get (page, i)) - 1;
      guint writer = number / n_events;

      if (writer >= n_writers || number % n_events != seen[writer]++)
        return eh_claim_fail (error, "version %u holds event %u of writer %u, whose order is lost", i + 1,
                              number % n_events, writer);
    }
  return TRUE;
}

static gboolean
any_order (EhStoreProbe *self, GError **error)
{
  Race race = { .probe = self, .n_rounds = eh_crowd_count (100) };
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GPtrArray) all = NULL;

  if (!eh_crowd_run (N_THREADS, append_any, &race, error))
    return FALSE;
  page = eh_store_probe_read (self, "Account-a", error);
  if (page == NULL || !claim_all_in_order (page, N_THREADS, race.n_rounds, error))
    return FALSE;
  if (!eh_store_probe_has (self, EH_STORE_READ_ALL))
    return TRUE;
  all = eh_store_probe_read_all (self, NULL, error);
  if (all == NULL
      || !eh_claim_uint ("the number of events in global order", all->len, N_THREADS * race.n_rounds, error))
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    if (!eh_claim_event (g_ptr_array_index (all, i), eh_event_page_get (page, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
append_own (guint i, gpointer data, GError **error)
{
  Race *self = data;
  g_autofree char *stream = g_strdup_printf ("Account-%u", i);

  for (guint n = 0; n < self->n_rounds; n++)
    if (!eh_store_probe_write_at (self->probe, stream, n, 1 + i * self->n_rounds + n, 1, error))
      return FALSE;
  return TRUE;
}

static gboolean
streams_apart (EhStoreProbe *self, GError **error)
{
  Race race = { .probe = self, .n_rounds = eh_crowd_count (100) };

  if (!eh_crowd_run (N_THREADS, append_own, &race, error))
    return FALSE;
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Account-%u", i);
      g_autofree char *all = g_strdup_printf ("%u..%u", 1 + i * race.n_rounds, (i + 1) * race.n_rounds);

      if (race.n_rounds > 2 && !eh_store_probe_holds (self, stream, all, error))
        return FALSE;
    }
  return TRUE;
}

static guint
tick (Race *self)
{
  return (guint) g_atomic_int_add (&self->clock, 1);
}

/* Appends on the condition of what it believes; notes what it made, or what a conflict told it. */
static gboolean
append_and_note (Race *self, guint i, guint64 number, guint64 *believed, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", number, 1);
  g_autoptr (GError) failure = NULL;
  EhHistoryCall call = { .invoked = tick (self), .version = *believed + 1, .is_append = TRUE };

  if (!eh_event_store_append (self->probe->store, batch, (gint64) *believed, EH_APPEND_NONE, NULL,
                              self->probe->job->cancellable, &failure))
    {
      call.is_append = FALSE;
      if (!eh_error_get_versions (failure, NULL, &call.version))
        return eh_claim_fail (error, "an append failed: %s", failure->message);
    }
  call.returned = tick (self);
  *believed = call.version;
  g_array_append_val (self->calls[i], call);
  return TRUE;
}

static gboolean
read_and_note (Race *self, guint i, guint64 *believed, GError **error)
{
  EhHistoryCall call = { .invoked = tick (self) };
  g_autoptr (EhEventPage) page = eh_store_probe_read (self->probe, "Account-a", error);

  if (page == NULL)
    return FALSE;
  call.returned = tick (self);
  call.version = *believed = eh_event_page_get_size (page);
  g_array_append_val (self->calls[i], call);
  return TRUE;
}

static gboolean
ask_and_note (Race *self, guint i, guint64 *believed, GError **error)
{
  EhHistoryCall call = { .invoked = tick (self) };

  if (!eh_store_probe_get_version (self->probe, "Account-a", &call.version, error))
    return FALSE;
  call.returned = tick (self);
  *believed = call.version;
  g_array_append_val (self->calls[i], call);
  return TRUE;
}

static gboolean
make_history (guint i, gpointer data, GError **error)
{
  Race *self = data;
  EhRandom random = { eh_random_mix (self->probe->job->seed + i) };
  guint64 believed = 0;

  for (guint n = 0; n < self->n_rounds; n++)
    {
      guint64 choice = eh_random_below (&random, 5);
      gboolean did_well = choice == 0   ? read_and_note (self, i, &believed, error)
                          : choice == 1 ? ask_and_note (self, i, &believed, error)
                                        : append_and_note (self, i, 1 + i * self->n_rounds + n, &believed, error);

      if (!did_well)
        return FALSE;
    }
  return TRUE;
}

static gboolean
linearizable (EhStoreProbe *self, GError **error)
{
  Race race = { .probe = self, .n_rounds = eh_crowd_count (200) };
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (EhHistoryCall));
  gboolean did_well = FALSE;

  for (guint i = 0; i < N_THREADS; i++)
    race.calls[i] = g_array_new (FALSE, FALSE, sizeof (EhHistoryCall));
  did_well = eh_crowd_run (N_THREADS, make_history, &race, error);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_array_append_vals (all, race.calls[i]->data, race.calls[i]->len);
      g_array_unref (race.calls[i]);
    }
  return did_well && eh_history_check ((EhHistoryCall *) (gpointer) all->data, all->len, error);
}

static const EhStoreCase cases[] = {
  { "one-winner", "append", "Of eight who expect the same version one appends, and nothing of the others is written",
    one_winner },
  { "any-order", "append", "Eight who expect nothing lose nothing, and each keeps its order", any_order },
  { "streams-apart", "append", "Who appends to different streams never conflicts", streams_apart },
  { "linearizable", "append", "What all clients of a stream saw is explained by one order of their calls",
    linearizable },
};

const EhStoreSection eh_store_concurrency = { { "concurrency", "K. Concurrency" }, cases, G_N_ELEMENTS (cases) };
