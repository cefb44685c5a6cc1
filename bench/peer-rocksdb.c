/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * RocksDB with synchronous writes, which share flushes among threads by themselves. Its best form: log files used
 * again, so a flush changes no file's size; three column families, so that events, whose keys rise, are moved and not
 * merged; stream names kept once; bloom filters; tables read from maps; blocks' checksums verified on reading; memory
 * tables written out on closing, so that opening replays no log. Events of concurrent appends may become visible out of
 * their order, which our contract forbids; it is let off that.
 */

#include <rocksdb/c.h>
#include <string.h>

#include "peer.h"

#define N_LOCKS 256
#define LOAD_MAX 128

typedef enum { FAMILY_DEFAULT, FAMILY_STREAMS, FAMILY_EVENTS, FAMILY_INDEX, N_FAMILIES } Family;

static const char *const family_names[N_FAMILIES] = { "default", "streams", "events", "index" };

typedef struct {
  guint32 number;
  guint32 version;
} Head;

typedef struct {
  guint32 stream;
  guint16 type;
  guint16 length;
  guint64 version;
  char id[EH_ID_STRING_LENGTH];
  char data[PEER_DATA_LENGTH];
} Record;

#define RECORD_LENGTH (G_STRUCT_OFFSET (Record, data) + PEER_DATA_LENGTH)

typedef struct {
  rocksdb_t *db;                                        /* (owned) */
  rocksdb_options_t *options;                           /* (owned) */
  rocksdb_cache_t *cache;                               /* (owned) */
  rocksdb_writeoptions_t *write;                        /* (owned) */
  rocksdb_readoptions_t *read;                          /* (owned) */
  rocksdb_readoptions_t *scan;                          /* (owned) */
  rocksdb_column_family_handle_t *families[N_FAMILIES]; /* (owned) */
  GMutex locks[N_LOCKS];                                /* of streams */
  guint64 n_positions;                                  /* (atomic) */
  guint32 n_streams;                                    /* (atomic) */
} Store;

static void
check (char *message)
{
  g_autoptr (GError) error = NULL;

  if (message != NULL)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED, "RocksDB: %s", message);
  bench_check (message == NULL, error);
}

static rocksdb_options_t *
make_options (rocksdb_cache_t *cache)
{
  rocksdb_options_t *options = rocksdb_options_create ();
  rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create ();

  rocksdb_block_based_options_set_block_cache (table, cache);
  rocksdb_block_based_options_set_filter_policy (table, rocksdb_filterpolicy_create_bloom_full (10));
  rocksdb_block_based_options_set_format_version (table, 5);
  rocksdb_block_based_options_set_block_size (table, 16384);
  rocksdb_options_set_block_based_table_factory (options, table);
  rocksdb_block_based_options_destroy (table);

  rocksdb_options_set_create_if_missing (options, 1);
  rocksdb_options_set_create_missing_column_families (options, 1);
  rocksdb_options_set_recycle_log_file_num (options, 4);
  rocksdb_options_set_skip_stats_update_on_db_open (options, 1);
  rocksdb_options_set_write_buffer_size (options, 64 << 20);
  rocksdb_options_set_compression (options, rocksdb_lz4_compression);
  rocksdb_options_set_allow_mmap_reads (options, 1);
  rocksdb_options_set_max_background_jobs (options, 2);
  rocksdb_options_set_enable_pipelined_write (options, 1);
  return options;
}

static guint64
find_last (Store *self, Family family, gsize length)
{
  rocksdb_iterator_t *iterator = rocksdb_create_iterator_cf (self->db, self->read, self->families[family]);
  guint64 number = 0;

  rocksdb_iter_seek_to_last (iterator);
  if (rocksdb_iter_valid (iterator))
    {
      gsize key_length;
      const char *key = rocksdb_iter_key (iterator, &key_length);

      for (gsize i = 0; i < length; i++)
        number = number << 8 | (guint8) key[i];
    }
  rocksdb_iter_destroy (iterator);
  return number;
}

