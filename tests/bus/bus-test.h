/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus/eh-event-bus.h"
#include "model/eh-error.h"
#include "model/eh-event-batch.h"

/* Event @version of @stream; its id is made of both, so equal arguments make equal events. */
static inline EhEvent *
bus_test_event (const char *stream, guint64 version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhStreamName) name = eh_stream_name_parse (stream, &error);
  g_autoptr (EhEventBatch) batch = NULL;
  EhId id = { { 1 } };

  g_assert_no_error (error);
  for (guint i = 0; i < 8; i++)
    id.bytes[8 + i] = (guint8) ((version + g_str_hash (stream)) >> (8 * i));
  batch = eh_event_batch_new (name, 0);
  eh_event_batch_add_json (batch, &id, "Happened", 1, "{}", -1, &error);
  g_assert_no_error (error);
  return eh_event_batch_record_one (batch, 0, version, version);
}

static inline void
bus_test_publish_to (EhEventBus *bus, const char *bucket, const char *subset, const char *stream, guint64 version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEvent) event = bus_test_event (stream, version);
  gboolean done = eh_event_bus_publish (bus, bucket, subset, event, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static inline void
bus_test_publish (EhEventBus *bus, const char *stream, guint64 version)
{
  bus_test_publish_to (bus, "bank", "account", stream, version);
}

static inline guint
bus_test_subscribe (EhEventBus *bus, const char *group, EhEventHandler handler, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint id = eh_event_bus_subscribe (bus, "bank", "account", group, handler, user_data, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (id, !=, 0);
  return id;
}

static inline void
bus_test_flush (EhEventBus *bus)
{
  g_autoptr (GError) error = NULL;
  gboolean done = eh_event_bus_flush (bus, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

static inline void
bus_test_close (EhEventBus *bus)
{
  g_autoptr (GError) error = NULL;
  gboolean done = eh_event_bus_close (bus, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (done);
}

/* A handler's log: "A-1@1 A-1@2"; several may share one, each with its mark: "x:A-1@1". */
typedef struct {
  GString *log;     /* (borrowed) */
  const char *mark; /* (nullable) */
  guint n_failures; /* the next so many deliveries fail with "no" */
} BusTestListener;

static inline gboolean
bus_test_listen (EhEvent *event, gpointer user_data, GError **error)
{
  BusTestListener *self = user_data;

  g_string_append_printf (self->log, "%s%s%s%s@%" G_GUINT64_FORMAT, self->log->len > 0 ? " " : "",
                          self->mark != NULL ? self->mark : "", self->mark != NULL ? ":" : "",
                          eh_stream_name_to_string (eh_event_get_stream (event)), eh_event_get_version (event));
  if (self->n_failures == 0)
    return TRUE;

  self->n_failures--;
  g_string_append_c (self->log, '!');
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "no");
  return FALSE;
}

static inline void
bus_test_count_destroyed (gpointer user_data)
{
  g_atomic_int_inc ((gint *) user_data);
}
