/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-checksum-private.h"
#include "store/file/eh-file-format-private.h"

/* SipHash with one round for each word and three at the end, 128 bits (Aumasson and Bernstein, 2012). */

typedef struct {
  guint64 v0;
  guint64 v1;
  guint64 v2;
  guint64 v3;
} Sip;

static inline guint64
rotate (guint64 value, guint n)
{
  return value << n | value >> (64 - n);
}

static inline void
do_round (Sip *sip)
{
  sip->v0 += sip->v1;
  sip->v2 += sip->v3;
  sip->v1 = rotate (sip->v1, 13) ^ sip->v0;
  sip->v3 = rotate (sip->v3, 16) ^ sip->v2;
  sip->v0 = rotate (sip->v0, 32) + sip->v3;
  sip->v2 += sip->v1;
  sip->v3 = rotate (sip->v3, 21) ^ sip->v0;
  sip->v1 = rotate (sip->v1, 17) ^ sip->v2;
  sip->v2 = rotate (sip->v2, 32);
}

static inline void
take_word (Sip *sip, guint64 word)
{
  sip->v3 ^= word;
  do_round (sip);
  sip->v0 ^= word;
}

static inline guint64
end_half (Sip *sip)
{
  for (guint i = 0; i < 3; i++)
    do_round (sip);
  return sip->v0 ^ sip->v1 ^ sip->v2 ^ sip->v3;
}

EhFileKey
eh_file_key (const guint8 store_id[16], const char *name, gsize length)
{
  const guint64 k0 = eh_load_64 (store_id);
  const guint64 k1 = eh_load_64 (store_id + 8);
  Sip sip = {
    k0 ^ G_GUINT64_CONSTANT (0x736f6d6570736575),
    k1 ^ G_GUINT64_CONSTANT (0x646f72616e646f6d) ^ 0xee,
    k0 ^ G_GUINT64_CONSTANT (0x6c7967656e657261),
    k1 ^ G_GUINT64_CONSTANT (0x7465646279746573),
  };
  const gsize whole = length & ~(gsize) 7;
  guint64 last = (guint64) length << 56;
  EhFileKey key;

  for (gsize i = 0; i < whole; i += 8)
    take_word (&sip, eh_load_64 (name + i));
  for (gsize i = whole; i < length; i++)
    last |= (guint64) (guint8) name[i] << (8 * (i - whole));
  take_word (&sip, last);

  sip.v2 ^= 0xee;
  key.high = end_half (&sip);
  sip.v1 ^= 0xdd;
  key.low = end_half (&sip);
  return key;
}