static gpointer
rocksdb_peer_open (const char *dir, PeerSync sync)
{
  Store *self = g_new0 (Store, 1);
  const rocksdb_options_t *options[N_FAMILIES];
  char *message = NULL;

  self->cache = rocksdb_cache_create_lru (64 << 20);
  self->options = make_options (self->cache);
  self->write = rocksdb_writeoptions_create ();
  rocksdb_writeoptions_set_sync (self->write, sync == PEER_DURABLE);
  self->read = rocksdb_readoptions_create ();
  rocksdb_readoptions_set_verify_checksums (self->read, 1);
  self->scan = rocksdb_readoptions_create ();
  rocksdb_readoptions_set_verify_checksums (self->scan, 1);
  rocksdb_readoptions_set_fill_cache (self->scan, 0);
  rocksdb_readoptions_set_readahead_size (self->scan, 2 << 20);
  for (guint i = 0; i < N_LOCKS; i++)
    g_mutex_init (&self->locks[i]);
  for (guint i = 0; i < N_FAMILIES; i++)
    options[i] = self->options;
  self->db = rocksdb_open_column_families (self->options, dir, N_FAMILIES, family_names, options, self->families,
                                           &message);
  check (message);
  self->n_positions = find_last (self, FAMILY_EVENTS, 8);
  self->n_streams = (guint32) find_last (self, FAMILY_INDEX, 4);
  return self;
}

static Head
find_head (Store *self, const char *name)
{
  Head head = { 0, 0 };
  char *message = NULL;
  gsize length;
  rocksdb_pinnableslice_t *slice = rocksdb_get_pinned_cf (self->db, self->read, self->families[FAMILY_STREAMS], name,
                                                          strlen (name), &message);

  check (message);
  if (slice == NULL)
    return head;
  memcpy (&head, rocksdb_pinnableslice_value (slice, &length), sizeof head);
  rocksdb_pinnableslice_destroy (slice);
  return head;
}

static void
put_event (Store *self, rocksdb_writebatch_t *batch, guint64 position, Head head, const PeerEvent *event)
{
  guint64 key = GUINT64_TO_BE (position);
  guint32 place[2] = { GUINT32_TO_BE (head.number), GUINT32_TO_BE (head.version) };
  Record record = { .stream = head.number, .type = 1, .length = PEER_DATA_LENGTH, .version = head.version };

  memcpy (record.id, event->id_text, EH_ID_STRING_LENGTH);
  memcpy (record.data, event->data, PEER_DATA_LENGTH);
  rocksdb_writebatch_put_cf (batch, self->families[FAMILY_EVENTS], (const char *) &key, sizeof key,
                             (const char *) &record, RECORD_LENGTH);
  rocksdb_writebatch_put_cf (batch, self->families[FAMILY_INDEX], (const char *) place, sizeof place,
                             (const char *) &key, sizeof key);
}

/* @heads has what this batch changed already; %NULL where the batch is of one stream. */
static void
put_events (Store *self, rocksdb_writebatch_t *batch, GHashTable *heads, const PeerAppend *append)
{
  const char *name = append->stream->text;
  Head *changed = heads != NULL ? g_hash_table_lookup (heads, name) : NULL;
  Head head = changed != NULL ? *changed : find_head (self, name);
  guint64 position = __atomic_fetch_add (&self->n_positions, append->n_events, __ATOMIC_RELAXED);

  bench_check (head.version == append->expected, NULL);
  if (head.number == 0)
    head.number = __atomic_add_fetch (&self->n_streams, 1, __ATOMIC_RELAXED);
  for (guint i = 0; i < append->n_events; i++)
    {
      head.version++;
      put_event (self, batch, ++position, head, &append->events[i]);
    }
  rocksdb_writebatch_put_cf (batch, self->families[FAMILY_STREAMS], name, strlen (name), (const char *) &head,
                             sizeof head);
  if (heads != NULL)
    g_hash_table_replace (heads, (gpointer) name, g_memdup2 (&head, sizeof head));
}

/* One append goes beside those of other threads, under its stream's lock; several come from the thread that groups. */
static void
rocksdb_peer_append (gpointer data, const PeerAppend *const *appends, guint n_appends)
{
  Store *self = data;
  GMutex *lock = n_appends == 1 ? &self->locks[appends[0]->stream->number % N_LOCKS] : NULL;
  g_autoptr (GHashTable) heads = lock == NULL ? g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free) : NULL;
  rocksdb_writebatch_t *batch = rocksdb_writebatch_create ();
  char *message = NULL;

  if (lock != NULL)
    g_mutex_lock (lock);
  for (guint i = 0; i < n_appends; i++)
    put_events (self, batch, heads, appends[i]);
  rocksdb_write (self->db, self->write, batch, &message);
  check (message);
  if (lock != NULL)
    g_mutex_unlock (lock);
  rocksdb_writebatch_destroy (batch);
}

