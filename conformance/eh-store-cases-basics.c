/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-probe-private.h"

#include <string.h>

static gboolean
reads_empty (EhStoreProbe *self, EhDirection direction, guint64 from, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-nobody");
  g_autoptr (EhEventPage)
      page = eh_event_store_read_stream (self->store, name, from, direction, 0, self->job->cancellable, error);

  if (page == NULL)
    return eh_claim_blame ("reading a stream that never was", error);
  return eh_claim_uint ("the size of its page", eh_event_page_get_size (page), 0, error)
         && eh_claim_true (eh_event_page_is_end (page), "the page of a stream that never was is not the end", error);
}

static gboolean
unknown_stream (EhStoreProbe *self, GError **error)
{
  return reads_empty (self, EH_FORWARDS, 0, error) && reads_empty (self, EH_BACKWARDS, G_MAXUINT64, error)
         && eh_store_probe_write (self, "Account-a", 1, 2, error) && reads_empty (self, EH_FORWARDS, 0, error)
         && eh_store_probe_holds (self, "Account-nobody", "", error);
}

static gboolean
append_one (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 1, 1);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  return eh_store_probe_append (self, batch, EH_EXPECTED_NO_STREAM, &result, error)
         && eh_claim_uint ("the first version of the result", result.first_version, 1, error)
         && eh_claim_uint ("the last version of the result", result.last_version, 1, error)
         && eh_claim_true (!result.was_there, "a new event is said to have been there", error)
         && eh_store_probe_holds (self, "Account-a", "1", error);
}

static gboolean
append_several (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) third = eh_probe_batch ("Account-a", 5, 5);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  return eh_store_probe_write (self, "Account-a", 1, 3, error) && eh_store_probe_write (self, "Account-a", 4, 1, error)
         && eh_store_probe_append (self, third, 4, &result, error)
         && eh_claim_uint ("the first version of the result", result.first_version, 5, error)
         && eh_claim_uint ("the last version of the result", result.last_version, 9, error)
         && eh_store_probe_holds (self, "Account-a", "1..9", error) && eh_store_probe_holds_all (self, "1..9", error);
}

static gboolean
result_events (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 3, 3);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (EhEventPage) page = NULL;

  if (!eh_store_probe_write (self, "Account-a", 1, 2, error) || !eh_store_probe_append (self, batch, 2, &result, error))
    return FALSE;
  page = eh_store_probe_read (self, "Account-a", error);
  if (page == NULL || !eh_claim_true (result.events != NULL, "the recorded events were wanted and not given", error)
      || !eh_claim_uint ("the number of recorded events", eh_event_page_get_size (result.events), 3, error)
      || !eh_claim_uint ("the size of the stream", eh_event_page_get_size (page), 5, error))
    return FALSE;
  for (guint i = 0; i < 3; i++)
    if (!eh_claim_event (eh_event_page_get (result.events, i), eh_event_page_get (page, 2 + i), error))
      return FALSE;
  return !eh_store_probe_has (self, EH_STORE_READ_ALL)
         || eh_claim_uint ("the last position of the result", result.last_position,
                           eh_event_get_position (eh_event_page_get (page, 4)), error);
}

static gboolean
no_result (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 1, 2);

  return eh_event_store_append (self->store, batch, EH_EXPECTED_ANY, EH_APPEND_WANT_EVENTS, NULL, NULL, error)
         && eh_store_probe_holds (self, "Account-a", "1 2", error);
}

static gboolean
empty_batch (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 1, 0, EH_ERROR_INVALID, error)
         && eh_store_probe_holds (self, "Account-a", "", error);
}

static gboolean
no_such_expectation (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_refuse_at (self, "Account-a", -3, 1, 1, EH_ERROR_INVALID, error)
         && eh_store_probe_refuse_at (self, "Account-a", G_MININT64, 1, 1, EH_ERROR_INVALID, error)
         && eh_store_probe_holds (self, "Account-a", "", error);
}

/* Names that a store may confuse: a common beginning, another case, what its engine may take for a pattern or path. */
static const char *const names[] = {
  "Account-a",
  "Account-aa",
  "Account-a-b",
  "Account-a-",
  "Account-A",
  "account-a",
  "Account-a ",
  "Account-a*",
  "Account-*",
  "Account->",
  "Account-a.b",
  "Account-a/",
  "Account-a/b",
  "Account-../a",
  "Account-..",
  "Account-a%",
  "Account-a_",
  "Account-a\\",
  "Account-'",
  "Account-\"a\"",
  "Account-a;--",
  "Account-a%2Fb",
  "Account-ä",
  "Account-a\xcc\x88",
  "Account-日本語",
  "Account-😀",
  "Acc/ount-a",
  "Acc ount-a",
  "Accountt-a",
  "Accoun-a",
  "*-a",
  ">-a",
  "Ä-ä",
  "$-$",
  "Account-#?&=",
};

