/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-trial-struct-private.h"

#include <string.h>

#include "model/eh-aggregate-type-private.h"
#include "model/eh-domain-private.h"

/*
 * The streams of a trial as its observer sees them. Events are kept from version 1, so that a state at any version can
 * be folded again; the newest state is folded on with each append, so that checking it costs no more than the append.
 */

#define ID_SET_SIZE 256u

/* Events from one kept state to the next. */
#define MARK_EVERY 256u

const char *
eh_trial_stream_get_name (const EhTrialStream *self)
{
  return eh_stream_name_to_string (self->name);
}

/* Every event counts references to its stream's name: threads that shared a name would wait for each other. */
static EhStreamName *
copy_name (EhStreamName *name)
{
  return eh_stream_name_new (eh_stream_name_get_category (name), eh_stream_name_get_id (name), NULL);
}

static guint
add_stream (EhTrial *self, EhStreamName *name)
{
  EhTrialStream stream = { .name = copy_name (name), .is_folded = TRUE };

  stream.type = eh_domain_find_aggregate_type (self->domain, eh_stream_name_get_category (name));
  stream.process = eh_domain_find_process (self->domain, eh_stream_name_get_category (name));
  stream.events = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  stream.published = g_array_new (FALSE, TRUE, sizeof (guint8));
  stream.marks = g_ptr_array_new ();
  if (stream.type != NULL)
    {
      stream.state = eh_schema_new (stream.type->state);
      stream.given_state = eh_schema_new (stream.type->state);
    }
  g_array_append_val (self->streams, stream);
  return self->streams->len - 1;
}

/* Mostly the very name that the commands were made with. */
guint
eh_trial_find_stream (EhTrial *self, EhStreamName *name)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      if (eh_trial_get_stream (self, i)->name == name)
        return i;
    }
  for (guint i = 0; i < self->streams->len; i++)
    {
      if (eh_stream_name_equal (eh_trial_get_stream (self, i)->name, name))
        return i;
    }
  return add_stream (self, name);
}

typedef struct {
  EhTrialStream *stream;
  EhEvent *stored;
} Addition;

/* Kept is what is of the domain's own shape; what upcasters dropped or split stays as it was stored. */
static gboolean
add_lifted (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  const Addition *addition = user_data;
  EhTrialStream *stream = addition->stream;

  g_ptr_array_add (stream->events, eh_event_ref (n_lifted == 1 ? lifted[0] : addition->stored));
  for (guint i = 0; stream->is_folded && i < n_lifted; i++)
    stream->is_folded = eh_aggregate_type_apply (stream->type, stream->state, lifted[i], NULL);
  return TRUE;
}

/* What a run appends is of the aggregate's own events, so that nothing has to be looked up. */
static gboolean
lift_and_add (EhTrial *self, EhTrialStream *stream, EhEvent *event)
{
  Addition addition = { stream, event };

  if (eh_aggregate_type_find_rule (stream->type, eh_event_peek_schema (event)) != NULL)
    return add_lifted (&event, 1, &addition, NULL);
  return eh_domain_lift_for (self->domain, event, add_lifted, &addition, NULL);
}

void
eh_trial_stream_add (EhTrial *self, EhTrialStream *stream, EhEvent *event)
{
  gboolean is_lifted = stream->type != NULL && lift_and_add (self, stream, event);

  if (!is_lifted)
    g_ptr_array_add (stream->events, eh_event_ref (event));
  stream->is_folded = stream->is_folded && (is_lifted || stream->type == NULL);
  if (stream->events->len % MARK_EVERY == 0 && stream->type != NULL && stream->is_folded)
    g_ptr_array_add (stream->marks, eh_schema_copy (stream->type->state, stream->state));
}

/* Keeps the first @n. */
static void
drop_marks (EhTrialStream *stream, guint n)
{
  for (guint i = n; i < stream->marks->len; i++)
    eh_schema_free (stream->type->state, g_ptr_array_index (stream->marks, i));
  if (n < stream->marks->len)
    g_ptr_array_set_size (stream->marks, (gint) n);
}

void
eh_trial_stream_clear (EhTrialStream *stream)
{
  drop_marks (stream, 0);
  g_clear_pointer (&stream->marks, g_ptr_array_unref);
  g_clear_pointer (&stream->events, g_ptr_array_unref);
  g_clear_pointer (&stream->published, g_array_unref);
  if (stream->type != NULL)
    {
      eh_schema_free (stream->type->state, stream->state);
      eh_schema_free (stream->type->state, stream->given_state);
    }
  g_clear_pointer (&stream->name, eh_stream_name_unref);
}

static gboolean
read_given (EhTrial *self, EhTrialStream *stream, GError **error)
{
  EhEventStore *store = eh_world_get_inner_store (self->world);
  gboolean is_end = FALSE;

  while (!is_end)
    {
      guint64 from = eh_trial_stream_get_version (stream) + 1;
      g_autoptr (EhEventPage)
          page = eh_event_store_read_stream (store, stream->name, from, EH_FORWARDS, 0, NULL, error);

      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        eh_trial_stream_add (self, stream, eh_event_page_get (page, i));
      is_end = eh_event_page_is_end (page) || eh_event_page_get_size (page) == 0;
    }
  if (stream->is_folded)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "given: the events of %s do not fold: no aggregate type has such events",
               eh_trial_stream_get_name (stream));
  return FALSE;
}

