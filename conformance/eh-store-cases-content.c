/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "conformance/eh-store-probe-private.h"

#define STREAM "Account-a"

static EhEventBatch *
begin_batch (gint64 timestamp)
{
  g_autoptr (EhStreamName) name = eh_probe_name (STREAM);

  return eh_event_batch_new (name, timestamp);
}

static gboolean
add_json (EhEventBatch *batch, guint64 number, const char *json, GError **error)
{
  EhId id = eh_probe_id (number);

  return eh_event_batch_add_json (batch, &id, "Noted", 1, json, -1, error)
         || eh_claim_blame ("making an event of the suite", error);
}

/* Appends @batch to the fresh stream; reading gives the very same events. */
static gboolean
keeps (EhStoreProbe *self, EhEventBatch *batch, GError **error)
{
  guint n = eh_event_batch_get_size (batch);
  g_autoptr (EhEventPage) page = NULL;

  if (!eh_store_probe_append (self, batch, EH_EXPECTED_NO_STREAM, NULL, error))
    return FALSE;
  page = eh_store_probe_read (self, STREAM, error);
  if (page == NULL || !eh_claim_uint ("the number of events read", eh_event_page_get_size (page), n, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      EhEvent *actual = eh_event_page_get (page, i);
      guint64 position = eh_event_get_position (actual);
      g_autoptr (EhEvent) expected = eh_event_batch_record_one (batch, i, i + 1, position);

      if (!eh_claim_event (actual, expected, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
json (EhStoreProbe *self, GError **error)
{
  static const char *const texts[] = {
    "{}",
    "{ }",
    "{\"a\":null,\"b\":true,\"c\":false}",
    "{\"int\":[9223372036854775807,-9223372036854775808,18446744073709551615,0,-1]}",
    "{\"real\":[0.1,1e300,-5e-324,1.7976931348623157e308,0.30000000000000004,1e2]}",
    "{\"text\":\"äöü 日本語 😀 \xcc\x88 \xe2\x80\xa8 \xef\xbb\xbf\"}",
    "{\"text\":\"\\u0001 \\u001f \\\" \\\\ \\/ \\ud83d\\ude00 \\n\"}",
    "{\"bytes\":\"AP8A/wABAgMEBQYHCAkKCwwNDg8=\"}",
    "{\"$set\":{\"a.b\":1},\"_id\":2,\"\":3}",
    "{\"b\":1,\"a\":2,\"B\":3}",
    "{\"quote\":\"'; DROP TABLE events; --\"}",
  };
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!add_json (batch, i + 1, texts[i], error))
      return FALSE;
  return keeps (self, batch, error);
}

static gboolean
deep (EhStoreProbe *self, GError **error)
{
  const guint depth = EH_JSON_DEPTH_MAX - 4;
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, "{\"a\":");
  g_string_append (text, "1");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, "}");
  return add_json (batch, 1, text->str, error) && keeps (self, batch, error);
}

static EhEventBatch *
make_large (const char *stream, guint64 number, guint size, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, EH_PROBE_TIME);
  g_autofree char *filler = g_strnfill (size - strlen ("{\"a\":\"\"}"), 'x');
  g_autofree char *text = g_strdup_printf ("{\"a\":\"%s\"}", filler);

  return add_json (batch, number, text, error) ? g_steal_pointer (&batch) : NULL;
}

#define MEBIBYTE (1u << 20)

static gboolean
mebibyte (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = make_large (STREAM, 1, MEBIBYTE, error);

  return batch != NULL && keeps (self, batch, error);
}

/* As large as the factory says; what is larger is refused by the store, or by the batch if that is the library's. */
static gboolean
largest (EhStoreProbe *self, GError **error)
{
  guint max = self->factory->data_max != 0 ? self->factory->data_max : EH_EVENT_DATA_MAX;
  g_autoptr (EhEventBatch) batch = make_large (STREAM, 1, max, error);
  g_autoptr (EhEventBatch) larger = max < EH_EVENT_DATA_MAX ? make_large ("Account-b", 2, max + 1, error) : NULL;

  return batch != NULL && keeps (self, batch, error)
         && (max >= EH_EVENT_DATA_MAX
             || (larger != NULL && eh_store_probe_refuse (self, larger, EH_EXPECTED_ANY, EH_ERROR_LIMIT, error)))
         && eh_store_probe_holds (self, "Account-b", "", error);
}

typedef struct {
  gint64 least;
  gint64 most;
  guint64 large;
  gdouble real;
  gboolean yes;
  char *text;
  guint8 *bytes;
  gsize n_bytes;
  gint64 time;
} Everything;
static EH_DEFINE_SCHEMA (Everything, everything, EH_FIELD_INT64 (least), EH_FIELD_INT64 (most), EH_FIELD_UINT64 (large),
                         EH_FIELD_DOUBLE (real), EH_FIELD_BOOLEAN (yes), EH_FIELD_STRING (text),
                         EH_FIELD_BYTES (bytes, n_bytes), EH_FIELD_TIMESTAMP (time));

typedef struct {
  char unused;
} Nothing;
static EH_DEFINE_SCHEMA (Nothing, nothing);

static gboolean
add_value (EhEventBatch *batch, guint64 number, const EhSchema *schema, gconstpointer value, GError **error)
{
  EhId id = eh_probe_id (number);

  return eh_event_batch_add (batch, &id, schema, value, error);
}

static gboolean
values (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);
  g_autofree guint8 *bytes = g_malloc (256);
  Everything value = { G_MININT64, G_MAXINT64, G_MAXUINT64, 0.1, TRUE, (char *) "ä 😀 \"\\\n", bytes, 256, -1 };
  Everything other = { .text = (char *) "", .real = -5e-324 };

  for (guint i = 0; i < 256; i++)
    bytes[i] = (guint8) i;
  return add_value (batch, 1, &nothing, &(Nothing){ 0 }, error) && add_value (batch, 2, &everything, &value, error)
         && add_value (batch, 3, &everything, &other, error) && keeps (self, batch, error);
}

