/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-tally-private.h"

#define FIRST_SLOTS 1024

void
eh_file_tally_init (EhFileTally *self)
{
  self->n_slots = FIRST_SLOTS;
  self->n_streams = 0;
  self->slots = g_new0 (EhFileTallied, self->n_slots);
}

void
eh_file_tally_clear (EhFileTally *self)
{
  g_clear_pointer (&self->slots, g_free);
}

/* Keys are hashes with a secret already. */
static EhFileTallied *
find_slot (const EhFileTally *self, const EhFileKey *key)
{
  guint64 i = key->low & (self->n_slots - 1);

  while (self->slots[i].version != 0 && !eh_file_key_equal (&self->slots[i].key, key))
    i = (i + 1) & (self->n_slots - 1);
  return &self->slots[i];
}

static void
grow (EhFileTally *self)
{
  EhFileTally larger = { .n_slots = self->n_slots * 2, .n_streams = self->n_streams };

  larger.slots = g_new0 (EhFileTallied, larger.n_slots);
  for (guint64 i = 0; i < self->n_slots; i++)
    if (self->slots[i].version != 0)
      *find_slot (&larger, &self->slots[i].key) = self->slots[i];
  g_free (self->slots);
  *self = larger;
}

EhFileTallied *
eh_file_tally_get (EhFileTally *self, const EhFileKey *key)
{
  EhFileTallied *slot = find_slot (self, key);

  if (slot->version != 0)
    return slot;
  if ((self->n_streams + 1) * 4 > self->n_slots * 3)
    {
      grow (self);
      slot = find_slot (self, key);
    }
  *slot = (EhFileTallied){ .key = *key };
  self->n_streams++;
  return slot;
}

const EhFileTallied *
eh_file_tally_find (const EhFileTally *self, const EhFileKey *key)
{
  const EhFileTallied *slot = find_slot (self, key);

  return slot->version != 0 ? slot : NULL;
}
