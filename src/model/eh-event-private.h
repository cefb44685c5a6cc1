/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event.h"
#include "eh-refs-private.h"

G_BEGIN_DECLS

/* Revisions are kept in 16 bits. */
#define EH_EVENT_REVISION_MAX 65535

/* The most bytes of a type name. */
#define EH_EVENT_TYPE_NAME_MAX 255

/*
 * An event is one block, because a store keeps millions of them: the struct below, then the parts that not every
 * event has, in this order, then the data.
 *
 *   EhMetadata *metadata    if EH_EVENT_HAS_METADATA
 *   EhId correlation_id     if EH_EVENT_HAS_CORRELATION
 *   EhId causation_id       if EH_EVENT_HAS_CAUSATION; an id equal to the correlation id is not kept twice
 *                           (EH_EVENT_SAME_CAUSATION)
 *   data                    at data_offset, 8-aligned: a packed value, or (EH_EVENT_IS_JSON) the text with its nul,
 *                           followed by the type name with its nul. A value's type name is its schema's.
 */

enum {
  EH_EVENT_IS_JSON = 1 << 0,
  EH_EVENT_HAS_METADATA = 1 << 1,
  EH_EVENT_HAS_CORRELATION = 1 << 2,
  EH_EVENT_HAS_CAUSATION = 1 << 3,
  EH_EVENT_SAME_CAUSATION = 1 << 4,
};

struct _EhEvent {
  gint ref_count; /* (atomic) */
  guint8 flags;
  guint8 data_offset;
  guint16 revision;
  union {
    const EhSchema *schema;
    gsize json_length;
  };
  EhStreamName *stream; /* (owned) */
  guint64 version;
  guint64 position;
  gint64 timestamp;
  EhId id;
};

/* As eh_event_get_schema(), without a call: folding asks it of every event. */
static inline const EhSchema *
eh_event_peek_schema (const EhEvent *self)
{
  return self->flags & EH_EVENT_IS_JSON ? NULL : self->schema;
}

/* As eh_event_ref() and eh_event_unref(): a page does both with each of its events. */
static inline EhEvent *
eh_event_hold (EhEvent *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void eh_event_destroy (EhEvent *self);

static inline void
eh_event_release (EhEvent *self)
{
  if (eh_refs_drop (&self->ref_count))
    eh_event_destroy (self);
}

/*
 * Everything about an event but its type and data; borrowed: the event takes its own references. Ids that are nil
 * and a @metadata that is NULL or empty take no room in the event.
 */
typedef struct {
  EhStreamName *stream;
  EhId id;
  guint revision;
  guint64 version;
  guint64 position;
  gint64 timestamp;
  EhMetadata *metadata; /* (nullable) */
  EhId correlation_id;
  EhId causation_id;
} EhEventHead;

/* Fills @head from @event; nothing is referenced. */
void eh_event_get_head (const EhEvent *event, EhEventHead *head);

/* An event that holds JSON text, which the caller has checked. */
EhEvent *eh_event_new_json (const EhEventHead *head, const char *type_name, const char *json, gsize length);

/* An event that holds a value, which the caller has checked; @data is copied. */
EhEvent *eh_event_new_value (const EhEventHead *head, const EhSchema *schema, gconstpointer data);
/* The same, if the caller has asked for eh_pack_get_size() already. */
EhEvent *eh_event_new_packed (const EhEventHead *head, const EhSchema *schema, gconstpointer data, gsize size);

/* The same event at another place. */
EhEvent *eh_event_copy_to (const EhEvent *event, guint64 version, guint64 position);

/* Gives a place to an event that nobody but the caller has seen yet. */
void eh_event_set_place (EhEvent *event, guint64 version, guint64 position);

G_END_DECLS
