/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-mock-store.h"

/*
 * Included before the memory store's own tests, it runs them on a mock without faults around a memory store: in what a
 * plan does not change, the two must not differ.
 */
#define eh_memory_store_new() eh_mock_store_new (NULL, NULL, NULL)
#define eh_memory_store_reset(store) g_assert_true (eh_mock_store_reset (EH_MOCK_STORE (store), NULL))
#undef EH_MEMORY_STORE
#define EH_MEMORY_STORE(store) (store)
