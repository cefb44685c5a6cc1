/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-probe-private.h"

/*
 * A snapshot is a copy that may be thrown away at any time; so finding none is never wrong, except right after one was
 * saved.
 */

static EhSnapshot *
make_snapshot (const char *stream, guint64 version)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autofree char *json = g_strdup_printf ("{\"at\":%" G_GUINT64_FORMAT ",\"text\":\"ä\"}", version);

  return eh_snapshot_new (name, version, "AccountState", 3, json);
}

static gboolean
save (EhStoreProbe *self, const char *stream, guint64 version, GError **error)
{
  g_autoptr (EhSnapshot) snapshot = make_snapshot (stream, version);

  return eh_event_store_save_snapshot (self->store, snapshot, self->job->cancellable, error)
         || eh_claim_blame ("saving a snapshot", error);
}

static gboolean
refuse_save (EhStoreProbe *self, const char *stream, guint64 version, gint code, GError **error)
{
  g_autoptr (EhSnapshot) snapshot = make_snapshot (stream, version);
  GError *failure = NULL;

  eh_event_store_save_snapshot (self->store, snapshot, self->job->cancellable, &failure);
  return eh_claim_refused ("saving a snapshot", failure, code, error);
}

static gboolean
load (EhStoreProbe *self, const char *stream, guint64 max, EhSnapshot **snapshot, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);

  return eh_event_store_load_snapshot (self->store, name, max, snapshot, self->job->cancellable, error)
         || eh_claim_blame ("loading a snapshot", error);
}

static gboolean
refuse_load (EhStoreProbe *self, const char *stream, gint code, GError **error)
{
  EhSnapshot *untouched = (EhSnapshot *) self;
  EhSnapshot *snapshot = untouched;
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  GError *failure = NULL;

  if (eh_event_store_load_snapshot (self->store, name, G_MAXUINT64, &snapshot, self->job->cancellable, &failure))
    {
      g_clear_pointer (&snapshot, eh_snapshot_unref);
      return eh_claim_fail (error, "loading a snapshot was not refused; it should be \"%s\"", eh_error_get_nick (code));
    }
  return eh_claim_refused ("loading a snapshot", failure, code, error)
         && eh_claim_true (snapshot == untouched, "a load that failed has changed its out parameter", error);
}

static gboolean
is_the_one (const EhSnapshot *snapshot, const char *stream, guint64 version, GError **error)
{
  g_autoptr (EhSnapshot) saved = make_snapshot (stream, version);

  return eh_claim_uint ("the version of the snapshot", eh_snapshot_get_version (snapshot), version, error)
         && eh_claim_text ("its stream", eh_stream_name_to_string (eh_snapshot_get_stream (snapshot)), stream, error)
         && eh_claim_text ("its schema", eh_snapshot_get_schema_name (snapshot), "AccountState", error)
         && eh_claim_uint ("its revision", eh_snapshot_get_revision (snapshot), 3, error)
         && eh_claim_text ("its state", eh_snapshot_get_json (snapshot), eh_snapshot_get_json (saved), error);
}

/* That the newest one not above @max is that of @version; 0 if there is none. */
static gboolean
finds (EhStoreProbe *self, const char *stream, guint64 max, guint64 version, GError **error)
{
  g_autoptr (EhSnapshot) found = NULL;

  if (!load (self, stream, max, &found, error))
    return FALSE;
  if (found == NULL)
    return eh_claim_true (version == 0, "the snapshot that was just saved is not found", error);
  if (version == 0)
    return eh_claim_fail (error, "a snapshot of version %" G_GUINT64_FORMAT " is found where there is none",
                          eh_snapshot_get_version (found));
  return is_the_one (found, stream, version, error);
}

/* The same, but one that was saved earlier may be gone. */
static gboolean
finds_at_most (EhStoreProbe *self, const char *stream, guint64 max, guint64 version, GError **error)
{
  g_autoptr (EhSnapshot) found = NULL;

  return load (self, stream, max, &found, error) && (found == NULL || is_the_one (found, stream, version, error));
}

/* Without the capability both calls are refused. Sets *lacks. */
static gboolean
lacks_snapshots (EhStoreProbe *self, gboolean *lacks, GError **error)
{
  *lacks = FALSE;
  if (eh_store_probe_has (self, EH_STORE_SNAPSHOTS))
    return TRUE;
  *lacks = eh_store_probe_write (self, "Account-a", 1, 1, error)
           && refuse_save (self, "Account-a", 1, EH_ERROR_UNSUPPORTED, error)
           && refuse_load (self, "Account-a", EH_ERROR_UNSUPPORTED, error);
  return *lacks;
}

