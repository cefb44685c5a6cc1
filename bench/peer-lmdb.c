/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * LMDB: a commit writes the changed pages, flushes, then writes its root page through a descriptor that is synchronous.
 * Its best form: events appended under rising integers, so pages are full; stream names kept once; a stream's positions
 * as sorted duplicates of a fixed size, eight bytes an event; its version read from its last event.
 */

#include <lmdb.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

#define MAP_SIZE ((gsize) 64 << 30)
#define ROOM ((gsize) 32 << 20)
#define ROOM_LEAST ((gsize) 4 << 20)
#define ROOM_WORK_MAX ((gsize) 64 << 10)

typedef struct {
  guint32 stream;
  guint16 type;
  guint16 length;
  guint64 version;
  char id[EH_ID_STRING_LENGTH];
  char data[];
} Record;

#define RECORD_HEAD G_STRUCT_OFFSET (Record, data)

typedef struct {
  MDB_env *env;    /* (owned) */
  MDB_dbi streams; /* name: number */
  MDB_dbi events;  /* position: record */
  MDB_dbi index;   /* number: positions */
  gsize room;      /* (in a writing transaction): how far the file has been filled with zeros */
  gboolean is_durable;
} Store;

/* A transaction and what goes with it. */
typedef struct {
  Store *store;
  MDB_txn *txn;
  MDB_cursor *events;
  MDB_cursor *index;
  gsize position; /* of the last event */
} Work;

static void
check (int status)
{
  g_autoptr (GError) error = NULL;

  if (status != MDB_SUCCESS)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "LMDB: %s", mdb_strerror (status));
  bench_check (status == MDB_SUCCESS, error);
}

static gpointer
lmdb_open (const char *dir, PeerSync sync)
{
  Store *self = g_new0 (Store, 1);
  MDB_txn *txn;

  self->is_durable = sync == PEER_DURABLE;
  check (mdb_env_create (&self->env));
  check (mdb_env_set_mapsize (self->env, MAP_SIZE));
  check (mdb_env_set_maxdbs (self->env, 3));
  check (mdb_env_open (self->env, dir, MDB_NOMEMINIT | (self->is_durable ? 0 : MDB_NOSYNC), 0644));

  check (mdb_txn_begin (self->env, NULL, 0, &txn));
  check (mdb_dbi_open (txn, "streams", MDB_CREATE, &self->streams));
  check (mdb_dbi_open (txn, "events", MDB_CREATE | MDB_INTEGERKEY, &self->events));
  check (mdb_dbi_open (txn, "index", MDB_CREATE | MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
                       &self->index));
  check (mdb_txn_commit (txn));
  return self;
}

static gsize
measure_used (Store *self)
{
  MDB_envinfo info;
  MDB_stat stat;

  check (mdb_env_info (self->env, &info));
  check (mdb_env_stat (self->env, &stat));
  return (info.me_last_pgno + 1) * stat.ms_psize;
}

/*
 * Zeros where pages will be, so that a commit changes no file's size and needs nothing of the file system's journal. In
 * a transaction, since nobody else writes then. Large commits are better off without: they would write all twice.
 */
static void
make_room (Store *self)
{
  gsize used = measure_used (self);
  g_autofree char *zeros = NULL;
  mdb_filehandle_t fd;

  if (self->room > used + ROOM_LEAST)
    return;
  zeros = g_malloc0 (ROOM);
  self->room = MAX (self->room, used);
  check (mdb_env_get_fd (self->env, &fd));
  bench_check (pwrite (fd, zeros, ROOM, (off_t) self->room) == (ssize_t) ROOM, NULL);
  bench_check (fdatasync (fd) == 0, NULL);
  self->room += ROOM;
}

static gboolean
find_stream (Work *work, const char *name, gsize *number)
{
  MDB_val key = { strlen (name), (void *) name }, value;
  int status = mdb_get (work->txn, work->store->streams, &key, &value);

  if (status == MDB_NOTFOUND)
    return FALSE;
  check (status);
  memcpy (number, value.mv_data, sizeof *number);
  return TRUE;
}

static gsize
add_stream (Work *work, const char *name)
{
  MDB_val key = { strlen (name), (void *) name };
  MDB_stat stat;
  gsize number;

  check (mdb_stat (work->txn, work->store->streams, &stat));
  number = stat.ms_entries + 1;
  check (mdb_put (work->txn, work->store->streams, &key, &(MDB_val){ sizeof number, &number }, MDB_NOOVERWRITE));
  return number;
}

static const Record *
get_record (Work *work, gsize position)
{
  MDB_val value;

  check (mdb_get (work->txn, work->store->events, &(MDB_val){ sizeof position, &position }, &value));
  return value.mv_data;
}

static guint64
find_version (Work *work, gsize number)
{
  MDB_val key = { sizeof number, &number }, value;
  gsize position;

  check (mdb_cursor_get (work->index, &key, &value, MDB_SET));
  check (mdb_cursor_get (work->index, &key, &value, MDB_LAST_DUP));
  memcpy (&position, value.mv_data, sizeof position);
  return get_record (work, position)->version;
}

