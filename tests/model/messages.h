/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-event-private.h"

/* A small event type, and makers of names and ids, for the tests of everything that carries messages. */

typedef struct {
  gint64 amount;
  const char *note;
} Deposited;

static EH_DEFINE_SCHEMA (Deposited, deposited, EH_FIELD_INT64 (amount), EH_FIELD_STRING (note));

static inline EhStreamName *
make_stream (const char *name)
{
  g_autoptr (GError) error = NULL;
  EhStreamName *stream = eh_stream_name_parse (name, &error);

  g_assert_no_error (error);
  return stream;
}

static inline EhMetadata *
make_metadata (const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;
  EhMetadata *metadata = eh_metadata_with (NULL, key, value, &error);

  g_assert_no_error (error);
  return metadata;
}

static inline EhId
make_id (guint8 number)
{
  const EhId id = { { [15] = number } };

  return id;
}

static inline EhEventHead
make_head (EhStreamName *stream)
{
  const EhEventHead head = {
    .stream = stream,
    .id = make_id (1),
    .revision = 1,
    .version = 3,
    .position = 17,
    .timestamp = G_GINT64_CONSTANT (1767225600000000),
  };

  return head;
}