static gboolean
saved (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return eh_store_probe_write (self, "Account-a", 1, 5, error) && finds (self, "Account-a", G_MAXUINT64, 0, error)
         && save (self, "Account-a", 3, error) && finds (self, "Account-a", G_MAXUINT64, 3, error)
         && save (self, "Account-a", 5, error) && finds (self, "Account-a", G_MAXUINT64, 5, error)
         && finds (self, "Account-a", 5, 5, error) && eh_store_probe_holds (self, "Account-a", "1..5", error);
}

static gboolean
not_above (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return eh_store_probe_write (self, "Account-a", 1, 9, error) && save (self, "Account-a", 4, error)
         && finds (self, "Account-a", 4, 4, error) && finds (self, "Account-a", 3, 0, error)
         && finds (self, "Account-a", 0, 0, error) && save (self, "Account-a", 8, error)
         && finds (self, "Account-a", 8, 8, error) && finds_at_most (self, "Account-a", 7, 4, error)
         && finds_at_most (self, "Account-a", 4, 4, error) && finds (self, "Account-a", 3, 0, error);
}

/* Two writers may save in any order; the older one does not hide the newer. */
static gboolean
older_after_newer (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return eh_store_probe_write (self, "Account-a", 1, 9, error) && save (self, "Account-a", 8, error)
         && save (self, "Account-a", 2, error) && finds_at_most (self, "Account-a", G_MAXUINT64, 8, error)
         && finds_at_most (self, "Account-a", 5, 2, error);
}

static gboolean
newer_than_stream (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return eh_store_probe_write (self, "Account-a", 1, 3, error)
         && refuse_save (self, "Account-a", 4, EH_ERROR_CONFLICT, error)
         && refuse_save (self, "Account-a", G_MAXUINT64, EH_ERROR_CONFLICT, error)
         && finds (self, "Account-a", G_MAXUINT64, 0, error) && save (self, "Account-a", 3, error)
         && refuse_save (self, "Account-a", 4, EH_ERROR_CONFLICT, error)
         && finds (self, "Account-a", G_MAXUINT64, 3, error);
}

static gboolean
unknown (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return refuse_save (self, "Account-n", 1, EH_ERROR_NOT_FOUND, error)
         && finds (self, "Account-n", G_MAXUINT64, 0, error) && eh_store_probe_holds (self, "Account-n", "", error)
         && eh_store_probe_write_at (self, "Account-n", EH_EXPECTED_NO_STREAM, 1, 1, error)
         && finds (self, "Account-n", G_MAXUINT64, 0, error);
}

static gboolean
apart (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  return eh_store_probe_write (self, "Account-a", 1, 3, error)
         && eh_store_probe_write (self, "Account-aa", 11, 3, error) && save (self, "Account-a", 2, error)
         && finds (self, "Account-aa", G_MAXUINT64, 0, error) && save (self, "Account-aa", 3, error)
         && finds (self, "Account-a", G_MAXUINT64, 2, error) && finds (self, "Account-aa", G_MAXUINT64, 3, error);
}

static gboolean
of_deleted (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!lacks_snapshots (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_has (self, EH_STORE_DELETE))
    return TRUE; /* expected/deleted has shown that it refuses */
  return eh_store_probe_write (self, "Account-a", 1, 3, error) && save (self, "Account-a", 2, error)
         && eh_store_probe_delete (self, "Account-a", error)
         && refuse_load (self, "Account-a", EH_ERROR_NOT_FOUND, error)
         && refuse_save (self, "Account-a", 2, EH_ERROR_NOT_FOUND, error);
}

static const EhStoreCase cases[] = {
  { "saved", "snapshots", "A snapshot is found once it was saved, none before", saved },
  { "not-above", "snapshots", "None is found above the version asked for", not_above },
  { "older-after-newer", "snapshots", "One that is saved late does not hide a newer one", older_after_newer },
  { "newer-than-stream", "snapshots", "One that is newer than its stream is refused with \"conflict\"",
    newer_than_stream },
  { "unknown", "snapshots", "A stream that never was has none and gets none", unknown },
  { "apart", "snapshots", "Those of one stream are not another's", apart },
  { "of-deleted", "snapshots", "Those of a deleted stream are gone", of_deleted },
};

const EhStoreSection eh_store_snapshots = { { "snapshots", "I. Snapshots" }, cases, G_N_ELEMENTS (cases) };
