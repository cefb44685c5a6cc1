/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-probe-private.h"

/*
 * The whole table: what an append expects, by the state of the stream. "Account-n" never existed, "Account-3" has three
 * events, "Account-d" had two and was deleted.
 */

static gboolean
prepare (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_write (self, "Account-3", 1, 3, error);
}

static gboolean
any (EhStoreProbe *self, GError **error)
{
  return prepare (self, error) && eh_store_probe_write_at (self, "Account-n", EH_EXPECTED_ANY, 11, 2, error)
         && eh_store_probe_write_at (self, "Account-3", EH_EXPECTED_ANY, 4, 1, error)
         && eh_store_probe_holds (self, "Account-n", "11 12", error)
         && eh_store_probe_holds (self, "Account-3", "1..4", error);
}

static gboolean
no_stream (EhStoreProbe *self, GError **error)
{
  return prepare (self, error) && eh_store_probe_write_at (self, "Account-n", EH_EXPECTED_NO_STREAM, 11, 2, error)
         && eh_store_probe_conflict (self, "Account-3", EH_EXPECTED_NO_STREAM, 3, error)
         && eh_store_probe_conflict (self, "Account-n", EH_EXPECTED_NO_STREAM, 2, error)
         && eh_store_probe_holds (self, "Account-n", "11 12", error)
         && eh_store_probe_holds (self, "Account-3", "1..3", error);
}

static gboolean
exists (EhStoreProbe *self, GError **error)
{
  return prepare (self, error) && eh_store_probe_conflict (self, "Account-n", EH_EXPECTED_EXISTS, 0, error)
         && eh_store_probe_write_at (self, "Account-3", EH_EXPECTED_EXISTS, 4, 1, error)
         && eh_store_probe_holds (self, "Account-n", "", error)
         && eh_store_probe_holds (self, "Account-3", "1..4", error);
}

static gboolean
exact (EhStoreProbe *self, GError **error)
{
  static const gint64 wrong[] = { 0, 1, 2, 4, 5, G_MAXINT64 };

  if (!prepare (self, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    if (!eh_store_probe_conflict (self, "Account-3", wrong[i], 3, error)
        || (wrong[i] > 0 && !eh_store_probe_conflict (self, "Account-n", wrong[i], 0, error)))
      return FALSE;
  return eh_store_probe_write_at (self, "Account-3", 3, 4, 2, error)
         && eh_store_probe_write_at (self, "Account-3", 5, 6, 1, error)
         && eh_store_probe_holds (self, "Account-3", "1..6", error)
         && eh_store_probe_holds (self, "Account-n", "", error);
}

static gboolean
conflict_writes_nothing (EhStoreProbe *self, GError **error)
{
  guint64 before = 0;
  guint64 after = 0;
  gboolean has_order = eh_store_probe_has (self, EH_STORE_READ_ALL);

  return prepare (self, error) && (!has_order || eh_store_probe_get_head (self, &before, error))
         && eh_store_probe_conflict (self, "Account-3", 2, 3, error)
         && eh_store_probe_conflict (self, "Account-n", 1, 0, error)
         && eh_store_probe_holds (self, "Account-3", "1..3", error)
         && eh_store_probe_holds (self, "Account-n", "", error) && eh_store_probe_holds_all (self, "1..3", error)
         && (!has_order || eh_store_probe_get_head (self, &after, error))
         && eh_claim_uint ("the newest position after conflicts", after, before, error);
}

/* Ids that a refused append had are free: its sender loads, decides again and may well give the same. */
static gboolean
again_after_conflict (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-3", 4, 2);
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;

  return prepare (self, error) && eh_store_probe_refuse (self, batch, 2, EH_ERROR_CONFLICT, error)
         && eh_store_probe_append (self, batch, 3, &result, error)
         && eh_claim_true (!result.was_there, "a refused batch is said to have been there", error)
         && eh_store_probe_holds (self, "Account-3", "1..5", error);
}

static gboolean
refuses_delete (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-3");
  GError *failure = NULL;

  eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, self->job->cancellable, &failure);
  return eh_claim_refused ("deleting", failure, EH_ERROR_UNSUPPORTED, error)
         && eh_store_probe_holds (self, "Account-3", "1..3", error);
}

static gboolean
claim_deleted (EhStoreProbe *self, const char *stream, GError **error)
{
  static const gint64 expected[] = { EH_EXPECTED_ANY, EH_EXPECTED_EXISTS, EH_EXPECTED_NO_STREAM, 1, 2, 3 };
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autoptr (EhEventPage) page = NULL;
  guint64 version = 77;
  GError *failure = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    if (!eh_store_probe_refuse_at (self, stream, expected[i], 700, 1, EH_ERROR_NOT_FOUND, error))
      return FALSE;
  page = eh_event_store_read_stream (self->store, name, 0, EH_FORWARDS, 0, self->job->cancellable, &failure);
  if (!eh_claim_refused ("reading a deleted stream", failure, EH_ERROR_NOT_FOUND, error))
    return FALSE;
  failure = NULL;
  eh_event_store_get_version (self->store, name, &version, self->job->cancellable, &failure);
  return eh_claim_refused ("the version of a deleted stream", failure, EH_ERROR_NOT_FOUND, error)
         && eh_claim_uint ("an out parameter after a failure", version, 77, error);
}

static gboolean
deleted (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-d");
  GError *failure = NULL;

  if (!prepare (self, error))
    return FALSE;
  if (!eh_store_probe_has (self, EH_STORE_DELETE))
    return refuses_delete (self, error);
  if (!eh_store_probe_write (self, "Account-d", 11, 2, error) || !eh_store_probe_delete (self, "Account-d", error)
      || !claim_deleted (self, "Account-d", error))
    return FALSE;
  eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, self->job->cancellable, &failure);
  return eh_claim_refused ("deleting again", failure, EH_ERROR_NOT_FOUND, error)
         && eh_store_probe_holds (self, "Account-3", "1..3", error) && eh_store_probe_holds_all (self, "1..3", error);
}

