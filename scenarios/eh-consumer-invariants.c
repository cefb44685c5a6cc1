/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain-private.h"
#include "scenarios/eh-checks-private.h"
#include "scenarios/eh-scenario-consumers-private.h"

/* The domain's invariants about rows of views and states of processes. */

typedef struct {
  EhScenarioRun *run;
  const EhProjectionType *type;
  const char *when;
} Rows;

static void
fail (EhScenarioRun *run, const char *when, const GError *error)
{
  eh_scenario_run_fail (run, "invariant", NULL,
                        "after %s: %s; refuse the command that leads there, or mend the invariant", when,
                        error->message);
}

static gboolean
check_row (const char *key, gconstpointer row, gpointer user_data)
{
  const Rows *rows = user_data;
  g_autoptr (GError) error = NULL;

  if (!eh_domain_check_row (rows->run->domain, rows->type, row, key, &error))
    fail (rows->run, rows->when, error);
  return TRUE;
}

static gboolean
has_invariants (EhDomain *domain, const EhProcessType *type)
{
  for (guint i = 0; i < domain->invariants->len; i++)
    {
      if (((const EhDomainInvariant *) g_ptr_array_index (domain->invariants, i))->process == type)
        return TRUE;
    }
  return FALSE;
}

/* (transfer full) (element-type utf8): the keys of all processes, in the order in which they began */
static GPtrArray *
list_keys (EhScenarioRun *run, const EhProcessType *type)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  guint64 position = 1;
  gboolean is_end = FALSE;

  while (!is_end)
    {
      g_autoptr (EhEventPage)
          page = eh_event_store_read_all (run->store, type->name, position, EH_FORWARDS, 0, NULL, NULL);

      if (page == NULL)
        break;
      for (guint i = 0; i < eh_event_page_get_size (page); i++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          if (eh_event_get_version (event) == 1)
            g_ptr_array_add (keys, g_strdup (eh_stream_name_get_id (eh_event_get_stream (event))));
        }
      position = eh_event_page_get_next (page);
      is_end = eh_event_page_is_end (page);
    }
  return keys;
}

static void
check_process (EhScenarioRun *run, EhProcessManager *process, const char *key, const char *when)
{
  const EhProcessType *type = eh_process_manager_get_type_table (process);
  g_autoptr (EhStreamName) stream = eh_stream_name_new (type->name, key, NULL);
  g_autoptr (GError) error = NULL;
  gpointer state = eh_process_manager_read_state (process, key, NULL, &error);

  if (state == NULL)
    return;
  if (!eh_domain_check_process (run->domain, type, state, stream, &error))
    fail (run, when, error);
  eh_schema_free (type->state, state);
}

static void
check_processes (EhScenarioRun *run, EhProcessManager *process, const char *when)
{
  const EhProcessType *type = eh_process_manager_get_type_table (process);
  g_autoptr (GPtrArray) keys = NULL;

  if (!has_invariants (run->domain, type))
    return;
  keys = list_keys (run, type);
  for (guint i = 0; i < keys->len; i++)
    check_process (run, process, g_ptr_array_index (keys, i), when);
}

void
eh_checks_consumer_invariants (EhScenarioRun *run, const char *when)
{
  if (run->consumers == NULL || run->is_stuck)
    return;
  for (guint i = 0; i < eh_scenario_consumers_get_n_projections (run->consumers); i++)
    {
      EhProjection *projection = eh_scenario_consumers_get_projection (run->consumers, i);
      Rows rows = { run, eh_projection_get_type_table (projection), when };

      eh_projection_foreach (projection, check_row, &rows);
    }
  for (guint i = 0; i < eh_scenario_consumers_get_n_processes (run->consumers); i++)
    check_processes (run, eh_scenario_consumers_get_process (run->consumers, i), when);
}
