/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-segment-private.h"
#include "tests/store/store-fixture.h"

/* Checksums, frames and headers, byte by byte. */

static void
test_checksum (void)
{
  static const guint8 id[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
  guint8 bytes[1700];
  EhFileKey a;
  EhFileKey b;

  g_test_summary ("The CRC is Castagnoli's, in one piece or many, with the processor's help or without");

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * 2654435761u >> 13);
  g_assert_cmphex (eh_crc32c (0, "123456789", 9), ==, 0xe3069283);
  for (guint n = 0; n < sizeof bytes; n++)
    {
      const guint32 whole = eh_crc32c (0, bytes, n);

      g_assert_cmphex (whole, ==, eh_crc32c_portable (0, bytes, n));
      g_assert_cmphex (whole, ==, eh_crc32c (eh_crc32c (0, bytes, n / 3), bytes + n / 3, n - n / 3));
    }
  a = eh_file_key (id, "Note-1", 6);
  b = eh_file_key (id, "Note-2", 6);
  g_assert_false (eh_file_key_equal (&a, &b));
  b = eh_file_key (id + 0, "Note-1x", 6);
  g_assert_true (eh_file_key_equal (&a, &b));
}

static gboolean
find_no_type (gpointer user_data, const char *name, EhFileTypeRef *ref)
{
  return FALSE;
}

#define OFFSET 8192

/* A frame with everything in it, at OFFSET of segment 3. */
static guint8 *
make_frame (const EhFileFrameBase *base, guint32 *length)
{
  g_autoptr (EhStreamName) name = store_name ("Note-a");
  g_autoptr (EhMetadata) metadata = eh_metadata_with (NULL, "by", "alice", NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, 12345);
  g_auto (EhFileDraft) draft = { 0 };
  const EhFilePlace place = {
    .offset = OFFSET, .group = OFFSET - 64, .position = 105, .version = 7, .name = "Note-a", .name_length = 6
  };
  EhId id = store_id (1);
  guint8 *frame = NULL;

  eh_event_batch_set_context (batch, metadata, &id, &id);
  g_assert_true (eh_event_batch_add (batch, &id, &noted, &(Noted){ 1, "one" }, NULL));
  id = store_id (2);
  g_assert_true (eh_event_batch_add_json (batch, &id, "Imported", 3, "{}", -1, NULL));
  eh_file_draft_init (&draft, EH_FILE_KIND_APPEND, 12345, NULL);
  g_assert_true (eh_file_draft_encode (&draft, batch, find_no_type, NULL, NULL));
  *length = eh_file_draft_get_length (&draft, 6);
  frame = g_malloc (*length);
  eh_file_draft_finish (&draft, base, &place, frame);
  return frame;
}

static void
test_frame (void)
{
  EhFileFrameBase base;
  g_autofree guint8 *bytes = NULL;
  guint32 length = 0;
  EhFileFrame frame;
  EhFileFrameTail tail;
  EhFileEventIter iter;
  EhFileEvent event;

  g_test_summary ("A frame reads as it was written");

  eh_file_frame_base_init (&base, 77, 3, 100, FALSE);
  bytes = make_frame (&base, &length);
  g_assert_cmpint (eh_file_frame_read (&base, bytes, length, OFFSET, &frame), ==, EH_FILE_FRAME_OK);
  g_assert_cmpuint (frame.loc, ==, eh_file_loc (3, OFFSET));
  g_assert_cmpuint (frame.group, ==, OFFSET - 64);
  g_assert_cmpuint (frame.position, ==, 105);
  g_assert_cmpuint (frame.version, ==, 7);
  g_assert_cmpint (frame.time, ==, 12345);
  g_assert_cmpuint (frame.n_events, ==, 2);
  g_assert_true (eh_file_frame_get_tail (&frame, &tail));
  g_assert_cmpmem (tail.name, frame.name_length, "Note-a", 6);
  g_assert_cmpmem (tail.pairs, tail.pairs_size, "by\0alice", 9);
  eh_file_event_iter_init (&iter, &frame);
  g_assert_true (eh_file_event_iter_next (&iter, &event));
  g_assert_cmpstr (event.data, ==, "{\"number\":1,\"text\":\"one\"}");
  g_assert_cmpstr (eh_file_frame_tail_get_type (&tail, event.type_index), ==, "Noted");
  g_assert_true (eh_file_event_iter_next (&iter, &event));
  g_assert_cmpstr (event.data, ==, "{}");
  g_assert_cmpuint (event.revision, ==, 3);
  g_assert_cmpstr (eh_file_frame_tail_get_type (&tail, event.type_index), ==, "Imported");
  g_assert_false (eh_file_event_iter_next (&iter, &event));
  g_assert_false (iter.damaged);
}

