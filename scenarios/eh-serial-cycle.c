/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-serial-private.h"

#include <string.h>

/*
 * A cycle among steps, each of which has to come before the next: because of its client's own order, because it read
 * what the other had not yet changed, or because the other read or changed what it had appended. The shortest cycle
 * is the best explanation; one without a read that was overtaken cannot be.
 */

typedef enum {
  EDGE_NONE,
  EDGE_ORDER,    /* the client's own order */
  EDGE_OVERTOOK, /* it read what the other then changed */
  EDGE_SEEN,     /* the other read what it appended */
  EDGE_FOLLOWED, /* the other appended after it */
} EdgeKind;

typedef struct {
  EdgeKind kind;
  guint stream;
  guint64 version;
  gboolean is_stale; /* what it read did not show all that was there */
} Edge;

typedef struct {
  EhTrial *trial;
  guint n;
  Edge *edges;  /* (owned): n x n */
  guint *from;  /* (owned): of each step: where it was reached from */
  guint *queue; /* (owned) */
} Graph;

static Edge *
get_edge (Graph *self, guint from, guint to)
{
  return &self->edges[(gsize) from * self->n + to];
}

static void
add_edge (Graph *self, guint from, guint to, EdgeKind kind, guint stream, guint64 version)
{
  Edge *edge = get_edge (self, from, to);

  if (from != to && edge->kind == EDGE_NONE)
    *edge = (Edge){ kind, stream, version };
}

static const EhTrialStep *
get_record (Graph *self, guint i)
{
  return &g_array_index (self->trial->records, EhTrialStep, i);
}

static guint
find_writer (Graph *self, guint stream, guint64 version)
{
  const EhTrialStep *record = eh_trial_find_writer (self->trial, stream, version);

  return record != NULL ? (guint) (record - (const EhTrialStep *) (gpointer) self->trial->records->data)
                        : EH_TRIAL_NONE;
}

static void
add_read (Graph *self, guint i, const EhTrialLoad *load)
{
  guint before = find_writer (self, load->stream, load->version);
  guint after = find_writer (self, load->stream, load->version + 1);

  if (after != EH_TRIAL_NONE)
    {
      add_edge (self, i, after, EDGE_OVERTOOK, load->stream, load->version);
      get_edge (self, i, after)->is_stale |= load->is_fault;
    }
  if (before != EH_TRIAL_NONE)
    add_edge (self, before, i, EDGE_SEEN, load->stream, load->version);
}

static void
add_step (Graph *self, guint i)
{
  EhTrial *trial = self->trial;
  const EhTrialStep *record = get_record (self, i);

  for (guint k = eh_serial_next_read (trial, record, record->first_load); k != EH_TRIAL_NONE;
       k = eh_serial_next_read (trial, record, eh_trial_get_load (trial, k)->next))
    add_read (self, i, eh_trial_get_load (trial, k));
  for (guint k = record->first_append; k != EH_TRIAL_NONE; k = eh_trial_get_append (trial, k)->next)
    {
      const EhTrialAppend *append = eh_trial_get_append (trial, k);
      guint next = find_writer (self, append->stream, append->last + 1);

      if (next != EH_TRIAL_NONE)
        add_edge (self, i, next, EDGE_FOLLOWED, append->stream, append->last);
    }
}

static void
add_edges (Graph *self)
{
  for (guint i = 0; i < self->n; i++)
    {
      const EhTrialStep *record = get_record (self, i);

      if (eh_serial_get_kind (self->trial, record) == EH_SERIAL_FREE)
        continue;
      add_step (self, i);
      for (guint k = i + 1; k < self->n && get_record (self, k)->task == record->task; k++)
        {
          if (eh_serial_get_kind (self->trial, get_record (self, k)) != EH_SERIAL_FREE)
            add_edge (self, i, k, EDGE_ORDER, 0, 0);
        }
    }
}

