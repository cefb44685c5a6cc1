/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-row-table-private.h"

#include <string.h>

#include "model/eh-schema-private.h"

/*
 * Rows are found by open addressing with linear probing over slots that have 32 bits of hash and the row's place, so
 * that a search touches one row only: the right one. Places are given in the order in which rows are made; a removed
 * row leaves a gap, and when there are more gaps than rows the places are given anew, in the same order.
 *
 * The hash is ours rather than GLib's because it takes eight bytes at a time: finding the row is most of what folding
 * an event costs. Nobody sees the order of the slots.
 */

#define SLOTS_MIN 16
#define PLACES_MIN 8

/* With fewer slots everything is in the processor's cache anyway, and fetching ahead costs a fifth of the speed. */
#define PREFETCH_MIN 16384

static guint64
eh_row_mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 32;
}

static guint32
eh_row_hash (const char *key, gsize length)
{
  guint64 hash = length;
  guint64 word = 0;

  for (; length >= 8; length -= 8, key += 8)
    {
      memcpy (&word, key, 8);
      hash = eh_row_mix (hash, word);
    }
  word = 0;
  memcpy (&word, key, length);
  return (guint32) eh_row_mix (hash, word);
}

static gpointer
eh_row_get_data (const EhRow *row)
{
  return (gpointer) (row + 1);
}

static const char *
eh_row_get_key (const EhRow *row)
{
  return (const char *) (row + 1) + row->key_offset;
}

static EhRow *
eh_row_new (const EhSchema *schema, const char *key, gsize length, guint32 hash)
{
  gsize size = EH_ALIGN_8 (schema->size);
  EhRow *row = g_malloc (sizeof *row + size + length + 1);

  row->hash = hash;
  row->key_offset = (guint32) size;
  memset (row + 1, 0, size);
  memcpy ((char *) (row + 1) + size, key, length + 1);
  return row;
}

static void
eh_row_free (const EhSchema *schema, EhRow *row)
{
  eh_schema_clear (schema, eh_row_get_data (row));
  g_free (row);
}

void
eh_row_table_init (EhRowTable *self, const EhSchema *schema)
{
  *self = (EhRowTable){ .schema = schema, .n_slots = SLOTS_MIN };
  self->slots = g_new0 (EhRowSlot, SLOTS_MIN);
}

void
eh_row_table_clear (EhRowTable *self)
{
  for (guint32 i = 0; i < self->n_places; i++)
    if (self->rows[i] != NULL)
      eh_row_free (self->schema, self->rows[i]);
  g_free (self->rows);
  g_free (self->slots);
  *self = (EhRowTable){ NULL };
}

/* The slot of @key, or the empty one where it belongs. */
static EhRowSlot *
eh_row_table_probe (const EhRowTable *self, const char *key, guint32 hash)
{
  guint32 i = hash & (self->n_slots - 1);

  for (; self->slots[i].place != 0; i = (i + 1) & (self->n_slots - 1))
    if (self->slots[i].hash == hash && strcmp (eh_row_get_key (self->rows[self->slots[i].place - 1]), key) == 0)
      break;
  return &self->slots[i];
}

/* Each search waits for three places in memory, one after the other; for many keys together the waits overlap. */
void
eh_row_table_prefetch (const EhRowTable *self, const char *const *keys, guint n_keys)
{
  guint32 places[EH_ROW_AHEAD];

  g_assert (n_keys <= EH_ROW_AHEAD);
  if (self->n_slots < PREFETCH_MIN)
    return;
  for (guint i = 0; i < n_keys; i++)
    {
      places[i] = eh_row_hash (keys[i], strlen (keys[i])) & (self->n_slots - 1);
      __builtin_prefetch (&self->slots[places[i]]);
    }
  for (guint i = 0; i < n_keys; i++)
    {
      places[i] = self->slots[places[i]].place;
      if (places[i] != 0)
        __builtin_prefetch (&self->rows[places[i] - 1]);
    }
  for (guint i = 0; i < n_keys; i++)
    if (places[i] != 0 && self->rows[places[i] - 1] != NULL)
      __builtin_prefetch (self->rows[places[i] - 1], 1);
}

