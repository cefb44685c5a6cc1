/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "../tests/model/kinds.h"
#include "model/eh-json-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* What was read can be written and is read back equal, and its text is what the reader itself calls JSON. */
static void
check_value (const EhSchema *schema, gconstpointer value)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = eh_schema_to_json (schema, value, &error);
  g_autofree char *again_text = NULL;
  g_autofree gpointer again = g_malloc (schema->size);

  if (text == NULL)
    g_error ("read but not written: %s", error->message);
  if (!eh_json_check_object (text, strlen (text), &error) || !eh_schema_read_json (schema, text, -1, again, &error))
    g_error ("written but not read: %s: %s", error->message, text);
  again_text = eh_schema_to_json (schema, again, NULL);
  if (!eh_schema_equal (schema, value, again) || g_strcmp0 (text, again_text) != 0)
    g_error ("changed: %s", text);
  eh_schema_clear (schema, again);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const EhSchema *schemas[] = { &singles, &optionals, &arrays, &tree, &everything };
  const char *text = (const char *) data;
  gboolean valid = eh_json_check_object (text, size, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree gpointer value = g_malloc (schemas[i]->size);

      if (!eh_schema_read_json (schemas[i], text, (gssize) size, value, &error))
        {
          if (error == NULL || strstr (error->message, "(byte ") == NULL || !g_utf8_validate (error->message, -1, NULL))
            g_error ("no place in: %s", error != NULL ? error->message : "no error");
          continue;
        }
      if (!valid)
        g_error ("%s was read from what is not JSON", schemas[i]->name);
      check_value (schemas[i], value);
      eh_schema_clear (schemas[i], value);
    }
  return 0;
}
