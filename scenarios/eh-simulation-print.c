/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The report for a person. Its table has a column for each client, then store and bus (if there is anything on it),
 * and a row for each operation; a cell that is too wide is broken into lines. Columns get what they need; if that is
 * too much, the widest give way. A state stands where it is seen first or has changed.
 */

#include "scenarios/eh-simulation-result-private.h"

#include <string.h>

#define WIDTH 100
#define COLUMN_MIN 14
#define GAP 2
/* Before the first column: the mark and the number of the row. */
#define MARGIN 7

#define BOLD "\033[1m"
#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define PLAIN "\033[0m"

typedef struct {
  GPtrArray *cells; /* (owned) (element-type utf8): n_columns a row, NULL for an empty one */
  GArray *marks;    /* (owned) (element-type char): of each row: ' ', '>', '!' */
  guint *widths;    /* (owned): of each column */
  guint n_columns;
  guint n_clients;    /* the store's column is the one after them, then comes the bus */
  GHashTable *states; /* (owned) stream to state: what was shown last; both are of the rows */
} Table;

static void
table_clear (Table *self)
{
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->states, g_hash_table_unref);
  g_free (self->widths);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Table, table_clear)

static guint
text_width (const char *text, gsize length)
{
  return (guint) g_utf8_strlen (text, (gssize) length);
}

/* ---- what is in the cells ---- */

static gboolean
begins_with_word (const char *text, const char *word)
{
  gsize length = strlen (word);

  return strncmp (text, word, length) == 0 && (text[length] == ' ' || text[length] == '\0');
}

static gboolean
is_about_bus (const EhTraceRow *row)
{
  return begins_with_word (row->what, "publish") || begins_with_word (row->what, "deliver")
         || begins_with_word (row->what, "subscribe");
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static void
add_line (GString *cell, const char *text)
{
  if (is_empty (text))
    return;
  if (cell->len > 0)
    g_string_append_c (cell, '\n');
  g_string_append (cell, text);
}

/* What the client does; of a step that touches nothing else, what came of it too. */
static char *
make_client_cell (const EhTraceRow *row, gboolean is_alone)
{
  GString *cell = g_string_new (NULL);

  add_line (cell, row->what);
  add_line (cell, row->detail);
  if (!is_empty (row->fault))
    {
      const char *colon = strrchr (row->fault, ':');
      g_autofree char *fault = g_strconcat ("!", colon != NULL ? colon + 1 : row->fault, NULL);

      add_line (cell, fault);
    }
  if (is_alone)
    add_line (cell, row->result);
  return g_string_free (cell, FALSE);
}

/* Whether it is not what the reader knows already. The stream is the operation's subject. */
static gboolean
is_new_state (Table *self, const EhTraceRow *row)
{
  const char *space = strchr (row->what, ' ');
  char *stream = (char *) (space != NULL ? space + 1 : "");

  if (is_empty (row->state) || g_strcmp0 (g_hash_table_lookup (self->states, stream), row->state) == 0)
    return FALSE;
  g_hash_table_replace (self->states, stream, row->state);
  return TRUE;
}

static char *
make_other_cell (Table *self, const EhTraceRow *row)
{
  GString *cell = g_string_new (NULL);

  add_line (cell, row->result);
  if (is_new_state (self, row))
    add_line (cell, row->state);
  return g_string_free (cell, FALSE);
}

static void
add_row (Table *self, const EhTraceRow *row)
{
  guint first = self->cells->len;
  gboolean is_alone = begins_with_word (row->what, "start") || begins_with_word (row->what, "sleep");
  char mark = !is_empty (row->fault) ? '!' : row->switched ? '>' : ' ';

  g_array_append_val (self->marks, mark);
  g_ptr_array_set_size (self->cells, (gint) (first + self->n_columns));
  self->cells->pdata[first + row->task] = make_client_cell (row, is_alone);
  if (!is_alone)
    self->cells->pdata[first + self->n_clients + (is_about_bus (row) ? 1 : 0)] = make_other_cell (self, row);
}

guint
eh_shrunk_count_lanes (const EhShrunk *shown)
{
  guint n = shown->simulation != NULL ? shown->simulation->clients->len : 0;

  for (guint i = 0; shown->rows != NULL && i < shown->rows->len; i++)
    n = MAX (n, ((const EhTraceRow *) g_ptr_array_index (shown->rows, i))->task + 1);
  return n;
}

char *
eh_shrunk_dup_lane_name (const EhShrunk *shown, guint task)
{
  const GPtrArray *clients = shown->simulation->clients;

  if (task < clients->len)
    return g_strdup (((const EhSimClient *) g_ptr_array_index (clients, task))->name);
  for (guint i = 0; i < shown->rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (shown->rows, i);

      if (row->task == task)
        return g_strndup (row->schedule, strcspn (row->schedule, ":"));
    }
  return g_strdup_printf ("client-%u", task + 1);
}

static void
table_init (Table *self, const EhShrunk *shown)
{
  gboolean has_bus = FALSE;
  char blank = ' ';

  self->n_clients = eh_shrunk_count_lanes (shown);
  for (guint i = 0; i < shown->rows->len; i++)
    has_bus |= is_about_bus (g_ptr_array_index (shown->rows, i));
  self->n_columns = self->n_clients + (has_bus ? 2 : 1);
  self->states = g_hash_table_new (g_str_hash, g_str_equal);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (char));
  self->widths = g_new0 (guint, self->n_columns);

  for (guint i = 0; i < self->n_clients; i++)
    g_ptr_array_add (self->cells, eh_shrunk_dup_lane_name (shown, i));
  g_ptr_array_add (self->cells, g_strdup ("store"));
  if (has_bus)
    g_ptr_array_add (self->cells, g_strdup ("bus"));
  g_array_append_val (self->marks, blank);
  for (guint i = 0; i < shown->rows->len; i++)
    add_row (self, g_ptr_array_index (shown->rows, i));
}

