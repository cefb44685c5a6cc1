/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "counter-domain.h"
#include "model/eh-error.h"
#include "runtime/eh-aggregate.h"

static gint64
get_value (EhAggregate *aggregate)
{
  return ((const Counter *) eh_aggregate_get_state (aggregate))->value;
}

/* The events CounterCreated, then CounterAdded 1, 2, 3 of Counter-@id, as a store records them. */
static EhEventPage *
record (const char *id)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, EH_FIXED_CLOCK_START);
  g_autoptr (EhFixedIdSource) ids = eh_fixed_id_source_new (1);
  EhId event_id;

  eh_id_source_next (EH_ID_SOURCE (ids), &event_id);
  eh_event_batch_add (batch, &event_id, &counter_created, &(CounterCreated){ 0 }, NULL);
  for (gint64 i = 1; i <= 3; i++)
    {
      eh_id_source_next (EH_ID_SOURCE (ids), &event_id);
      eh_event_batch_add (batch, &event_id, &counter_added, &(CounterAdded){ i }, NULL);
    }
  return eh_event_batch_record (batch, 1, 1);
}

static EhAggregate *
new_counter (const char *id)
{
  g_autoptr (EhStreamName) stream = counter_stream (id);

  return eh_aggregate_new (&counter_type, stream);
}

static void
test_new (void)
{
  g_autoptr (EhAggregate) counter = NULL;

  g_test_summary ("A new aggregate is at version 0 with a zeroed state");
  counter = new_counter ("c");
  g_assert_true (eh_aggregate_get_aggregate_type (counter) == &counter_type);
  g_assert_cmpstr (eh_stream_name_to_string (eh_aggregate_get_stream (counter)), ==, "Counter-c");
  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, 0);
  g_assert_cmpint (get_value (counter), ==, 0);
}

static void
test_fold (void)
{
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (EhAggregate) counter = NULL;
  g_autoptr (EhAggregate) copy = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Events fold in order; a copy does not follow");
  domain = counter_domain_new ();
  counter = new_counter ("c");
  page = record ("c");
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      if (i == 3)
        copy = eh_aggregate_copy (counter);
      eh_aggregate_fold (counter, domain, eh_event_page_get (page, i), &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, 4);
  g_assert_cmpint (get_value (counter), ==, 6);
  g_assert_cmpuint (eh_aggregate_get_version (copy), ==, 3);
  g_assert_cmpint (get_value (copy), ==, 3);
}

static void
test_misfit (void)
{
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (EhAggregate) counter = NULL;
  g_autoptr (EhEventPage) own = NULL;
  g_autoptr (EhEventPage) other = NULL;
  g_autoptr (GError) gap = NULL;
  g_autoptr (GError) stranger = NULL;

  g_test_summary ("An event that is not the next one, or of another stream, is refused and changes nothing");
  domain = counter_domain_new ();
  counter = new_counter ("c");
  own = record ("c");
  other = record ("d");
  g_assert_false (eh_aggregate_fold (counter, domain, eh_event_page_get (own, 1), &gap));
  g_assert_error (gap, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_false (eh_aggregate_fold (counter, domain, eh_event_page_get (other, 0), &stranger));
  g_assert_error (stranger, EH_ERROR, EH_ERROR_CORRUPT);
  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, 0);
  g_assert_cmpint (get_value (counter), ==, 0);
}

static void
check_json (const char *type_name, const char *json, gint code)
{
  g_autoptr (EhDomain) domain = counter_domain_new ();
  g_autoptr (EhAggregate) counter = new_counter ("c");
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (eh_aggregate_get_stream (counter), EH_FIXED_CLOCK_START);
  g_autoptr (EhEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  EhId id = { { 1 } };

  eh_event_batch_add_json (batch, &id, type_name, 1, json, -1, &error);
  g_assert_no_error (error);
  event = eh_event_batch_record_one (batch, 0, 1, 1);
  eh_aggregate_fold (counter, domain, event, &error);
  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_cmpint (get_value (counter), ==, 5);
      return;
    }
  g_assert_error (error, EH_ERROR, code);
  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, 0);
}

static void
test_json (void)
{
  g_test_summary ("An event that holds JSON text is lifted; of an unknown type or with wrong data it is refused");
  check_json ("CounterAdded", "{\"amount\":5}", -1);
  check_json ("CounterBlown", "{}", EH_ERROR_UNKNOWN_TYPE);
  check_json ("CounterAdded", "{\"amount\":\"five\"}", EH_ERROR_CORRUPT);
}

