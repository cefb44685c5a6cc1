/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

#include <string.h>

/*
 * Commands that are drawn when a client comes to them, through the oracle, so that they are a part of the run: they are
 * replayed with it and shrink with it.
 */

typedef struct {
  EhDraw parent;
  EhWorld *world; /* (unowned) */
} WorldDraw;

static guint64
world_draw_choose (EhDraw *draw, guint64 arity, const char *label)
{
  return arity < 2 ? 0 : eh_world_choose (((WorldDraw *) draw)->world, arity, label);
}

static gboolean
is_wanted (const EhTrial *self, const char *type_name)
{
  char **types = self->simulation->generate.types;

  return types == NULL || g_strv_contains ((const char *const *) types, type_name);
}

/* The wanted command number @i in the order of the domain's tables; NULL if there are not so many. */
static const EhSchema *
find_wanted (const EhTrial *self, guint i, const EhAggregateType **type)
{
  for (guint t = 0; t < eh_domain_get_n_aggregate_types (self->domain); t++)
    {
      *type = eh_domain_get_aggregate_type (self->domain, t);
      for (gsize c = 0; c < (*type)->n_commands; c++)
        {
          if (is_wanted (self, (*type)->commands[c].schema->name) && i-- == 0)
            return (*type)->commands[c].schema;
        }
    }
  return NULL;
}

static guint
count_wanted (const EhTrial *self)
{
  const EhAggregateType *type;
  guint n = 0;

  while (find_wanted (self, n, &type) != NULL)
    n++;
  return n;
}

/* "a1" is followed by "a2", "main" by "main2". */
static char *
make_id (const EhTrial *self, guint i)
{
  const char *first = self->simulation->stream != NULL ? eh_stream_name_get_id (self->simulation->stream) : "a1";
  gsize length = strlen (first);
  guint64 number;

  if (i == 0)
    return g_strdup (first);
  while (length > 0 && g_ascii_isdigit (first[length - 1]))
    length--;
  number = first[length] != '\0' ? g_ascii_strtoull (first + length, NULL, 10) : 1;
  return g_strdup_printf ("%.*s%" G_GUINT64_FORMAT, (int) length, first, number + i);
}

static EhStreamName *
make_stream (EhTrial *self, const EhAggregateType *type, guint i, GError **error)
{
  g_autofree char *id = make_id (self, i);

  return eh_stream_name_new (type->name, id, error);
}

gboolean
eh_trial_check_generate (EhTrial *self, GError **error)
{
  char **types = self->simulation->generate.types;

  for (guint i = 0; types != NULL && types[i] != NULL; i++)
    {
      if (eh_domain_find_command (self->domain, types[i], NULL) != NULL)
        continue;
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "generate.types[%u]: domain %s has no command %s", i,
                   eh_domain_get_name (self->domain), types[i]);
      return FALSE;
    }
  if (count_wanted (self) > 0)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "generate: domain %s has no command that could be drawn",
               eh_domain_get_name (self->domain));
  return FALSE;
}

static EhCommand *
make_command (EhTrial *self, EhDraw *draw, const EhSchema *schema, EhStreamName *stream, GError **error)
{
  gpointer data = eh_schema_new (schema);
  EhCommand *command;

  eh_domain_generate (self->domain, draw, schema, data);
  command = eh_command_new (stream, schema, data, error);
  eh_schema_free (schema, data);
  return command;
}

EhCommand *
eh_trial_generate (EhTrial *self, guint task, guint step, GError **error)
{
  WorldDraw draw = { { world_draw_choose }, self->world };
  guint n_streams = MAX (self->simulation->generate.n_streams, 1);
  const EhAggregateType *type;
  const EhSchema *schema;
  g_autoptr (EhStreamName) stream = NULL;
  EhCommand *command;
  EhId id = {
    { 0xc0, [8] = (guint8) (task >> 8), [9] = (guint8) task, [14] = (guint8) (step >> 8), [15] = (guint8) step }
  };

  schema = find_wanted (self, (guint) eh_draw_choose (&draw.parent, count_wanted (self), "command"), &type);
  stream = make_stream (self, type, (guint) eh_draw_choose (&draw.parent, n_streams, "stream"), error);
  if (stream == NULL)
    return NULL;
  command = make_command (self, &draw.parent, schema, stream, error);
  if (command != NULL)
    eh_command_set_id (command, &id);
  return command;
}

/* ---- the drawn commands as given ones ---- */

static EhClientStep *
make_step (const EhTrialStep *record)
{
  EhClientStep *step = eh_client_step_new (EH_CLIENT_STEP_COMMAND);
  const EhSchema *schema = eh_command_get_schema (record->command);

  step->command = eh_step_new (EH_STEP_COMMAND, "generated");
  step->command->stream = eh_stream_name_ref (eh_command_get_stream (record->command));
  step->command->schema = schema;
  step->command->data = eh_schema_copy (schema, eh_command_get_data (record->command));
  return step;
}

EhSimulation *
eh_trial_dup_simulation (EhTrial *self)
{
  EhSimulation *copy = eh_simulation_copy (self->simulation);

  for (guint i = copy->clients->len; i < self->n_clients; i++)
    {
      const EhTrialNode *node = g_ptr_array_index (self->nodes, i);
      EhSimClient *client = eh_sim_client_new (eh_world_get_task_name (self->world, i));

      for (guint k = 0; k < node->n_steps; k++)
        {
          const EhTrialStep *record = eh_trial_get_record (self, i, k);

          if (record->command != NULL)
            g_ptr_array_add (client->steps, make_step (record));
        }
      g_ptr_array_add (copy->clients, client);
    }
  copy->generate.n_clients = 0;
  return copy;
}
