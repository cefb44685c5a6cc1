/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-diff.h"

#include "eh-diff-list-private.h"
#include "eh-schema-private.h"

typedef struct {
  EhDiffKind kind;
  char *path;     /* (owned) */
  char *expected; /* (owned) (nullable) */
  char *actual;   /* (owned) (nullable) */
} Entry;

struct _EhDiff {
  GArray *entries; /* (owned) of Entry */
};

static void
entry_clear (gpointer data)
{
  Entry *self = data;

  g_free (self->path);
  g_free (self->expected);
  g_free (self->actual);
}

EhDiff *
eh_diff_new (void)
{
  EhDiff *self = g_new0 (EhDiff, 1);

  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (self->entries, entry_clear);
  return self;
}

void
eh_diff_free (EhDiff *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

void
eh_diff_add (EhDiff *self, EhDiffKind kind, const char *path, const char *expected, const char *actual)
{
  Entry entry;

  g_return_if_fail (self != NULL);
  g_return_if_fail (path != NULL);

  entry = (Entry){ kind, g_strdup (path), g_strdup (expected), g_strdup (actual) };
  g_array_append_val (self->entries, entry);
}

static char *
print_field (const EhField *field, gconstpointer value)
{
  GString *out = g_string_new (NULL);

  eh_field_print (field, value, out);
  return g_string_free (out, FALSE);
}

static char *
print_element (const EhField *field, EhElements elements, gsize i)
{
  GString *out;

  if (i == G_MAXSIZE)
    return NULL;
  out = g_string_new (NULL);
  eh_field_print_element (field, elements.at + i * elements.size, out);
  return g_string_free (out, FALSE);
}

typedef struct {
  const EhField *field;
  EhElements expected;
  EhElements actual;
} Arrays;

static gboolean
elements_equal (gsize expected, gsize actual, gconstpointer user_data)
{
  const Arrays *self = user_data;

  return eh_field_equal_element (self->field, self->expected.at + expected * self->expected.size,
                                 self->actual.at + actual * self->actual.size);
}

static void
add_element (EhDiff *self, const Arrays *arrays, const char *path, const EhDiffListEntry *entry)
{
  gsize i = entry->expected == G_MAXSIZE ? entry->actual : entry->expected;
  g_autofree char *place = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", path, i);
  g_autofree char *expected = NULL;
  g_autofree char *actual = NULL;

  if (entry->kind == EH_DIFF_CHANGED && arrays->field->kind == EH_KIND_STRUCT)
    {
      eh_diff_compare (self, arrays->field->schema, place, arrays->expected.at + i * arrays->expected.size,
                       arrays->actual.at + entry->actual * arrays->actual.size);
      return;
    }
  if (entry->kind == EH_DIFF_MOVED)
    {
      expected = g_strdup_printf ("[%" G_GSIZE_FORMAT "]", entry->expected);
      actual = g_strdup_printf ("[%" G_GSIZE_FORMAT "]", entry->actual);
    }
  else
    {
      expected = print_element (arrays->field, arrays->expected, entry->expected);
      actual = print_element (arrays->field, arrays->actual, entry->actual);
    }
  eh_diff_add (self, entry->kind, place, expected, actual);
}

static void
compare_arrays (EhDiff *self, const EhField *field, const char *path, gconstpointer expected, gconstpointer actual)
{
  Arrays arrays = { field, eh_field_get_elements (field, expected), eh_field_get_elements (field, actual) };
  g_autoptr (GArray) entries = NULL;

  entries = eh_diff_list_compare (arrays.expected.n, arrays.actual.n, elements_equal, &arrays);
  for (guint i = 0; i < entries->len; i++)
    add_element (self, &arrays, path, &g_array_index (entries, EhDiffListEntry, i));
}

static gboolean
is_absent (const EhField *field, gconstpointer value)
{
  return (field->flags & EH_FIELD_FLAG_OPTIONAL) != 0
         && eh_pointer_load ((const guint8 *) value + field->offset) == NULL;
}

static void
compare_single (EhDiff *self, const EhField *field, const char *path, gconstpointer expected, gconstpointer actual)
{
  gboolean missing = is_absent (field, actual);
  gboolean unexpected = is_absent (field, expected);
  g_autofree char *expected_text = NULL;
  g_autofree char *actual_text = NULL;

  if (field->kind == EH_KIND_STRUCT && !missing && !unexpected)
    {
      eh_diff_compare (self, field->schema, path, eh_field_get_elements (field, expected).at,
                       eh_field_get_elements (field, actual).at);
      return;
    }
  expected_text = unexpected ? NULL : print_field (field, expected);
  actual_text = missing ? NULL : print_field (field, actual);
  eh_diff_add (self,
               missing      ? EH_DIFF_MISSING
               : unexpected ? EH_DIFF_UNEXPECTED
                            : EH_DIFF_CHANGED,
               path, expected_text, actual_text);
}

gboolean
eh_diff_compare (EhDiff *self, const EhSchema *schema, const char *path, gconstpointer expected, gconstpointer actual)
{
  gboolean equal = TRUE;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (schema != NULL, FALSE);
  g_return_val_if_fail (expected != NULL && actual != NULL, FALSE);

  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];
      g_autofree char *place = NULL;

      if (eh_field_equal (field, expected, actual))
        continue;
      equal = FALSE;
      place = g_strdup_printf ("%s%s%s", path == NULL ? "" : path, path == NULL || *path == '\0' ? "" : ".",
                               eh_field_get_json_name (field));
      if (eh_field_is_array (field))
        compare_arrays (self, field, place, expected, actual);
      else
        compare_single (self, field, place, expected, actual);
    }
  return equal;
}

guint
eh_diff_get_size (const EhDiff *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->entries->len;
}

static const Entry *
get_entry (const EhDiff *self, guint i)
{
  return &g_array_index (self->entries, Entry, i);
}

EhDiffKind
eh_diff_get_kind (const EhDiff *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->entries->len, EH_DIFF_CHANGED);

  return get_entry (self, i)->kind;
}

const char *
eh_diff_get_path (const EhDiff *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->entries->len, NULL);

  return get_entry (self, i)->path;
}

const char *
eh_diff_get_expected (const EhDiff *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->entries->len, NULL);

  return get_entry (self, i)->expected;
}

const char *
eh_diff_get_actual (const EhDiff *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->entries->len, NULL);

  return get_entry (self, i)->actual;
}
