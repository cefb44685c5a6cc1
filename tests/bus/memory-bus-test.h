/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bus-test.h"
#include "bus/eh-memory-bus.h"

/* A memory bus that is driven by hand, in one thread, so the order of deliveries is known to the last step. */

typedef struct {
  EhEventBus *bus;
  GString *log;
  BusTestListener a;
  BusTestListener b;
} MemoryBusTest;

static inline void
memory_bus_test_set_up (MemoryBusTest *fixture, gconstpointer data)
{
  fixture->bus = eh_memory_bus_new (0);
  fixture->log = g_string_new (NULL);
  fixture->a = (BusTestListener){ .log = fixture->log };
  fixture->b = (BusTestListener){ .log = fixture->log, .mark = "b" };
}

static inline void
memory_bus_test_tear_down (MemoryBusTest *fixture, gconstpointer data)
{
  g_assert_finalize_object (fixture->bus);
  g_string_free (fixture->log, TRUE);
}

static inline gboolean
memory_bus_test_step (MemoryBusTest *fixture)
{
  return eh_memory_bus_step (EH_MEMORY_BUS (fixture->bus));
}

/* What a handler does with its bus: once, at the first event. */
typedef struct {
  EhEventBus *bus;
  BusTestListener *listener;
  guint id;
  gint n_destroyed;
  gboolean fails;
  gboolean was_alive;
  GError *error;
} MemoryBusActor;

/* Answers each event with the next version, without end. */
static inline gboolean
memory_bus_test_publish_within (EhEvent *event, gpointer user_data, GError **error)
{
  MemoryBusActor *self = user_data;
  g_autoptr (EhEvent) answer = bus_test_event ("A-1", eh_event_get_version (event) + 1);

  bus_test_listen (event, self->listener, NULL);
  return eh_event_bus_publish (self->bus, "bank", "account", answer, NULL, error);
}
