/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table of a run. It has a column for each client, then store and bus (if there is anything on it), and a row for
 * each operation; a cell that is too wide is broken into lines. Columns get what they need; if that is too much, the
 * widest give way, but not so far that words are broken. If they do not fit even then, who does it and what he does
 * become one column each, whoever it is. A state stands where it is seen first or has changed.
 */

#include "scenarios/eh-simulation-print-private.h"

#include <string.h>

#define COLUMN_MIN 14
/* Longer words are broken. */
#define WORD_MAX 24
#define GAP 2
/* Before the first column: the mark and the number of the row. */
#define MARGIN 7
/* The longest circle that is looked for in the rows, how often it must be gone round, and how often it is shown. */
#define CIRCLE_MAX 32
#define ROUNDS_MIN 10
#define ROUNDS_SHOWN 2

typedef struct {
  GPtrArray *cells; /* (owned) (element-type utf8): n_columns a row, NULL for an empty one */
  GArray *marks;    /* (owned) (element-type char): of each row: ' ', '>', '!' */
  guint *widths;    /* (owned): of each column */
  guint n_columns;
  guint n_lanes;      /* the store's column is the one after them, then comes the bus */
  gboolean is_list;   /* the lanes are two: who, and what */
  GHashTable *states; /* (owned) stream to state: what was shown last; both are of the rows */
  GPtrArray *ids;     /* (owned) (element-type utf8): what stands for the first, the second... is told below */
} Table;

static void
table_clear (Table *self)
{
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->marks, g_array_unref);
  g_clear_pointer (&self->states, g_hash_table_unref);
  g_clear_pointer (&self->ids, g_ptr_array_unref);
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

/* ---- ids ---- */

/* As ids are written: others that are read as one may be words. */
static gboolean
is_id (const char *text, gsize length)
{
  char given[EH_ID_STRING_LENGTH + 1] = { 0 };
  char written[EH_ID_STRING_LENGTH + 1];
  EhId id;

  if (length != EH_ID_STRING_LENGTH)
    return FALSE;
  memcpy (given, text, length);
  if (!eh_id_from_string (&id, given, NULL))
    return FALSE;
  eh_id_write (&id, written);
  return g_str_equal (given, written);
}

static guint
find_id (Table *self, const char *text)
{
  guint i = 0;

  while (i < self->ids->len && strncmp (g_ptr_array_index (self->ids, i), text, EH_ID_STRING_LENGTH) != 0)
    i++;
  if (i == self->ids->len)
    g_ptr_array_add (self->ids, g_strndup (text, EH_ID_STRING_LENGTH));
  return i + 1;
}

