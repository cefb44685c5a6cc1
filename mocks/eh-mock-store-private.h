/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-mock-call-private.h"
#include "mocks/eh-mock-store.h"

G_BEGIN_DECLS

struct _EhMockStore {
  GObject parent_instance;

  EhEventStore *inner; /* (owned) */
  EhMockRecorder recorder;
};

/* The functions of the interface that read; eh-mock-store.c has those that write. */
void eh_mock_store_init_reads (EhEventStoreInterface *iface);

G_END_DECLS
