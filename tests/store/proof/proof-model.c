/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-model.h"

#include <string.h>

#include "model/eh-error.h"

/* Names of one category, and one of another that is a prefix of theirs. */
static const char *const texts[PROOF_STREAMS] = { "Acc-0", "Acc-1", "Acc-2", "Acc-3",     "Acc-4",    "Acc-5",
                                                  "Acc-6", "Acc-7", "Ac-0",  "Acc-after", "Acc-later" };

gboolean
proof_fail (char **what, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (*what == NULL)
    *what = g_strdup_vprintf (format, args);
  va_end (args);
  return FALSE;
}

static void
record_free (gpointer data)
{
  ProofRecord *record = data;

  g_strfreev (record->data);
  g_free (record);
}

static void
copy_free (gpointer data)
{
  ProofCopy *copy = data;

  g_free (copy->path);
  g_free (copy);
}

ProofModel *
proof_model_new (void)
{
  ProofModel *self = g_new0 (ProofModel, 1);

  self->records = g_ptr_array_new_with_free_func (record_free);
  self->logs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  self->known = g_array_new (FALSE, FALSE, sizeof (ProofKnown));
  self->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_snapshot_unref);
  self->copies = g_ptr_array_new_with_free_func (copy_free);
  self->next_number = 1;
  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      self->texts[i] = (char *) texts[i];
      self->names[i] = eh_stream_name_parse (texts[i], NULL);
    }
  g_ptr_array_add (self->logs, g_ptr_array_new ());
  return self;
}

void
proof_model_free (ProofModel *self)
{
  g_ptr_array_unref (self->records);
  g_ptr_array_unref (self->logs);
  g_array_unref (self->known);
  g_ptr_array_unref (self->snapshots);
  g_ptr_array_unref (self->copies);
  for (guint i = 0; i < PROOF_STREAMS; i++)
    eh_stream_name_unref (self->names[i]);
  g_free (self);
}

GPtrArray *
proof_model_get_log (ProofModel *self)
{
  return g_ptr_array_index (self->logs, self->logs->len - 1);
}

guint
proof_model_find (ProofModel *self, const ProofRecord *record)
{
  guint i = 0;

  g_assert_true (g_ptr_array_find (proof_model_get_log (self), record, &i));
  return i;
}

void
proof_model_begin_life (ProofModel *self, guint n)
{
  GPtrArray *log = proof_model_get_log (self);
  GPtrArray *next = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (next, g_ptr_array_index (log, i));
  g_ptr_array_add (self->logs, next);
}

/* ---- records ---- */

ProofStream
proof_log_get_stream (const GPtrArray *log, guint n, guint stream)
{
  ProofStream state = { .kept = 1 };

  for (guint i = 0; i < n; i++)
    {
      const ProofRecord *record = g_ptr_array_index (log, i);

      if (record->stream != stream)
        continue;
      if (record->kind == EH_FILE_KIND_APPEND)
        state.version = record->version + record->n_events - 1;
      else if (record->kind == EH_FILE_KIND_TRUNCATION)
        state.kept = MAX (state.kept, record->version);
      else
        state.is_deleted = TRUE;
    }
  return state;
}

guint64
proof_log_get_head (const GPtrArray *log, guint n)
{
  const ProofRecord *last = n > 0 ? g_ptr_array_index (log, n - 1) : NULL;

  return last != NULL ? last->position + last->n_events - 1 : 0;
}

/* A text that compresses badly and is another for each event. */
static char *
make_data (guint64 number, guint size)
{
  GString *text = g_string_sized_new (size + 64);
  guint64 state = number * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + 1;

  g_string_append_printf (text, "{\"number\":%" G_GUINT64_FORMAT ",\"text\":\"", number);
  for (guint i = 0; i < size; i++)
    {
      state = state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      g_string_append_c (text, (char) ('a' + (state >> 33) % 26));
    }
  g_string_append (text, "\"}");
  return g_string_free (text, FALSE);
}

