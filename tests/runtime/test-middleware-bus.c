/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-middleware-bus.h"
#include "scripted-bus.h"

typedef struct {
  GString *trace; /* (owned) */
  const char *name;
} Layer;

static EhOutcome *
trace_around (EhCommandBus *next, EhCommand *command, gpointer user_data, GCancellable *cancellable, GError **error)
{
  Layer *layer = user_data;
  EhOutcome *outcome;

  g_string_append_printf (layer->trace, "<%s ", layer->name);
  outcome = eh_command_bus_dispatch (next, command, cancellable, error);
  g_string_append_printf (layer->trace, "%s> ", layer->name);
  return outcome;
}

static EhOutcome *
refuse (EhCommandBus *next, EhCommand *command, gpointer user_data, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, COUNTER_ERROR, COUNTER_ERROR_ZERO, "not today");
  return NULL;
}

static void
count (gpointer data)
{
  (*(guint *) data)++;
}

static void
test_order (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) first = NULL;
  g_autoptr (EhCommandBus) second = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GString) trace = NULL;
  g_autoptr (GError) error = NULL;
  Layer layers[2];

  g_test_summary ("Middleware runs around what is inside, the outermost first");
  trace = g_string_new (NULL);
  layers[0] = (Layer){ trace, "in" };
  layers[1] = (Layer){ trace, "out" };
  inner = scripted_bus_new ();
  first = eh_middleware_bus_new (EH_COMMAND_BUS (inner), trace_around, &layers[0], NULL);
  second = eh_middleware_bus_new (first, trace_around, &layers[1], NULL);
  command = counter_create ("a");
  outcome = eh_command_bus_dispatch (second, command, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_outcome_get_version (outcome), ==, 1);
  g_assert_cmpstr (trace->str, ==, "<out <in in> out> ");
}

static void
test_refuse (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (GError) error = NULL;
  guint n_destroyed = 0;

  g_test_summary ("Middleware may refuse; its data is freed with the bus; a closed one is closed for it too");
  inner = scripted_bus_new ();
  bus = eh_middleware_bus_new (EH_COMMAND_BUS (inner), refuse, &n_destroyed, count);
  command = counter_create ("a");
  g_assert_null (eh_command_bus_dispatch (bus, command, NULL, &error));
  g_assert_error (error, COUNTER_ERROR, COUNTER_ERROR_ZERO);
  g_assert_cmpuint (scripted_bus_get_n (inner), ==, 0);
  g_clear_error (&error);

  g_assert_true (eh_command_bus_close (bus, NULL, &error));
  g_assert_true (scripted_bus_is_closed (inner));
  g_assert_null (eh_command_bus_dispatch (bus, command, NULL, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_cmpuint (n_destroyed, ==, 0);
  g_clear_object (&bus);
  g_assert_cmpuint (n_destroyed, ==, 1);
}

static void
test_log (void)
{
  g_autoptr (ScriptedBus) inner = NULL;
  g_autoptr (EhCommandBus) bus = NULL;
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The log middleware tells command and outcome, and changes nothing");
  inner = scripted_bus_new ();
  bus = eh_middleware_bus_new (EH_COMMAND_BUS (inner), eh_log_middleware, NULL, NULL);
  command = counter_create ("a");
  g_test_expect_message ("eventhus", G_LOG_LEVEL_DEBUG, "*CreateCounter*Counter-a*version 1*");
  outcome = eh_command_bus_dispatch (bus, command, NULL, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  scripted_bus_fail (inner, 1, g_error_new_literal (COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE, "too little"));
  g_test_expect_message ("eventhus", G_LOG_LEVEL_DEBUG, "*CreateCounter*Counter-a*too little*");
  g_assert_null (eh_command_bus_dispatch (bus, command, NULL, &error));
  g_test_assert_expected_messages ();
  g_assert_error (error, COUNTER_ERROR, COUNTER_ERROR_TOO_LITTLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/middleware-bus/order", test_order);
  g_test_add_func ("/middleware-bus/refuse", test_refuse);
  g_test_add_func ("/middleware-bus/log", test_log);
  return g_test_run ();
}
