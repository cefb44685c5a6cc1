/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tool-test.h"

/* How the commands of eventhus store end where they cannot do what they are to do, and what they tell meanwhile. */

#define LOG "s/seg/00000001.log"

/* A fresh folder with a store "s" of @n events of @size bytes and more, in as many streams. */
static void
begin (guint n, guint size)
{
  g_autofree char *padding = g_strnfill (size, 'x');
  g_autofree char *out = g_strdup_printf ("%u events added, 0 were there\n", n);
  g_autoptr (GString) lines = g_string_new (NULL);

  tool_test_enter_folder ();
  for (guint i = 0; i < n; i++)
    g_string_append_printf (lines,
                            "{\"id\":\"01EJ3PX4S70000000000%06u\",\"aggregate_id\":\"%u\",\"aggregate_type\":\"Note\","
                            "\"version\":1,\"type\":\"Noted\",\"data\":{\"text\":\"%s\"},"
                            "\"timestamp\":\"2020-09-13T12:26:40Z\"}\n",
                            i, i, padding);
  g_assert_true (g_file_set_contents ("in.jsonl", lines->str, -1, NULL));
  assert_run ("store import s in.jsonl", 0, out, "");
}

/* ---- what is printed ---- */

static void
test_output_lost (void)
{
  static const char *const lines[] = {
    "--version",
    "--help",
    "store --help",
    "store ls --help",
    "store ls s",
    "store ls s --json",
    "store ls s --sort none",
    "store cat s",
    "store tail s",
    "store stats s",
    "store stats s --json",
    "store verify s",
    "store verify s --json",
    "store backup s b1",
    "store backup s b2 --json",
    "store repair s r",
    "store export s",
    "store export s out.jsonl --json",
    "store import s in.jsonl",
    "store compact s",
    "store delete s Note-1",
  };
  GStatBuf found;

  g_test_summary ("Where not all can be printed that is told, with status 1, by every command");
  if (g_stat ("/dev/full", &found) != 0 || !S_ISCHR (found.st_mode))
    {
      g_test_skip ("there is no /dev/full");
      return;
    }
  begin (2000, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (ToolRun) run = tool_run_into (lines[i], "/dev/full");

      g_test_message ("eventhus %s", lines[i]);
      g_assert_cmpstr (run.err, ==, "eventhus: not all could be printed: is there room, and does somebody read?\n");
      g_assert_cmpint (run.status, ==, 1);
    }
}

/* For programs that are started from now on; what writes more is told so, not ended. */
static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &limit));
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
}

static void
test_no_room (void)
{
  static const char *const lines[] = { "store export s out.jsonl", "store backup s copy", "store backup s copy --copy",
                                       "store repair s new" };
  static const char *const names[] = { "out.jsonl", "out.jsonl.tmp", "copy", "copy.tmp", "new", "new.tmp" };

  g_test_summary ("What there is no room for is told, with status 1, and nothing of it is left");
  begin (10, 60000);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (ToolRun) run = { 0 };

      limit_files (300000);
      run = tool_run (lines[i], NULL);
      limit_files (RLIM_INFINITY);
      g_test_message ("eventhus %s: %s", lines[i], run.err);
      assert_says (run.err, ".tmp");
      assert_says (run.err, ": File too large\n");
      g_assert_cmpint (run.status, ==, 1);
      for (gsize j = 0; j < G_N_ELEMENTS (names); j++)
        g_assert_false (g_file_test (names[j], G_FILE_TEST_EXISTS));
    }
}

static void
test_pipe (void)
{
  GStatBuf found;

  g_test_summary ("An export into a pipe or a device goes there; it is not replaced by a file");
  begin (1, 10);
  g_assert_cmpint (symlink ("/dev/null", "nowhere"), ==, 0);
  assert_run ("store export s nowhere --json", 0, "{\"version\":1,\"events\":1}\n", "");
  g_assert_cmpint (g_stat ("nowhere", &found), ==, 0);
  g_assert_true (S_ISCHR (found.st_mode));
}

/* ---- progress ---- */

/* How far it is depends on how fast it goes. */
#define BAR(width) "\\[(?=[#-]{" #width "}\\])#*-*\\] [ 0-9]{3} %\033\\[K"
#define PERCENT "[0-9]+ %\033\\[K"

