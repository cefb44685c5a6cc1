/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-tracer.h"
#include "model/eh-command.h"
#include "model/eh-event.h"

G_BEGIN_DECLS

struct _EhTracer {
  GObject parent_instance;

  EhSpanBeginFunc begin;
  EhSpanEndFunc end;
  gpointer user_data; /* (owned) if @destroy */
  GDestroyNotify destroy;
};

/*
 * A tracer is NULL where nobody looks, and then nothing may be spent: so what follows is inline, and a span is only
 * filled if there is one. Each returns a token for eh_tracer_end().
 */

gpointer eh_tracer_begin_message (EhTracer *self, const EhCommand *command);
/* @prefix: (nullable): the consumer's name */
gpointer eh_tracer_begin_fact (EhTracer *self, EhSpanKind kind, const char *prefix, const EhEvent *event);

static inline gpointer
eh_tracer_begin_command (EhTracer *self, const EhCommand *command)
{
  return self != NULL ? eh_tracer_begin_message (self, command) : NULL;
}

/* For EH_SPAN_APPEND, EH_SPAN_HANDLE, EH_SPAN_PUBLISH; @consumer (nullable) as above. */
static inline gpointer
eh_tracer_begin_event (EhTracer *self, EhSpanKind kind, const char *consumer, const EhEvent *event)
{
  return self != NULL ? eh_tracer_begin_fact (self, kind, consumer, event) : NULL;
}

static inline gpointer
eh_tracer_begin_load (EhTracer *self, const char *type_name, EhStreamName *stream)
{
  const EhSpan span = { .kind = EH_SPAN_LOAD, .name = type_name, .stream = stream };

  return self != NULL ? self->begin (&span, self->user_data) : NULL;
}

static inline void
eh_tracer_end (EhTracer *self, gpointer token, const GError *error)
{
  if (self != NULL)
    self->end (token, error, self->user_data);
}

G_END_DECLS
