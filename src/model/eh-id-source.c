/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-id-source.h"

#include <gio/gio.h>

G_DEFINE_INTERFACE (EhIdSource, eh_id_source, G_TYPE_OBJECT)

static void
eh_id_source_default_init (EhIdSourceInterface *iface)
{
}

void
eh_id_source_next (EhIdSource *self, EhId *id)
{
  g_return_if_fail (EH_IS_ID_SOURCE (self));
  g_return_if_fail (id != NULL);

  EH_ID_SOURCE_GET_IFACE (self)->next (self, id);
}
