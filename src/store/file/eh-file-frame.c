/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-frame-private.h"

#include "model/eh-event-private.h"
#include "store/file/eh-file-breakage-private.h"

/*
 * Reading frames. Nothing in the bytes is believed: a head counts when its checksum is right and everything that it
 * says fits, a body when its checksum is right, and what is in a body is looked for within it all the same, because
 * a checksum says that the bytes are as they were written, not that it was us who wrote them.
 */

void
eh_file_frame_base_init (EhFileFrameBase *self, guint64 salt, guint32 number, guint64 base_position, gboolean compacted)
{
  guint8 bytes[12];

  eh_store_64 (bytes, salt);
  eh_store_32 (bytes + 8, number);
  self->number = number;
  self->seed = eh_crc32c (0, bytes, sizeof bytes);
  self->base_position = base_position;
  self->compacted = compacted;
}

guint32
eh_file_frame_head_checksum (const EhFileFrameBase *base, guint32 offset, const guint8 *head)
{
  guint8 bytes[4];
  guint32 crc;

  eh_store_32 (bytes, offset);
  crc = eh_crc32c (base->seed, bytes, sizeof bytes);
  if (!EH_FILE_BROKEN (NO_LENGTH_IN_CHECKSUM))
    return eh_crc32c (crc, head + 4, EH_FILE_FRAME_HEAD - 4);
  crc = eh_crc32c (crc, head + 4, 4);
  return eh_crc32c (crc, head + 12, EH_FILE_FRAME_HEAD - 12);
}

static void
decode_head (const EhFileFrameBase *base, const guint8 *bytes, guint32 offset, EhFileFrame *frame)
{
  const guint32 group_back = eh_load_32 (bytes + 12) * 8;

  frame->loc = eh_file_loc (base->number, base->compacted ? group_back : offset);
  frame->bytes = bytes;
  frame->head_checksum = eh_load_32 (bytes);
  frame->length = eh_load_32 (bytes + 8);
  frame->group = base->compacted ? 0 : offset - group_back;
  frame->version = eh_load_64 (bytes + 16);
  frame->time = (gint64) eh_load_64 (bytes + 24);
  frame->position = base->base_position + eh_load_32 (bytes + 32);
  frame->name_ref = eh_load_32 (bytes + 36);
  frame->n_events = eh_load_16 (bytes + 40);
  frame->kind = bytes[42];
  frame->flags = bytes[43];
  frame->name_length = eh_load_16 (bytes + 44);
  frame->n_types = eh_load_16 (bytes + 46);
}

static gboolean
is_known (const EhFileFrame *frame)
{
  switch (frame->kind)
    {
    case EH_FILE_KIND_APPEND:
    case EH_FILE_KIND_STUB:
      return (frame->flags & ~EH_FILE_FRAME_HAS_CONTEXT) == 0;
    case EH_FILE_KIND_TOMBSTONE:
    case EH_FILE_KIND_TRUNCATION:
      return frame->flags == 0;
    default:
      return (frame->kind & EH_FILE_KIND_CRITICAL) == 0;
    }
}

/* What a head that is as it was written can still get wrong. */
static gboolean
is_sensible (const EhFileFrame *frame)
{
  const guint32 offset = eh_file_loc_offset (frame->loc);
  const gboolean has_events = frame->kind == EH_FILE_KIND_APPEND || frame->kind == EH_FILE_KIND_STUB;
  const gsize least = EH_FILE_FRAME_HEAD + (gsize) frame->n_events * EH_FILE_EVENT_HEAD + frame->name_length;

  if (!eh_file_frame_has_stream (frame))
    return TRUE;
  if (least > frame->length || has_events != (frame->n_events > 0) || frame->n_events > EH_EVENT_BATCH_MAX)
    return FALSE;
  if (frame->version == 0 || frame->version > G_MAXINT64 || frame->position == 0 || frame->position > G_MAXINT64)
    return FALSE;
  if (frame->name_ref == 0)
    return frame->name_length > 0 && frame->name_length <= EH_STREAM_NAME_MAX;
  return frame->name_length == 0 && frame->name_ref < offset / 8 && frame->name_ref * 8 >= EH_FILE_SEGMENT_HEADER;
}

EhFileFrameState
eh_file_frame_read_head (const EhFileFrameBase *base, const guint8 *bytes, gsize room, guint32 offset,
                         EhFileFrame *frame)
{
  guint32 length;

  frame->loc = eh_file_loc (base->number, offset);
  frame->bytes = bytes;
  if (room < EH_FILE_FRAME_HEAD)
    return EH_FILE_FRAME_NONE;
  length = eh_load_32 (bytes + 8);
  if (length < EH_FILE_FRAME_HEAD || length > EH_FILE_FRAME_MAX || length > room || length % 8 != 0)
    return EH_FILE_FRAME_NONE;
  if (base->compacted)
    offset = eh_load_32 (bytes + 12) * 8;
  if (eh_load_32 (bytes) != eh_file_frame_head_checksum (base, offset, bytes))
    return EH_FILE_FRAME_NONE;

  decode_head (base, bytes, offset, frame);
  if (!is_known (frame))
    return EH_FILE_FRAME_UNKNOWN;
  return frame->group <= offset && is_sensible (frame) ? EH_FILE_FRAME_OK : EH_FILE_FRAME_NONE;
}