ProofRecord *
proof_model_make_behind (ProofModel *self, const GPtrArray *log, guint n, EhFileKind kind, guint stream, guint n_events,
                         guint text_size)
{
  const ProofStream state = proof_log_get_stream (log, n, stream);
  ProofRecord *record = g_new0 (ProofRecord, 1);

  *record = (ProofRecord){
    .kind = kind,
    .stream = stream,
    .first_number = self->next_number,
    .n_events = n_events,
    .text_size = text_size,
    .version = kind == EH_FILE_KIND_APPEND ? state.version + 1 : state.version,
    .position = proof_log_get_head (log, n) + 1,
    .time = (gint64) (1000000 * self->next_number),
    .data = g_new0 (char *, n_events + 1),
  };
  for (guint i = 0; i < n_events; i++)
    record->data[i] = make_data (record->first_number + i, text_size);
  self->next_number += n_events;
  g_ptr_array_add (self->records, record);
  return record;
}

ProofRecord *
proof_model_make (ProofModel *self, EhFileKind kind, guint stream, guint n_events, guint text_size)
{
  GPtrArray *log = proof_model_get_log (self);

  return proof_model_make_behind (self, log, log->len, kind, stream, n_events, text_size);
}

static EhId
make_id (guint64 number)
{
  EhId id = { { 1 } };

  for (guint i = 0; i < 8; i++)
    id.bytes[15 - i] = (guint8) (number >> (8 * i));
  return id;
}

static const char *
get_type (guint64 number)
{
  return number % 3 == 0 ? "Withdrawn" : "Deposited";
}

EhEventBatch *
proof_model_make_batch (ProofModel *self, const ProofRecord *record)
{
  EhEventBatch *batch = eh_event_batch_new (self->names[record->stream], record->time);

  for (guint i = 0; i < record->n_events; i++)
    {
      const guint64 number = record->first_number + i;
      const EhId id = make_id (number);
      const gboolean ok = eh_event_batch_add_json (batch, &id, get_type (number), 1, record->data[i], -1, NULL);

      g_assert_true (ok);
    }
  return batch;
}

/* ---- comparing ---- */

/* What a store says of a stream. */
typedef struct {
  ProofStream state;
  EhEventPage *page; /* (owned) (nullable) */
} Seen;

typedef struct {
  ProofModel *model;
  EhEventStore *store;
  const GPtrArray *log;
  guint64 head;
  Seen seen[PROOF_STREAMS];
  guint n;
  char *what; /* (nullable) */
} Match;

static gboolean
see_stream (Match *self, guint i)
{
  g_autoptr (GError) error = NULL;
  EhStreamName *name = self->model->names[i];
  Seen *seen = &self->seen[i];

  if (!eh_event_store_get_version (self->store, name, &seen->state.version, NULL, &error))
    {
      seen->state.is_deleted = g_error_matches (error, EH_ERROR, EH_ERROR_NOT_FOUND);
      return seen->state.is_deleted
             || proof_fail (&self->what, "the version of %s: %s", self->model->texts[i], error->message);
    }
  seen->page = eh_event_store_read_stream (self->store, name, 0, EH_FORWARDS, 0, NULL, &error);
  if (seen->page == NULL)
    return proof_fail (&self->what, "reading %s: %s", self->model->texts[i], error->message);
  if (eh_event_page_get_size (seen->page) > 0)
    seen->state.kept = eh_event_get_version (eh_event_page_get (seen->page, 0));
  return TRUE;
}

/* Streams that the log does not name are not asked for: the walk through all events would show them. */
static gboolean
see (Match *self, guint most)
{
  gboolean named[PROOF_STREAMS] = { FALSE };
  g_autoptr (GError) error = NULL;

  if (!eh_event_store_get_head (self->store, &self->head, NULL, &error))
    return proof_fail (&self->what, "the head: %s", error->message);
  for (guint i = 0; i < most; i++)
    named[((const ProofRecord *) g_ptr_array_index (self->log, i))->stream] = TRUE;
  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      self->seen[i].state.kept = 1;
      if (named[i] && !see_stream (self, i))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_like (const Match *self, guint n)
{
  if (proof_log_get_head (self->log, n) != self->head)
    return FALSE;
  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      const ProofStream expected = proof_log_get_stream (self->log, n, i);
      const ProofStream *seen = &self->seen[i].state;

      if (expected.is_deleted != seen->is_deleted)
        return FALSE;
      if (!expected.is_deleted && (expected.version != seen->version || expected.kept != seen->kept))
        return FALSE;
    }
  return TRUE;
}

