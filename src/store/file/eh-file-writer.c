/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <unistd.h>

#include "model/eh-error.h"
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-writer-steps-private.h"

/* Up to so many waiters the committer waits until all are back. */
#ifndef FEW_WAITERS
#define FEW_WAITERS 16
#endif

void
eh_file_writer_fail (EhFileStore *self, const GError *error)
{
  if (self->writer.failure == NULL)
    self->writer.failure = g_error_copy (error);
}

void
eh_file_writer_unblock (EhFileStore *self)
{
  if (self->writer.n_blocked > 0)
    eh_cond_broadcast (&self->cond);
}

void
eh_file_writer_block (EhFileStore *self)
{
  self->writer.n_blocked++;
  eh_cond_wait (&self->cond, &self->lock);
  self->writer.n_blocked--;
}

gboolean
eh_file_writer_check (EhFileStore *self, GError **error)
{
  const GError *failure = self->writer.failure;

  if (failure == NULL)
    return TRUE;
  g_set_error (error, failure->domain, failure->code,
               "%s: nothing can be appended since a write failed; close the store and open it again (%s)", self->folder,
               failure->message);
  return FALSE;
}

/* The lock of the store is inherited by a fork, which would write over what the other process writes. */
gboolean
eh_file_writer_check_process (EhFileStore *self, GError **error)
{
  if (self->process == getpid ())
    return eh_file_lock_page_check (&self->lock_page, eh_clock_now (self->clock), error);
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
               "%s: the store was opened before a fork and belongs to the other process: open it in this one",
               self->folder);
  return FALSE;
}

/* ---- groups ---- */

gboolean
eh_file_writer_flush_file (EhFileStore *self, GError **error)
{
  int code = self->ops->sync (self->ops->fs, self->writer.file);

  if (code < 0 && EH_FILE_BROKEN (RETRY_FLUSH))
    code = self->ops->sync (self->ops->fs, self->writer.file);
  return code == 0 || eh_file_set_errno (error, code, "flush", self->writer.segment->path);
}

static gboolean
write_group (EhFileStore *self, const EhFileGroup *group, GError **error)
{
  const char *path = self->writer.segment->path;

  if (EH_FILE_BROKEN (IGNORE_SHORT_WRITE)
      && self->ops->pwrite (self->ops->fs, self->writer.file, group->bytes, group->length, group->offset) > 0)
    return TRUE;
  return eh_file_write_fully (self->ops, self->writer.file, path, group->bytes, group->length, group->offset, error);
}

/* The error of those whose frames were being written: they may be there after all. */
static GError *
new_ambiguous (const GError *reason)
{
  return g_error_new (EH_ERROR, EH_ERROR_AMBIGUOUS,
                      "the append may or may not be durable; open the store again and append the same batch (%s)",
                      reason->message);
}

static void
publish (EhFileStore *self, const EhFileGroup *group)
{
  EhFileWriter *writer = &self->writer;

  /* So that what is noticed is the second flush, and not what comes of it. */
  if (EH_FILE_BROKEN (TWO_FLUSHES) && group->end < writer->published)
    return;
  if (!eh_file_writer_is_lazy (self))
    {
      writer->flushed = eh_file_loc_offset (group->end);
      eh_file_lock_page_set_durable (&self->lock_page, group->end);
    }
  writer->published = group->end;
  writer->published_position = group->end_position;
  eh_file_lock_page_publish (&self->lock_page, group->end);
}

/* The group was written or not; its tickets wait for their turn, its buffer for the next group but one. */
static void
end_group (EhFileStore *self, EhFileGroup *group, GError *error)
{
  EhFileWriter *writer = &self->writer;

  group->error = error;
  if (writer->spare == NULL)
    {
      writer->spare = g_steal_pointer (&group->bytes);
      writer->spare_allocated = group->allocated;
    }
  if (group->first_ticket != NULL)
    g_queue_push_tail (&self->writer.ended, eh_file_group_ref (group));
}

/* Without the lock. */
static void
wake_group (EhFileGroup *group, gboolean passes_on)
{
  eh_file_group_finish (group, group->error == NULL ? EH_FILE_GROUP_DURABLE : EH_FILE_GROUP_FAILED, passes_on);
}

/*
 * Watches and tickets may append, so nobody tells them while he makes a new segment. Whose group ended later may come
 * here first, so one thread at a time calls tickets, in their order.
 */
