/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The seats as a module, so that the eventhus tool can run their scenarios. */

#include "seats.h"

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  return seats_domain_new ();
}
