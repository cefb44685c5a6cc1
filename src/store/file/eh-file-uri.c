/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-store-struct-private.h"

static gboolean
set_invalid (const char *name, const char *value, const char *wanted, GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "file store: the parameter %s is \"%s\": %s", name, value, wanted);
  return FALSE;
}

static gboolean
parse_mode (const char *value, EhFileOptions *options, GError **error)
{
  options->create = g_str_equal (value, "write");
  options->read_only = g_str_equal (value, "read");
  return options->create || options->read_only || g_str_equal (value, "existing")
         || set_invalid ("mode", value, "give write, existing or read", error);
}

static gboolean
parse_sync (const char *value, EhFileOptions *options, GError **error)
{
  static const char *const names[] = { "always", "interval", "never" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (value, names[i]))
      {
        options->sync = (EhFileSync) i;
        return TRUE;
      }
  return set_invalid ("sync", value, "give always, interval or never", error);
}

static gboolean
parse_number (const char *name, const char *value, guint min, guint max, guint *number, GError **error)
{
  g_autofree char *advice = NULL;
  guint64 parsed = 0;

  if (!g_ascii_string_to_unsigned (value, 10, min, max, &parsed, NULL))
    {
      advice = g_strdup_printf ("give a number from %u to %u", min, max);
      return set_invalid (name, value, advice, error);
    }
  *number = (guint) parsed;
  return TRUE;
}

static gboolean
parse_segment (const char *value, EhFileOptions *options, GError **error)
{
  guint size = 0;

  if (!parse_number ("segment", value, 1, 64, &size, error))
    return FALSE;
  options->segment_size = size << 20;
  options->first_segment_size = MIN (options->first_segment_size, options->segment_size);
  return TRUE;
}

static gboolean
parse_memory (const char *value, EhFileOptions *options, GError **error)
{
  guint size = 0;

  if (!parse_number ("memory", value, 1, 2048, &size, error))
    return FALSE;
  options->memory = size << 20;
  return TRUE;
}

static gboolean
parse_parameter (const char *name, const char *value, EhFileOptions *options, GError **error)
{
  if (g_str_equal (name, "mode"))
    return parse_mode (value, options, error);
  if (g_str_equal (name, "sync"))
    return parse_sync (value, options, error);
  if (g_str_equal (name, "interval"))
    return parse_number (name, value, 1, 60000, &options->interval, error);
  if (g_str_equal (name, "spin"))
    return parse_number (name, value, 0, 256, &options->spin, error);
  if (g_str_equal (name, "segment"))
    return parse_segment (value, options, error);
  if (g_str_equal (name, "memory"))
    return parse_memory (value, options, error);
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "file store: there is no parameter \"%s\"; there are mode, sync, interval, spin, segment and memory",
               name);
  return FALSE;
}

static gboolean
parse_query (GUri *uri, EhFileOptions *options, GError **error)
{
  const char *query = g_uri_get_query (uri);
  GUriParamsIter iter;
  GError *reason = NULL;
  gboolean ok = TRUE;

  if (query == NULL)
    return TRUE;
  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_NONE);
  while (ok)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!g_uri_params_iter_next (&iter, &name, &value, &reason))
        break;
      ok = parse_parameter (name, value, options, error);
    }
  if (reason == NULL)
    return ok;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "file store: %s", reason->message);
  g_error_free (reason);
  return FALSE;
}

gboolean
eh_file_uri_read (GUri *uri, char **folder, EhFileOptions *options, GError **error)
{
  EhFileOptions found = EH_FILE_OPTIONS_INIT;
  g_autofree char *path = g_uri_unescape_string (g_uri_get_path (uri), NULL);
  const char *host = g_uri_get_host (uri);

  if (path == NULL || *path == '\0' || (host != NULL && *host != '\0') || g_uri_get_fragment (uri) != NULL)
    {
      g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID,
                           "the URI of a file store is \"file:FOLDER\", or \"file:///FOLDER\" from the root");
      return FALSE;
    }
  if (!parse_query (uri, &found, error))
    return FALSE;
  *folder = g_steal_pointer (&path);
  *options = found;
  return TRUE;
}

EhEventStore *
eh_file_store_open_uri (GUri *uri, GCancellable *cancellable, GError **error)
{
  EhFileOptions options;
  g_autofree char *folder = NULL;

  if (!eh_file_uri_read (uri, &folder, &options, error))
    return NULL;
  return eh_file_store_open_with (eh_file_ops_get_system (), folder, &options, error);
}
