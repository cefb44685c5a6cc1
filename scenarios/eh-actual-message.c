/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-actual-message-private.h"

#include "model/eh-timestamp-private.h"
#include "scenarios/eh-matcher-private.h"
#include "scenarios/eh-quick-match-private.h"
#include "scenarios/eh-scenario-node-private.h"

static void
actual_message_clear (gpointer data)
{
  g_clear_pointer (&((EhActualMessage *) data)->data, json_node_unref);
}

GArray *
eh_actual_messages_new (void)
{
  GArray *messages = g_array_new (FALSE, FALSE, sizeof (EhActualMessage));

  g_array_set_clear_func (messages, actual_message_clear);
  return messages;
}

void
eh_actual_messages_add (GArray *messages, EhEvent *event, const char *topic)
{
  EhActualMessage message = {
    .type_name = eh_event_get_type_name (event),
    .stream = eh_event_get_stream (event),
    .metadata = eh_event_get_metadata (event),
    .id = eh_event_get_id (event),
    .schema = eh_event_get_schema (event),
    .event = event,
    .topic = topic,
  };

  if (message.schema != NULL)
    message.value = eh_event_get_data (event);
  g_array_append_val (messages, message);
}

void
eh_actual_messages_add_command (GArray *messages, EhCommand *command)
{
  EhActualMessage message = {
    .type_name = eh_command_get_type_name (command),
    .stream = eh_command_get_stream (command),
    .metadata = eh_command_get_metadata (command),
    .id = eh_command_get_id (command),
    .schema = eh_command_get_schema (command),
    .value = eh_command_get_data (command),
  };

  g_array_append_val (messages, message);
}

void
eh_actual_messages_add_deadline (GArray *messages, EhStreamName *process, const char *name, gint64 time)
{
  EhActualMessage message = { .type_name = name, .stream = process };
  char text[EH_TIMESTAMP_LENGTH + 1] = "";
  g_autoptr (JsonObject) data = json_object_new ();

  if (eh_timestamp_in_range (time))
    eh_timestamp_write (time, text);
  json_object_set_string_member (data, "at", text);
  message.data = json_node_init_object (json_node_alloc (), data);
  g_array_append_val (messages, message);
}

static char *
dup_json (const EhActualMessage *self)
{
  return self->event != NULL ? eh_event_dup_json_data (self->event)
                             : eh_schema_to_json (self->schema, self->value, NULL);
}

static JsonNode *
get_data (EhActualMessage *self)
{
  if (self->data == NULL)
    {
      g_autofree char *text = dup_json (self);

      self->data = text != NULL ? json_from_string (text, NULL) : NULL;
      if (self->data == NULL)
        self->data = json_node_new (JSON_NODE_NULL);
    }
  return self->data;
}

static gboolean
match_text (const char *expected, const char *actual, const char *path, const char *member, EhDiff *diff)
{
  g_autofree char *place = NULL;

  if (g_strcmp0 (expected, actual) == 0)
    return TRUE;
  if (diff != NULL)
    {
      place = g_strconcat (path, ".", member, NULL);
      eh_diff_add (diff, EH_DIFF_CHANGED, place, expected, actual);
    }
  return FALSE;
}

static gboolean
match_stream (const EhExpectedMessage *expected, const EhActualMessage *actual, const char *path, EhDiff *diff)
{
  if (expected->stream == NULL || eh_stream_name_equal (expected->stream, actual->stream))
    return TRUE;
  return match_text (eh_stream_name_to_string (expected->stream), eh_stream_name_to_string (actual->stream), path, "in",
                     diff);
}

static gboolean
match_by (const EhExpectedMessage *expected, const EhActualMessage *actual, const char *path, EhDiff *diff)
{
  return expected->by == NULL
         || match_text (expected->by, actual->metadata != NULL ? eh_metadata_lookup (actual->metadata, "by") : NULL,
                        path, "by", diff);
}

static gboolean
match_id (const EhExpectedMessage *expected, const EhActualMessage *actual, const char *path, EhDiff *diff)
{
  char expected_text[EH_ID_STRING_LENGTH + 1];
  char actual_text[EH_ID_STRING_LENGTH + 1];

  if (eh_id_is_nil (&expected->id))
    return TRUE;
  eh_id_write (&expected->id, expected_text);
  eh_id_write (actual->id, actual_text);
  return match_text (expected_text, actual_text, path, "id", diff);
}

static gboolean
match_data (const EhExpectedMessage *expected, EhActualMessage *actual, const char *path, EhDiff *diff)
{
  if (actual->value != NULL && eh_quick_match (expected->data, actual->schema, actual->value, FALSE))
    return TRUE;
  return eh_matcher_match (expected->data, get_data (actual), FALSE, path, diff);
}

gboolean
eh_actual_message_is_type (const EhActualMessage *self, const EhExpectedMessage *expected)
{
  return g_str_equal (expected->type_name, self->type_name);
}

gboolean
eh_actual_message_match (EhActualMessage *self, const EhExpectedMessage *expected, const char *path, EhDiff *diff)
{
  gboolean match;

  if (!eh_actual_message_is_type (self, expected))
    return match_text (expected->type_name, self->type_name, path, "type", diff);

  match = match_stream (expected, self, path, diff);
  match = match_by (expected, self, path, diff) && match;
  match = match_id (expected, self, path, diff) && match;
  if (expected->topic != NULL)
    match = match_text (expected->topic, self->topic, path, "topic", diff) && match;
  return match_data (expected, self, path, diff) && match;
}

static void
append_stream (GString *text, EhStreamName *stream, EhStreamName *home)
{
  if (stream != NULL && (home == NULL || !eh_stream_name_equal (stream, home)))
    g_string_append_printf (text, " in %s", eh_stream_name_to_string (stream));
}

char *
eh_expected_message_print (const EhExpectedMessage *expected, EhStreamName *home)
{
  g_autoptr (GString) text = g_string_new (expected->type_name);
  g_autofree char *data = eh_node_to_text (expected->data);

  g_string_append_printf (text, " %s", data);
  append_stream (text, expected->stream, home);
  if (expected->topic != NULL)
    g_string_append_printf (text, " to %s", expected->topic);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
eh_actual_message_print (EhActualMessage *self, EhStreamName *home)
{
  g_autoptr (GString) text = g_string_new (self->type_name);
  g_autofree char *data = eh_node_to_text (get_data (self));

  g_string_append_printf (text, " %s", data);
  append_stream (text, self->stream, home);
  if (self->topic != NULL)
    g_string_append_printf (text, " to %s", self->topic);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
