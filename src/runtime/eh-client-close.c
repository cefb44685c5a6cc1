/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-client-private.h"

#include "eh-close-report-private.h"
#include "eh-door-bus-private.h"
#include "eh-pool-bus-private.h"
#include "eh-watchdog-private.h"

/*
 * The order of closing is that of who needs whom: senders need the door; process managers need the inner command bus;
 * commands, consumers and the relay need the store; the relay needs the event bus. So: the door, the consumers
 * (process managers before the others, so that nothing is added any more that these would have to handle), the inner
 * bus, the event bus, the store. Every part may be closed again, which does nothing.
 */

static gboolean
stop_one (EhFollower *follower, GError **error)
{
  follower->is_stopped = TRUE;
  if (eh_consumer_stop (follower->consumer, error))
    return TRUE;
  g_prefix_error (error, "%s: ", eh_consumer_get_name (follower->consumer));
  return FALSE;
}

/* Returns: (transfer full) (nullable): the first error */
static GError *
stop_all (EhClient *self)
{
  GError *first = NULL;

  for (guint i = 0; i < self->followers->len; i++)
    {
      GError *failure = NULL;

      if (stop_one (self->followers->pdata[i], &failure))
        continue;
      if (first == NULL)
        first = failure;
      else
        g_error_free (failure);
    }
  return first;
}

/* @failure: (transfer full) (nullable) */
static void
keep_first (GError **first, GError *failure)
{
  if (*first == NULL)
    *first = failure;
  else
    g_clear_error (&failure);
}

static void
on_cancelled (GCancellable *cancellable, gpointer leaving)
{
  g_cancellable_cancel (leaving);
}

/* From now on who waits for the event bus lets go when @cancellable says so. Returns: what stop_leaving() takes */
static gulong
start_leaving (EhClient *self, GCancellable *cancellable)
{
  return cancellable == NULL ? 0 : g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self->leaving, NULL);
}

static void
stop_leaving (GCancellable *cancellable, gulong id)
{
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, id);
}

gboolean
eh_client_close (EhClient *self, GCancellable *cancellable, GError **error)
{
  GError *first = NULL;
  GError *failure = NULL;
  gulong leaving;

  g_return_val_if_fail (EH_IS_CLIENT (self), FALSE);

  if (!eh_command_bus_close (self->command_bus, cancellable, error))
    return FALSE;
  leaving = start_leaving (self, cancellable);
  first = stop_all (self);
  stop_leaving (cancellable, leaving);
  eh_command_bus_close (self->inner_bus, NULL, &failure);
  keep_first (&first, g_steal_pointer (&failure));
  if (self->bus != NULL)
    eh_event_bus_close (self->bus, cancellable, &failure);
  keep_first (&first, g_steal_pointer (&failure));
  eh_event_store_close (self->store, NULL, &failure);
  keep_first (&first, g_steal_pointer (&failure));
  g_atomic_int_set (&self->is_closed, TRUE);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, first);
  return FALSE;
}

static guint
count_commands (EhClient *self)
{
  return EH_IS_POOL_BUS (self->command_bus) ? eh_pool_bus_get_n_pending (EH_POOL_BUS (self->command_bus))
                                            : eh_door_bus_get_n_pending (EH_DOOR_BUS (self->command_bus));
}

static gboolean
is_cancelled (const GError *failure)
{
  return g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A wait that ran out of time is no error: the report tells what was left. */
static void
note (EhCloseReport *report, const char *where, GError *failure)
{
  if (is_cancelled (failure))
    g_clear_error (&failure);
  eh_close_report_add_error (report, where, failure);
}

static void
close_door (EhClient *self, EhCloseReport *report, GCancellable *cancellable)
{
  GError *failure = NULL;

  eh_command_bus_close (self->command_bus, cancellable, &failure);
  if (is_cancelled (failure))
    eh_close_report_set_n_commands (report, count_commands (self));
  note (report, "command bus", failure);
}

static void
settle (EhClient *self, EhCloseReport *report, GCancellable *cancellable)
{
  GError *failure = NULL;

  eh_client_let_settle (self, report, cancellable, &failure);
  note (report, "consumers", failure);
}

static void
stop (EhClient *self, gboolean managers_only, EhCloseReport *report)
{
  for (guint i = 0; i < self->followers->len; i++)
    {
      EhFollower *follower = self->followers->pdata[i];
      GError *failure = NULL;

      if (!follower->is_stopped && (follower->manager != NULL || !managers_only))
        stop_one (follower, &failure);
      note (report, "checkpoint", failure);
    }
}

static void
count_events (EhClient *self, EhCloseReport *report)
{
  guint64 head = 0;
  GError *failure = NULL;

  if (self->followers->len > 0 && eh_event_store_get_head (self->store, &head, NULL, &failure))
    eh_close_report_set_head (report, head);
  eh_close_report_add_error (report, "store", failure);
  for (guint i = 0; i < self->followers->len; i++)
    eh_close_report_add_consumer (report, eh_client_get_nth_consumer (self, i));
}

static void
close_buses (EhClient *self, EhCloseReport *report, GCancellable *cancellable)
{
  GError *failure = NULL;

  eh_command_bus_close (self->inner_bus, cancellable, &failure);
  note (report, "command bus", g_steal_pointer (&failure));
  if (self->bus != NULL && !eh_event_bus_close (self->bus, cancellable, &failure))
    eh_close_report_add_error (report, "event bus: not everything was delivered", g_steal_pointer (&failure));
}

static EhCloseReport *
close_all (EhClient *self, GCancellable *cancellable)
{
  EhCloseReport *report = eh_close_report_new ();
  GError *failure = NULL;
  gulong leaving;

  if (g_atomic_int_get (&self->is_closed))
    return report;
  leaving = start_leaving (self, cancellable);
  close_door (self, report, cancellable);
  settle (self, report, cancellable);
  stop (self, TRUE, report);
  settle (self, report, cancellable);
  stop (self, FALSE, report);
  stop_leaving (cancellable, leaving);
  count_events (self, report);
  close_buses (self, report, cancellable);
  eh_event_store_close (self->store, NULL, &failure);
  eh_close_report_add_error (report, "store", failure);
  g_atomic_int_set (&self->is_closed, TRUE);
  return report;
}

gboolean
eh_client_close_within (EhClient *self, gint64 timeout, EhCloseReport **report, GError **error)
{
  g_autoptr (EhWatchdog) watchdog = NULL;
  g_autoptr (EhCloseReport) result = NULL;
  gboolean is_well;

  g_return_val_if_fail (EH_IS_CLIENT (self), FALSE);

  watchdog = eh_watchdog_new (timeout);
  result = close_all (self, eh_watchdog_get_cancellable (watchdog));
  is_well = eh_close_report_get_n_errors (result) == 0;
  if (!is_well)
    g_propagate_error (error, g_error_copy (eh_close_report_get_error (result, 0)));
  if (report != NULL)
    *report = g_steal_pointer (&result);
  return is_well;
}
