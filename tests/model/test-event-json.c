/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-event-batch.h"
#include "model/eh-event-private.h"

#define GO_ENVELOPE                                                                                                    \
  "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"0000XSNJG0N0ZVS3YXM4D7ZZ9Z\","                            \
  "\"aggregate_type\":\"Account\",\"version\":1,\"type\":\"AccountCreated\",\"data\":{\"owner\":\"mishudark\"}"
#define OLD ",\"timestamp\":\"1970-01-01T00:00:00.000000Z\""

typedef struct {
  const char *owner;
  gint64 balance;
} AccountCreated;

static EH_DEFINE_SCHEMA_REVISION (AccountCreated, account_created, 3, EH_FIELD_STRING (owner),
                                  EH_FIELD_INT64 (balance));

static EhEvent *
read_event (const char *text)
{
  g_autoptr (GError) error = NULL;
  EhEvent *event = eh_event_from_json (text, -1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);
  return event;
}

/* Reads @text, writes it, compares with @written, reads that again. */
static void
assert_round_trip (const char *text, const char *written)
{
  g_autoptr (EhEvent) event = read_event (text);
  g_autofree char *out = eh_event_to_json (event);
  g_autoptr (EhEvent) again = read_event (out);

  g_assert_cmpstr (out, ==, written);
  g_assert_true (eh_event_equal (event, again));
}

static void
test_go (void)
{
  g_autoptr (EhEvent) event = read_event (GO_ENVELOPE "}");
  g_autofree char *id = eh_id_to_string (eh_event_get_id (event));
  gsize length;

  g_test_summary ("An envelope as the Go toolkit writes it is read, and written with the same first members");

  g_assert_cmpstr (id, ==, "0000XSNJG0SB2WDBTATBYEC51P");
  g_assert_cmpstr (eh_stream_name_to_string (eh_event_get_stream (event)), ==, "Account-0000XSNJG0N0ZVS3YXM4D7ZZ9Z");
  g_assert_cmpuint (eh_event_get_version (event), ==, 1);
  g_assert_cmpuint (eh_event_get_position (event), ==, 0);
  g_assert_cmpuint (eh_event_get_revision (event), ==, 1);
  g_assert_cmpint (eh_event_get_timestamp (event), ==, 0);
  g_assert_cmpstr (eh_event_get_type_name (event), ==, "AccountCreated");
  g_assert_null (eh_event_get_metadata (event));
  g_assert_null (eh_event_get_schema (event));
  g_assert_cmpstr (eh_event_get_json_data (event, &length), ==, "{\"owner\":\"mishudark\"}");
  g_assert_cmpuint (length, ==, 21);
  assert_round_trip (GO_ENVELOPE "}", GO_ENVELOPE OLD "}");
}