gpointer
eh_row_table_find (const EhRowTable *self, const char *key)
{
  EhRowSlot *slot = eh_row_table_probe (self, key, eh_row_hash (key, strlen (key)));

  return slot->place != 0 ? eh_row_get_data (self->rows[slot->place - 1]) : NULL;
}

/* Gives places without gaps, and makes the slots anew, @n_slots of them. */
static void
eh_row_table_rehash (EhRowTable *self, guint32 n_slots)
{
  guint32 n = 0;

  g_free (self->slots);
  self->slots = g_new0 (EhRowSlot, n_slots);
  self->n_slots = n_slots;
  for (guint32 i = 0; i < self->n_places; i++)
    {
      EhRow *row = self->rows[i];
      guint32 at = 0;

      if (row == NULL)
        continue;
      self->rows[n++] = row;
      at = row->hash & (n_slots - 1);
      while (self->slots[at].place != 0)
        at = (at + 1) & (n_slots - 1);
      self->slots[at] = (EhRowSlot){ row->hash, n };
    }
  self->n_places = n;
}

/* At most half of the slots are used, and a place is free. */
static void
eh_row_table_make_room (EhRowTable *self)
{
  if (self->n_places == self->n_room && self->n_places > 2 * self->n_rows)
    eh_row_table_rehash (self, self->n_slots);
  if ((self->n_rows + 1) * 2 > self->n_slots)
    eh_row_table_rehash (self, self->n_slots * 2);
  if (self->n_places < self->n_room)
    return;
  self->n_room = MAX (PLACES_MIN, self->n_room + self->n_room / 2);
  self->rows = g_renew (EhRow *, self->rows, self->n_room);
}

gpointer
eh_row_table_get (EhRowTable *self, const char *key)
{
  const gsize length = strlen (key);
  const guint32 hash = eh_row_hash (key, length);
  EhRowSlot *slot = eh_row_table_probe (self, key, hash);
  EhRow *row = NULL;

  if (slot->place != 0)
    return eh_row_get_data (self->rows[slot->place - 1]);
  eh_row_table_make_room (self);
  row = eh_row_new (self->schema, key, length, hash);
  self->rows[self->n_places++] = row;
  self->n_rows++;
  *eh_row_table_probe (self, key, hash) = (EhRowSlot){ hash, self->n_places };
  return eh_row_get_data (row);
}

/* Those behind an emptied slot that a search would not come to any more move up. */
static void
eh_row_table_close_hole (EhRowTable *self, guint32 hole)
{
  const guint32 mask = self->n_slots - 1;

  for (guint32 i = (hole + 1) & mask; self->slots[i].place != 0; i = (i + 1) & mask)
    {
      guint32 home = self->slots[i].hash & mask;

      if (((i - home) & mask) < ((i - hole) & mask))
        continue;
      self->slots[hole] = self->slots[i];
      hole = i;
    }
  self->slots[hole] = (EhRowSlot){ 0, 0 };
}

gboolean
eh_row_table_remove (EhRowTable *self, const char *key)
{
  EhRowSlot *slot = eh_row_table_probe (self, key, eh_row_hash (key, strlen (key)));
  guint32 place = slot->place;

  if (place == 0)
    return FALSE;
  eh_row_free (self->schema, self->rows[place - 1]);
  self->rows[place - 1] = NULL;
  self->n_rows--;
  eh_row_table_close_hole (self, (guint32) (slot - self->slots));
  return TRUE;
}

gconstpointer
eh_row_table_next (const EhRowTable *self, guint32 *place, const char **key)
{
  while (*place < self->n_places)
    {
      const EhRow *row = self->rows[(*place)++];

      if (row == NULL)
        continue;
      if (key != NULL)
        *key = eh_row_get_key (row);
      return eh_row_get_data (row);
    }
  return NULL;
}

void
eh_row_table_pack (EhRowTable *self)
{
  if (self->n_places > self->n_rows)
    eh_row_table_rehash (self, self->n_slots);
}