static gboolean
describe_unlike (Match *self, guint least, guint most)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < PROOF_STREAMS; i++)
    {
      const ProofStream *seen = &self->seen[i].state;
      const ProofStream low = proof_log_get_stream (self->log, least, i);
      const ProofStream high = proof_log_get_stream (self->log, most, i);

      if (high.version > 0 || seen->version > 0)
        g_string_append_printf (text,
                                "; %s%s at %" G_GUINT64_FORMAT "%s from %" G_GUINT64_FORMAT " (%" G_GUINT64_FORMAT
                                "%s from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "%s from %" G_GUINT64_FORMAT ")",
                                self->model->texts[i], seen->is_deleted ? " deleted" : "", seen->version, "",
                                seen->kept, low.version, low.is_deleted ? " deleted" : "", low.kept, high.version,
                                high.is_deleted ? " deleted" : "", high.kept);
    }
  return proof_fail (
      &self->what,
      "the log is no prefix of what was appended: the head is %" G_GUINT64_FORMAT ", and should be %" G_GUINT64_FORMAT
      " (acknowledged or seen) to %" G_GUINT64_FORMAT " (submitted)%s",
      self->head, proof_log_get_head (self->log, least), proof_log_get_head (self->log, most), text->str);
}

gboolean
proof_record_is_event (ProofModel *self, const ProofRecord *record, guint i, EhEvent *event)
{
  const guint64 number = record->first_number + i;
  const EhId id = make_id (number);
  gsize length = 0;
  const char *data = eh_event_get_json_data (event, &length);

  return eh_id_equal (eh_event_get_id (event), &id) && eh_event_get_timestamp (event) == record->time
         && eh_stream_name_equal (eh_event_get_stream (event), self->names[record->stream])
         && strcmp (eh_event_get_type_name (event), get_type (number)) == 0 && length == strlen (record->data[i])
         && memcmp (data, record->data[i], length) == 0;
}

static gboolean
check_event (Match *self, const ProofRecord *record, guint i, EhEvent *event)
{
  if (eh_event_get_version (event) != record->version + i || eh_event_get_position (event) != record->position + i
      || !proof_record_is_event (self->model, record, i, event))
    return proof_fail (&self->what, "event %" G_GUINT64_FORMAT " of %s is not what was appended",
                       record->first_number + i, self->model->texts[record->stream]);
  return TRUE;
}

/* Events of the streams, by way of the index. */
static gboolean
check_streams (Match *self)
{
  guint next[PROOF_STREAMS] = { 0 };

  for (guint r = 0; r < self->n; r++)
    {
      const ProofRecord *record = g_ptr_array_index (self->log, r);
      const Seen *seen = &self->seen[record->stream];

      for (guint i = 0; seen->page != NULL && i < record->n_events; i++)
        {
          if (record->version + i < seen->state.kept)
            continue;
          if (next[record->stream] >= eh_event_page_get_size (seen->page))
            return proof_fail (&self->what, "the page of %s ends too early", self->model->texts[record->stream]);
          if (!check_event (self, record, i, eh_event_page_get (seen->page, next[record->stream]++)))
            return FALSE;
        }
    }
  for (guint i = 0; i < PROOF_STREAMS; i++)
    if (self->seen[i].page != NULL && next[i] != eh_event_page_get_size (self->seen[i].page))
      return proof_fail (&self->what, "there are events too many in %s", self->model->texts[i]);
  return TRUE;
}

