/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SQLite: write-ahead log, synchronous=FULL, so a commit is one flush of the log. Its best form: one connection that
 * the threads share, since several wait for each other's locks by sleeping; the database locked for good, so the log's
 * index needs no shared memory; stream and type names kept once; the row id as the position; data in the order of the
 * log, found by a narrow index; a checkpoint each 16 MiB of log rather than each 4.
 */

#include <sqlite3.h>
#include <string.h>

#include "peer.h"

typedef enum { SQL_BEGIN, SQL_COMMIT, SQL_HEAD, SQL_ADD_STREAM, SQL_ADD_EVENT, SQL_LOAD, SQL_REPLAY, N_SQL } Sql;

static const char *const texts[N_SQL] = {
  [SQL_BEGIN] = "BEGIN IMMEDIATE",
  [SQL_COMMIT] = "COMMIT",
  [SQL_HEAD] = "SELECT number, (SELECT max(version) FROM events WHERE stream = number) FROM streams WHERE name = ?",
  [SQL_ADD_STREAM] = "INSERT INTO streams (name) VALUES (?)",
  [SQL_ADD_EVENT] = "INSERT INTO events (stream, version, id, type, data) VALUES (?, ?, ?, ?, ?)",
  [SQL_LOAD] =
      "SELECT version, id, type, data FROM events, streams WHERE stream = number AND name = ? ORDER BY version",
  [SQL_REPLAY] = "SELECT version, id, type, data, stream, position FROM events ORDER BY position",
};

static const char layout[] =
    "PRAGMA page_size = 4096;"
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA wal_autocheckpoint = 4096;"
    "PRAGMA cache_size = -65536;"
    "PRAGMA mmap_size = 17179869184;"
    "CREATE TABLE IF NOT EXISTS streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS types (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS events (position INTEGER PRIMARY KEY, stream INTEGER NOT NULL,"
    " version INTEGER NOT NULL, id TEXT NOT NULL, type INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE UNIQUE INDEX IF NOT EXISTS by_stream ON events (stream, version);"
    "INSERT OR IGNORE INTO types (number, name) VALUES (1, '" PEER_TYPE "');";

typedef struct {
  GMutex mutex;
  sqlite3 *db;                     /* (owned) (mutex mutex) */
  sqlite3_stmt *statements[N_SQL]; /* (owned) */
} Store;

static void
check (Store *self, gboolean good)
{
  g_autoptr (GError) error = NULL;

  if (!good)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "SQLite: %s", sqlite3_errmsg (self->db));
  bench_check (good, error);
}

static void
run (Store *self, const char *text)
{
  check (self, sqlite3_exec (self->db, text, NULL, NULL, NULL) == SQLITE_OK);
}

static gpointer
sqlite_open (const char *dir, PeerSync sync)
{
  Store *self = g_new0 (Store, 1);
  g_autofree char *path = g_build_filename (dir, "events.db", NULL);

  g_mutex_init (&self->mutex);
  check (self, sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL)
                   == SQLITE_OK);
  run (self, sync == PEER_DURABLE ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  run (self, layout);
  for (guint i = 0; i < N_SQL; i++)
    check (self, sqlite3_prepare_v3 (self->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &self->statements[i], NULL)
                     == SQLITE_OK);
  return self;
}

/* Runs a statement that yields no row. */
static void
step (Store *self, Sql sql)
{
  sqlite3_stmt *statement = self->statements[sql];

  check (self, sqlite3_step (statement) == SQLITE_DONE);
  sqlite3_reset (statement);
}

/* The stream's number, which it gets when it is new, and its version. */
static gint64
find_stream (Store *self, const char *name, guint64 *version)
{
  sqlite3_stmt *statement = self->statements[SQL_HEAD];
  gint64 number = 0;

  *version = 0;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      number = sqlite3_column_int64 (statement, 0);
      *version = (guint64) sqlite3_column_int64 (statement, 1);
    }
  sqlite3_reset (statement);
  if (number != 0)
    return number;

  sqlite3_bind_text (self->statements[SQL_ADD_STREAM], 1, name, -1, SQLITE_STATIC);
  step (self, SQL_ADD_STREAM);
  return sqlite3_last_insert_rowid (self->db);
}

static void
add_events (Store *self, const PeerAppend *append)
{
  sqlite3_stmt *statement = self->statements[SQL_ADD_EVENT];
  guint64 version;
  gint64 number = find_stream (self, append->stream->text, &version);

  bench_check (version == append->expected, NULL);
  for (guint i = 0; i < append->n_events; i++)
    {
      const PeerEvent *event = &append->events[i];

      sqlite3_bind_int64 (statement, 1, number);
      sqlite3_bind_int64 (statement, 2, (gint64) (version + i + 1));
      sqlite3_bind_text (statement, 3, event->id_text, EH_ID_STRING_LENGTH, SQLITE_STATIC);
      sqlite3_bind_int (statement, 4, 1);
      sqlite3_bind_blob (statement, 5, event->data, PEER_DATA_LENGTH, SQLITE_STATIC);
      step (self, SQL_ADD_EVENT);
    }
}

static void
sqlite_append (gpointer data, const PeerAppend *const *appends, guint n_appends)
{
  Store *self = data;

  g_mutex_lock (&self->mutex);
  step (self, SQL_BEGIN);
  for (guint i = 0; i < n_appends; i++)
    add_events (self, appends[i]);
  step (self, SQL_COMMIT);
  g_mutex_unlock (&self->mutex);
}

static void
see_rows (Store *self, Sql sql, PeerSeen *seen)
{
  sqlite3_stmt *statement = self->statements[sql];
  int status;

  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    {
      const void *data = sqlite3_column_blob (statement, 3);

      peer_seen_add (seen, (guint64) sqlite3_column_int64 (statement, 0), data,
                     (gsize) sqlite3_column_bytes (statement, 3));
    }
  check (self, status == SQLITE_DONE);
  sqlite3_reset (statement);
}

static void
sqlite_load (gpointer data, const PeerStream *stream, PeerSeen *seen)
{
  Store *self = data;

  g_mutex_lock (&self->mutex);
  sqlite3_bind_text (self->statements[SQL_LOAD], 1, stream->text, -1, SQLITE_STATIC);
  see_rows (self, SQL_LOAD, seen);
  g_mutex_unlock (&self->mutex);
}

static void
sqlite_replay (gpointer data, PeerSeen *seen)
{
  Store *self = data;

  g_mutex_lock (&self->mutex);
  see_rows (self, SQL_REPLAY, seen);
  g_mutex_unlock (&self->mutex);
}

static void
sqlite_close (gpointer data)
{
  Store *self = data;

  for (guint i = 0; i < N_SQL; i++)
    sqlite3_finalize (self->statements[i]);
  check (self, sqlite3_close (self->db) == SQLITE_OK);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const PeerEngine peer_sqlite = {
  .name = "sqlite",
  .open = sqlite_open,
  .append = sqlite_append,
  .load = sqlite_load,
  .replay = sqlite_replay,
  .close = sqlite_close,
};
