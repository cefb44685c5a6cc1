/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "model/eh-error.h"
#include "store/eh-checkpoint-text-private.h"
#include "store/file/eh-file-run-private.h"
#include "store/file/eh-file-segment-private.h"
#include "store/file/eh-file-tools-private.h"
#include "tests/store/proof/proof-work.h"

/*
 * What the file store reads from a disk. The first byte says as what the rest is taken: parts of a file by themselves,
 * a frame with its checksums made right so that what is behind them is reached too, a whole file of a store that is
 * then opened, read, verified and repaired, or changes to a file of one, whose checksums are then made right too; and
 * the URI of a store.
 */

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
read_header (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  EhFileSegmentHeader header;

  if (!eh_file_segment_header_read (&header, data, size, "file", &error) && error == NULL)
    g_error ("a segment's header is refused without an error");
}

static void
read_run_header (const guint8 *data, gsize size)
{
  guint8 page[EH_FILE_RUN_PAGE] = { 0 };
  EhFileRunHeader header;

  memcpy (page, data, MIN (size, sizeof page));
  eh_file_run_header_read (&header, page, sizeof page, size);
}

static void
walk_frame (const EhFileFrame *frame)
{
  EhFileFrameTail tail;
  EhFileEventIter iter;
  EhFileEvent event;

  eh_file_event_iter_init (&iter, frame);
  while (eh_file_event_iter_next (&iter, &event))
    if (event.data != NULL && event.data[event.length] != '\0')
      g_error ("an event's data does not end");
  if (eh_file_frame_get_tail (frame, &tail))
    for (guint i = 0; i <= frame->n_types; i++)
      {
        const char *type = eh_file_frame_tail_get_type (&tail, i);

        if (type != NULL && strlen (type) > 255)
          g_error ("a type's name is too long");
      }
}

static void
read_frame (const guint8 *data, gsize size)
{
  const guint32 offset = EH_FILE_SEGMENT_HEADER;
  g_autofree guint8 *bytes = g_memdup2 (data, size);
  EhFileFrameBase base;
  EhFileFrame frame;
  guint32 length;

  if (size < EH_FILE_FRAME_HEAD)
    return;
  eh_file_frame_base_init (&base, 1, 1, 1, FALSE);
  length = eh_load_32 (bytes + 8);
  if (length >= EH_FILE_FRAME_HEAD && length <= size)
    eh_store_32 (bytes + 4, eh_crc32c (0, bytes + EH_FILE_FRAME_HEAD, length - EH_FILE_FRAME_HEAD));
  eh_store_32 (bytes, eh_file_frame_head_checksum (&base, offset, bytes));
  if (eh_file_frame_read (&base, bytes, size, offset, &frame) == EH_FILE_FRAME_OK && eh_file_frame_has_stream (&frame))
    walk_frame (&frame);
}

static void
read_checkpoint (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhCheckpoint) checkpoint = eh_checkpoint_read_text ("name", text, strlen (text), &error);

  if (checkpoint == NULL && error == NULL)
    g_error ("a checkpoint is refused without an error");
}

static void
read_streams (ProofWork *work, EhEventStore *store)
{
  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      EhStreamName *name = work->model->names[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_event_store_read_stream (store, name, 0, EH_FORWARDS, 0, NULL, &error);
      g_autoptr (EhSnapshot) snapshot = NULL;

      if (page == NULL && error == NULL)
        g_error ("a stream is refused without an error");
      eh_event_store_load_snapshot (store, name, G_MAXUINT64, &snapshot, NULL, NULL);
    }
}

static ProofWork *
make_store (const char *letters)
{
  g_autoptr (ProofImage) empty = proof_work_new_empty ();
  g_autoptr (ProofWork) work = proof_work_new (empty);
  gboolean ok = proof_work_open (work);

  for (; ok && *letters != '\0'; letters++)
    ok = proof_work_do (work, *letters);
  if (!ok || !proof_work_close (work))
    g_error ("%s", work->what);
  return g_steal_pointer (&work);
}

/* File @number of those in the folder, or another one. (nullable) */
static ProofFile *
find_file (const ProofImage *image, const char *folder, guint number)
{
  ProofFile *found = NULL;
  guint n = 0;

  for (guint i = 0; i < image->files->len; i++)
    {
      ProofFile *file = &g_array_index (image->files, ProofFile, i);

      if (!file->is_folder && g_str_has_prefix (file->path, folder) && n++ <= number)
        found = file;
    }
  return found;
}

static void
open_store (ProofWork *work, const ProofImage *image)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (image);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventStore)
      store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &work->options, &error);

  if (store == NULL && error == NULL)
    g_error ("a store is refused without an error");
  if (store != NULL)
    read_streams (work, store);
}

/* What is made of a damaged store has no damage. */
static void
repair_store (ProofWork *work, const ProofImage *image)
{
  g_autoptr (ProofDisk) disk = proof_disk_new (image);
  const EhFileToolCall call = { .ops = proof_disk_get_ops (disk) };
  g_autoptr (GError) error = NULL;
  EhFileVerification found = { 0 };
  EhFileRepair done = { 0 };

  if (!eh_file_verify_with (&call, PROOF_FOLDER, &found, &error) && error == NULL)
    g_error ("a store cannot be verified, without an error");
  g_clear_error (&error);
  if (!eh_file_repair_with (&call, PROOF_FOLDER, "/data/new", &work->options, &done, &error))
    {
      if (error == NULL)
        g_error ("a store cannot be repaired, without an error");
      return;
    }
  if (!eh_file_verify_with (&call, "/data/new", &found, &error))
    g_error ("%s", error->message);
  if (found.n_damages > 0 || found.n_events != done.n_events)
    g_error ("a repaired store is damaged");
}

