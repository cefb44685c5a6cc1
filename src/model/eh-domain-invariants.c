/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-private.h"

#include "eh-error.h"

/* What a domain says of itself: of its aggregates' states, its views' rows and its processes' states. */

void
eh_domain_free_invariant (gpointer data)
{
  EhDomainInvariant *invariant = data;

  if (invariant->destroy != NULL)
    invariant->destroy (invariant->user_data);
  g_free (invariant->name);
  g_free (invariant);
}

static void
remember (EhDomain *self, const EhDomainInvariant *invariant)
{
  EhDomainInvariant *own = g_memdup2 (invariant, sizeof *invariant);

  own->name = g_strdup (invariant->name);
  g_ptr_array_add (self->invariants, own);
  if (own->when == EH_INVARIANT_SOMETIMES)
    g_ptr_array_add (self->sometimes, own);
}

void
eh_domain_add_invariant (EhDomain *self, const char *name, const EhAggregateType *type, EhInvariantFunc func,
                         gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  remember (self, &(EhDomainInvariant){ .name = (char *) name,
                                        .type = type,
                                        .when = EH_INVARIANT_ALWAYS,
                                        .func = func,
                                        .user_data = user_data,
                                        .destroy = destroy });
}

void
eh_domain_add_eventually (EhDomain *self, const char *name, const EhAggregateType *type, EhInvariantFunc func,
                          gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  remember (self, &(EhDomainInvariant){ .name = (char *) name,
                                        .type = type,
                                        .when = EH_INVARIANT_EVENTUALLY,
                                        .func = func,
                                        .user_data = user_data,
                                        .destroy = destroy });
}

void
eh_domain_add_sometimes (EhDomain *self, const char *name, const EhAggregateType *type, EhSometimesFunc func,
                         gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  remember (self, &(EhDomainInvariant){ .name = (char *) name,
                                        .type = type,
                                        .when = EH_INVARIANT_SOMETIMES,
                                        .sometimes = func,
                                        .user_data = user_data,
                                        .destroy = destroy });
}

void
eh_domain_add_row_invariant (EhDomain *self, const char *name, const EhProjectionType *type, EhRowInvariantFunc func,
                             gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  remember (self, &(EhDomainInvariant){ .name = (char *) name,
                                        .projection = type,
                                        .when = EH_INVARIANT_ALWAYS,
                                        .row = func,
                                        .user_data = user_data,
                                        .destroy = destroy });
}

void
eh_domain_add_process_invariant (EhDomain *self, const char *name, const EhProcessType *type, EhInvariantFunc func,
                                 gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  remember (self, &(EhDomainInvariant){ .name = (char *) name,
                                        .process = type,
                                        .when = EH_INVARIANT_ALWAYS,
                                        .func = func,
                                        .user_data = user_data,
                                        .destroy = destroy });
}

/* @what of @where: "for Account-a1" */
static gboolean
set_broken (const EhDomainInvariant *invariant, const char *what, const char *where, const GError *reason,
            GError **error)
{
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "invariant \"%s\" does not hold for %s%s: %s", invariant->name, what,
               where, reason != NULL ? reason->message : "it does not say why");
  return FALSE;
}

static gboolean
check_invariant (const EhDomainInvariant *invariant, gconstpointer state, EhStreamName *stream, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (invariant->func (state, stream, invariant->user_data, &reason) && reason == NULL)
    return TRUE;
  return set_broken (invariant, "", eh_stream_name_to_string (stream), reason, error);
}

/* Those that have to hold by @when. */
static gboolean
check_invariants (EhDomain *self, EhInvariantWhen when, const EhAggregateType *type, gconstpointer state,
                  EhStreamName *stream, GError **error)
{
  for (guint i = 0; i < self->invariants->len; i++)
    {
      const EhDomainInvariant *invariant = g_ptr_array_index (self->invariants, i);

      if (invariant->type == type && invariant->when <= when && !check_invariant (invariant, state, stream, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_domain_check_invariants (EhDomain *self, const EhAggregateType *type, gconstpointer state, EhStreamName *stream,
                            GError **error)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), FALSE);
  g_return_val_if_fail (type != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);

  return check_invariants (self, EH_INVARIANT_ALWAYS, type, state, stream, error);
}

gboolean
eh_domain_check_invariants_at_rest (EhDomain *self, const EhAggregateType *type, gconstpointer state,
                                    EhStreamName *stream, GError **error)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), FALSE);
  g_return_val_if_fail (type != NULL, FALSE);
  g_return_val_if_fail (state != NULL, FALSE);
  g_return_val_if_fail (stream != NULL, FALSE);

  return check_invariants (self, EH_INVARIANT_EVENTUALLY, type, state, stream, error);
}

guint
eh_domain_get_n_sometimes (EhDomain *self)
{
  return self->sometimes->len;
}

const char *
eh_domain_get_sometimes_name (EhDomain *self, guint i)
{
  return ((const EhDomainInvariant *) g_ptr_array_index (self->sometimes, i))->name;
}

gboolean
eh_domain_is_sometimes (EhDomain *self, guint i, const EhAggregateType *type, gconstpointer state, EhStreamName *stream)
{
  const EhDomainInvariant *sometimes = g_ptr_array_index (self->sometimes, i);

  return sometimes->type == type && sometimes->sometimes (state, stream, sometimes->user_data);
}

static gboolean
check_row (const EhDomainInvariant *invariant, gconstpointer row, const char *key, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *what = NULL;

  if (invariant->row (row, key, invariant->user_data, &reason) && reason == NULL)
    return TRUE;
  what = g_strdup_printf ("row %s of ", key);
  return set_broken (invariant, what, invariant->projection->name, reason, error);
}

gboolean
eh_domain_check_row (EhDomain *self, const EhProjectionType *type, gconstpointer row, const char *key, GError **error)
{
  for (guint i = 0; i < self->invariants->len; i++)
    {
      const EhDomainInvariant *invariant = g_ptr_array_index (self->invariants, i);

      if (invariant->projection == type && !check_row (invariant, row, key, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_domain_check_process (EhDomain *self, const EhProcessType *type, gconstpointer state, EhStreamName *stream,
                         GError **error)
{
  for (guint i = 0; i < self->invariants->len; i++)
    {
      const EhDomainInvariant *invariant = g_ptr_array_index (self->invariants, i);

      if (invariant->process == type && !check_invariant (invariant, state, stream, error))
        return FALSE;
    }
  return TRUE;
}