void
eh_file_writer_tell (EhFileStore *self, guint64 head)
{
  EhFileWriter *writer = &self->writer;
  EhFileGroup *group = NULL;

  if (head > 0)
    {
      eh_unlock (&self->lock);
      eh_watch_list_notify (&self->watches, head);
      eh_lock (&self->lock);
    }
  if (writer->calling)
    return;
  writer->calling = TRUE;
  while ((group = g_queue_pop_head (&writer->ended)) != NULL)
    {
      EhFileTicket *ticket = g_steal_pointer (&group->first_ticket);

      eh_unlock (&self->lock);
      while (ticket != NULL)
        {
          EhFileTicket *next = ticket->next;

          ticket->done (ticket, group->error);
          ticket = next;
        }
      eh_file_group_unref (group);
      eh_lock (&self->lock);
    }
  writer->calling = FALSE;
}

/* Nobody may lead what cannot be written any more; and what has waiters must be led. */
static void
hand_over (EhFileStore *self)
{
  EhFileWriter *writer = &self->writer;
  EhFileGroup *open = writer->open;

  if (open->length == 0)
    return;
  if (writer->failure != NULL)
    {
      writer->open = eh_file_group_new ();
      end_group (self, open, g_error_copy (writer->failure));
      eh_unlock (&self->lock);
      wake_group (open, FALSE);
      eh_file_group_unref (open);
      eh_lock (&self->lock);
    }
  else if (!writer->rolling && !eh_file_writer_is_lazy (self))
    {
      eh_file_store_want_commit (self);
      if (open->n_waiters > 0 && !eh_file_store_has_committer (self))
        eh_file_group_name_leader (open);
    }
}

/* NULL if there is nothing to lead. */
static EhFileGroup *
take_group (EhFileStore *self)
{
  EhFileWriter *writer = &self->writer;
  EhFileGroup *group = writer->open;

  if (writer->leading != NULL || group->length == 0 || writer->failure != NULL)
    return NULL;
  writer->open = eh_file_group_new ();
  writer->leading = group;
  return group;
}

/* Gives the head if there are new events, or 0. */
static guint64
commit_group (EhFileStore *self, EhFileGroup *group)
{
  EhFileWriter *writer = &self->writer;
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;
  gboolean has_events = FALSE;
  gint64 time;

  eh_unlock (&self->lock);
  time = g_get_monotonic_time ();
  ok = eh_file_writer_check_process (self, &error) && write_group (self, group, &error);
  if (EH_FILE_BROKEN (TWO_FLUSHES))
    writer->leading = NULL;
  ok = ok
       && (eh_file_writer_is_lazy (self) || EH_FILE_BROKEN (ACK_BEFORE_FLUSH)
           || eh_file_writer_flush_file (self, &error));
  time = g_get_monotonic_time () - time;
  eh_lock (&self->lock);
  writer->flush_time = time;

  has_events = ok && group->end_position > writer->published_position;
  if (ok)
    publish (self, group);
  else
    eh_file_writer_fail (self, error);
  end_group (self, group, ok ? NULL : new_ambiguous (error));
  return has_events ? group->end_position - 1 : 0;
}

void
eh_file_writer_lead (EhFileStore *self)
{
  EhFileWriter *writer = &self->writer;
  const gboolean is_rolling = writer->rolling;
  g_autoptr (EhFileGroup) group = take_group (self);
  guint64 head = 0;

  if (group == NULL)
    return;
  head = commit_group (self, group);
  writer->leading = NULL;
  hand_over (self);
  eh_file_writer_unblock (self);
  eh_unlock (&self->lock);

  wake_group (group, FALSE);
  eh_lock (&self->lock);
  if (!is_rolling)
    eh_file_writer_tell (self, head);
}

/* While a group is its leader's nobody takes the next one. */
void
eh_file_writer_lead_on (EhFileStore *self)
{
  EhFileWriter *writer = &self->writer;

  while (!writer->rolling)
    {
      g_autoptr (EhFileGroup) group = take_group (self);
      EhFileGroup *next = writer->open;
      guint64 head = 0;
      guint n = 0;
      gboolean is_few = FALSE;
      gboolean may_gather = FALSE;

      if (group == NULL)
        return;
      head = commit_group (self, group);
      n = group->n_waiters + next->n_waiters;
      is_few = n <= FEW_WAITERS;
      may_gather = is_few && writer->n_blocked == 0;
      eh_unlock (&self->lock);

      wake_group (group, !is_few);
      if (may_gather)
        eh_file_group_gather (next, n);
      eh_lock (&self->lock);
      writer->leading = NULL;
      if (writer->failure != NULL)
        hand_over (self);
      eh_file_writer_unblock (self);
      eh_file_writer_tell (self, head);
    }
}

