/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-close-report-private.h"

typedef struct {
  char *name; /* (owned) */
  guint64 position;
  guint n_parked;
} Entry;

struct _EhCloseReport {
  gint ref_count; /* (atomic) */
  guint n_commands;
  guint64 head;
  GArray *consumers; /* (owned): of Entry */
  GPtrArray *errors; /* (owned): of GError (owned) */
};

G_DEFINE_BOXED_TYPE (EhCloseReport, eh_close_report, eh_close_report_ref, eh_close_report_unref)

static void
entry_clear (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->name, g_free);
}

EhCloseReport *
eh_close_report_new (void)
{
  EhCloseReport *self = g_new0 (EhCloseReport, 1);

  self->ref_count = 1;
  self->consumers = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_array_set_clear_func (self->consumers, entry_clear);
  self->errors = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  return self;
}

EhCloseReport *
eh_close_report_ref (EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_close_report_unref (EhCloseReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_array_unref (self->consumers);
  g_ptr_array_unref (self->errors);
  g_free (self);
}

void
eh_close_report_set_n_commands (EhCloseReport *self, guint n)
{
  self->n_commands = n;
}

void
eh_close_report_set_head (EhCloseReport *self, guint64 head)
{
  self->head = head;
}

void
eh_close_report_add_consumer (EhCloseReport *self, EhConsumer *consumer)
{
  g_autoptr (GPtrArray) parked = eh_consumer_list_parked (consumer);
  Entry entry = { g_strdup (eh_consumer_get_name (consumer)), eh_consumer_get_position (consumer), parked->len };

  g_array_append_val (self->consumers, entry);
}

void
eh_close_report_add_error (EhCloseReport *self, const char *where, GError *error)
{
  if (error == NULL)
    return;
  g_prefix_error (&error, "%s: ", where);
  g_ptr_array_add (self->errors, error);
}

static gboolean
is_done (const EhCloseReport *self, const Entry *entry)
{
  return entry->position >= self->head && entry->n_parked == 0;
}

gboolean
eh_close_report_is_clean (const EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->consumers->len; i++)
    {
      if (!is_done (self, &g_array_index (self->consumers, Entry, i)))
        return FALSE;
    }
  return self->n_commands == 0 && self->errors->len == 0;
}

guint
eh_close_report_get_n_commands (const EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_commands;
}

guint64
eh_close_report_get_head (const EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->head;
}

guint
eh_close_report_get_n_consumers (const EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->consumers->len;
}

const char *
eh_close_report_get_consumer (const EhCloseReport *self, guint i, guint64 *position, guint *n_parked)
{
  const Entry *entry;

  g_return_val_if_fail (self != NULL && i < self->consumers->len, NULL);

  entry = &g_array_index (self->consumers, Entry, i);
  if (position != NULL)
    *position = entry->position;
  if (n_parked != NULL)
    *n_parked = entry->n_parked;
  return entry->name;
}

guint
eh_close_report_get_n_errors (const EhCloseReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->errors->len;
}

const GError *
eh_close_report_get_error (const EhCloseReport *self, guint i)
{
  g_return_val_if_fail (self != NULL && i < self->errors->len, NULL);

  return self->errors->pdata[i];
}

char *
eh_close_report_to_string (const EhCloseReport *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  if (self->n_commands > 0)
    g_string_append_printf (text, "commands: %u were not done\n", self->n_commands);
  for (guint i = 0; i < self->consumers->len; i++)
    {
      const Entry *entry = &g_array_index (self->consumers, Entry, i);

      if (entry->position < self->head)
        g_string_append_printf (text, "%s: at position %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "\n", entry->name,
                                entry->position, self->head);
      if (entry->n_parked > 0)
        g_string_append_printf (text, "%s: %u events are parked\n", entry->name, entry->n_parked);
    }
  for (guint i = 0; i < self->errors->len; i++)
    g_string_append_printf (text, "%s\n", ((GError *) self->errors->pdata[i])->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
