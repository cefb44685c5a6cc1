/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "store-fixture.h"
#include "store/eh-checkpoint-store.h"
#include "store/eh-checkpoint-text-private.h"
#include "store/file/eh-file-checksum-private.h"

static EhCheckpoint *
make_checkpoint (const char *payload)
{
  g_autoptr (EhStreamName) stream = store_name ("Note-a");
  g_autoptr (EhParkedEvent) first = eh_parked_event_new (3, stream, 5, "no \"such\" thing \xff");
  g_autoptr (EhParkedEvent) second = eh_parked_event_new (7, stream, 0, "behind");
  EhParkedEvent *const parked[] = { first, second };
  g_autoptr (GBytes) bytes = payload != NULL ? g_bytes_new (payload, strlen (payload)) : NULL;

  return eh_checkpoint_new ("reader", 9, "Row", 2, bytes, parked, 2);
}

static void
assert_same (EhCheckpoint *a, EhCheckpoint *b)
{
  g_assert_cmpstr (eh_checkpoint_get_name (a), ==, eh_checkpoint_get_name (b));
  g_assert_cmpstr (eh_checkpoint_get_shape (a), ==, eh_checkpoint_get_shape (b));
  g_assert_cmpuint (eh_checkpoint_get_position (a), ==, eh_checkpoint_get_position (b));
  g_assert_cmpuint (eh_checkpoint_get_revision (a), ==, eh_checkpoint_get_revision (b));
  g_assert_true ((eh_checkpoint_get_payload (a) == NULL) == (eh_checkpoint_get_payload (b) == NULL));
  if (eh_checkpoint_get_payload (a) != NULL)
    g_assert_true (g_bytes_equal (eh_checkpoint_get_payload (a), eh_checkpoint_get_payload (b)));
  g_assert_cmpuint (eh_checkpoint_get_n_parked (a), ==, eh_checkpoint_get_n_parked (b));
  for (guint i = 0; i < eh_checkpoint_get_n_parked (a); i++)
    {
      EhParkedEvent *first = eh_checkpoint_get_parked (a, i);
      EhParkedEvent *second = eh_checkpoint_get_parked (b, i);

      g_assert_cmpuint (eh_parked_event_get_position (first), ==, eh_parked_event_get_position (second));
      g_assert_cmpuint (eh_parked_event_get_n_attempts (first), ==, eh_parked_event_get_n_attempts (second));
      g_assert_cmpstr (eh_parked_event_get_message (first), ==, eh_parked_event_get_message (second));
      g_assert_true (eh_stream_name_equal (eh_parked_event_get_stream (first), eh_parked_event_get_stream (second)));
    }
}

static void
test_text (void)
{
  static const char *const payloads[] = { NULL, "{}", "{\"a\":[1,2,{\"b\":null}]}", "null" };

  g_test_summary ("What is written is read back");

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autoptr (EhCheckpoint) checkpoint = make_checkpoint (payloads[i]);
      g_autoptr (EhCheckpoint) read = NULL;
      g_autoptr (GString) text = NULL;
      g_autoptr (GError) error = NULL;

      text = eh_checkpoint_write_text (checkpoint, &error);
      g_assert_no_error (error);
      read = eh_checkpoint_read_text ("reader", text->str, text->len, &error);
      g_assert_no_error (error);
      assert_same (checkpoint, read);
    }
}

static void
test_long_messages (void)
{
  g_autoptr (EhStreamName) stream = store_name ("Note-a");
  g_autoptr (GPtrArray) parked = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_parked_event_unref);
  g_autoptr (EhCheckpoint) checkpoint = NULL;
  g_autoptr (EhCheckpoint) read = NULL;
  g_autoptr (GString) text = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = g_malloc (100001);

  g_test_summary ("Many that have much to say fit into one checkpoint");

  for (guint i = 0; i < 100000; i++)
    message[i] = i % 2 == 0 ? '\xc3' : '\xa4';
  message[100000] = '\0';
  message[0] = '\1';
  for (guint i = 1; i <= 1000; i++)
    g_ptr_array_add (parked, eh_parked_event_new (i, stream, 1, message));
  checkpoint = eh_checkpoint_new ("reader", 1000, "", 0, NULL, (EhParkedEvent *const *) parked->pdata, parked->len);
  text = eh_checkpoint_write_text (checkpoint, &error);
  g_assert_no_error (error);
  read = eh_checkpoint_read_text ("reader", text->str, text->len, &error);
  g_assert_no_error (error);
  assert_same (checkpoint, read);
}

