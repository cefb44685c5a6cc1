/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-consumer-private.h"

#include "model/eh-domain-private.h"

#include <string.h>

/*
 * Writes down what each step loaded and appended, and notices on the way whether the run's order can be told without a
 * search: if everything that a step had loaded was the newest when it appended (or, if it did not append, when it
 * loaded the last of it), then the order of these moments is a serial order in which everybody saw what they saw.
 * Only where that fails, or a decision cannot be trusted for another reason, the run is suspect and the long way is
 * gone.
 */

static void
init_record (EhTrial *self, EhTrialStep *record)
{
  record->outcome = EH_TRIAL_NOT_RUN;
  record->first_load = record->last_load = EH_TRIAL_NONE;
  record->first_append = record->last_append = EH_TRIAL_NONE;
  record->n_appends = 0;
  record->n_ids = 0;
  record->has_failed = FALSE;
  record->snapshot = 0;
  if (record->error != NULL)
    eh_world_take_error (self->world, g_steal_pointer (&record->error));
  g_clear_pointer (&record->believed, eh_snapshot_unref);
  if (record->spec == NULL)
    g_clear_pointer (&record->command, eh_command_unref);
}

static void
clear_record (gpointer data)
{
  EhTrialStep *record = data;

  g_clear_error (&record->error);
  g_clear_pointer (&record->believed, eh_snapshot_unref);
  g_clear_pointer (&record->command, eh_command_unref);
}

static void
clear_early (gpointer data)
{
  eh_event_unref (((EhTrialEarly *) data)->event);
}

static void
clear_stream (gpointer data)
{
  eh_trial_stream_clear (data);
}

void
eh_trial_history_init (EhTrial *self)
{
  self->streams = g_array_new (FALSE, TRUE, sizeof (EhTrialStream));
  g_array_set_clear_func (self->streams, clear_stream);
  self->records = g_array_new (FALSE, TRUE, sizeof (EhTrialStep));
  g_array_set_clear_func (self->records, clear_record);
  self->loads = g_array_new (FALSE, FALSE, sizeof (EhTrialLoad));
  self->appends = g_array_new (FALSE, FALSE, sizeof (EhTrialAppend));
  self->ops = g_array_new (FALSE, FALSE, sizeof (EhTrialOp));
  self->ids = g_array_new (FALSE, FALSE, sizeof (EhId));
  self->early = g_array_new (FALSE, FALSE, sizeof (EhTrialEarly));
  g_array_set_clear_func (self->early, clear_early);
  self->reached = g_byte_array_set_size (g_byte_array_new (), eh_domain_get_n_sometimes (self->domain));
  eh_trial_id_set_init (&self->event_ids);
  eh_trial_id_set_init (&self->causes);
}

void
eh_trial_history_clear (EhTrial *self)
{
  g_clear_pointer (&self->streams, g_array_unref);
  g_clear_pointer (&self->records, g_array_unref);
  g_clear_pointer (&self->loads, g_array_unref);
  g_clear_pointer (&self->appends, g_array_unref);
  g_clear_pointer (&self->ops, g_array_unref);
  g_clear_pointer (&self->ids, g_array_unref);
  g_clear_pointer (&self->early, g_array_unref);
  g_clear_pointer (&self->reached, g_byte_array_unref);
  eh_trial_id_set_clear (&self->event_ids);
  eh_trial_id_set_clear (&self->causes);
}

static void
take_given (EhTrial *self)
{
  self->position = 0;
  for (guint i = 0; i < self->streams->len; i++)
    {
      EhTrialStream *stream = eh_trial_get_stream (self, i);

      for (guint k = 0; k < stream->n_given; k++)
        {
          EhEvent *event = g_ptr_array_index (stream->events, k);

          eh_trial_id_set_add (&self->event_ids, eh_event_get_id (event), i, k + 1);
          self->position = MAX (self->position, eh_event_get_position (event));
        }
    }
}

/* Followers begin without any step. */
static void
reset_followers (EhTrial *self)
{
  g_array_set_size (self->records, self->n_client_records);
  for (guint i = self->n_clients; i < self->nodes->len; i++)
    {
      EhTrialNode *node = g_ptr_array_index (self->nodes, i);

      g_array_set_size (node->indices, 0);
      node->n_steps = 0;
      node->current = EH_TRIAL_NONE;
    }
  eh_trial_consumers_reset (self);
  eh_check_rows_reset (self);
}

void
eh_trial_history_reset (EhTrial *self)
{
  eh_trial_streams_reset (self);
  reset_followers (self);
  for (guint i = 0; i < self->nodes->len; i++)
    eh_trial_node_forget (g_ptr_array_index (self->nodes, i));
  for (guint i = 0; i < self->records->len; i++)
    init_record (self, &g_array_index (self->records, EhTrialStep, i));
  g_array_set_size (self->loads, 0);
  g_array_set_size (self->appends, 0);
  g_array_set_size (self->ops, 0);
  g_array_set_size (self->ids, 0);
  g_array_set_size (self->early, 0);
  eh_trial_id_set_empty (&self->event_ids);
  eh_trial_id_set_empty (&self->causes);
  take_given (self);
  if (self->reached->len > 0)
    memset (self->reached->data, 0, self->reached->len);
  self->is_suspect = FALSE;
  self->loaded_state = FALSE;
  self->saved_state = FALSE;
}

