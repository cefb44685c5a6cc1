/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "tool-test.h"

/* What eventhus store says of stores that are whole, and how it moves events in and out. */

/* Two accounts and a user; the second line and the third go together. */
static const char events[] =
    "{\"id\":\"01EJ3PX4S700000000000004S1\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":1,"
    "\"type\":\"AccountCreated\",\"data\":{\"owner\":\"x\"},\"timestamp\":\"2020-09-13T12:26:40.000001Z\"}\n"
    "{\"id\":\"01EJ3PX4S700000000000004S2\",\"aggregate_id\":\"u1\",\"aggregate_type\":\"User\",\"version\":1,"
    "\"type\":\"UserNamed\",\"data\":{\"name\":\"\\u00e4\"},\"timestamp\":\"2020-09-13T12:26:41.000000Z\","
    "\"metadata\":{\"correlation_id\":\"01EJ3PX4S700000000000004T1\",\"by\":\"alice\"},\"revision\":2}\n"
    "{\"id\":\"01EJ3PX4S700000000000004S3\",\"aggregate_id\":\"u1\",\"aggregate_type\":\"User\",\"version\":2,"
    "\"type\":\"UserNamed\",\"data\":{\"name\":\"b\"},\"timestamp\":\"2020-09-13T12:26:41.000000Z\","
    "\"metadata\":{\"correlation_id\":\"01EJ3PX4S700000000000004T1\",\"by\":\"alice\"},\"revision\":2}\n"
    "\n"
    "{\"id\":\"01EJ3PX4S700000000000004S4\",\"aggregate_id\":\"a2\",\"aggregate_type\":\"Account\",\"version\":1,"
    "\"type\":\"AccountCreated\",\"data\":{},\"timestamp\":\"2020-09-13T12:26:42.000000Z\"}\n"
    "{\"id\":\"01EJ3PX4S700000000000004S5\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":2,"
    "\"type\":\"DepositPerformed\",\"data\":{\"amount\":5},\"timestamp\":\"2020-09-13T12:26:43.000000Z\"}\n";

#define IDS "01EJ3PX4S700000000000004S"

static void
write_file (const char *name, const char *text)
{
  g_assert_true (g_file_set_contents (name, text, -1, NULL));
}

/* A fresh folder, in which the tool is run, with the store "s" of the events above. */
static void
begin (void)
{
  tool_test_enter_folder ();
  write_file ("in.jsonl", events);
  assert_run ("store import s in.jsonl", 0, "5 events added, 0 were there\n", "");
}

/* The last characters of the ids that a command prints, in order. */
static void
assert_ids (const char *arguments, const char *expected)
{
  g_auto (ToolRun) run = tool_run (arguments, NULL);
  g_autoptr (GString) ids = g_string_new (NULL);

  g_test_message ("eventhus %s", arguments);
  g_assert_cmpstr (run.err, ==, "");
  g_assert_cmpint (run.status, ==, 0);
  for (const char *at = run.out; (at = strstr (at, IDS)) != NULL; at += strlen (IDS))
    g_string_append_c (ids, at[strlen (IDS)]);
  g_assert_cmpstr (ids->str, ==, expected);
}

static void
test_cat (void)
{
  g_auto (ToolRun) run = { 0 };

  g_test_summary ("cat prints a stream, a category or all, from and to, backwards, so many");
  begin ();
  assert_ids ("store cat s", "12345");
  assert_ids ("store cat s --reverse", "54321");
  assert_ids ("store cat s User-u1", "23");
  assert_ids ("store cat s Account-a1 --from 2", "5");
  assert_ids ("store cat s Account-a1 --to 1", "1");
  assert_ids ("store cat s Account-a1 -r -n 1", "5");
  assert_ids ("store cat s --category Account", "145");
  assert_ids ("store cat s --category Acc", "");
  assert_ids ("store cat s --from 2 --to 4 --reverse", "432");
  assert_ids ("store cat s --from 2 --limit 2", "23");
  run = tool_run ("store cat s --from 2 --to 2", NULL);
  g_assert_cmpstr (run.out, ==,
                   "{\"position\":2,\"id\":\"01EJ3PX4S700000000000004S2\",\"aggregate_id\":\"u1\",\"aggregate_type\":"
                   "\"User\",\"version\":1,\"type\":\"UserNamed\",\"data\":{\"name\":\"\\u00e4\"},\"timestamp\":"
                   "\"2020-09-13T12:26:41.000000Z\",\"metadata\":{\"correlation_id\":"
                   "\"01EJ3PX4S700000000000004T1\",\"by\":\"alice\"},\"revision\":2}\n");
  assert_run ("store cat s User-u9", 1, "",
              "eventhus store cat: there is no stream User-u9; eventhus store ls lists those there are\n");
  assert_refused ("store cat s User-u1 --category User", "eventhus store cat: give a stream or --category, not both\n");
  assert_refused ("store cat s --from -1", "eventhus store cat: --from, --to and --limit take numbers from 1\n");
}