static gboolean
not_a_number (EhStoreProbe *self, GError **error)
{
  static const gdouble bad[] = { NAN, INFINITY, -INFINITY };
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);

  eh_probe_add (batch, 1, "Noted");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GError *failure = NULL;
      Everything value = { .text = (char *) "", .real = bad[i] };

      add_value (batch, 2, &everything, &value, &failure);
      if (!eh_claim_refused ("a number that JSON does not have", failure, EH_ERROR_INVALID, error))
        return FALSE;
    }
  return keeps (self, batch, error) && eh_store_probe_holds (self, STREAM, "1", error);
}

static EhMetadata *
make_metadata (guint n)
{
  g_autofree char *longest = g_strnfill (EH_METADATA_VALUE_MAX, 'v');
  g_autoptr (EhMetadata) metadata = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *key = g_strdup_printf ("%c key-%u ä.$", 'z' - (char) (i % 26), i);
      const char *value = i == 0 ? "" : i == 1 ? longest : "wörth \"\\ 😀";
      EhMetadata *more = eh_metadata_with (metadata, key, value, NULL);

      g_clear_pointer (&metadata, eh_metadata_unref);
      metadata = more;
    }
  return g_steal_pointer (&metadata);
}

static gboolean
metadata (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhMetadata) pairs = make_metadata (EH_METADATA_PAIRS_MAX);
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);
  g_autoptr (EhEventBatch) without = begin_batch (EH_PROBE_TIME);
  g_autoptr (EhEventPage) page = NULL;

  eh_event_batch_set_context (batch, pairs, NULL, NULL);
  eh_probe_add (batch, 1, "Noted");
  eh_probe_add (batch, 2, "Noted");
  eh_probe_add (without, 3, "Noted");
  if (!keeps (self, batch, error) || !eh_store_probe_append (self, without, 2, NULL, error))
    return FALSE;
  page = eh_store_probe_read (self, STREAM, error);
  return page != NULL && eh_claim_uint ("the number of events", eh_event_page_get_size (page), 3, error)
         && eh_claim_true (eh_metadata_equal (eh_event_get_metadata (eh_event_page_get (page, 0)), pairs),
                           "metadata is not as it was written, in its order", error)
         && eh_claim_true (eh_metadata_equal (eh_event_get_metadata (eh_event_page_get (page, 2)), NULL),
                           "an event without metadata has some", error);
}

static gboolean
context (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);
  EhId correlation = eh_probe_id (501);
  EhId causation = eh_probe_id (502);
  g_autoptr (EhEventPage) page = NULL;
  EhEvent *event = NULL;

  eh_event_batch_set_context (batch, NULL, &correlation, &causation);
  eh_probe_add (batch, 1, "Noted");
  if (!keeps (self, batch, error) || !eh_store_probe_write (self, STREAM, 2, 1, error))
    return FALSE;
  page = eh_store_probe_read (self, STREAM, error);
  if (page == NULL || !eh_claim_uint ("the number of events", eh_event_page_get_size (page), 2, error))
    return FALSE;
  event = eh_event_page_get (page, 0);
  return eh_claim_true (eh_id_equal (eh_event_get_correlation_id (event), &correlation), "the correlation id changed",
                        error)
         && eh_claim_true (eh_id_equal (eh_event_get_causation_id (event), &causation), "the causation id changed",
                           error)
         && eh_claim_true (eh_id_is_nil (eh_event_get_correlation_id (eh_event_page_get (page, 1))),
                           "an event without a correlation id has one", error);
}

