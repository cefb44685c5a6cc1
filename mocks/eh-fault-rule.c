/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-fault-plan-private.h"

#include "model/eh-suggest-private.h"

#define BIT(operation) (1u << (operation))
#define LOADS (BIT (EH_MOCK_READ_STREAM) | BIT (EH_MOCK_READ_ALL) | BIT (EH_MOCK_GET_VERSION) | BIT (EH_MOCK_GET_HEAD))
#define SNAPSHOTS (BIT (EH_MOCK_SAVE_SNAPSHOT) | BIT (EH_MOCK_LOAD_SNAPSHOT))
#define WITH_EVENTS (BIT (EH_MOCK_APPEND) | BIT (EH_MOCK_PUBLISH) | BIT (EH_MOCK_DELIVER))
#define WITH_TOPICS (BIT (EH_MOCK_PUBLISH) | BIT (EH_MOCK_DELIVER))
#define WITHOUT_STREAMS (BIT (EH_MOCK_READ_ALL) | BIT (EH_MOCK_GET_HEAD) | BIT (EH_MOCK_FLUSH))

static const struct {
  const char *nick;
  guint operations; /* bits of EhMockOperation */
} faults[] = {
  [EH_MOCK_FAULT_APPEND_ERROR] = { "append-error", BIT (EH_MOCK_APPEND) },
  [EH_MOCK_FAULT_APPEND_AMBIGUOUS] = { "append-ambiguous", BIT (EH_MOCK_APPEND) },
  [EH_MOCK_FAULT_APPEND_CONFLICT] = { "append-conflict", BIT (EH_MOCK_APPEND) },
  [EH_MOCK_FAULT_LOAD_ERROR] = { "load-error", LOADS },
  [EH_MOCK_FAULT_LOAD_STALE] = { "load-stale", BIT (EH_MOCK_READ_STREAM) | BIT (EH_MOCK_GET_VERSION) },
  [EH_MOCK_FAULT_DELETE_ERROR] = { "delete-error", BIT (EH_MOCK_DELETE) },
  [EH_MOCK_FAULT_SNAPSHOT_ERROR] = { "snapshot-error", SNAPSHOTS },
  [EH_MOCK_FAULT_SNAPSHOT_STALE] = { "snapshot-stale", BIT (EH_MOCK_LOAD_SNAPSHOT) },
  [EH_MOCK_FAULT_SNAPSHOT_LOST] = { "snapshot-lost", BIT (EH_MOCK_LOAD_SNAPSHOT) },
  [EH_MOCK_FAULT_PUBLISH_ERROR] = { "publish-error", BIT (EH_MOCK_PUBLISH) },
  [EH_MOCK_FAULT_PUBLISH_AMBIGUOUS] = { "publish-ambiguous", BIT (EH_MOCK_PUBLISH) },
  [EH_MOCK_FAULT_DELIVER_TWICE] = { "deliver-twice", BIT (EH_MOCK_DELIVER) },
  [EH_MOCK_FAULT_DELIVER_LATE] = { "deliver-late", BIT (EH_MOCK_DELIVER) },
  [EH_MOCK_FAULT_DELIVER_REORDERED] = { "deliver-reordered", BIT (EH_MOCK_DELIVER) },
  [EH_MOCK_FAULT_DELIVER_LOST] = { "deliver-lost", BIT (EH_MOCK_DELIVER) },
  [EH_MOCK_FAULT_HANDLER_ERROR] = { "handler-error", BIT (EH_MOCK_DELIVER) },
  [EH_MOCK_FAULT_DELAY] = { "delay", LOADS | SNAPSHOTS | WITH_EVENTS | BIT (EH_MOCK_DELETE) | BIT (EH_MOCK_FLUSH) },
};

/* Faults of scenario files that a mock alone cannot make: who looks for them is told where they are. */
static const char *const world_nicks[] = { "crash", "clock-jump" };

