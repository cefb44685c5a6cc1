/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-conformance.h"
#include "mocks/eh-mock-store.h"
#include "plain-store.h"

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

/* The next append finds the disk full. */
static void
sever_mock (EhEventStore *store, gboolean severed, gpointer user_data)
{
  static const EhFaultRule disk_full = { .fault = EH_MOCK_FAULT_APPEND_ERROR, .call = 1 };

  if (severed)
    eh_fault_plan_add (eh_mock_store_get_plan (EH_MOCK_STORE (store)), &disk_full);
}

int
main (int argc, char *argv[])
{
  static const EhStoreFactory memory = { .name = "memory", .features = MEMORY_FEATURES, .open = open_memory };
  static const EhStoreFactory mock = {
    .name = "mock", .features = MEMORY_FEATURES, .open = open_mock, .sever = sever_mock
  };
  const EhStoreFeatures all = MEMORY_FEATURES | EH_STORE_DURABLE;
  g_autoptr (PlainDisk) disk = plain_disk_new (all, PLAIN_HONEST);
  g_autoptr (PlainDisk) bare_disk = plain_disk_new (0, PLAIN_HONEST);
  EhStoreFactory plain = {
    .name = "plain", .features = all, .open = plain_store_open, .sever = plain_store_sever, .user_data = disk
  };
  EhStoreFactory bare = { .name = "bare", .open = plain_store_open, .user_data = bare_disk };

  g_test_init (&argc, &argv, NULL);
  eh_store_conformance_add_tests ("/memory", &memory);
  eh_store_conformance_add_tests ("/mock", &mock);
  eh_store_conformance_add_tests ("/plain", &plain);
  eh_store_conformance_add_tests ("/bare", &bare);
  return g_test_run ();
}
