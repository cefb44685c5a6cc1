/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-reaction-private.h"

#include <string.h>

#include "eh-domain-private.h"
#include "eh-error.h"
#include "eh-id-private.h"
#include "eh-timestamp-private.h"

typedef struct {
  const char *name; /* the type's */
  gint64 time;
} Deadline;

/* One thread, one step at a time; nothing here is shared. */
struct _EhReaction {
  EhDomain *domain; /* (owned) */
  const EhProcessType *type;
  const char *key; /* not owned */
  gint64 time;
  EhId step_id;
  EhId correlation_id;
  GPtrArray *commands; /* (owned) of EhCommand (owned) */
  GArray *deadlines;   /* (owned) of Deadline, the earliest first */
  gboolean ended;
  GError *error; /* (owned) (nullable): the first call that failed */
};

EhReaction *
eh_reaction_new (EhDomain *domain, const EhProcessType *type)
{
  EhReaction *self = g_new0 (EhReaction, 1);

  self->domain = g_object_ref (domain);
  self->type = type;
  self->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_command_unref);
  self->deadlines = g_array_new (FALSE, FALSE, sizeof (Deadline));
  return self;
}

void
eh_reaction_begin (EhReaction *self, const char *key, gint64 time, const EhId *step_id, const EhId *correlation_id)
{
  self->key = key;
  self->time = time;
  self->step_id = *step_id;
  self->correlation_id = eh_id_is_nil (correlation_id) ? *step_id : *correlation_id;
  g_ptr_array_set_size (self->commands, 0);
  g_array_set_size (self->deadlines, 0);
  self->ended = FALSE;
  g_clear_error (&self->error);
}

void
eh_reaction_free (EhReaction *self)
{
  g_clear_error (&self->error);
  g_array_unref (self->deadlines);
  g_ptr_array_unref (self->commands);
  g_object_unref (self->domain);
  g_free (self);
}

static EhCommand *
make_command (EhReaction *self, const char *aggregate_id, const EhSchema *schema, gconstpointer data, GError **error)
{
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhCommand) command = NULL;
  const EhAggregateType *type = NULL;
  EhId id;

  if (eh_domain_find_command_by_schema (self->domain, schema, &type) == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "no aggregate type of domain %s has a command of its schema",
                   eh_domain_get_name (self->domain));
      return NULL;
    }
  stream = eh_stream_name_new (type->name, aggregate_id != NULL ? aggregate_id : "", error);
  if (stream == NULL)
    return NULL;
  command = eh_command_new (stream, schema, data, error);
  if (command == NULL)
    return NULL;

  eh_id_derive (&self->step_id, self->commands->len + 1, &id);
  eh_command_set_id (command, &id);
  eh_command_set_correlation_id (command, &self->correlation_id);
  eh_command_set_causation_id (command, &self->step_id);
  return g_steal_pointer (&command);
}

void
eh_reaction_send (EhReaction *self, const char *aggregate_id, const EhSchema *schema, gconstpointer data)
{
  EhCommand *command;

  g_return_if_fail (self != NULL);
  g_return_if_fail (schema != NULL);
  g_return_if_fail (data != NULL || schema->n_fields == 0);

  if (self->error != NULL)
    return;
  command = make_command (self, aggregate_id, schema, data, &self->error);
  if (command != NULL)
    g_ptr_array_add (self->commands, command);
  else
    g_prefix_error (&self->error, "process %s: command %s: ", self->type->name,
                    schema->name != NULL ? schema->name : "without a name");
}

static void
remove_deadline (EhReaction *self, const char *name)
{
  for (guint i = 0; i < self->deadlines->len; i++)
    if (strcmp (g_array_index (self->deadlines, Deadline, i).name, name) == 0)
      {
        g_array_remove_index (self->deadlines, i);
        return;
      }
}

/* (nullable): the type's own text, which lives as long as the domain */
static const char *
find_name (EhReaction *self, const char *name)
{
  for (gsize i = 0; i < self->type->n_deadlines; i++)
    if (strcmp (self->type->deadlines[i].name, name) == 0)
      return self->type->deadlines[i].name;
  return NULL;
}

static void
insert_deadline (EhReaction *self, const Deadline *deadline)
{
  guint i = self->deadlines->len;

  while (i > 0 && g_array_index (self->deadlines, Deadline, i - 1).time > deadline->time)
    i--;
  g_array_insert_val (self->deadlines, i, *deadline);
}

void
eh_reaction_set_deadline (EhReaction *self, const char *name, gint64 time)
{
  Deadline deadline = { NULL, time };

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  if (self->error != NULL || self->ended)
    return;
  deadline.name = find_name (self, name);
  if (deadline.name == NULL)
    g_set_error (&self->error, EH_ERROR, EH_ERROR_INVALID, "process %s: it has no deadline %s", self->type->name, name);
  else if (!eh_timestamp_in_range (time))
    g_set_error (&self->error, EH_ERROR, EH_ERROR_INVALID,
                 "process %s: deadline %s: %" G_GINT64_FORMAT " microseconds since 1970 is not from year 1 to 9999",
                 self->type->name, name, time);
  else
    {
      remove_deadline (self, name);
      insert_deadline (self, &deadline);
    }
}

void
eh_reaction_cancel_deadline (EhReaction *self, const char *name)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  remove_deadline (self, name);
}

void
eh_reaction_end (EhReaction *self)
{
  g_return_if_fail (self != NULL);

  self->ended = TRUE;
  g_array_set_size (self->deadlines, 0);
}

gint64
eh_reaction_get_time (const EhReaction *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

const char *
eh_reaction_get_key (const EhReaction *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->key;
}

GPtrArray *
eh_reaction_get_commands (const EhReaction *self)
{
  return self->commands;
}

gboolean
eh_reaction_has_ended (const EhReaction *self)
{
  return self->ended;
}

const GError *
eh_reaction_get_error (const EhReaction *self)
{
  return self->error;
}

guint
eh_reaction_get_n_deadlines (const EhReaction *self)
{
  return self->deadlines->len;
}

const char *
eh_reaction_get_deadline (const EhReaction *self, guint i, gint64 *time)
{
  const Deadline *deadline = &g_array_index (self->deadlines, Deadline, i);

  *time = deadline->time;
  return deadline->name;
}

void
eh_event_key_correlation (const EhEvent *event, GString *key)
{
  char text[EH_ID_STRING_LENGTH + 1];

  g_return_if_fail (event != NULL);
  g_return_if_fail (key != NULL);

  if (eh_id_is_nil (eh_event_get_correlation_id (event)))
    return;
  eh_id_write (eh_event_get_correlation_id (event), text);
  g_string_append (key, text);
}
