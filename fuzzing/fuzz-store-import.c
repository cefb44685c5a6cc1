/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "store/file/eh-file-tools-private.h"
#include "tests/store/proof/proof-work.h"
#include "tools/eventhus/store-go.h"
#include "tools/eventhus/store-importer.h"

/*
 * What `eventhus store import` reads: lines of JSON if the first byte is 'l', else documents of the Go toolkit. What
 * could be read is put into a store; doing it again adds nothing, and the store is whole.
 */

/* Above that standing in for what was truncated takes too long. */
#define VERSION_MAX 3000

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
need_error (const GError *error)
{
  if (error == NULL || error->message[0] == '\0' || !g_utf8_validate (error->message, -1, NULL))
    g_error ("no message in: %s", error != NULL ? error->message : "no error");
}

/* The events before the first line that is refused. */
static GPtrArray *
read_lines (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      EhEvent *event = eh_event_from_json (lines[i], -1, &error);

      if (event == NULL)
        {
          need_error (error);
          break;
        }
      g_ptr_array_add (events, event);
    }
  return events;
}

static GPtrArray *
read_go (const uint8_t *data, size_t size)
{
  g_auto (StoreGo) go = { 0 };
  g_autoptr (GError) error = NULL;

  if (store_go_read (&go, (const char *) data, size, &error))
    return g_steal_pointer (&go.events);
  need_error (error);
  return g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
}

/* As far as it goes; whether it went to the end. */
static gboolean
import (EhEventStore *store, const GPtrArray *events, guint64 *n_added, guint64 *n_there)
{
  g_auto (StoreImporter) importer = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  store_importer_init (&importer, store);
  for (guint i = 0; ok && i < events->len; i++)
    ok = eh_event_get_version (events->pdata[i]) > VERSION_MAX
         || store_importer_take (&importer, events->pdata[i], "here", &error);
  ok = ok && store_importer_flush (&importer, &error);
  if (!ok)
    need_error (error);
  *n_added = importer.n_added;
  *n_there = importer.n_there;
  return ok;
}

static void
verify (const EhFileOps *ops)
{
  const EhFileToolCall call = { .ops = ops };
  g_autoptr (GError) error = NULL;
  EhFileVerification found;

  if (!eh_file_verify_with (&call, PROOF_FOLDER, &found, &error))
    g_error ("%s", error->message);
  if (found.n_damages > 0)
    g_error ("what was imported is damaged");
}

static void
import_twice (const GPtrArray *events)
{
  g_autoptr (ProofImage) empty = proof_work_new_empty ();
  g_autoptr (ProofDisk) disk = proof_disk_new (empty);
  const EhFileOptions options = proof_work_get_options ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore) store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &options, &error);
  guint64 n_added = 0;
  guint64 n_there = 0;
  guint64 n_again = 0;
  gboolean ok;

  if (store == NULL)
    g_error ("%s", error->message);
  ok = import (store, events, &n_added, &n_there);
  if (import (store, events, &n_again, &n_there) != ok || n_again > 0)
    g_error ("imported again it adds %" G_GUINT64_FORMAT, n_again);
  if (!eh_event_store_close (store, NULL, &error))
    g_error ("%s", error->message);
  verify (proof_disk_get_ops (disk));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) events = NULL;

  if (size == 0)
    return 0;
  events = data[0] == 'l' ? read_lines (data + 1, size - 1) : read_go (data + 1, size - 1);
  if (events->len > 0)
    import_twice (events);
  return 0;
}