static gboolean
check_view (Match *self, const ProofRecord *record, guint i, const EhFileEventView *view)
{
  const guint64 number = record->first_number + i;
  const char *name = self->model->texts[record->stream];
  const EhId id = make_id (number);

  if (view->position != record->position + i || view->version != record->version + i || view->time != record->time
      || memcmp (view->id, id.bytes, 16) != 0 || view->stream_length != strlen (name)
      || memcmp (view->stream, name, view->stream_length) != 0 || strcmp (view->type, get_type (number)) != 0
      || view->length != strlen (record->data[i]) || memcmp (view->data, record->data[i], view->length) != 0)
    return proof_fail (&self->what, "position %" G_GUINT64_FORMAT " does not hold event %" G_GUINT64_FORMAT " of %s",
                       view->position, number, name);
  return TRUE;
}

/* All events, by way of the log, as pages. */
static gboolean
check_pages (Match *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (self->store, NULL, 0, EH_FORWARDS, 0, NULL, &error);
  guint next = 0;

  if (page == NULL)
    return proof_fail (&self->what, "reading all events: %s", error->message);
  for (guint r = 0; r < self->n; r++)
    {
      const ProofRecord *record = g_ptr_array_index (self->log, r);
      const ProofStream *state = &self->seen[record->stream].state;

      for (guint i = 0; !state->is_deleted && i < record->n_events; i++)
        {
          if (record->version + i < state->kept)
            continue;
          if (next >= eh_event_page_get_size (page))
            return proof_fail (&self->what, "the page of all events ends too early");
          if (!check_event (self, record, i, eh_event_page_get (page, next++)))
            return FALSE;
        }
    }
  return next == eh_event_page_get_size (page) || proof_fail (&self->what, "there are events too many");
}

/* As views: making a cursor takes longer than all the rest, so this is done less often. */
static gboolean
check_all (Match *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhFileCursor) cursor = eh_file_cursor_new (EH_FILE_STORE (self->store), 0, &error);
  EhFileEventView view;

  for (guint r = 0; cursor != NULL && r < self->n; r++)
    {
      const ProofRecord *record = g_ptr_array_index (self->log, r);
      const ProofStream *state = &self->seen[record->stream].state;

      for (guint i = 0; !state->is_deleted && i < record->n_events; i++)
        {
          if (record->version + i < state->kept)
            continue;
          if (!eh_file_cursor_next (cursor, &view, &error))
            return proof_fail (&self->what, "going through all events ends at event %" G_GUINT64_FORMAT ": %s",
                               record->first_number + i, error != NULL ? error->message : "without error");
          if (!check_view (self, record, i, &view))
            return FALSE;
        }
    }
  if (cursor != NULL && eh_file_cursor_next (cursor, &view, &error))
    return proof_fail (&self->what, "position %" G_GUINT64_FORMAT " holds an event that was not appended",
                       view.position);
  return error == NULL || proof_fail (&self->what, "going through all events: %s", error->message);
}

/* What is found is what was saved, and not above the stream. */
static gboolean
check_snapshot (Match *self, guint stream)
{
  g_autoptr (EhSnapshot) found = NULL;
  g_autoptr (GError) error = NULL;

  if (self->seen[stream].state.version == 0)
    return TRUE;
  if (!eh_event_store_load_snapshot (self->store, self->model->names[stream], G_MAXUINT64, &found, NULL, &error))
    return proof_fail (&self->what, "loading a snapshot of %s: %s", self->model->texts[stream], error->message);
  if (found == NULL)
    return TRUE;
  if (eh_snapshot_get_version (found) > self->seen[stream].state.version)
    return proof_fail (&self->what, "a snapshot is newer than %s", self->model->texts[stream]);
  for (guint i = 0; i < self->model->snapshots->len; i++)
    {
      EhSnapshot *saved = g_ptr_array_index (self->model->snapshots, i);

      if (eh_stream_name_equal (eh_snapshot_get_stream (saved), self->model->names[stream])
          && eh_snapshot_get_version (saved) == eh_snapshot_get_version (found)
          && strcmp (eh_snapshot_get_json (saved), eh_snapshot_get_json (found)) == 0)
        return TRUE;
    }
  return proof_fail (&self->what, "a snapshot of %s is not one that was saved", self->model->texts[stream]);
}

static gboolean
check_snapshots (Match *self)
{
  for (guint i = 0; self->model->snapshots->len > 0 && i < PROOF_STREAMS; i++)
    if (!self->seen[i].state.is_deleted && !check_snapshot (self, i))
      return FALSE;
  return TRUE;
}

