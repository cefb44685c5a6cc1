/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "plain-store-private.h"

/*
 * Appending, as it should be done and in each of the ways in which it should not. A fault is looked for where it
 * strikes; an honest store passes by all of them.
 */

typedef struct {
  PlainStore *self;
  EhEventBatch *batch;
  EhStreamName *name;
  gint64 expected;
  GCancellable *cancellable;
  guint64 first_version;
  guint64 last_position;
  gboolean was_there;
} Append;

guint64
plain_store_get_version (PlainStore *self, EhStreamName *name)
{
  g_autoptr (GPtrArray) events = plain_store_collect (self, name);

  if (events->len == 0)
    return 0;
  return self->fault == PLAIN_VERSION_GAPS ? eh_event_get_version (events->pdata[events->len - 1]) : events->len;
}

gboolean
plain_store_check_expected (EhStreamName *name, gint64 expected, guint64 actual, GError **error)
{
  if (expected == EH_EXPECTED_ANY || (expected == EH_EXPECTED_EXISTS && actual > 0) || (guint64) expected == actual)
    return TRUE;
  g_propagate_error (error, eh_error_new_conflict (eh_stream_name_to_string (name), expected, actual));
  return FALSE;
}

static EhEvent *
find_id (PlainStore *self, const EhId *id)
{
  for (guint i = 0; i < self->log->events->len; i++)
    if (eh_id_equal (eh_event_get_id (self->log->events->pdata[i]), id))
      return self->log->events->pdata[i];
  return NULL;
}

static gboolean
refuse_id (GError **error)
{
  g_set_error_literal (error, EH_ERROR, EH_ERROR_EXISTS, "an id is there already");
  return FALSE;
}

/* The first id is there: whether all of them are, at one place of the stream. */
static gboolean
find_batch (Append *call, EhEvent *first, GError **error)
{
  g_autoptr (GPtrArray) events = plain_store_collect (call->self, call->name);
  guint n = eh_event_batch_get_size (call->batch);
  guint place = 0;

  while (place < events->len && events->pdata[place] != first)
    place++;
  if (place + n > events->len)
    return refuse_id (error);
  for (guint i = 0; i < n; i++)
    if (!eh_id_equal (eh_event_get_id (events->pdata[place + i]), eh_event_batch_get_id (call->batch, i)))
      return refuse_id (error);
  call->was_there = TRUE;
  call->first_version = eh_event_get_version (first);
  call->last_position = eh_event_get_position (events->pdata[place + n - 1]);
  return TRUE;
}

static gboolean
is_taken (Append *call, guint i)
{
  PlainStore *self = call->self;
  const EhId *id = eh_event_batch_get_id (call->batch, i);
  EhEvent *found = find_id (self, id);

  if (self->fault == PLAIN_SAME_ID_TWICE)
    return FALSE;
  if (found != NULL && self->fault == PLAIN_ID_ELSEWHERE && !plain_store_is_of (self, found, call->name))
    return FALSE;
  if (self->fault == PLAIN_BURNS_IDS && g_hash_table_contains (self->burnt, id))
    return TRUE;
  for (guint before = 0; before < i && found == NULL; before++)
    if (eh_id_equal (eh_event_batch_get_id (call->batch, before), id))
      return TRUE;
  return found != NULL;
}

/* The stream as it is compared with what is expected. */
static guint64
get_actual (Append *call)
{
  PlainStore *self = call->self;
  guint64 version = plain_store_get_version (self, call->name);

  if (self->fault == PLAIN_REBASES && call->expected > 0 && version == (guint64) call->expected + 1)
    return (guint64) call->expected;
  if (self->fault == PLAIN_GLOBAL_CONFLICT && version > 0)
    return self->log->events->len;
  return version;
}

/* *goes_on: whether there is anything left to do. */
static gboolean
check_expected (Append *call, gboolean *goes_on, GError **error)
{
  PlainStore *self = call->self;
  guint64 actual = get_actual (call);

  *goes_on = TRUE;
  if (self->fault == PLAIN_IGNORES_EXPECTED || (self->fault == PLAIN_MISSING_EXISTS && call->expected == -2))
    return TRUE;
  if (self->fault == PLAIN_OVERWRITES && call->expected == 0 && actual > 0)
    {
      plain_log_remove (self->log, call->name);
      return TRUE;
    }
  if (plain_store_check_expected (call->name, call->expected, actual, NULL))
    return TRUE;
  if (self->fault == PLAIN_LOSES_ON_CONFLICT)
    {
      *goes_on = FALSE;
      return TRUE;
    }
  if (self->fault == PLAIN_VAGUE_CONFLICT)
    g_set_error_literal (error, EH_ERROR, EH_ERROR_CONFLICT, "conflict");
  else
    plain_store_check_expected (call->name, call->expected, actual, error);
  for (guint i = 0; i < eh_event_batch_get_size (call->batch); i++)
    g_hash_table_add (self->burnt, eh_id_copy (eh_event_batch_get_id (call->batch, i)));
  *goes_on = self->fault == PLAIN_WRITES_ON_CONFLICT;
  return FALSE;
}