static void
test_all_members (void)
{
  static const char text[] =
      "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"a-1\",\"aggregate_type\":\"Account\","
      "\"version\":7,\"type\":\"AccountCreated\",\"data\":{},\"timestamp\":\"2026-01-01T00:00:00.000001Z\","
      "\"metadata\":{\"correlation_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\","
      "\"causation_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAW\",\"by\":\"al\\\"ice\",\"from\":\"\"},\"revision\":2}";
  g_autoptr (EhEvent) event = read_event (text);
  g_autofree char *correlation = eh_id_to_string (eh_event_get_correlation_id (event));
  g_autofree char *causation = eh_id_to_string (eh_event_get_causation_id (event));
  g_autofree char *data = eh_event_dup_json_data (event);

  g_test_summary ("Every member has its place");

  g_assert_cmpstr (correlation, ==, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
  g_assert_cmpstr (causation, ==, "01ARZ3NDEKTSV4RRFFQ69G5FAW");
  g_assert_cmpstr (data, ==, "{}");
  g_assert_cmpuint (eh_event_get_revision (event), ==, 2);
  g_assert_cmpint (eh_event_get_timestamp (event), ==, G_GINT64_CONSTANT (1767225600000001));
  g_assert_cmpuint (eh_metadata_get_size (eh_event_get_metadata (event)), ==, 2);
  g_assert_cmpstr (eh_metadata_lookup (eh_event_get_metadata (event), "by"), ==, "al\"ice");
  assert_round_trip (text, text);
}

static void
test_lenient (void)
{
  g_test_summary ("Members in any order, unknown ones, white space, null data and empty metadata are read");

  assert_round_trip ("\n{ \"typ\\u0065\" : \"AccountCreated\" , \"more\" : { \"id\" : [ 1 ] } , \"metadata\" : { } , "
                     "\"data\" : { \"owner\" : \"mishudark\" } , \"version\" : 1 , \"aggregate_type\" : \"Account\" , "
                     "\"aggregate_id\" : \"0000XSNJG0N0ZVS3YXM4D7ZZ9Z\" , \"id\" : \"0000xsnjg0sb2wdbtatbyec51p\" }\n",
                     GO_ENVELOPE OLD "}");
  assert_round_trip ("{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"x\",\"aggregate_type\":\"T\","
                     "\"version\":9223372036854775807,\"type\":\"é\",\"data\":null,\"metadata\":null}",
                     "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"x\",\"aggregate_type\":\"T\","
                     "\"version\":9223372036854775807,\"type\":\"é\",\"data\":{}" OLD "}");
  assert_round_trip ("{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"x\",\"aggregate_type\":\"T\","
                     "\"version\":1,\"type\":\"e\",\"data\":{},"
                     "\"metadata\":{\"causation_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAW\"}}",
                     "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"x\",\"aggregate_type\":\"T\","
                     "\"version\":1,\"type\":\"e\",\"data\":{}" OLD
                     ",\"metadata\":{\"causation_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAW\"}}");
}

static void
test_value (void)
{
  static const char data[] = "{\"owner\":\"mishudark\",\"balance\":-5}";
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Account", "a1", NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, G_GINT64_CONSTANT (1767225600000000));
  g_autoptr (EhEvent) event = NULL;
  g_autofree char *text = NULL;
  g_autofree char *data_text = NULL;
  EhId id;

  g_test_summary ("An event that holds a value is written as its JSON");

  g_assert_true (eh_id_from_string (&id, "01ARZ3NDEKTSV4RRFFQ69G5FAV", NULL));
  g_assert_true (eh_event_batch_add (batch, &id, &account_created, &(AccountCreated){ "mishudark", -5 }, NULL));
  event = eh_event_batch_record_one (batch, 0, 4, 9);
  text = eh_event_to_json (event);
  data_text = eh_event_dup_json_data (event);
  g_assert_cmpstr (data_text, ==, data);
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\","
                   "\"version\":4,\"type\":\"AccountCreated\",\"data\":{\"owner\":\"mishudark\",\"balance\":-5},"
                   "\"timestamp\":\"2026-01-01T00:00:00.000000Z\",\"revision\":3}");
  assert_round_trip (text, text);
}