static void
test_bar (void)
{
  static const struct {
    const char *arguments;
    guint columns;
    const char *path; /* (nullable): of standard output */
    const char *told;
  } cases[] = {
    { "store verify s", 80, NULL, "\rverifying " BAR (40) },
    { "store verify s", 0, NULL, "\rverifying " BAR (40) },
    { "store verify s", 30, NULL, "\rverifying " BAR (11) },
    { "store verify s", 20, NULL, "\rverifying " PERCENT },
    { "store verify s", 12, NULL, "\r" PERCENT },
    { "store verify s", 80, "out", "\rverifying " BAR (40) },
    { "store repair s new", 80, NULL, "\rrepairing " BAR (40) },
    { "store backup s copy", 80, NULL, "\rcopying " BAR (40) },
    { "store ls s", 80, NULL, "\rlisting [0-9]+\033\\[K" },
    { "store ls s --sort none", 80, "out", "\rlisting [0-9]+\033\\[K" },
    { "store cat s", 80, "out", "\rreading " BAR (40) },
    { "store cat s --reverse", 80, "out", "\rreading " BAR (40) },
    { "store export s", 80, "out", "\rexporting " BAR (40) },
    { "store import t in.jsonl", 80, NULL, "\rimporting " BAR (40) },
    { "store compact s", 80, NULL, "\rcompacting " BAR (40) },
  };

  g_test_summary ("Long work shows a bar on a terminal, as wide as that is, and takes it away");
  begin (80, 60000);
  assert_run ("store delete s Note-1", 0, "Note-1 is deleted\n", "");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = tool_run_all_on_terminal (cases[i].arguments, cases[i].columns, cases[i].path);
      const char *last = g_strrstr (text, "\033[K");

      g_test_message ("eventhus %s: %s", cases[i].arguments, text);
      g_assert_true (g_regex_match_simple (cases[i].told, text, 0, 0));
      g_assert_true (g_str_has_prefix (last - 1, "\r\033[K"));
    }
}

static void
test_no_bar (void)
{
  static const char *const lines[] = { "store cat s", "store export s", "store ls s --sort none" };

  g_test_summary ("What is printed on the same terminal is not mixed with a bar");
  begin (3, 10);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = tool_run_all_on_terminal (lines[i], 80, NULL);

      g_test_message ("eventhus %s", lines[i]);
      assert_says (text, "Note");
      assert_does_not_say (text, "\033");
    }
}

/* ---- what cannot be used ---- */

static const char *const readers[] = { "ls s",     "cat s",    "tail s",        "stats s",
                                       "verify s", "export s", "backup s copy", "repair s new" };
static const char *const writers[] = { "import s in.jsonl", "compact s", "truncate s Note-1 2", "delete s Note-1" };

