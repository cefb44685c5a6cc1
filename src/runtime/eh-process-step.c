/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-step-private.h"

#include <string.h>

#include "model/eh-error.h"
#include "model/eh-id-private.h"
#include "model/eh-random-private.h"

typedef EhProcessStep ProcessStepped;

static const EhEnumValue causes[] = {
  { EH_CAUSE_EVENT, "event" },
  { EH_CAUSE_REFUSAL, "refusal" },
  { EH_CAUSE_DEADLINE, "deadline" },
  { 0, NULL },
};

static EH_DEFINE_SCHEMA (EhStepCommand, step_command_schema, EH_FIELD_STRING (id), EH_FIELD_STRING (in),
                         EH_FIELD_STRING (type),
                         EH_FIELD_JSON (data)) static EH_DEFINE_SCHEMA (EhStepDeadline, step_deadline_schema,
                                                                        EH_FIELD_STRING (name),
                                                                        EH_FIELD_TIMESTAMP (time))

    /* No doc comments per member: the table is the struct above, in its order. */
    EH_DEFINE_SCHEMA (ProcessStepped, eh_process_step_schema, EH_FIELD_ENUM (cause, causes), EH_FIELD_STRING (cause_id),
                      EH_FIELD_UINT64 (position), EH_FIELD_BOOLEAN (ended), EH_FIELD_JSON (state),
                      EH_FIELD_STRUCT_ARRAY (commands, n_commands, step_command_schema),
                      EH_FIELD_STRUCT_ARRAY (deadlines, n_deadlines, step_deadline_schema))

        static gboolean refuse (EhEvent *event, const char *reason, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s, version %" G_GUINT64_FORMAT ": no step of a process: %s",
               eh_stream_name_to_string (eh_event_get_stream (event)), eh_event_get_version (event), reason);
  return FALSE;
}

static gboolean
read_step (EhOpenStep *self, EhEvent *event, GError **error)
{
  g_autoptr (GError) fault = NULL;
  const char *text;
  gsize length;

  text = eh_event_get_json_data (event, &length);
  if (text == NULL)
    return refuse (event, "another schema", error);
  self->own = g_new (EhProcessStep, 1);
  if (!eh_schema_read_json (&eh_process_step_schema, text, (gssize) length, self->own, &fault))
    {
      g_clear_pointer (&self->own, g_free);
      return refuse (event, fault->message, error);
    }
  self->step = self->own;
  return TRUE;
}

gboolean
eh_open_step_init (EhOpenStep *self, EhEvent *event, GError **error)
{
  *self = (EhOpenStep){ NULL, NULL };
  if (eh_event_get_schema (event) == &eh_process_step_schema)
    {
      self->step = eh_event_get_data (event);
      return TRUE;
    }
  if (!g_str_equal (eh_event_get_type_name (event), eh_process_step_schema.name))
    return refuse (event, eh_event_get_type_name (event), error);
  if (eh_event_get_revision (event) != eh_process_step_schema.revision)
    return refuse (event, "of a revision that this version does not know", error);
  return read_step (self, event, error);
}

void
eh_open_step_clear (EhOpenStep *self)
{
  if (self->own != NULL)
    eh_schema_free (&eh_process_step_schema, g_steal_pointer (&self->own));
  self->step = NULL;
}

static guint64
hash_name (EhStreamName *stream)
{
  const char *name = eh_stream_name_to_string (stream);
  gsize size = strlen (name);
  guint64 hash = size;

  for (gsize at = 0; at < size; at += sizeof (guint64))
    {
      guint64 word = 0;

      memcpy (&word, name + at, MIN (sizeof word, size - at));
      hash = eh_random_mix (hash ^ GUINT64_FROM_LE (word));
    }
  return hash;
}

void
eh_process_step_derive_id (EhStreamName *stream, EhProcessCause cause, const EhId *cause_id, guint index, EhId *id)
{
  eh_id_derive (cause_id, eh_random_mix (hash_name (stream) ^ index) + cause, id);
}
