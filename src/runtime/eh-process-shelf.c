/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-shelf-private.h"

#include <string.h>

#include "model/eh-error.h"
#include "model/eh-event-batch-private.h"
#include "runtime/eh-process-draft-private.h"
#include "runtime/eh-tracer-private.h"

/* How many processes are kept in memory; the one used longest ago goes first. */
#define KEPT_MAX 4096

/* How many commands are kept until their steps are come to: as a rule more than steps are read at once. */
#define OUTBOX_MAX 8192

/* What a step sends. */
typedef struct {
  guint64 position;   /* of the step */
  guint index;        /* among what it sends */
  EhCommand *command; /* (owned) */
} Outgoing;

struct _EhProcessShelf {
  EhDomain *domain; /* (owned) */
  const EhProcessType *type;
  EhEventStore *store;           /* (owned) */
  EhTracer *tracer;              /* (owned) (nullable) */
  EhClock *clock;                /* (owned) */
  EhClockInterface *clock_iface; /* of @clock: looked up once */
  GHashTable *kept;              /* (owned): key, a part of its stream's name, to EhProcess (owned) */
  GQueue order;                  /* of their links, the one used last at the end */
  GArray *outbox;                /* (owned): of Outgoing by rising position and index */
  guint n_taken;                 /* of @outbox, from its beginning: they are gone */
  guint64 written;
  EhReaction *reaction; /* (owned): to the step under way; kept to be used again, as the draft */
  EhProcessDraft draft; /* (owned) */
};

static void
clear_deadlines (EhProcess *process)
{
  for (gsize i = 0; i < process->n_deadlines; i++)
    g_free (process->deadlines[i].name);
  g_clear_pointer (&process->deadlines, g_free);
  process->n_deadlines = 0;
}

static void
process_free (gpointer data)
{
  EhProcess *process = data;

  clear_deadlines (process);
  eh_schema_free (process->type->state, process->state);
  g_clear_pointer (&process->stream, eh_stream_name_unref);
  g_free (process);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhProcess, process_free)

EhProcessShelf *
eh_process_shelf_new (EhDomain *domain, const EhProcessType *type, EhEventStore *store, EhClock *clock)
{
  EhProcessShelf *self = g_new0 (EhProcessShelf, 1);

  self->domain = g_object_ref (domain);
  self->type = type;
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->clock_iface = EH_CLOCK_GET_IFACE (clock);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, process_free);
  g_queue_init (&self->order);
  self->outbox = g_array_new (FALSE, FALSE, sizeof (Outgoing));
  self->reaction = eh_reaction_new (domain, type);
  eh_process_draft_init (&self->draft);
  return self;
}

static void
put_outgoing (EhProcessShelf *self, guint64 position, const GPtrArray *commands)
{
  if (self->n_taken > 0 && self->n_taken >= self->outbox->len / 2)
    {
      g_array_remove_range (self->outbox, 0, self->n_taken);
      self->n_taken = 0;
    }
  for (guint i = 0; i < commands->len && self->outbox->len < OUTBOX_MAX; i++)
    {
      Outgoing outgoing = { position, i, eh_command_ref (commands->pdata[i]) };

      g_array_append_val (self->outbox, outgoing);
    }
}

static void
clear_outbox (EhProcessShelf *self)
{
  for (; self->n_taken < self->outbox->len; self->n_taken++)
    eh_command_unref (g_array_index (self->outbox, Outgoing, self->n_taken).command);
}

EhCommand *
eh_process_shelf_take_command (EhProcessShelf *self, guint64 position, guint i)
{
  while (self->n_taken < self->outbox->len)
    {
      const Outgoing *first = &g_array_index (self->outbox, Outgoing, self->n_taken);

      if (first->position > position || (first->position == position && first->index > i))
        return NULL;
      self->n_taken++;
      if (first->position == position && first->index == i)
        return first->command;
      eh_command_unref (first->command);
    }
  return NULL;
}

