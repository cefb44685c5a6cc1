/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CRC-32C (Castagnoli) of @data, going on from @crc, which is 0 at the beginning. */
guint32 eh_crc32c (guint32 crc, gconstpointer data, gsize size);

/* The one without the processor's help; the same result. */
guint32 eh_crc32c_portable (guint32 crc, gconstpointer data, gsize size);

/*
 * What a stream's name is found by: SipHash-1-3 with 128 bits and the store's id as key. Names with the same key do not
 * happen, also where somebody chooses names on purpose, as the id is random and not told; so the index does not
 * keep names.
 */
typedef struct {
  guint64 high;
  guint64 low;
} EhFileKey;

EhFileKey eh_file_key (const guint8 store_id[16], const char *name, gsize length);

static inline gboolean
eh_file_key_equal (const EhFileKey *a, const EhFileKey *b)
{
  return a->high == b->high && a->low == b->low;
}

static inline gint
eh_file_key_compare (const EhFileKey *a, const EhFileKey *b)
{
  if (a->high != b->high)
    return a->high < b->high ? -1 : 1;
  return a->low == b->low ? 0 : a->low < b->low ? -1 : 1;
}

G_END_DECLS