static EhMetadata *
spoil_metadata (PlainStore *self, EhMetadata *metadata)
{
  g_autoptr (EhMetadata) sorted = NULL;

  if (metadata == NULL || self->fault == PLAIN_FORGETS_METADATA)
    return NULL;
  if (self->fault != PLAIN_SORTS_METADATA)
    return eh_metadata_ref (metadata);
  for (guint i = eh_metadata_get_size (metadata); i > 0; i--)
    {
      EhMetadata *more = eh_metadata_with (sorted, eh_metadata_get_key (metadata, i - 1),
                                           eh_metadata_get_value (metadata, i - 1), NULL);

      g_clear_pointer (&sorted, eh_metadata_unref);
      sorted = more;
    }
  return g_steal_pointer (&sorted);
}

static gint64
spoil_time (PlainStore *self, gint64 time)
{
  if (self->fault == PLAIN_ROUNDS_TIME)
    return time / 1000 * 1000;
  return self->fault == PLAIN_CLAMPS_TIME ? MAX (time, 0) : time;
}

static char *
spoil_data (PlainStore *self, const EhEvent *event)
{
  char *json = eh_event_dup_json_data (event);
  char *digits = strstr (json, "9223372036854775807");

  if (self->fault == PLAIN_NUMBERS_AS_DOUBLES && digits != NULL)
    memcpy (digits, "9223372036854775000", 19);
  if (self->fault == PLAIN_CUTS_DATA && strlen (json) > 65536)
    strcpy (json, "{}");
  return json;
}

/* What is wrong with an event's content is done by a batch of one in its place. */
static EhEvent *
spoil_event (Append *call, guint i, guint64 version, guint64 position)
{
  PlainStore *self = call->self;
  g_autoptr (EhEvent) event = eh_event_batch_record_one (call->batch, i, version, position);
  g_autoptr (EhMetadata) metadata = spoil_metadata (self, eh_event_get_metadata (event));
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (call->name, spoil_time (self, eh_event_get_timestamp (event)));
  g_autofree char *json = spoil_data (self, event);
  gboolean keeps_context = self->fault != PLAIN_FORGETS_CONTEXT;

  eh_event_batch_set_context (batch, metadata, keeps_context ? eh_event_get_correlation_id (event) : NULL,
                              keeps_context ? eh_event_get_causation_id (event) : NULL);
  eh_event_batch_add_json (batch, eh_event_get_id (event), eh_event_get_type_name (event),
                           self->fault == PLAIN_FORGETS_REVISION ? 1 : eh_event_get_revision (event), json, -1, NULL);
  return eh_event_batch_record_one (batch, 0, version, position);
}

