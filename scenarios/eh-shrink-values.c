/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The passes that make what is in commands smaller, and names shorter. */

#include <string.h>

#include "model/eh-schema-private.h"
#include "scenarios/eh-shrinker-private.h"

/* One value in one command of one client. */
typedef struct {
  guint task;
  guint step;
  const EhField *field;
  gsize element;
} ValuePlace;

static EhStep *
get_command (const EhSimulation *simulation, guint task, guint step)
{
  const EhSimClient *client = g_ptr_array_index (simulation->clients, task);
  const EhClientStep *item = g_ptr_array_index (client->steps, step);

  return item->command;
}

static guint8 *
get_value (const EhSimulation *simulation, const ValuePlace *place)
{
  const EhStep *command = get_command (simulation, place->task, place->step);
  EhElements elements = eh_field_get_elements (place->field, command->data);

  return elements.at + place->element * elements.size;
}

static gboolean
try_number (EhShrinker *self, const ValuePlace *place, guint64 number)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);

  memcpy (get_value (simulation, place), &number, sizeof number);
  return eh_shrinker_try (self, simulation, eh_plan_copy (self->plan));
}

/* Towards 0, by the whole of it first, then by half of it, and so on. */
static gboolean
shrink_int64 (EhShrinker *self, const ValuePlace *place)
{
  gboolean changed = FALSE;
  gint64 value;

  memcpy (&value, get_value (self->simulation, place), sizeof value);
  for (gint64 less = value; less != 0; less /= 2)
    while ((value > 0 ? value >= less : value < 0 && value <= less) && eh_shrinker_may_try (self)
           && try_number (self, place, (guint64) (value - less)))
      {
        value -= less;
        changed = TRUE;
      }
  return changed;
}

static gboolean
shrink_uint64 (EhShrinker *self, const ValuePlace *place)
{
  gboolean changed = FALSE;
  guint64 value;

  memcpy (&value, get_value (self->simulation, place), sizeof value);
  for (guint64 less = value; less != 0; less /= 2)
    while (value >= less && value != 0 && eh_shrinker_may_try (self) && try_number (self, place, value - less))
      {
        value -= less;
        changed = TRUE;
      }
  return changed;
}

static gboolean
try_text (EhShrinker *self, const ValuePlace *place, glong length)
{
  EhSimulation *simulation = eh_simulation_copy (self->simulation);
  guint8 *at = get_value (simulation, place);
  char *text = eh_pointer_load (at);

  *g_utf8_offset_to_pointer (text, length) = '\0';
  return eh_shrinker_try (self, simulation, eh_plan_copy (self->plan));
}

static gboolean
shrink_text (EhShrinker *self, const ValuePlace *place)
{
  const char *text = eh_pointer_load (get_value (self->simulation, place));
  glong length = text != NULL && g_utf8_validate (text, -1, NULL) ? g_utf8_strlen (text, -1) : 0;
  gboolean changed = FALSE;

  for (glong less = length; less > 0; less /= 2)
    while (length >= less && length > 0 && eh_shrinker_may_try (self) && try_text (self, place, length - less))
      {
        length -= less;
        changed = TRUE;
      }
  return changed;
}

static gboolean
shrink_value (EhShrinker *self, const ValuePlace *place)
{
  switch (place->field->kind)
    {
    case EH_KIND_INT64:
      return shrink_int64 (self, place);
    case EH_KIND_UINT64:
      return shrink_uint64 (self, place);
    case EH_KIND_STRING:
      return shrink_text (self, place);
    default:
      return FALSE;
    }
}

static gboolean
shrink_values_of (EhShrinker *self, guint task, guint step)
{
  const EhStep *command = get_command (self->simulation, task, step);
  const EhSchema *schema = command != NULL ? command->schema : NULL;
  gboolean changed = FALSE;

  for (gsize i = 0; schema != NULL && i < schema->n_fields; i++)
    {
      ValuePlace place = { task, step, &schema->fields[i], 0 };
      gsize n;

      if (eh_field_is_single_bytes (place.field))
        continue;
      n = eh_field_get_elements (place.field, get_command (self->simulation, task, step)->data).n;
      for (; place.element < n; place.element++)
        changed |= shrink_value (self, &place);
    }
  return changed;
}

gboolean
eh_shrink_values (EhShrinker *self)
{
  gboolean changed = FALSE;

  for (guint task = 0; task < self->simulation->clients->len; task++)
    {
      const EhSimClient *client = g_ptr_array_index (self->simulation->clients, task);
      guint n = client->steps->len;

      for (guint step = 0; step < n; step++)
        changed |= shrink_values_of (self, task, step);
    }
  return changed;
}

/* ---- names ---- */

/* A name of a drawn stream: "Account-g7" becomes "Account-g1" if it is the first of its category that is left. */
static EhStreamName *
rename_stream (GPtrArray *streams, EhStreamName *stream)
{
  const char *category = eh_stream_name_get_category (stream);
  g_autofree char *id = NULL;
  guint n = 1;

  for (guint i = 0; i < streams->len; i++)
    {
      EhStreamName *other = g_ptr_array_index (streams, i);

      if (eh_stream_name_equal (other, stream))
        break;
      n += g_str_equal (eh_stream_name_get_category (other), category) ? 1 : 0;
    }
  if (!g_ptr_array_find_with_equal_func (streams, stream, eh_stream_name_equal, NULL))
    g_ptr_array_add (streams, eh_stream_name_ref (stream));
  id = g_strdup_printf ("g%u", n);
  return eh_stream_name_new (category, id, NULL);
}

static gboolean
is_drawn (EhStreamName *stream)
{
  const char *id = eh_stream_name_get_id (stream);

  return id[0] == 'g' && id[1] != '\0' && strspn (id + 1, "0123456789") == strlen (id + 1);
}

static void
rename_in (GPtrArray *streams, EhStep *step)
{
  EhStreamName *name;

  if (step == NULL || step->stream == NULL || !is_drawn (step->stream))
    return;
  name = rename_stream (streams, step->stream);
  eh_stream_name_unref (step->stream);
  step->stream = name;
}

static void
rename_client (GPtrArray *streams, EhSimClient *client, guint number)
{
  static const char *const names[] = { "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi" };

  g_free (client->name);
  client->name = number < G_N_ELEMENTS (names) ? g_strdup (names[number]) : g_strdup_printf ("client-%u", number + 1);
  for (guint i = 0; i < client->steps->len; i++)
    {
      EhClientStep *step = g_ptr_array_index (client->steps, i);

      rename_in (streams, step->command);
    }
}

void
eh_shrink_names (EhShrinker *self)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_stream_name_unref);
  EhSimulation *simulation;

  if (!self->generated)
    return;
  simulation = eh_simulation_copy (self->simulation);
  for (guint i = 0; i < simulation->given->len; i++)
    rename_in (streams, g_ptr_array_index (simulation->given, i));
  for (guint i = 0; i < simulation->clients->len; i++)
    rename_client (streams, g_ptr_array_index (simulation->clients, i), i);
  eh_shrinker_try (self, simulation, eh_plan_copy (self->plan));
}
