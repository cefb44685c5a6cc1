/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-simulation-parser-private.h"

#include "model/eh-timestamp-private.h"

/*
 * The other way round: from the model to the form of a file. A member is written where it differs from a simulation
 * that says nothing, so that a shrunk failure shows only what it needs. Parsing the result gives an equal model.
 */

static void
add_string (JsonObject *object, const char *member, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, member, value);
}

static void
add_number (JsonObject *object, const char *member, guint64 value, guint64 plain)
{
  if (value != plain)
    json_object_set_int_member (object, member, (gint64) value);
}

/* Members that are empty are left out. */
static void
add_object (JsonObject *object, const char *member, JsonObject *value)
{
  if (json_object_get_size (value) > 0)
    json_object_set_object_member (object, member, value);
  else
    json_object_unref (value);
}

static void
add_lines (JsonObject *object, const char *member, char **lines)
{
  JsonArray *list;

  if (lines == NULL)
    return;
  list = json_array_new ();
  for (guint i = 0; lines[i] != NULL; i++)
    json_array_add_string_element (list, lines[i]);
  json_object_set_array_member (object, member, list);
}

static char *
interval_to_text (gint64 interval)
{
  gint64 seconds = interval / G_USEC_PER_SEC;
  gint64 fraction = interval % G_USEC_PER_SEC;

  if (fraction == 0)
    return g_strdup_printf ("PT%" G_GINT64_FORMAT "S", seconds);
  return g_strdup_printf ("PT%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "S", seconds, fraction);
}

/* The data as a tree; FALSE if it has a number that no file can hold. */
static gboolean
add_data (JsonObject *object, const EhStep *step)
{
  g_autofree char *text = eh_schema_to_json (step->schema, step->data, NULL);
  JsonNode *data = text != NULL ? eh_scenario_read_text ("data", text, strlen (text), NULL) : NULL;

  if (data != NULL)
    json_object_set_member (object, step->schema->name, data);
  return data != NULL;
}

static void
add_id (JsonObject *object, const char *member, const EhId *id)
{
  g_autofree char *text = !eh_id_is_nil (id) ? eh_id_to_string (id) : NULL;

  add_string (object, member, text);
}

/* An event or a command; NULL if it cannot be written. */
static JsonObject *
message_to_json (const EhStep *step, const EhStreamName *stream)
{
  g_autoptr (JsonObject) object = json_object_new ();
  const char *by = step->metadata != NULL ? eh_metadata_lookup (step->metadata, "by") : NULL;

  if (!add_data (object, step) || step->expected_version < EH_EXPECTED_ANY)
    return NULL;
  if (stream == NULL || !eh_stream_name_equal (step->stream, stream))
    add_string (object, "in", eh_stream_name_to_string (step->stream));
  if (step->expected_version != EH_EXPECTED_ANY)
    json_object_set_int_member (object, "version", step->expected_version);
  add_string (object, "by", by);
  if (step->is_former)
    json_object_set_int_member (object, "revision", step->schema->revision);
  add_id (object, "id", &step->id);
  add_id (object, "correlation", &step->correlation_id);
  return g_steal_pointer (&object);
}

static JsonObject *
wrap (const char *member, JsonObject *value)
{
  JsonObject *object;

  if (value == NULL)
    return NULL;
  object = json_object_new ();
  json_object_set_object_member (object, member, value);
  return object;
}

static JsonObject *
text_to_json (const char *member, const char *text)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, member, text);
  return object;
}

static JsonObject *
time_to_json (const EhStep *step)
{
  char time[EH_TIMESTAMP_LENGTH + 1] = { 0 };
  g_autofree char *interval = NULL;
  g_autofree char *relative = NULL;

  if (!step->time_is_relative)
    {
      eh_timestamp_write (step->time, time);
      return text_to_json ("time", time);
    }
  interval = interval_to_text (step->time);
  relative = g_strconcat ("+", interval, NULL);
  return text_to_json ("time", relative);
}

static JsonObject *
given_to_json (const EhStep *step, const EhStreamName *stream)
{
  if (step->kind == EH_STEP_TIME)
    return time_to_json (step);
  if (step->kind == EH_STEP_COMMAND)
    return wrap ("command", message_to_json (step, stream));
  return message_to_json (step, stream);
}

static JsonObject *
step_to_json (const EhClientStep *step, const EhStreamName *stream)
{
  g_autofree char *interval = NULL;

  switch (step->kind)
    {
    case EH_CLIENT_STEP_COMMAND:
      return message_to_json (step->command, stream);
    case EH_CLIENT_STEP_READ:
      return text_to_json ("read", eh_stream_name_to_string (step->stream));
    case EH_CLIENT_STEP_WAIT:
      interval = interval_to_text (step->wait);
      return text_to_json ("wait", interval);
    case EH_CLIENT_STEP_BODY:
    default:
      return NULL;
    }
}

static gboolean
add_given (JsonObject *object, const EhSimulation *self)
{
  g_autoptr (JsonArray) list = json_array_new ();

  for (guint i = 0; i < self->given->len; i++)
    {
      JsonObject *step = given_to_json (g_ptr_array_index (self->given, i), self->stream);

      if (step == NULL)
        return FALSE;
      json_array_add_object_element (list, step);
    }
  if (self->given->len > 0)
    json_object_set_array_member (object, "given", g_steal_pointer (&list));
  return TRUE;
}

