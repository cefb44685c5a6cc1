/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-runs-private.h"

G_BEGIN_DECLS

/*
 * One run. Sections, each of whole pages of 4096 bytes; all numbers little-endian:
 *
 *   header   one page
 *   streams  48 bytes each, by rising key: key (high, low), last version, first version kept (0: as it was before
 *            this run) with the bit EH_FILE_RUN_DELETED, begin of its list (in words of 8), number of frames, last
 *            minus first version, stride
 *   lists    a word of 8 for each frame, its loc; where stride is 0, a second one, its version. Where it is not, all
 *            frames but the last have so many events, and a version needs no search.
 *   samples  16 bytes each: position of a frame's first event, its loc
 *   ids      a word for each event, rising: 24 bits of the id's hash, 17 of the segment (counted from the run's first),
 *            23 of the offset (in units of 8). A frame at a higher offset does not exist, as segments are not larger
 *            than 64 MiB unless they have one frame only.
 *   filter   blocks of 64 bytes by rising key: a Bloom filter that looks at one cache line
 *   sums     a CRC-32C for each page before
 *
 * A page is checked when it is first read, so that opening costs nothing; whether it was is a bit.
 */
#define EH_FILE_RUN_PAGE 4096
#define EH_FILE_RUN_STREAM 48
#define EH_FILE_RUN_SAMPLE 16
#define EH_FILE_RUN_WORD 8
#define EH_FILE_RUN_BLOCK 64
#define EH_FILE_RUN_DELETED (G_GUINT64_CONSTANT (1) << 63)

/* What ids can say of the log; a run that covers more is not made. */
#define EH_FILE_RUN_SEGMENTS_MAX (1u << 17)
#define EH_FILE_RUN_OFFSET_MAX (1u << 26)

typedef enum {
  EH_FILE_RUN_STREAMS,
  EH_FILE_RUN_LISTS,
  EH_FILE_RUN_SAMPLES,
  EH_FILE_RUN_IDS,
  EH_FILE_RUN_FILTER,
  EH_FILE_RUN_SUMS,
  EH_FILE_RUN_N_SECTIONS,
} EhFileRunSection;

typedef struct {
  guint8 store_id[16];
  guint64 begin; /* loc */
  guint64 end;   /* loc */
  guint64 last;  /* loc of the last frame that is covered */
  guint64 begin_position;
  guint64 end_position;
  guint64 n[EH_FILE_RUN_SUMS]; /* streams, words of lists, samples, ids, blocks */
  guint64 n_truncated;         /* streams of which the run knows a first version kept */
  guint64 n_deleted;           /* streams of which the run knows that they were deleted */
  guint8 first_id[16];
  guint8 last_id[16];
  guint32 sums_checksum; /* over the section sums */
} EhFileRunHeader;

/* Where each section begins; the last is the size of the file. */
void eh_file_run_header_get_offsets (const EhFileRunHeader *self, guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1]);
void eh_file_run_header_write (const EhFileRunHeader *self, guint8 to[EH_FILE_RUN_PAGE]);
/* FALSE if it is none, or of a file of another size. */
gboolean eh_file_run_header_read (EhFileRunHeader *self, const guint8 *bytes, gsize size, guint64 file_size);

/* An open run: mapped, reference-counted (atomically). Any thread may read it. */
typedef struct {
  gint ref_count; /* (atomic) */
  const EhFileOps *ops;
  char *path; /* (owned) */
  EhFileRunHeader header;
  guint64 offsets[EH_FILE_RUN_N_SECTIONS + 1];
  const guint8 *bytes; /* mapped */
  gint *checked;       /* (owned) (atomic): a bit for each page behind the header */
  gint sums_checked;   /* (atomic) */
} EhFileRun;

/* Opens "FOLDER/<begin>-<end>.run". NULL without error if it is of no use, or gone. */
EhFileRun *eh_file_run_open (const EhFileOps *ops, const char *folder, guint64 begin, guint64 end,
                             const guint8 store_id[16], GError **error);
EhFileRun *eh_file_run_ref (EhFileRun *self);
void eh_file_run_unref (EhFileRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileRun, eh_file_run_unref)

char *eh_file_run_get_path (const char *folder, guint64 begin, guint64 end);

/* FALSE, with the error. */
gboolean eh_file_run_set_damaged (const EhFileRun *self, guint64 offset, GError **error);

/* @size bytes at @offset of a section, checked. NULL with EH_ERROR_CORRUPT. */
const guint8 *eh_file_run_get (EhFileRun *self, EhFileRunSection section, guint64 offset, gsize size, GError **error);

/* What a run knows of a stream. */
typedef struct {
  EhFileKey key;
  guint64 version;
  guint64 kept_version; /* 0: this run does not say */
  gboolean deleted;
  guint64 first_version; /* of its first frame here */
  guint32 list;
  guint32 n_frames;
  guint32 stride;
} EhFileRunStream;

