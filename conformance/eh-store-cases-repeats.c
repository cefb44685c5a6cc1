/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"
#include "conformance/eh-store-probe-private.h"

/* Appends @batch, which is there already with @first as its first version. */
static gboolean
claim_there (EhStoreProbe *self, EhEventBatch *batch, gint64 expected, guint64 first, GError **error)
{
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  guint n = eh_event_batch_get_size (batch);
  g_autoptr (EhEventPage) page = NULL;

  if (!eh_store_probe_append (self, batch, expected, &result, error))
    return FALSE;
  page = eh_store_probe_read (self, eh_stream_name_to_string (eh_event_batch_get_stream (batch)), error);
  return page != NULL && eh_claim_true (result.was_there, "a repeated batch is not said to have been there", error)
         && eh_claim_uint ("the first version of a repeat", result.first_version, first, error)
         && eh_claim_uint ("the last version of a repeat", result.last_version, first + n - 1, error)
         && eh_claim_true (result.events != NULL && eh_event_page_get_size (result.events) == n,
                           "a repeat does not give the recorded events", error)
         && eh_claim_true (eh_event_page_get_size (page) >= first + n - 1, "the events are not there", error)
         && eh_claim_event (eh_event_page_get (result.events, 0), eh_event_page_get (page, first - 1), error)
         && (!eh_store_probe_has (self, EH_STORE_READ_ALL)
             || eh_claim_uint ("the last position of a repeat", result.last_position,
                               eh_event_get_position (eh_event_page_get (page, first + n - 2)), error));
}

static gboolean
same_again (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 3, 3);

  return eh_store_probe_write (self, "Account-a", 1, 2, error) && eh_store_probe_append (self, batch, 2, NULL, error)
         && claim_there (self, batch, 2, 3, error) && claim_there (self, batch, EH_EXPECTED_NO_STREAM, 3, error)
         && claim_there (self, batch, EH_EXPECTED_ANY, 3, error)
         && eh_store_probe_holds (self, "Account-a", "1..5", error) && eh_store_probe_holds_all (self, "1..5", error);
}

/* Another batch with the same ids, as a client makes it that has started anew; more was appended meanwhile. */
static gboolean
same_again_later (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) again = eh_probe_batch ("Account-a", 1, 2);

  return eh_store_probe_write_at (self, "Account-a", 0, 1, 2, error)
         && eh_store_probe_write (self, "Account-b", 21, 2, error)
         && eh_store_probe_write (self, "Account-a", 3, 4, error) && claim_there (self, again, 0, 1, error)
         && eh_store_probe_holds (self, "Account-a", "1..6", error)
         && eh_store_probe_holds_all (self, "1 2 21 22 3..6", error);
}

static gboolean
elsewhere (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_write (self, "Account-a", 1, 3, error)
         && eh_store_probe_refuse_at (self, "Account-b", EH_EXPECTED_ANY, 1, 3, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse_at (self, "Account-b", EH_EXPECTED_ANY, 2, 1, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse_at (self, "account-a", EH_EXPECTED_NO_STREAM, 1, 1, EH_ERROR_EXISTS, error)
         && eh_store_probe_holds (self, "Account-b", "", error) && eh_store_probe_holds_all (self, "1..3", error);
}

/* Part of them there, part not; or there in another order. */
static gboolean
overlaps (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) swapped = eh_probe_batch ("Account-a", 12, 1);
  g_autoptr (EhEventBatch) apart = eh_probe_batch ("Account-a", 11, 1);

  eh_probe_add (swapped, 11, "Noted");
  eh_probe_add (apart, 13, "Noted");
  return eh_store_probe_write (self, "Account-a", 11, 3, error)
         && eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 13, 2, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 10, 2, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 11, 4, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 10, 5, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse (self, swapped, EH_EXPECTED_ANY, EH_ERROR_EXISTS, error)
         && eh_store_probe_refuse (self, apart, EH_EXPECTED_ANY, EH_ERROR_EXISTS, error)
         && eh_store_probe_holds (self, "Account-a", "11..13", error)
         && eh_store_probe_holds_all (self, "11..13", error)
         && eh_store_probe_write_at (self, "Account-a", 3, 14, 1, error)
         && eh_store_probe_write_at (self, "Account-a", 4, 10, 1, error)
         && eh_store_probe_holds (self, "Account-a", "11..14 10", error);
}

typedef struct {
  EhStoreProbe *probe;
  gint n_new; /* (atomic): who added something */
} Racing;

static gboolean
append_the_same (guint i, gpointer data, GError **error)
{
  Racing *self = data;
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 1, 4);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  if (!eh_store_probe_append (self->probe, batch, EH_EXPECTED_NO_STREAM, &result, error))
    return FALSE;
  if (!result.was_there)
    g_atomic_int_inc (&self->n_new);
  return eh_claim_uint ("the first version of a retry", result.first_version, 1, error)
         && eh_claim_uint ("the last version of a retry", result.last_version, 4, error);
}

static gboolean
at_once (EhStoreProbe *self, GError **error)
{
  Racing racing = { .probe = self };

  return eh_crowd_run (8, append_the_same, &racing, error)
         && eh_claim_uint ("the number of those that added the batch", (guint) racing.n_new, 1, error)
         && eh_store_probe_holds (self, "Account-a", "1..4", error) && eh_store_probe_holds_all (self, "1..4", error);
}

static const EhStoreCase cases[] = {
  { "same-again", "append", "The same ids at the same place: success, the first result, nothing added", same_again },
  { "same-again-later", "append", "The same when more was appended meanwhile", same_again_later },
  { "elsewhere", "append", "An id of another stream is refused with \"exists\"", elsewhere },
  { "overlaps", "append", "A batch that is there in part, or in another order, is refused with \"exists\"", overlaps },
  { "at-once", "append", "Of eight who append the same batch at once one adds it, and all succeed", at_once },
};

const EhStoreSection eh_store_repeats = { { "repeats", "D. Idempotence" }, cases, G_N_ELEMENTS (cases) };