/* ---- how wide the columns are ---- */

static guint
natural_width (const char *cell)
{
  guint width = 0;

  while (cell != NULL && *cell != '\0')
    {
      gsize length = strcspn (cell, "\n");

      width = MAX (width, text_width (cell, length));
      cell += length + (cell[length] != '\0' ? 1 : 0);
    }
  return width;
}

static guint
sum_widths (const Table *self)
{
  guint sum = 0;

  for (guint i = 0; i < self->n_columns; i++)
    sum += self->widths[i] + (i > 0 ? GAP : 0);
  return sum;
}

static void
fit_widths (Table *self, guint width)
{
  for (guint i = 0; i < self->cells->len; i++)
    {
      guint *column = &self->widths[i % self->n_columns];

      *column = MAX (*column, natural_width (g_ptr_array_index (self->cells, i)));
    }
  for (guint sum = sum_widths (self); sum > width; sum--)
    {
      guint widest = 0;

      for (guint i = 1; i < self->n_columns; i++)
        if (self->widths[i] > self->widths[widest])
          widest = i;
      if (self->widths[widest] <= COLUMN_MIN)
        return;
      self->widths[widest]--;
    }
}

/* ---- printing ---- */

/* The bytes of the first line of @text that fit into @width columns; broken at a space if there is one. */
static gsize
measure_line (const char *text, guint width)
{
  gsize length = strcspn (text, "\n");
  gsize space;

  if (text_width (text, length) <= width)
    return length;
  length = (gsize) (g_utf8_offset_to_pointer (text, (glong) width) - text);
  for (space = length; space > 0 && text[space] != ' '; space--)
    ;
  return space > 0 ? space : length;
}

/* Prints one line of a cell, moves it on, and fills up to the column's width. */
static void
print_cell_line (const char **cell, guint width, GString *out)
{
  gsize length = *cell != NULL ? measure_line (*cell, width) : 0;

  if (length > 0)
    g_string_append_len (out, *cell, (gssize) length);
  g_string_append_printf (out, "%*s", (int) (width - (length > 0 ? text_width (*cell, length) : 0)), "");
  if (*cell != NULL)
    {
      *cell += length;
      if (**cell == '\n' || **cell == ' ')
        (*cell)++;
    }
}

static gboolean
has_text (const char *const *cells, guint n)
{
  for (guint i = 0; i < n; i++)
    if (!is_empty (cells[i]))
      return TRUE;
  return FALSE;
}

static void
strip_end (GString *out)
{
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
}

static const char *
get_mark_colour (char mark)
{
  return mark == '!' ? RED : mark == '>' ? YELLOW : "";
}

