/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the machine can do: frames written one behind the other into a file of zeros, a flush for each call, and nothing
 * else: no version is looked at, nothing is checked, no stream can be found. A frame is an event's data alone where one
 * is appended; in a group it has its stream, version, id and type too, as a log would need.
 */

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "peer.h"

#define FILE_SIZE ((gsize) 128 << 20)
#define CHUNK ((gsize) 4 << 20)

typedef struct {
  guint64 version;
  char stream[24];
  char id[EH_ID_STRING_LENGTH + 6];
  char type[24];
  char data[PEER_DATA_LENGTH];
} Frame;

typedef struct {
  GMutex mutex;
  int fd;
  gsize offset;  /* (mutex mutex) */
  guint64 n;     /* (mutex mutex): frames written; the file is used again when it is full */
  Frame *frames; /* (owned) (mutex mutex): room for a group */
  gboolean is_durable;
} Store;

static void
check (gboolean good)
{
  g_autoptr (GError) error = NULL;

  if (!good)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "bare log: %s", g_strerror (errno));
  bench_check (good, error);
}

static void
write_zeros (int fd)
{
  g_autofree char *zeros = g_malloc0 (CHUNK);

  for (gsize done = 0; done < FILE_SIZE; done += CHUNK)
    check (pwrite (fd, zeros, CHUNK, (off_t) done) == (ssize_t) CHUNK);
  check (fsync (fd) == 0);
}

static gpointer
bare_open (const char *dir, PeerSync sync)
{
  Store *self = g_new0 (Store, 1);
  g_autofree char *path = g_build_filename (dir, "log", NULL);
  gboolean is_there = g_file_test (path, G_FILE_TEST_EXISTS);

  g_mutex_init (&self->mutex);
  self->is_durable = sync == PEER_DURABLE;
  self->frames = g_new0 (Frame, PEER_GROUP_MAX);
  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  check (self->fd >= 0);
  if (!is_there)
    write_zeros (self->fd);
  return self;
}

static void
write_out (Store *self, const void *bytes, gsize length)
{
  if (self->offset + length > FILE_SIZE)
    self->offset = 0;
  check (pwrite (self->fd, bytes, length, (off_t) self->offset) == (ssize_t) length);
  if (self->is_durable)
    check (fdatasync (self->fd) == 0);
  self->offset += length;
}

static void
fill_frame (Frame *frame, const PeerAppend *append, guint i)
{
  frame->version = append->expected + i + 1;
  memcpy (frame->stream, append->stream->text, sizeof frame->stream);
  memcpy (frame->id, append->events[i].id_text, EH_ID_STRING_LENGTH);
  memcpy (frame->type, PEER_TYPE, sizeof PEER_TYPE);
  memcpy (frame->data, append->events[i].data, PEER_DATA_LENGTH);
}

static void
bare_append (gpointer data, const PeerAppend *const *appends, guint n_appends)
{
  Store *self = data;
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < n_appends; i++)
    for (guint j = 0; j < appends[i]->n_events; j++)
      {
        fill_frame (&self->frames[n++], appends[i], j);
        if (n == PEER_GROUP_MAX)
          {
            write_out (self, self->frames, n * sizeof (Frame));
            n = 0;
          }
      }
  if (n == 1 && self->is_durable)
    write_out (self, self->frames->data, PEER_DATA_LENGTH);
  else if (n > 0)
    write_out (self, self->frames, n * sizeof (Frame));
  g_mutex_unlock (&self->mutex);
}

/* Every byte of a mapped file is looked at, as a checksum would have to. */
static void
bare_replay (gpointer data, PeerSeen *seen)
{
  Store *self = data;
  const Frame *frames = mmap (NULL, FILE_SIZE, PROT_READ, MAP_SHARED | MAP_POPULATE, self->fd, 0);

  check (frames != MAP_FAILED);
  for (gsize i = 0; i < FILE_SIZE / sizeof (Frame); i++)
    {
      const guint64 *words = (const guint64 *) &frames[i];
      guint64 sum = 0;

      for (gsize j = 0; j < sizeof (Frame) / sizeof *words; j++)
        sum += words[j];
      seen->n_events++;
      seen->touched += sum;
    }
  munmap ((gpointer) frames, FILE_SIZE);
}

static void
bare_close (gpointer data)
{
  Store *self = data;

  fdatasync (self->fd);
  close (self->fd);
  g_mutex_clear (&self->mutex);
  g_free (self->frames);
  g_free (self);
}

const PeerEngine peer_bare = {
  .name = "bare",
  .is_limit = TRUE,
  .open = bare_open,
  .append = bare_append,
  .replay = bare_replay,
  .close = bare_close,
};
