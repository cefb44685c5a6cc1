/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "store/eh-checkpoint.h"

G_BEGIN_DECLS

#define EH_TYPE_CHECKPOINT_STORE (eh_checkpoint_store_get_type ())
EH_PUBLIC
G_DECLARE_INTERFACE (EhCheckpointStore, eh_checkpoint_store, EH, CHECKPOINT_STORE, GObject)

/**
 * EhCheckpointStoreInterface:
 *
 * Where consumers keep how far they are. All are obligatory; any thread may call any of them. Names are well-formed,
 * and only who has claimed a name loads, saves or removes it.
 */
struct _EhCheckpointStoreInterface {
  GTypeInterface parent_iface;

  gboolean (*claim) (EhCheckpointStore *self, const char *name, GError **error);
  void (*release) (EhCheckpointStore *self, const char *name);
  gboolean (*load) (EhCheckpointStore *self, const char *name, EhCheckpoint **checkpoint, GCancellable *cancellable,
                    GError **error);
  gboolean (*save) (EhCheckpointStore *self, EhCheckpoint *checkpoint, GCancellable *cancellable, GError **error);
  gboolean (*remove) (EhCheckpointStore *self, const char *name, GCancellable *cancellable, GError **error);
};

/**
 * eh_checkpoint_store_claim:
 * @name: a consumer's name
 * @error: EH_ERROR_LOCKED somebody else, in this process or another, has it; EH_ERROR_INVALID not a name; G_IO_ERROR
 *
 * Makes the caller the only one who goes by that name, until it releases it or the process ends.
 */
EH_PUBLIC gboolean eh_checkpoint_store_claim (EhCheckpointStore *self, const char *name, GError **error);
EH_PUBLIC void eh_checkpoint_store_release (EhCheckpointStore *self, const char *name);

/**
 * eh_checkpoint_store_load:
 * @checkpoint: (out) (transfer full) (nullable): what was saved last; %NULL if nothing ever was
 * @error: EH_ERROR_CORRUPT with file and place; G_IO_ERROR
 */
EH_PUBLIC gboolean eh_checkpoint_store_load (EhCheckpointStore *self, const char *name, EhCheckpoint **checkpoint,
                                             GCancellable *cancellable, GError **error);

/**
 * eh_checkpoint_store_save:
 * @error: G_IO_ERROR; the one saved before is there still
 *
 * Replaces the checkpoint of that name, durably where the store is durable.
 */
EH_PUBLIC gboolean eh_checkpoint_store_save (EhCheckpointStore *self, EhCheckpoint *checkpoint,
                                             GCancellable *cancellable, GError **error);

/**
 * eh_checkpoint_store_remove:
 *
 * Forgets a checkpoint: the consumer begins at the beginning. Does nothing if there is none.
 */
EH_PUBLIC gboolean eh_checkpoint_store_remove (EhCheckpointStore *self, const char *name, GCancellable *cancellable,
                                               GError **error);

/**
 * eh_checkpoint_store_open:
 * @uri: "memory:" or "file:DIR", a folder that is made if it is not there
 * @error: EH_ERROR_INVALID, EH_ERROR_UNSUPPORTED as eh_event_store_open(); G_IO_ERROR
 *
 * Returns: (transfer full): the store
 */
EH_PUBLIC EhCheckpointStore *eh_checkpoint_store_open (const char *uri, GError **error);

G_END_DECLS
