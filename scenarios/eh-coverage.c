/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-coverage.h"

/*
 * The rows are made with the domain, in its order; counting looks a row up by aggregate type and schema, which is
 * where the hash table comes in. It is never iterated.
 */

struct _EhCoverage {
  GObject parent_instance;

  GArray *rows;     /* (owned) (element-type EhCoverageRow): immutable but for the counts */
  GHashTable *find; /* (owned) (element-type EhCoverageRow guint): a row's place and 1, by its type and schema */
};

G_DEFINE_FINAL_TYPE (EhCoverage, eh_coverage, G_TYPE_OBJECT)

static guint
row_hash (gconstpointer data)
{
  const EhCoverageRow *row = data;

  return g_direct_hash (row->type) * 31 + g_direct_hash (row->schema) + (guint) row->kind;
}

static gboolean
row_equal (gconstpointer a, gconstpointer b)
{
  const EhCoverageRow *row = a;
  const EhCoverageRow *other = b;

  return row->schema == other->schema && row->type == other->type && row->kind == other->kind;
}

static void
eh_coverage_finalize (GObject *object)
{
  EhCoverage *self = EH_COVERAGE (object);

  g_clear_pointer (&self->find, g_hash_table_unref);
  g_clear_pointer (&self->rows, g_array_unref);
  G_OBJECT_CLASS (eh_coverage_parent_class)->finalize (object);
}

static void
eh_coverage_class_init (EhCoverageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_coverage_finalize;
}

static void
eh_coverage_init (EhCoverage *self)
{
  self->rows = g_array_new (FALSE, FALSE, sizeof (EhCoverageRow));
  self->find = g_hash_table_new (row_hash, row_equal);
}

static void
add_row (EhCoverage *self, EhCoverageRowKind kind, const EhAggregateType *type, const EhSchema *schema)
{
  EhCoverageRow row = { .kind = kind, .type = type, .schema = schema };

  g_array_append_val (self->rows, row);
}

static void
add_type (EhCoverage *self, const EhAggregateType *type)
{
  for (gsize i = 0; i < type->n_commands; i++)
    add_row (self, EH_COVERAGE_COMMAND, type, type->commands[i].schema);
  for (gsize i = 0; i < type->n_events; i++)
    add_row (self, EH_COVERAGE_EVENT, type, type->events[i].schema);
}

EhCoverage *
eh_coverage_new (EhDomain *domain)
{
  EhCoverage *self;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);

  self = g_object_new (EH_TYPE_COVERAGE, NULL);
  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    add_type (self, eh_domain_get_aggregate_type (domain, i));
  for (guint i = 0; i < self->rows->len; i++)
    g_hash_table_insert (self->find, &g_array_index (self->rows, EhCoverageRow, i), GUINT_TO_POINTER (i + 1));
  return self;
}

/* NULL of what is not in the domain: it has no row, and is reported elsewhere. */
static EhCoverageRow *
find_row (EhCoverage *self, EhCoverageRowKind kind, const EhAggregateType *type, const EhSchema *schema)
{
  EhCoverageRow key = { .kind = kind, .type = type, .schema = schema };
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->find, &key));

  return place == 0 ? NULL : &g_array_index (self->rows, EhCoverageRow, place - 1);
}

void
eh_coverage_add_command (EhCoverage *self, const EhAggregateType *type, const EhSchema *command, gboolean accepted)
{
  EhCoverageRow *row;

  g_return_if_fail (EH_IS_COVERAGE (self));

  row = find_row (self, EH_COVERAGE_COMMAND, type, command);
  if (row == NULL)
    return;
  if (accepted)
    row->accepted++;
  else
    row->refused++;
}

void
eh_coverage_add_event (EhCoverage *self, const EhAggregateType *type, const EhSchema *event, gboolean produced)
{
  EhCoverageRow *row;

  g_return_if_fail (EH_IS_COVERAGE (self));

  row = find_row (self, EH_COVERAGE_EVENT, type, event);
  if (row == NULL)
    return;
  if (produced)
    row->produced++;
  else
    row->folded++;
}

guint
eh_coverage_get_n_rows (EhCoverage *self)
{
  g_return_val_if_fail (EH_IS_COVERAGE (self), 0);

  return self->rows->len;
}

