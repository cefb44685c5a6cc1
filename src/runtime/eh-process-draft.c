/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-draft-private.h"

#include <string.h>

#include "model/eh-event-batch-private.h"
#include "model/eh-json-private.h"

/* How many brackets a step has around a command's data; there are fewer around the state. */
#define STEP_DEPTH 3

void
eh_process_draft_init (EhProcessDraft *self)
{
  self->text = g_string_new (NULL);
  self->commands = g_array_new (FALSE, FALSE, sizeof (EhStepCommand));
  self->deadlines = g_array_new (FALSE, FALSE, sizeof (EhStepDeadline));
}

void
eh_process_draft_clear (EhProcessDraft *self)
{
  g_array_unref (self->deadlines);
  g_array_unref (self->commands);
  g_string_free (self->text, TRUE);
}

static gboolean
write_texts (GString *text, const EhSchema *schema, gconstpointer state, const EhReaction *reaction, GError **error)
{
  GPtrArray *commands = eh_reaction_get_commands (reaction);

  g_string_truncate (text, 0);
  if (!eh_schema_write_json (schema, state, text, error))
    return FALSE;
  eh_json_put (text, '\0');
  for (guint i = 0; i < commands->len; i++)
    {
      const EhCommand *command = commands->pdata[i];

      eh_id_write (eh_command_get_id (command), eh_json_reserve (text, EH_ID_STRING_LENGTH + 1));
      text->len += EH_ID_STRING_LENGTH + 1;
      if (!eh_schema_write_json (eh_command_get_schema (command), eh_command_get_data (command), text, error))
        return FALSE;
      eh_json_put (text, '\0');
    }
  return TRUE;
}

static char *
next_text (char **at)
{
  char *text = *at;

  *at += strlen (text) + 1;
  return text;
}

static void
fill_commands (EhProcessDraft *self, char *texts, const EhReaction *reaction)
{
  GPtrArray *commands = eh_reaction_get_commands (reaction);

  g_array_set_size (self->commands, commands->len);
  for (guint i = 0; i < commands->len; i++)
    {
      EhStepCommand *recorded = &g_array_index (self->commands, EhStepCommand, i);
      const EhCommand *command = commands->pdata[i];

      recorded->id = next_text (&texts);
      recorded->in = (char *) eh_stream_name_to_string (eh_command_get_stream (command));
      recorded->type = (char *) eh_command_get_type_name (command);
      recorded->data = next_text (&texts);
    }
  self->step.commands = (EhStepCommand *) (gpointer) self->commands->data;
  self->step.n_commands = commands->len;
}

static void
fill_deadlines (EhProcessDraft *self, const EhReaction *reaction)
{
  guint n = self->step.ended ? 0 : eh_reaction_get_n_deadlines (reaction);

  g_array_set_size (self->deadlines, n);
  for (guint i = 0; i < n; i++)
    {
      EhStepDeadline *recorded = &g_array_index (self->deadlines, EhStepDeadline, i);

      recorded->name = (char *) eh_reaction_get_deadline (reaction, i, &recorded->time);
    }
  self->step.deadlines = (EhStepDeadline *) (gpointer) self->deadlines->data;
  self->step.n_deadlines = n;
}

gboolean
eh_process_draft_fill (EhProcessDraft *self, const EhSchema *schema, gconstpointer state, const EhReaction *reaction,
                       gboolean ended, GError **error)
{
  char *texts;

  if (!write_texts (self->text, schema, state, reaction, error))
    return FALSE;
  texts = self->text->str;
  self->step.state = next_text (&texts);
  self->step.ended = ended || eh_reaction_has_ended (reaction);
  fill_commands (self, texts, reaction);
  fill_deadlines (self, reaction);
  return TRUE;
}

static guint
count (const GString *text, char c)
{
  const char *at = text->str;
  const char *end = text->str + text->len;
  guint n = 0;

  while ((at = memchr (at, c, (gsize) (end - at))) != NULL)
    {
      at++;
      n++;
    }
  return n;
}

/*
 * What the texts were made of has been checked, and they are JSON. They may still be nested too deep within the step,
 * but not if there are so few brackets.
 */
gboolean
eh_process_draft_add_to (const EhProcessDraft *self, EhEventBatch *batch, const EhId *id, GError **error)
{
  if (count (self->text, '{') + count (self->text, '[') + STEP_DEPTH <= EH_JSON_DEPTH_MAX)
    return eh_event_batch_add_checked (batch, id, &eh_process_step_schema, &self->step, error);
  return eh_event_batch_add (batch, id, &eh_process_step_schema, &self->step, error);
}
