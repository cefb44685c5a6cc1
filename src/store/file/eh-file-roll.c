/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-breakage-private.h"
#include "store/file/eh-file-writer-steps-private.h"

/*
 * Where the writer's next frames go: room in the last segment, which may have to be taken from the disk first, or a new
 * segment. While that is made nobody gets a place, and what has one is written before.
 */

static guint64
get_segment_size (const EhFileStore *self, guint32 number, guint32 length)
{
  const guint64 least = ((guint64) EH_FILE_SEGMENT_HEADER + length + 4095) & ~(guint64) 4095;
  guint64 size = self->options.first_segment_size;

  if (length > self->options.group_limit)
    return least;
  for (guint32 i = 1; i < number && size < self->options.segment_size; i++)
    size *= 4;
  return MAX (MIN (size, self->options.segment_size), least);
}

gboolean
eh_file_writer_prepare (EhFileStore *self, guint32 number, guint32 length, GError **error)
{
  gboolean ok = FALSE;

  eh_lock (&self->prepare_lock);
  ok = eh_file_segment_prepare (self->ops, self->segment_folder, get_segment_size (self, number, length),
                                !eh_file_writer_is_lazy (self), error);
  eh_unlock (&self->prepare_lock);
  return ok;
}

static gboolean
fill_header (EhFileStore *self, guint32 length, EhFileSegmentHeader *header, GError **error)
{
  const EhFileSegment *previous = self->writer.segment;
  const guint32 number = previous != NULL ? previous->header.number + 1 : 1;
  const guint64 size = get_segment_size (self, number, length);
  int code = 0;

  *header = (EhFileSegmentHeader){
    .number = number,
    .base_position = self->writer.next_position,
    .time = eh_clock_now (self->clock),
    .size = size,
    .group_limit = eh_file_writer_is_lazy (self) || length > self->options.group_limit ? (guint32) size
                                                                                       : self->options.group_limit,
    .previous_length = previous != NULL ? self->writer.assigned : 0,
    .previous_salt = previous != NULL ? previous->header.salt : 0,
  };
  memcpy (header->store_id, self->store_id, 16);
  code = self->ops->random (self->ops->fs, &header->salt, sizeof header->salt);
  if (EH_FILE_BROKEN (NO_SALT))
    header->salt = 0;
  return code == 0 || eh_file_set_errno (error, code, "get random bytes for", self->segment_folder);
}

/* What is behind the frames of a sealed segment is of no use any more; if it cannot be given back, so be it. */
static void
cut_segment (EhFileStore *self, int file, const EhFileSegment *segment, guint32 end)
{
  const guint64 used = eh_file_whole_pages (end);

  if (segment->size > used)
    self->ops->truncate (self->ops->fs, file, used);
}

static void
begin_segment (EhFileStore *self, int file, EhFileSegment *segment)
{
  EhFileWriter *writer = &self->writer;
  EhFileSegment *previous = writer->segment;

  eh_file_segments_add (self->segments, segment->header.number, writer->assigned);
  if (previous != NULL)
    {
      cut_segment (self, writer->file, previous, writer->assigned);
      self->ops->close (self->ops->fs, writer->file);
      eh_file_segment_unref (previous);
    }
  writer->file = file;
  writer->segment = segment;
  writer->size = writer->ready = (guint32) segment->size;
  writer->assigned = writer->flushed = EH_FILE_SEGMENT_HEADER;
  writer->sealed = FALSE;
  writer->has_mark = FALSE;
  writer->prepare_asked = FALSE;
  writer->published = eh_file_loc (segment->header.number, EH_FILE_SEGMENT_HEADER);
  eh_file_types_begin (&self->types, segment->header.number);
}

/* Takes @reason. Returns NULL. */
static EhFileSegment *
fail_rolling (EhFileStore *self, GError *reason, GError **error)
{
  eh_lock (&self->lock);
  eh_file_writer_fail (self, reason);
  eh_unlock (&self->lock);
  g_propagate_error (error, reason);
  return NULL;
}

/*
 * Without the lock, while rolling. Once the new segment may have its name the log goes on there or nowhere: it says
 * where the one before ends, and what was added to that one afterwards would be lost.
 */
static EhFileSegment *
make_segment (EhFileStore *self, guint32 length, int *file, GError **error)
{
  EhFileSegmentHeader header;
  g_autofree char *path = NULL;
  EhFileSegment *segment = NULL;
  GError *reason = NULL;

  if (!eh_file_writer_check_process (self, &reason))
    return fail_rolling (self, reason, error);
  /* F5: with sync=always that is done already. */
  if (eh_file_writer_is_lazy (self) && self->writer.file >= 0 && !eh_file_writer_flush_file (self, &reason))
    return fail_rolling (self, reason, error);
  if (!fill_header (self, length, &header, error) || !eh_file_writer_prepare (self, header.number, length, error))
    return NULL;
  eh_lock (&self->prepare_lock);
  if (eh_file_segment_activate (self->ops, self->segment_folder, &header, file, &reason))
    {
      path = eh_file_segments_get_path (self->segments, header.number);
      segment = eh_file_segment_open (self->ops, path, &reason);
      if (segment == NULL)
        self->ops->close (self->ops->fs, *file);
    }
  eh_unlock (&self->prepare_lock);
  return segment != NULL ? segment : fail_rolling (self, reason, error);
}

