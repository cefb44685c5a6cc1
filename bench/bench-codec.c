/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The JSON codec on the data of an event whose text has 256 bytes, against json-glib building and parsing the same. */

#include <json-glib/json-glib.h>
#include <string.h>

#include "bench.h"

#define N 200000

typedef struct {
  const char *order;
  const char *customer;
  const char *street;
  gint64 amount;
  gint64 quantity;
  double rate;
  gboolean express;
  gint64 *lots;
  gsize n_lots;
  const char *note;
} OrderPlaced;

static EH_DEFINE_SCHEMA (OrderPlaced, order_placed, EH_FIELD_STRING (order), EH_FIELD_STRING (customer),
                         EH_FIELD_STRING (street), EH_FIELD_INT64 (amount), EH_FIELD_INT64 (quantity),
                         EH_FIELD_DOUBLE (rate), EH_FIELD_BOOLEAN (express), EH_FIELD_INT64_ARRAY (lots, n_lots),
                         EH_FIELD_STRING (note))

    static const char text[] =
        "{\"order\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"customer\":\"mishudark\",\"street\":\"12 Rue de l'Escapade, Zürich\","
        "\"amount\":123456789,\"quantity\":42,\"rate\":0.0775,\"express\":true,\"lots\":[1,22,333,4444],"
        "\"note\":\"leave it at the neighbour's door, \\\"please\\\", and ring twice\"}";

G_STATIC_ASSERT (sizeof text > 250 && sizeof text < 280);

static double
codec_parse (void)
{
  OrderPlaced order;
  double start = bench_now ();

  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GError) error = NULL;

      bench_check (eh_schema_read_json (&order_placed, text, sizeof text - 1, &order, &error), error);
      eh_schema_clear (&order_placed, &order);
    }
  return N / (bench_now () - start);
}

static double
codec_build (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  OrderPlaced order;
  double start, end;

  bench_check (eh_schema_read_json (&order_placed, text, sizeof text - 1, &order, NULL), NULL);
  start = bench_now ();
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GError) error = NULL;

      g_string_truncate (out, 0);
      bench_check (eh_schema_write_json (&order_placed, &order, out, &error), error);
    }
  end = bench_now ();
  bench_check (strcmp (out->str, text) == 0, NULL);
  eh_schema_clear (&order_placed, &order);
  return N / (end - start);
}

static double
json_glib_parse (void)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  double start = bench_now ();

  for (guint i = 0; i < N / 4; i++)
    {
      g_autoptr (GError) error = NULL;

      bench_check (json_parser_load_from_data (parser, text, sizeof text - 1, &error), error);
    }
  return N / 4 / (bench_now () - start);
}

static void
build_with_json_glib (JsonBuilder *builder, const OrderPlaced *order)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "order");
  json_builder_add_string_value (builder, order->order);
  json_builder_set_member_name (builder, "customer");
  json_builder_add_string_value (builder, order->customer);
  json_builder_set_member_name (builder, "street");
  json_builder_add_string_value (builder, order->street);
  json_builder_set_member_name (builder, "amount");
  json_builder_add_int_value (builder, order->amount);
  json_builder_set_member_name (builder, "quantity");
  json_builder_add_int_value (builder, order->quantity);
  json_builder_set_member_name (builder, "rate");
  json_builder_add_double_value (builder, order->rate);
  json_builder_set_member_name (builder, "express");
  json_builder_add_boolean_value (builder, order->express);
  json_builder_set_member_name (builder, "lots");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < order->n_lots; i++)
    json_builder_add_int_value (builder, order->lots[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "note");
  json_builder_add_string_value (builder, order->note);
  json_builder_end_object (builder);
}

static double
json_glib_build (void)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GString) out = g_string_new (NULL);
  OrderPlaced order;
  double start, end;

  bench_check (eh_schema_read_json (&order_placed, text, sizeof text - 1, &order, NULL), NULL);
  start = bench_now ();
  for (guint i = 0; i < N / 4; i++)
    {
      g_autoptr (JsonNode) root = NULL;

      build_with_json_glib (builder, &order);
      root = json_builder_get_root (builder);
      json_generator_set_root (generator, root);
      g_string_truncate (out, 0);
      json_generator_to_gstring (generator, out);
      json_builder_reset (builder);
    }
  end = bench_now ();
  eh_schema_clear (&order_placed, &order);
  return N / 4 / (end - start);
}

const BenchCase bench_codec[] = {
  { "codec/parse", "1/s", "json-glib/parse", codec_parse },
  { "codec/build", "1/s", "json-glib/build", codec_build },
  { "json-glib/parse", "1/s", NULL, json_glib_parse },
  { "json-glib/build", "1/s", NULL, json_glib_build },
  { NULL },
};
