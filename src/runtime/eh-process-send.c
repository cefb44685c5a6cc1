/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-core-private.h"

#include "model/eh-error.h"

/*
 * How the commands of a recorded step are sent, with one effect each, though the step may be come to several times:
 *
 * - Their ids are fixed in the step. A command that had events finds their ids in the store and has them once.
 * - Such a repeat may also be answered with a refusal, because the state has become another one. Before a refusal is
 *   believed, the events after the step are searched for some that the command has caused.
 * - A refusal that is on record stays one: what was refused is not tried again, though it might now be accepted; the
 *   process has gone on from the refusal. That need only be looked up of a step that may have been sent before.
 */

/* The step under way. */
typedef struct {
  EhProcessCore *self;
  EhEvent *event;
  const EhProcessStep *step;
  gboolean is_repeat; /* it may have been sent before */
} Sending;

/* Whether the domain, or the library in its place, has said no, so that trying again is of no use. */
static gboolean
is_refusal (const GError *failure)
{
  if (failure->domain == G_IO_ERROR)
    return FALSE;
  if (failure->domain != EH_ERROR)
    return TRUE;
  return failure->code == EH_ERROR_EXISTS || failure->code == EH_ERROR_NOT_FOUND || failure->code == EH_ERROR_INVALID
         || failure->code == EH_ERROR_LIMIT;
}

static gboolean
is_effect (const EhEvent *event, const EhId *id)
{
  return eh_id_equal (eh_event_get_causation_id (event), id);
}

static EhCommand *
make_command (Sending *sending, const EhStepCommand *recorded, GError **error)
{
  EhDomain *domain = sending->self->domain;
  const EhCommandRule *rule = recorded->type == NULL ? NULL : eh_domain_find_command (domain, recorded->type, NULL);
  g_autoptr (EhStreamName) stream = NULL;
  g_autofree gpointer data = NULL;
  EhCommand *command;

  if (rule == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "domain %s has no such command",
                   eh_domain_get_name (domain));
      return NULL;
    }
  stream = eh_stream_name_parse (recorded->in != NULL ? recorded->in : "", error);
  if (stream == NULL)
    return NULL;
  data = g_malloc0 (rule->schema->size);
  if (!eh_schema_read_json (rule->schema, recorded->data != NULL ? recorded->data : "", -1, data, error))
    return NULL;
  command = eh_command_new (stream, rule->schema, data, error);
  eh_schema_clear (rule->schema, data);
  return command;
}

/* Returns: (transfer full): command @i as it is to be sent */
static EhCommand *
get_command (Sending *sending, guint i, GError **error)
{
  const EhStepCommand *recorded = &sending->step->commands[i];
  EhCommand *command = eh_process_shelf_take_command (sending->self->shelf, eh_event_get_position (sending->event), i);
  EhId id;

  if (command != NULL)
    return command;
  if (!eh_id_from_string (&id, recorded->id != NULL ? recorded->id : "", error))
    return NULL;
  command = make_command (sending, recorded, error);
  if (command == NULL)
    return NULL;
  eh_command_set_id (command, &id);
  eh_command_set_correlation_id (command, eh_event_get_correlation_id (sending->event));
  eh_command_set_causation_id (command, eh_event_get_id (sending->event));
  return command;
}

static gboolean
is_refused_before (Sending *sending, const EhId *command_id, gboolean *found, GError **error)
{
  EhStreamName *stream = eh_event_get_stream (sending->event);
  EhId step_id;

  eh_process_step_derive_id (stream, EH_CAUSE_REFUSAL, command_id, 0, &step_id);
  return eh_process_core_find (sending->self, stream, eh_event_get_position (sending->event), eh_process_core_is_step,
                               &step_id, found, error);
}

