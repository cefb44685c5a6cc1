/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/eh-memory-store.h"
#include "tests/store/file-fixture.h"

/* Included before the memory store's own tests, it runs them on a file store: the two must not differ. */
#define eh_memory_store_new() file_new_store ()
#undef EH_MEMORY_STORE
#define EH_MEMORY_STORE(store) store
#define eh_memory_store_reset(store)                                                                                   \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_object_unref (store);                                                                                            \
    store = file_new_store ();                                                                                         \
  }                                                                                                                    \
  G_STMT_END
