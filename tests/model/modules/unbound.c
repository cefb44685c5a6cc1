/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain.h"

/* A module that calls what nobody has, as one that was built for a newer library would. */

EhDomain *eh_test_function_of_a_newer_library (void);

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  return eh_test_function_of_a_newer_library ();
}
