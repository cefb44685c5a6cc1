/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"
#include "conformance/eh-store-probe-private.h"

static gboolean
close_store (EhStoreProbe *self, GError **error)
{
  return eh_event_store_close (self->store, self->job->cancellable, error)
         || eh_claim_blame ("closing the store", error);
}

/* Makes one call after the other; each has to be refused with @code, by stores that can do it at all. */
static gboolean
refuses_everything (EhStoreProbe *self, GCancellable *cancellable, GQuark domain, gint code, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-a");
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 800, 1);
  g_autoptr (EhSnapshot) snapshot = eh_snapshot_new (name, 1, "State", 1, "{}");
  static const char *const calls[] = { "append",   "read-stream", "get-version",   "read-all",
                                       "get-head", "delete",      "save-snapshot", "load-snapshot" };
  static const EhStoreFeatures needs[] = {
    0, 0, 0, EH_STORE_READ_ALL, EH_STORE_READ_ALL, EH_STORE_DELETE, EH_STORE_SNAPSHOTS, EH_STORE_SNAPSHOTS
  };
  EhSnapshot *loaded = NULL;
  guint64 number = 0;

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (EhEventPage) page = NULL;

      if (needs[i] != 0 && !eh_store_probe_has (self, needs[i]))
        continue;
      if (i == 0)
        eh_event_store_append (self->store, batch, EH_EXPECTED_ANY, 0, NULL, cancellable, &failure);
      else if (i == 1)
        page = eh_event_store_read_stream (self->store, name, 0, EH_FORWARDS, 0, cancellable, &failure);
      else if (i == 2)
        eh_event_store_get_version (self->store, name, &number, cancellable, &failure);
      else if (i == 3)
        page = eh_event_store_read_all (self->store, NULL, 0, EH_FORWARDS, 0, cancellable, &failure);
      else if (i == 4)
        eh_event_store_get_head (self->store, &number, cancellable, &failure);
      else if (i == 5)
        eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, cancellable, &failure);
      else if (i == 6)
        eh_event_store_save_snapshot (self->store, snapshot, cancellable, &failure);
      else if (eh_event_store_load_snapshot (self->store, name, G_MAXUINT64, &loaded, cancellable, &failure))
        g_clear_pointer (&loaded, eh_snapshot_unref);
      if (!g_error_matches (failure, domain, code))
        return eh_claim_fail (error, "%s is not refused as it should: %s", calls[i],
                              failure != NULL ? failure->message : "it succeeds");
    }
  return TRUE;
}

static gboolean
closed (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_write (self, "Account-a", 1, 2, error) && close_store (self, error)
         && refuses_everything (self, NULL, EH_ERROR, EH_ERROR_CLOSED, error);
}

static gboolean
close_twice (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_write (self, "Account-a", 1, 2, error) && close_store (self, error) && close_store (self, error)
         && refuses_everything (self, NULL, EH_ERROR, EH_ERROR_CLOSED, error);
}

#define N_WRITERS 6

typedef struct {
  EhStoreProbe *probe;
  gint n_acknowledged[N_WRITERS]; /* each writer's own */
  gint n_appended;                /* (atomic): of all, so that the closing thread knows when they are busy */
} Closing;

/* Writes until it is told that the store is closed. */
static gboolean
write_until_closed (Closing *self, guint i, GError **error)
{
  g_autofree char *stream = g_strdup_printf ("Account-%u", i);

  for (guint n = 0; n < 1000000; n++)
    {
      g_autoptr (EhEventBatch) batch = eh_probe_batch (stream, 1 + (guint64) i * 1000000 + n, 1);
      g_autoptr (GError) failure = NULL;

      if (eh_event_store_append (self->probe->store, batch, n, EH_APPEND_NONE, NULL, self->probe->job->cancellable,
                                 &failure))
        {
          self->n_acknowledged[i]++;
          g_atomic_int_inc (&self->n_appended);
          continue;
        }
      return eh_claim_refused ("an append while the store is closed", g_steal_pointer (&failure), EH_ERROR_CLOSED,
                               error);
    }
  return eh_claim_fail (error, "appends go on after the store was closed");
}

