/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-command-private.h"

#include "eh-pack-private.h"
#include "eh-refs-private.h"

/* One block: the struct, then the packed data. A copy has none, it borrows all from its origin. */
struct _EhCommand {
  gint ref_count;       /* (atomic) */
  EhStreamName *stream; /* (owned) */
  const EhSchema *schema;
  EhId id;
  EhId correlation_id;
  EhId causation_id;
  gint64 expected_version;
  EhMetadata *metadata; /* (owned) (nullable) */
  EhCommand *origin;    /* (owned) (nullable): if set, the owner of stream, metadata and data */
  gconstpointer data;
  guint64 own_data[];
};

G_DEFINE_BOXED_TYPE (EhCommand, eh_command, eh_command_ref, eh_command_unref)

EhCommand *
eh_command_new (EhStreamName *stream, const EhSchema *schema, gconstpointer data, GError **error)
{
  EhCommand *self;

  g_return_val_if_fail (stream != NULL, NULL);
  g_return_val_if_fail (schema != NULL, NULL);
  g_return_val_if_fail (data != NULL || schema->n_fields == 0, NULL);

  if (!eh_schema_check (schema, data, error))
    return NULL;

  self = g_malloc (sizeof *self + eh_pack_get_size (schema, data));
  *self = (EhCommand){
    .ref_count = 1,
    .stream = eh_stream_name_ref (stream),
    .schema = schema,
    .expected_version = EH_EXPECTED_ANY,
    .data = self->own_data,
  };
  eh_pack (schema, data, self->own_data);
  return self;
}

EhCommand *
eh_command_copy_with_id (EhCommand *command, const EhId *id)
{
  EhCommand *self = g_new (EhCommand, 1);

  /* Member by member: other threads may be counting references of @command. */
  *self = (EhCommand){
    .ref_count = 1,
    .stream = command->stream,
    .schema = command->schema,
    .id = *id,
    .correlation_id = command->correlation_id,
    .causation_id = command->causation_id,
    .expected_version = command->expected_version,
    .metadata = command->metadata,
    .origin = eh_command_ref (command),
    .data = command->data,
  };
  return self;
}

EhCommand *
eh_command_ref (EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_command_unref (EhCommand *self)
{
  g_return_if_fail (self != NULL);

  if (!eh_refs_drop (&self->ref_count))
    return;
  if (self->origin != NULL)
    {
      eh_command_unref (self->origin);
    }
  else
    {
      g_clear_pointer (&self->metadata, eh_metadata_unref);
      eh_stream_name_unref (self->stream);
    }
  g_free (self);
}

EhStreamName *
eh_command_get_stream (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->stream;
}

const char *
eh_command_get_aggregate_id (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_stream_name_get_id (self->stream);
}

const char *
eh_command_get_type_name (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->schema->name;
}

const EhSchema *
eh_command_get_schema (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->schema;
}

gconstpointer
eh_command_get_data (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data;
}

char *
eh_command_dup_json_data (const EhCommand *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = eh_schema_to_json (self->schema, self->data, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&text);
}

void
eh_command_set_id (EhCommand *self, const EhId *id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  self->id = *id;
}

const EhId *
eh_command_get_id (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->id;
}

void
eh_command_set_expected_version (EhCommand *self, gint64 version)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (version >= EH_EXPECTED_EXISTS);

  self->expected_version = version;
}

gint64
eh_command_get_expected_version (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, EH_EXPECTED_ANY);

  return self->expected_version;
}

void
eh_command_set_metadata (EhCommand *self, EhMetadata *metadata)
{
  g_return_if_fail (self != NULL);
  g_assert (self->origin == NULL);

  if (metadata != NULL)
    eh_metadata_ref (metadata);
  g_clear_pointer (&self->metadata, eh_metadata_unref);
  self->metadata = metadata;
}

EhMetadata *
eh_command_get_metadata (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->metadata;
}

void
eh_command_set_correlation_id (EhCommand *self, const EhId *id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  self->correlation_id = *id;
}

const EhId *
eh_command_get_correlation_id (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_id_is_nil (&self->correlation_id) ? &self->id : &self->correlation_id;
}

void
eh_command_set_causation_id (EhCommand *self, const EhId *id)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  self->causation_id = *id;
}

const EhId *
eh_command_get_causation_id (const EhCommand *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->causation_id;
}
