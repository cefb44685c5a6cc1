/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-fixed-id-source.h"

#include <string.h>

#include "eh-lock-private.h"

struct _EhFixedIdSource {
  GObject parent_instance;

  EhLock lock;
  guint64 next; /* (mutex lock) */
};

static void
eh_fixed_id_source_next (EhIdSource *source, EhId *id)
{
  EhFixedIdSource *self = EH_FIXED_ID_SOURCE (source);
  guint64 number;

  eh_lock (&self->lock);
  number = GUINT64_TO_BE (self->next);
  self->next++;
  eh_unlock (&self->lock);

  memset (id->bytes, 0, 8);
  memcpy (id->bytes + 8, &number, 8);
}

static void
eh_fixed_id_source_iface_init (EhIdSourceInterface *iface)
{
  iface->next = eh_fixed_id_source_next;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EhFixedIdSource, eh_fixed_id_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_ID_SOURCE, eh_fixed_id_source_iface_init))

static void
eh_fixed_id_source_finalize (GObject *object)
{
  EhFixedIdSource *self = EH_FIXED_ID_SOURCE (object);

  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_fixed_id_source_parent_class)->finalize (object);
}

static void
eh_fixed_id_source_class_init (EhFixedIdSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_fixed_id_source_finalize;
}

static void
eh_fixed_id_source_init (EhFixedIdSource *self)
{
  eh_lock_init (&self->lock);
  self->next = 1;
}

EhFixedIdSource *
eh_fixed_id_source_new (guint64 start)
{
  EhFixedIdSource *self;

  g_return_val_if_fail (start > 0, NULL);

  self = g_object_new (EH_TYPE_FIXED_ID_SOURCE, NULL);
  self->next = start;
  return self;
}

void
eh_fixed_id_source_reset (EhFixedIdSource *self, guint64 start)
{
  g_return_if_fail (EH_IS_FIXED_ID_SOURCE (self));
  g_return_if_fail (start > 0);

  eh_lock (&self->lock);
  self->next = start;
  eh_unlock (&self->lock);
}
