/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How the tests of the tool run it: as a program of its own, in the folder of the scenario files beside them. */

typedef struct {
  int status;
  char *out; /* (owned) */
  char *err; /* (owned) */
} ToolRun;

void tool_run_clear (ToolRun *run);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ToolRun, tool_run_clear)

/* Initializes GTest; a test program that hangs is ended after a minute. */
void tool_test_init (int *argc, char ***argv);

/*
 * Runs the tool. @arguments are split as a shell does it; "@bank", "@transfers", "@tools/NAME" and "@model/NAME" stand
 * for the path of a module: the bank's, the bank's with transfers, and those built under tests/tools/modules and
 * tests/model/modules.
 * @setting: (nullable): a "NAME=value" of the environment
 */
ToolRun tool_run (const char *arguments, const char *setting);

/* Starts the tool, which prints nowhere. (transfer full) */
GSubprocess *tool_start (const char *arguments);

/* The same on a terminal; returns: (transfer full): what came out of it. */
char *tool_run_on_terminal (const char *arguments, const char *setting);

/*
 * The same with errors on the terminal, too, which is @columns wide; 0: it does not say.
 * @path: (nullable): where standard output goes instead
 */
char *tool_run_all_on_terminal (const char *arguments, guint columns, const char *path);

/* Standard output goes to @path; what was printed is not in the result. */
ToolRun tool_run_into (const char *arguments, const char *path);

/* Where the tool is run from now on; by default in the folder of the scenario files. */
void tool_test_set_folder (const char *folder);

/* Where the tool and the test are from now on: a fresh folder in a temporary one. */
void tool_test_enter_folder (void);

/* g_test_run(), and then the temporary folder goes away with all that is in it. */
int tool_test_run_in_folders (void);

/* The path that "@bank" and the like stand for. */
char *tool_test_find_module (const char *name);

/* Replaces how long it took by T, so that the rest can be compared. */
char *without_times (const char *text);

/* Runs the tool; it must end with @status and print exactly this, with modules' folders left out. */
void assert_run (const char *arguments, int status, const char *out, const char *err);

/* It is refused with status 2, prints nothing but @err to stderr. */
void assert_refused (const char *arguments, const char *err);

/* @text has @part somewhere. */
#define assert_says(text, part)                                                                                        \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    if (strstr ((text), (part)) == NULL)                                                                               \
      g_error ("%s:%d: \"%s\" is not in:\n%s", __FILE__, __LINE__, (part), (text));                                    \
  }                                                                                                                    \
  G_STMT_END
#define assert_does_not_say(text, part) g_assert_cmpstr (strstr ((text), (part)), ==, NULL)

G_END_DECLS