void
eh_process_shelf_free (EhProcessShelf *self)
{
  if (self == NULL)
    return;
  eh_process_draft_clear (&self->draft);
  eh_reaction_free (self->reaction);
  clear_outbox (self);
  g_array_unref (self->outbox);
  g_hash_table_unref (self->kept);
  g_object_unref (self->clock);
  g_clear_object (&self->tracer);
  g_object_unref (self->store);
  g_object_unref (self->domain);
  g_free (self);
}

static void
drop (EhProcessShelf *self, EhProcess *process)
{
  g_queue_unlink (&self->order, &process->link);
  g_hash_table_remove (self->kept, eh_stream_name_get_id (process->stream));
}

static void
keep (EhProcessShelf *self, EhProcess *process)
{
  if (self->order.length >= KEPT_MAX)
    drop (self, self->order.head->data);
  process->link.data = process;
  g_queue_push_tail_link (&self->order, &process->link);
  g_hash_table_insert (self->kept, (gpointer) eh_stream_name_get_id (process->stream), process);
}

guint64
eh_process_shelf_get_written (EhProcessShelf *self)
{
  return self->written;
}

void
eh_process_shelf_clear (EhProcessShelf *self)
{
  clear_outbox (self);
  g_queue_init (&self->order);
  g_hash_table_remove_all (self->kept);
  self->written = 0;
}

static gboolean
refuse_state (EhProcess *process, const char *reason, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "%s, version %" G_GUINT64_FORMAT ": state: %s",
               eh_stream_name_to_string (process->stream), process->version, reason);
  return FALSE;
}

static gboolean
read_state (EhProcess *process, const char *text, GError **error)
{
  const EhSchema *schema = process->type->state;
  g_autofree gpointer state = g_malloc0 (schema->size);
  g_autoptr (GError) fault = NULL;

  if (text == NULL)
    return refuse_state (process, "missing", error);
  if (!eh_schema_read_json (schema, text, -1, state, &fault))
    return refuse_state (process, fault->message, error);
  process->state = g_steal_pointer (&state);
  return TRUE;
}

static void
copy_deadlines (EhProcess *process, const EhStepDeadline *deadlines, gsize n)
{
  clear_deadlines (process);
  if (n == 0)
    return;
  process->deadlines = g_new (EhStepDeadline, n);
  for (; process->n_deadlines < n; process->n_deadlines++)
    {
      const EhStepDeadline *deadline = &deadlines[process->n_deadlines];

      process->deadlines[process->n_deadlines] = (EhStepDeadline){ g_strdup (deadline->name), deadline->time };
    }
}

static gboolean
read_newest (EhProcess *process, EhEvent *event, GError **error)
{
  g_auto (EhOpenStep) open = { NULL, NULL };

  process->version = eh_event_get_version (event);
  process->step_id = *eh_event_get_id (event);
  process->correlation_id = *eh_event_get_correlation_id (event);
  if (!eh_open_step_init (&open, event, error) || !read_state (process, open.step->state, error))
    return FALSE;
  process->position = open.step->position;
  process->ended = open.step->ended;
  copy_deadlines (process, open.step->deadlines, open.step->n_deadlines);
  return TRUE;
}

/* What was deleted is over: nobody can append to its stream any more. */
static gboolean
load (EhProcessShelf *self, EhProcess *process, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhEventPage)
      page = eh_event_store_read_stream (self->store, process->stream, G_MAXUINT64, EH_BACKWARDS, 1, NULL, &failure);

  if (page != NULL)
    return eh_event_page_get_size (page) == 0 || read_newest (process, eh_event_page_get (page, 0), error);
  process->ended = g_error_matches (failure, EH_ERROR, EH_ERROR_NOT_FOUND);
  if (!process->ended)
    g_propagate_error (error, g_steal_pointer (&failure));
  return process->ended;
}

EhProcess *
eh_process_shelf_get (EhProcessShelf *self, const char *key, GError **error)
{
  EhProcess *kept = g_hash_table_lookup (self->kept, key);
  g_autoptr (EhProcess) process = NULL;

  if (kept != NULL && &kept->link == self->order.tail)
    return kept;
  if (kept != NULL)
    {
      g_queue_unlink (&self->order, &kept->link);
      g_queue_push_tail_link (&self->order, &kept->link);
      return kept;
    }
  process = g_new0 (EhProcess, 1);
  process->type = self->type;
  process->stream = eh_stream_name_new (self->type->name, key, error);
  if (process->stream == NULL || !load (self, process, error))
    return NULL;
  kept = g_steal_pointer (&process);
  keep (self, kept);
  return kept;
}

