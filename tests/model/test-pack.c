/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "kinds.h"
#include "model/eh-draw.h"
#include "model/eh-pack-private.h"

static guint
get_runs (guint runs)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");

  return slow == NULL ? runs : MAX (runs / MAX (atoi (slow), 1), 1);
}

/* A block with a wall behind it: packing must fill the size that was told, to the byte. */
static gpointer
pack (const EhSchema *schema, gconstpointer value)
{
  gsize size = eh_pack_get_size (schema, value);
  guint8 *block = g_malloc (size + 8);

  g_assert_cmpuint (size % 8, ==, 0);
  memset (block, 0xa5, size + 8);
  eh_pack (schema, value, block);
  for (gsize i = size; i < size + 8; i++)
    g_assert_cmpuint (block[i], ==, 0xa5);
  return block;
}

static void
check_drawn (const EhSchema *schema, guint64 seed)
{
  EhDraw *draw = eh_random_draw_new (seed);
  gpointer original = eh_schema_new (schema);
  gpointer copy;
  g_autofree gpointer packed = NULL;
  g_autofree gpointer again = NULL;

  eh_draw_value (draw, schema, original);
  copy = eh_schema_copy (schema, original);
  packed = pack (schema, original);
  g_assert_cmpuint (eh_pack_get_size (schema, original), ==, eh_pack_get_size (schema, packed));

  /* What the block holds no longer needs the original, and no more does a block packed from the first one. */
  eh_schema_free (schema, original);
  g_assert_true (eh_schema_equal (schema, packed, copy));
  again = pack (schema, packed);
  memset (packed, 0x5a, eh_pack_get_size (schema, copy));
  g_assert_true (eh_schema_equal (schema, again, copy));

  eh_schema_free (schema, copy);
  eh_random_draw_free (draw);
}

static void
test_property (void)
{
  const EhSchema *schemas[] = { &singles, &optionals, &arrays, &tree, &empty, &everything };
  guint runs = get_runs (2000);

  g_test_summary ("A packed value equals the original and stands alone, as does one packed from it");
  for (guint i = 0; i < runs; i++)
    {
      g_test_message ("schema %s, seed %u", schemas[i % G_N_ELEMENTS (schemas)]->name, i);
      check_drawn (schemas[i % G_N_ELEMENTS (schemas)], i);
    }
}

static void
test_size (void)
{
  Line value = { (char *) "sevenor", 1 };

  g_test_summary ("Each part takes a multiple of 8 bytes and absent parts take none");
  g_assert_cmpuint (eh_pack_get_size (&line, &value), ==, sizeof (Line) + 8);
  value.product = (char *) "eight or";
  g_assert_cmpuint (eh_pack_get_size (&line, &value), ==, sizeof (Line) + 16);
  value.product = NULL;
  g_assert_cmpuint (eh_pack_get_size (&line, &value), ==, sizeof (Line));
  g_assert_cmpuint (eh_pack_get_size (&empty, &(Empty){}), ==, 0);
}

static void
test_alignment (void)
{
  Arrays value = {
    .strings = (char *[]){ (char *) "a", NULL, (char *) "" },
    .n_strings = 3,
    .int64s = (gint64[]){ 1, 2, 3 },
    .n_int64s = 3,
    .bytes = (EhBytes[]){ { (guint8 *) "xyz", 3 }, { NULL, 0 } },
    .n_bytes = 2,
  };
  g_autofree Arrays *packed = NULL;

  g_test_summary ("Parts are aligned to 8 bytes; strings end with nul; absent ones stay absent");
  packed = pack (&arrays, &value);
  g_assert_cmpuint ((guintptr) packed->int64s % 8, ==, 0);
  g_assert_cmpuint ((guintptr) packed->strings % 8, ==, 0);
  g_assert_cmpuint ((guintptr) packed->bytes % 8, ==, 0);
  g_assert_cmpstr (packed->strings[0], ==, "a");
  g_assert_null (packed->strings[1]);
  g_assert_cmpstr (packed->strings[2], ==, "");
  g_assert_cmpmem (packed->bytes[0].data, packed->bytes[0].size, "xyz", 3);
  g_assert_null (packed->bytes[1].data);
  g_assert_true (packed->strings != value.strings && packed->int64s != value.int64s && packed->bytes != value.bytes);
}

static void
test_empty_arrays (void)
{
  gint64 nothing[1] = { 0 };
  Singles bytes = { .bytes = (guint8 *) nothing, .n_bytes = 0 };
  Arrays value = { .int64s = nothing, .n_int64s = 0, .empties = (Empty *) nothing, .n_empties = 3 };
  g_autofree Arrays *packed = NULL;
  g_autofree Singles *packed_bytes = NULL;

  g_test_summary ("An empty array becomes NULL; one of structs without members keeps its count");
  packed = pack (&arrays, &value);
  g_assert_null (packed->int64s);
  g_assert_nonnull (packed->empties);
  g_assert_cmpuint (packed->n_empties, ==, 3);
  packed_bytes = pack (&singles, &bytes);
  g_assert_null (packed_bytes->bytes);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pack/property", test_property);
  g_test_add_func ("/pack/size", test_size);
  g_test_add_func ("/pack/alignment", test_alignment);
  g_test_add_func ("/pack/empty-arrays", test_empty_arrays);
  return g_test_run ();
}
