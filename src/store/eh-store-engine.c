/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/eh-event-store.h"

#include <string.h>

#include "model/eh-error.h"
#include "store/eh-memory-store-private.h"
#include "store/file/eh-file-store-struct-private.h"

/* A kind of store that can be opened by URI. @open gets a URI that parses and whose scheme is the engine's. */
typedef struct {
  const char *scheme;
  EhEventStore *(*open) (GUri *uri, GCancellable *cancellable, GError **error);
} EhStoreEngine;

/* Ended by one without scheme. */
static const EhStoreEngine engines[] = {
  { "memory", eh_memory_store_open },
  { "file", eh_file_store_open_uri },
  { NULL, NULL },
};

static const EhStoreEngine *
eh_store_engine_find (const char *scheme)
{
  for (const EhStoreEngine *engine = engines; engine->scheme != NULL; engine++)
    if (strcmp (engine->scheme, scheme) == 0)
      return engine;
  return NULL;
}

static void
eh_store_engine_set_unknown (GError **error, const char *scheme)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (const EhStoreEngine *engine = engines; engine->scheme != NULL; engine++)
    g_string_append_printf (known, "%s%s:", known->len > 0 ? ", " : "", engine->scheme);
  g_set_error (error, EH_ERROR, EH_ERROR_UNSUPPORTED, "there is no store engine \"%s:\"; there is %s", scheme,
               known->str);
}

EhEventStore *
eh_event_store_open (const char *uri, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GUri) parsed = NULL;
  const EhStoreEngine *engine = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, &reason);
  if (parsed == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "\"%s\" is no store URI such as \"memory:\": %s", uri,
                   reason->message);
      return NULL;
    }
  engine = eh_store_engine_find (g_uri_get_scheme (parsed));
  if (engine == NULL)
    {
      eh_store_engine_set_unknown (error, g_uri_get_scheme (parsed));
      return NULL;
    }
  return engine->open (parsed, cancellable, error);
}
