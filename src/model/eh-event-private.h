/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event.h"

G_BEGIN_DECLS

/* Revisions are kept in 16 bits. */
#define EH_EVENT_REVISION_MAX 65535

/* The most bytes of a type name. */
#define EH_EVENT_TYPE_NAME_MAX 255

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

/* The same event at another place. */
EhEvent *eh_event_copy_to (const EhEvent *event, guint64 version, guint64 position);

/* Gives a place to an event that nobody but the caller has seen yet. */
void eh_event_set_place (EhEvent *event, guint64 version, guint64 position);

G_END_DECLS
