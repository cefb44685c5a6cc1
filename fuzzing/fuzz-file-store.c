/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "model/eh-error.h"
#include "store/eh-checkpoint-text-private.h"
#include "store/file/eh-file-run-private.h"
#include "store/file/eh-file-segment-private.h"
#include "tests/store/proof/proof-work.h"

/*
 * What the file store reads from a disk. The first byte says as what the rest is taken: parts of a file by themselves,
 * a frame with its checksums made right so that what is behind them is reached too, or a whole file of a store that is
 * then opened and read.
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

/* Puts @data in the place of the first file of the folder. */
static void
read_store (const char *folder, const guint8 *data, gsize size)
{
  g_autoptr (ProofImage) empty = proof_work_new_empty ();
  g_autoptr (ProofWork) work = proof_work_new (empty);
  g_autoptr (ProofImage) image = NULL;
  g_autoptr (ProofDisk) disk = NULL;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;

  if (!proof_work_open (work) || !proof_work_do (work, 'x') || !proof_work_do (work, 'p') || !proof_work_do (work, 'b')
      || !proof_work_close (work))
    g_error ("%s", work->what);
  image = proof_disk_get_image (work->disk);
  for (guint i = 0; i < image->files->len; i++)
    {
      ProofFile *file = &g_array_index (image->files, ProofFile, i);

      if (file->is_folder || !g_str_has_prefix (file->path, folder))
        continue;
      g_free ((gpointer) file->bytes);
      file->bytes = g_memdup2 (data, size);
      file->size = size;
      break;
    }
  disk = proof_disk_new (image);
  store = eh_file_store_open_with (proof_disk_get_ops (disk), PROOF_FOLDER, &work->options, &error);
  if (store == NULL && error == NULL)
    g_error ("a store is refused without an error");
  if (store != NULL)
    read_streams (work, store);
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
    default:
      read_store (folders[data[0] % G_N_ELEMENTS (folders)], data + 1, size - 1);
      break;
    }
  return 0;
}
