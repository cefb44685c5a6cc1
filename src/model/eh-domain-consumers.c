/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-private.h"

/* A domain's projections, process managers and upcasters: what follows events, and what lifts them for it. */

void
eh_domain_add_projection (EhDomain *self, const EhProjectionType *type)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  g_ptr_array_add (self->projections, (gpointer) type);
}

void
eh_domain_add_process (EhDomain *self, const EhProcessType *type)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  g_ptr_array_add (self->processes, (gpointer) type);
}

void
eh_domain_add_upcaster (EhDomain *self, const EhUpcaster *upcaster)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  g_ptr_array_add (self->upcasters, (gpointer) upcaster);
}

guint
eh_domain_get_n_projections (EhDomain *self)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), 0);

  return self->projections->len;
}

guint
eh_domain_get_n_processes (EhDomain *self)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), 0);

  return self->processes->len;
}

const EhProjectionType *
eh_domain_get_projection (EhDomain *self, guint i)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (i < self->projections->len, NULL);

  return g_ptr_array_index (self->projections, i);
}

const EhProcessType *
eh_domain_get_process (EhDomain *self, guint i)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (i < self->processes->len, NULL);

  return g_ptr_array_index (self->processes, i);
}

const EhProjectionType *
eh_domain_find_projection (EhDomain *self, const char *name)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (eh_domain_get_index (self)->projections, name);
}

const EhProcessType *
eh_domain_find_process (EhDomain *self, const char *name)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (eh_domain_get_index (self)->processes, name);
}
