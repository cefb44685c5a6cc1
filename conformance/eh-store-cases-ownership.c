/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conformance/eh-store-probe-private.h"

/* What is passed in is the caller's, what is handed out is the caller's: neither changes with the other. */

static gboolean
batch_goes_on (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 1, 2);

  if (!eh_store_probe_append (self, batch, 0, NULL, error))
    return FALSE;
  eh_probe_add (batch, 3, "Noted");
  return eh_store_probe_holds (self, "Account-a", "1 2", error) && eh_store_probe_holds_all (self, "1 2", error);
}

static gboolean
buffers_reused (EhStoreProbe *self, GError **error)
{
  char text[] = "{\"number\":1}";
  char type[] = "Noted";
  char stream[] = "Account-a";
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, EH_PROBE_TIME);
  EhId id = eh_probe_id (1);

  if (!eh_event_batch_add_json (batch, &id, type, 1, text, -1, error)
      || !eh_store_probe_append (self, batch, 0, NULL, error))
    return FALSE;
  memset (text, 'x', sizeof text - 1);
  memset (type, 'x', sizeof type - 1);
  memset (stream, 'x', sizeof stream - 1);
  memset (&id, 0xff, sizeof id);
  g_clear_pointer (&batch, eh_event_batch_unref);
  g_clear_pointer (&name, eh_stream_name_unref);
  return eh_store_probe_holds (self, "Account-a", "1", error) && eh_store_probe_holds_all (self, "1", error);
}

static char *
describe_page (const EhEventPage *page)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      EhEvent *event = eh_event_page_get (page, i);
      g_autofree char *json = eh_event_to_json (event);

      g_string_append_printf (text, "%s @%" G_GUINT64_FORMAT "\n", json, eh_event_get_position (event));
    }
  return g_string_free (text, FALSE);
}

/* More is appended, something deleted, the store closed and gone: a page that was read stays what it was. */
static gboolean
pages_stay (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 1, 3);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  g_autoptr (EhEventPage) page = NULL;
  g_autofree char *recorded = NULL;
  g_autofree char *read = NULL;
  g_autofree char *recorded_later = NULL;
  g_autofree char *read_later = NULL;

  if (!eh_store_probe_append (self, batch, 0, &result, error) || result.events == NULL)
    return FALSE;
  page = eh_store_probe_read (self, "Account-a", error);
  if (page == NULL)
    return FALSE;
  recorded = describe_page (result.events);
  read = describe_page (page);
  for (guint i = 0; i < 100; i++)
    if (!eh_store_probe_write (self, i % 2 == 0 ? "Account-a" : "Account-b", 11 + 10 * i, 10, error))
      return FALSE;
  if (eh_store_probe_has (self, EH_STORE_DELETE) && !eh_store_probe_delete (self, "Account-a", error))
    return FALSE;
  if (!eh_event_store_close (self->store, self->job->cancellable, error))
    return FALSE;
  eh_store_probe_drop (self);

  recorded_later = describe_page (result.events);
  read_later = describe_page (page);
  return eh_claim_text ("a result later", recorded_later, recorded, error)
         && eh_claim_text ("a page later", read_later, read, error);
}

/* Nobody holds on to what was given back: the same again, and the store still has it. */
static gboolean
pages_dropped (EhStoreProbe *self, GError **error)
{
  if (!eh_store_probe_write (self, "Account-a", 1, 5, error))
    return FALSE;
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (EhEventPage) page = eh_store_probe_read (self, "Account-a", error);

      if (page == NULL)
        return FALSE;
    }
  return eh_store_probe_holds (self, "Account-a", "1..5", error) && eh_store_probe_holds_all (self, "1..5", error);
}

static const EhStoreCase cases[] = {
  { "batch-goes-on", "append", "What is added to a batch after it was appended is not in the store", batch_goes_on },
  { "buffers-reused", "append", "The caller may do what it likes with what it passed in", buffers_reused },
  { "pages-stay", "append", "A page that was read stays as it was, whatever becomes of the store", pages_stay },
  { "pages-dropped", "append", "Dropping what was read drops nothing of the store", pages_dropped },
};

const EhStoreSection eh_store_ownership = { { "ownership", "H. Ownership" }, cases, G_N_ELEMENTS (cases) };
