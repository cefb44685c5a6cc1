/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-mock-bus.h"

/* Included before the memory bus's own tests, it runs them on a mock without faults around a memory bus. */
static inline EhEventBus *
mock_bus_twin_new (guint n_threads)
{
  g_autoptr (EhEventBus) inner = eh_memory_bus_new (n_threads);

  return eh_mock_bus_new (inner, NULL, NULL);
}

static inline EhMemoryBus *
mock_bus_twin_get_inner (EhEventBus *bus)
{
  return EH_MEMORY_BUS (eh_mock_bus_get_inner (EH_MOCK_BUS (bus)));
}

#define eh_memory_bus_new(n_threads) mock_bus_twin_new (n_threads)
#undef EH_MEMORY_BUS
#define EH_MEMORY_BUS(bus) mock_bus_twin_get_inner (EH_EVENT_BUS (bus))