static gboolean
types (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) batch = begin_batch (EH_PROBE_TIME);
  g_autofree char *longest = g_strnfill (255, 'T');
  const char *const names[] = { "a", "DepositPerformed", "Überweisung 日本", longest, "a.b/c*>" };
  static const guint revisions[] = { 1, 2, 255, 256, 65535 };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      EhId id = eh_probe_id (i + 1);

      if (!eh_event_batch_add_json (batch, &id, names[i], revisions[i], "{}", -1, error))
        return eh_claim_blame ("making an event of the suite", error);
    }
  return keeps (self, batch, error);
}

static const EhStoreCase cases[] = {
  { "json", "append", "Data is kept as it is: limits of numbers, unicode, escapes, odd member names", json },
  { "deep", "append", "So is deep nesting", deep },
  { "mebibyte", "append", "An event may have 1 MiB", mebibyte },
  { "largest", "append", "It may be as large as is said; a larger one is refused with \"limit\"", largest },
  { "values", "append", "Values of a schema come back equal: limits, bytes, text, none", values },
  { "not-a-number", "append", "What JSON cannot say is refused, and nothing of it is written", not_a_number },
  { "metadata", "append", "Metadata is kept as written, in its order", metadata },
  { "context", "append", "Correlation and causation are kept, and made up for nobody", context },
  { "types", "append", "Type names and revisions are kept", types },
};

const EhStoreSection eh_store_content = { { "content", "F. Content" }, cases, G_N_ELEMENTS (cases) };

#define DAY (24 * G_TIME_SPAN_HOUR)

/* The library refuses years beyond 1 to 9999 itself; a store with a smaller range or a coarser clock must say so. */
static gboolean
try_time (EhStoreProbe *self, guint64 number, gint64 time, GError **error)
{
  g_autofree char *stream = g_strdup_printf ("Time-%" G_GUINT64_FORMAT, number);
  g_autoptr (EhStreamName) name = eh_probe_name (stream);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (name, time);
  g_autoptr (EhEventPage) page = NULL;
  gint64 actual = 0;

  eh_probe_add (batch, number, "Noted");
  if (!eh_store_probe_append (self, batch, EH_EXPECTED_NO_STREAM, NULL, error))
    return FALSE;
  page = eh_store_probe_read (self, stream, error);
  if (page == NULL || !eh_claim_uint ("the number of events", eh_event_page_get_size (page), 1, error))
    return FALSE;
  actual = eh_event_get_timestamp (eh_event_page_get (page, 0));
  return actual == time
         || eh_claim_fail (error, "the time %" G_GINT64_FORMAT " was read back as %" G_GINT64_FORMAT, time, actual);
}

static gboolean
microseconds (EhStoreProbe *self, GError **error)
{
  static const gint64 times[] = { 0, 1, 999, 1001, 999999, 1000001, EH_PROBE_TIME, EH_PROBE_TIME + 1 };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (!try_time (self, i + 1, times[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
far_away (EhStoreProbe *self, GError **error)
{
  static const gint64 times[] = {
    -1,
    -999999,
    -719162 * DAY,     /* the first of January of the year 1 */
    2932897 * DAY - 1, /* the last microsecond of the year 9999 */
    24855 * DAY,       /* 2038 */
    -25567 * DAY + 1,  /* 1900 */
  };

  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    if (!try_time (self, i + 1, times[i], error))
      return FALSE;
  return TRUE;
}

/* Times are the decisions': they may stand still or go back, and the order is that of the appends. */
static gboolean
backwards (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhEventBatch) late = begin_batch (EH_PROBE_TIME + DAY);
  g_autoptr (EhEventBatch) early = begin_batch (EH_PROBE_TIME - DAY);

  eh_probe_add (late, 1, "Noted");
  eh_probe_add (early, 2, "Noted");
  return eh_store_probe_append (self, late, 0, NULL, error) && eh_store_probe_append (self, early, 1, NULL, error)
         && eh_store_probe_write (self, STREAM, 3, 1, error) && eh_store_probe_holds (self, STREAM, "1..3", error)
         && eh_store_probe_holds_all (self, "1..3", error);
}

static const EhStoreCase time_cases[] = {
  { "microseconds", "append", "Microseconds are kept", microseconds },
  { "far-away", "append", "So are times before 1970, in year 1 and in year 9999", far_away },
  { "backwards", "append", "A clock that goes back changes no order", backwards },
};

const EhStoreSection eh_store_time = { { "time", "G. Time" }, time_cases, G_N_ELEMENTS (time_cases) };
