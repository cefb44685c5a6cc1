/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-append-private.h"

/*
 * Appending without waiting: the frame gets its place as ever, and a ticket goes with the group that it is in. The
 * committer leads groups that nobody waits for. A refusal that rests on what is not durable yet gets a ticket too.
 */

typedef struct {
  EhFileTicket ticket;
  EhFileStore *store; /* (owned) */
  EhAppendDoneFunc func;
  gpointer user_data;
  EhAppendResult result;
  GError *refusal; /* (owned) (nullable) */
} Submission;

static void
submission_free (Submission *self)
{
  g_clear_error (&self->refusal);
  g_object_unref (self->store);
  g_free (self);
}

static void
submission_done (EhFileTicket *ticket, const GError *error)
{
  Submission *self = (Submission *) ticket;

  if (error == NULL)
    error = self->refusal;
  self->func (error == NULL ? &self->result : NULL, error, self->user_data);
  eh_file_store_leave (self->store);
  submission_free (self);
}

static Submission *
submission_new (EhFileStore *store, const EhFileAppend *append, EhAppendDoneFunc func, gpointer user_data,
                GError *refusal)
{
  Submission *self = g_new (Submission, 1);

  *self = (Submission){
    .ticket = { NULL, submission_done },
    .store = g_object_ref (store),
    .func = func,
    .user_data = user_data,
    .refusal = refusal,
    .result = {
      .first_version = append->first_version,
      .last_version = append->first_version + append->draft.n_events - 1,
      .last_position = append->last_position,
      .was_there = append->was_there,
    },
  };
  return self;
}

gboolean
eh_file_store_submit (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendDoneFunc func,
                      gpointer user_data, GError **error)
{
  EhFileStore *self = EH_FILE_STORE (store);
  g_auto (EhFileAppend) append = { .name = eh_event_batch_get_stream (batch), .batch = batch, .expected = expected };
  Submission *submission = NULL;
  GError *refusal = NULL;
  GError *failure = NULL;
  gboolean attached = FALSE;

  if (!eh_file_append_prepare (self, &append, error) || !eh_file_store_enter (self, error))
    return FALSE;
  eh_file_append_place (self, &append, &refusal);
  submission = submission_new (self, &append, func, user_data, refusal);
  attached = eh_file_writer_attach (self, append.observed, &submission->ticket, &failure);
  if (attached && !eh_file_store_has_committer (self))
    eh_file_writer_lead (self);
  eh_unlock (&self->lock);
  /* Without a worker it would be done here, and wait; the next append that may wait does it. */
  if (self->options.background)
    eh_file_store_work (self);
  if (attached)
    return TRUE;
  if (failure == NULL && refusal == NULL)
    {
      submission_done (&submission->ticket, NULL);
      return TRUE;
    }
  g_propagate_error (error, failure != NULL ? failure : g_steal_pointer (&submission->refusal));
  eh_file_store_leave (self);
  submission_free (submission);
  return FALSE;
}
