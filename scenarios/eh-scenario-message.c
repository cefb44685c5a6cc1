/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

/*
 * A message is an object with one member that begins with a capital letter, its type, and beside it lower-case members
 * that say where it goes. Which of these there can be depends on what the message is for.
 */

typedef struct {
  const char *type_name;
  JsonNode *data;
  char *data_place; /* (owned) */
} Message;

static const char *const event_members[] = { "in", "by", "id", "correlation", "revision", NULL };
static const char *const command_members[] = { "in", "version", "by", "id", "correlation", NULL };
static const char *const expected_members[] = { "in", "by", "id", NULL };
static const char *const published_members[] = { "in", "by", "id", "topic", NULL };

static void
message_clear (Message *self)
{
  g_clear_pointer (&self->data_place, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Message, message_clear)

static gboolean
message_fail_member (const char *const *allowed, const char *name, const char *place, GError **error)
{
  g_autofree char *member_place = eh_place_member (place, name);

  if (g_str_equal (name, "version"))
    return eh_place_fail (error, EH_ERROR_INVALID, member_place, "only a command has a version that it expects");
  return eh_place_fail_suggest (error, EH_ERROR_INVALID, member_place, "unknown", name, allowed);
}

static gboolean
message_take_type (Message *self, const char *name, JsonNode *data, const char *place, GError **error)
{
  if (self->type_name != NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "two messages in one object, \"%s\" and \"%s\"",
                          self->type_name, name);
  self->type_name = name;
  self->data = data;
  self->data_place = eh_place_member (place, name);
  return TRUE;
}

static gboolean
message_parse (Message *self, JsonNode *node, const char *const *allowed, const char *place, GError **error)
{
  JsonObject *object = eh_node_as_object (node, place, error);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (object == NULL)
    return FALSE;
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (g_ascii_isupper (*name))
        {
          if (!message_take_type (self, name, member, place, error))
            return FALSE;
        }
      else if (!g_strv_contains (allowed, name))
        return message_fail_member (allowed, name, place, error);
    }
  return self->type_name != NULL
         || eh_place_fail (error, EH_ERROR_INVALID, place,
                           "no message: one member must begin with a capital letter and be its type");
}

/* The message's own stream, else the default, which may be NULL. */
static gboolean
message_get_stream (EhDomain *domain, JsonNode *node, EhStreamName *fallback, const char *place, EhStreamName **stream,
                    GError **error)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), "in");
  g_autofree char *member_place = eh_place_member (place, "in");
  const char *name;

  if (member == NULL)
    {
      *stream = fallback != NULL ? eh_stream_name_ref (fallback) : NULL;
      return TRUE;
    }
  name = eh_node_as_string (member, member_place, error);
  *stream = name != NULL ? eh_scenario_parse_stream (domain, name, member_place, error) : NULL;
  return *stream != NULL;
}

static gboolean
step_parse_by (EhStep *self, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *by = eh_node_as_string (node, place, error);

  if (by == NULL)
    return FALSE;
  self->metadata = eh_metadata_with (NULL, "by", by, &reason);
  return self->metadata != NULL || eh_place_fail (error, EH_ERROR_INVALID, place, "%s", reason->message);
}

static gboolean
parse_id (EhId *id, JsonNode *node, const char *place, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const char *text = eh_node_as_string (node, place, error);

  if (text == NULL)
    return FALSE;
  return eh_id_from_string (id, text, &reason) || eh_place_fail (error, EH_ERROR_INVALID, place, "%s", reason->message);
}

/* The members that say where a message goes; which ones there can be was checked before. */
static gboolean
step_parse_address (EhStep *self, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *version = json_object_get_member (object, "version");
  JsonNode *by = json_object_get_member (object, "by");
  JsonNode *id = json_object_get_member (object, "id");
  JsonNode *correlation = json_object_get_member (object, "correlation");
  g_autofree char *version_place = eh_place_member (place, "version");
  g_autofree char *by_place = eh_place_member (place, "by");
  g_autofree char *id_place = eh_place_member (place, "id");
  g_autofree char *correlation_place = eh_place_member (place, "correlation");

  return (version == NULL || eh_node_as_integer (version, 0, version_place, &self->expected_version, error))
         && (by == NULL || step_parse_by (self, by, by_place, error))
         && (id == NULL || parse_id (&self->id, id, id_place, error))
         && (correlation == NULL || parse_id (&self->correlation_id, correlation, correlation_place, error));
}

static const EhSchema *
find_told_event (EhDomain *domain, EhStreamName *stream, JsonNode *node, const Message *message, const char *place,
                 GError **error)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), "revision");
  g_autofree char *member_place = eh_place_member (place, "revision");
  const EhSchema *today = eh_domain_find_event (domain, message->type_name);
  gint64 revision = 0;

  if (member != NULL && !eh_node_as_integer (member, 1, member_place, &revision, error))
    return NULL;
  if (member == NULL || (today != NULL && today->revision == revision))
    return eh_scenario_find_event (domain, stream, message->type_name, message->data_place, error);
  return eh_scenario_find_old_event (domain, message->type_name, revision, member_place, error);
}

