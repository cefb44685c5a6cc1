/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-id.h"

G_BEGIN_DECLS

#define EH_TYPE_ID_SOURCE (eh_id_source_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhIdSource, eh_id_source, EH, ID_SOURCE, GObject)

/**
 * EhIdSourceInterface:
 * @next: makes one id, never nil, never the same twice; called from any thread
 *
 * Where the library takes the ids of events and commands from.
 */
struct _EhIdSourceInterface {
  GTypeInterface parent_iface;

  void (*next) (EhIdSource *self, EhId *id);
};

/**
 * eh_id_source_next:
 * @self: a source
 * @id: (out caller-allocates): the new id
 */
EH_PUBLIC void eh_id_source_next (EhIdSource *self, EhId *id);

G_END_DECLS