guint
proof_model_match (ProofModel *model, EhEventStore *store, const GPtrArray *log, guint least, guint most, char **what)
{
  Match self = { .model = model, .store = store, .log = log };

  *what = NULL;
  self.n = least;
  if (see (&self, most))
    {
      while (self.n <= most && !is_like (&self, self.n))
        self.n++;
      if (self.n > most)
        describe_unlike (&self, least, most);
      else if ((self.head % 16 != 7 || check_all (&self)) && check_pages (&self) && check_streams (&self))
        check_snapshots (&self);
    }
  for (guint i = 0; i < PROOF_STREAMS; i++)
    g_clear_pointer (&self.seen[i].page, eh_event_page_unref);
  *what = self.what;
  return self.n;
}

/* ---- backups ---- */

ProofCopy *
proof_model_add_copy (ProofModel *self, guint least)
{
  ProofCopy *copy = g_new0 (ProofCopy, 1);

  *copy = (ProofCopy){
    .path = g_strdup_printf ("/data/copy-%u", self->copies->len),
    .life = self->logs->len - 1,
    .n_least = least,
    .n_most = least,
  };
  g_ptr_array_add (self->copies, copy);
  return copy;
}

gboolean
proof_copy_check (ProofModel *model, const ProofCopy *copy, const EhFileOps *ops, const EhFileOptions *options,
                  gboolean read_only, char **what)
{
  EhFileOptions own_options = *options;
  g_autoptr (EhEventStore) store = NULL;
  g_autoptr (GError) error = NULL;
  char *wrong = NULL;

  own_options.read_only = read_only;
  store = eh_file_store_open_with (ops, copy->path, &own_options, &error);
  if (store != NULL)
    proof_model_match (model, store, g_ptr_array_index (model->logs, copy->life), copy->n_least, copy->n_most, &wrong);
  if (store == NULL || wrong != NULL)
    *what = g_strdup_printf ("the backup %s: %s", copy->path, wrong != NULL ? wrong : error->message);
  g_free (wrong);
  return *what == NULL;
}

/* ---- damaged stores ---- */

gboolean
proof_model_check_page (ProofModel *model, const GPtrArray *log, guint stream, EhEventPage *page)
{
  const ProofStream state = proof_log_get_stream (log, log->len, stream);
  Match self = { .model = model, .log = log };
  guint next = 0;
  gboolean ok = TRUE;

  for (guint r = 0; ok && r < log->len; r++)
    {
      const ProofRecord *record = g_ptr_array_index (log, r);

      for (guint i = 0; ok && record->stream == stream && i < record->n_events; i++)
        if (record->version + i >= state.kept)
          ok = next < eh_event_page_get_size (page) && check_event (&self, record, i, eh_event_page_get (page, next++));
    }
  g_free (self.what);
  return ok && next == eh_event_page_get_size (page);
}

/* Position @position, whatever was deleted behind it. */
static gboolean
check_position (Match *self, guint64 position, EhEvent *event)
{
  for (guint r = 0; r < self->log->len; r++)
    {
      const ProofRecord *record = g_ptr_array_index (self->log, r);

      if (position >= record->position && position < record->position + record->n_events)
        return check_event (self, record, (guint) (position - record->position), event);
    }
  return proof_fail (&self->what, "position %" G_GUINT64_FORMAT " was never appended", position);
}

gboolean
proof_model_check_beginning (ProofModel *model, EhEventStore *store, char **what)
{
  Match self = { .model = model, .log = proof_model_get_log (model) };
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (store, NULL, 0, EH_FORWARDS, 0, NULL, &error);

  for (guint i = 0; page != NULL && self.what == NULL && i < eh_event_page_get_size (page); i++)
    check_position (&self, eh_event_get_position (eh_event_page_get (page, i)), eh_event_page_get (page, i));
  if (page == NULL && strstr (error->message, PROOF_FOLDER) == NULL)
    proof_fail (&self.what, "an error without a place: %s", error->message);
  *what = self.what;
  return self.what == NULL;
}
