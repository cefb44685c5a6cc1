/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-headless-private.h"

/*
 * Reading a segment whose header is damaged. What is needed of it is the salt, because frames are known by checksums
 * that begin with it, the position that the frames count from, and where they end. The header of the next segment has
 * the first and the last, and the positions on both sides give the second. Where there is no next one, a frame that is
 * whole gives away what its checksum must have begun with; that its body is whole can be seen without.
 */

void
eh_file_headless_set_base (EhFileSegment *segment, guint64 base_position, gboolean compacted)
{
  segment->header.base_position = base_position;
  eh_file_frame_base_init (&segment->base, segment->header.salt, segment->header.number, base_position, compacted);
}

guint32
eh_file_headless_find_frame (const EhFileSegment *segment, guint32 at, EhFileFrame *frame)
{
  for (; at < segment->end; at += 8)
    if (eh_file_frame_read (&segment->base, segment->bytes + at, segment->end - at, at, frame) == EH_FILE_FRAME_OK)
      return at;
  return segment->end;
}

/* Up to where the frames of the segment count from its base position: 0 if its last frame is not whole. */
static guint64
count_positions (const EhFileSegment *segment)
{
  guint32 at = EH_FILE_SEGMENT_HEADER;
  guint64 last = 0;
  guint32 end = 0;
  EhFileFrame frame;

  while ((at = eh_file_headless_find_frame (segment, at, &frame)) < segment->end)
    {
      last = frame.position + frame.n_events - segment->header.base_position;
      at += frame.length;
      end = at;
    }
  return end == segment->end ? last : 0;
}

gboolean
eh_file_headless_guess (EhFileSegment *segment, guint32 number, const EhFileSegmentHeader *next, guint64 expected)
{
  EhFileFrame frame;

  if (next->previous_length < EH_FILE_SEGMENT_HEADER || next->previous_length > segment->size)
    return FALSE;
  segment->header = *next;
  segment->header.number = number;
  segment->header.salt = next->previous_salt;
  segment->end = next->previous_length & ~(guint32) 7;
  for (guint compacted = 0; compacted < 2; compacted++)
    {
      guint64 n = 0;

      if (compacted)
        segment->end = (guint32) segment->size;
      eh_file_headless_set_base (segment, expected, compacted);
      if (eh_file_headless_find_frame (segment, EH_FILE_SEGMENT_HEADER, &frame) == segment->end)
        continue;
      n = count_positions (segment);
      if (n > 0 && n < next->base_position)
        eh_file_headless_set_base (segment, next->base_position - n, compacted);
      return TRUE;
    }
  return FALSE;
}

/* Whether @at looks like a frame with a body that is whole, which needs no header to see. */
static gboolean
has_whole_body (const EhFileSegment *segment, guint32 at)
{
  const guint8 *bytes = segment->bytes + at;
  const guint32 room = segment->end - at;
  const guint32 length = room >= EH_FILE_FRAME_HEAD ? eh_load_32 (bytes + 8) : 0;

  return length > EH_FILE_FRAME_HEAD && length <= room && length % 8 == 0
         && eh_crc32c (0, bytes + EH_FILE_FRAME_HEAD, length - EH_FILE_FRAME_HEAD) == eh_load_32 (bytes + 4);
}

/*
 * What the head checksum at @at must have begun with. Each bit of that changes the checksum in its own way, whatever
 * the others are, so these are 32 equations for 32 bits, which are solved by elimination.
 */
static gboolean
solve_seed (const EhFileSegment *segment, guint32 at, guint32 *seed)
{
  EhFileFrameBase base = segment->base;
  guint32 changes[32];
  guint32 bits[32];
  guint32 wanted;
  guint32 zero;

  base.seed = 0;
  zero = eh_file_frame_head_checksum (&base, at, segment->bytes + at);
  wanted = eh_load_32 (segment->bytes + at) ^ zero;
  for (guint i = 0; i < 32; i++)
    {
      base.seed = bits[i] = 1u << i;
      changes[i] = eh_file_frame_head_checksum (&base, at, segment->bytes + at) ^ zero;
    }
  *seed = 0;
  for (guint i = 0; i < 32; i++)
    {
      const guint32 lowest = changes[i] & -changes[i];

      for (guint j = i + 1; j < 32; j++)
        if ((changes[j] & lowest) != 0)
          {
            changes[j] ^= changes[i];
            bits[j] ^= bits[i];
          }
      if ((wanted & lowest) != 0)
        {
          wanted ^= changes[i];
          *seed ^= bits[i];
        }
    }
  return wanted == 0;
}

gboolean
eh_file_headless_solve (EhFileSegment *segment, guint32 number, const guint8 store_id[16], guint64 expected)
{
  const guint32 end = MIN ((guint32) segment->size, EH_FILE_SEGMENT_HEADER + EH_FILE_GROUP_LIMIT);
  EhFileFrame frame;
  guint32 seed = 0;

  segment->header = (EhFileSegmentHeader){ .number = number, .group_limit = EH_FILE_GROUP_LIMIT };
  memcpy (segment->header.store_id, store_id, 16);
  segment->end = (guint32) segment->size;
  eh_file_headless_set_base (segment, expected, FALSE);
  for (guint32 at = EH_FILE_SEGMENT_HEADER; at < end; at += 8)
    if (has_whole_body (segment, at) && solve_seed (segment, at, &seed))
      {
        segment->base.seed = seed;
        if (eh_file_frame_read (&segment->base, segment->bytes + at, segment->end - at, at, &frame) == EH_FILE_FRAME_OK
            && eh_file_frame_has_stream (&frame))
          return TRUE;
      }
  return FALSE;
}
