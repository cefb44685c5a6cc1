/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <malloc.h>
#include <string.h>

#include "messages.h"

static void
assert_id (const EhId *id, guint8 number)
{
  const EhId expected = make_id (number);

  g_assert_true (eh_id_equal (id, &expected));
}

static void
assert_head (const EhEvent *event, const EhEventHead *head)
{
  g_assert_true (eh_id_equal (eh_event_get_id (event), &head->id));
  g_assert_true (eh_event_get_stream (event) == head->stream);
  g_assert_cmpuint (eh_event_get_revision (event), ==, head->revision);
  g_assert_cmpuint (eh_event_get_version (event), ==, head->version);
  g_assert_cmpuint (eh_event_get_position (event), ==, head->position);
  g_assert_cmpint (eh_event_get_timestamp (event), ==, head->timestamp);
  g_assert_true (eh_metadata_equal (eh_event_get_metadata (event), head->metadata));
  g_assert_true (eh_id_equal (eh_event_get_correlation_id (event), &head->correlation_id));
  g_assert_true (eh_id_equal (eh_event_get_causation_id (event), &head->causation_id));
}

static void
test_value (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  char note[] = "rent";
  g_autoptr (EhEvent) event = eh_event_new_value (&head, &deposited, &(Deposited){ 5, note });
  const Deposited *data = eh_event_get_data (event);
  gsize length = 9;

  g_test_summary ("An event with a value keeps its own copy of it");

  note[0] = 'X';
  g_assert_cmpint (data->amount, ==, 5);
  g_assert_cmpstr (data->note, ==, "rent");
  g_assert_true (eh_event_get_schema (event) == &deposited);
  g_assert_cmpstr (eh_event_get_type_name (event), ==, "Deposited");
  g_assert_null (eh_event_get_json_data (event, &length));
  g_assert_cmpuint (length, ==, 0);
  assert_head (event, &head);
}

static void
test_json (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) event = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_test_summary ("An event with JSON text keeps text and type name, and has no value");

  head.revision = EH_EVENT_REVISION_MAX;
  event = eh_event_new_json (&head, "Deposited", "{\"amount\":5}garbage", 12);
  g_assert_cmpstr (eh_event_get_json_data (event, &length), ==, "{\"amount\":5}");
  g_assert_cmpuint (length, ==, 12);
  g_assert_cmpstr (eh_event_get_type_name (event), ==, "Deposited");
  g_assert_null (eh_event_get_schema (event));
  g_assert_null (eh_event_get_data (event));
  text = eh_event_dup_json_data (event);
  g_assert_cmpstr (text, ==, "{\"amount\":5}");
  assert_head (event, &head);
}

/* Each combination of metadata, correlation and causation lies in the block in another way. */
static void
test_optional_parts (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");

  g_test_summary ("Metadata and ids are there or not, in every combination and both forms");

  for (guint i = 0; i < 2 * 2 * 3; i++)
    {
      EhEventHead head = make_head (stream);
      g_autoptr (EhEvent) value = NULL;
      g_autoptr (EhEvent) json = NULL;
      g_autoptr (EhEvent) copy = NULL;

      head.metadata = i & 1 ? metadata : NULL;
      head.correlation_id = make_id (i & 2 ? 7 : 0);
      head.causation_id = make_id ((guint8[]){ 0, 7, 8 }[i / 4]);
      value = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "x" });
      json = eh_event_new_json (&head, "Deposited", "{}", 2);
      copy = eh_event_copy_to (value, 3, 17);

      assert_head (value, &head);
      assert_head (json, &head);
      assert_head (copy, &head);
      g_assert_cmpstr (((const Deposited *) eh_event_get_data (value))->note, ==, "x");
      g_assert_cmpuint ((gsize) eh_event_get_data (value) % 8, ==, 0);
      g_assert_cmpstr (eh_event_get_type_name (json), ==, "Deposited");
      g_assert_true (eh_event_equal (value, copy));
    }
}

static void
test_copy_to (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) value = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "rent" });
  g_autoptr (EhEvent) json = eh_event_new_json (&head, "Other", "{\"a\":1}", 7);
  g_autoptr (EhEvent) value_copy = eh_event_copy_to (value, 8, 80);
  g_autoptr (EhEvent) json_copy = eh_event_copy_to (json, 9, 90);
  g_autofree char *text = eh_event_dup_json_data (json_copy);

  g_test_summary ("A copy at another place differs in the place only");

  g_clear_pointer (&value, eh_event_unref);
  g_clear_pointer (&json, eh_event_unref);
  g_assert_cmpuint (eh_event_get_version (value_copy), ==, 8);
  g_assert_cmpuint (eh_event_get_position (value_copy), ==, 80);
  g_assert_cmpstr (((const Deposited *) eh_event_get_data (value_copy))->note, ==, "rent");
  g_assert_cmpstr (eh_event_get_type_name (json_copy), ==, "Other");
  g_assert_cmpstr (text, ==, "{\"a\":1}");
  assert_id (eh_event_get_id (json_copy), 1);
}

