/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-conformance-result.h"

#include "conformance/eh-conformance-result-private.h"

typedef struct {
  EhConformanceCase about; /* with a name of its own */
  char *failure;           /* (owned) (nullable) */
  gint64 duration;
} Row;

struct _EhConformanceResult {
  gint ref_count; /* (atomic) */
  char *name;     /* (owned) */
  guint64 seed;
  GArray *rows;        /* (owned) of Row */
  GPtrArray *left_out; /* (owned) of names (owned) */
  guint n_failed;
};

G_DEFINE_BOXED_TYPE (EhConformanceResult, eh_conformance_result, eh_conformance_result_ref, eh_conformance_result_unref)

static void
row_clear (gpointer data)
{
  Row *self = data;

  g_free ((char *) self->about.name);
  g_free (self->failure);
}

EhConformanceResult *
eh_conformance_result_new (const char *name, guint64 seed)
{
  EhConformanceResult *self = g_new0 (EhConformanceResult, 1);

  self->ref_count = 1;
  self->name = g_strdup (name);
  self->seed = seed;
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (self->rows, row_clear);
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  return self;
}

EhConformanceResult *
eh_conformance_result_ref (EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_conformance_result_unref (EhConformanceResult *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_array_unref (self->rows);
  g_ptr_array_unref (self->left_out);
  g_free (self->name);
  g_free (self);
}

void
eh_conformance_result_add (EhConformanceResult *self, const EhConformanceCase *about, gint64 duration, char *failure)
{
  Row row = { *about, failure, duration };

  row.about.name = g_strdup_printf ("%s/%s", about->section->name, about->name);
  g_array_append_val (self->rows, row);
  if (failure != NULL)
    self->n_failed++;
}

void
eh_conformance_result_leave_out (EhConformanceResult *self, const char *name)
{
  g_ptr_array_add (self->left_out, g_strdup (name));
}

guint
eh_conformance_result_get_n_left_out (const EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->left_out->len;
}

const char *
eh_conformance_result_get_left_out (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->left_out->len, NULL);

  return self->left_out->pdata[i];
}

const char *
eh_conformance_result_get_name (const EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

guint64
eh_conformance_result_get_seed (const EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->seed;
}

guint
eh_conformance_result_get_n_cases (const EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->rows->len;
}

guint
eh_conformance_result_get_n_failed (const EhConformanceResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_failed;
}

static const Row *
get_row (const EhConformanceResult *self, guint i)
{
  return &g_array_index (self->rows, Row, i);
}

const char *
eh_conformance_result_get_case_name (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return get_row (self, i)->about.name;
}

const char *
eh_conformance_result_get_case_section (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return get_row (self, i)->about.section->title;
}

const char *
eh_conformance_result_get_case_capability (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return get_row (self, i)->about.capability;
}

const char *
eh_conformance_result_get_case_summary (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return get_row (self, i)->about.summary;
}

const char *
eh_conformance_result_get_case_failure (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, NULL);

  return get_row (self, i)->failure;
}

gint64
eh_conformance_result_get_case_duration (const EhConformanceResult *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->rows->len, 0);

  return get_row (self, i)->duration;
}