/* Puts @data in the place of the first file of the folder. */
static void
read_store (const char *folder, const guint8 *data, gsize size)
{
  g_autoptr (ProofWork) work = make_store ("xpb");
  g_autoptr (ProofImage) image = proof_disk_get_image (work->disk);
  ProofFile *file = find_file (image, folder, 0);

  g_free ((gpointer) file->bytes);
  file->bytes = g_memdup2 (data, size);
  file->size = size;
  open_store (work, image);
  repair_store (work, image);
}

/* ---- changes ---- */

/* Each is a place and what its byte is changed by. */
static void
change (guint8 *bytes, gsize size, const guint8 *data, gsize n)
{
  for (gsize i = 0; size > 0 && i + 2 < n; i += 3)
    bytes[(data[i] | (gsize) data[i + 1] << 8) % size] ^= data[i + 2];
}

/* The checksums of a frame, whatever its length says now. */
static void
seal_frame (const EhFileFrameBase *base, guint8 *bytes, gsize size, guint32 offset)
{
  const guint32 length = eh_load_32 (bytes + 8);

  if (length >= EH_FILE_FRAME_HEAD && length <= size)
    eh_store_32 (bytes + 4, eh_crc32c (0, bytes + EH_FILE_FRAME_HEAD, length - EH_FILE_FRAME_HEAD));
  eh_store_32 (bytes, eh_file_frame_head_checksum (base, offset, bytes));
}

static void
change_segment (ProofFile *file, const guint8 *data, gsize n)
{
  guint8 *bytes = (guint8 *) file->bytes;
  g_autofree guint8 *old = g_memdup2 (bytes, file->size);
  EhFileSegmentHeader header;
  EhFileFrameBase base;
  EhFileFrame frame;

  if (!eh_file_segment_header_read (&header, old, file->size, file->path, NULL))
    g_error ("a segment without a header");
  eh_file_frame_base_init (&base, header.salt, header.number, header.base_position, FALSE);
  change (bytes, file->size, data, n);
  eh_store_32 (bytes + 508, eh_crc32c (0, bytes, 508));
  for (guint32 at = EH_FILE_SEGMENT_HEADER;
       at + EH_FILE_FRAME_HEAD <= file->size
       && eh_file_frame_read (&base, old + at, file->size - at, at, &frame) == EH_FILE_FRAME_OK;
       at += frame.length)
    seal_frame (&base, bytes + at, file->size - at, at);
}

static void
change_run (ProofFile *file, const guint8 *data, gsize n)
{
  guint8 *bytes = (guint8 *) file->bytes;
  guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1];
  EhFileRunHeader header;
  guint64 end;

  if (!eh_file_run_header_read (&header, bytes, EH_FILE_RUN_PAGE, file->size))
    g_error ("a run without a header");
  eh_file_run_header_get_offsets (&header, offsets);
  end = offsets[EH_FILE_RUN_SUMS];
  change (bytes + EH_FILE_RUN_PAGE, end - EH_FILE_RUN_PAGE, data, n);
  for (guint64 at = EH_FILE_RUN_PAGE; at < end; at += EH_FILE_RUN_PAGE)
    eh_store_32 (bytes + end + 4 * (at / EH_FILE_RUN_PAGE - 1), eh_crc32c (0, bytes + at, EH_FILE_RUN_PAGE));
  header.sums_checksum = eh_crc32c (0, bytes + end, offsets[EH_FILE_RUN_N_SECTIONS] - end);
  eh_file_run_header_write (&header, bytes);
}

/* The first byte says which file. */
static void
change_store (const char *folder, void (*change_file) (ProofFile *, const guint8 *, gsize), const guint8 *data,
              gsize size)
{
  g_autoptr (ProofWork) work = make_store ("xpbxtbrxdnsx");
  g_autoptr (ProofImage) image = proof_disk_get_image (work->disk);
  ProofFile *file = size > 0 ? find_file (image, folder, data[0]) : NULL;

  if (file == NULL)
    return;
  change_file (file, data + 1, size - 1);
  open_store (work, image);
  repair_store (work, image);
}

/* ---- the rest ---- */

static void
read_uri (const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;
  EhFileOptions options;

  if (uri == NULL)
    return;
  if (!eh_file_uri_read (uri, &folder, &options, &error))
    {
      if (error == NULL || folder != NULL)
        g_error ("a URI is refused without an error");
      return;
    }
  if (*folder == '\0' || options.interval == 0 || options.segment_size == 0
      || options.first_segment_size > options.segment_size)
    g_error ("a URI makes a store that cannot be");
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const char *const folders[] = { PROOF_FOLDER "/LOCK", PROOF_FOLDER "/run/", PROOF_FOLDER "/seg/",
                                         PROOF_FOLDER "/snap/" };

  if (size == 0)
    return 0;
  switch (data[0])
    {
    case 'h':
      read_header (data + 1, size - 1);
      break;
    case 'f':
      read_frame (data + 1, size - 1);
      break;
    case 'r':
      read_run_header (data + 1, size - 1);
      break;
    case 'c':
      read_checkpoint (data + 1, size - 1);
      break;
    case 'u':
      read_uri (data + 1, size - 1);
      break;
    case 'S':
      change_store (PROOF_FOLDER "/seg/", change_segment, data + 1, size - 1);
      break;
    case 'R':
      change_store (PROOF_FOLDER "/run/", change_run, data + 1, size - 1);
      break;
    default:
      read_store (folders[data[0] % G_N_ELEMENTS (folders)], data + 1, size - 1);
      break;
    }
  return 0;
}