static void
test_equal (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (EhStreamName) other = make_stream ("Account-a2");
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  const EhEventHead head = make_head (stream);
  EhEventHead heads[] = { head, head, head, head, head, head, head, head, head };
  g_autoptr (EhEvent) event = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "rent" });
  g_autoptr (EhEvent) same = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "rent" });
  g_autoptr (EhEvent) value = eh_event_new_value (&head, &deposited, &(Deposited){ 6, "rent" });

  g_test_summary ("Events are equal if every member is");

  g_assert_true (eh_event_equal (event, event));
  g_assert_true (eh_event_equal (event, same));
  g_assert_false (eh_event_equal (event, value));

  heads[0].stream = other;
  heads[1].id = make_id (2);
  heads[2].revision = 2;
  heads[3].version = 4;
  heads[4].position = 18;
  heads[5].timestamp++;
  heads[6].metadata = metadata;
  heads[7].correlation_id = make_id (9);
  heads[8].causation_id = make_id (9);
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autoptr (EhEvent) changed = eh_event_new_value (&heads[i], &deposited, &(Deposited){ 5, "rent" });

      g_assert_false (eh_event_equal (event, changed));
    }
}

static void
test_equal_json (void)
{
  const char *text = "{\"amount\":5,\"note\":\"rent\"}";
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  const EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) value = eh_event_new_value (&head, &deposited, &(Deposited){ 5, "rent" });
  g_autoptr (EhEvent) json = eh_event_new_json (&head, "Deposited", text, strlen (text));
  g_autoptr (EhEvent) renamed = eh_event_new_json (&head, "Deposit", text, strlen (text));
  g_autoptr (EhEvent) empty = eh_event_new_json (&head, "Deposited", "{}", 2);

  g_test_summary ("A value and the text that it is written as are equal");

  g_assert_true (eh_event_equal (value, json));
  g_assert_true (eh_event_equal (json, value));
  g_assert_false (eh_event_equal (value, renamed));
  g_assert_false (eh_event_equal (json, empty));
}

/* The allocator's own word a block counts too; sanitizers and valgrind report the size asked for. */
static gsize
measure (const EhEventHead *head)
{
  g_autofree char *json = g_strnfill (256, ' ');
  g_autoptr (EhEvent) event = NULL;

  memcpy (json, "{}", 2);
  event = eh_event_new_json (head, "DepositPerformed", json, 256);
  return malloc_usable_size (event) + sizeof (gsize);
}

static void
test_memory (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);

  g_test_summary ("An event of 256 bytes of JSON takes at most 352 bytes, ids more, but the same id only once");

  g_assert_cmpuint (measure (&head), <=, 352);
  head.correlation_id = make_id (7);
  head.causation_id = make_id (7);
  g_assert_cmpuint (measure (&head), <=, 352 + 16);
  head.causation_id = make_id (8);
  g_assert_cmpuint (measure (&head), <=, 352 + 32);
}

static void
test_references (void)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) event = NULL;
  g_autoptr (EhEvent) again = NULL;

  g_test_summary ("An event keeps its stream and metadata alive");

  head.metadata = make_metadata ("by", "alice");
  event = eh_event_new_json (&head, "Deposited", "{}", 2);
  eh_metadata_unref (head.metadata);
  g_clear_pointer (&stream, eh_stream_name_unref);
  again = eh_event_ref (event);
  g_clear_pointer (&event, eh_event_unref);
  g_assert_cmpstr (eh_stream_name_to_string (eh_event_get_stream (again)), ==, "Account-a1");
  g_assert_cmpstr (eh_metadata_lookup (eh_event_get_metadata (again), "by"), ==, "alice");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/value", test_value);
  g_test_add_func ("/event/json", test_json);
  g_test_add_func ("/event/optional-parts", test_optional_parts);
  g_test_add_func ("/event/copy-to", test_copy_to);
  g_test_add_func ("/event/equal", test_equal);
  g_test_add_func ("/event/equal-json", test_equal_json);
  g_test_add_func ("/event/memory", test_memory);
  g_test_add_func ("/event/references", test_references);
  return g_test_run ();
}