EhTrialStep *
eh_trial_get_record (EhTrial *self, guint task, guint step)
{
  const EhTrialNode *node = g_ptr_array_index (self->nodes, task);

  g_assert (step < node->n_steps);
  if (node->is_follower)
    return &g_array_index (self->records, EhTrialStep, g_array_index (node->indices, guint, step));
  return &g_array_index (self->records, EhTrialStep, node->first_record + step);
}

EhTrialStep *
eh_trial_find_record (EhTrial *self, guint task, guint step)
{
  const EhTrialNode *node = task < self->nodes->len ? g_ptr_array_index (self->nodes, task) : NULL;

  if (node == NULL || (node->is_follower && node->current == EH_TRIAL_NONE))
    return NULL;
  return node->is_follower ? &g_array_index (self->records, EhTrialStep, node->current)
                           : eh_trial_get_record (self, task, step);
}

guint
eh_trial_add_record (EhTrial *self, EhTrialNode *node, EhCommand *command, const EhClientStep *spec)
{
  EhTrialStep record = { .task = node->task, .step = node->n_steps++, .spec = spec };
  guint index = self->records->len;

  init_record (self, &record);
  record.command = command != NULL ? eh_command_ref (command) : NULL;
  g_array_append_val (self->records, record);
  g_array_append_val (node->indices, index);
  return index;
}

const EhTrialStep *
eh_trial_find_writer (EhTrial *self, guint stream, guint64 version)
{
  for (guint i = 0; i < self->appends->len; i++)
    {
      const EhTrialAppend *append = eh_trial_get_append (self, i);

      if (append->stream == stream && append->first <= version && version <= append->last)
        return &g_array_index (self->records, EhTrialStep, append->record);
    }
  return NULL;
}

static gboolean
is_command (const EhTrialStep *record)
{
  return record->spec == NULL || record->spec->kind == EH_CLIENT_STEP_COMMAND;
}

/*
 * A command acts on what it loaded last. Another step is one transaction: what it read first counts, unless it tried
 * again.
 */
static void
drop_replaced (EhTrial *self, EhTrialStep *record, guint stream)
{
  for (guint i = record->first_load; i != EH_TRIAL_NONE; i = eh_trial_get_load (self, i)->next)
    {
      EhTrialLoad *load = eh_trial_get_load (self, i);

      if (load->stream == stream && (load->is_spent || is_command (record)))
        load->is_dropped = TRUE;
    }
}

static gboolean
are_loads_newest (EhTrial *self, const EhTrialStep *record)
{
  for (guint i = record->first_load; i != EH_TRIAL_NONE; i = eh_trial_get_load (self, i)->next)
    {
      const EhTrialLoad *load = eh_trial_get_load (self, i);

      if (!load->is_dropped && load->version != eh_trial_stream_get_version (eh_trial_get_stream (self, load->stream)))
        return FALSE;
    }
  return TRUE;
}

static void
add_load (EhTrial *self, EhTrialStep *record, EhTrialLoad *load)
{
  guint i = self->loads->len;

  load->next = EH_TRIAL_NONE;
  *(EhTrialLoad *) eh_trial_extend (self->loads, &self->loads_room, sizeof *load) = *load;
  if (record->first_load == EH_TRIAL_NONE)
    record->first_load = i;
  else
    eh_trial_get_load (self, record->last_load)->next = i;
  record->last_load = i;
}

static void
on_load (EhTrial *self, EhTrialStep *record, guint stream, const EhWorldStep *step)
{
  guint64 version = MAX (step->version, record->snapshot);
  EhTrialLoad load = { .stream = stream, .version = version, .at = self->ops->len };

  record->snapshot = 0;
  if (step->error != NULL)
    return;
  record->n_ids = 0;
  load.is_fault = step->fault.kind == EH_FAULT_LOAD_STALE;
  load.is_stale = version < eh_trial_stream_get_version (eh_trial_get_stream (self, stream));
  drop_replaced (self, record, stream);
  add_load (self, record, &load);
  if (load.is_stale || record->n_appends > 0 || !are_loads_newest (self, record))
    self->is_suspect = TRUE;
}

static void
spend_loads (EhTrial *self, EhTrialStep *record, guint stream)
{
  for (guint i = record->first_load; i != EH_TRIAL_NONE; i = eh_trial_get_load (self, i)->next)
    {
      EhTrialLoad *load = eh_trial_get_load (self, i);

      load->is_spent |= load->stream == stream;
    }
}