static void
add_event (Work *work, gsize number, guint64 version, const PeerEvent *event)
{
  gsize position = ++work->position;
  MDB_val key = { sizeof position, &position }, value = { RECORD_HEAD + PEER_DATA_LENGTH, NULL };
  Record *record;

  check (mdb_cursor_put (work->events, &key, &value, MDB_RESERVE | MDB_APPEND));
  record = value.mv_data;
  record->stream = (guint32) number;
  record->type = 1;
  record->length = PEER_DATA_LENGTH;
  record->version = version;
  memcpy (record->id, event->id_text, EH_ID_STRING_LENGTH);
  memcpy (record->data, event->data, PEER_DATA_LENGTH);

  check (mdb_cursor_put (work->index, &(MDB_val){ sizeof number, &number }, &(MDB_val){ sizeof position, &position },
                         MDB_APPENDDUP));
}

static void
add_events (Work *work, const PeerAppend *append)
{
  gsize number;
  guint64 version = 0;

  if (find_stream (work, append->stream->text, &number))
    version = find_version (work, number);
  else
    number = add_stream (work, append->stream->text);
  bench_check (version == append->expected, NULL);
  for (guint i = 0; i < append->n_events; i++)
    add_event (work, number, version + i + 1, &append->events[i]);
}

static gsize
find_last_position (Work *work)
{
  MDB_val key, value;
  gsize position = 0;
  int status = mdb_cursor_get (work->events, &key, &value, MDB_LAST);

  if (status == MDB_NOTFOUND)
    return 0;
  check (status);
  memcpy (&position, key.mv_data, sizeof position);
  return position;
}

static void
lmdb_append (gpointer data, const PeerAppend *const *appends, guint n_appends)
{
  Store *self = data;
  Work work = { .store = self };

  check (mdb_txn_begin (self->env, NULL, 0, &work.txn));
  if (self->is_durable && n_appends * appends[0]->n_events * PEER_DATA_LENGTH <= ROOM_WORK_MAX)
    make_room (self);
  check (mdb_cursor_open (work.txn, self->events, &work.events));
  check (mdb_cursor_open (work.txn, self->index, &work.index));
  work.position = find_last_position (&work);
  for (guint i = 0; i < n_appends; i++)
    add_events (&work, appends[i]);
  mdb_cursor_close (work.index);
  mdb_cursor_close (work.events);
  check (mdb_txn_commit (work.txn));
  /* The root page's write is a flush that no call shows. */
  if (self->is_durable)
    peer_flushes_add (1);
}

static void
see (PeerSeen *seen, const Record *record)
{
  peer_seen_add (seen, record->version, record->data, record->length);
}

static void
lmdb_load (gpointer data, const PeerStream *stream, PeerSeen *seen)
{
  Store *self = data;
  Work work = { .store = self };
  MDB_val key, value;
  gsize number;
  int status = MDB_NOTFOUND;

  check (mdb_txn_begin (self->env, NULL, MDB_RDONLY, &work.txn));
  check (mdb_cursor_open (work.txn, self->index, &work.index));
  if (find_stream (&work, stream->text, &number))
    {
      key = (MDB_val){ sizeof number, &number };
      check (mdb_cursor_get (work.index, &key, &value, MDB_SET));
      status = mdb_cursor_get (work.index, &key, &value, MDB_GET_MULTIPLE);
    }
  for (; status == MDB_SUCCESS; status = mdb_cursor_get (work.index, &key, &value, MDB_NEXT_MULTIPLE))
    for (gsize i = 0; i < value.mv_size / sizeof (gsize); i++)
      see (seen, get_record (&work, ((const gsize *) value.mv_data)[i]));
  bench_check (status == MDB_NOTFOUND, NULL);
  mdb_cursor_close (work.index);
  mdb_txn_abort (work.txn);
}

static void
lmdb_replay (gpointer data, PeerSeen *seen)
{
  Store *self = data;
  MDB_txn *txn;
  MDB_cursor *cursor;
  MDB_val key, value;

  check (mdb_txn_begin (self->env, NULL, MDB_RDONLY, &txn));
  check (mdb_cursor_open (txn, self->events, &cursor));
  while (mdb_cursor_get (cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS)
    see (seen, value.mv_data);
  mdb_cursor_close (cursor);
  mdb_txn_abort (txn);
}

static void
lmdb_close (gpointer data)
{
  Store *self = data;
  mdb_filehandle_t fd;

  check (mdb_env_sync (self->env, TRUE));
  check (mdb_env_get_fd (self->env, &fd));
  bench_check (ftruncate (fd, (off_t) measure_used (self)) == 0, NULL);
  mdb_env_close (self->env);
  g_free (self);
}

const PeerEngine peer_lmdb = {
  .name = "lmdb",
  .open = lmdb_open,
  .append = lmdb_append,
  .load = lmdb_load,
  .replay = lmdb_replay,
  .close = lmdb_close,
};
