/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "eh-diff.h"

/* Beyond this, a long expected value no longer pushes the column behind it to the right. */
#define COLUMN_MAX 40
#define GAP 2

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

typedef struct {
  GString *out;
  gboolean colour;
  gsize path_width;
  gsize expected_width;
} Printer;

static const char *const kinds[] = { "missing", "unexpected", "changed", "moved" };

/* What is not there is said to be so: each line then reads like every other. */
static const char *
get_expected (const EhDiff *diff, guint i)
{
  const char *expected = eh_diff_get_expected (diff, i);

  return expected == NULL && eh_diff_get_kind (diff, i) == EH_DIFF_UNEXPECTED ? "nothing" : expected;
}

static const char *
get_actual (const EhDiff *diff, guint i)
{
  const char *actual = eh_diff_get_actual (diff, i);

  return actual == NULL && eh_diff_get_kind (diff, i) == EH_DIFF_MISSING ? "nothing" : actual;
}

static gsize
get_width (const char *text)
{
  if (text == NULL)
    return 0;
  return g_utf8_validate (text, -1, NULL) ? (gsize) g_utf8_strlen (text, -1) : strlen (text);
}

/* What is too long for its column has a gap behind it all the same. */
static void
pad (Printer *self, gsize printed, gsize width)
{
  for (width = MAX (width, printed); printed < width + GAP; printed++)
    g_string_append_c (self->out, ' ');
}

static void
print_coloured (Printer *self, const char *colour, const char *text)
{
  if (self->colour)
    g_string_append_printf (self->out, "%s%s" PLAIN, colour, text);
  else
    g_string_append (self->out, text);
}

static void
print_entry (Printer *self, const EhDiff *diff, guint i)
{
  const char *kind = kinds[eh_diff_get_kind (diff, i)];
  const char *path = eh_diff_get_path (diff, i);
  const char *expected = get_expected (diff, i);
  const char *actual = get_actual (diff, i);

  print_coloured (self, YELLOW, kind);
  pad (self, strlen (kind), strlen ("unexpected"));
  g_string_append (self->out, path);
  if (expected != NULL || actual != NULL)
    pad (self, get_width (path), self->path_width);
  if (expected != NULL)
    {
      g_string_append (self->out, "expected ");
      print_coloured (self, GREEN, expected);
    }
  if (actual != NULL)
    {
      if (self->expected_width > 0)
        pad (self, expected == NULL ? 0 : strlen ("expected ") + get_width (expected),
             strlen ("expected ") + self->expected_width);
      g_string_append (self->out, "got ");
      print_coloured (self, RED, actual);
    }
  g_string_append_c (self->out, '\n');
}

void
eh_diff_print (const EhDiff *self, guint indent, gboolean colour, GString *out)
{
  Printer printer = { .out = out, .colour = colour };

  g_return_if_fail (self != NULL);
  g_return_if_fail (out != NULL);

  for (guint i = 0; i < eh_diff_get_size (self); i++)
    {
      gsize expected_width = get_width (get_expected (self, i));

      printer.path_width = MAX (printer.path_width, get_width (eh_diff_get_path (self, i)));
      printer.expected_width = MAX (printer.expected_width, MIN (expected_width, COLUMN_MAX));
    }
  for (guint i = 0; i < eh_diff_get_size (self); i++)
    {
      g_string_append_printf (out, "%*s", (gint) indent, "");
      print_entry (&printer, self, i);
    }
}