/* The very events that are there already, told once more. */
static gboolean
was_there (EhTrial *self, guint stream, EhEventPage *events)
{
  EhEvent *first = eh_event_page_get (events, 0);
  EhTrialStream *model = eh_trial_get_stream (self, stream);
  guint64 version = eh_event_get_version (first);

  return version > 0 && version <= model->events->len
         && eh_id_equal (eh_event_get_id (first), eh_event_get_id (g_ptr_array_index (model->events, version - 1)));
}

static void
add_append (EhTrial *self, EhTrialStep *record, guint stream, guint n_events)
{
  guint i = self->appends->len;
  guint64 version = eh_trial_stream_get_version (eh_trial_get_stream (self, stream));
  guint number = (guint) (record - (EhTrialStep *) (gpointer) self->records->data);
  EhTrialAppend *append = NULL;

  if (record->n_appends > 0 || record->first_load == EH_TRIAL_NONE || !are_loads_newest (self, record))
    self->is_suspect = TRUE;
  append = eh_trial_extend (self->appends, &self->appends_room, sizeof *append);
  *append = (EhTrialAppend){ stream, version + 1, version + n_events, self->ops->len, EH_TRIAL_NONE, number };
  if (record->first_append == EH_TRIAL_NONE)
    record->first_append = i;
  else
    eh_trial_get_append (self, record->last_append)->next = i;
  record->last_append = i;
  record->n_appends++;
}

/*
 * What a follower appends without a command is a step of its own, of which it is not known what it was made from.
 * Returns: (nullable)
 */
static EhTrialStep *
add_foreign (EhTrial *self, guint task)
{
  static const EhClientStep foreign = { .kind = EH_CLIENT_STEP_BODY };
  guint index;

  if (task >= self->nodes->len)
    return NULL;
  index = eh_trial_add_record (self, g_ptr_array_index (self->nodes, task), NULL, &foreign);
  g_array_index (self->records, EhTrialStep, index).outcome = EH_TRIAL_ACCEPTED;
  return &g_array_index (self->records, EhTrialStep, index);
}

/* @record: (nullable): of a client's step, or a follower's command */
static void
on_append (EhTrial *self, EhTrialStep *record, guint stream, const EhWorldStep *step)
{
  guint n = step->events != NULL ? eh_event_page_get_size (step->events) : 0;

  if (step->error != NULL && record != NULL)
    spend_loads (self, record, stream);
  if (n == 0 || was_there (self, stream, step->events))
    return;
  eh_check_structure (self, stream, step);
  if (eh_trial_get_stream (self, stream)->process == NULL)
    {
      record = record != NULL ? record : add_foreign (self, step->task);
      self->is_suspect |= record == NULL;
      if (record != NULL)
        add_append (self, record, stream, n);
    }
  for (guint i = 0; i < n; i++)
    eh_trial_stream_add (self, eh_trial_get_stream (self, stream), eh_event_page_get (step->events, i));
  eh_check_invariants_at_append (self, stream, step);
  eh_check_rows_at_append (self, stream, step);
}

/* Followers and whoever delivers events. */
static void
on_other (EhTrial *self, guint stream, const EhWorldStep *step)
{
  if (step->op->kind == EH_OP_APPEND && stream != EH_TRIAL_NONE)
    on_append (self, NULL, stream, step);
  else if (step->op->kind == EH_OP_PUBLISH)
    eh_check_published (self, step);
  else if (step->op->kind == EH_OP_READ_ALL || step->op->kind == EH_OP_DELIVER)
    eh_check_heard_observe (self, step);
}

static void
log_op (EhTrial *self, guint stream, const EhWorldStep *step)
{
  EhTrialOp *op = eh_trial_extend (self->ops, &self->ops_room, sizeof *op);

  *op = (EhTrialOp){ step->task, step->step, step->op->kind, stream, step->version, 0, 0 };
  if (step->error != NULL)
    {
      op->error_domain = step->error->domain;
      op->error_code = step->error->code;
    }
}

void
eh_trial_history_observe (EhTrial *self, const EhWorldStep *step)
{
  EhTrialStep *record;
  guint stream = step->stream != NULL ? eh_trial_find_stream (self, step->stream) : EH_TRIAL_NONE;

  record = eh_trial_find_record (self, step->task, step->step);
  if (record == NULL)
    {
      on_other (self, stream, step);
      log_op (self, stream, step);
      return;
    }
  record->has_failed = step->error != NULL;
  if (step->op->kind == EH_OP_LOAD && stream != EH_TRIAL_NONE)
    on_load (self, record, stream, step);
  else if (step->op->kind == EH_OP_APPEND && stream != EH_TRIAL_NONE)
    on_append (self, record, stream, step);
  else if (step->op->kind == EH_OP_PUBLISH)
    eh_check_published (self, step);
  else if (step->op->kind == EH_OP_SNAPSHOT_SAVE)
    self->saved_state |= step->error == NULL;
  else if (step->op->kind == EH_OP_SNAPSHOT_LOAD && step->error == NULL && step->version > 0)
    {
      /* What was folded on from a snapshot need not be what the events say. */
      record->snapshot = step->version;
      self->loaded_state = TRUE;
      self->is_suspect = TRUE;
    }
  log_op (self, stream, step);
}
