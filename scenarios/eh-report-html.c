/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The page is a template, a style and a script, which are built in as resources, and the data as JSON. The script
 * draws everything and sets texts as text only; so the one place where a hostile name could do harm is the JSON
 * itself, and there no character is left that means anything to HTML.
 */

#include "scenarios/eh-report-html-private.h"
#include "scenarios/eh-scenario-node-private.h"
#include "scenarios/eh-simulation-result-private.h"

#include <string.h>

#include "eh-report-resources.h"

static GBytes *
load_part (const char *name)
{
  g_autofree char *path = g_strconcat ("/eventhus/report/", name, NULL);
  GBytes *bytes = g_resource_lookup_data (eh_report_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  g_assert (bytes != NULL);
  return bytes;
}

static void
append_part (GString *out, const char *name)
{
  g_autoptr (GBytes) bytes = load_part (name);
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  g_string_append_len (out, text, (gssize) size);
}

/* JSON whose "<", ">" and "&" are escapes: it cannot end the element that it is in. */
static void
append_data (GString *out, JsonNode *results)
{
  g_autofree char *text = eh_node_to_text (results);

  for (const char *p = text; *p != '\0'; p++)
    if (strchr ("<>&", *p) != NULL)
      g_string_append_printf (out, "\\u%04x", (guint) *p);
    else
      g_string_append_c (out, *p);
}

static void
append_for (GString *out, const char *placeholder, gsize length, JsonNode *results)
{
  if (strncmp (placeholder, "@DATA", length) == 0)
    append_data (out, results);
  else if (strncmp (placeholder, "@STYLE", length) == 0)
    append_part (out, "report.css");
  else
    append_part (out, "report.js");
}

/* What is put in is not looked at again: it may hold an "@" of its own. */
char *
eh_report_html_make (JsonNode *results)
{
  g_autoptr (GBytes) bytes = load_part ("report.html");
  GString *out = g_string_new (NULL);
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  const char *end = text + size;
  const char *at;

  while ((at = memchr (text, '@', (gsize) (end - text))) != NULL)
    {
      const char *close = memchr (at + 1, '@', (gsize) (end - at - 1));

      g_assert (close != NULL);
      g_string_append_len (out, text, at - text);
      append_for (out, at, (gsize) (close - at), results);
      text = close + 1;
    }
  g_string_append_len (out, text, end - text);
  return g_string_free (out, FALSE);
}

char *
eh_simulation_results_to_html (const EhSimulationResult *const *results, guint n_results)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);
  JsonArray *list = json_array_new ();

  g_return_val_if_fail (results != NULL && n_results > 0, NULL);

  json_node_take_array (root, list);
  for (guint i = 0; i < n_results; i++)
    json_array_add_element (list, eh_simulation_result_to_json (results[i]));
  return eh_report_html_make (root);
}
