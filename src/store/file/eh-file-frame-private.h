/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event-batch.h"
#include "store/file/eh-file-checksum-private.h"
#include "store/file/eh-file-format-private.h"

G_BEGIN_DECLS

/* What the checksums and addresses of a segment's frames depend on. */
typedef struct {
  guint32 number;
  guint32 seed; /* the CRC over salt and number */
  guint64 base_position;
  gboolean compacted;
} EhFileFrameBase;

void eh_file_frame_base_init (EhFileFrameBase *self, guint64 salt, guint32 number, guint64 base_position,
                              gboolean compacted);

/* A frame's head, decoded, and where its bytes are. It points into bytes that somebody else keeps. */
typedef struct {
  const guint8 *bytes; /* @length of them */
  guint64 loc;
  guint64 position; /* of its first event; without events, of the next event */
  guint64 version;  /* of the first event; see the format for the other kinds */
  gint64 time;
  guint32 head_checksum;
  guint32 length;
  guint32 group; /* the offset at which its group began; 0 in a compacted segment */
  guint32 name_ref;
  guint16 n_events;
  guint16 name_length;
  guint16 n_types;
  guint8 kind;
  guint8 flags;
} EhFileFrame;

typedef enum {
  EH_FILE_FRAME_OK,
  EH_FILE_FRAME_NONE,    /* no head that validates: the end of the log, or damage */
  EH_FILE_FRAME_DAMAGED, /* a valid head, but the body is not */
  EH_FILE_FRAME_UNKNOWN, /* valid, but of a critical kind or with flags that this version does not know */
} EhFileFrameState;

/*
 * Looks at what is at @offset of the segment; @bytes are there, @room of them. Nothing about them is believed before
 * it is checked (F2). The first looks at the head alone, the second at the whole frame. A frame that is not
 * critical and not known is OK too. On anything but OK only @frame's loc and bytes are set, and for DAMAGED its head.
 */
EhFileFrameState eh_file_frame_read_head (const EhFileFrameBase *base, const guint8 *bytes, gsize room, guint32 offset,
                                          EhFileFrame *frame);
EhFileFrameState
eh_file_frame_read (const EhFileFrameBase *base, const guint8 *bytes, gsize room, guint32 offset, EhFileFrame *frame);

/* The checksum that the head at @head should have if its loc has @offset. */
guint32 eh_file_frame_head_checksum (const EhFileFrameBase *base, guint32 offset, const guint8 *head);

/* Whether a frame is about a stream. */
static inline gboolean
eh_file_frame_has_stream (const EhFileFrame *self)
{
  return self->kind >= EH_FILE_KIND_CRITICAL;
}

/* One event of a frame. */
typedef struct {
  const guint8 *id;
  const char *data; /* with a nul behind it; NULL in a stub */
  guint32 length;
  guint32 type_ref; /* in units of 8; 0: the frame itself */
  guint16 type_index;
  guint16 revision;
} EhFileEvent;

/*
 * Goes through the events of a frame that was read as OK. Each step checks that the event lies in the frame;
 * FALSE at the end, or, with @damaged set, if it does not.
 */
typedef struct {
  const EhFileFrame *frame;
  guint32 next;        /* event */
  guint32 data_offset; /* of the next event's data, in the frame */
  gboolean damaged;
} EhFileEventIter;

void eh_file_event_iter_init (EhFileEventIter *self, const EhFileFrame *frame);
gboolean eh_file_event_iter_next (EhFileEventIter *self, EhFileEvent *event);

/* The id of event @i, which must be below n_events. */
static inline const guint8 *
eh_file_frame_get_id (const EhFileFrame *self, guint i)
{
  return self->bytes + EH_FILE_FRAME_HEAD + i * EH_FILE_EVENT_HEAD;
}

/* What is behind a frame's data: the context, the types named here, the stream's name. */
typedef struct {
  const guint8 *correlation_id; /* (nullable): 16 bytes */
  const guint8 *causation_id;   /* (nullable): 16 bytes */
  const char *pairs;            /* key, nul, value, nul ... */
  guint32 pairs_size;
  const guint8 *types; /* length, name, nul ... */
  guint32 types_size;
  const char *name; /* (nullable): name_length bytes, no nul */
} EhFileFrameTail;

/* FALSE if the frame is not well-formed, though its checksum is right. */
gboolean eh_file_frame_get_tail (const EhFileFrame *self, EhFileFrameTail *tail);

/* Type @index of those that the frame names, nul-terminated; NULL if there is none. */
const char *eh_file_frame_tail_get_type (const EhFileFrameTail *self, guint index);

/* ---- writing ---- */

/* Where in the segment that is being written a type is named. */
typedef struct {
  guint32 ref;   /* in units of 8 */
  guint16 index; /* of the types that the frame there names */
} EhFileTypeRef;

/* FALSE if the segment does not name the type yet, so that the frame has to. */
typedef gboolean (*EhFileTypeFunc) (gpointer user_data, const char *name, EhFileTypeRef *ref);

/*
 * A frame on its way into the log. It is encoded in two steps, because where it comes to lie and what version it gets
 * is only known under the store's lock, while most of the work can be done before: the body (events, data, context,
 * types) and its checksum first, then the head and, if it has to be there, the stream's name.
 */
typedef struct {
  GString *bytes; /* (owned): room for the head, then the body */
  guint32 body_checksum;
  guint16 n_events;
  guint16 n_types;
  guint8 kind;
  guint8 flags;
  gint64 time;
  GPtrArray *new_types; /* (owned) (nullable) (element-type utf8): the names in the order of their indexes */
  GString **spare;      /* (nullable): where the text came from, and goes to */
} EhFileDraft;

/* @spare (nullable) (atomic): the place of a text that is used again and again; it may be NULL, and may become one. */
void eh_file_draft_init (EhFileDraft *self, EhFileKind kind, gint64 time, GString **spare);
void eh_file_draft_clear (EhFileDraft *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhFileDraft, eh_file_draft_clear)

/*
 * Encodes @batch into a draft of an append that was just initialised. EH_ERROR_LIMIT if the frame would be larger than
 * EH_FILE_FRAME_MAX. What is not encoded is a frame without events.
 */
gboolean eh_file_draft_encode (EhFileDraft *self, const EhEventBatch *batch, EhFileTypeFunc find_type,
                               gpointer user_data, GError **error);

/* The length that the frame will have, with a name of @name_length bytes. */
guint32 eh_file_draft_get_length (const EhFileDraft *self, gsize name_length);

/* Where a draft goes. */
typedef struct {
  guint32 offset;
  guint32 group; /* the offset at which its group begins */
  guint64 position;
  guint64 version;
  guint32 name_ref; /* in units of 8; 0: it holds the name itself, or is about no stream */
  const char *name; /* (nullable) */
  guint16 name_length;
} EhFilePlace;

/* Writes the finished frame to @to, eh_file_draft_get_length() bytes, and gives its head checksum. */
guint32
eh_file_draft_finish (const EhFileDraft *self, const EhFileFrameBase *base, const EhFilePlace *place, guint8 *to);

G_END_DECLS
