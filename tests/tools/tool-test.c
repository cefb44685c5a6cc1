/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-test.h"

#include <glib/gstdio.h>
#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SECONDS_MAX 60

static char *tool_folder;
static char *tool_root; /* (owned) (nullable): the temporary folder */

void
tool_test_set_folder (const char *folder)
{
  g_free (tool_folder);
  tool_folder = g_strdup (folder);
}

void
tool_test_enter_folder (void)
{
  static guint number;
  g_autofree char *folder = NULL;

  if (tool_root == NULL)
    tool_root = g_dir_make_tmp ("eventhus-test-XXXXXX", NULL);
  folder = g_strdup_printf ("%s/%u", tool_root, ++number);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (g_chdir (folder), ==, 0);
  tool_test_set_folder (folder);
}

int
tool_test_run_in_folders (void)
{
  const int status = g_test_run ();
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", tool_root);

  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
  g_clear_pointer (&tool_root, g_free);
  return status;
}

void
tool_run_clear (ToolRun *run)
{
  g_free (run->out);
  g_free (run->err);
}

void
tool_test_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  alarm (SECONDS_MAX);
}

static char *
get_folder (const char *variable)
{
  const char *folder = g_getenv (variable);

  if (folder == NULL)
    g_error ("%s is not set: run this test with meson", variable);
  return g_strdup (folder);
}

char *
tool_test_find_module (const char *name)
{
  g_autofree char *tools = get_folder ("EH_TEST_TOOL_MODULES");
  g_autofree char *model = get_folder ("EH_TEST_MODULES");

  if (g_str_equal (name, "@bank"))
    return get_folder ("EH_TEST_BANK");
  if (g_str_equal (name, "@transfers"))
    return get_folder ("EH_TEST_TRANSFERS");
  if (g_str_has_prefix (name, "@tools/"))
    return g_strdup_printf ("%s/%s.so", tools, name + strlen ("@tools/"));
  g_assert_true (g_str_has_prefix (name, "@model/"));
  return g_strdup_printf ("%s/%s.so", model, name + strlen ("@model/"));
}

/* argv of the tool, to be freed with g_strfreev(). */
static char **
make_arguments (const char *arguments)
{
  g_autofree char *tool = get_folder ("EH_TEST_TOOL");
  g_autofree char *line = g_strdup_printf ("tool %s", arguments);
  g_autoptr (GError) error = NULL;
  char **argv;

  g_shell_parse_argv (line, NULL, &argv, &error);
  g_assert_no_error (error);
  g_free (argv[0]);
  argv[0] = g_steal_pointer (&tool);
  for (gsize i = 1; argv[i] != NULL; i++)
    {
      g_autofree char *word = argv[i];

      argv[i] = word[0] == '@' ? tool_test_find_module (word) : g_strdup (word);
    }
  return argv;
}

/* Whatever surrounds the tests, the tool sees the same. */
static GSubprocessLauncher *
make_launcher (GSubprocessFlags flags, const char *setting)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_set_cwd (launcher, tool_folder != NULL ? tool_folder
                                                               : g_test_get_filename (G_TEST_DIST, "scenarios", NULL));
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "LANGUAGE");
  g_subprocess_launcher_unsetenv (launcher, "NO_COLOR");
  g_subprocess_launcher_unsetenv (launcher, "HARNESS_ACTIVE");
  if (setting != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (setting, "=", 2);

      g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
    }
  return launcher;
}

static ToolRun
run (const char *arguments, GSubprocessLauncher *launcher)
{
  g_auto (GStrv) argv = make_arguments (arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  ToolRun run = { 0 };

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &run.out, &run.err, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_if_exited (process))
    g_error ("eventhus %s: ended by a signal:\n%s%s", arguments, run.out, run.err);
  run.status = g_subprocess_get_exit_status (process);
  return run;
}

GSubprocess *
tool_start (const char *arguments)
{
  g_auto (GStrv) argv = make_arguments (arguments);
  g_autoptr (GSubprocessLauncher)
      launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);

  g_assert_no_error (error);
  return process;
}

ToolRun
tool_run (const char *arguments, const char *setting)
{
  g_autoptr (GSubprocessLauncher)
      launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, setting);

  return run (arguments, launcher);
}

ToolRun
tool_run_into (const char *arguments, const char *path)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);

  g_subprocess_launcher_set_stdout_file_path (launcher, path);
  return run (arguments, launcher);
}

/* A terminal without a program ends with an error, not with an end of file. */
static char *
read_terminal (int master)
{
  GString *text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = read (master, buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  return g_string_free (text, FALSE);
}

/* Opens it, and gives it to @launcher; returns the end to read from. */
static int
open_terminal (GSubprocessLauncher *launcher, guint columns, gboolean with_output, gboolean with_errors)
{
  const struct winsize size = { .ws_col = (unsigned short) columns };
  int master, slave;

  g_assert_no_errno (openpty (&master, &slave, NULL, NULL, &size));
  if (with_output)
    g_subprocess_launcher_take_stdout_fd (launcher, dup (slave));
  if (with_errors)
    g_subprocess_launcher_take_stderr_fd (launcher, dup (slave));
  close (slave);
  return master;
}

static char *
run_on_terminal (const char *arguments, GSubprocessLauncher *launcher, int terminal)
{
  g_auto (GStrv) argv = make_arguments (arguments);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  char *text;

  g_assert_no_error (error);
  g_subprocess_launcher_close (launcher);
  text = read_terminal (terminal);
  close (terminal);
  g_subprocess_wait (process, NULL, &error);
  g_assert_no_error (error);
  return text;
}

char *
tool_run_on_terminal (const char *arguments, const char *setting)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_NONE, setting);

  return run_on_terminal (arguments, launcher, open_terminal (launcher, 0, TRUE, FALSE));
}

char *
tool_run_all_on_terminal (const char *arguments, guint columns, const char *path)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_NONE, "TERM=vt100");

  if (path != NULL)
    g_subprocess_launcher_set_stdout_file_path (launcher, path);
  return run_on_terminal (arguments, launcher, open_terminal (launcher, columns, path == NULL, TRUE));
}

char *
without_times (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new (" in [0-9.]+ ms", 0, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, " in T ms", 0, NULL);
}

static char *
without_folders (const char *text)
{
  static const char *const variables[] = { "EH_TEST_TOOL_MODULES", "EH_TEST_MODULES" };
  g_autoptr (GString) shorter = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *folder = get_folder (variables[i]);
      g_autofree char *prefix = g_strconcat (folder, "/", NULL);

      g_string_replace (shorter, prefix, "", 0);
    }
  return g_strdup (shorter->str);
}

void
assert_run (const char *arguments, int status, const char *out, const char *err)
{
  g_auto (ToolRun) run = tool_run (arguments, NULL);
  g_autofree char *shorter_out = without_times (run.out);
  g_autofree char *shorter_err = without_folders (run.err);

  g_test_message ("eventhus %s", arguments);
  g_assert_cmpstr (shorter_err, ==, err);
  g_assert_cmpstr (shorter_out, ==, out);
  g_assert_cmpint (run.status, ==, status);
}

void
assert_refused (const char *arguments, const char *err)
{
  assert_run (arguments, 2, "", err);
}