static void
test_ls (void)
{
  g_test_summary ("ls lists by name, version or size, some or all, for a person and for a script");
  begin ();
  assert_run ("store truncate s User-u1 2 --json", 0, "{\"version\":1,\"stream\":\"User-u1\",\"first_version\":2}\n",
              "");
  assert_run ("store delete s Account-a2 -j", 0, "{\"version\":1,\"stream\":\"Account-a2\"}\n", "");
  assert_run ("store ls s --no-size", 0,
              "       2        2           Account-a1\n"
              "       1        0 deleted   Account-a2\n"
              "       2        1 truncated User-u1\n",
              "");
  assert_run ("store ls s --no-size --sort version -n 2", 0,
              "       2        2           Account-a1\n"
              "       2        1 truncated User-u1\n",
              "");
  assert_run (
      "store ls s 'Account-*' --json", 0,
      "{\"name\":\"Account-a1\",\"version\":2,\"first_version\":1,\"events\":2,\"bytes\":232,\"state\":\"live\"}\n"
      "{\"name\":\"Account-a2\",\"version\":1,\"first_version\":1,\"events\":0,\"bytes\":96,\"state\":\"deleted\"}\n",
      "");
  assert_run ("store ls s --category User --sort none --no-size", 0, "       2        1 truncated User-u1\n", "");
  assert_run ("store ls s Account --no-size", 0, "", "");
  assert_run ("store ls s User-* --sort none --no-size -n 1", 0, "       2        1 truncated User-u1\n", "");
  assert_refused ("store ls s -n -1", "eventhus store ls: --limit takes a number from 1\n");
  assert_refused ("store ls s --sort age", "eventhus store ls: --sort takes name, version, size or none\n");
}

static void
test_tail (void)
{
  g_test_summary ("tail prints the last events in their order");
  begin ();
  assert_ids ("store tail s -n 2", "45");
  assert_ids ("store tail s", "12345");
  assert_ids ("store tail s -n 1 --category User", "3");
  assert_refused ("store tail s -n -1", "eventhus store tail: --lines takes a number from 0\n");
}

static void
test_follow (void)
{
  const char *argv[] = { g_getenv ("EH_TEST_TOOL"), "store", "tail", "s", "-f", "-n", "1", NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) out = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary ("tail --follow goes on with what another process appends, and ends well when it is interrupted");
  begin ();
  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  first = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_says (first, IDS "5");
  write_file ("more.jsonl", "{\"id\":\"" IDS "6\",\"aggregate_id\":\"u1\",\"aggregate_type\":\"User\",\"version\":3,"
                            "\"type\":\"UserNamed\",\"data\":{},\"timestamp\":\"2020-09-13T12:26:44Z\"}\n");
  assert_run ("store import s more.jsonl", 0, "1 events added, 0 were there\n", "");
  second = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_says (second, IDS "6");
  g_subprocess_send_signal (process, 2);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (process));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
}

static void
test_stats (void)
{
  g_auto (ToolRun) run = { 0 };
  g_autoptr (JsonNode) root_node = NULL;
  JsonObject *object = NULL;

  g_test_summary ("stats counts");
  begin ();
  run = tool_run ("store stats s --json", NULL);
  g_assert_cmpint (run.status, ==, 0);
  root_node = json_from_string (run.out, NULL);
  object = json_node_get_object (root_node);
  g_assert_cmpint (json_object_get_int_member (object, "events"), ==, 5);
  g_assert_cmpint (json_object_get_int_member (object, "streams"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "segments"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "log_bytes"), >, 4096);
  g_assert_false (json_object_get_boolean_member (object, "written"));
  g_assert_true (json_object_get_null_member (object, "torn"));
  tool_run_clear (&run);
  run = tool_run ("store stats s", NULL);
  assert_says (run.out, "events               5\nstreams              3\n");
  assert_says (run.out, "\nwritten              by nobody, now\n");
}