static void
see (PeerSeen *seen, const char *value)
{
  guint64 version;
  guint16 length;

  memcpy (&version, value + G_STRUCT_OFFSET (Record, version), sizeof version);
  memcpy (&length, value + G_STRUCT_OFFSET (Record, length), sizeof length);
  peer_seen_add (seen, version, value + G_STRUCT_OFFSET (Record, data), length);
}

static void
see_positions (Store *self, PeerSeen *seen, const guint64 *positions, guint n)
{
  const char *keys[LOAD_MAX] = { NULL };
  gsize lengths[LOAD_MAX] = { 0 };
  rocksdb_pinnableslice_t *slices[LOAD_MAX];
  char *messages[LOAD_MAX];
  gsize length;

  for (guint i = 0; i < n; i++)
    {
      keys[i] = (const char *) &positions[i];
      lengths[i] = sizeof *positions;
    }
  rocksdb_batched_multi_get_cf (self->db, self->read, self->families[FAMILY_EVENTS], n, keys, lengths, slices, messages,
                                TRUE);
  for (guint i = 0; i < n; i++)
    {
      check (messages[i]);
      see (seen, rocksdb_pinnableslice_value (slices[i], &length));
      rocksdb_pinnableslice_destroy (slices[i]);
    }
}

static void
rocksdb_peer_load (gpointer data, const PeerStream *stream, PeerSeen *seen)
{
  Store *self = data;
  guint32 number = GUINT32_TO_BE (find_head (self, stream->text).number);
  rocksdb_iterator_t *iterator = rocksdb_create_iterator_cf (self->db, self->read, self->families[FAMILY_INDEX]);
  guint64 positions[LOAD_MAX];
  guint n = 0;
  gsize length;

  for (rocksdb_iter_seek (iterator, (const char *) &number, sizeof number);
       rocksdb_iter_valid (iterator) && memcmp (rocksdb_iter_key (iterator, &length), &number, sizeof number) == 0;
       rocksdb_iter_next (iterator))
    {
      memcpy (&positions[n], rocksdb_iter_value (iterator, &length), sizeof *positions);
      if (++n == LOAD_MAX)
        {
          see_positions (self, seen, positions, n);
          n = 0;
        }
    }
  see_positions (self, seen, positions, n);
  rocksdb_iter_destroy (iterator);
}

static void
rocksdb_peer_replay (gpointer data, PeerSeen *seen)
{
  Store *self = data;
  rocksdb_iterator_t *iterator = rocksdb_create_iterator_cf (self->db, self->scan, self->families[FAMILY_EVENTS]);
  gsize length;

  for (rocksdb_iter_seek_to_first (iterator); rocksdb_iter_valid (iterator); rocksdb_iter_next (iterator))
    see (seen, rocksdb_iter_value (iterator, &length));
  rocksdb_iter_destroy (iterator);
}

static void
rocksdb_peer_close (gpointer data)
{
  Store *self = data;
  rocksdb_flushoptions_t *flush = rocksdb_flushoptions_create ();
  char *message = NULL;

  for (guint i = 0; i < N_FAMILIES; i++)
    {
      rocksdb_flush_cf (self->db, flush, self->families[i], &message);
      check (message);
      rocksdb_column_family_handle_destroy (self->families[i]);
    }
  rocksdb_flushoptions_destroy (flush);
  rocksdb_close (self->db);
  rocksdb_readoptions_destroy (self->scan);
  rocksdb_readoptions_destroy (self->read);
  rocksdb_writeoptions_destroy (self->write);
  rocksdb_options_destroy (self->options);
  rocksdb_cache_destroy (self->cache);
  for (guint i = 0; i < N_LOCKS; i++)
    g_mutex_clear (&self->locks[i]);
  g_free (self);
}

const PeerEngine peer_rocksdb = {
  .name = "rocksdb",
  .has_groups = TRUE,
  .open = rocksdb_peer_open,
  .append = rocksdb_peer_append,
  .load = rocksdb_peer_load,
  .replay = rocksdb_peer_replay,
  .close = rocksdb_peer_close,
};