/* Each of @lines is refused with status 2 and says @message, and makes nothing. */
static void
assert_all_refused (const char *const *lines, gsize n, const char *message)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *arguments = g_strconcat ("store ", lines[i], NULL);
      g_auto (ToolRun) run = tool_run (arguments, NULL);

      g_test_message ("eventhus %s: %s", arguments, run.err);
      assert_says (run.err, message);
      assert_does_not_say (run.err, "eventhus store verify tells");
      g_assert_cmpint (run.status, ==, 2);
      g_assert_false (g_file_test ("copy", G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test ("copy.tmp", G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test ("new", G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test ("new.tmp", G_FILE_TEST_EXISTS));
    }
}

static guint32
add_to_checksum (guint32 crc, const guint8 *bytes, gsize n)
{
  crc = ~crc;
  for (gsize i = 0; i < n; i++)
    {
      crc ^= bytes[i];
      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (0x82f63b78 & -(crc & 1));
    }
  return ~crc;
}

/* As a later version of the library would write it. */
static void
make_newer (const char *path)
{
  const int file = g_open (path, O_RDWR | O_CLOEXEC, 0);
  guint8 header[512];
  guint32 checksum;

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (pread (file, header, sizeof header, 0), ==, sizeof header);
  header[8]++;
  checksum = GUINT32_TO_LE (add_to_checksum (0, header, 508));
  memcpy (header + 508, &checksum, 4);
  g_assert_cmpint (pwrite (file, header, sizeof header, 0), ==, sizeof header);
  close (file);
}

static void
test_newer (void)
{
  g_test_summary ("A store of a newer format is refused by every command, with status 2");
  begin (2, 10);
  make_newer (LOG);
  assert_all_refused (readers, G_N_ELEMENTS (readers), LOG ": it has format 2.");
  assert_all_refused (writers, G_N_ELEMENTS (writers), LOG ": it has format 2.");
}

static void
test_newer_within (void)
{
  static const char *const lines[] = { "cat s", "export s", "stats s", "verify s", "backup s copy --copy" };

  g_test_summary ("It is the same when a segment in the midst is of a newer format");
  begin (80, 60000);
  make_newer (LOG);
  assert_all_refused (lines, G_N_ELEMENTS (lines), LOG ": it has format 2.");
}

/* The first in @folder. (transfer full) */
static char *
find_file (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = g_dir_read_name (dir);

  g_assert_nonnull (name);
  return g_build_filename (folder, name, NULL);
}

static void
test_derived (void)
{
  g_autofree char *path = NULL;
  g_auto (ToolRun) run = { 0 };
  g_auto (ToolRun) other = { 0 };

  g_test_summary ("Where only the index is damaged nobody is sent to repair: the file is to be deleted");
  begin (80, 60000);
  path = find_file ("s/run");
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  run = tool_run ("store verify s", NULL);
  assert_says (run.out, ": delete the file, it is only derived\n");
  assert_says (run.out, "the log is whole, 1 derived files are not: delete them\n");
  g_assert_cmpint (run.status, ==, 1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  other = tool_run ("store verify s", NULL);
  g_assert_cmpint (other.status, ==, 0);
}

static void
test_locked (void)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int file;

  g_test_summary ("While somebody writes to a store others only read it: what writes ends with status 2");
  begin (3, 10);
  file = g_open ("s/LOCK", O_RDWR | O_CLOEXEC, 0);
  g_assert_cmpint (file, >=, 0);
  g_assert_no_errno (fcntl (file, F_OFD_SETLK, &lock));
  assert_all_refused (writers, G_N_ELEMENTS (writers), "writes to this store: stop it");
  assert_all_refused (readers + 7, 1, "writes to this store: stop it");
  /* Who that is was written by whoever wrote before. */
  assert_all_refused (writers, G_N_ELEMENTS (writers), ": process ");
  assert_all_refused (readers + 7, 1, ": process ");
  for (gsize i = 0; i < 7; i++)
    {
      g_autofree char *arguments = g_strconcat ("store ", readers[i], NULL);
      g_auto (ToolRun) run = tool_run (arguments, NULL);

      g_assert_cmpstr (run.err, ==, "");
      g_assert_cmpint (run.status, ==, 0);
    }
  close (file);
}

static void
test_no_store (void)
{
  g_test_summary ("A file, and a folder of something else, are refused by every command, and told as what they are");
  begin (1, 10);
  g_assert_cmpint (g_rename ("s", "other"), ==, 0);
  assert_all_refused (readers, G_N_ELEMENTS (readers), "s: there is no store\n");
  g_assert_true (g_file_set_contents ("s", "x", 1, NULL));
  assert_all_refused (readers, G_N_ELEMENTS (readers), "s: it is not a folder: ");
  assert_all_refused (writers, G_N_ELEMENTS (writers), "s: it is not a folder: ");
  g_assert_cmpint (g_unlink ("s"), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents ("s/letters", 0755), ==, 0);
  assert_all_refused (readers, G_N_ELEMENTS (readers), "s: it holds something else: ");
  assert_all_refused (writers, G_N_ELEMENTS (writers), "s: it holds something else: ");
}

/* For programs that are started from now on; FALSE, and the test is skipped, if they may do everything. */
static gboolean
obey_permissions (void)
{
  if (geteuid () != 0
      || (prctl (PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0
          && prctl (PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH, 0, 0, 0) == 0))
    return TRUE;
  g_test_skip ("whoever runs this may read and write everything");
  return FALSE;
}

static void
test_permission (void)
{
  g_test_summary ("What may not be written is read all the same; what may not be read is told, with status 2");
  if (!obey_permissions ())
    return;
  begin (3, 10);
  g_assert_cmpint (g_chmod ("s/LOCK", 0444), ==, 0);
  g_assert_cmpint (g_chmod ("s/seg", 0555), ==, 0);
  g_assert_cmpint (g_chmod ("s", 0555), ==, 0);
  assert_all_refused (writers, G_N_ELEMENTS (writers), "s/LOCK: cannot open: Permission denied\n");
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      g_autofree char *arguments = g_strconcat ("store ", readers[i], NULL);
      g_auto (ToolRun) run = tool_run (arguments, NULL);

      g_assert_cmpstr (run.err, ==, "");
      g_assert_cmpint (run.status, ==, 0);
    }
  g_assert_cmpint (g_rename ("copy", "copy-1"), ==, 0);
  g_assert_cmpint (g_rename ("new", "new-1"), ==, 0);
  g_assert_cmpint (g_chmod ("s", 0), ==, 0);
  assert_all_refused (readers, G_N_ELEMENTS (readers), "s: cannot open: Permission denied\n");
  assert_all_refused (writers, G_N_ELEMENTS (writers), "s: cannot open: Permission denied\n");
  g_assert_cmpint (g_chmod ("s", 0755), ==, 0);
  g_assert_cmpint (g_chmod ("s/seg", 0755), ==, 0);
  g_assert_cmpint (g_chmod (".", 0555), ==, 0);
  assert_all_refused (readers + 6, 2, ".tmp: cannot create: Permission denied\n");
  g_assert_cmpint (g_chmod (".", 0755), ==, 0);
}

int
main (int argc, char *argv[])
{
  tool_test_init (&argc, &argv);
  g_test_add_func ("/eventhus-store-status/output-lost", test_output_lost);
  g_test_add_func ("/eventhus-store-status/no-room", test_no_room);
  g_test_add_func ("/eventhus-store-status/pipe", test_pipe);
  g_test_add_func ("/eventhus-store-status/bar", test_bar);
  g_test_add_func ("/eventhus-store-status/no-bar", test_no_bar);
  g_test_add_func ("/eventhus-store-status/newer", test_newer);
  g_test_add_func ("/eventhus-store-status/newer-within", test_newer_within);
  g_test_add_func ("/eventhus-store-status/derived", test_derived);
  g_test_add_func ("/eventhus-store-status/locked", test_locked);
  g_test_add_func ("/eventhus-store-status/no-store", test_no_store);
  g_test_add_func ("/eventhus-store-status/permission", test_permission);
  return tool_test_run_in_folders ();
}