static gboolean
streams_apart (EhStoreProbe *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!eh_store_probe_write_at (self, names[i], EH_EXPECTED_NO_STREAM, 10 * (i + 1), 1, error))
      {
        g_prefix_error (error, "%s: ", names[i]);
        return FALSE;
      }
  for (guint i = G_N_ELEMENTS (names); i > 0; i--)
    if (!eh_store_probe_write_at (self, names[i - 1], 1, 10 * i + 1, 1, error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *numbers = g_strdup_printf ("%u %u", 10 * (i + 1), 10 * (i + 1) + 1);

      if (!eh_store_probe_holds (self, names[i], numbers, error))
        return FALSE;
    }
  return TRUE;
}

/* Names as long as they may be, which differ in their last byte only. */
static gboolean
long_names (EhStoreProbe *self, GError **error)
{
  guint max = self->factory->name_max != 0 ? self->factory->name_max : EH_STREAM_NAME_MAX;
  const guint sizes[] = { 255, max };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *filler = g_strnfill (sizes[i] - strlen ("Account-") - 1, 'x');
      g_autofree char *one = g_strconcat ("Account-", filler, "1", NULL);
      g_autofree char *two = g_strconcat ("Account-", filler, "2", NULL);

      if (i > 0 && sizes[i] == sizes[i - 1])
        continue;
      if (!eh_store_probe_write (self, one, 10 * i + 1, 2, error)
          || !eh_store_probe_write (self, two, 10 * i + 3, 1, error)
          || !eh_store_probe_holds (self, one, i == 0 ? "1 2" : "11 12", error)
          || !eh_store_probe_holds (self, two, i == 0 ? "3" : "13", error))
        return FALSE;
    }
  return TRUE;
}

typedef struct {
  gboolean is_done;
  gboolean did_well;
  guint64 version;
  guint64 position;
  GError *error; /* (owned) */
} AsyncAppend;

static void
on_appended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  AsyncAppend *self = user_data;

  self->did_well = eh_event_store_append_finish (EH_EVENT_STORE (source), result, &self->version, &self->position,
                                                 &self->error);
  self->is_done = TRUE;
}

static void
append_and_wait (EhStoreProbe *self, guint64 first, AsyncAppend *call)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", first, 2);

  eh_event_store_append_async (self->store, batch, EH_EXPECTED_NO_STREAM, self->job->cancellable, on_appended, call);
  while (!call->is_done)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
}

static gboolean
append_async (EhStoreProbe *self, GError **error)
{
  AsyncAppend good = { FALSE };
  AsyncAppend late = { FALSE };

  append_and_wait (self, 1, &good);
  if (!good.did_well)
    {
      g_propagate_error (error, good.error);
      return eh_claim_blame ("an append in the background", error);
    }
  append_and_wait (self, 3, &late);
  return eh_claim_true (!late.did_well, "an append in the background ignored the expected version", error)
         && eh_claim_refused ("an append in the background", late.error, EH_ERROR_CONFLICT, error)
         && eh_claim_uint ("the version that it gives", good.version, 2, error)
         && eh_store_probe_holds (self, "Account-a", "1 2", error);
}

static const EhStoreCase cases[] = {
  { "unknown-stream", "append", "A stream that never was reads empty and has version 0", unknown_stream },
  { "append-one", "append", "One event is appended and read back", append_one },
  { "append-several", "append", "Several batches follow each other in one stream", append_several },
  { "result-events", "append", "An append gives the events as they are read afterwards, if asked for", result_events },
  { "no-result", "append", "Nobody has to take the result", no_result },
  { "empty-batch", "append", "A batch without events is refused with \"invalid\"", empty_batch },
  { "no-such-expectation", "append", "What is no expected version is refused with \"invalid\"", no_such_expectation },
  { "streams-apart", "append", "Streams whose names look alike, or like a pattern or path, do not mix", streams_apart },
  { "long-names", "append", "Long names are whole: the last byte tells two streams apart", long_names },
  { "append-async", "append", "An append in the background says the same", append_async },
};

const EhStoreSection eh_store_basics = { { "basics", "A. Basics" }, cases, G_N_ELEMENTS (cases) };