/* @cell: (transfer full). Ids are long, and look alike. */
static char *
name_ids (Table *self, char *cell)
{
  g_autofree char *whole = cell;
  GString *named = g_string_new (NULL);

  for (const char *p = whole; *p != '\0';)
    {
      gsize length = 0;

      while (g_ascii_isalnum (p[length]))
        length++;
      if (is_id (p, length))
        g_string_append_printf (named, "~%u", find_id (self, p));
      else
        g_string_append_len (named, p, (gssize) MAX (length, 1));
      p += MAX (length, 1);
    }
  return g_string_free (named, FALSE);
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
add_row (Table *self, const EhShrunk *shown, const EhTraceRow *row)
{
  guint first = self->cells->len;
  gboolean is_alone = begins_with_word (row->what, "start") || begins_with_word (row->what, "sleep");
  char mark = !is_empty (row->fault) ? '!' : row->switched ? '>' : ' ';
  gpointer *cells;

  g_array_append_val (self->marks, mark);
  g_ptr_array_set_size (self->cells, (gint) (first + self->n_columns));
  cells = self->cells->pdata + first;
  if (self->is_list)
    cells[0] = eh_shrunk_dup_lane_name (shown, row->task);
  cells[self->is_list ? 1 : row->task] = name_ids (self, make_client_cell (row, is_alone));
  if (!is_alone)
    cells[self->n_lanes + (is_about_bus (row) ? 1 : 0)] = name_ids (self, make_other_cell (self, row));
}

static gboolean
has_bus (const EhShrunk *shown)
{
  for (guint i = 0; i < shown->rows->len; i++)
    if (is_about_bus (g_ptr_array_index (shown->rows, i)))
      return TRUE;
  return FALSE;
}

static void
add_header (Table *self, const EhShrunk *shown)
{
  char blank = ' ';

  for (guint i = 0; i < self->n_lanes && !self->is_list; i++)
    g_ptr_array_add (self->cells, eh_shrunk_dup_lane_name (shown, i));
  if (self->is_list)
    {
      g_ptr_array_add (self->cells, g_strdup ("who"));
      g_ptr_array_add (self->cells, g_strdup ("what"));
    }
  g_ptr_array_add (self->cells, g_strdup ("store"));
  if (self->n_columns > self->n_lanes + 1)
    g_ptr_array_add (self->cells, g_strdup ("bus"));
  g_array_append_val (self->marks, blank);
}

static void
table_init (Table *self, const EhShrunk *shown, gboolean is_list)
{
  self->is_list = is_list;
  self->n_lanes = is_list ? 2 : eh_shrunk_count_lanes (shown);
  self->n_columns = self->n_lanes + (has_bus (shown) ? 2 : 1);
  self->states = g_hash_table_new (g_str_hash, g_str_equal);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  self->marks = g_array_new (FALSE, FALSE, sizeof (char));
  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->widths = g_new0 (guint, self->n_columns);

  add_header (self, shown);
  for (guint i = 0; i < shown->rows->len; i++)
    add_row (self, shown, g_ptr_array_index (shown->rows, i));
}

/* ---- how wide the columns are ---- */

/* Of the widest piece of @cell between any of @ends. */
static guint
measure_pieces (const char *cell, const char *ends)
{
  guint width = 0;

  while (cell != NULL && *cell != '\0')
    {
      gsize length = strcspn (cell, ends);

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

/* How narrow a column may become. */
static guint
get_least_width (const Table *self, guint column)
{
  guint longest = 0;

  for (guint i = column; i < self->cells->len; i += self->n_columns)
    longest = MAX (longest, measure_pieces (g_ptr_array_index (self->cells, i), " \n"));
  return CLAMP (longest, COLUMN_MIN, WORD_MAX);
}

static guint
find_widest (const Table *self, const guint *least)
{
  guint widest = self->n_columns;

  for (guint i = 0; i < self->n_columns; i++)
    if (self->widths[i] > least[i] && (widest == self->n_columns || self->widths[i] > self->widths[widest]))
      widest = i;
  return widest;
}

/* Whether the columns fit without breaking words. */
static gboolean
fit_widths (Table *self, guint width)
{
  g_autofree guint *least = g_new (guint, self->n_columns);

  for (guint i = 0; i < self->n_columns; i++)
    least[i] = get_least_width (self, i);
  for (guint i = 0; i < self->cells->len; i++)
    {
      guint *column = &self->widths[i % self->n_columns];

      *column = MAX (*column, measure_pieces (g_ptr_array_index (self->cells, i), "\n"));
    }
  for (guint sum = sum_widths (self); sum > width; sum--)
    {
      guint widest = find_widest (self, least);

      if (widest == self->n_columns)
        return FALSE;
      self->widths[widest]--;
    }
  return TRUE;
}

/* ---- printing ---- */

/* Prints one line of a cell, moves it on, and fills up to the column's width. */
static void
print_cell_line (const char **cell, guint width, GString *out)
{
  gsize length = *cell != NULL ? eh_simulation_print_measure_line (*cell, width) : 0;

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
  return mark == '!' ? EH_PRINT_RED : mark == '>' ? EH_PRINT_YELLOW : "";
}

static void
print_row (const Table *self, guint row, const EhSimulationPrint *style, GString *out)
{
  g_autofree const char **cells = g_new0 (const char *, self->n_columns);
  char mark = g_array_index (self->marks, char, row);
  const char *colour = !style->colour ? "" : row == 0 ? EH_PRINT_BOLD : get_mark_colour (mark);
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
      g_string_append (out, *colour != '\0' ? EH_PRINT_PLAIN "\n" : "\n");
      is_first = FALSE;
    }
}

static gboolean
is_same_row (const Table *self, guint a, guint b)
{
  if (g_array_index (self->marks, char, a) != g_array_index (self->marks, char, b))
    return FALSE;
  for (guint i = 0; i < self->n_columns; i++)
    if (g_strcmp0 (g_ptr_array_index (self->cells, a * self->n_columns + i),
                   g_ptr_array_index (self->cells, b * self->n_columns + i))
        != 0)
      return FALSE;
  return TRUE;
}

/* How many rows the circle has that the table ends with, and in @n_rounds how often it is gone round. */
static guint
find_circle (const Table *self, guint *n_rounds)
{
  const guint last = self->marks->len - 1;

  for (guint size = 1; size <= CIRCLE_MAX && size * ROUNDS_MIN <= last; size++)
    {
      guint n = 0;

      while (n + size < last && is_same_row (self, last - n, last - n - size))
        n++;
      *n_rounds = n / size + 1;
      if (*n_rounds >= ROUNDS_MIN)
        return size;
    }
  return 0;
}

/* Of a circle that has no end the first rounds are enough. */
static void
print_rows (const Table *self, const EhSimulationPrint *style, GString *out)
{
  guint n_rounds = 0;
  guint size = find_circle (self, &n_rounds);
  guint n = self->marks->len - (size > 0 ? (n_rounds - ROUNDS_SHOWN) * size : 0);

  for (guint i = 0; i < n; i++)
    print_row (self, i, style, out);
  if (size > 0)
    g_string_append_printf (out, "%*s%*s(and so on, %u times more)\n", (int) style->indent, "", MARGIN, "",
                            n_rounds - ROUNDS_SHOWN);
}

static void
print_ids (const Table *self, const EhSimulationPrint *style, GString *out)
{
  for (guint i = 0; i < self->ids->len; i++)
    g_string_append_printf (out, "%*s~%u is %s\n", (int) style->indent, "", i + 1,
                            (const char *) g_ptr_array_index (self->ids, i));
}

void
eh_simulation_print_table (const EhShrunk *shown, const EhSimulationPrint *style, GString *out)
{
  g_auto (Table) columns = { .cells = NULL };
  g_auto (Table) list = { .cells = NULL };
  guint width = eh_simulation_print_get_width (style, MARGIN);
  const Table *table = &columns;

  table_init (&columns, shown, FALSE);
  if (!fit_widths (&columns, width))
    {
      table_init (&list, shown, TRUE);
      fit_widths (&list, width);
      table = &list;
    }
  print_rows (table, style, out);
  print_ids (table, style, out);
}
