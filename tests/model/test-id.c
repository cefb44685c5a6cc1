/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "model/eh-error.h"
#include "model/eh-id.h"

static EhId
parse (const char *text)
{
  EhId id;
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_id_from_string (&id, text, &error));
  g_assert_no_error (error);
  return id;
}

static void
test_known (void)
{
  const EhId id = parse ("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  const guint8 bytes[16] = { 0x01, 0x56, 0x3e, 0x3a, 0xb5, 0xd3, 0xd6, 0x76,
                             0x4c, 0x61, 0xef, 0xb9, 0x93, 0x02, 0xbd, 0x5b };
  g_autofree char *text = eh_id_to_string (&id);

  g_test_summary ("The specification's example reads as its bytes, its time and its text");

  g_assert_cmpmem (id.bytes, 16, bytes, 16);
  g_assert_cmpint (eh_id_get_time (&id), ==, G_GINT64_CONSTANT (1469922850259) * 1000);
  g_assert_cmpstr (text, ==, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
}

static void
test_lenient (void)
{
  const EhId upper = parse ("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  const EhId lower = parse ("olarz3ndektsv4rrffq69g5fav");
  const EhId mixed = parse ("OIARZ3NDEKTSV4RRFFQ69G5FAV");

  g_test_summary ("Letters of either case are read, and I, L and O as digits");

  g_assert_true (eh_id_equal (&upper, &lower));
  g_assert_true (eh_id_equal (&upper, &mixed));
}

static void
test_bounds (void)
{
  const EhId lowest = parse ("00000000000000000000000000");
  const EhId highest = parse ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EhId ones;

  g_test_summary ("Nil is all zeros; the highest id is all ones");

  memset (&ones, 0xff, sizeof ones);
  g_assert_true (eh_id_is_nil (&lowest));
  g_assert_false (eh_id_is_nil (&highest));
  g_assert_true (eh_id_equal (&highest, &ones));
  g_assert_cmpint (eh_id_get_time (&highest), ==, ((G_GINT64_CONSTANT (1) << 48) - 1) * 1000);
}

static void
test_malformed (void)
{
  static const char *const texts[] = {
    "",
    "01ARZ3NDEKTSV4RRFFQ69G5FA",
    "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "Z1ARZ3NDEKTSV4RRFFQ69G5FAV",
    "U1ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FAU",
    "01ARZ3NDEKTS 4RRFFQ69G5FAV",
    "01ARZ3NDEKTS-4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5F\xc3\xa9",
  };

  g_test_summary ("What is no ULID is refused, and the id stays as it was");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      EhId id = { { 1, 2, 3 } };
      const EhId before = id;

      g_test_message ("\"%s\"", texts[i]);
      g_assert_false (eh_id_from_string (&id, texts[i], &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_true (eh_id_equal (&id, &before));
    }
}

static void
test_round_trip (void)
{
  const guint32 seed = g_test_rand_int_range (0, G_MAXINT32);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_summary ("Any bytes come back from their text, and texts sort as bytes do");
  g_test_message ("seed %u", seed);

  for (guint n = 0; n < 2000; n++)
    {
      EhId ids[2], back;
      char texts[2][EH_ID_STRING_LENGTH + 1];

      for (guint i = 0; i < sizeof ids; i++)
        ((guint8 *) ids)[i] = (guint8) g_rand_int (rand);
      for (guint i = 0; i < 2; i++)
        {
          eh_id_write (&ids[i], texts[i]);
          back = parse (texts[i]);
          g_assert_cmpmem (back.bytes, 16, ids[i].bytes, 16);
          g_assert_cmpuint (eh_id_hash (&back), ==, eh_id_hash (&ids[i]));
        }
      g_assert_cmpint (strcmp (texts[0], texts[1]) < 0, ==, memcmp (&ids[0], &ids[1], sizeof ids[0]) < 0);
    }
}

static void
test_hash_spreads (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);
  EhId id = parse ("01ARZ3NDEKTSV4RRFFQ69G5FAV");

  g_test_summary ("Neighbouring ids have different hashes");

  for (guint n = 0; n < 256; n++)
    {
      id.bytes[15] = (guint8) n;
      g_hash_table_add (hashes, GUINT_TO_POINTER (eh_id_hash (&id)));
    }
  g_assert_cmpuint (g_hash_table_size (hashes), ==, 256);
}

static void
test_boxed (void)
{
  EhId id = parse ("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary ("An id travels in a GValue");

  g_value_init (&value, EH_TYPE_ID);
  g_value_set_boxed (&value, &id);
  g_assert_true (eh_id_equal (g_value_get_boxed (&value), &id));
  g_assert_true (g_value_get_boxed (&value) != &id);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/known", test_known);
  g_test_add_func ("/id/lenient", test_lenient);
  g_test_add_func ("/id/bounds", test_bounds);
  g_test_add_func ("/id/malformed", test_malformed);
  g_test_add_func ("/id/round-trip", test_round_trip);
  g_test_add_func ("/id/hash-spreads", test_hash_spreads);
  g_test_add_func ("/id/boxed", test_boxed);
  return g_test_run ();
}