/* To sleep and be woken takes as long as half a quick flush, so some wait awake. */
static void
spin (EhFileStore *self, const EhFileGroup *group)
{
  gint *n = &self->writer.n_spinning;

  if ((guint) g_atomic_int_add (n, 1) < self->options.spin)
    eh_file_group_spin (group);
  g_atomic_int_add (n, -1);
}

/* Takes part in the open group until it is done. Called with the lock, returns without. */
static gboolean
wait_for_group (EhFileStore *self, EhFileGroup *joined, GError **error)
{
  g_autoptr (EhFileGroup) group = eh_file_group_ref (joined);
  EhFileGroupState state = EH_FILE_GROUP_LEAD;
  gboolean is_quick = FALSE;

  g_atomic_int_inc (&group->n_waiters);
  if (group == self->writer.open && !self->writer.rolling && !self->commit_due)
    eh_file_writer_lead (self);
  is_quick = self->writer.flush_time <= EH_FILE_QUICK_FLUSH;
  eh_unlock (&self->lock);

  if (is_quick)
    spin (self, group);
  while ((state = eh_file_group_wait (group)) == EH_FILE_GROUP_LEAD)
    {
      eh_lock (&self->lock);
      if (group == self->writer.open && !self->writer.rolling)
        eh_file_writer_lead (self);
      eh_unlock (&self->lock);
    }
  if (state == EH_FILE_GROUP_FAILED)
    g_propagate_error (error, g_error_copy (group->error));
  return state == EH_FILE_GROUP_DURABLE;
}

/* The group after which everything before @loc is published; NULL if there is none, since it failed. */
static EhFileGroup *
find_group (const EhFileStore *self, guint64 loc)
{
  const EhFileWriter *writer = &self->writer;

  if (writer->leading != NULL && writer->leading->end >= loc)
    return writer->leading;
  return writer->open->length > 0 && writer->failure == NULL ? writer->open : NULL;
}

/* Whether what is before @loc may be told. */
static gboolean
is_settled (const EhFileStore *self, guint64 loc)
{
  return self->writer.published >= loc || (eh_file_writer_is_lazy (self) && self->writer.failure == NULL);
}

gboolean
eh_file_writer_settle_and_unlock (EhFileStore *self, guint64 loc, GError **error)
{
  const gboolean is_done = is_settled (self, loc);
  EhFileGroup *group = is_done ? NULL : find_group (self, loc);

  if (group != NULL)
    return wait_for_group (self, group, error);
  if (!is_done)
    g_propagate_error (error, new_ambiguous (self->writer.failure));
  eh_unlock (&self->lock);
  return is_done;
}

gboolean
eh_file_writer_secure (EhFileStore *self, guint64 loc, GError **error)
{
  gboolean ok;

  if (eh_file_writer_is_lazy (self))
    return eh_file_writer_flush (self, error);
  ok = eh_file_writer_settle_and_unlock (self, loc, error);
  eh_lock (&self->lock);
  return ok;
}

static void
add_ticket (EhFileGroup *group, EhFileTicket *ticket)
{
  ticket->next = NULL;
  *group->last_ticket = ticket;
  group->last_ticket = &ticket->next;
}

gboolean
eh_file_writer_attach (EhFileStore *self, guint64 loc, EhFileTicket *ticket, GError **error)
{
  EhFileWriter *writer = &self->writer;
  EhFileGroup *group = NULL;

  if (is_settled (self, loc))
    return FALSE;
  group = find_group (self, loc);
  if (group == NULL)
    {
      g_propagate_error (error, new_ambiguous (writer->failure));
      return FALSE;
    }
  add_ticket (group, ticket);
  if (writer->leading == NULL && !writer->rolling)
    eh_file_store_want_commit (self);
  return TRUE;
}

/* ---- frames ---- */