const EhCoverageRow *
eh_coverage_get_row (EhCoverage *self, guint i)
{
  g_return_val_if_fail (EH_IS_COVERAGE (self), NULL);
  g_return_val_if_fail (i < self->rows->len, NULL);

  return &g_array_index (self->rows, EhCoverageRow, i);
}

typedef gboolean (*LacksFunc) (const EhCoverageRow *row);

static gboolean
never_accepted (const EhCoverageRow *row)
{
  return row->kind == EH_COVERAGE_COMMAND && row->accepted == 0;
}

static gboolean
never_refused (const EhCoverageRow *row)
{
  return row->kind == EH_COVERAGE_COMMAND && row->refused == 0;
}

static gboolean
never_produced (const EhCoverageRow *row)
{
  return row->kind == EH_COVERAGE_EVENT && row->produced == 0;
}

/* An event that was produced was folded too. */
static gboolean
never_run (const EhCoverageRow *row)
{
  return row->kind == EH_COVERAGE_EVENT && row->produced == 0 && row->folded == 0;
}

static void
print_lacking (EhCoverage *self, const char *heading, LacksFunc lacks, GString *out)
{
  const char *separator = out->len == 0 ? "" : "; ";

  for (guint i = 0; i < self->rows->len; i++)
    {
      const EhCoverageRow *row = &g_array_index (self->rows, EhCoverageRow, i);

      if (!lacks (row))
        continue;
      g_string_append_printf (out, "%s%s%s", separator, heading, row->schema->name);
      heading = "";
      separator = ", ";
    }
}

static guint
count_rows (EhCoverage *self, EhCoverageRowKind kind)
{
  guint n = 0;

  for (guint i = 0; i < self->rows->len; i++)
    n += g_array_index (self->rows, EhCoverageRow, i).kind == kind;
  return n;
}

void
eh_coverage_print_line (EhCoverage *self, GString *out)
{
  g_autoptr (GString) lacking = NULL;

  g_return_if_fail (EH_IS_COVERAGE (self));
  g_return_if_fail (out != NULL);

  lacking = g_string_new (NULL);
  print_lacking (self, "never produced ", never_produced, lacking);
  print_lacking (self, "never accepted ", never_accepted, lacking);
  print_lacking (self, "never refused ", never_refused, lacking);
  print_lacking (self, "rules never run ", never_run, lacking);
  if (lacking->len > 0)
    g_string_append_printf (out, "coverage: %s\n", lacking->str);
  else
    g_string_append_printf (out, "coverage: all %u commands accepted and refused, all %u events produced\n",
                            count_rows (self, EH_COVERAGE_COMMAND), count_rows (self, EH_COVERAGE_EVENT));
}

static gsize
get_name_width (EhCoverage *self)
{
  gsize width = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      const EhCoverageRow *row = &g_array_index (self->rows, EhCoverageRow, i);

      width = MAX (width, strlen (row->type->name) + 1 + strlen (row->schema->name));
    }
  return width;
}

static void
print_count (guint64 count, const char *what, gboolean colour, GString *out)
{
  gboolean lacks = count == 0;

  g_string_append_printf (out, "  %s%6" G_GUINT64_FORMAT " %-8s%s%s", lacks && colour ? "\033[1;31m" : "", count, what,
                          lacks ? " !" : "  ", lacks && colour ? "\033[0m" : "");
}

static void
print_row (const EhCoverageRow *row, gsize width, gboolean colour, GString *out)
{
  g_autofree char *name = g_strconcat (row->type->name, ".", row->schema->name, NULL);

  g_string_append_printf (out, "%-7s  %-*s", row->kind == EH_COVERAGE_COMMAND ? "command" : "event", (int) width, name);
  if (row->kind == EH_COVERAGE_COMMAND)
    {
      print_count (row->accepted, "accepted", colour, out);
      print_count (row->refused, "refused", colour, out);
    }
  else
    {
      print_count (row->produced, "produced", colour, out);
      print_count (row->produced + row->folded, "folded", colour, out);
    }
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  g_string_append_c (out, '\n');
}

void
eh_coverage_print_table (EhCoverage *self, gboolean colour, GString *out)
{
  gsize width;

  g_return_if_fail (EH_IS_COVERAGE (self));
  g_return_if_fail (out != NULL);

  width = get_name_width (self);
  for (guint i = 0; i < self->rows->len; i++)
    print_row (&g_array_index (self->rows, EhCoverageRow, i), width, colour, out);
}