static gboolean
had_effect (Sending *sending, EhCommand *command, gboolean *found, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (eh_process_core_find (sending->self, eh_command_get_stream (command), eh_event_get_position (sending->event),
                            is_effect, eh_command_get_id (command), found, &failure))
    return TRUE;
  if (g_error_matches (failure, EH_ERROR, EH_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static const EhRefusalRule *
find_refusal_rule (const EhProcessType *type, EhCommand *command)
{
  for (gsize i = 0; i < type->n_refusals; i++)
    {
      if (g_str_equal (type->refusals[i].schema->name, eh_command_get_type_name (command)))
        return &type->refusals[i];
    }
  return NULL;
}

typedef struct {
  const EhRefusalRule *rule;
  const EhCommand *command;
  const char *nick;
  const char *message;
} Refusal;

static void
run_refusal_rule (gpointer state, EhReaction *reaction, gconstpointer user_data)
{
  const Refusal *refusal = user_data;

  refusal->rule->react (state, refusal->command, refusal->nick, refusal->message, reaction);
}

static gboolean
refuse_once (Sending *sending, const Refusal *refusal, GError **error)
{
  EhProcessCore *self = sending->self;
  const char *key = eh_stream_name_get_id (eh_event_get_stream (sending->event));
  EhProcess *process = eh_process_shelf_get (self->shelf, key, error);
  const EhId *id = eh_command_get_id (refusal->command);
  char text[EH_ID_STRING_LENGTH + 1];
  gboolean found;
  EhStepCause cause = {
    .kind = EH_CAUSE_REFUSAL,
    .id = text,
    .causation_id = *id,
    .correlation_id = *eh_event_get_correlation_id (sending->event),
    .time = eh_clock_now (self->clock),
  };

  if (process == NULL || !is_refused_before (sending, id, &found, error))
    return FALSE;
  if (found || process->version == 0)
    return TRUE;
  eh_id_write (id, text);
  eh_process_step_derive_id (process->stream, EH_CAUSE_REFUSAL, id, 0, &cause.step_id);
  return eh_process_shelf_step (self->shelf, process, &cause, run_refusal_rule, refusal, error);
}

static gboolean
refuse (Sending *sending, EhCommand *command, const GError *reason, GError **error)
{
  const char *nick = eh_domain_get_error_nick (sending->self->domain, reason);
  g_autofree char *code = g_strdup_printf ("%s-%d", g_quark_to_string (reason->domain), reason->code);
  Refusal refusal = {
    .rule = find_refusal_rule (sending->self->type, command),
    .command = command,
    .nick = nick != NULL ? nick : code,
    .message = reason->message,
  };
  g_autoptr (GError) failure = NULL;

  if (refusal.rule == NULL)
    {
      g_propagate_prefixed_error (error, g_error_copy (reason), "refused, and there is no rule for that: ");
      return FALSE;
    }
  for (guint n = 0; n < EH_PROCESS_REPEAT; n++)
    {
      g_clear_error (&failure);
      if (refuse_once (sending, &refusal, &failure))
        return TRUE;
      if (!eh_process_core_is_unclear (failure))
        break;
    }
  g_propagate_prefixed_error (error, g_steal_pointer (&failure), "refused, and that could not be recorded: ");
  return FALSE;
}

static gboolean
dispatch (Sending *sending, EhCommand *command, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  gboolean found = FALSE;

  if (sending->is_repeat && !is_refused_before (sending, eh_command_get_id (command), &found, error))
    return FALSE;
  if (found)
    return TRUE;
  outcome = eh_command_bus_dispatch (sending->self->commands, command, NULL, &failure);
  if (outcome != NULL)
    {
      sending->self->written = MAX (sending->self->written, eh_outcome_get_position (outcome));
      return TRUE;
    }
  if (!is_refusal (failure))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (!had_effect (sending, command, &found, error))
    return FALSE;
  return found || refuse (sending, command, failure, error);
}

static gboolean
send_all (Sending *sending, GError **error)
{
  for (guint i = 0; i < sending->step->n_commands; i++)
    {
      const EhStepCommand *recorded = &sending->step->commands[i];
      g_autoptr (EhCommand) command = get_command (sending, i, error);

      if (command == NULL || !dispatch (sending, command, error))
        {
          g_prefix_error (error, "%s, version %" G_GUINT64_FORMAT ": %s to %s: ",
                          eh_stream_name_to_string (eh_event_get_stream (sending->event)),
                          eh_event_get_version (sending->event), recorded->type, recorded->in);
          return FALSE;
        }
    }
  return TRUE;
}

/* The step at hand is one of its newest: a store that did not show it has not shown all. */
static gboolean
check_is_whole (EhProcessCore *self, const EhProcess *process, EhEvent *event, GError **error)
{
  if (process->ended || process->version >= eh_event_get_version (event))
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_CONFLICT,
               "%s was read up to version %" G_GUINT64_FORMAT " only, though it has version %" G_GUINT64_FORMAT,
               eh_stream_name_to_string (process->stream), process->version, eh_event_get_version (event));
  eh_process_shelf_clear (self->shelf);
  return FALSE;
}

gboolean
eh_process_core_send (EhProcessCore *self, EhEvent *event, GError **error)
{
  g_auto (EhOpenStep) open = { NULL, NULL };
  Sending sending = { .self = self, .event = event };
  const char *key = eh_stream_name_get_id (eh_event_get_stream (event));
  guint64 position = eh_event_get_position (event);
  EhProcess *process;

  if (!eh_open_step_init (&open, event, error))
    return FALSE;
  process = eh_process_shelf_get (self->shelf, key, error);
  if (process == NULL || !check_is_whole (self, process, event, error))
    return FALSE;
  eh_deadline_table_set (self->deadlines, key, process->deadlines, process->ended ? 0 : process->n_deadlines);
  if (open.step->n_commands == 0)
    return TRUE;

  sending.step = open.step;
  sending.is_repeat = position <= self->attempted;
  self->attempted = MAX (self->attempted, position);
  return send_all (&sending, error);
}
