/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

#include "model/eh-event-batch-private.h"

#include <string.h>

/*
 * Two hashes tell runs apart. The rolling hash takes everything in the order in which it happened, with arguments: two
 * replays of one list of choices must agree in it. Events among the arguments are dear to hash, and left out of runs
 * that are not going to be compared. The fingerprint is of the run as a partial order: each operation is hashed
 * together with its task's last one and the last write of what it touches, and so, by induction, with what they came
 * after, but with nothing that is concurrent to it. A read before a write needs no word in the write's hash: its own
 * says which write it came after, and so before which. The sum over all operations does not change when
 * independent neighbours are swapped.
 *
 * Nothing goes in that differs from process to process: no addresses, no quarks, no numbers of resources.
 */

static guint64
eh_world_hash_bytes (guint64 hash, gconstpointer bytes, gsize length)
{
  const guint8 *from = bytes;
  guint64 word = 0;

  for (; length >= 8; length -= 8, from += 8)
    {
      memcpy (&word, from, 8);
      hash = eh_mix (hash, word);
    }
  word = length;
  memcpy (&word, from, length);
  return eh_mix (hash, word ^ ((guint64) length << 56));
}

static guint64
eh_world_hash_json (guint64 hash, const EhEvent *event)
{
  g_autofree char *json = eh_event_dup_json_data (event);

  return eh_world_hash_bytes (hash, json, strlen (json));
}

/* The fields that most events have are hashed as they are; an event with others by its text. */
static guint64
eh_world_hash_data (guint64 hash, const EhEvent *event)
{
  const EhSchema *schema = eh_event_get_schema (event);
  const guint8 *data = eh_event_get_data (event);

  for (gsize i = 0; schema != NULL && i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];
      gconstpointer at = data + field->offset;
      gboolean wide = field->kind == EH_KIND_INT64 || field->kind == EH_KIND_UINT64 || field->kind == EH_KIND_TIMESTAMP
                      || field->kind == EH_KIND_DOUBLE;
      gboolean narrow = field->kind == EH_KIND_BOOLEAN || field->kind == EH_KIND_ENUM;

      if (field->flags != EH_FIELD_FLAG_NONE || (!wide && !narrow && field->kind != EH_KIND_STRING))
        return eh_world_hash_json (hash, event);
      if (wide)
        hash = eh_mix (hash, *(const guint64 *) at);
      else if (narrow)
        hash = eh_mix (hash, *(const guint32 *) at);
      else
        {
          const char *text = *(const char *const *) at;

          hash = text != NULL ? eh_world_hash_bytes (hash, text, strlen (text)) : eh_mix (hash, 1);
        }
    }
  return schema != NULL ? hash : eh_world_hash_json (hash, event);
}

static guint64
eh_world_hash_all (const EhEvent *event)
{
  const char *type = eh_event_get_type_name (event);
  guint64 id[2];
  guint64 hash = eh_world_hash_bytes (1, type, strlen (type));

  memcpy (id, eh_event_get_id (event)->bytes, sizeof id);
  hash = eh_mix (eh_mix (hash, id[0]), id[1]);
  hash = eh_mix (hash, (guint64) eh_event_get_timestamp (event));
  return eh_world_hash_data (hash, event);
}

guint64
eh_world_hash_event (EhWorld *self, const EhEvent *event)
{
  return self->hashes_events ? eh_world_hash_all (event) : 0;
}

guint64
eh_world_hash_batch (EhWorld *self, const EhEventBatch *batch, gint64 expected)
{
  guint64 hash = eh_mix (2, (guint64) expected);
  guint n = self->hashes_events ? eh_event_batch_get_size (batch) : 0;

  for (guint i = 0; i < n; i++)
    hash = eh_mix (hash, eh_world_hash_all (eh_event_batch_peek (batch, i)));
  return hash;
}

guint64
eh_world_hash_error (const GError *error)
{
  guint64 domain = 3;

  if (error == NULL)
    return 0;
  if (error->domain == EH_ERROR)
    domain = 1;
  else if (error->domain == G_IO_ERROR)
    domain = 2;
  return domain << 32 | (guint32) error->code;
}

static EhWorldTrace *
eh_world_get_trace (EhWorld *self, EhResource resource)
{
  EhWorldTrace *trace = NULL;

  if (resource >= self->n_traces)
    {
      guint n_old = self->n_traces;

      self->n_traces = MAX (64, resource * 2);
      self->traces = g_renew (EhWorldTrace, self->traces, self->n_traces);
      memset (self->traces + n_old, 0, sizeof (EhWorldTrace) * (self->n_traces - n_old));
    }
  trace = &self->traces[resource];
  if (trace->run != self->run)
    *trace = (EhWorldTrace){ self->run, 0 };
  return trace;
}

void
eh_world_trace (EhWorld *self, EhWorldTask *task, guint64 result)
{
  const EhOp *op = &task->op;
  guint64 hash = eh_mix (eh_mix (task->op_hash, task->chain), result);

  hash = eh_mix (hash, (guint64) task->number << 32 | task->n_ops);
  for (guint i = 0; i < op->n_accesses; i++)
    hash = eh_mix (hash, eh_world_get_trace (self, op->accesses[i].resource)->written);
  hash = eh_mix (hash, hash >> 32);

  for (guint i = 0; i < op->n_accesses; i++)
    if (op->accesses[i].write)
      eh_world_get_trace (self, op->accesses[i].resource)->written = hash;
  task->chain = hash;
  self->fingerprint += hash;
}
