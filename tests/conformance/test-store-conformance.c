/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-conformance.h"
#include "mocks/eh-mock-store.h"

/* Our own stores, held to the suite that others are held to. */

#define MEMORY_FEATURES (EH_STORE_READ_ALL | EH_STORE_DELETE | EH_STORE_SNAPSHOTS)

static EhEventStore *
open_memory (guint number, gpointer user_data, GError **error)
{
  return eh_memory_store_new ();
}

static EhEventStore *
open_mock (guint number, gpointer user_data, GError **error)
{
  return eh_mock_store_new (NULL, NULL, NULL);
}

int
main (int argc, char *argv[])
{
  static const EhStoreFactory memory = { .name = "memory", .features = MEMORY_FEATURES, .open = open_memory };
  static const EhStoreFactory mock = { .name = "mock", .features = MEMORY_FEATURES, .open = open_mock };

  g_test_init (&argc, &argv, NULL);
  eh_store_conformance_add_tests ("/memory", &memory);
  eh_store_conformance_add_tests ("/mock", &mock);
  return g_test_run ();
}