static void
test_export (void)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  g_test_summary (
      "What is exported and imported elsewhere is the same, versions of truncated streams too; again: nothing");
  begin ();
  assert_run ("store truncate s User-u1 2", 0, "User-u1 begins with version 2 now\n", "");
  assert_run ("store export s out.jsonl", 0, "", "");
  assert_run ("store import t out.jsonl", 0, "4 events added, 0 were there, 1 truncated ones stood in for\n", "");
  assert_run ("store import t out.jsonl --json", 0, "{\"version\":1,\"added\":0,\"there\":4,\"filled\":0}\n", "");
  assert_run ("store ls t --no-size", 0,
              "       2        2           Account-a1\n"
              "       1        1           Account-a2\n"
              "       2        1 truncated User-u1\n",
              "");
  assert_run ("store export t again.jsonl", 0, "", "");
  assert_ids ("store cat t", "1345");
  g_assert_true (g_file_get_contents ("out.jsonl", &first, NULL, NULL));
  g_assert_true (g_file_get_contents ("again.jsonl", &second, NULL, NULL));
  /* The position of what stood in is a gap. */
  g_assert_cmpuint (strlen (first), ==, strlen (second));
  g_assert_cmpstr (strstr (first, "{\"position\":3,"), ==, strstr (second, "{\"position\":3,"));
}

static void
test_export_refused (void)
{
  g_test_summary ("An export tells how much it wrote; where it fails it leaves nothing half written");
  begin ();
  assert_run ("store export s out.jsonl --json", 0, "{\"version\":1,\"events\":5}\n", "");
  assert_ids ("store export s -", "12345");
  assert_refused ("store export s --json",
                  "eventhus store export: --json takes a FILE: standard output has the events\n");
  assert_run ("store export s s", 1, "", "eventhus store export: s: cannot create: Is a directory\n");
  g_assert_false (g_file_test ("s.tmp", G_FILE_TEST_EXISTS));
  assert_run ("store export s none/out.jsonl", 1, "",
              "eventhus store export: none/out.jsonl.tmp: cannot create: No such file or directory\n");
}

static void
test_import_malformed (void)
{
  static const char good[] = "{\"id\":\"" IDS
                             "1\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":1,"
                             "\"type\":\"X\",\"data\":{},\"timestamp\":\"1970-01-01T00:00:00Z\"}\n";
  g_autofree char *later = g_strconcat (good, "{\"id\":\"" IDS "9\"}\n", NULL);

  g_test_summary (
      "For a file that does not begin as it should no store is made; one that breaks off leaves what is whole");
  begin ();
  write_file ("bad.jsonl", "\n{\"id\":\"" IDS "9\"}\n");
  assert_refused ("store import t bad.jsonl",
                  "eventhus store import: line 2: the member \"aggregate_id\" is missing (byte 0)\n");
  write_file ("bad.jsonl", "{\"id\":\"" IDS "1\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":1,"
                           "\"type\":\"X\",\"data\":{\"timestamp\":1}}\n");
  assert_refused ("store import t bad.jsonl", "eventhus store import: line 1: the member \"timestamp\" is missing\n");
  assert_refused ("store import t s", "eventhus store import: cannot read: Is a directory\n");
  assert_refused ("store import t none.jsonl",
                  "eventhus store import: none.jsonl: cannot open: No such file or directory\n");
  g_assert_false (g_file_test ("t", G_FILE_TEST_EXISTS));
  write_file ("bad.jsonl", later);
  assert_run ("store import t bad.jsonl", 2, "1 events added, 0 were there\n",
              "eventhus store import: line 2: the member \"aggregate_id\" is missing (byte 0)\n");
}