static EhStep *
step_parse (EhStepKind kind, EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  gboolean is_event = kind == EH_STEP_EVENT;
  g_autoptr (EhStep) step = eh_step_new (kind, place);
  g_auto (Message) message = { NULL };

  if (!message_parse (&message, node, is_event ? event_members : command_members, place, error)
      || !message_get_stream (domain, node, stream, place, &step->stream, error))
    return NULL;
  if (step->stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "which stream? add \"in\" here or beside \"name\""), NULL;

  step->schema = is_event
                     ? find_told_event (domain, step->stream, node, &message, place, error)
                     : eh_scenario_find_command (domain, step->stream, message.type_name, message.data_place, error);
  if (step->schema == NULL)
    return NULL;
  step->is_former = is_event && eh_domain_find_event (domain, message.type_name) != step->schema;
  step->data = eh_scenario_read_data (step->schema, message.data, message.data_place, error);
  if (step->data == NULL || !step_parse_address (step, node, place, error))
    return NULL;
  return g_steal_pointer (&step);
}

EhStep *
eh_scenario_parse_event (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  return step_parse (EH_STEP_EVENT, domain, stream, node, place, error);
}

EhStep *
eh_scenario_parse_command (EhDomain *domain, EhStreamName *stream, JsonNode *node, const char *place, GError **error)
{
  return step_parse (EH_STEP_COMMAND, domain, stream, node, place, error);
}

static gboolean
expected_parse_by (EhExpectedMessage *self, JsonNode *node, const char *place, GError **error)
{
  const char *by = eh_node_as_string (node, place, error);

  self->by = g_strdup (by);
  return by != NULL;
}

static gboolean
expected_parse_topic (EhExpectedMessage *self, JsonNode *node, const char *place, GError **error)
{
  g_auto (GStrv) parts = NULL;
  const char *topic = eh_node_as_string (node, place, error);

  if (topic == NULL)
    return FALSE;
  parts = g_strsplit (topic, ".", 2);
  if (g_strv_length (parts) != 2 || *parts[0] == '\0' || *parts[1] == '\0')
    return eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\" is no topic such as \"bucket.subset\"", topic);
  self->topic = g_strdup (topic);
  return TRUE;
}

static gboolean
expected_parse_address (EhExpectedMessage *self, JsonNode *node, const char *place, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *by = json_object_get_member (object, "by");
  JsonNode *id = json_object_get_member (object, "id");
  JsonNode *topic = json_object_get_member (object, "topic");
  g_autofree char *by_place = eh_place_member (place, "by");
  g_autofree char *id_place = eh_place_member (place, "id");
  g_autofree char *topic_place = eh_place_member (place, "topic");

  return (by == NULL || expected_parse_by (self, by, by_place, error))
         && (id == NULL || parse_id (&self->id, id, id_place, error))
         && (topic == NULL || expected_parse_topic (self, topic, topic_place, error));
}

/* A command has one addressee: without a stream it is any of the type that the command belongs to. */
static const EhSchema *
expected_find_schema (EhDomain *domain, EhStreamName *stream, const Message *message, EhExpectedKind kind,
                      GError **error)
{
  if (kind == EH_EXPECT_COMMAND)
    return eh_scenario_find_command (domain, stream, message->type_name, message->data_place, error);
  return eh_scenario_find_event (domain, stream, message->type_name, message->data_place, error);
}

EhExpectedMessage *
eh_scenario_parse_expected (EhDomain *domain, EhStreamName *stream, JsonNode *node, EhExpectedKind kind,
                            const char *place, GError **error)
{
  const char *const *members = kind == EH_EXPECT_PUBLISHED ? published_members : expected_members;
  g_autoptr (EhExpectedMessage) expected = NULL;
  g_autoptr (EhStreamName) own_stream = NULL;
  g_auto (Message) message = { NULL };
  const EhSchema *schema;

  if (!message_parse (&message, node, members, place, error)
      || !message_get_stream (domain, node, stream, place, &own_stream, error))
    return NULL;
  schema = expected_find_schema (domain, own_stream, &message, kind, error);
  if (schema == NULL)
    return NULL;

  expected = eh_expected_message_new (place, own_stream, message.type_name);
  expected->data = eh_scenario_expect_data (schema, message.data, FALSE, message.data_place, error);
  if (expected->data == NULL || !expected_parse_address (expected, node, place, error))
    return NULL;
  return g_steal_pointer (&expected);
}

GPtrArray *
eh_scenario_parse_expected_list (EhDomain *domain, EhStreamName *stream, JsonNode *node, EhExpectedKind kind,
                                 const char *place, GError **error)
{
  JsonArray *list = eh_node_as_list (node, place, error);
  g_autoptr (GPtrArray) messages = NULL;

  if (list == NULL)
    return NULL;
  messages = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_expected_message_free);
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      g_autofree char *message_place = eh_place_index (place, i);
      EhExpectedMessage *message = eh_scenario_parse_expected (domain, stream, json_array_get_element (list, i), kind,
                                                               message_place, error);

      if (message == NULL)
        return NULL;
      g_ptr_array_add (messages, message);
    }
  return g_steal_pointer (&messages);
}