static void
test_changed_frame (void)
{
  EhFileFrameBase base;
  EhFileFrameBase other;
  g_autofree guint8 *bytes = NULL;
  guint32 length = 0;
  EhFileFrame frame;

  g_test_summary ("A frame of which a bit is changed, that is cut, or that is at another place is not valid");

  eh_file_frame_base_init (&base, 77, 3, 100, FALSE);
  bytes = make_frame (&base, &length);
  for (guint bit = 0; bit < length * 8; bit++)
    {
      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      g_assert_cmpint (eh_file_frame_read (&base, bytes, length, OFFSET, &frame), !=, EH_FILE_FRAME_OK);
      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  for (guint room = 0; room < length; room++)
    {
      g_autofree guint8 *part = g_memdup2 (bytes, room);

      g_assert_cmpint (eh_file_frame_read (&base, part, room, OFFSET, &frame), ==, EH_FILE_FRAME_NONE);
    }
  g_assert_cmpint (eh_file_frame_read (&base, bytes, length, OFFSET + 8, &frame), ==, EH_FILE_FRAME_NONE);
  eh_file_frame_base_init (&other, 78, 3, 100, FALSE);
  g_assert_cmpint (eh_file_frame_read (&other, bytes, length, OFFSET, &frame), ==, EH_FILE_FRAME_NONE);
  eh_file_frame_base_init (&other, 77, 4, 100, FALSE);
  g_assert_cmpint (eh_file_frame_read (&other, bytes, length, OFFSET, &frame), ==, EH_FILE_FRAME_NONE);
  g_assert_cmpint (eh_file_frame_read (&base, bytes, length, OFFSET, &frame), ==, EH_FILE_FRAME_OK);
}

/* The checksums are right, and yet it is not what we write. */
static void
test_hostile_frame (void)
{
  static const struct {
    guint offset;
    guint8 byte;
    EhFileFrameState state;
  } changes[] = {
    { 42, 0x8f, EH_FILE_FRAME_UNKNOWN }, { 43, 0x80, EH_FILE_FRAME_UNKNOWN }, { 42, 0x01, EH_FILE_FRAME_OK },
    { 40, 0, EH_FILE_FRAME_NONE },       { 41, 0xff, EH_FILE_FRAME_NONE },    { 44, 0, EH_FILE_FRAME_NONE },
    { 23, 0xff, EH_FILE_FRAME_NONE },    { 15, 0x10, EH_FILE_FRAME_NONE },    { 36, 1, EH_FILE_FRAME_NONE },
  };
  EhFileFrameBase base;
  g_autofree guint8 *bytes = NULL;
  guint32 length = 0;
  EhFileFrame frame;
  EhFileFrameTail tail;
  EhFileEventIter iter;
  EhFileEvent event;

  g_test_summary ("What a head says is checked though its checksum is right, and what a body says too");

  eh_file_frame_base_init (&base, 77, 3, 100, FALSE);
  bytes = make_frame (&base, &length);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree guint8 *changed = g_memdup2 (bytes, length);

      changed[changes[i].offset] = changes[i].byte;
      eh_store_32 (changed, eh_file_frame_head_checksum (&base, OFFSET, changed));
      g_assert_cmpint (eh_file_frame_read (&base, changed, length, OFFSET, &frame), ==, changes[i].state);
    }
  eh_store_32 (bytes + EH_FILE_FRAME_HEAD + 16, 0x7fffffff);
  eh_store_32 (bytes + 4, eh_crc32c (0, bytes + EH_FILE_FRAME_HEAD, length - EH_FILE_FRAME_HEAD));
  eh_store_32 (bytes, eh_file_frame_head_checksum (&base, OFFSET, bytes));
  g_assert_cmpint (eh_file_frame_read (&base, bytes, length, OFFSET, &frame), ==, EH_FILE_FRAME_OK);
  eh_file_event_iter_init (&iter, &frame);
  g_assert_false (eh_file_event_iter_next (&iter, &event));
  g_assert_true (iter.damaged);
  g_assert_false (eh_file_frame_get_tail (&frame, &tail));
}

