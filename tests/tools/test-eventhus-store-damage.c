/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "tool-test.h"

/* What eventhus store says of stores that are damaged, and what it saves; and how it copies and compacts. */

#define LOG "s/seg/00000001.log"
#define HEADER 4096

/* A fresh folder with a store "s" of 10 events in 2 streams, each a frame of its own. */
static void
begin (void)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  tool_test_enter_folder ();
  for (guint i = 0; i < 10; i++)
    g_string_append_printf (
        lines,
        "{\"id\":\"01EJ3PX4S700000000000004S%u\",\"aggregate_id\":\"%u\",\"aggregate_type\":\"Note\","
        "\"version\":%u,\"type\":\"Noted\",\"data\":{\"n\":%u},"
        "\"timestamp\":\"2020-09-13T12:26:4%uZ\"}\n",
        i, i % 2, i / 2 + 1, i, i);
  g_assert_true (g_file_set_contents ("in.jsonl", lines->str, -1, NULL));
  assert_run ("store import s in.jsonl", 0, "10 events added, 0 were there\n", "");
}

static guint32
load (const char *contents, guint32 offset)
{
  guint32 value;

  memcpy (&value, contents + offset, 4);
  return GUINT32_FROM_LE (value);
}

/* Where frame @n of the log begins, from 0. */
static guint32
find_frame (guint n)
{
  g_autofree char *contents = NULL;
  guint32 at = HEADER;

  g_assert_true (g_file_get_contents (LOG, &contents, NULL, NULL));
  for (; n > 0; n--)
    at += load (contents, at + 8);
  return at;
}

static void
patch (const char *path, guint32 offset)
{
  const int file = g_open (path, O_RDWR | O_CLOEXEC, 0);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pwrite (file, "\xff\xfe\xfd", 3, offset), ==, 3);
  close (file);
}

static void
test_whole (void)
{
  g_test_summary ("verify says that a store is whole, with status 0");
  begin ();
  assert_run ("store verify s", 0, "10 events in 2 streams, 11 frames, 1 segments, 0 index files: all whole\n", "");
}

static void
test_body (void)
{
  g_autofree char *damage = NULL;
  g_autofree char *out = NULL;

  g_test_summary ("A frame whose body is wrong is told with file, bytes, position and stream; repair saves the rest");
  begin ();
  damage = g_strdup_printf (LOG
                            ": byte %u to %u: the checksum of a frame's body is wrong; stream Note-0; position 5 is ",
                            find_frame (4), find_frame (5));
  out = g_strdup_printf (
      "%sdamaged\n" LOG ": byte %u to %u: version 3 of its stream is missing; stream Note-0\n"
      "9 events in 2 streams, 10 frames, 1 segments, 0 index files: 2 damaged places; eventhus store "
      "repair saves what is whole\n",
      damage, find_frame (6), find_frame (7));
  patch (LOG, find_frame (4) + 60);
  assert_run ("store verify s", 1, out, "");
  g_clear_pointer (&out, g_free);
  out = g_strdup_printf ("%slost\n"
                         "Note-0: version 4 is now 3 (position 7 is now 6)\n"
                         "Note-0: version 5 is now 4 (position 9 is now 8)\n"
                         "new: 9 events in 2 streams saved; 1 are lost, 2 have another version\n",
                         damage);
  assert_run ("store repair s new", 1, out, "");
  assert_run ("store verify new", 0, "9 events in 2 streams, 10 frames, 1 segments, 0 index files: all whole\n", "");
  assert_run ("store repair s new", 2, "",
              "eventhus store repair: new: is there already: give a name that is not taken\n");
}

static void
test_json (void)
{
  g_auto (ToolRun) run = { 0 };
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object = NULL;
  JsonObject *first = NULL;

  g_test_summary ("For a script verify prints one object");
  begin ();
  patch (LOG, find_frame (4) + 60);
  run = tool_run ("store verify s --json", NULL);
  g_assert_cmpint (run.status, ==, 1);
  node = json_from_string (run.out, NULL);
  object = json_node_get_object (node);
  g_assert_false (json_object_get_boolean_member (object, "whole"));
  g_assert_cmpint (json_object_get_int_member (object, "events"), ==, 9);
  first = json_array_get_object_element (json_object_get_array_member (object, "damages"), 0);
  g_assert_cmpstr (json_object_get_string_member (first, "file"), ==, LOG);
  g_assert_cmpint (json_object_get_int_member (first, "first_position"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (first, "last_position"), ==, 5);
  tool_run_clear (&run);
  run = tool_run ("store repair s new --json", NULL);
  g_assert_cmpint (run.status, ==, 1);
  assert_says (run.out, "\"lost\":1,\"lost_exactly\":true,\"moved\":2,");
  assert_says (run.out, "\"moves\":[{\"stream\":\"Note-0\",\"old_version\":4,\"new_version\":3,\"old_position\":7,"
                        "\"new_position\":6},");
}

static void
test_end (void)
{
  static const struct {
    gboolean is_short; /* the file; else what is gone reads as zeros */
    const char *told;
  } cases[] = {
    { TRUE, "the file is shorter than it was made, and has no mark at its end; positions 8 and" },
    { FALSE, "no valid frame is there; positions 8 and" },
  };

  g_test_summary ("Where the end of the log is gone nobody knows how much was there");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (ToolRun) run = { 0 };
      GStatBuf found;

      begin ();
      g_assert_cmpint (g_stat (LOG, &found), ==, 0);
      g_assert_cmpint (truncate (LOG, find_frame (7)), ==, 0);
      if (!cases[i].is_short)
        g_assert_cmpint (truncate (LOG, found.st_size), ==, 0);
      run = tool_run ("store verify s", NULL);
      g_assert_cmpint (run.status, ==, 1);
      assert_says (run.out, cases[i].told);
      assert_says (run.out, ", if there were any, those behind it are damaged\n");
      tool_run_clear (&run);
      run = tool_run ("store repair s new", NULL);
      assert_says (run.out, "new: 7 events in 2 streams saved; 0 are lost, and nobody knows how many behind them");
    }
}

