/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-snapshot.h"

#include <string.h>

#include "model/eh-error.h"

struct _EhSnapshot {
  gatomicrefcount ref_count;
  guint revision;
  guint64 version;
  EhStreamName *stream; /* (owned) */
  char *schema_name;    /* (owned) */
  char *json;           /* (owned) */
};

G_DEFINE_BOXED_TYPE (EhSnapshot, eh_snapshot, eh_snapshot_ref, eh_snapshot_unref)

static EhSnapshot *
eh_snapshot_take (EhStreamName *stream, guint64 version, const char *schema_name, guint revision, char *json)
{
  EhSnapshot *self = g_new0 (EhSnapshot, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->revision = revision;
  self->version = version;
  self->stream = eh_stream_name_ref (stream);
  self->schema_name = g_strdup (schema_name);
  self->json = json;
  return self;
}

EhSnapshot *
eh_snapshot_new (EhStreamName *stream, guint64 version, const char *schema_name, guint revision, const char *json)
{
  g_return_val_if_fail (stream != NULL, NULL);
  g_return_val_if_fail (version > 0, NULL);
  g_return_val_if_fail (schema_name != NULL, NULL);
  g_return_val_if_fail (json != NULL, NULL);

  return eh_snapshot_take (stream, version, schema_name, revision, g_strdup (json));
}

EhSnapshot *
eh_snapshot_new_from_state (EhStreamName *stream, guint64 version, const EhSchema *schema, gconstpointer state,
                            GError **error)
{
  char *json = NULL;

  g_return_val_if_fail (stream != NULL, NULL);
  g_return_val_if_fail (version > 0, NULL);
  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (state != NULL, NULL);

  json = eh_schema_to_json (schema, state, error);
  if (json == NULL)
    return NULL;
  return eh_snapshot_take (stream, version, schema->name, schema->revision, json);
}

EhSnapshot *
eh_snapshot_ref (EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_snapshot_unref (EhSnapshot *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  eh_stream_name_unref (self->stream);
  g_free (self->schema_name);
  g_free (self->json);
  g_free (self);
}

EhStreamName *
eh_snapshot_get_stream (const EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->stream;
}

guint64
eh_snapshot_get_version (const EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->version;
}

const char *
eh_snapshot_get_schema_name (const EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->schema_name;
}

guint
eh_snapshot_get_revision (const EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->revision;
}

const char *
eh_snapshot_get_json (const EhSnapshot *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->json;
}

static gboolean
eh_snapshot_check_schema (const EhSnapshot *self, const EhSchema *schema, GError **error)
{
  if (strcmp (self->schema_name, schema->name) == 0 && self->revision == schema->revision)
    return TRUE;

  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED,
               "the snapshot of %s at version %" G_GUINT64_FORMAT " is of %s revision %u, not of %s revision %u",
               eh_stream_name_to_string (self->stream), self->version, self->schema_name, self->revision, schema->name,
               schema->revision);
  return FALSE;
}

gpointer
eh_snapshot_read_state (const EhSnapshot *self, const EhSchema *schema, GError **error)
{
  g_autoptr (GError) reason = NULL;
  gpointer state = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (schema != NULL, NULL);

  if (!eh_snapshot_check_schema (self, schema, error))
    return NULL;

  state = eh_schema_new (schema);
  if (eh_schema_read_json (schema, self->json, -1, state, &reason))
    return state;

  eh_schema_free (schema, state);
  g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT, "the snapshot of %s at version %" G_GUINT64_FORMAT ": %s",
               eh_stream_name_to_string (self->stream), self->version, reason->message);
  return NULL;
}
