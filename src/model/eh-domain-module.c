/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain.h"

#include <gmodule.h>

#include "eh-error.h"

typedef EhDomain *(*PluginFunc) (void);

static gboolean
check_file (const char *path, const char *absolute, GError **error)
{
  if (!g_file_test (absolute, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "%s: no such file", path);
      return FALSE;
    }
  if (!g_file_test (absolute, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s: not a file", path);
      return FALSE;
    }
  return TRUE;
}

/*
 * Symbols are bound at once, so that a module that lacks one is refused here and does not end the process later. The
 * path is made absolute because a bare name would be searched for among the system's libraries.
 */
static GModule *
open_module (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (GError) reason = NULL;
  GModule *module;

  if (!check_file (path, absolute, error))
    return NULL;
  module = g_module_open_full (absolute, G_MODULE_BIND_LOCAL, &reason);
  if (module == NULL)
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s: not a module that can be loaded: %s", path, reason->message);
  return module;
}

EhDomain *
eh_domain_load (const char *path, GError **error)
{
  g_autoptr (EhDomain) domain = NULL;
  gpointer symbol = NULL;
  GModule *module;

  g_return_val_if_fail (path != NULL, NULL);

  module = open_module (path, error);
  if (module == NULL)
    return NULL;
  if (!g_module_symbol (module, "eh_domain_plugin", &symbol) || symbol == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "%s: not a domain module: it does not export eh_domain_plugin(); define it with EH_DOMAIN_PLUGIN",
                   path);
      g_module_close (module);
      return NULL;
    }

  /* Types and quarks that the module registers, and its tables, are used until the process ends. */
  g_module_make_resident (module);
  domain = ((PluginFunc) symbol) ();
  g_module_close (module);
  if (domain == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "%s: its eh_domain_plugin() returned no domain; let it return one of eh_domain_new()", path);
      return NULL;
    }
  if (!eh_domain_seal (domain, error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&domain);
}