void
eh_process_shelf_set_tracer (EhProcessShelf *self, EhTracer *tracer)
{
  g_set_object (&self->tracer, tracer);
}

/* Inside a span. */
static gboolean
append_batch (EhProcessShelf *self, EhEventBatch *batch, guint64 version, EhAppendResult *result, GError **error)
{
  GError *failure = NULL;
  gpointer token = eh_tracer_begin_event (self->tracer, EH_SPAN_APPEND, NULL, eh_event_batch_peek (batch, 0));
  gboolean ok = eh_event_store_append (self->store, batch, (gint64) version, EH_APPEND_NONE, result, NULL, &failure);

  eh_tracer_end (self->tracer, token, failure);
  if (!ok)
    g_propagate_error (error, failure);
  return ok;
}

static gboolean
append (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause, EhAppendResult *result, GError **error)
{
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (process->stream, self->clock_iface->now (self->clock));

  eh_event_batch_set_context (batch, NULL, &cause->correlation_id, &cause->causation_id);
  return eh_process_draft_add_to (&self->draft, batch, &cause->step_id, error)
         && append_batch (self, batch, process->version, result, error);
}

/* What was there already was written by somebody who may have seen more: then the store is to be asked again. */
static void
move_on (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause, const EhAppendResult *result)
{
  const EhProcessStep *step = &self->draft.step;

  self->written = MAX (self->written, result->last_position);
  if (result->was_there || result->last_version != process->version + 1)
    {
      drop (self, process);
      return;
    }
  process->version = result->last_version;
  process->step_id = cause->step_id;
  process->correlation_id = cause->correlation_id;
  process->position = step->position;
  process->ended = step->ended;
  copy_deadlines (process, step->deadlines, step->n_deadlines);
  put_outgoing (self, result->last_position, eh_reaction_get_commands (self->reaction));
}

static void
begin_reaction (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause)
{
  eh_reaction_begin (self->reaction, eh_stream_name_get_id (process->stream), cause->time, &cause->step_id,
                     &cause->correlation_id);
  for (gsize i = 0; i < process->n_deadlines; i++)
    {
      const EhStepDeadline *deadline = &process->deadlines[i];

      if (g_strcmp0 (deadline->name, cause->passed_name) != 0)
        eh_reaction_set_deadline (self->reaction, deadline->name, deadline->time);
    }
}

static gboolean
fill_draft (EhProcessShelf *self, const EhProcess *process, const EhStepCause *cause, gconstpointer state,
            GError **error)
{
  EhProcessStep *step = &self->draft.step;

  step->cause = cause->kind;
  step->cause_id = (char *) cause->id;
  step->position = MAX (process->position, cause->position);
  return eh_process_draft_fill (&self->draft, self->type->state, state, self->reaction, process->ended, error);
}

static gboolean
take_step (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause, gpointer *state, GError **error)
{
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  const GError *fault = eh_reaction_get_error (self->reaction);

  if (fault != NULL)
    {
      g_propagate_error (error, g_error_copy (fault));
      return FALSE;
    }
  if (!fill_draft (self, process, cause, *state, error) || !append (self, process, cause, &result, error))
    return FALSE;
  eh_schema_free (self->type->state, process->state);
  process->state = g_steal_pointer (state);
  move_on (self, process, cause, &result);
  return TRUE;
}

gboolean
eh_process_shelf_step (EhProcessShelf *self, EhProcess *process, const EhStepCause *cause, EhStepFunc func,
                       gconstpointer user_data, GError **error)
{
  const EhSchema *schema = self->type->state;
  gpointer state = process->state == NULL ? eh_schema_new (schema) : eh_schema_copy (schema, process->state);
  gboolean taken;

  begin_reaction (self, process, cause);
  func (state, self->reaction, user_data);
  taken = take_step (self, process, cause, &state, error);
  if (!taken)
    drop (self, process);
  eh_schema_free (schema, state);
  return taken;
}