static void
test_import_resumes (void)
{
  g_autofree char *part = g_strndup (events, (gsize) (strstr (events, "{\"id\":\"" IDS "3") - events));

  g_test_summary ("An import goes on where it was broken off, also within a batch, and refuses what does not fit");
  begin ();
  write_file ("part.jsonl", part);
  assert_run ("store import t part.jsonl", 0, "2 events added, 0 were there\n", "");
  assert_run ("store import t in.jsonl", 0, "3 events added, 2 were there\n", "");
  assert_run ("store import t in.jsonl", 0, "0 events added, 5 were there\n", "");
  write_file ("other.jsonl",
              "{\"id\":\"" IDS "9\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":2,"
              "\"type\":\"X\",\"data\":{},\"timestamp\":\"2020-09-13T12:26:44Z\"}\n");
  assert_run ("store import t other.jsonl", 1, "0 events added, 0 were there\n",
              "eventhus store import: line 1: version 2 of Account-a1 is another event in the store\n");
  write_file ("gap.jsonl", "{\"id\":\"" IDS "9\",\"aggregate_id\":\"a1\",\"aggregate_type\":\"Account\",\"version\":9,"
                           "\"type\":\"X\",\"data\":{},\"timestamp\":\"2020-09-13T12:26:44Z\"}\n");
  assert_run ("store import t gap.jsonl", 1, "0 events added, 0 were there\n",
              "eventhus store import: line 1: Account-a1 is at version 2 in the store, and the next one here is 9\n");
  write_file ("late.jsonl", "{\"id\":\"" IDS "9\",\"aggregate_id\":\"late\",\"aggregate_type\":\"Account\","
                            "\"version\":20000000,\"type\":\"X\",\"data\":{},\"timestamp\":"
                            "\"2020-09-13T12:26:44Z\"}\n");
  assert_run ("store import t late.jsonl", 1, "0 events added, 0 were there\n",
              "eventhus store import: line 1: Account-late begins at version 20000000: at most 10000000 can have been "
              "truncated before it\n");
  assert_run ("store import t - --json", 0, "{\"version\":1,\"added\":0,\"there\":0,\"filled\":0}\n", "");
}

/* ---- the Go toolkit ---- */

static const char mongo[] =
    "{\"_id\":\"a1\",\"version\":{\"$numberInt\":\"2\"},\"events\":[{\"event_type\":\"AccountCreated\",\"_id\":\"a1\","
    "\"data\":{\"owner\":\"x\",\"n\":{\"$numberLong\":\"12345678901\"},\"d\":{\"$numberDouble\":\"1.50\"},"
    "\"when\":{\"$date\":{\"$numberLong\":\"1500000000000\"}},\"list\":[{\"$numberInt\":\"1\"},{},[]]},"
    "\"timestamp\":{\"$date\":\"2017-07-14T02:40:00.123Z\"},\"aggregate_type\":\"Account\",\"version\":1},"
    "{\"event_type\":\"DepositPerformed\",\"_id\":\"a1\",\"data\":null,\"timestamp\":{\"$date\":{\"$numberLong\":"
    "\"1500000001000\"}},\"aggregate_type\":\"Account\",\"version\":{\"$numberInt\":\"2\"}}]}\n"
    "{\"_id\":\"a2\",\"version\":1,\"events\":[{\"event_type\":\"AccountCreated\",\"_id\":\"a2\",\"data\":{},"
    "\"timestamp\":{\"$date\":\"2017-07-14T04:40:00.500+02:00\"},\"aggregate_type\":\"Account\",\"version\":1}]}\n";

static const char badger[] =
    "{\n\t\"_id\": \"b1\",\n\t\"version\": 1,\n\t\"events\": [\n\t\t{\n\t\t\t\"event_type\": \"AccountCreated\",\n"
    "\t\t\t\"_id\": \"b1\",\n\t\t\t\"data\": \"eyJvd25lciI6InkifQ==\",\n"
    "\t\t\t\"timestamp\": \"2017-07-14T02:40:00.123456789Z\",\n\t\t\t\"aggregate_type\": \"Account\",\n"
    "\t\t\t\"version\": 1\n\t\t}\n\t]\n}";

static void
test_go (void)
{
  g_autofree char *array = g_strdelimit (g_strdup_printf ("[%s]", mongo), "\n", ' ');
  g_auto (ToolRun) run = { 0 };

  g_test_summary (
      "Documents of the Go toolkit become events: numbers and times plain, in the order of their times; once");
  begin ();
  *strstr (array, "}]} {") = '}';
  memcpy (strstr (array, "]} {"), "]},{", 4);
  write_file ("mongo.json", mongo);
  write_file ("array.json", array);
  write_file ("badger.json", badger);
  assert_run ("store import t mongo.json --from-go", 0, "3 events added, 0 were there\n", "");
  assert_run ("store import t array.json --from-go", 0, "0 events added, 3 were there\n", "");
  assert_run ("store import t badger.json --from-go", 0, "1 events added, 0 were there\n",
              "eventhus store import: 1 times had nanoseconds, and were cut to microseconds\n");
  run = tool_run ("store cat t", NULL);
  assert_says (run.out,
               "\"data\":{\"owner\":\"x\",\"n\":12345678901,\"d\":1.50,\"when\":\"2017-07-14T02:40:00.000000Z\","
               "\"list\":[1,{},[]]},\"timestamp\":\"2017-07-14T02:40:00.123000Z\"}\n{\"position\":2,");
  assert_says (run.out, "\"aggregate_id\":\"a2\",\"aggregate_type\":\"Account\",\"version\":1,\"type\":"
                        "\"AccountCreated\",\"data\":{},\"timestamp\":\"2017-07-14T02:40:00.500000Z\"}\n"
                        "{\"position\":3,");
  assert_says (run.out, "\"type\":\"DepositPerformed\",\"data\":{},\"timestamp\":\"2017-07-14T02:40:01.000000Z\"}\n");
  assert_says (run.out, "\"data\":{\"owner\":\"y\"},\"timestamp\":\"2017-07-14T02:40:00.123456Z\"}\n");
}