EhFileFrameState
eh_file_frame_read (const EhFileFrameBase *base, const guint8 *bytes, gsize room, guint32 offset, EhFileFrame *frame)
{
  const EhFileFrameState state = eh_file_frame_read_head (base, bytes, room, offset, frame);
  guint32 crc;

  if (state != EH_FILE_FRAME_OK)
    return state;
  crc = eh_crc32c (0, bytes + EH_FILE_FRAME_HEAD, frame->length - EH_FILE_FRAME_HEAD);
  if (crc != eh_load_32 (bytes + 4) && !EH_FILE_BROKEN (KEEP_PARTIAL_BATCH))
    return EH_FILE_FRAME_DAMAGED;
  return EH_FILE_FRAME_OK;
}

void
eh_file_event_iter_init (EhFileEventIter *self, const EhFileFrame *frame)
{
  self->frame = frame;
  self->next = 0;
  self->data_offset = EH_FILE_FRAME_HEAD + (guint32) frame->n_events * EH_FILE_EVENT_HEAD;
  self->damaged = FALSE;
}

gboolean
eh_file_event_iter_next (EhFileEventIter *self, EhFileEvent *event)
{
  const EhFileFrame *frame = self->frame;
  const gboolean is_stub = frame->kind == EH_FILE_KIND_STUB;
  const guint8 *head;
  guint32 room;

  if (self->next >= frame->n_events)
    return FALSE;
  head = eh_file_frame_get_id (frame, self->next);
  room = frame->length - self->data_offset;
  event->id = head;
  event->length = eh_load_32 (head + 16);
  event->type_ref = eh_load_32 (head + 20);
  event->type_index = eh_load_16 (head + 24);
  event->revision = eh_load_16 (head + 26);
  event->data = is_stub ? NULL : (const char *) frame->bytes + self->data_offset;
  if ((is_stub ? event->length > 0 : event->length >= room || event->data[event->length] != '\0')
      || event->revision == 0 || event->length > EH_EVENT_DATA_MAX)
    {
      self->damaged = TRUE;
      return FALSE;
    }
  if (!is_stub)
    self->data_offset += event->length + 1;
  self->next++;
  return TRUE;
}

/* Where the data ends; 0 if that is not in the frame. */
static guint32
skip_data (const EhFileFrame *frame)
{
  guint64 end = EH_FILE_FRAME_HEAD + (guint64) frame->n_events * EH_FILE_EVENT_HEAD;

  if (frame->kind == EH_FILE_KIND_APPEND)
    for (guint i = 0; i < frame->n_events; i++)
      end += (guint64) eh_load_32 (eh_file_frame_get_id (frame, i) + 16) + 1;
  return end <= frame->length ? (guint32) end : 0;
}

static gboolean
take_context (const EhFileFrame *frame, guint32 *at, EhFileFrameTail *tail)
{
  if ((frame->flags & EH_FILE_FRAME_HAS_CONTEXT) == 0)
    return TRUE;
  if (frame->length - *at < 36)
    return FALSE;
  tail->correlation_id = frame->bytes + *at;
  tail->causation_id = frame->bytes + *at + 16;
  tail->pairs_size = eh_load_32 (frame->bytes + *at + 32);
  *at += 36;
  if (tail->pairs_size > frame->length - *at)
    return FALSE;
  tail->pairs = (const char *) frame->bytes + *at;
  *at += tail->pairs_size;
  return tail->pairs_size == 0 || tail->pairs[tail->pairs_size - 1] == '\0';
}

static gboolean
take_types (const EhFileFrame *frame, guint32 *at, EhFileFrameTail *tail)
{
  tail->types = frame->bytes + *at;
  for (guint i = 0; i < frame->n_types; i++)
    {
      const guint32 length = *at < frame->length ? frame->bytes[*at] : 0;

      if (length == 0 || frame->length - *at < length + 2 || frame->bytes[*at + 1 + length] != 0)
        return FALSE;
      *at += length + 2;
    }
  tail->types_size = (guint32) (frame->bytes + *at - tail->types);
  return TRUE;
}

gboolean
eh_file_frame_get_tail (const EhFileFrame *self, EhFileFrameTail *tail)
{
  guint32 at = skip_data (self);

  memset (tail, 0, sizeof *tail);
  if (at == 0 || !take_context (self, &at, tail) || !take_types (self, &at, tail))
    return FALSE;
  if (self->name_length > self->length - at)
    return FALSE;
  if (self->name_length > 0)
    tail->name = (const char *) self->bytes + at;
  return TRUE;
}

const char *
eh_file_frame_tail_get_type (const EhFileFrameTail *self, guint index)
{
  const guint8 *at = self->types;
  const guint8 *end = self->types + self->types_size;

  for (; index > 0 && at < end; index--)
    at += at[0] + 2;
  return at < end ? (const char *) at + 1 : NULL;
}