static void
print_row (const Table *self, guint row, const EhSimulationPrint *style, GString *out)
{
  g_autofree const char **cells = g_new0 (const char *, self->n_columns);
  char mark = g_array_index (self->marks, char, row);
  const char *colour = !style->colour ? "" : row == 0 ? BOLD : get_mark_colour (mark);
  gboolean is_first = TRUE;

  for (guint i = 0; i < self->n_columns; i++)
    cells[i] = g_ptr_array_index (self->cells, row * self->n_columns + i);
  while (is_first || has_text (cells, self->n_columns))
    {
      g_string_append_printf (out, "%*s%s", (int) style->indent, "", colour);
      if (is_first && row > 0)
        g_string_append_printf (out, "%c%4u  ", mark, row);
      else
        g_string_append_printf (out, "%*s", MARGIN, "");
      for (guint i = 0; i < self->n_columns; i++)
        {
          print_cell_line (&cells[i], self->widths[i], out);
          g_string_append_printf (out, "%*s", GAP, "");
        }
      strip_end (out);
      g_string_append (out, *colour != '\0' ? PLAIN "\n" : "\n");
      is_first = FALSE;
    }
}

static void
print_table (const EhShrunk *shown, const EhSimulationPrint *style, GString *out)
{
  g_auto (Table) table = { .cells = NULL };
  guint width = style->width > 0 ? style->width : WIDTH;
  gsize n_rows;

  table_init (&table, shown);
  fit_widths (&table, width > style->indent + MARGIN ? width - style->indent - MARGIN : 1);
  n_rows = table.marks->len;
  for (guint i = 0; i < n_rows; i++)
    print_row (&table, i, style, out);
}

static void
print_lines (const char *text, const EhSimulationPrint *style, GString *out)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      g_string_append_printf (out, "%*s%s\n", (int) style->indent, "", lines[i]);
}

static void
print_run (const EhShrunk *shown, const EhSimulationPrint *style, GString *out)
{
  if (shown->rows != NULL)
    print_table (shown, style, out);
  if (!is_empty (shown->states))
    print_lines (shown->states, style, out);
}

/* A text of one paragraph, broken at spaces so that it fits. */
static void
print_wrapped (const char *text, const EhSimulationPrint *style, GString *out)
{
  guint width = style->width > 0 ? style->width : WIDTH;

  width = width > style->indent ? width - style->indent : 1;
  while (*text != '\0')
    {
      gsize length = measure_line (text, width);

      g_string_append_printf (out, "%*s%.*s\n", (int) style->indent, "", (int) length, text);
      text += length;
      if (*text == ' ' || *text == '\n')
        text++;
    }
}

/* The same, with a word and a colon in front. */
static void
print_marked (const char *word, const char *colour, const char *text, const EhSimulationPrint *style, GString *out)
{
  g_autofree char *whole = g_strdup_printf ("%s: %s", word, text);
  gsize at = out->len + style->indent;

  print_wrapped (whole, style, out);
  if (!style->colour)
    return;
  g_string_insert (out, (gssize) (at + strlen (word) + 1), PLAIN);
  g_string_insert (out, (gssize) at, colour);
}

static void
print_sentence (const EhSimulationResult *self, const EhSimulationPrint *style, GString *out)
{
  const char *nick = self->check != 0 ? eh_sim_check_get_nick (self->check)
                                      : eh_simulation_status_get_nick (self->status);

  if (self->status != EH_SIMULATION_EXPECTED && eh_simulation_status_is_good (self->status))
    print_wrapped (self->sentence, style, out);
  else
    print_marked (nick, RED, self->sentence, style, out);
}

void
eh_simulation_result_print (const EhSimulationResult *self, const EhSimulationPrint *style, GString *out)
{
  g_autofree char *coverage = NULL;
  g_autofree char *shrinking = NULL;
  g_autofree char *sometimes = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (style != NULL);
  g_return_if_fail (out != NULL);

  print_sentence (self, style, out);
  if (style->note != NULL)
    print_lines (style->note, style, out);
  if (!style->brief || !eh_simulation_status_is_good (self->status))
    print_run (&self->shown, style, out);
  shrinking = eh_simulation_result_describe_shrinking (self);
  if (shrinking != NULL)
    print_wrapped (shrinking, style, out);
  coverage = eh_simulation_result_describe_coverage (self);
  print_wrapped (coverage, style, out);
  sometimes = eh_simulation_result_describe_sometimes (self);
  if (sometimes != NULL)
    print_wrapped (sometimes, style, out);
  for (guint i = 0; i < self->warnings->len; i++)
    print_marked ("warning", YELLOW, g_ptr_array_index (self->warnings, i), style, out);
}
