/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A set of fingerprints that knows which of them were seen only once. It takes no more than EH_FINGERPRINTS_MAX: when
 * it is full, further ones are not counted.
 */
#define EH_FINGERPRINTS_MAX 3000000

typedef struct {
  guint64 *slots; /* (owned) (nullable): 0 is empty; the lowest bit tells whether it was seen again */
  gsize n_slots;
  guint64 n_distinct;
  guint64 n_once;
  gboolean full; /* there were more */
} EhFingerprints;

void eh_fingerprints_add (EhFingerprints *self, guint64 fingerprint);
/* Adds what is in @other, as if each had been added once, or twice if it was seen again. */
void eh_fingerprints_merge (EhFingerprints *self, const EhFingerprints *other);
void eh_fingerprints_clear (EhFingerprints *self);

G_END_DECLS
