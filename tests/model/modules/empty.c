/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain.h"

/* A module whose plugin function has no domain to give. */

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  return NULL;
}