static void
test_bad_payload (void)
{
  static const char *const payloads[] = { "", "{", "{} {}", "{\"a\":1,}", "nul" };

  g_test_summary ("A payload that is no JSON is not written");

  for (guint i = 0; i < G_N_ELEMENTS (payloads); i++)
    {
      g_autoptr (EhCheckpoint) checkpoint = make_checkpoint (payloads[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_checkpoint_write_text (checkpoint, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
    }
}

static void
test_damage (void)
{
  g_autoptr (EhCheckpoint) checkpoint = make_checkpoint ("{\"a\":1}");
  g_autoptr (GString) text = eh_checkpoint_write_text (checkpoint, NULL);
  g_autofree char *copy = g_memdup2 (text->str, text->len);

  g_test_summary ("Any flipped bit and any cut is noticed");

  for (gsize i = 0; i < text->len; i++)
    {
      g_autoptr (GError) cut = NULL;

      g_assert_null (eh_checkpoint_read_text ("reader", copy, i, &cut));
      g_assert_error (cut, EH_ERROR, EH_ERROR_CORRUPT);
      for (guint bit = 0; bit < 8; bit++)
        {
          g_autoptr (GError) error = NULL;

          copy[i] = (char) (copy[i] ^ (1 << bit));
          g_assert_null (eh_checkpoint_read_text ("reader", copy, text->len, &error));
          g_assert_error (error, EH_ERROR, EH_ERROR_CORRUPT);
          copy[i] = (char) (copy[i] ^ (1 << bit));
        }
    }
}

static void
test_hostile (void)
{
  static const struct {
    const char *text; /* without the checksum */
    gint code;
    const char *message;
  } cases[] = {
    { "{\"checkpoint\":{}", EH_ERROR_UNSUPPORTED, "format 0" },
    { "{\"checkpoint\":{\"format\":2,\"name\":\"reader\"}", EH_ERROR_UNSUPPORTED, "format 2" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"other\",\"shape\":\"\"}", EH_ERROR_CORRUPT, "\"other\"" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\"}", EH_ERROR_CORRUPT, "\"reader\"" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"revision\":4294967296}", EH_ERROR_CORRUPT,
      NULL },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":\"9\"}", EH_ERROR_CORRUPT,
      "position: expected a number" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":9,"
      "\"parked\":[{\"position\":0,\"stream\":\"A-a\"}]}",
      EH_ERROR_CORRUPT, "the parked event at 0" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":9,"
      "\"parked\":[{\"position\":4,\"stream\":\"A-a\"},{\"position\":4,\"stream\":\"A-a\"}]}",
      EH_ERROR_CORRUPT, "the parked event at 4" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":9,"
      "\"parked\":[{\"position\":10,\"stream\":\"A-a\"}]}",
      EH_ERROR_CORRUPT, "the parked event at 10" },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":9,"
      "\"parked\":[{\"position\":4,\"stream\":\"A\"}]}",
      EH_ERROR_CORRUPT, NULL },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\",\"position\":9,"
      "\"parked\":[{\"position\":4,\"stream\":\"A-a\",\"attempts\":-1}]}",
      EH_ERROR_CORRUPT, NULL },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\"},\"payload\":{\"a\":}", EH_ERROR_CORRUPT,
      NULL },
    { "{\"checkpoint\":{\"format\":1,\"name\":\"reader\",\"shape\":\"\"},\"more\":1", EH_ERROR_CORRUPT, "crc32c" },
    { "{\"other\":{}", EH_ERROR_CORRUPT, "\"checkpoint\"" },
    { "[1", EH_ERROR_CORRUPT, NULL },
    { "", EH_ERROR_CORRUPT, NULL },
  };

  g_test_summary ("Texts with a right checksum that somebody else has written");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (cases[i].text);
      g_autoptr (GError) error = NULL;

      g_string_append_printf (text, ",\"crc32c\":\"%08x\"}\n", eh_crc32c (0, text->str, text->len));
      g_assert_null (eh_checkpoint_read_text ("reader", text->str, text->len, &error));
      g_assert_error (error, EH_ERROR, cases[i].code);
      if (cases[i].message != NULL && strstr (error->message, cases[i].message) == NULL)
        g_error ("case %u: %s", i, error->message);
    }
}

static void
test_uris (void)
{
  static const struct {
    const char *uri;
    gint code;
  } cases[] = {
    { "nothing", EH_ERROR_INVALID },      { "memory:x", EH_ERROR_INVALID },    { "file:", EH_ERROR_INVALID },
    { "file:/x?sync", EH_ERROR_INVALID }, { "disk:/x", EH_ERROR_UNSUPPORTED }, { "file://host/x", EH_ERROR_INVALID },
  };
  g_autoptr (EhCheckpointStore) store = eh_checkpoint_store_open ("memory:", NULL);

  g_test_summary ("Stores by URI");

  g_assert_nonnull (store);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_checkpoint_store_open (cases[i].uri, &error));
      g_assert_error (error, EH_ERROR, cases[i].code);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/checkpoint/text", test_text);
  g_test_add_func ("/checkpoint/long-messages", test_long_messages);
  g_test_add_func ("/checkpoint/bad-payload", test_bad_payload);
  g_test_add_func ("/checkpoint/damage", test_damage);
  g_test_add_func ("/checkpoint/hostile", test_hostile);
  g_test_add_func ("/checkpoint/uris", test_uris);

  return g_test_run ();
}
