/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bank with transfers as a module, so that the eventhus tool can run its scenarios. */

#include "transfers.h"

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  return bank_with_transfers_new ();
}
