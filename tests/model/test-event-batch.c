/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "messages.h"
#include "model/eh-error.h"
#include "model/eh-event-batch-private.h"

#define NOW G_GINT64_CONSTANT (1767225600000000)
#define BIG (EH_EVENT_DATA_MAX - 64)

static EhEventBatch *
make_batch (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");

  return eh_event_batch_new (stream, NOW);
}

static void
add (EhEventBatch *batch, guint8 number, gint64 amount)
{
  const EhId id = make_id (number);
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ amount, "n" }, &error));
  g_assert_no_error (error);
}

static void
assert_amount (const EhEvent *event, gint64 amount)
{
  g_assert_cmpint (((const Deposited *) eh_event_get_data (event))->amount, ==, amount);
}

static void
test_record (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  const EhId correlation = make_id (100), causation = make_id (101);
  g_autoptr (EhEventPage) page = NULL;

  g_test_summary ("Recorded events have everything of the batch and the store's places");

  eh_event_batch_set_context (batch, metadata, &correlation, &causation);
  for (guint8 i = 0; i < 20; i++)
    add (batch, i + 1, i);
  page = eh_event_batch_record (batch, 5, 70);

  g_assert_cmpuint (eh_event_page_get_size (page), ==, 20);
  g_assert_cmpuint (eh_event_page_get_next (page), ==, 25);
  for (guint i = 0; i < 20; i++)
    {
      EhEvent *event = eh_event_page_get (page, i);

      g_assert_cmpuint (eh_event_get_version (event), ==, 5 + i);
      g_assert_cmpuint (eh_event_get_position (event), ==, 70 + i);
      g_assert_cmpint (eh_event_get_timestamp (event), ==, NOW);
      g_assert_true (eh_id_equal (eh_event_get_id (event), eh_event_batch_get_id (batch, i)));
      g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), &correlation));
      g_assert_true (eh_id_equal (eh_event_get_causation_id (event), &causation));
      g_assert_true (eh_event_get_metadata (event) == metadata);
      g_assert_true (eh_event_get_stream (event) == eh_event_batch_get_stream (batch));
      assert_amount (event, i);
    }
}

static void
test_record_again (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  g_autoptr (EhEvent) first = NULL;
  g_autoptr (EhEvent) second = NULL;

  g_test_summary ("Recording again gives another event and leaves the first one alone");

  add (batch, 1, 42);
  first = eh_event_batch_record_one (batch, 0, 1, 10);
  second = eh_event_batch_record_one (batch, 0, 2, 20);
  g_clear_pointer (&batch, eh_event_batch_unref);

  g_assert_true (first != second);
  g_assert_cmpuint (eh_event_get_version (first), ==, 1);
  g_assert_cmpuint (eh_event_get_position (first), ==, 10);
  g_assert_cmpuint (eh_event_get_version (second), ==, 2);
  g_assert_cmpuint (eh_event_get_position (second), ==, 20);
  assert_amount (first, 42);
  assert_amount (second, 42);
}

typedef struct {
  const EhEventBatch *batch;
  guint64 version;
} Recorder;

static gpointer
record (gpointer data)
{
  const Recorder *recorder = data;

  return eh_event_batch_record_one (recorder->batch, 0, recorder->version, recorder->version * 10);
}

static void
test_record_threads (void)
{
  g_test_summary ("Two threads that record one batch get an event each");

  for (guint n = 0; n < 50; n++)
    {
      g_autoptr (EhEventBatch) batch = make_batch ();
      Recorder recorders[2] = { { batch, 1 }, { batch, 2 } };
      GThread *threads[2];

      add (batch, 1, 42);
      for (guint t = 0; t < 2; t++)
        threads[t] = g_thread_new ("record", record, &recorders[t]);
      for (guint t = 0; t < 2; t++)
        {
          g_autoptr (EhEvent) event = g_thread_join (threads[t]);

          g_assert_cmpuint (eh_event_get_version (event), ==, t + 1);
          g_assert_cmpuint (eh_event_get_position (event), ==, (t + 1) * 10);
          assert_amount (event, 42);
        }
    }
}

static void
test_json (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  const EhId id = make_id (1);
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEvent) event = NULL;
  gsize length;

  g_test_summary ("JSON is kept as it is");

  g_assert_true (eh_event_batch_add_json (batch, &id, "Imported", 3, "{ \"a\": 1 }, more", 10, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (eh_event_batch_get_type_name (batch, 0), ==, "Imported");
  event = eh_event_batch_record_one (batch, 0, 1, 1);
  g_assert_cmpstr (eh_event_get_json_data (event, &length), ==, "{ \"a\": 1 }");
  g_assert_cmpuint (length, ==, 10);
  g_assert_cmpuint (eh_event_get_revision (event), ==, 3);
}

static void
refuse_json (const char *type_name, guint revision, const char *json, gssize length, EhError code)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  const EhId id = make_id (1);
  g_autoptr (GError) error = NULL;

  g_assert_false (eh_event_batch_add_json (batch, &id, type_name, revision, json, length, &error));
  g_assert_error (error, EH_ERROR, (gint) code);
  g_assert_cmpuint (eh_event_batch_get_size (batch), ==, 0);
}

