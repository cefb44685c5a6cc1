/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "model/eh-error.h"
#include "model/eh-lock-private.h"
#include "store/file/eh-file-segment-private.h"

/*
 * A segment is opened when it is first asked for and stays mapped: that takes addresses, not memory. Where a sealed one
 * ends is said by the header of the next one.
 */

struct _EhFileSegments {
  const EhFileOps *ops;
  char *folder; /* (owned) */
  gboolean has_store;
  guint8 store_id[16];

  EhLock lock;
  GPtrArray *opened; /* (owned) (mutex lock) (element-type EhFileSegment) (nullable elements): by number - 1 */
};

static void
unref_if_there (gpointer segment)
{
  if (segment != NULL)
    eh_file_segment_unref (segment);
}

EhFileSegments *
eh_file_segments_new (const EhFileOps *ops, const char *folder)
{
  EhFileSegments *self = g_new0 (EhFileSegments, 1);

  self->ops = ops;
  self->folder = g_strdup (folder);
  self->opened = g_ptr_array_new_with_free_func (unref_if_there);
  eh_lock_init (&self->lock);
  return self;
}

void
eh_file_segments_free (EhFileSegments *self)
{
  g_ptr_array_unref (self->opened);
  eh_lock_clear (&self->lock);
  g_free (self->folder);
  g_free (self);
}

void
eh_file_segments_set_store (EhFileSegments *self, const guint8 store_id[16])
{
  memcpy (self->store_id, store_id, 16);
  self->has_store = TRUE;
}

/* "0000002a.log" is 42; 0 if it is no segment's name. */
static guint32
parse_name (const char *name)
{
  char *end = NULL;
  const guint64 number = g_ascii_strtoull (name, &end, 16);

  return end == name + 8 && strcmp (end, ".log") == 0 && g_ascii_isxdigit (*name) ? (guint32) number : 0;
}

gboolean
eh_file_segments_list (EhFileSegments *self, guint32 *n, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const int code = self->ops->list (self->ops->fs, self->folder, names);
  guint32 last = 0;
  guint32 count = 0;

  if (code < 0 && code != -ENOENT)
    return eh_file_set_errno (error, code, "list", self->folder);
  for (guint i = 0; i < names->len; i++)
    {
      const guint32 number = parse_name (g_ptr_array_index (names, i));

      last = MAX (last, number);
      count += number > 0;
    }
  if (count != last)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
                   "%s: of the segments 1 to %u there are only %u: put the missing files back", self->folder, last,
                   count);
      return FALSE;
    }
  eh_lock (&self->lock);
  if (last > self->opened->len)
    g_ptr_array_set_size (self->opened, (gint) last);
  eh_unlock (&self->lock);
  *n = last;
  return TRUE;
}

guint32
eh_file_segments_get_n (EhFileSegments *self)
{
  guint32 n = 0;

  eh_lock (&self->lock);
  n = self->opened->len;
  eh_unlock (&self->lock);
  return n;
}

char *
eh_file_segments_get_path (EhFileSegments *self, guint32 number)
{
  return g_strdup_printf ("%s/%08x.log", self->folder, number);
}