/* Nobody gets a place until end_rolling(). */
static gboolean
begin_rolling (EhFileStore *self, GError **error)
{
  self->writer.rolling = TRUE;
  eh_file_writer_lead (self);
  return eh_file_writer_check (self, error);
}

/* @before: the published position when it began. */
static void
end_rolling (EhFileStore *self, guint64 before)
{
  self->writer.rolling = FALSE;
  eh_file_writer_unblock (self);
  eh_file_writer_tell (self, self->writer.published_position > before ? self->writer.published_position - 1 : 0);
}

static gboolean
roll (EhFileStore *self, guint32 length, GError **error)
{
  const guint64 before = self->writer.published_position;
  EhFileSegment *segment = NULL;
  int file = -1;

  if (begin_rolling (self, error))
    {
      eh_unlock (&self->lock);
      segment = make_segment (self, length, &file, error);
      eh_lock (&self->lock);
    }
  if (segment != NULL)
    begin_segment (self, file, segment);
  end_rolling (self, before);
  return segment != NULL;
}

/* Without the lock, while rolling. What is @unsure when it fails is whether all that was written is there. */
static gboolean
fill_room (EhFileStore *self, guint32 end, gboolean *unsure, GError **error)
{
  const EhFileWriter *writer = &self->writer;

  if (!eh_file_writer_check_process (self, error)
      || !eh_file_segment_take_room (self->ops, writer->file, writer->segment->path,
                                     eh_file_writer_is_lazy (self) ? end : writer->ready, end, error))
    return FALSE;
  *unsure = !eh_file_writer_is_lazy (self) && !eh_file_writer_flush_file (self, error);
  return !*unsure;
}

/* F17: for a frame of @length bytes, and as many as make a group. */
gboolean
eh_file_writer_take_room (EhFileStore *self, guint32 length, GError **error)
{
  EhFileWriter *writer = &self->writer;
  const guint64 before = writer->published_position;
  const guint64 wanted = (guint64) writer->assigned + MAX (length, self->options.group_limit);
  const guint32 end = eh_file_writer_is_lazy (self) ? writer->size
                                                    : (guint32) MIN (writer->size, (wanted + 4095) & ~(guint64) 4095);
  GError *reason = NULL;
  gboolean unsure = FALSE;

  if (begin_rolling (self, &reason))
    {
      eh_unlock (&self->lock);
      if (fill_room (self, end, &unsure, &reason))
        writer->ready = end;
      eh_lock (&self->lock);
    }
  if (unsure)
    eh_file_writer_fail (self, reason);
  end_rolling (self, before);
  if (reason != NULL)
    g_propagate_error (error, reason);
  return reason == NULL;
}

gboolean
eh_file_writer_begin (EhFileStore *self, GError **error)
{
  gboolean ok = FALSE;

  eh_lock (&self->lock);
  ok = roll (self, 0, error);
  eh_unlock (&self->lock);
  return ok;
}

static gboolean
fits_segment (const EhFileStore *self, guint32 length)
{
  const EhFileWriter *writer = &self->writer;

  if (writer->sealed || writer->size - writer->assigned < length)
    return FALSE;
  /* F4: what is larger than a group has a segment to itself. */
  return length <= self->options.group_limit
         || (writer->assigned == EH_FILE_SEGMENT_HEADER && length <= writer->segment->header.group_limit);
}

gboolean
eh_file_writer_make_room (EhFileStore *self, guint32 length, GError **error)
{
  EhFileWriter *writer = &self->writer;
  const gboolean is_own = eh_file_writer_is_lazy (self) && !self->options.background;
  const guint32 limit = is_own ? MIN (EH_FILE_LAZY_GROUP, self->options.group_limit) : self->options.group_limit;

  while (TRUE)
    {
      const gboolean fits = fits_segment (self, length);
      const gboolean is_ready = fits && writer->ready - writer->assigned >= length;

      if (!eh_file_writer_check (self, error))
        return FALSE;
      if (!writer->rolling && is_ready && (writer->open->length == 0 || writer->open->length + length <= limit))
        return TRUE;
      if (writer->rolling || writer->leading != NULL || writer->flushing)
        eh_file_writer_block (self);
      else if (is_ready)
        eh_file_writer_lead (self);
      else if (!(fits ? eh_file_writer_take_room (self, length, error) : roll (self, length, error)))
        return FALSE;
    }
}

/* F17: what is behind the last frame; if it cannot be given back, so be it. */
void
eh_file_writer_give_room (EhFileStore *self)
{
  EhFileWriter *writer = &self->writer;
  const guint64 used = EH_FILE_BROKEN (GIVE_TOO_MUCH) ? writer->assigned & ~4095u
                                                      : eh_file_whole_pages (writer->assigned);

  if (used >= writer->ready)
    return;
  self->ops->punch (self->ops->fs, writer->file, used, writer->size - used);
  writer->ready = (guint32) used;
}
