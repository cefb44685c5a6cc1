/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-deadline-table-private.h"

#include "model/eh-json-private.h"
#include "model/eh-lock-private.h"

/* One deadline as it is kept in memory and in a checkpoint. */
typedef struct {
  char *key;
  char *name;
  gint64 time;
} Entry;

typedef struct {
  Entry *deadlines;
  gsize n_deadlines;
} Table;

static EH_DEFINE_SCHEMA (Entry, entry_schema, EH_FIELD_STRING (key), EH_FIELD_STRING (name),
                         EH_FIELD_TIMESTAMP (time)) static EH_DEFINE_SCHEMA (Table, table_schema,
                                                                             EH_FIELD_STRUCT_ARRAY (deadlines,
                                                                                                    n_deadlines,
                                                                                                    entry_schema))

    struct _EhDeadlineTable {
  EhLock lock;
  GSequence *entries; /* (mutex lock) (owned): of Entry (owned), the earliest first */
  GHashTable *by_key; /* (mutex lock) (owned): key (owned) to GPtrArray (owned) of GSequenceIter */
  gint64 due;         /* (mutex lock): of the first entry */
};

static void
entry_free (gpointer data)
{
  eh_schema_free (&entry_schema, data);
}

/* Of equal times the one inserted last comes last: g_sequence_insert_sorted() puts it behind. */
static gint
entry_compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const Entry *first = a;
  const Entry *second = b;

  return first->time < second->time ? -1 : first->time > second->time;
}

EhDeadlineTable *
eh_deadline_table_new (void)
{
  EhDeadlineTable *self = g_new0 (EhDeadlineTable, 1);

  eh_lock_init (&self->lock);
  self->entries = g_sequence_new (entry_free);
  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->due = G_MAXINT64;
  return self;
}

void
eh_deadline_table_free (EhDeadlineTable *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_key);
  g_sequence_free (self->entries);
  eh_lock_clear (&self->lock);
  g_free (self);
}

static void
note_due (EhDeadlineTable *self)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->entries);

  self->due = g_sequence_iter_is_end (first) ? G_MAXINT64 : ((Entry *) g_sequence_get (first))->time;
}

static void
remove_key (EhDeadlineTable *self, const char *key)
{
  GPtrArray *iters = g_hash_table_lookup (self->by_key, key);

  if (iters == NULL)
    return;
  for (guint i = 0; i < iters->len; i++)
    g_sequence_remove (iters->pdata[i]);
  g_hash_table_remove (self->by_key, key);
}

static void
add_entry (EhDeadlineTable *self, const char *key, const char *name, gint64 time)
{
  GPtrArray *iters = g_hash_table_lookup (self->by_key, key);
  Entry *entry = g_new (Entry, 1);

  *entry = (Entry){ g_strdup (key), g_strdup (name), time };
  if (iters == NULL)
    {
      iters = g_ptr_array_new ();
      g_hash_table_insert (self->by_key, g_strdup (key), iters);
    }
  g_ptr_array_add (iters, g_sequence_insert_sorted (self->entries, entry, entry_compare, NULL));
}

void
eh_deadline_table_set (EhDeadlineTable *self, const char *key, const EhStepDeadline *deadlines, gsize n)
{
  eh_lock (&self->lock);
  if (n > 0 || g_hash_table_size (self->by_key) > 0)
    {
      remove_key (self, key);
      for (gsize i = 0; i < n; i++)
        add_entry (self, key, deadlines[i].name, deadlines[i].time);
      note_due (self);
    }
  eh_unlock (&self->lock);
}

gint64
eh_deadline_table_get_due (EhDeadlineTable *self)
{
  gint64 due;

  eh_lock (&self->lock);
  due = self->due;
  eh_unlock (&self->lock);
  return due;
}

gboolean
eh_deadline_table_get (EhDeadlineTable *self, guint i, gint64 now, char **key, char **name, gint64 *time)
{
  GSequenceIter *iter;
  const Entry *entry = NULL;

  eh_lock (&self->lock);
  iter = g_sequence_get_iter_at_pos (self->entries, (gint) i);
  if (!g_sequence_iter_is_end (iter))
    entry = g_sequence_get (iter);
  if (entry != NULL && entry->time > now)
    entry = NULL;
  if (entry != NULL)
    {
      *key = g_strdup (entry->key);
      *name = g_strdup (entry->name);
      *time = entry->time;
    }
  eh_unlock (&self->lock);
  return entry != NULL;
}

