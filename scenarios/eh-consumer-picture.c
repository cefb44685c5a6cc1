/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-consumer-picture-private.h"

#include "scenarios/eh-actual-message-private.h"

typedef struct {
  char *key;    /* (owned) */
  gpointer row; /* (owned): a struct of the view's row */
} Row;

typedef struct {
  const EhProjectionType *type;
  GArray *rows; /* (owned) (element-type Row): in the order in which they were made */
} View;

struct _EhConsumerPicture {
  GArray *views;     /* (owned) (element-type View) */
  GPtrArray *sent;   /* (owned) (element-type EhCommand) */
  GArray *deadlines; /* (owned) (element-type EhSetDeadline) */
};

static gboolean
add_row (const char *key, gconstpointer row, gpointer user_data)
{
  View *view = user_data;
  Row copy = { g_strdup (key), eh_schema_copy (view->type->row, row) };

  g_array_append_val (view->rows, copy);
  return TRUE;
}

static void
view_clear (gpointer data)
{
  View *self = data;

  for (guint i = 0; i < self->rows->len; i++)
    {
      Row *row = &g_array_index (self->rows, Row, i);

      g_free (row->key);
      eh_schema_free (self->type->row, row->row);
    }
  g_array_unref (self->rows);
}

static void
add_view (EhConsumerPicture *self, EhProjection *projection)
{
  View view = { eh_projection_get_type_table (projection), g_array_new (FALSE, FALSE, sizeof (Row)) };

  eh_projection_foreach (projection, add_row, &view);
  g_array_append_val (self->views, view);
}

EhConsumerPicture *
eh_consumer_picture_new (EhScenarioConsumers *consumers)
{
  EhConsumerPicture *self = g_new0 (EhConsumerPicture, 1);

  self->views = g_array_new (FALSE, FALSE, sizeof (View));
  g_array_set_clear_func (self->views, view_clear);
  for (guint i = 0; i < eh_scenario_consumers_get_n_projections (consumers); i++)
    add_view (self, eh_scenario_consumers_get_projection (consumers, i));
  self->sent = g_ptr_array_copy (eh_sent_bus_get_sent (eh_scenario_consumers_get_sent_bus (consumers)),
                                 (GCopyFunc) (GCallback) eh_command_ref, NULL);
  g_ptr_array_set_free_func (self->sent, (GDestroyNotify) eh_command_unref);
  self->deadlines = eh_scenario_consumers_list_deadlines (consumers);
  return self;
}

void
eh_consumer_picture_free (EhConsumerPicture *self)
{
  g_array_unref (self->views);
  g_ptr_array_unref (self->sent);
  g_array_unref (self->deadlines);
  g_free (self);
}

static gconstpointer
find_row (const View *view, const char *key)
{
  for (guint i = 0; i < view->rows->len; i++)
    {
      const Row *row = &g_array_index (view->rows, Row, i);

      if (g_str_equal (row->key, key))
        return row->row;
    }
  return NULL;
}

static char *
make_path (const View *view, const char *key)
{
  return g_strdup_printf ("%s.%s", view->type->name, key);
}

static void
compare_row (EhDiff *diff, const View *view, const Row *row, const View *other)
{
  gconstpointer other_row = find_row (other, row->key);
  g_autofree char *path = make_path (view, row->key);

  if (other_row == NULL)
    {
      g_autofree char *text = eh_schema_to_json (view->type->row, row->row, NULL);

      eh_diff_add (diff, EH_DIFF_MISSING, path, text != NULL ? text : "a row", NULL);
    }
  else
    {
      eh_diff_compare (diff, view->type->row, path, row->row, other_row);
    }
}

static void
compare_view (EhDiff *diff, const View *view, const View *other)
{
  for (guint i = 0; i < view->rows->len; i++)
    compare_row (diff, view, &g_array_index (view->rows, Row, i), other);
  for (guint i = 0; i < other->rows->len; i++)
    {
      const Row *row = &g_array_index (other->rows, Row, i);
      g_autofree char *path = NULL;
      g_autofree char *text = NULL;

      if (find_row (view, row->key) != NULL)
        continue;
      path = make_path (view, row->key);
      text = eh_schema_to_json (view->type->row, row->row, NULL);
      eh_diff_add (diff, EH_DIFF_UNEXPECTED, path, NULL, text != NULL ? text : "a row");
    }
}

static char *
print_command (GPtrArray *sent, guint i)
{
  g_autoptr (GArray) messages = NULL;

  if (i >= sent->len)
    return NULL;
  messages = eh_actual_messages_new ();
  eh_actual_messages_add_command (messages, g_ptr_array_index (sent, i));
  return eh_actual_message_print (&g_array_index (messages, EhActualMessage, 0), NULL);
}

static char *
print_deadline (GArray *deadlines, guint i)
{
  g_autoptr (GArray) messages = NULL;
  const EhSetDeadline *deadline;

  if (i >= deadlines->len)
    return NULL;
  messages = eh_actual_messages_new ();
  deadline = &g_array_index (deadlines, EhSetDeadline, i);
  eh_actual_messages_add_deadline (messages, deadline->process, deadline->name, deadline->time);
  return eh_actual_message_print (&g_array_index (messages, EhActualMessage, 0), NULL);
}

/* Adds how two texts differ of which one may be missing. */
static void
compare_texts (EhDiff *diff, const char *name, guint i, const char *text, const char *other)
{
  g_autofree char *path = NULL;

  if (g_strcmp0 (text, other) == 0)
    return;
  path = g_strdup_printf ("%s[%u]", name, i);
  if (other == NULL)
    eh_diff_add (diff, EH_DIFF_MISSING, path, text, NULL);
  else if (text == NULL)
    eh_diff_add (diff, EH_DIFF_UNEXPECTED, path, NULL, other);
  else
    eh_diff_add (diff, EH_DIFF_CHANGED, path, text, other);
}

static void
compare_sent (EhDiff *diff, GPtrArray *sent, GPtrArray *other)
{
  for (guint i = 0; i < MAX (sent->len, other->len); i++)
    {
      g_autofree char *text = print_command (sent, i);
      g_autofree char *other_text = print_command (other, i);

      compare_texts (diff, "commands", i, text, other_text);
    }
}

static void
compare_deadlines (EhDiff *diff, GArray *deadlines, GArray *other)
{
  for (guint i = 0; i < MAX (deadlines->len, other->len); i++)
    {
      g_autofree char *text = print_deadline (deadlines, i);
      g_autofree char *other_text = print_deadline (other, i);

      compare_texts (diff, "deadlines", i, text, other_text);
    }
}

EhDiff *
eh_consumer_picture_compare (const EhConsumerPicture *self, const EhConsumerPicture *other,
                             const EhProjectionType **type, const char **what)
{
  g_autoptr (EhDiff) diff = eh_diff_new ();

  g_assert (self->views->len == other->views->len);
  for (guint i = 0; i < self->views->len; i++)
    {
      const View *view = &g_array_index (self->views, View, i);

      compare_view (diff, view, &g_array_index (other->views, View, i));
      *type = view->type;
      *what = "view";
      if (eh_diff_get_size (diff) > 0)
        return g_steal_pointer (&diff);
    }
  *type = NULL;
  compare_sent (diff, self->sent, other->sent);
  *what = "commands";
  if (eh_diff_get_size (diff) == 0)
    {
      compare_deadlines (diff, self->deadlines, other->deadlines);
      *what = "deadlines";
    }
  return eh_diff_get_size (diff) > 0 ? g_steal_pointer (&diff) : NULL;
}