static gboolean
add_client (JsonObject *clients, const EhSimClient *client, const EhStreamName *stream)
{
  g_autoptr (JsonArray) list = json_array_new ();

  for (guint i = 0; i < client->steps->len; i++)
    {
      JsonObject *step = step_to_json (g_ptr_array_index (client->steps, i), stream);

      if (step == NULL)
        return FALSE;
      json_array_add_object_element (list, step);
    }
  json_object_set_array_member (clients, client->name, g_steal_pointer (&list));
  return TRUE;
}

static gboolean
add_clients (JsonObject *object, const EhSimulation *self)
{
  g_autoptr (JsonObject) clients = json_object_new ();

  for (guint i = 0; i < self->clients->len; i++)
    {
      if (!add_client (clients, g_ptr_array_index (self->clients, i), self->stream))
        return FALSE;
    }
  add_object (object, "clients", g_steal_pointer (&clients));
  return TRUE;
}

static void
add_generate (JsonObject *object, const EhGenerate *generate)
{
  JsonObject *value;

  if (generate->n_clients == 0)
    return;
  value = json_object_new ();
  json_object_set_int_member (value, "clients", generate->n_clients);
  json_object_set_int_member (value, "commands", generate->n_commands);
  json_object_set_int_member (value, "streams", generate->n_streams);
  add_lines (value, "types", generate->types);
  json_object_set_object_member (object, "generate", value);
}

static void
add_options (JsonObject *object, const EhSimulation *self, const EhSimulation *plain)
{
  JsonObject *options = json_object_new ();

  if (self->expect_any)
    json_object_set_string_member (options, "expect", "any");
  if (self->publish_after_save)
    json_object_set_string_member (options, "publish", "after-save");
  if (self->publish_by_relay)
    json_object_set_string_member (options, "publish", "relay");
  if (self->bus_unordered)
    json_object_set_string_member (options, "bus", "unordered");
  add_lines (options, "consumers", self->consumers);
  add_number (options, "retry", self->retry, plain->retry);
  add_number (options, "snapshots", self->snapshots, plain->snapshots);
  add_object (object, "options", options);
}

static void
add_faults (JsonObject *object, const EhSimulation *self)
{
  JsonObject *faults = json_object_new ();

  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    add_number (faults, eh_fault_kind_get_nick (i), self->most[i], 0);
  add_number (faults, "total", self->most_in_all, 0);
  add_object (object, "faults", faults);
}

static void
add_checks (JsonObject *object, const EhSimulation *self)
{
  JsonArray *list;

  if (self->checks == EH_SIM_CHECK_ALL)
    return;
  list = json_array_new ();
  for (guint i = 0; eh_sim_check_nicks[i].nick != NULL; i++)
    {
      if ((self->checks & (EhSimCheck) eh_sim_check_nicks[i].value) != 0)
        json_array_add_string_element (list, eh_sim_check_nicks[i].nick);
    }
  json_object_set_array_member (object, "check", list);
}

static void
add_explore (JsonObject *object, const EhExploreBudget *budget, const EhExploreBudget *plain)
{
  JsonObject *explore = json_object_new ();

  if (budget->strategy != plain->strategy)
    json_object_set_string_member (explore, "strategy", eh_strategy_get_nick (budget->strategy));
  add_number (explore, "runs", budget->max_runs, plain->max_runs);
  if (budget->max_time != plain->max_time)
    {
      g_autofree char *time = interval_to_text (budget->max_time);

      json_object_set_string_member (explore, "time", time);
    }
  add_number (explore, "seed", budget->seed, plain->seed);
  add_number (explore, "depth", budget->max_depth, plain->max_depth);
  add_object (object, "explore", explore);
}

static void
add_expect_violation (JsonObject *object, EhSimCheck check)
{
  for (guint i = 0; eh_sim_check_nicks[i].nick != NULL; i++)
    {
      if (check != 0 && check == (EhSimCheck) eh_sim_check_nicks[i].value)
        json_object_set_string_member (object, "expect-violation", eh_sim_check_nicks[i].nick);
    }
}

JsonNode *
eh_simulation_to_json (const EhSimulation *self, EhDomain *domain)
{
  g_autoptr (EhSimulation) plain = eh_simulation_new (self->name, self->place);
  g_autoptr (JsonObject) object = json_object_new ();

  add_string (object, "name", self->name);
  if (self->stream != NULL)
    add_string (object, "in", eh_stream_name_to_string (self->stream));
  if (self->nodes->len > 0 || !add_given (object, self) || !add_clients (object, self))
    return NULL;
  add_generate (object, &self->generate);
  add_options (object, self, plain);
  add_faults (object, self);
  add_checks (object, self);
  add_explore (object, &self->budget, &plain->budget);
  add_expect_violation (object, self->expect_violation);
  add_lines (object, "schedule", self->schedule);
  add_lines (object, "fault-at", self->fault_at);
  return json_node_init_object (json_node_alloc (), object);
}