static gboolean
check_header (EhFileSegments *self, const EhFileSegmentHeader *header, const char *path, guint32 number, GError **error)
{
  const char *what = NULL;

  if (header->number != number)
    what = "its header has another number than its name";
  else if (self->has_store && memcmp (header->store_id, self->store_id, 16) != 0)
    what = "it belongs to another store";
  if (what != NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: damaged at byte 0: %s", path, what);
  return what == NULL;
}

/*
 * Takes @segment, unless somebody else was faster. NULL if it was the last of @n when it was opened and is not any
 * more: then it does not know where it ends. (transfer full)
 */
static EhFileSegment *
keep (EhFileSegments *self, guint32 number, guint32 n, EhFileSegment *segment)
{
  EhFileSegment *kept = NULL;

  eh_lock (&self->lock);
  kept = g_ptr_array_index (self->opened, number - 1);
  if (kept == NULL && (number < n || self->opened->len == n))
    kept = self->opened->pdata[number - 1] = eh_file_segment_ref (segment);
  if (kept != NULL)
    eh_file_segment_ref (kept);
  eh_unlock (&self->lock);
  eh_file_segment_unref (segment);
  return kept;
}

gboolean
eh_file_segments_read_header (EhFileSegments *self, guint32 number, EhFileSegmentHeader *header, GError **error)
{
  g_autofree char *path = eh_file_segments_get_path (self, number);
  const int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  guint8 bytes[EH_FILE_SEGMENT_HEADER];
  gboolean ok = FALSE;

  if (file < 0)
    return eh_file_set_errno (error, file, "open", path);
  ok = eh_file_read_fully (self->ops, file, path, bytes, sizeof bytes, 0, error)
       && eh_file_segment_header_read (header, bytes, sizeof bytes, path, error);
  self->ops->close (self->ops->fs, file);
  return ok;
}

/* Where the frames of a sealed segment end: of one before the last of @n. */
static gboolean
find_end (EhFileSegments *self, EhFileSegment *segment, guint32 n, GError **error)
{
  const guint32 number = segment->header.number;
  g_autofree char *path = eh_file_segments_get_path (self, number + 1);
  EhFileSegmentHeader next;

  if (segment->base.compacted || number >= n)
    return TRUE;
  if (!eh_file_segments_read_header (self, number + 1, &next, error)
      || !check_header (self, &next, path, number + 1, error))
    return FALSE;
  if (next.previous_length < EH_FILE_SEGMENT_HEADER || next.previous_length % 8 != 0
      || next.previous_length > segment->size)
    return eh_file_segment_set_corrupt (segment, (guint32) segment->size, "it is shorter than the next one says",
                                        error);
  if (next.previous_salt != segment->header.salt)
    return eh_file_segment_set_corrupt (segment, 0, "the next segment goes on from another one", error);
  segment->end = next.previous_length;
  return TRUE;
}

static EhFileSegment *
open_segment (EhFileSegments *self, guint32 number, guint32 n, GError **error)
{
  g_autofree char *path = eh_file_segments_get_path (self, number);
  g_autoptr (EhFileSegment) segment = NULL;

  if (number == 0 || number > n)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s: there is no such segment", path);
      return NULL;
    }
  segment = eh_file_segment_open (self->ops, path, error);
  if (segment == NULL || !check_header (self, &segment->header, path, number, error)
      || !find_end (self, segment, n, error))
    return NULL;
  return g_steal_pointer (&segment);
}

EhFileSegment *
eh_file_segments_get (EhFileSegments *self, guint32 number, GError **error)
{
  EhFileSegment *segment = NULL;

  while (segment == NULL)
    {
      guint32 n;

      eh_lock (&self->lock);
      n = self->opened->len;
      if (number > 0 && number <= n && g_ptr_array_index (self->opened, number - 1) != NULL)
        segment = eh_file_segment_ref (g_ptr_array_index (self->opened, number - 1));
      eh_unlock (&self->lock);
      if (segment != NULL)
        break;
      segment = open_segment (self, number, n, error);
      if (segment == NULL)
        return NULL;
      segment = keep (self, number, n, segment);
    }
  return segment;
}

EhFileSegment *
eh_file_segments_find_position (EhFileSegments *self, guint64 position, GError **error)
{
  guint32 low = 1;
  guint32 high = eh_file_segments_get_n (self);

  while (low < high)
    {
      const guint32 middle = high - (high - low) / 2;
      g_autoptr (EhFileSegment) segment = eh_file_segments_get (self, middle, error);

      if (segment == NULL)
        return NULL;
      if (segment->header.base_position <= position)
        low = middle;
      else
        high = middle - 1;
    }
  return eh_file_segments_get (self, low, error);
}

void
eh_file_segments_add (EhFileSegments *self, guint32 number, guint32 previous_end)
{
  EhFileSegment *previous = NULL;

  eh_lock (&self->lock);
  if (number > self->opened->len)
    g_ptr_array_set_size (self->opened, (gint) number);
  if (number > 1)
    previous = g_ptr_array_index (self->opened, number - 2);
  if (previous != NULL && !previous->base.compacted)
    g_atomic_int_set ((gint *) &previous->end, (gint) previous_end);
  eh_unlock (&self->lock);
}

void
eh_file_segments_forget (EhFileSegments *self, guint32 number)
{
  g_autoptr (EhFileSegment) segment = NULL;

  eh_lock (&self->lock);
  segment = g_ptr_array_index (self->opened, number - 1);
  self->opened->pdata[number - 1] = NULL;
  eh_unlock (&self->lock);
}
