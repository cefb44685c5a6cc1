/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bank as a module, so that the eventhus tool can run its scenarios. */

#include "bank.h"

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  return bank_domain_new ();
}