void
eh_deadline_table_clear (EhDeadlineTable *self)
{
  eh_lock (&self->lock);
  g_hash_table_remove_all (self->by_key);
  g_sequence_remove_range (g_sequence_get_begin_iter (self->entries), g_sequence_get_end_iter (self->entries));
  self->due = G_MAXINT64;
  eh_unlock (&self->lock);
}

static Table *
copy_table (EhDeadlineTable *self)
{
  Table *table = g_new0 (Table, 1);

  eh_lock (&self->lock);
  table->deadlines = g_new0 (Entry, g_sequence_get_length (self->entries));
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->entries); !g_sequence_iter_is_end (iter);
       iter = g_sequence_iter_next (iter))
    {
      const Entry *entry = g_sequence_get (iter);

      table->deadlines[table->n_deadlines++] = (Entry){ g_strdup (entry->key), g_strdup (entry->name), entry->time };
    }
  eh_unlock (&self->lock);
  return table;
}

void
eh_deadline_table_foreach (EhDeadlineTable *self, EhDeadlineEntryFunc func, gpointer user_data)
{
  Table *table = copy_table (self);

  for (gsize i = 0; i < table->n_deadlines; i++)
    {
      const Entry *entry = &table->deadlines[i];

      if (!func (entry->key, entry->name, entry->time, user_data))
        break;
    }
  eh_schema_free (&table_schema, table);
}

GBytes *
eh_deadline_table_save (EhDeadlineTable *self, GError **error)
{
  Table *table = copy_table (self);
  GString *text = g_string_new (NULL);
  gboolean ok = eh_json_put_value (text, &table_schema, table);

  eh_json_finish (text);
  if (!ok)
    eh_schema_check (&table_schema, table, error);
  eh_schema_free (&table_schema, table);
  if (ok)
    return g_string_free_to_bytes (text);
  g_string_free (text, TRUE);
  return NULL;
}

/* Reads one element by itself: each is checked, and their number has no bound. */
static gboolean
read_entry (EhJsonReader *reader, GPtrArray *entries)
{
  Entry *entry = NULL;
  const char *start;

  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_skip (reader))
    return FALSE;
  entry = g_new0 (Entry, 1);
  if (!eh_schema_read_json (&entry_schema, start, reader->cursor - start, entry, &reader->error))
    {
      g_free (entry);
      return FALSE;
    }
  g_ptr_array_add (entries, entry);
  return TRUE;
}

/* An empty list may be left out. */
static gboolean
read_entries (EhJsonReader *reader, GPtrArray *entries)
{
  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  if (!eh_json_reader_next (reader))
    return reader->error == NULL && eh_json_reader_finish (reader);
  if (!eh_json_reader_match_member (reader, "deadlines"))
    return eh_json_reader_expected (reader, "the member \"deadlines\"");
  if (!eh_json_reader_open (reader, '['))
    return FALSE;
  while (eh_json_reader_next (reader))
    if (!read_entry (reader, entries))
      return FALSE;
  if (reader->error == NULL && eh_json_reader_next (reader))
    return eh_json_reader_expected (reader, "no other member");
  return reader->error == NULL && eh_json_reader_finish (reader);
}

gboolean
eh_deadline_table_load (EhDeadlineTable *self, GBytes *payload, GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);
  EhJsonReader reader;
  gsize size;
  const char *text = g_bytes_get_data (payload, &size);
  gboolean ok;

  eh_json_reader_init_large (&reader, size > 0 ? text : "", size);
  ok = read_entries (&reader, entries);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&reader.error));
  eh_json_reader_clear (&reader);
  if (!ok)
    return FALSE;

  eh_deadline_table_clear (self);
  eh_lock (&self->lock);
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];

      if (entry->key != NULL && entry->name != NULL)
        add_entry (self, entry->key, entry->name, entry->time);
    }
  note_due (self);
  eh_unlock (&self->lock);
  return TRUE;
}