gboolean eh_file_run_get_stream (EhFileRun *self, guint64 i, EhFileRunStream *stream, GError **error);
/* 1 found, 0 not there, -1 with the error set */
gint eh_file_run_find (EhFileRun *self, const EhFileKey *key, EhFileRunStream *stream, GError **error);
/* Frame @i of a stream. */
gboolean
eh_file_run_get_ref (EhFileRun *self, const EhFileRunStream *stream, guint32 i, EhFileRef *ref, GError **error);
/* The first frame that begins above @version; n_frames if there is none. */
gboolean
eh_file_run_find_above (EhFileRun *self, const EhFileRunStream *stream, guint64 version, guint32 *i, GError **error);
gboolean eh_file_run_get_sample (EhFileRun *self, guint64 i, guint64 *position, guint64 *loc, GError **error);
/* The word @i of the ids. */
gboolean eh_file_run_get_id (EhFileRun *self, guint64 i, guint64 *word, GError **error);
/* The first word of the ids that is not below @word. */
gboolean eh_file_run_find_id (EhFileRun *self, guint64 word, guint64 *i, GError **error);
/* Ask the memory for what finding will need, so that many runs' needs are met at once. */
void eh_file_run_fetch (const EhFileRun *self, const EhFileKey *key);
void eh_file_run_fetch_list (const EhFileRun *self, const EhFileRunStream *stream);
void eh_file_run_fetch_id (const EhFileRun *self, guint64 word);

/* The 24 bits of an id's hash, in their place in a word; and a word's loc. */
guint64 eh_file_run_hash_id (const guint8 store_id[16], const guint8 id[16]);
#define EH_FILE_RUN_HASH_MASK (G_MAXUINT64 << 40)

static inline guint64
eh_file_run_word (guint64 hash, guint64 begin, guint64 loc)
{
  guint64 segment = eh_file_loc_segment (loc) - eh_file_loc_segment (begin);

  return hash | segment << 23 | eh_file_loc_offset (loc) / 8;
}

static inline guint64
eh_file_run_word_get_loc (guint64 begin, guint64 word)
{
  guint32 segment = (word >> 23 & (EH_FILE_RUN_SEGMENTS_MAX - 1)) + eh_file_loc_segment (begin);

  return eh_file_loc (segment, (word & ((1u << 23) - 1)) * 8);
}

/* Where @word would be among @n that are sorted, if there were no chance in their spreading. */
static inline guint64
eh_file_run_guess (guint64 word, guint64 n)
{
  return (guint64) ((unsigned __int128) word * n >> 64);
}

/* Sets (or asks for) the bits of @key in its block; the block is chosen by rising keys. */
guint64 eh_file_run_get_block (const EhFileKey *key, guint64 n_blocks);
void eh_file_run_block_add (guint8 block[EH_FILE_RUN_BLOCK], const EhFileKey *key);
gboolean eh_file_run_block_has (const guint8 block[EH_FILE_RUN_BLOCK], const EhFileKey *key);

/* ---- making runs ---- */

/*
 * Writes a run front to back, each section in its order, in memory that does not grow with it but for the sums. Counts
 * are told first: header->n, which fixes where everything lies.
 */
typedef struct _EhFileRunWriter EhFileRunWriter;

EhFileRunWriter *
eh_file_run_writer_new (const EhFileOps *ops, const char *folder, const EhFileRunHeader *header, GError **error);
void eh_file_run_writer_free (EhFileRunWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileRunWriter, eh_file_run_writer_free)

/* How many words the list of a stream takes. */
guint64 eh_file_run_writer_count_words (const EhFileRunStream *stream);
/* The stream's list follows: n_frames times eh_file_run_writer_add_ref(). stream->list is set. */
gboolean eh_file_run_writer_add_stream (EhFileRunWriter *self, EhFileRunStream *stream, GError **error);
gboolean
eh_file_run_writer_add_ref (EhFileRunWriter *self, const EhFileRunStream *stream, EhFileRef ref, GError **error);
gboolean eh_file_run_writer_add_sample (EhFileRunWriter *self, guint64 position, guint64 loc, GError **error);
gboolean eh_file_run_writer_add_id (EhFileRunWriter *self, guint64 word, GError **error);
/* Makes it durable under its name and opens it. */
EhFileRun *eh_file_run_writer_finish (EhFileRunWriter *self, GError **error);

/* The blocks of the filter that @n streams need. */
guint64 eh_file_run_count_blocks (guint64 n_streams);

/* A run of a tail, and one of @n neighbours. */
EhFileRun *eh_file_run_new_from_tail (const EhFileOps *ops, const char *folder, const guint8 store_id[16],
                                      const EhFileTail *tail, GError **error);
EhFileRun *
eh_file_run_new_merged (const EhFileOps *ops, const char *folder, EhFileRun *const *runs, guint n, GError **error);

/*
 * Goes through the streams of @n runs, oldest run first, in the order of their keys.
 * next gives for each stream what each run knows of it: pieces[i].n_frames and .version are 0 where run i does not know
 * it.
 */
typedef struct {
  EhFileRun *const *runs;
  guint n;
  guint64 *next;           /* (owned): of each run, the next stream */
  EhFileRunStream *heads;  /* (owned): of each run, that stream */
  EhFileRunStream *pieces; /* (owned): what next gave */
  gboolean *has;           /* (owned): of each run, whether it knows that stream */
} EhFileRunIter;

void eh_file_run_iter_init (EhFileRunIter *self, EhFileRun *const *runs, guint n);
void eh_file_run_iter_clear (EhFileRunIter *self);
/* 1 there is one, 0 the end, -1 with the error set */
gint eh_file_run_iter_next (EhFileRunIter *self, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhFileRunIter, eh_file_run_iter_clear)

G_END_DECLS
