/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-fingerprints-private.h"

#define SEEN_AGAIN G_GUINT64_CONSTANT (1)

/*
 * Open addressing. A fingerprint is a hash already: its upper bits are the slot, its lowest is given up for the flag.
 */
static guint64 *
find_slot (const EhFingerprints *self, guint64 key)
{
  gsize mask = self->n_slots - 1;
  gsize at = (key >> 7) & mask;

  while (self->slots[at] != 0 && (self->slots[at] & ~SEEN_AGAIN) != key)
    at = (at + 1) & mask;
  return &self->slots[at];
}

static void
grow (EhFingerprints *self)
{
  EhFingerprints bigger = *self;

  bigger.n_slots = MAX (64, self->n_slots * 2);
  bigger.slots = g_new0 (guint64, bigger.n_slots);
  for (gsize i = 0; i < self->n_slots; i++)
    if (self->slots[i] != 0)
      *find_slot (&bigger, self->slots[i] & ~SEEN_AGAIN) = self->slots[i];
  g_free (self->slots);
  *self = bigger;
}

static void
add (EhFingerprints *self, guint64 key, guint64 again)
{
  guint64 *slot;

  if (self->n_distinct * 4 >= self->n_slots * 3)
    grow (self);
  slot = find_slot (self, key);
  if (*slot != 0)
    {
      self->n_once -= !(*slot & SEEN_AGAIN);
      *slot |= SEEN_AGAIN;
    }
  else if (self->n_distinct < EH_FINGERPRINTS_MAX)
    {
      *slot = key | again;
      self->n_distinct++;
      self->n_once += !again;
    }
  else
    {
      self->full = TRUE;
    }
}

void
eh_fingerprints_add (EhFingerprints *self, guint64 fingerprint)
{
  guint64 key = fingerprint & ~SEEN_AGAIN;

  add (self, key != 0 ? key : 2, 0);
}

void
eh_fingerprints_merge (EhFingerprints *self, const EhFingerprints *other)
{
  for (gsize i = 0; i < other->n_slots; i++)
    if (other->slots[i] != 0)
      add (self, other->slots[i] & ~SEEN_AGAIN, other->slots[i] & SEEN_AGAIN);
  self->full |= other->full;
}

void
eh_fingerprints_clear (EhFingerprints *self)
{
  g_free (self->slots);
  *self = (EhFingerprints){ 0 };
}
