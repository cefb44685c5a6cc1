/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-id.h"
#include "model/eh-stream-name.h"

G_BEGIN_DECLS

/**
 * EhSpanKind:
 * @EH_SPAN_COMMAND: a command is tried, from its address to its outcome; a retry is another span
 * @EH_SPAN_LOAD: an aggregate is loaded
 * @EH_SPAN_APPEND: events are appended
 * @EH_SPAN_HANDLE: a consumer handles an event, or a process manager a deadline
 * @EH_SPAN_PUBLISH: an event is published
 */
typedef enum {
  EH_SPAN_COMMAND,
  EH_SPAN_LOAD,
  EH_SPAN_APPEND,
  EH_SPAN_HANDLE,
  EH_SPAN_PUBLISH,
} EhSpanKind;

/**
 * EhSpan: (skip)
 * @kind: what is done
 * @name: the command's or event's type (of an append, the first event's; of a load, the aggregate's), or the deadline's
 *   name; the consumer's name and "/" before it where one handles it
 * @stream: (nullable): where
 * @id: the message's id; nil if it has none, as a load or a deadline
 * @correlation_id: what the conversation began with
 * @causation_id: what caused the message
 *
 * Something that takes time. Valid during the call. A span that begins before another has ended, on the same thread, is
 * inside it.
 */
typedef struct {
  EhSpanKind kind;
  const char *name;
  EhStreamName *stream;
  EhId id;
  EhId correlation_id;
  EhId causation_id;
} EhSpan;

/**
 * EhSpanBeginFunc: (skip)
 *
 * Returns: anything, given to the end function
 */
typedef gpointer (*EhSpanBeginFunc) (const EhSpan *span, gpointer user_data);

/**
 * EhSpanEndFunc: (skip)
 * @token: what the begin function returned
 * @error: (nullable): what it failed with
 */
typedef void (*EhSpanEndFunc) (gpointer token, const GError *error, gpointer user_data);

#define EH_TYPE_TRACER (eh_tracer_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhTracer, eh_tracer, EH, TRACER, GObject)

/**
 * EhTracer:
 *
 * Where a client tells what it does, to be shown by a tracing system of one's choice. The functions are called by any
 * thread, begin and end of one span by the same.
 */

/**
 * eh_tracer_new: (skip)
 * @begin: called before something is done
 * @end: called after it, if @begin was
 *
 * Neither may call the client that it looks at.
 *
 * Returns: (transfer full): a tracer that calls these functions
 */
EH_PUBLIC EhTracer *
eh_tracer_new (EhSpanBeginFunc begin, EhSpanEndFunc end, gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
