/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "messages.h"
#include "model/eh-command-private.h"
#include "model/eh-error.h"

static EhCommand *
make_command (const char *note)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;
  EhCommand *command = eh_command_new (stream, &deposited, &(Deposited){ 5, note }, &error);

  g_assert_no_error (error);
  return command;
}

static void
test_data (void)
{
  char note[] = "rent";
  g_autoptr (EhCommand) command = make_command (note);
  const Deposited *data = eh_command_get_data (command);
  g_autofree char *json = eh_command_dup_json_data (command);

  g_test_summary ("A command keeps its own copy of the data and knows whom it is for");

  note[0] = 'X';
  g_assert_cmpstr (data->note, ==, "rent");
  g_assert_cmpint (data->amount, ==, 5);
  g_assert_cmpstr (json, ==, "{\"amount\":5,\"note\":\"rent\"}");
  g_assert_cmpstr (eh_command_get_type_name (command), ==, "Deposited");
  g_assert_true (eh_command_get_schema (command) == &deposited);
  g_assert_cmpstr (eh_command_get_aggregate_id (command), ==, "a1");
  g_assert_cmpstr (eh_stream_name_to_string (eh_command_get_stream (command)), ==, "Account-a1");
}

static void
test_defaults (void)
{
  g_autoptr (EhCommand) command = make_command (NULL);

  g_test_summary ("A new command has no id, no metadata and no expected version");

  g_assert_true (eh_id_is_nil (eh_command_get_id (command)));
  g_assert_true (eh_id_is_nil (eh_command_get_correlation_id (command)));
  g_assert_cmpint (eh_command_get_expected_version (command), ==, EH_EXPECTED_ANY);
  g_assert_null (eh_command_get_metadata (command));
}

static void
test_setters (void)
{
  g_autoptr (EhCommand) command = make_command (NULL);
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  g_autoptr (EhCommand) copy = NULL;
  const EhId id = make_id (1), correlation = make_id (2), causation = make_id (3), other = make_id (4);

  g_test_summary ("What is set is there; the correlation is the id's until it is set");

  eh_command_set_id (command, &id);
  g_assert_true (eh_id_equal (eh_command_get_id (command), &id));
  g_assert_true (eh_id_equal (eh_command_get_correlation_id (command), &id));
  eh_command_set_correlation_id (command, &correlation);
  g_assert_true (eh_id_equal (eh_command_get_correlation_id (command), &correlation));
  g_assert_true (eh_id_is_nil (eh_command_get_causation_id (command)));
  eh_command_set_causation_id (command, &causation);
  copy = eh_command_copy_with_id (command, &other);
  g_assert_true (eh_id_equal (eh_command_get_causation_id (copy), &causation));
  eh_command_set_expected_version (command, 3);
  g_assert_cmpint (eh_command_get_expected_version (command), ==, 3);
  eh_command_set_metadata (command, metadata);
  eh_command_set_metadata (command, metadata);
  g_assert_true (eh_command_get_metadata (command) == metadata);
  eh_command_set_metadata (command, NULL);
  g_assert_null (eh_command_get_metadata (command));
}

static void
test_refused (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Data that cannot be written makes no command");

  g_assert_null (eh_command_new (stream, &deposited, &(Deposited){ 5, "\xff" }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
}

static void
test_no_members (void)
{
  static const EhSchema closed = { EH_ABI_VERSION, 1, "Close", 0, 0, NULL };
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (GError) error = NULL;
  g_autoptr (EhCommand) command = eh_command_new (stream, &closed, NULL, &error);
  g_autofree char *json = NULL;

  g_test_summary ("A command without members needs no data");

  g_assert_no_error (error);
  g_assert_nonnull (command);
  json = eh_command_dup_json_data (command);
  g_assert_cmpstr (json, ==, "{}");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command/data", test_data);
  g_test_add_func ("/command/defaults", test_defaults);
  g_test_add_func ("/command/setters", test_setters);
  g_test_add_func ("/command/refused", test_refused);
  g_test_add_func ("/command/no-members", test_no_members);
  return g_test_run ();
}