static const struct {
  const char *text;
  gint code;
  const char *message;
} refusals[] = {
  { "", EH_ERROR_INVALID, "expected an object, found the end of the text (byte 0)" },
  { "[]", EH_ERROR_INVALID, "expected an object, found an array (byte 0)" },
  { "{}", EH_ERROR_INVALID, "the member \"id\" is missing (byte 0)" },
  { GO_ENVELOPE "} x", EH_ERROR_INVALID, "expected the end of the text, found 'x' (byte 172)" },
  { GO_ENVELOPE ",\"id\":\"\"}", EH_ERROR_INVALID, "id: this member appears twice (byte 171)" },
  { GO_ENVELOPE ",\"x\":1,\"x\":1}", EH_ERROR_INVALID, "x: this member appears twice (byte 177)" },
  { GO_ENVELOPE ",\"timestamp\":12}", EH_ERROR_INVALID, "timestamp: expected a string, found a number (byte 183)" },
  { GO_ENVELOPE ",\"revision\":0}", EH_ERROR_INVALID, "revision: expected a number from 1 to 65535 (byte 182)" },
  { GO_ENVELOPE ",\"revision\":65536}", EH_ERROR_INVALID, "revision: expected a number from 1 to 65535 (byte 182)" },
  { GO_ENVELOPE ",\"metadata\":[]}", EH_ERROR_INVALID, "metadata: expected an object, found an array (byte 182)" },
  { GO_ENVELOPE ",\"metadata\":{\"by\":1}}", EH_ERROR_INVALID,
    "metadata.by: expected a string, found a number (byte 188)" },
  { GO_ENVELOPE ",\"metadata\":{\"by\":\"\",\"by\":\"\"}}", EH_ERROR_INVALID,
    "metadata.by: this member appears twice (byte 191)" },
  { "{\"id\":1}", EH_ERROR_INVALID, "id: expected a string, found a number (byte 6)" },
  { "{\"id\":\"00000000000000000000000000\"}", EH_ERROR_INVALID, "id: a nil id (byte 6)" },
  { "{\"version\":0}", EH_ERROR_INVALID, "version: expected a number from 1 to 9223372036854775807 (byte 11)" },
  { "{\"version\":1.5}", EH_ERROR_INVALID, "version: expected a number without fraction or exponent (byte 11)" },
  { "{\"version\":-1}", EH_ERROR_INVALID, "version: the number is out of the range of uint64 (byte 11)" },
  { "{\"type\":\"\"}", EH_ERROR_INVALID, "type: expected a name of 1 to 255 bytes (byte 8)" },
  { "{\"data\":[]}", EH_ERROR_INVALID, "data: expected an object, found an array (byte 8)" },
  { "{\"data\":{\"a\":[1,x]}}", EH_ERROR_INVALID, "data.a[1]: expected a value, found 'x' (byte 16)" },
  { "{\"metadata\":{\"correlation_id\":\"x\"}}", EH_ERROR_INVALID, NULL },
  { "{\"metadata\":{\"\":\"x\"}}", EH_ERROR_INVALID, NULL },
  { "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"\",\"aggregate_type\":\"T\",\"version\":1,"
    "\"type\":\"e\",\"data\":{}}",
    EH_ERROR_INVALID, NULL },
  { "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"a\",\"aggregate_type\":\"T-U\",\"version\":1,"
    "\"type\":\"e\",\"data\":{}}",
    EH_ERROR_INVALID, NULL },
};

static void
test_refusals (void)
{
  g_test_summary ("What is no envelope is refused with path and byte");

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_event_from_json (refusals[i].text, -1, &error));
      g_assert_error (error, EH_ERROR, refusals[i].code);
      if (refusals[i].message != NULL)
        g_assert_cmpstr (error->message, ==, refusals[i].message);
      else
        g_assert_true (g_str_has_suffix (error->message, ")"));
    }
}

static void
test_truncation (void)
{
  static const char text[] = GO_ENVELOPE OLD
      ",\"metadata\":{\"causation_id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAW\",\"by\":\"me\"},\"x\":[1]}";

  g_test_summary ("An envelope cut at any byte is an error and leaks nothing");

  for (gsize length = 0; length < sizeof (text) - 1; length++)
    {
      g_autofree char *cut = g_memdup2 (text, MAX (length, 1));
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_event_from_json (cut, (gssize) length, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
test_deepest_data (void)
{
  g_autoptr (GString) text = g_string_new (
      "{\"id\":\"0000XSNJG0SB2WDBTATBYEC51P\",\"aggregate_id\":\"a\",\"aggregate_type\":\"T\",\"version\":1,"
      "\"type\":\"e\",\"data\":{\"a\":");

  g_test_summary ("Data may be as deep as any JSON text, though the envelope is around it");

  for (guint i = 1; i < EH_JSON_DEPTH_MAX; i++)
    g_string_append_c (text, '[');
  for (guint i = 1; i < EH_JSON_DEPTH_MAX; i++)
    g_string_append_c (text, ']');
  g_string_append (text, "}" OLD "}");
  assert_round_trip (text->str, text->str);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-json/go", test_go);
  g_test_add_func ("/event-json/all-members", test_all_members);
  g_test_add_func ("/event-json/lenient", test_lenient);
  g_test_add_func ("/event-json/value", test_value);
  g_test_add_func ("/event-json/refusals", test_refusals);
  g_test_add_func ("/event-json/truncation", test_truncation);
  g_test_add_func ("/event-json/deepest-data", test_deepest_data);
  return g_test_run ();
}