static gboolean
write_or_close (guint i, gpointer data, GError **error)
{
  Closing *self = data;

  if (i < N_WRITERS)
    return write_until_closed (self, i, error);
  while (g_atomic_int_get (&self->n_appended) < 50)
    g_thread_yield ();
  return close_store (self->probe, error);
}

/* Nothing less than what was acknowledged; and nothing more than the one call that was under way. */
static gboolean
claim_acknowledged (Closing *self, GError **error)
{
  for (guint i = 0; i < N_WRITERS; i++)
    {
      g_autofree char *stream = g_strdup_printf ("Account-%u", i);
      guint64 version = 0;

      if (!eh_store_probe_get_version (self->probe, stream, &version, error)
          || !eh_claim_uint ("the version of a stream whose writer was told of so many appends", version,
                             (guint) self->n_acknowledged[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
claim_forgotten (EhStoreProbe *self, const char *stream, GError **error)
{
  if (!eh_store_probe_open (self, error))
    return FALSE;
  return eh_store_probe_holds (self, stream, "", error) && eh_store_probe_holds_all (self, "", error);
}

static gboolean
close_drains (EhStoreProbe *self, GError **error)
{
  Closing closing = { .probe = self };

  if (!eh_crowd_run (N_WRITERS + 1, write_or_close, &closing, error)
      || !refuses_everything (self, NULL, EH_ERROR, EH_ERROR_CLOSED, error))
    return FALSE;
  eh_store_probe_drop (self);
  if (!eh_store_probe_has (self, EH_STORE_DURABLE))
    return claim_forgotten (self, "Account-0", error);
  return eh_store_probe_open (self, error) && claim_acknowledged (&closing, error);
}

/* Everything is there again, in every member, and the store goes on where it was. */
static gboolean
claim_same (EhStoreProbe *self, GPtrArray *before, GError **error)
{
  g_autoptr (GPtrArray) after = eh_store_probe_read_all (self, NULL, error);

  if (after == NULL || !eh_claim_uint ("the number of events after opening again", after->len, before->len, error))
    return FALSE;
  for (guint i = 0; i < after->len; i++)
    if (!eh_claim_event (g_ptr_array_index (after, i), g_ptr_array_index (before, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_durable (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_write (self, "Account-a", 1, 3, error) && eh_store_probe_write (self, "Account-b", 11, 2, error)
         && eh_store_probe_write (self, "Account-a", 4, 1, error)
         && (!eh_store_probe_has (self, EH_STORE_DELETE)
             || (eh_store_probe_write (self, "Account-d", 21, 2, error)
                 && eh_store_probe_delete (self, "Account-d", error)));
}

static gboolean
claim_goes_on (EhStoreProbe *self, GError **error)
{
  return eh_store_probe_holds (self, "Account-a", "1..4", error)
         && eh_store_probe_holds (self, "Account-b", "11 12", error)
         && eh_store_probe_conflict (self, "Account-a", 3, 4, error)
         && eh_store_probe_refuse_at (self, "Account-b", EH_EXPECTED_ANY, 1, 1, EH_ERROR_EXISTS, error)
         && (!eh_store_probe_has (self, EH_STORE_DELETE)
             || eh_store_probe_refuse_at (self, "Account-d", EH_EXPECTED_ANY, 31, 1, EH_ERROR_NOT_FOUND, error))
         && eh_store_probe_write_at (self, "Account-a", 0, 1, 3, error) /* a retry */
         && eh_store_probe_write_at (self, "Account-a", 4, 5, 1, error)
         && eh_store_probe_holds (self, "Account-a", "1..5", error)
         && eh_store_probe_holds_all (self, "1..3 11 12 4 5", error);
}

/* @closed: whether it is closed, or only dropped: what was acknowledged is there either way. */
static gboolean
open_again (EhStoreProbe *self, gboolean closes, GError **error)
{
  gboolean has_order = eh_store_probe_has (self, EH_STORE_READ_ALL);
  g_autoptr (GPtrArray) before = NULL;

  if (!fill_durable (self, error))
    return FALSE;
  before = has_order ? eh_store_probe_read_all (self, NULL, error) : NULL;
  if ((has_order && before == NULL) || (closes && !close_store (self, error)))
    return FALSE;
  eh_store_probe_drop (self);
  if (!eh_store_probe_has (self, EH_STORE_DURABLE))
    return claim_forgotten (self, "Account-a", error);
  return eh_store_probe_open (self, error) && (!has_order || claim_same (self, before, error))
         && claim_goes_on (self, error);
}

static gboolean
reopened (EhStoreProbe *self, GError **error)
{
  return open_again (self, TRUE, error);
}

static gboolean
dropped (EhStoreProbe *self, GError **error)
{
  return open_again (self, FALSE, error);
}

/* Either there is one writer, and the second is told so; or both see one store, and conflict with each other. */
static gboolean
two_handles (EhStoreProbe *self, GError **error)
{
  EhStoreProbe other = { .factory = self->factory, .job = self->job };
  g_autoptr (GError) failure = NULL;
  gboolean holds = FALSE;

  if (!eh_store_probe_write (self, "Account-a", 1, 2, error))
    return FALSE;
  if (!eh_store_probe_has (self, EH_STORE_DURABLE))
    {
      holds = claim_forgotten (&other, "Account-a", error) && eh_store_probe_write (&other, "Account-a", 11, 1, error);
      eh_store_probe_drop (&other);
      return holds && eh_store_probe_holds (self, "Account-a", "1 2", error);
    }
  if (!eh_store_probe_open (&other, &failure))
    return eh_claim_refused ("opening a store that somebody writes", g_steal_pointer (&failure), EH_ERROR_LOCKED, error)
           && eh_store_probe_write_at (self, "Account-a", 2, 3, 1, error)
           && eh_store_probe_holds (self, "Account-a", "1..3", error);
  holds = eh_store_probe_holds (&other, "Account-a", "1 2", error)
          && eh_store_probe_write_at (&other, "Account-a", 2, 3, 1, error)
          && eh_store_probe_conflict (self, "Account-a", 2, 3, error)
          && eh_store_probe_write_at (self, "Account-a", 3, 4, 1, error)
          && eh_store_probe_holds (&other, "Account-a", "1..4", error)
          && eh_store_probe_holds_all (&other, "1..4", error);
  eh_store_probe_drop (&other);
  return holds && eh_store_probe_holds (self, "Account-a", "1..4", error);
}

static gboolean
cancelled_before (EhStoreProbe *self, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  return eh_store_probe_write (self, "Account-a", 1, 2, error)
         && refuses_everything (self, cancellable, G_IO_ERROR, G_IO_ERROR_CANCELLED, error)
         && eh_store_probe_holds (self, "Account-a", "1 2", error) && eh_store_probe_holds_all (self, "1 2", error);
}

#define N_BATCHES 60

typedef struct {
  EhStoreProbe *probe;
  GCancellable *cancellable;
  const char *stream;
  guint64 first;                /* number of an event */
  guint until;                  /* so many batches have begun before it is cancelled */
  gint n_begun;                 /* (atomic) */
  gboolean is_there[N_BATCHES]; /* the writer's own */
} Cancelling;

/* What was cancelled may have been written or not ("ambiguous" says so); what succeeded was. */
static gboolean
write_cancelled (Cancelling *self, GError **error)
{
  for (guint n = 0; n < N_BATCHES; n++)
    {
      g_autoptr (EhEventBatch) batch = eh_probe_batch (self->stream, self->first + 3 * n, 3);
      g_autoptr (GError) failure = NULL;

      g_atomic_int_inc (&self->n_begun);
      self->is_there[n] = eh_event_store_append (self->probe->store, batch, EH_EXPECTED_ANY, 0, NULL, self->cancellable,
                                                 &failure);
      if (!self->is_there[n] && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)
          && !g_error_matches (failure, EH_ERROR, EH_ERROR_AMBIGUOUS))
        return eh_claim_fail (error, "an append that was cancelled failed otherwise: %s", failure->message);
    }
  return TRUE;
}

static gboolean
write_or_cancel (guint i, gpointer data, GError **error)
{
  Cancelling *self = data;

  if (i == 0)
    return write_cancelled (self, error);
  while (g_atomic_int_get (&self->n_begun) < (gint) self->until)
    g_thread_yield ();
  g_cancellable_cancel (self->cancellable);
  return TRUE;
}

/* Each batch that succeeded is there, none is there in part, and the others can be appended after all. */
static gboolean
cancel_once (Cancelling *self, GError **error)
{
  g_autoptr (EhEventPage) page = NULL;
  guint n_there = 0;
  guint64 version = 0;

  if (!eh_crowd_run (2, write_or_cancel, self, error))
    return FALSE;
  page = eh_store_probe_read (self->probe, self->stream, error);
  if (page == NULL)
    return FALSE;
  for (guint n = 0; n < N_BATCHES; n++)
    n_there += self->is_there[n] ? 1 : 0;
  if (!eh_claim_uint ("the rest of a batch", eh_event_page_get_size (page) % 3, 0, error)
      || !eh_claim_true (eh_event_page_get_size (page) >= 3 * n_there, "an append that succeeded is not there", error))
    return FALSE;
  for (guint n = 0; n < N_BATCHES; n++)
    if (!eh_store_probe_write (self->probe, self->stream, self->first + 3 * n, 3, error))
      return FALSE;
  return eh_store_probe_get_version (self->probe, self->stream, &version, error)
         && eh_claim_uint ("the version after all was appended again", version, 3 * N_BATCHES, error);
}

static gboolean
cancelled_during (EhStoreProbe *self, GError **error)
{
  const guint n_rounds = 20;

  for (guint round = 0; round < n_rounds; round++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autofree char *stream = g_strdup_printf ("Account-%u", round);
      Cancelling cancelling = { .probe = self,
                                .cancellable = cancellable,
                                .stream = stream,
                                .first = 1 + 3 * N_BATCHES * round,
                                .until = 1 + 2 * round };

      if (!cancel_once (&cancelling, error))
        return FALSE;
    }
  return TRUE;
}

static void
sever (EhStoreProbe *self, gboolean severed)
{
  self->factory->sever (self->store, severed, self->factory->user_data);
}

/* The error says that it is none of the caller's making; afterwards the batch is there whole or not at all. */
static gboolean
severed (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_probe_batch ("Account-a", 3, 3);
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhEventPage) page = NULL;
  gboolean done = FALSE;
  guint size = 0;

  if (!eh_store_probe_write (self, "Account-a", 1, 2, error))
    return FALSE;
  sever (self, TRUE);
  done = eh_event_store_append (self->store, batch, 2, 0, NULL, self->job->cancellable, &failure);
  sever (self, FALSE);
  if (done)
    return eh_claim_fail (error, "an append succeeds while nothing can be written");
  if (failure->domain != G_IO_ERROR && !g_error_matches (failure, EH_ERROR, EH_ERROR_AMBIGUOUS))
    return eh_claim_fail (error,
                          "an append that cannot be written fails with %s, which is neither G_IO_ERROR nor "
                          "\"ambiguous\": %s",
                          g_quark_to_string (failure->domain), failure->message);
  page = eh_store_probe_read (self, "Account-a", error);
  if (page == NULL)
    return FALSE;
  size = eh_event_page_get_size (page);
  if (size != 2 && (size != 5 || failure->domain == G_IO_ERROR))
    return eh_claim_fail (error, "after an append of 3 that failed with \"%s\" there are %u events instead of 2",
                          failure->message, size);
  return eh_store_probe_holds_all (self, size == 2 ? "1 2" : "1..5", error);
}

static const EhStoreCase cases[] = {
  { "closed", "append", "After close every call is refused with \"closed\"", closed },
  { "close-twice", "append", "Closing again does nothing", close_twice },
  { "close-drains", "durable", "Close lets no append half done: what was acknowledged is there", close_drains },
  { "reopened", "durable", "Opened again, the store is what it was, and goes on", reopened },
  { "dropped", "durable", "So it is if nobody closed it", dropped },
  { "two-handles", "durable", "A second one is refused with \"locked\", or is the same store", two_handles },
  { "cancelled-before", "append", "What was cancelled before it began has no effect", cancelled_before },
  { "cancelled-during", "append", "What is cancelled meanwhile is there whole or not at all", cancelled_during },
  { "severed", "append", "A lost server or a full disk is an error that says so, and nothing is half done", severed,
    TRUE },
};

const EhStoreSection eh_store_life = { { "life", "M. Life" }, cases, G_N_ELEMENTS (cases) };
