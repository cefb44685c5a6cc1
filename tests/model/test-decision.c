/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "messages.h"
#include "model/eh-decision.h"
#include "model/eh-error.h"
#include "model/eh-fixed-id-source.h"

#define NOW G_GINT64_CONSTANT (1767225600000000)

typedef struct {
  EhCommand *command;
  EhMetadata *metadata;
  EhIdSource *ids;
  EhDecision *decision;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhId id = make_id (200), correlation = make_id (201);

  fixture->command = eh_command_new (stream, &deposited, &(Deposited){ 0 }, NULL);
  fixture->metadata = make_metadata ("by", "alice");
  eh_command_set_id (fixture->command, &id);
  eh_command_set_correlation_id (fixture->command, &correlation);
  eh_command_set_metadata (fixture->command, fixture->metadata);
  fixture->ids = EH_ID_SOURCE (eh_fixed_id_source_new (1));
  fixture->decision = eh_decision_new (fixture->command, 4, NOW, fixture->ids);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  eh_decision_free (fixture->decision);
  eh_command_unref (fixture->command);
  eh_metadata_unref (fixture->metadata);
  g_assert_finalize_object (G_OBJECT (fixture->ids));
}

static void
test_context (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("A decision tells time, stream and version");

  g_assert_cmpint (eh_decision_get_time (fixture->decision), ==, NOW);
  g_assert_cmpuint (eh_decision_get_version (fixture->decision), ==, 4);
  g_assert_true (eh_decision_get_stream (fixture->decision) == eh_command_get_stream (fixture->command));
  g_assert_cmpuint (eh_event_batch_get_size (eh_decision_get_batch (fixture->decision)), ==, 0);
}

static void
check_next_id (EhDecision *decision, const char *expected)
{
  char text[EH_ID_STRING_LENGTH + 1];
  EhId id;

  eh_decision_new_id (decision, &id);
  eh_id_write (&id, text);
  g_assert_cmpstr (text, ==, expected);
}

/* The very ids: another process, or a newer version, that decides the command again must come to the same. */
static void
test_derived_ids (Fixture *fixture, gconstpointer data)
{
  EhDecision *again = eh_decision_new (fixture->command, 7, NOW + 1, fixture->ids);

  g_test_summary ("Ids follow from the command's id alone");

  check_next_id (fixture->decision, "0000000000ZJ07HEADJKCTQKN1");
  check_next_id (fixture->decision, "000000000058FDYDZN90158DX6");
  check_next_id (again, "0000000000ZJ07HEADJKCTQKN1");
  check_next_id (again, "000000000058FDYDZN90158DX6");
  eh_decision_free (again);
}

static void
test_drawn_ids (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhCommand)
      command = eh_command_new (eh_command_get_stream (fixture->command), &deposited, &(Deposited){ 0 }, NULL);
  EhDecision *decision = eh_decision_new (command, 4, NOW, fixture->ids);
  EhId id;

  g_test_summary ("Ids of a command without an id come from the source");

  eh_decision_new_id (decision, &id);
  g_assert_cmpuint (id.bytes[15], ==, 1);
  eh_decision_new_id (decision, &id);
  g_assert_cmpuint (id.bytes[15], ==, 2);
  eh_decision_free (decision);
}

static void
test_emit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEventPage) page = NULL;

  g_test_summary ("Events carry the command's context and ids of their own");

  eh_decision_emit (fixture->decision, &deposited, &(Deposited){ 10, "a" });
  eh_decision_emit (fixture->decision, &deposited, &(Deposited){ 11, "b" });
  g_assert_no_error (eh_decision_get_error (fixture->decision));
  page = eh_event_batch_record (eh_decision_get_batch (fixture->decision), 5, 50);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, 2);
  g_assert_false (
      eh_id_equal (eh_event_get_id (eh_event_page_get (page, 0)), eh_event_get_id (eh_event_page_get (page, 1))));
  for (guint i = 0; i < 2; i++)
    {
      EhEvent *event = eh_event_page_get (page, i);

      g_assert_cmpint (((const Deposited *) eh_event_get_data (event))->amount, ==, 10 + i);
      g_assert_cmpuint (eh_event_get_causation_id (event)->bytes[15], ==, 200);
      g_assert_cmpuint (eh_event_get_correlation_id (event)->bytes[15], ==, 201);
      g_assert_true (eh_event_get_metadata (event) == fixture->metadata);
      g_assert_cmpint (eh_event_get_timestamp (event), ==, NOW);
    }
}

static void
test_sticky_error (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("The first event that cannot be written is the decision's error, whatever follows");

  eh_decision_emit (fixture->decision, &deposited, &(Deposited){ 1, "\xff" });
  eh_decision_emit (fixture->decision, &deposited, &(Deposited){ 2, "fine" });
  g_assert_error (eh_decision_get_error (fixture->decision), EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (eh_decision_get_error (fixture->decision)->message, "event Deposited: "));
  g_assert_cmpuint (eh_event_batch_get_size (eh_decision_get_batch (fixture->decision)), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/decision/context", Fixture, NULL, set_up, test_context, tear_down);
  g_test_add ("/decision/derived-ids", Fixture, NULL, set_up, test_derived_ids, tear_down);
  g_test_add ("/decision/drawn-ids", Fixture, NULL, set_up, test_drawn_ids, tear_down);
  g_test_add ("/decision/emit", Fixture, NULL, set_up, test_emit, tear_down);
  g_test_add ("/decision/sticky-error", Fixture, NULL, set_up, test_sticky_error, tear_down);
  return g_test_run ();
}
