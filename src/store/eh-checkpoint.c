/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-checkpoint.h"

#include <string.h>

#include "model/eh-error.h"
#include "store/eh-checkpoint-private.h"

/* What many say must fit into one checkpoint. */
#define MESSAGE_MAX 1024

struct _EhParkedEvent {
  gatomicrefcount ref_count;
  guint n_attempts;
  guint64 position;
  EhStreamName *stream; /* (owned) */
  char *message;        /* (owned) */
};

struct _EhCheckpoint {
  gatomicrefcount ref_count;
  guint revision;
  guint64 position;
  char *name;        /* (owned) */
  char *shape;       /* (owned) */
  GBytes *payload;   /* (owned) (nullable) */
  GPtrArray *parked; /* (owned) (element-type EhParkedEvent) */
};

G_DEFINE_BOXED_TYPE (EhParkedEvent, eh_parked_event, eh_parked_event_ref, eh_parked_event_unref)
G_DEFINE_BOXED_TYPE (EhCheckpoint, eh_checkpoint, eh_checkpoint_ref, eh_checkpoint_unref)

static char *
eh_parked_event_make_message (const char *text)
{
  char *message = g_utf8_make_valid (text, -1);
  const char *end = NULL;

  if (strlen (message) <= MESSAGE_MAX)
    return message;
  g_utf8_validate_len (message, MESSAGE_MAX, &end);
  message[end - message] = '\0';
  return message;
}

EhParkedEvent *
eh_parked_event_new (guint64 position, EhStreamName *stream, guint n_attempts, const char *message)
{
  EhParkedEvent *self = NULL;

  g_return_val_if_fail (position > 0, NULL);
  g_return_val_if_fail (stream != NULL, NULL);
  g_return_val_if_fail (message != NULL, NULL);

  self = g_new0 (EhParkedEvent, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_attempts = n_attempts;
  self->position = position;
  self->stream = eh_stream_name_ref (stream);
  self->message = eh_parked_event_make_message (message);
  return self;
}

EhParkedEvent *
eh_parked_event_ref (EhParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_parked_event_unref (EhParkedEvent *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  eh_stream_name_unref (self->stream);
  g_free (self->message);
  g_free (self);
}

guint64
eh_parked_event_get_position (const EhParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->position;
}

EhStreamName *
eh_parked_event_get_stream (const EhParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->stream;
}

guint
eh_parked_event_get_n_attempts (const EhParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_attempts;
}

const char *
eh_parked_event_get_message (const EhParkedEvent *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->message;
}

gboolean
eh_checkpoint_check_name (const char *name, GError **error)
{
  const gsize length = strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");

  if (length > 0 && length <= EH_CHECKPOINT_NAME_MAX && name[length] == '\0' && *name != '.')
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "\"%s\" is no name of a consumer: it must be 1 to %d of A-Z a-z 0-9 . _ - and not begin with \".\"",
               name, EH_CHECKPOINT_NAME_MAX);
  return FALSE;
}

EhCheckpoint *
eh_checkpoint_new (const char *name, guint64 position, const char *shape, guint revision, GBytes *payload,
                   EhParkedEvent *const *parked, guint n_parked)
{
  EhCheckpoint *self = NULL;

  g_return_val_if_fail (name != NULL && eh_checkpoint_check_name (name, NULL), NULL);
  g_return_val_if_fail (shape != NULL, NULL);
  g_return_val_if_fail (parked != NULL || n_parked == 0, NULL);

  self = g_new0 (EhCheckpoint, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->revision = revision;
  self->position = position;
  self->name = g_strdup (name);
  self->shape = g_strdup (shape);
  self->payload = payload != NULL ? g_bytes_ref (payload) : NULL;
  self->parked = g_ptr_array_new_full (n_parked, (GDestroyNotify) eh_parked_event_unref);
  for (guint i = 0; i < n_parked; i++)
    g_ptr_array_add (self->parked, eh_parked_event_ref (parked[i]));
  return self;
}

EhCheckpoint *
eh_checkpoint_ref (EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_checkpoint_unref (EhCheckpoint *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->parked);
  g_clear_pointer (&self->payload, g_bytes_unref);
  g_free (self->shape);
  g_free (self->name);
  g_free (self);
}

const char *
eh_checkpoint_get_name (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

guint64
eh_checkpoint_get_position (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->position;
}

const char *
eh_checkpoint_get_shape (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->shape;
}

guint
eh_checkpoint_get_revision (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->revision;
}

GBytes *
eh_checkpoint_get_payload (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->payload;
}

guint
eh_checkpoint_get_n_parked (const EhCheckpoint *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->parked->len;
}

EhParkedEvent *
eh_checkpoint_get_parked (const EhCheckpoint *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->parked->len, NULL);

  return g_ptr_array_index (self->parked, i);
}