const char *
eh_mock_fault_get_nick (EhMockFault fault)
{
  return (guint) fault < G_N_ELEMENTS (faults) ? faults[fault].nick : NULL;
}

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, message);
  return FALSE;
}

gboolean
eh_mock_fault_from_nick (const char *nick, EhMockFault *fault, GError **error)
{
  const char *nicks[G_N_ELEMENTS (faults) - 1];
  const char *near_nick = NULL;

  for (guint i = 1; i < G_N_ELEMENTS (faults); i++)
    {
      nicks[i - 1] = faults[i].nick;
      if (g_str_equal (faults[i].nick, nick))
        {
          *fault = (EhMockFault) i;
          return TRUE;
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (world_nicks); i++)
    {
      if (g_str_equal (world_nicks[i], nick))
        return fail (error, "a \"%s\" needs a simulated world; a mock cannot make it", nick);
    }
  near_nick = eh_suggest (nick, nicks, G_N_ELEMENTS (nicks));
  if (near_nick == NULL)
    return fail (error, "no fault is called \"%s\"", nick);
  return fail (error, "no fault is called \"%s\"; did you mean \"%s\"?", nick, near_nick);
}

gboolean
eh_mock_fault_fits (EhMockFault fault, EhMockOperation operation)
{
  return (faults[fault].operations & BIT (operation)) != 0;
}

static gboolean
check_operation (const EhFaultRule *self, guint *operations, GError **error)
{
  EhMockOperation operation;

  *operations = faults[self->fault].operations;
  if (self->operation == NULL)
    return TRUE;
  if (!eh_mock_operation_from_nick (self->operation, &operation, error))
    return FALSE;
  if (!eh_mock_fault_fits (self->fault, operation))
    return fail (error, "\"%s\" cannot happen to \"%s\"", faults[self->fault].nick, self->operation);
  *operations = BIT (operation);
  return TRUE;
}

/* A rule that can never strike is a mistake: it is told at once instead of a test that passes for no reason. */
static gboolean
check_reach (const EhFaultRule *self, guint operations, GError **error)
{
  const char *nick = faults[self->fault].nick;

  if (self->stream != NULL && (operations & ~WITHOUT_STREAMS) == 0)
    return fail (error, "\"%s\" has no stream here", nick);
  if (self->event_type != NULL && (operations & WITH_EVENTS) == 0)
    return fail (error, "\"%s\" happens to calls without an event, so it cannot have a type", nick);
  if (self->topic != NULL && (operations & WITH_TOPICS) == 0)
    return fail (error, "\"%s\" happens to calls without a topic", nick);
  return TRUE;
}

static gboolean
check_values (const EhFaultRule *self, GError **error)
{
  gboolean is_ambiguous = self->fault == EH_MOCK_FAULT_APPEND_AMBIGUOUS
                          || self->fault == EH_MOCK_FAULT_PUBLISH_AMBIGUOUS;
  const char *nick = faults[self->fault].nick;

  if (!(self->probability >= 0.0 && self->probability <= 1.0))
    return fail (error, "a probability is above 0 and at most 1");
  if (self->applied && !is_ambiguous)
    return fail (error, "only ambiguous faults can be applied, not \"%s\"", nick);
  if (self->fault == EH_MOCK_FAULT_DELAY && self->delay <= 0)
    return fail (error, "a delay must be longer than nothing");
  if (self->fault != EH_MOCK_FAULT_DELAY && self->delay != 0)
    return fail (error, "\"%s\" has no delay; add a rule of fault \"delay\"", nick);
  return TRUE;
}

gboolean
eh_fault_rule_check (const EhFaultRule *self, GError **error)
{
  guint operations;

  if (self->fault <= EH_MOCK_FAULT_NONE || (guint) self->fault >= G_N_ELEMENTS (faults))
    return fail (error, "it does not say which fault");
  return check_operation (self, &operations, error) && check_reach (self, operations, error)
         && check_values (self, error);
}
