/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-tracer-private.h"

G_DEFINE_FINAL_TYPE (EhTracer, eh_tracer, G_TYPE_OBJECT)

static void
eh_tracer_finalize (GObject *object)
{
  EhTracer *self = EH_TRACER (object);

  if (self->destroy != NULL)
    self->destroy (self->user_data);
  G_OBJECT_CLASS (eh_tracer_parent_class)->finalize (object);
}

static void
eh_tracer_class_init (EhTracerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_tracer_finalize;
}

static void
eh_tracer_init (EhTracer *self)
{
}

EhTracer *
eh_tracer_new (EhSpanBeginFunc begin, EhSpanEndFunc end, gpointer user_data, GDestroyNotify destroy)
{
  EhTracer *self;

  g_return_val_if_fail (begin != NULL, NULL);
  g_return_val_if_fail (end != NULL, NULL);

  self = g_object_new (EH_TYPE_TRACER, NULL);
  self->begin = begin;
  self->end = end;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

gpointer
eh_tracer_begin_message (EhTracer *self, const EhCommand *command)
{
  const EhSpan span = {
    .kind = EH_SPAN_COMMAND,
    .name = eh_command_get_type_name (command),
    .stream = eh_command_get_stream (command),
    .id = *eh_command_get_id (command),
    .correlation_id = *eh_command_get_correlation_id (command),
    .causation_id = *eh_command_get_causation_id (command),
  };

  return self->begin (&span, self->user_data);
}

gpointer
eh_tracer_begin_fact (EhTracer *self, EhSpanKind kind, const char *prefix, const EhEvent *event)
{
  const char *type_name = eh_event_get_type_name (event);
  g_autofree char *name = prefix != NULL ? g_strconcat (prefix, "/", type_name, NULL) : NULL;
  const EhSpan span = {
    .kind = kind,
    .name = name != NULL ? name : type_name,
    .stream = eh_event_get_stream (event),
    .id = *eh_event_get_id (event),
    .correlation_id = *eh_event_get_correlation_id (event),
    .causation_id = *eh_event_get_causation_id (event),
  };

  return self->begin (&span, self->user_data);
}
