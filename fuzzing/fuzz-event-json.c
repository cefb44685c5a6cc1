/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdint.h>
#include <string.h>

#include "model/eh-event.h"
#include "model/eh-json-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEvent) event = eh_event_from_json ((const char *) data, (gssize) size, &error);
  g_autoptr (EhEvent) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *json = NULL;

  if (event == NULL)
    {
      if (error == NULL || strstr (error->message, "(byte ") == NULL || !g_utf8_validate (error->message, -1, NULL))
        g_error ("no place in: %s", error != NULL ? error->message : "no error");
      return 0;
    }
  text = eh_event_to_json (event);
  again = eh_event_from_json (text, -1, &error);
  if (again == NULL)
    g_error ("written but not read: %s: %s", error->message, text);
  if (!eh_event_equal (event, again))
    g_error ("changed: %s", text);
  json = eh_event_dup_json_data (event);
  if (!eh_json_check_object (json, strlen (json), &error))
    g_error ("data is no object: %s: %s", error->message, json);
  return 0;
}