static gboolean
refuse_to_delete (EhStoreProbe *self, const char *stream, gint64 expected, gint code, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  GError *failure = NULL;

  eh_event_store_delete_stream (self->store, name, expected, self->job->cancellable, &failure);
  return eh_claim_refused ("deleting", failure, code, error);
}

static gboolean
delete_expects (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-3");

  if (!prepare (self, error))
    return FALSE;
  if (!eh_store_probe_has (self, EH_STORE_DELETE))
    return refuses_delete (self, error);
  if (!refuse_to_delete (self, "Account-3", 2, EH_ERROR_CONFLICT, error)
      || !refuse_to_delete (self, "Account-3", EH_EXPECTED_NO_STREAM, EH_ERROR_CONFLICT, error)
      || !refuse_to_delete (self, "Account-n", EH_EXPECTED_ANY, EH_ERROR_NOT_FOUND, error)
      || !refuse_to_delete (self, "Account-3", -3, EH_ERROR_INVALID, error)
      || !eh_store_probe_holds (self, "Account-3", "1..3", error))
    return FALSE;
  return (eh_event_store_delete_stream (self->store, name, 3, self->job->cancellable, error)
          || eh_claim_blame ("deleting at the expected version", error))
         && claim_deleted (self, "Account-3", error)
         && eh_store_probe_write_at (self, "Account-n", EH_EXPECTED_NO_STREAM, 21, 1, error);
}

static const EhStoreCase cases[] = {
  { "any", "append", "\"Any\" appends to a stream that never was and to one that is", any },
  { "no-stream", "append", "\"No stream\" appends to one that never was only", no_stream },
  { "exists", "append", "\"Exists\" appends to a stream that is only", exists },
  { "exact", "append", "A version appends at that version only, whichever it is", exact },
  { "conflict-writes-nothing", "append", "Of an append that conflicts nothing is written", conflict_writes_nothing },
  { "again-after-conflict", "append", "A refused batch can be appended at the right version", again_after_conflict },
  { "deleted", "delete", "A deleted stream cannot be read or appended to any more, whatever is expected", deleted },
  { "delete-expects", "delete", "Deleting looks at the expected version too", delete_expects },
};

const EhStoreSection eh_store_expected = { { "expected", "B. Expected version" }, cases, G_N_ELEMENTS (cases) };
