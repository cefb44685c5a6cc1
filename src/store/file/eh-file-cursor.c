/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-reader-private.h"

#include "model/eh-error.h"

#define NAMES 16384

struct _EhFileCursor {
  EhFileStore *store; /* (owned) */
  EhFileReader reader;
  EhFileWalk walk;
  guint64 position; /* the first that is wanted */
  EhFileFrame frame;
  EhFileEventIter iter; /* of @frame; over if there is none */
  EhFileNameSlot *name;
};

/* Up to where the log can be read now. */
static gboolean
look_again (EhFileCursor *self, GError **error)
{
  EhFileStore *store = self->store;
  const gint hidden_count = g_atomic_int_get (&store->hidden_count);

  if (!eh_file_store_enter_reading (store, error))
    return FALSE;
  self->walk.limit = store->writer.published;
  self->reader.may_hide = store->index.n_hidden > 0 || eh_file_runs_get_n_hidden (store->index.runs) > 0;
  eh_unlock (&store->lock);
  eh_file_store_leave (store);
  if (hidden_count != self->reader.hidden_count)
    eh_file_reader_forget (&self->reader);
  self->reader.hidden_count = hidden_count;
  return TRUE;
}

EhFileCursor *
eh_file_cursor_new (EhFileStore *store, guint64 position, GError **error)
{
  g_autoptr (EhFileCursor) self = NULL;

  g_return_val_if_fail (EH_IS_FILE_STORE (store), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = g_new0 (EhFileCursor, 1);
  self->store = g_object_ref (store);
  self->position = MAX (position, 1);
  eh_file_reader_init (&self->reader, store, NAMES);
  if (!look_again (self, error)
      || !eh_file_walk_init (&self->walk, &self->reader, self->position, self->walk.limit, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
eh_file_cursor_free (EhFileCursor *self)
{
  g_return_if_fail (self != NULL);

  eh_file_reader_clear (&self->reader);
  g_object_unref (self->store);
  g_free (self);
}

/* The next frame with events that can be seen; FALSE at the end or with error. */
static gboolean
next_frame (EhFileCursor *self, GError **error)
{
  GError *reason = NULL;

  while (TRUE)
    {
      if (!eh_file_walk_next (&self->walk, &self->frame, &reason))
        {
          const guint64 limit = self->walk.limit;

          if (reason != NULL)
            {
              g_propagate_error (error, reason);
              return FALSE;
            }
          if (!look_again (self, error) || self->walk.limit == limit)
            return FALSE;
          continue;
        }
      if (self->frame.n_events == 0)
        continue;
      self->name = eh_file_reader_get_name (&self->reader, &self->frame, error);
      if (self->name == NULL)
        return FALSE;
      if (self->name->kept_version < self->frame.version + self->frame.n_events)
        return TRUE;
    }
}

static gboolean
fill_view (EhFileCursor *self, const EhFileEvent *event, EhFileEventView *view, GError **error)
{
  const EhFileFrame *frame = &self->frame;
  const guint i = self->iter.next - 1;

  view->position = frame->position + i;
  view->version = frame->version + i;
  view->time = frame->time;
  view->id = event->id;
  view->stream = self->name->text;
  view->stream_length = self->name->length;
  view->revision = event->revision;
  view->data = event->data;
  view->length = event->length;
  return eh_file_reader_get_type (&self->reader, frame, event, &view->type, error);
}

gboolean
eh_file_cursor_next (EhFileCursor *self, EhFileEventView *view, GError **error)
{
  EhFileEvent event;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (view != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  while (TRUE)
    {
      if (self->iter.frame == NULL)
        {
          if (!next_frame (self, error))
            return FALSE;
          eh_file_event_iter_init (&self->iter, &self->frame);
        }
      while (eh_file_event_iter_next (&self->iter, &event))
        {
          const guint i = self->iter.next - 1;

          if (self->frame.position + i < self->position || self->frame.version + i < self->name->kept_version)
            continue;
          return fill_view (self, &event, view, error);
        }
      self->iter.frame = NULL;
      if (self->iter.damaged)
        return eh_file_segment_set_corrupt (self->reader.segment, eh_file_loc_offset (self->frame.loc),
                                            "an event is not well-formed", error);
    }
}
