/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-id-source.h"

G_DEFINE_INTERFACE (EhIdSource, eh_id_source, G_TYPE_OBJECT)

static void
eh_id_source_default_init (EhIdSourceInterface *iface)
{
}

void
eh_id_source_next (EhIdSource *self, EhId *id)
{
  EhIdSourceInterface *iface;

  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL);

  /* Asked for every event: finding the interface is the check, and done once. */
  iface = EH_ID_SOURCE_GET_IFACE (self);
  g_return_if_fail (iface != NULL);
  iface->next (self, id);
}
