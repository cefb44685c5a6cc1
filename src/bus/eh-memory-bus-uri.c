/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/eh-memory-bus-private.h"
#include "model/eh-error.h"

typedef struct {
  const char *name;
  guint min;
  guint max;
  guint value;
  gboolean is_given;
} EhBusParameter;

static EhBusParameter *
find_parameter (EhBusParameter *parameters, gsize n_parameters, const char *name, GError **error)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (gsize i = 0; i < n_parameters; i++)
    {
      if (g_str_equal (parameters[i].name, name))
        return &parameters[i];

      g_string_append_printf (known, "%s%s", i == 0 ? "" : ", ", parameters[i].name);
    }

  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "a memory bus has no parameter \"%s\"; it has %s", name, known->str);
  return NULL;
}

static gboolean
set_parameter (EhBusParameter *self, const char *text, GError **error)
{
  guint64 value = 0;

  if (self->is_given)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the memory bus's parameter \"%s\" is given twice", self->name);
      return FALSE;
    }
  if (!g_ascii_string_to_unsigned (text, 10, self->min, self->max, &value, NULL))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "the memory bus's parameter \"%s\" is a number from %u to %u, not \"%s\"", self->name, self->min,
                   self->max, text);
      return FALSE;
    }

  self->value = (guint) value;
  self->is_given = TRUE;
  return TRUE;
}

static gboolean
read_parameters (const char *query, EhBusParameter *parameters, gsize n_parameters, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  GUriParamsIter iter;

  g_uri_params_iter_init (&iter, query != NULL ? query : "", -1, "&", G_URI_PARAMS_NONE);
  while (g_uri_params_iter_next (&iter, &name, &text, &reason))
    {
      EhBusParameter *parameter = find_parameter (parameters, n_parameters, name, error);

      if (parameter == NULL || !set_parameter (parameter, text, error))
        return FALSE;

      g_clear_pointer (&name, g_free);
      g_clear_pointer (&text, g_free);
    }

  if (reason == NULL)
    return TRUE;

  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "the memory bus's parameters \"%s\": %s", query, reason->message);
  return FALSE;
}

EhEventBus *
eh_memory_bus_open (GUri *uri, GCancellable *cancellable, GError **error)
{
  enum { THREADS, ATTEMPTS, LIMIT };
  EhBusParameter parameters[] = {
    [THREADS] = { "threads", 0, EH_MEMORY_BUS_THREADS_MAX, 1 },
    [ATTEMPTS] = { "attempts", 1, G_MAXUINT, EH_MEMORY_BUS_ATTEMPTS },
    [LIMIT] = { "limit", 0, G_MAXUINT, 0 },
  };
  EhEventBus *bus = NULL;

  if (*g_uri_get_path (uri) != '\0' || g_uri_get_host (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "a memory bus is \"memory:\" or \"memory:?parameters\"");
      return NULL;
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !read_parameters (g_uri_get_query (uri), parameters, G_N_ELEMENTS (parameters), error))
    return NULL;

  bus = eh_memory_bus_new (parameters[THREADS].value);
  eh_memory_bus_set_attempts (EH_MEMORY_BUS (bus), parameters[ATTEMPTS].value);
  eh_memory_bus_set_limit (EH_MEMORY_BUS (bus), parameters[LIMIT].value);
  return bus;
}