static void
test_go_malformed (void)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
    { "{\"_id\":\"a\",\"version\":3,\"events\":[]}", "document 1 (a): it has version 3 and 0 events" },
    { "{\"_id\":\"a\",\"version\":1,\"events\":[{\"data\":5}]}",
      "document 1: events[0].data: expected an object (byte 41)" },
    { "{\"_id\":\"a\",\"version\":1,\"events\":[{\"event_type\":\"X\",\"version\":1}]}",
      "document 1 (a), events[0]: event_type, aggregate_type or _id is missing" },
    { "{\"_id\":\"a\",\"version\":1,\"events\":[{\"event_type\":\"X\",\"aggregate_type\":\"A\",\"version\":2}]}",
      "document 1 (a), events[0]: its version is not the next one" },
    { "{\"_id\":\"a\",\"version\":1,\"events\":[{\"event_type\":\"X\",\"aggregate_type\":\"A\",\"version\":1}]}",
      "document 1 (a), events[0]: timestamp is missing" },
  };

  g_test_summary ("Documents that are not what they should be are refused with their place, before anything is added");
  begin ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *err = g_strdup_printf ("eventhus store import: %s\n", cases[i].message);

      write_file ("bad.json", cases[i].text);
      assert_refused ("store import t bad.json --from-go", err);
    }
  g_assert_false (g_file_test ("t", G_FILE_TEST_EXISTS));
}

static void
test_usage (void)
{
  g_auto (ToolRun) run = { 0 };

  g_test_summary ("Wrong usage, and what is no store, is refused with status 2 and left alone");
  begin ();
  assert_refused ("store lss",
                  "eventhus store: no command \"lss\"; did you mean \"ls\"?\nTry eventhus store --help.\n");
  assert_refused ("store cat",
                  "eventhus store cat: takes a folder, and perhaps a stream\nTry eventhus store cat --help.\n");
  assert_refused ("store stats none", "eventhus store stats: none: there is no store\n");
  assert_refused ("store compact none", "eventhus store compact: none: there is no store\n");
  assert_refused ("store verify none", "eventhus store verify: none: there is no store\n");
  assert_refused ("store verify file:none",
                  "eventhus store verify: file:none: there is no store; give the folder alone, without \"file:\"\n");
  assert_refused ("store repair none new", "eventhus store repair: none: there is no store\n");
  assert_refused ("store backup none new", "eventhus store backup: none: there is no store\n");
  assert_refused ("store truncate s User-u1 1", "eventhus store truncate: VERSION is a number, 2 or more\n");
  assert_refused ("store delete s User-u7", "eventhus store delete: there is no stream User-u7\n");
  g_assert_false (g_file_test ("none", G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test ("new", G_FILE_TEST_EXISTS));
  run = tool_run ("store --help", NULL);
  g_assert_cmpint (run.status, ==, 0);
  assert_says (run.out, "\n  verify    DIR                 read everything and check it\n");
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-store/cat", test_cat);
  g_test_add_func ("/eventhus-store/ls", test_ls);
  g_test_add_func ("/eventhus-store/tail", test_tail);
  g_test_add_func ("/eventhus-store/follow", test_follow);
  g_test_add_func ("/eventhus-store/stats", test_stats);
  g_test_add_func ("/eventhus-store/export", test_export);
  g_test_add_func ("/eventhus-store/export-refused", test_export_refused);
  g_test_add_func ("/eventhus-store/import-malformed", test_import_malformed);
  g_test_add_func ("/eventhus-store/import-resumes", test_import_resumes);
  g_test_add_func ("/eventhus-store/go", test_go);
  g_test_add_func ("/eventhus-store/go-malformed", test_go_malformed);
  g_test_add_func ("/eventhus-store/usage", test_usage);
  return tool_test_run_in_folders ();
}
