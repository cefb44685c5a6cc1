/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-private.h"

G_DEFINE_BOXED_TYPE (EhScenario, eh_scenario, eh_scenario_ref, eh_scenario_unref)

const EhEnumValue eh_check_nicks[] = {
  { EH_CHECK_PURE_HANDLER, "pure-handler" },
  { EH_CHECK_DECIDE_TWICE, "decide-twice" },
  { EH_CHECK_CODEC, "codec" },
  { EH_CHECK_REPLAY, "replay" },
  { EH_CHECK_SNAPSHOT_CUTS, "snapshot-cuts" },
  { EH_CHECK_KNOWN_EVENTS, "known-events" },
  { EH_CHECK_REDELIVERY, "redelivery" },
  { EH_CHECK_RESTART, "restart" },
  { 0, NULL },
};

EhStep *
eh_step_new (EhStepKind kind, const char *place)
{
  EhStep *self = g_new0 (EhStep, 1);

  self->kind = kind;
  self->place = g_strdup (place);
  self->expected_version = EH_EXPECTED_ANY;
  return self;
}

EhStep *
eh_step_copy (const EhStep *self, const char *place)
{
  EhStep *copy = eh_step_new (self->kind, place);

  copy->stream = self->stream != NULL ? eh_stream_name_ref (self->stream) : NULL;
  copy->schema = self->schema;
  copy->is_former = self->is_former;
  copy->data = self->data != NULL ? eh_schema_copy (self->schema, self->data) : NULL;
  copy->id = self->id;
  copy->correlation_id = self->correlation_id;
  copy->expected_version = self->expected_version;
  copy->metadata = self->metadata != NULL ? eh_metadata_ref (self->metadata) : NULL;
  copy->time = self->time;
  copy->time_is_relative = self->time_is_relative;
  return copy;
}

void
eh_step_free (EhStep *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  if (self->data != NULL)
    eh_schema_free (self->schema, self->data);
  g_clear_pointer (&self->metadata, eh_metadata_unref);
  g_free (self);
}

EhExpectedMessage *
eh_expected_message_new (const char *place, EhStreamName *stream, const char *type_name)
{
  EhExpectedMessage *self = g_new0 (EhExpectedMessage, 1);

  self->place = g_strdup (place);
  self->stream = stream != NULL ? eh_stream_name_ref (stream) : NULL;
  self->type_name = g_strdup (type_name);
  return self;
}

void
eh_expected_message_free (EhExpectedMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_free (self->type_name);
  g_clear_pointer (&self->data, json_node_unref);
  g_free (self->by);
  g_free (self->topic);
  g_free (self);
}

void
eh_expected_state_free (EhExpectedState *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_clear_pointer (&self->state, json_node_unref);
  g_free (self);
}

void
eh_expected_row_free (EhExpectedRow *self)
{
  if (self == NULL)
    return;
  g_free (self->place);
  g_free (self->key);
  g_clear_pointer (&self->row, json_node_unref);
  g_free (self);
}

void
eh_expected_error_free (EhExpectedError *self)
{
  if (self == NULL)
    return;
  g_free (self->nick);
  g_free (self->domain);
  g_clear_pointer (&self->code, json_node_unref);
  g_clear_pointer (&self->message, json_node_unref);
  g_free (self);
}

EhScenario *
eh_scenario_new (const char *name, const char *place)
{
  EhScenario *self = g_new0 (EhScenario, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->place = g_strdup (place);
  self->given = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_step_free);
  self->when = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_step_free);
  return self;
}

EhScenario *
eh_scenario_ref (EhScenario *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_scenario_unref (EhScenario *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_free (self->place);
  g_free (self->skip);
  g_clear_pointer (&self->stream, eh_stream_name_unref);
  g_clear_pointer (&self->given, g_ptr_array_unref);
  g_clear_pointer (&self->when, g_ptr_array_unref);
  g_clear_pointer (&self->events, g_ptr_array_unref);
  g_clear_pointer (&self->events_include, g_ptr_array_unref);
  g_clear_pointer (&self->no_events, g_ptr_array_unref);
  g_clear_pointer (&self->commands, g_ptr_array_unref);
  g_clear_pointer (&self->commands_include, g_ptr_array_unref);
  g_clear_pointer (&self->deadlines, g_ptr_array_unref);
  g_clear_pointer (&self->published, g_ptr_array_unref);
  g_clear_pointer (&self->states, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->error, eh_expected_error_free);
  g_free (self);
}

const char *
eh_scenario_get_name (const EhScenario *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

const char *
eh_scenario_get_place (const EhScenario *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->place;
}

const char *
eh_scenario_get_skip (const EhScenario *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->skip;
}

gboolean
eh_scenario_is_only (const EhScenario *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->only;
}