/* Consumers may have written what nobody has named. */
static gboolean
find_given_streams (EhTrial *self, GError **error)
{
  EhEventStore *store = eh_world_get_inner_store (self->world);
  guint64 from = 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, from, EH_FORWARDS, 0, NULL, error);

      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          eh_trial_find_stream (self, eh_event_get_stream (event));
          g_ptr_array_add (self->given_log, eh_event_ref (event));
        }
      from = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  return TRUE;
}

gboolean
eh_trial_streams_mark (EhTrial *self, GError **error)
{
  if (self->consumers->len + self->rows->len > 0 && !find_given_streams (self, error))
    return FALSE;
  for (guint i = 0; i < self->streams->len; i++)
    {
      EhTrialStream *stream = eh_trial_get_stream (self, i);

      if (!read_given (self, stream, error))
        return FALSE;
      stream->n_given = stream->events->len;
      if (stream->type == NULL)
        continue;
      eh_schema_free (stream->type->state, stream->given_state);
      stream->given_state = eh_schema_copy (stream->type->state, stream->state);
    }
  self->n_given_streams = self->streams->len;
  return TRUE;
}

static void
rewind_stream (EhTrialStream *stream)
{
  g_array_set_size (stream->published, 0);
  if (stream->events->len == stream->n_given)
    return;
  g_ptr_array_set_size (stream->events, (gint) stream->n_given);
  stream->is_folded = TRUE;
  drop_marks (stream, stream->n_given / MARK_EVERY);
  if (stream->type == NULL)
    return;
  eh_schema_free (stream->type->state, stream->state);
  stream->state = eh_schema_copy (stream->type->state, stream->given_state);
}

void
eh_trial_streams_reset (EhTrial *self)
{
  g_array_set_size (self->streams, self->n_given_streams);
  for (guint i = 0; i < self->streams->len; i++)
    rewind_stream (eh_trial_get_stream (self, i));
}

/* The newest state that is kept, up to @version; (transfer full) */
static gpointer
copy_kept (const EhTrialStream *stream, guint64 version, guint64 *from)
{
  const EhSchema *schema = stream->type->state;
  guint n = MIN ((guint) (version / MARK_EVERY), stream->marks->len);

  *from = n * MARK_EVERY;
  if (version >= stream->n_given && stream->n_given >= *from)
    {
      *from = stream->n_given;
      return eh_schema_copy (schema, stream->given_state);
    }
  return n > 0 ? eh_schema_copy (schema, g_ptr_array_index (stream->marks, n - 1)) : eh_schema_new (schema);
}

gpointer
eh_trial_stream_fold (EhTrial *self, const EhTrialStream *stream, guint64 version)
{
  gpointer state;
  guint64 from;

  if (stream->type == NULL || version > stream->events->len)
    return NULL;
  state = copy_kept (stream, version, &from);
  for (guint64 i = from; i < version; i++)
    {
      if (!eh_domain_apply_event (self->domain, stream->type, state, g_ptr_array_index (stream->events, i), NULL))
        {
          eh_schema_free (stream->type->state, state);
          return NULL;
        }
    }
  return state;
}

/* ---- ids ---- */

void
eh_trial_id_set_init (EhTrialIdSet *self)
{
  self->size = ID_SET_SIZE;
  self->entries = g_new0 (EhTrialIdEntry, self->size);
  self->generation = 1;
  self->n = 0;
}

void
eh_trial_id_set_clear (EhTrialIdSet *self)
{
  g_clear_pointer (&self->entries, g_free);
}

void
eh_trial_id_set_empty (EhTrialIdSet *self)
{
  self->n = 0;
  if (++self->generation > 0)
    return;
  memset (self->entries, 0, self->size * sizeof *self->entries);
  self->generation = 1;
}

static EhTrialIdEntry *
find_entry (EhTrialIdSet *self, const EhId *id)
{
  /* Ids that nodes or commands share most of differ in few bits: all of them have to count. */
  guint at = (guint) ((guint64) (eh_id_hash (id) * 0x9e3779b1u) * self->size >> 32);

  while (self->entries[at].generation == self->generation && !eh_id_equal (&self->entries[at].id, id))
    at = (at + 1) & (self->size - 1);
  return &self->entries[at];
}

static void
grow (EhTrialIdSet *self)
{
  g_autofree EhTrialIdEntry *old = self->entries;
  guint n = self->size;

  self->size *= 2;
  self->entries = g_new0 (EhTrialIdEntry, self->size);
  for (guint i = 0; i < n; i++)
    {
      if (old[i].generation == self->generation)
        *find_entry (self, &old[i].id) = old[i];
    }
}

const EhTrialIdEntry *
eh_trial_id_set_add (EhTrialIdSet *self, const EhId *id, guint stream, guint64 version)
{
  EhTrialIdEntry *entry;

  if (self->n >= self->size / 2)
    grow (self);
  entry = find_entry (self, id);
  if (entry->generation == self->generation)
    return entry;
  *entry = (EhTrialIdEntry){ *id, self->generation, stream, version };
  self->n++;
  return NULL;
}
