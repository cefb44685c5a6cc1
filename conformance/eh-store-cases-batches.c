/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"
#include "conformance/eh-store-probe-private.h"

/* One id in the middle is taken: by another stream's event, or by an event of the batch itself. */
static gboolean
bad_event (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) taken = eh_probe_batch ("Account-a", 11, 2);
  g_autoptr (EhEventBatch) twice = eh_probe_batch ("Account-a", 21, 2);

  eh_probe_add (taken, 1, "Noted");
  eh_probe_add (taken, 13, "Noted");
  eh_probe_add (twice, 22, "Noted");
  eh_probe_add (twice, 23, "Noted");
  return eh_store_probe_write (self, "Account-b", 1, 1, error) && eh_store_probe_write (self, "Account-a", 2, 1, error)
         && eh_store_probe_refuse (self, taken, EH_EXPECTED_ANY, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse (self, twice, EH_EXPECTED_ANY, EH_ERROR_EXISTS, error)
         && eh_store_probe_holds (self, "Account-a", "2", error) && eh_store_probe_holds_all (self, "1 2", error)
         && eh_store_probe_write_at (self, "Account-a", 1, 11, 3, error)
         && eh_store_probe_holds (self, "Account-a", "2 11..13", error)
         && eh_store_probe_holds_all (self, "1 2 11..13", error);
}

static gboolean
largest (EhStoreProbe *self, GError **error)
{
  guint max = self->factory->batch_max != 0 ? self->factory->batch_max : EH_EVENT_BATCH_MAX;
  g_autofree char *numbers = g_strdup_printf ("1..%u", max + 1);

  return eh_store_probe_write (self, "Account-a", 1, max, error)
         && eh_store_probe_write_at (self, "Account-a", max, max + 1, 1, error)
         && eh_store_probe_holds (self, "Account-a", numbers, error) && eh_store_probe_holds_all (self, numbers, error);
}

#define BATCH 10

typedef struct {
  EhStoreProbe *probe;
  guint n_batches;
  gint is_written; /* (atomic) */
} Watching;

static gboolean
write_batches (Watching *self, GError **error)
{
  gboolean did_well = TRUE;

  for (guint i = 0; did_well && i < self->n_batches; i++)
    did_well = eh_store_probe_write (self->probe, "Account-a", 1 + i * BATCH, BATCH, error);
  g_atomic_int_set (&self->is_written, TRUE);
  return did_well;
}

static gboolean
claim_whole (const char *what, guint64 n, GError **error)
{
  return n % BATCH == 0
         || eh_claim_fail (error, "%s saw %" G_GUINT64_FORMAT " events: a part of a batch of %d", what, n, BATCH);
}

static gboolean
look (EhStoreProbe *self, GError **error)
{
  gboolean has_order = eh_store_probe_has (self, EH_STORE_READ_ALL);
  g_autoptr (EhEventPage) page = eh_store_probe_read (self, "Account-a", error);
  g_autoptr (GPtrArray) all = page != NULL && has_order ? eh_store_probe_read_all (self, NULL, error) : NULL;
  guint64 version = 0;

  if (page == NULL || (has_order && all == NULL))
    return FALSE;
  return claim_whole ("a reader of the stream", eh_event_page_get_size (page), error)
         && claim_whole ("a reader of all", all != NULL ? all->len : 0, error)
         && eh_store_probe_get_version (self, "Account-a", &version, error)
         && claim_whole ("the version", version, error);
}

static gboolean
write_or_look (guint i, gpointer data, GError **error)
{
  Watching *self = data;

  if (i == 0)
    return write_batches (self, error);
  /* A store's lock need not be fair: readers leave the writer some room. */
  for (; !g_atomic_int_get (&self->is_written); g_usleep (10))
    if (!look (self->probe, error))
      return FALSE;
  return TRUE;
}

static gboolean
never_in_part (EhStoreProbe *self, GError **error)
{
  Watching watching = { .probe = self, .n_batches = eh_crowd_count (200) };
  g_autofree char *numbers = g_strdup_printf ("1..%u", watching.n_batches * BATCH);

  return eh_crowd_run (3, write_or_look, &watching, error) && eh_store_probe_holds (self, "Account-a", numbers, error);
}

static const EhStoreCase cases[] = {
  { "bad-event", "append", "Of a batch with one bad event nothing is written", bad_event },
  { "largest", "append", "The largest batch is written whole", largest },
  { "never-in-part", "append", "No reader ever sees a part of a batch", never_in_part },
};

const EhStoreSection eh_store_batches = { { "batches", "C. Batches" }, cases, G_N_ELEMENTS (cases) };