void
eh_file_writer_put (EhFileStore *self, const EhFileDraft *draft, EhFilePlace *place, EhFileFrame *frame)
{
  EhFileWriter *writer = &self->writer;
  EhFileGroup *group = writer->open;
  const EhFileFrameBase *base = &writer->segment->base;
  const guint32 length = eh_file_draft_get_length (draft, place->name_length);
  guint8 *to = NULL;

  g_assert (writer->size - writer->assigned >= length);
  if (group->bytes == NULL && writer->spare != NULL)
    {
      group->bytes = g_steal_pointer (&writer->spare);
      group->allocated = writer->spare_allocated;
    }
  to = eh_file_group_reserve (group, length);
  if (group->length == 0)
    {
      group->offset = writer->assigned;
      group->base = eh_file_writer_is_lazy (self) ? writer->flushed : writer->assigned;
    }
  place->offset = writer->assigned;
  place->group = group->base;
  place->position = writer->next_position;
  *frame = (EhFileFrame){
    .bytes = to,
    .loc = eh_file_loc (base->number, place->offset),
    .position = place->position,
    .version = place->version,
    .time = draft->time,
    .head_checksum = eh_file_draft_finish (draft, base, place, to),
    .length = length,
    .group = place->group,
    .name_ref = place->name_ref,
    .n_events = draft->n_events,
    .name_length = place->name_length,
    .n_types = draft->n_types,
    .kind = draft->kind,
    .flags = draft->flags,
  };
  group->length += length;
  writer->has_mark = draft->kind == EH_FILE_KIND_MARK;
  writer->sealed = length > self->options.group_limit;
  writer->assigned += length;
  if (!writer->prepare_asked && writer->assigned > writer->size / 2)
    {
      writer->prepare_asked = TRUE;
      g_atomic_int_set (&self->work_due, TRUE);
    }
  writer->next_position += draft->n_events;
  group->end = eh_file_loc (base->number, writer->assigned);
  group->end_position = writer->next_position;
  eh_file_types_add (&self->types, base->number, place->offset, draft);
  if (eh_file_writer_is_lazy (self))
    eh_file_store_want_ticker (self);
  if (eh_file_writer_is_lazy (self) && group->length >= EH_FILE_LAZY_GROUP)
    eh_file_store_want_commit (self);
  if (EH_FILE_BROKEN (PUBLISH_EARLY))
    publish (self, group);
}

gboolean
eh_file_writer_write_gathered (EhFileStore *self, GError **error)
{
  EhFileWriter *writer = &self->writer;
  const EhFileGroup *newest = writer->open->length > 0 ? writer->open : writer->leading;
  guint64 end = 0;

  if (!eh_file_writer_is_lazy (self) || newest == NULL)
    return TRUE;
  end = newest->end;
  while (writer->published < end && writer->failure == NULL)
    if (writer->leading != NULL || writer->rolling)
      eh_file_writer_block (self);
    else
      eh_file_writer_lead (self);
  return TRUE;
}

gboolean
eh_file_writer_flush (EhFileStore *self, GError **error)
{
  EhFileWriter *writer = &self->writer;
  GError *reason = NULL;
  guint32 written;
  gboolean led = FALSE;
  gboolean ok = FALSE;

  /* Leading lets go of the lock, so what was looked at is to be looked at again. */
  while (!led || writer->leading != NULL || writer->rolling || writer->flushing)
    if (writer->leading != NULL || writer->rolling || writer->flushing)
      eh_file_writer_block (self);
    else
      {
        eh_file_writer_lead (self);
        led = TRUE;
      }
  if (!eh_file_writer_check (self, error))
    return FALSE;
  if (!eh_file_writer_is_lazy (self) || writer->file < 0)
    return TRUE;
  written = eh_file_loc_offset (writer->published);
  if (written == writer->flushed)
    return TRUE;

  writer->flushing = TRUE;
  eh_unlock (&self->lock);
  ok = eh_file_writer_flush_file (self, &reason);
  eh_lock (&self->lock);
  writer->flushing = FALSE;
  if (ok)
    {
      writer->flushed = written;
      eh_file_lock_page_set_durable (&self->lock_page, eh_file_loc (writer->segment->header.number, written));
    }
  else
    {
      eh_file_writer_fail (self, reason);
      g_propagate_error (error, reason);
    }
  eh_file_writer_unblock (self);
  return ok;
}

static gboolean
put_mark (EhFileStore *self, GError **error)
{
  EhFileWriter *writer = &self->writer;
  g_auto (EhFileDraft) draft = { 0 };
  EhFilePlace place = { 0 };
  EhFileFrame frame;

  if (writer->sealed || writer->has_mark || writer->size - writer->assigned < EH_FILE_FRAME_HEAD)
    return TRUE;
  /* Where a disk is full there is none. */
  if (writer->ready - writer->assigned < EH_FILE_FRAME_HEAD
      && !eh_file_writer_take_room (self, EH_FILE_FRAME_HEAD, NULL))
    return eh_file_writer_check (self, error);
  eh_file_draft_init (&draft, EH_FILE_KIND_MARK, eh_clock_now (self->clock), NULL);
  eh_file_writer_put (self, &draft, &place, &frame);
  eh_file_index_pass (&self->index, &frame, writer->open->end);
  return eh_file_writer_flush (self, error);
}

gboolean
eh_file_writer_close (EhFileStore *self, GError **error)
{
  if (!eh_file_writer_flush (self, error) || !put_mark (self, error))
    return FALSE;
  eh_file_writer_give_room (self);
  return TRUE;
}