static void
test_reading (void)
{
  g_autofree char *err = NULL;
  g_auto (ToolRun) run = { 0 };

  g_test_summary ("What is before the damage is printed, and the damage told, with status 1; writing is refused");
  begin ();
  err = g_strdup_printf ("eventhus store cat: " LOG ": damaged at byte %u: ", find_frame (4));
  patch (LOG, find_frame (4));
  run = tool_run ("store cat s", NULL);
  g_assert_cmpint (run.status, ==, 1);
  g_assert_true (g_str_has_prefix (run.err, err));
  assert_says (run.err, "\neventhus store verify tells all that is damaged, and what helps.\n");
  assert_says (run.out, "{\"position\":4,");
  assert_does_not_say (run.out, "{\"position\":5,");
  tool_run_clear (&run);
  run = tool_run ("store delete s Note-0", NULL);
  g_assert_cmpint (run.status, ==, 1);
  tool_run_clear (&run);
  run = tool_run ("store backup s new", NULL);
  g_assert_cmpint (run.status, ==, 1);
  g_assert_false (g_file_test ("new", G_FILE_TEST_EXISTS));
}

static void
test_vanished (void)
{
  static const char missing[] = "the log is missing: put seg/*.log back (the file LOCK says that there was one; or "
                                "delete LOCK to begin a new store)\n";
  g_autofree char *verified = g_strconcat ("eventhus store verify: s: ", missing, NULL);
  g_autofree char *repaired = g_strconcat ("eventhus store repair: s: ", missing,
                                           "eventhus store verify tells all that is damaged, and what helps.\n", NULL);

  g_test_summary ("A store whose log has vanished is told from none at all");
  begin ();
  g_assert_cmpint (g_remove (LOG), ==, 0);
  assert_run ("store verify s", 1, "", verified);
  assert_run ("store repair s new", 1, "", repaired);
  g_assert_false (g_file_test ("new", G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_remove ("s/LOCK"), ==, 0);
  assert_run ("store verify s", 2, "", "eventhus store verify: s: there is no store\n");
}

static void
test_header (void)
{
  g_test_summary ("A header that is damaged costs nothing");
  begin ();
  patch (LOG, 0);
  assert_run ("store verify s", 1,
              LOG
              ": byte 0: the header is damaged; the frames were read without it\n"
              "10 events in 2 streams, 11 frames, 1 segments, 0 index files: 1 damaged places; eventhus store repair "
              "saves what is whole\n",
              "");
  assert_run ("store repair s new", 1,
              LOG ": byte 0: the header is damaged; the frames were read without it\n"
                  "new: 10 events in 2 streams saved; 0 are lost, 0 have another version\n",
              "");
}

static void
test_backup (void)
{
  g_test_summary ("A copy is a store of its own; --copy links nothing; a half one is recognised");
  begin ();
  assert_run ("store backup s b --json", 0,
              "{\"version\":1,\"events\":10,\"linked\":0,\"copied\":1,\"copied_bytes\":5048}\n", "");
  assert_run ("store verify b", 0, "10 events in 2 streams, 11 frames, 1 segments, 0 index files: all whole\n", "");
  assert_run ("store delete b Note-1", 0, "Note-1 is deleted\n", "");
  assert_run ("store ls s --no-size", 0,
              "       5        5           Note-0\n"
              "       5        5           Note-1\n",
              "");
  g_assert_cmpint (g_mkdir ("half.tmp", 0755), ==, 0);
  assert_refused ("store backup s half",
                  "eventhus store backup: half.tmp: is there already: it was not completed, and can be deleted\n");
}

static void
test_compact (void)
{
  g_test_summary ("compact says what it gave back; a small store has nothing to give");
  begin ();
  assert_run ("store compact s", 0, "0 bytes given back\n", "");
  assert_run ("store compact s --json", 0, "{\"version\":1,\"saved_bytes\":0}\n", "");
}

static void
test_terminal (void)
{
  g_autofree char *text = NULL;

  g_test_summary ("Where errors do not go to a terminal the result is the same on one");
  begin ();
  text = tool_run_on_terminal ("store verify s", NULL);
  assert_says (text, "11 frames, 1 segments, 0 index files: all whole");
  assert_does_not_say (text, "\033");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-store-damage/whole", test_whole);
  g_test_add_func ("/eventhus-store-damage/body", test_body);
  g_test_add_func ("/eventhus-store-damage/json", test_json);
  g_test_add_func ("/eventhus-store-damage/end", test_end);
  g_test_add_func ("/eventhus-store-damage/reading", test_reading);
  g_test_add_func ("/eventhus-store-damage/vanished", test_vanished);
  g_test_add_func ("/eventhus-store-damage/header", test_header);
  g_test_add_func ("/eventhus-store-damage/backup", test_backup);
  g_test_add_func ("/eventhus-store-damage/compact", test_compact);
  g_test_add_func ("/eventhus-store-damage/terminal", test_terminal);
  return tool_test_run_in_folders ();
}
