/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-dedupe-bus.h"
#include "runtime/eh-direct-bus.h"
#include "tests/runtime/counter-domain.h"
#include "world-fixture.h"

/* Several tasks send one and the same command through one bus. */
typedef struct {
  EhCommandBus *bus;  /* (owned) */
  EhCommand *command; /* (owned) */
  guint n_done;
  guint n_done_before;
} Shared;

static void
dispatch_step (EhWorld *world, guint task, guint step, gpointer user_data)
{
  Shared *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EhOutcome) outcome = eh_command_bus_dispatch (self->bus, self->command, NULL, &error);

  if (outcome == NULL)
    {
      g_assert_error (error, EH_ERROR, EH_ERROR_CRASHED);
      return;
    }
  self->n_done++;
  self->n_done_before += eh_outcome_was_done (outcome);
}

/* As new: it remembers nothing. */
static EhCommandBus *
bus_new (EhWorld *world, EhDomain *domain)
{
  g_autoptr (EhRepository) repository = eh_repository_new (domain, eh_world_get_store (world));
  g_autoptr (EhCommandHandler)
      handler = eh_command_handler_new (repository, eh_world_get_clock (world), eh_world_get_ids (world));
  g_autoptr (EhCommandBus) direct = eh_direct_bus_new (handler);
  EhCommandBus *bus = eh_dedupe_bus_new (direct, 10);

  eh_repository_set_cache_size (repository, 0);
  eh_dedupe_bus_set_clock (EH_DEDUPE_BUS (bus), eh_world_get_clock (world));
  return bus;
}

static void
test_same_command (void)
{
  static const EhId id = { { 1, 2, 3 } };
  g_autoptr (EhDomain) domain = counter_domain_new ();
  g_autoptr (EhWorld) world = NULL;
  Shared shared = { NULL };
  guint most[EH_FAULT_N_KINDS] = { [EH_FAULT_CRASH] = 1 };

  g_test_summary ("Who sends a command that is under way waits, and nobody is held up by that; nor by a crash");
  g_assert_true (eh_domain_seal (domain, NULL));
  world = eh_world_new (domain);
  shared.command = counter_create ("c1");
  eh_command_set_id (shared.command, &id);
  for (guint i = 0; i < 3; i++)
    eh_world_add_task (world, (const char[]){ (char) ('a' + i), '\0' }, 1, dispatch_step, &shared);
  eh_world_set_faults (world, most);
  eh_world_set_max_ops (world, 1000);
  for (guint64 seed = 0; seed < 500; seed++)
    {
      Script oracle;

      script_init (&oracle, NULL);
      oracle.seed = seed * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      shared.n_done = shared.n_done_before = 0;
      shared.bus = bus_new (world, domain);
      g_assert_cmpint (eh_world_run (world, &oracle.oracle), ==, EH_RUN_DONE);
      g_assert_cmpuint (world_inner_version (world, "Counter-c1"), ==, 1);
      g_assert_cmpuint (shared.n_done + eh_world_get_n_faults (world, EH_FAULT_CRASH), ==, 3);
      g_assert_cmpuint (shared.n_done_before, ==, shared.n_done - 1);
      g_clear_object (&shared.bus);
    }
  eh_command_unref (shared.command);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/world-dedupe/same-command", test_same_command);
  return g_test_run ();
}
