/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conformance/eh-crowd-private.h"
#include "conformance/eh-store-probe-private.h"
#include "model/eh-random-private.h"

/*
 * Many clients read a random stream, and append on the condition that it is as they read it. Into the event they write
 * what they expected: the version, and a digest of all that they had read. Afterwards the log alone proves that each
 * condition held. (The idea is Bastian Waidelich's.)
 */

#define N_CLIENTS 8
#define N_STREAMS 4

typedef struct {
  EhStoreProbe *probe;
  guint n_rounds;
  gint n_appended; /* (atomic) */
} Clients;

static guint64
digest_event (guint64 digest, const EhEvent *event)
{
  g_autofree char *json = eh_event_dup_json_data (event);

  return eh_random_mix (digest ^ g_str_hash (json) ^ (eh_event_get_version (event) << 32));
}

static guint64
digest_page (const EhEventPage *page)
{
  guint64 digest = 1;

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    digest = digest_event (digest, eh_event_page_get (page, i));
  return digest;
}

/* A batch whose first event says what was expected; the others follow it. */
static EhEventBatch *
make_batch (const char *stream, guint64 number, guint n, guint64 version, guint64 digest)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  EhEventBatch *batch = eh_event_batch_new (name, EH_PROBE_TIME);
  g_autofree char *json = g_strdup_printf ("{\"number\":%" G_GUINT64_FORMAT ",\"expected\":%" G_GUINT64_FORMAT
                                           ",\"digest\":\"%016" G_GINT64_MODIFIER "x\"}",
                                           number, version, digest);
  EhId id = eh_probe_id (number);
  gboolean added = eh_event_batch_add_json (batch, &id, "Expecting", 1, json, -1, NULL);

  g_assert (added);
  for (guint i = 1; i < n; i++)
    eh_probe_add (batch, number + i, "Following");
  return batch;
}

/* What a client has read of each stream, which may be long ago. */
typedef struct {
  EhEventPage *pages[N_STREAMS]; /* (owned) (nullable) */
} Memory;

static void
memory_clear (Memory *self)
{
  for (guint i = 0; i < N_STREAMS; i++)
    g_clear_pointer (&self->pages[i], eh_event_page_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Memory, memory_clear)

static gboolean
append_as_read (Clients *self, const char *stream, guint64 number, guint n, const EhEventPage *page, GError **error)
{
  guint64 version = eh_event_page_get_size (page);
  g_autoptr (EhEventBatch) batch = make_batch (stream, number, n, version, digest_page (page));
  g_autoptr (GError) failure = NULL;

  if (eh_event_store_append (self->probe->store, batch, (gint64) version, EH_APPEND_NONE, NULL,
                             self->probe->job->cancellable, &failure))
    g_atomic_int_add (&self->n_appended, (gint) n);
  else if (!g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT))
    return eh_claim_fail (error, "an append failed: %s", failure->message);
  return TRUE;
}

/* Often a client does not read again, so that its condition does not hold any more, however the threads run. */
static gboolean
run_client (guint i, gpointer data, GError **error)
{
  Clients *self = data;
  EhRandom random = { eh_random_mix (self->probe->job->seed ^ (i + 1)) };
  g_auto (Memory) memory = { { NULL } };

  for (guint round = 0; round < self->n_rounds; round++)
    {
      guint which = (guint) eh_random_below (&random, N_STREAMS);
      g_autofree char *stream = g_strdup_printf ("Account-%u", which);
      guint64 number = 1 + 3 * ((guint64) i * self->n_rounds + round);
      guint n = 1 + (guint) eh_random_below (&random, 3);

      if (memory.pages[which] == NULL || eh_random_below (&random, 3) > 0)
        {
          g_clear_pointer (&memory.pages[which], eh_event_page_unref);
          memory.pages[which] = eh_store_probe_read (self->probe, stream, error);
        }
      if (memory.pages[which] == NULL || !append_as_read (self, stream, number, n, memory.pages[which], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
claim_condition (const EhEvent *event, const char *stream, guint64 digest, GError **error)
{
  g_autofree char *json = eh_event_dup_json_data (event);
  g_autofree char *expected = g_strdup_printf ("\"expected\":%" G_GUINT64_FORMAT ",\"digest\":\"%016" G_GINT64_MODIFIER
                                               "x\"}",
                                               eh_event_get_version (event) - 1, digest);

  return g_str_has_suffix (json, expected)
         || eh_claim_fail (error,
                           "version %" G_GUINT64_FORMAT " of %s holds %s: that is not what was there when it was "
                           "appended, %s",
                           eh_event_get_version (event), stream, json, expected);
}

/* Returns: how many events the stream has; -1 with *error set */
static gint
check_stream (EhStoreProbe *self, const char *stream, GError **error)
{
  g_autoptr (EhEventPage) page = eh_store_probe_read (self, stream, error);
  guint64 digest = 1;
  gint64 last = 0;

  for (guint i = 0; page != NULL && i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);
      gboolean is_first = strcmp (eh_event_get_type_name (event), "Expecting") == 0;

      if (is_first && !claim_condition (event, stream, digest, error))
        return -1;
      if (!is_first && eh_probe_number (event) != last + 1)
        {
          eh_claim_fail (error, "version %u of %s is not what follows in its batch", i + 1, stream);
          return -1;
        }
      last = eh_probe_number (event);
      digest = digest_event (digest, event);
    }
  return page != NULL ? (gint) eh_event_page_get_size (page) : -1;
}

static gboolean
conditions (EhStoreProbe *self, GError **error)
{
  Clients clients = { .probe = self, .n_rounds = eh_crowd_count (60) };
  gint n = 0;

  if (!eh_crowd_run (N_CLIENTS, run_client, &clients, error))
    return FALSE;
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Account-%u", i);
      gint size = check_stream (self, stream, error);

      if (size < 0)
        return FALSE;
      n += size;
    }
  return eh_claim_uint ("the number of events there are", (guint) n, (guint) clients.n_appended, error);
}

static const EhStoreCase cases[] = {
  { "conditions", "append", "After many conditional appends the log alone proves that every condition held",
    conditions },
};

const EhStoreSection eh_store_random = { { "random", "L. Random consistency" }, cases, G_N_ELEMENTS (cases) };