static void
test_set_state (void)
{
  g_autoptr (EhDomain) domain = NULL;
  g_autoptr (EhAggregate) counter = NULL;
  g_autoptr (EhEventPage) page = NULL;
  g_autoptr (GError) error = NULL;
  Counter *state;

  g_test_summary ("A state that was set is folded on from its version");
  domain = counter_domain_new ();
  counter = new_counter ("c");
  page = record ("c");
  state = eh_schema_new (&counter_schema);
  state->value = 100;
  eh_aggregate_set_state (counter, state, 3);
  eh_aggregate_fold (counter, domain, eh_event_page_get (page, 3), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (eh_aggregate_get_version (counter), ==, 4);
  g_assert_cmpint (get_value (counter), ==, 103);
}

/* An event of former times, "CounterMoved", is an addition and a removal today; or nothing that a counter knows. */
typedef struct {
  gint64 added;
  gint64 taken;
} CounterMoved;

typedef CounterNothing Stranger;

static EH_DEFINE_SCHEMA (CounterMoved, counter_moved, EH_FIELD_INT64 (added), EH_FIELD_INT64 (taken));
static EH_DEFINE_SCHEMA (Stranger, stranger);

static void
split_moved (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  const CounterMoved *moved = data;

  if (moved->added != 0)
    eh_upcast_emit (upcast, &counter_added, &(CounterAdded){ moved->added });
  if (moved->taken < 0)
    eh_upcast_emit (upcast, &stranger, NULL);
  else if (moved->taken != 0)
    eh_upcast_emit (upcast, &counter_taken, &(CounterTaken){ moved->taken });
}

static EhDomain *
new_old_domain (void)
{
  static const EhUpcaster upcaster = { &counter_moved, split_moved };
  static const EhEventRule rules[] = { { &stranger, NULL } };
  static const EhAggregateType other = { EH_ABI_VERSION, "Other", &counter_schema, NULL, 0, rules, 1 };
  EhDomain *domain = eh_domain_new ("counting");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &counter_type);
  eh_domain_add_aggregate_type (domain, &other);
  eh_domain_add_upcaster (domain, &upcaster);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

static void
test_upcast (void)
{
  static const struct {
    CounterMoved moved;
    gint64 value;
    gint code; /* 0 for none */
  } cases[] = {
    { { 5, 2 }, 103, 0 },
    { { 5, 0 }, 105, 0 },
    { { 0, 0 }, 100, 0 },
    { { 5, -1 }, 100, EH_ERROR_UNKNOWN_TYPE },
    { { 0, -1 }, 100, EH_ERROR_UNKNOWN_TYPE },
  };
  g_autoptr (EhDomain) domain = new_old_domain ();

  g_test_summary ("What became of one old event is one version, and is folded whole or not at all");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhAggregate) counter = new_counter ("c");
      g_autoptr (EhEventBatch) batch = eh_event_batch_new (eh_aggregate_get_stream (counter), EH_FIXED_CLOCK_START);
      g_autoptr (EhEvent) event = NULL;
      g_autoptr (GError) error = NULL;
      EhId id = { { 1 } };
      Counter *state = eh_schema_new (&counter_schema);

      state->value = 100;
      eh_aggregate_set_state (counter, state, 3);
      eh_event_batch_add (batch, &id, &counter_moved, &cases[i].moved, &error);
      g_assert_no_error (error);
      event = eh_event_batch_record_one (batch, 0, 4, 4);
      g_assert_true (eh_aggregate_fold (counter, domain, event, &error) == (cases[i].code == 0));
      if (cases[i].code != 0)
        g_assert_error (error, EH_ERROR, cases[i].code);
      g_assert_cmpuint (eh_aggregate_get_version (counter), ==, cases[i].code == 0 ? 4 : 3);
      g_assert_cmpint (get_value (counter), ==, cases[i].value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregate/new", test_new);
  g_test_add_func ("/aggregate/fold", test_fold);
  g_test_add_func ("/aggregate/misfit", test_misfit);
  g_test_add_func ("/aggregate/json", test_json);
  g_test_add_func ("/aggregate/set-state", test_set_state);
  g_test_add_func ("/aggregate/upcast", test_upcast);
  return g_test_run ();
}