static void
test_json_refused (void)
{
  g_autofree char *name = g_strnfill (EH_EVENT_TYPE_NAME_MAX + 1, 'n');
  g_autofree char *big = g_malloc (EH_EVENT_DATA_MAX + 1);
  g_autoptr (EhEventBatch) batch = make_batch ();
  const EhId id = make_id (1);

  g_test_summary ("What is no event is refused, and nothing is added");

  refuse_json ("", 1, "{}", -1, EH_ERROR_INVALID);
  refuse_json (name, 1, "{}", -1, EH_ERROR_INVALID);
  refuse_json ("\xff", 1, "{}", -1, EH_ERROR_INVALID);
  refuse_json ("A", 0, "{}", -1, EH_ERROR_INVALID);
  refuse_json ("A", EH_EVENT_REVISION_MAX + 1, "{}", -1, EH_ERROR_INVALID);
  refuse_json ("A", 1, "[]", -1, EH_ERROR_INVALID);
  refuse_json ("A", 1, "{}", 1, EH_ERROR_INVALID);
  refuse_json ("A", 1, "", -1, EH_ERROR_INVALID);
  memset (big, ' ', EH_EVENT_DATA_MAX + 1);
  memcpy (big, "{}", 2);
  refuse_json ("A", 1, big, EH_EVENT_DATA_MAX + 1, EH_ERROR_LIMIT);
  g_assert_true (eh_event_batch_add_json (batch, &id, name + 1, 1, big, EH_EVENT_DATA_MAX, NULL));
}

static void
test_value_refused (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  const EhId id = make_id (1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value that cannot be written is refused with its member, and nothing is added");

  g_assert_false (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ 1, "\xff" }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "note"));
  g_assert_cmpuint (eh_event_batch_get_size (batch), ==, 0);
}

static void
test_value_size (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  g_autofree char *big = g_strnfill (BIG, 'x');
  const EhId id = make_id (1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A value is too large if its JSON text is, escapes included");

  g_assert_true (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ 1, big }, &error));
  g_assert_no_error (error);
  memset (big + BIG - 100, '"', 100);
  g_assert_false (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ 1, big }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpuint (eh_event_batch_get_size (batch), ==, 1);
}

static void
test_full (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  const EhId id = make_id (1);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A batch has so many events and no more");

  for (guint i = 0; i < EH_EVENT_BATCH_MAX; i++)
    add (batch, 1, i);
  g_assert_false (eh_event_batch_add (batch, &id, &deposited, &(Deposited){ 1, NULL }, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  g_assert_cmpuint (eh_event_batch_get_size (batch), ==, EH_EVENT_BATCH_MAX);
  for (guint i = 0; i < EH_EVENT_BATCH_MAX; i++)
    assert_amount (eh_event_batch_peek (batch, i), i);
}

static void
test_context_changes (void)
{
  g_autoptr (EhEventBatch) batch = make_batch ();
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  const EhId correlation = make_id (100);
  g_autoptr (EhEvent) event = NULL;

  g_test_summary ("The context can be set again, also to nothing");

  eh_event_batch_set_context (batch, metadata, &correlation, &correlation);
  eh_event_batch_set_context (batch, metadata, &correlation, &correlation);
  eh_event_batch_set_context (batch, NULL, NULL, NULL);
  add (batch, 1, 1);
  event = eh_event_batch_record_one (batch, 0, 1, 1);
  g_assert_null (eh_event_get_metadata (event));
  g_assert_true (eh_id_is_nil (eh_event_get_correlation_id (event)));
  g_assert_true (eh_id_is_nil (eh_event_get_causation_id (event)));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-batch/record", test_record);
  g_test_add_func ("/event-batch/record-again", test_record_again);
  g_test_add_func ("/event-batch/record-threads", test_record_threads);
  g_test_add_func ("/event-batch/json", test_json);
  g_test_add_func ("/event-batch/json-refused", test_json_refused);
  g_test_add_func ("/event-batch/value-refused", test_value_refused);
  g_test_add_func ("/event-batch/value-size", test_value_size);
  g_test_add_func ("/event-batch/full", test_full);
  g_test_add_func ("/event-batch/context-changes", test_context_changes);
  return g_test_run ();
}