static gboolean
spoils_content (PlainStore *self)
{
  switch (self->fault)
    {
    case PLAIN_ROUNDS_TIME:
    case PLAIN_CLAMPS_TIME:
    case PLAIN_FORGETS_METADATA:
    case PLAIN_SORTS_METADATA:
    case PLAIN_FORGETS_CONTEXT:
    case PLAIN_FORGETS_REVISION:
    case PLAIN_NUMBERS_AS_DOUBLES:
    case PLAIN_CUTS_DATA:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
insert_event (PlainStore *self, EhEvent *event)
{
  GPtrArray *events = self->log->events;
  guint place = events->len;

  while (place > 0 && eh_event_get_position (events->pdata[place - 1]) > eh_event_get_position (event))
    place--;
  g_ptr_array_insert (events, (gint) place, event);
}

static void
pause_unlocked (PlainStore *self)
{
  eh_unlock (&self->lock);
  g_usleep (100);
  eh_lock (&self->lock);
}

static void
write_event (Append *call, guint i)
{
  PlainStore *self = call->self;
  guint64 version = call->first_version + i;
  guint64 position = call->last_position - eh_event_batch_get_size (call->batch) + 1 + i;

  if (self->fault == PLAIN_POSITIONS_STAND)
    position = call->last_position;
  if (self->fault == PLAIN_EVENT_BY_EVENT && i > 0)
    pause_unlocked (self);
  if (spoils_content (self))
    insert_event (self, spoil_event (call, i, version, position));
  else
    insert_event (self, eh_event_batch_record_one (call->batch, i, version, position));
}

static void
take_place (Append *call)
{
  PlainStore *self = call->self;
  gboolean sometimes = ++self->n_appends % 4 == 0;

  self->log->head += eh_event_batch_get_size (call->batch);
  call->last_position = self->log->head;
  if (self->fault == PLAIN_TELLS_EARLY)
    {
      eh_unlock (&self->lock);
      eh_watch_list_notify (&self->watches, self->log->head);
      eh_lock (&self->lock);
    }
  if (self->fault == PLAIN_COMMITS_LATE && sometimes)
    pause_unlocked (self);
  call->first_version = plain_store_get_version (self, call->name) + 1;
  if (self->fault == PLAIN_VERSION_GAPS && call->first_version > 1)
    call->first_version++;
}

static gboolean
write_batch (Append *call, GError **error)
{
  PlainStore *self = call->self;
  guint n = eh_event_batch_get_size (call->batch);

  if (self->fault == PLAIN_CUTS_BATCH)
    n = MIN (n, 1000);
  take_place (call);
  if (self->fault == PLAIN_DROPS_FIRST && call->first_version == 1)
    return TRUE;
  if (self->fault == PLAIN_KEEPS_BATCH && call->first_version == 1 && self->batch == NULL)
    self->batch = eh_event_batch_ref (call->batch);
  for (guint i = 0; i < n; i++)
    {
      if (self->fault == PLAIN_OVERLAPS && find_id (self, eh_event_batch_get_id (call->batch, i)) != NULL)
        continue;
      if (self->fault == PLAIN_TEARS_BATCH && is_taken (call, i))
        return refuse_id (error);
      if (self->fault == PLAIN_IGNORES_CANCEL && g_cancellable_set_error_if_cancelled (call->cancellable, error))
        return FALSE;
      if (self->fault == PLAIN_IGNORES_CANCEL)
        pause_unlocked (self);
      write_event (call, i);
    }
  return TRUE;
}

/* One in several appends of a writer waits until the next one is in. */
static void
let_others_pass (PlainStore *self)
{
  if (self->fault == PLAIN_CHECKS_UNLOCKED)
    pause_unlocked (self);
}

static gboolean
write_severed (Append *call, GError **error)
{
  PlainStore *self = call->self;

  if (self->fault == PLAIN_SAYS_YES)
    return TRUE;
  if (self->fault == PLAIN_FAILS_HALF)
    {
      take_place (call);
      write_event (call, 0);
    }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
  return FALSE;
}

static gboolean
check_ids (Append *call, GError **error)
{
  PlainFault fault = call->self->fault;

  if (fault == PLAIN_TEARS_BATCH || fault == PLAIN_OVERLAPS)
    return TRUE;
  for (guint i = 0; i < eh_event_batch_get_size (call->batch); i++)
    if (is_taken (call, i))
      return refuse_id (error);
  return TRUE;
}

static gboolean
append_locked (Append *call, GError **error)
{
  PlainStore *self = call->self;
  EhEvent *first = find_id (self, eh_event_batch_get_id (call->batch, 0));
  gboolean goes_on = TRUE;
  gboolean fits = FALSE;

  if (plain_store_is_deleted (self, call->name, error))
    return FALSE;
  if (first != NULL && self->fault == PLAIN_RETRY_CONFLICTS && !check_expected (call, &goes_on, error))
    return FALSE;
  if (first != NULL && self->fault != PLAIN_SAME_ID_TWICE && self->fault != PLAIN_OVERLAPS
      && (self->fault != PLAIN_ID_ELSEWHERE || plain_store_is_of (self, first, call->name)))
    return find_batch (call, first, error);
  fits = check_expected (call, &goes_on, error);
  if (!goes_on)
    return fits;
  let_others_pass (self);
  if (fits && !check_ids (call, error))
    return FALSE;
  if (self->severed)
    return write_severed (call, error);
  return write_batch (call, fits ? error : NULL) && fits;
}

static void
give_result (Append *call, EhAppendFlags flags, EhAppendResult *result)
{
  guint n = eh_event_batch_get_size (call->batch);
  g_autoptr (GPtrArray) events = plain_store_collect (call->self, call->name);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  result->first_version = call->first_version;
  result->last_version = call->first_version + n - 1;
  result->last_position = call->last_position;
  result->was_there = call->was_there;
  for (guint i = 0; i < events->len; i++)
    if (eh_event_get_version (events->pdata[i]) >= result->first_version && found->len < n)
      g_ptr_array_add (found, events->pdata[i]);
  if ((flags & EH_APPEND_WANT_EVENTS) != 0)
    result->events = eh_event_page_new ((EhEvent *const *) found->pdata, found->len, result->last_version + 1, TRUE);
}

gboolean
plain_store_append (EhEventStore *store, EhEventBatch *batch, gint64 expected, EhAppendFlags flags,
                    EhAppendResult *result, GCancellable *cancellable, GError **error)
{
  PlainStore *self = PLAIN_STORE (store);
  Append call = { self, batch, eh_event_batch_get_stream (batch), expected, cancellable, 0, 0, FALSE };
  gboolean done = FALSE;
  guint64 head = 0;

  if (!plain_store_enter (self, error))
    return FALSE;
  done = append_locked (&call, error);
  if (done)
    give_result (&call, flags, result);
  head = self->log->head;
  eh_unlock (&self->lock);
  if (done && !call.was_there && self->fault != PLAIN_TELLS_NOBODY && self->fault != PLAIN_TELLS_EARLY)
    eh_watch_list_notify (&self->watches, head);
  return done;
}