static void
test_header (void)
{
  const EhFileSegmentHeader header = { .store_id = { 9 },
                                       .number = 3,
                                       .writer_flags = 6,
                                       .other_flags = 7,
                                       .base_position = 100,
                                       .salt = 77,
                                       .size = 8192,
                                       .group_limit = 1024,
                                       .previous_length = 4096,
                                       .previous_salt = 5 };
  EhFileSegmentHeader found;
  guint8 bytes[EH_FILE_SEGMENT_HEADER];
  g_autoptr (GError) error = NULL;

  g_test_summary ("A header reads as it was written, a changed one is refused");

  eh_file_segment_header_write (&header, bytes);
  g_assert_true (eh_file_segment_header_read (&found, bytes, sizeof bytes, "x.log", NULL));
  g_assert_cmpmem (&found, sizeof found, &header, sizeof header);
  for (guint bit = 0; bit < 512 * 8; bit++)
    {
      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
      g_assert_false (eh_file_segment_header_read (&found, bytes, sizeof bytes, "x.log", &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
      g_clear_error (&error);
      bytes[bit / 8] ^= (guint8) (1 << bit % 8);
    }
  g_assert_false (eh_file_segment_header_read (&found, bytes, 4095, "x.log", NULL));
}

/* A header by a newer program: what of it this one has to know, and what not. */
static void
test_newer_header (void)
{
  static const struct {
    guint offset;
    guint16 value;
    gboolean can_read;
    gboolean can_write;
    const char *message;
  } changes[] = {
    { 8, 2, FALSE, FALSE, "x.log: it has format 2.0, and this program reads 1: use a newer one" },
    { 10, 1, TRUE, TRUE, NULL },
    { 36, 1, TRUE, TRUE, NULL },
    { 36, 2, FALSE, FALSE, "x.log: it has flags that this program does not know (0x2)" },
    { 40, 2, TRUE, FALSE,
      "x.log: it has flags for writers that this program does not know (0x2): use a newer one, or open the store with "
      "mode=read" },
    { 44, 2, TRUE, TRUE, NULL },
  };
  const EhFileSegmentHeader header = { .number = 3, .base_position = 100, .size = 8192 };
  EhFileSegmentHeader found;
  guint8 bytes[EH_FILE_SEGMENT_HEADER];

  g_test_summary (
      "A newer major version is refused, a minor one is not; of flags those that must be known are refused");

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;

      eh_file_segment_header_write (&header, bytes);
      eh_store_16 (bytes + changes[i].offset, changes[i].value);
      eh_store_32 (bytes + 508, eh_crc32c (0, bytes, 508));
      g_assert_cmpint (eh_file_segment_header_read (&found, bytes, sizeof bytes, "x.log", &error), ==,
                       changes[i].can_read);
      if (changes[i].can_read)
        g_assert_cmpint (eh_file_segment_header_check_writable (&found, "x.log", &error), ==, changes[i].can_write);
      g_assert_cmpstr (error != NULL ? error->message : NULL, ==, changes[i].message);
      if (error != NULL)
        g_assert_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/file-format/checksum", test_checksum);
  g_test_add_func ("/file-format/frame", test_frame);
  g_test_add_func ("/file-format/changed-frame", test_changed_frame);
  g_test_add_func ("/file-format/hostile-frame", test_hostile_frame);
  g_test_add_func ("/file-format/header", test_header);
  g_test_add_func ("/file-format/newer-header", test_newer_header);

  return g_test_run ();
}
