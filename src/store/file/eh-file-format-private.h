/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "model/eh-id.h"

G_BEGIN_DECLS

/*
 * The bytes of docs/file-format.md. Whoever reads or writes them does it through these and the codecs below
 * (eh-file-frame-private.h, eh-file-segment-private.h).
 */

#define EH_FILE_MAJOR 1
#define EH_FILE_MINOR 0

#define EH_FILE_SEGMENT_MAGIC "EHLOG\r\n\x1a"
#define EH_FILE_SEGMENT_HEADER 4096
#define EH_FILE_SEGMENT_SIZE (64u << 20)
#define EH_FILE_SEGMENT_FIRST_SIZE (4u << 20)
#define EH_FILE_GROUP_LIMIT (1u << 20)
#define EH_FILE_RUN_SIZE (8u << 20)
#define EH_FILE_MEMORY (64u << 20)

#define EH_FILE_FRAME_HEAD 48
#define EH_FILE_EVENT_HEAD 28
#define EH_FILE_FRAME_MAX (1u << 30)

/* Segment flags that a reader must know. */
#define EH_FILE_SEGMENT_COMPACTED (1u << 0)

typedef enum {
  EH_FILE_KIND_MARK = 0x01,
  EH_FILE_KIND_APPEND = 0x81,
  EH_FILE_KIND_TOMBSTONE = 0x82,
  EH_FILE_KIND_TRUNCATION = 0x83,
  EH_FILE_KIND_STUB = 0x84,
} EhFileKind;

#define EH_FILE_KIND_CRITICAL 0x80

#define EH_FILE_FRAME_HAS_CONTEXT 0x01

/* ---- addresses ---- */

#define EH_FILE_LOC_NONE G_MAXUINT64

static inline guint64
eh_file_loc (guint32 segment, guint32 offset)
{
  return (guint64) segment << 32 | offset;
}

static inline guint32
eh_file_loc_segment (guint64 loc)
{
  return (guint32) (loc >> 32);
}

static inline guint32
eh_file_loc_offset (guint64 loc)
{
  return (guint32) loc;
}

/* What disks take and give back is whole pages. */
static inline guint64
eh_file_whole_pages (guint64 size)
{
  return (size + 4095) & ~(guint64) 4095;
}

/* ---- numbers at any address, little-endian ---- */

static inline guint16
eh_load_16 (gconstpointer at)
{
  guint16 value;

  memcpy (&value, at, sizeof value);
  return GUINT16_FROM_LE (value);
}

static inline guint32
eh_load_32 (gconstpointer at)
{
  guint32 value;

  memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

static inline guint64
eh_load_64 (gconstpointer at)
{
  guint64 value;

  memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

/* The order of two event ids, by their bytes. For each append; memcmp() would wait there for what was just stored. */
static inline gint
eh_file_id_compare (gconstpointer a, gconstpointer b)
{
  guint64 left = GUINT64_SWAP_LE_BE (eh_load_64 (a));
  guint64 right = GUINT64_SWAP_LE_BE (eh_load_64 (b));

  if (left == right)
    {
      left = GUINT64_SWAP_LE_BE (eh_load_64 ((const guint8 *) a + 8));
      right = GUINT64_SWAP_LE_BE (eh_load_64 ((const guint8 *) b + 8));
    }
  return left < right ? -1 : left > right;
}

static inline void
eh_store_16 (gpointer at, guint16 value)
{
  value = GUINT16_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static inline void
eh_store_32 (gpointer at, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

static inline void
eh_store_64 (gpointer at, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (at, &value, sizeof value);
}

G_END_DECLS