/* The number of edges of the shortest way from @start back to it; 0 if there is none. The way is in @from. */
static guint
find_way_back (Graph *self, guint start, guint *lengths)
{
  guint head = 0;
  guint tail = 0;

  memset (lengths, 0, self->n * sizeof *lengths);
  self->queue[tail++] = start;
  while (head < tail)
    {
      guint at = self->queue[head++];

      for (guint to = 0; to < self->n; to++)
        {
          if (get_edge (self, at, to)->kind == EDGE_NONE || lengths[to] > 0)
            continue;
          lengths[to] = lengths[at] + 1;
          self->from[to] = at;
          if (to == start)
            return lengths[to];
          self->queue[tail++] = to;
        }
    }
  return 0;
}

static guint
find_shortest (Graph *self)
{
  g_autofree guint *lengths = g_new (guint, self->n + 1);
  guint best = EH_TRIAL_NONE;
  guint shortest = G_MAXUINT;

  for (guint i = 0; i < self->n; i++)
    {
      guint length = find_way_back (self, i, lengths);

      if (length == 0 || length >= shortest)
        continue;
      shortest = length;
      best = i;
    }
  if (best != EH_TRIAL_NONE)
    find_way_back (self, best, lengths);
  return best;
}

static void
print_edge (Graph *self, guint from, guint to, GString *out)
{
  EhTrial *trial = self->trial;
  const Edge *edge = get_edge (self, from, to);
  g_autofree char *a = eh_trial_describe_step (trial, get_record (self, from));
  g_autofree char *b = eh_trial_describe_step (trial, get_record (self, to));
  const char *stream = edge->kind != EDGE_ORDER ? eh_trial_stream_get_name (eh_trial_get_stream (trial, edge->stream))
                                                : "";

  if (edge->kind == EDGE_ORDER)
    g_string_append_printf (out, "%s came before %s", a, b);
  else if (edge->kind == EDGE_OVERTOOK && edge->is_stale)
    g_string_append_printf (out,
                            "%s read %s by a stale load, at version %" G_GUINT64_FORMAT ", without %s, which was there",
                            a, stream, edge->version, b);
  else if (edge->kind == EDGE_OVERTOOK)
    g_string_append_printf (out, "%s read %s at version %" G_GUINT64_FORMAT ", before %s was appended to it", a, stream,
                            edge->version, b);
  else if (edge->kind == EDGE_SEEN)
    g_string_append_printf (out, "%s appended version %" G_GUINT64_FORMAT " to %s, which %s read", a, edge->version,
                            stream, b);
  else
    g_string_append_printf (out, "%s appended to %s before %s did", a, stream, b);
}

static void
report (Graph *self, guint start)
{
  g_autoptr (GString) text = g_string_new ("no order of the clients' steps explains what they saw: ");
  g_autoptr (GArray) way = g_array_new (FALSE, FALSE, sizeof (guint));
  guint at = start;

  do
    {
      g_array_prepend_val (way, at);
      at = self->from[at];
    }
  while (at != start);
  g_array_prepend_val (way, at);
  for (guint i = 0; i + 1 < way->len; i++)
    {
      g_string_append (text, i == 0 ? "" : i + 2 < way->len ? ", " : ", and ");
      print_edge (self, g_array_index (way, guint, i), g_array_index (way, guint, i + 1), text);
    }
  eh_trial_find (self->trial, EH_SIM_CHECK_SERIALIZABLE, g_strdup ("cycle"), g_strdup (text->str));
}

gboolean
eh_serial_report_cycle (EhTrial *self)
{
  Graph graph = { .trial = self, .n = self->records->len };
  g_autofree Edge *edges = g_new0 (Edge, (gsize) graph.n * graph.n + 1);
  g_autofree guint *from = g_new0 (guint, graph.n + 1);
  g_autofree guint *queue = g_new0 (guint, graph.n + 1);
  guint start;

  graph.edges = edges;
  graph.from = from;
  graph.queue = queue;
  add_edges (&graph);
  start = find_shortest (&graph);
  if (start == EH_TRIAL_NONE)
    return FALSE;
  report (&graph, start);
  return TRUE;
}
