/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-private.h"

#include <string.h>

#include "eh-error.h"
#include "eh-suggest-private.h"

/*
 * A domain is lists of what was added, and after sealing an index over them. Adding only remembers: every mistake
 * can still be seen in the lists, and is, when eh_domain_index_new() goes through them. The index is
 * published atomically, so reading a sealed domain takes no lock.
 */

G_DEFINE_FINAL_TYPE (EhDomain, eh_domain, G_TYPE_OBJECT)

static void
free_generator (gpointer data)
{
  EhDomainGenerator *generator = data;

  if (generator->destroy != NULL)
    generator->destroy (generator->user_data);
  g_free (generator);
}

static void
eh_domain_finalize (GObject *object)
{
  EhDomain *self = EH_DOMAIN (object);

  g_clear_pointer (&self->index, eh_domain_index_free);
  g_clear_pointer (&self->generators, g_ptr_array_unref);
  g_clear_pointer (&self->sometimes, g_ptr_array_unref);
  g_clear_pointer (&self->invariants, g_ptr_array_unref);
  g_clear_pointer (&self->errors, g_array_unref);
  g_clear_pointer (&self->upcasters, g_ptr_array_unref);
  g_clear_pointer (&self->processes, g_ptr_array_unref);
  g_clear_pointer (&self->projections, g_ptr_array_unref);
  g_clear_pointer (&self->types, g_ptr_array_unref);
  g_clear_pointer (&self->name, g_free);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_domain_parent_class)->finalize (object);
}

static void
eh_domain_class_init (EhDomainClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_domain_finalize;
}

static void
eh_domain_init (EhDomain *self)
{
  eh_lock_init (&self->lock);
  self->types = g_ptr_array_new ();
  self->projections = g_ptr_array_new ();
  self->processes = g_ptr_array_new ();
  self->upcasters = g_ptr_array_new ();
  self->errors = g_array_new (FALSE, FALSE, sizeof (EhDomainErrors));
  self->invariants = g_ptr_array_new_with_free_func (eh_domain_free_invariant);
  self->sometimes = g_ptr_array_new ();
  self->generators = g_ptr_array_new_with_free_func (free_generator);
}

EhDomain *
eh_domain_new (const char *name)
{
  EhDomain *self = g_object_new (EH_TYPE_DOMAIN, NULL);

  self->name = g_strdup (name);
  return self;
}

void
eh_domain_add_aggregate_type (EhDomain *self, const EhAggregateType *type)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  g_ptr_array_add (self->types, (gpointer) type);
}

void
eh_domain_add_errors (EhDomain *self, GQuark error_domain, const EhEnumValue *nicks)
{
  const EhDomainErrors errors = { error_domain, nicks };

  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  g_array_append_val (self->errors, errors);
}

void
eh_domain_add_generator (EhDomain *self, const EhSchema *schema, EhGenerateFunc func, gpointer user_data,
                         GDestroyNotify destroy)
{
  EhDomainGenerator *generator;

  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) == NULL);

  generator = g_new (EhDomainGenerator, 1);
  *generator = (EhDomainGenerator){ schema, func, user_data, destroy };
  g_ptr_array_add (self->generators, generator);
}

gboolean
eh_domain_seal (EhDomain *self, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (EH_IS_DOMAIN (self), FALSE);

  if (eh_domain_get_index (self) != NULL)
    return TRUE;

  eh_lock (&self->lock);
  if (self->index == NULL)
    g_atomic_pointer_set (&self->index, eh_domain_index_new (self, error));
  ok = self->index != NULL;
  eh_unlock (&self->lock);
  return ok;
}

const char *
eh_domain_get_name (EhDomain *self)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);

  return self->name;
}

guint
eh_domain_get_n_aggregate_types (EhDomain *self)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), 0);

  return self->types->len;
}

const EhAggregateType *
eh_domain_get_aggregate_type (EhDomain *self, guint i)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (i < self->types->len, NULL);

  return g_ptr_array_index (self->types, i);
}

const EhAggregateType *
eh_domain_find_aggregate_type (EhDomain *self, const char *name)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (eh_domain_get_index (self)->types, name);
}

static const EhCommandRule *
hand_out (const EhDomainCommand *found, const EhAggregateType **type)
{
  if (found == NULL)
    return NULL;
  if (type != NULL)
    *type = found->type;
  return found->rule;
}

const EhCommandRule *
eh_domain_find_command (EhDomain *self, const char *type_name, const EhAggregateType **type)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  return hand_out (g_hash_table_lookup (eh_domain_get_index (self)->commands_by_name, type_name), type);
}

const EhCommandRule *
eh_domain_find_command_by_schema (EhDomain *self, const EhSchema *schema, const EhAggregateType **type)
{
  return hand_out (g_hash_table_lookup (eh_domain_get_index (self)->commands, schema), type);
}

const EhSchema *
eh_domain_find_event (EhDomain *self, const char *type_name)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  return g_hash_table_lookup (eh_domain_get_index (self)->events_by_name, type_name);
}

const char *
eh_domain_suggest (EhDomain *self, const char *word)
{
  const GPtrArray *names;

  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (word != NULL, NULL);

  names = eh_domain_get_index (self)->names;
  return eh_suggest (word, (const char *const *) names->pdata, names->len);
}

void
eh_domain_generate (EhDomain *self, EhDraw *draw, const EhSchema *schema, gpointer value)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (draw != NULL);
  g_return_if_fail (schema != NULL);
  g_return_if_fail (value != NULL);

  for (guint i = 0; i < self->generators->len; i++)
    {
      const EhDomainGenerator *generator = g_ptr_array_index (self->generators, i);

      if (generator->schema == schema)
        {
          generator->func (draw, value, generator->user_data);
          return;
        }
    }
  eh_draw_value (draw, schema, value);
}

static const char *
find_nick (const EhEnumValue *nicks, gint code)
{
  while (nicks->nick != NULL && nicks->value != code)
    nicks++;
  return nicks->nick;
}

const char *
eh_domain_get_error_nick (EhDomain *self, const GError *error)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == EH_ERROR)
    return eh_error_get_nick (error->code);

  for (guint i = 0; i < self->errors->len; i++)
    {
      const EhDomainErrors *errors = &g_array_index (self->errors, EhDomainErrors, i);
      const char *nick = errors->domain == error->domain ? find_nick (errors->nicks, error->code) : NULL;

      if (nick != NULL)
        return nick;
    }
  return NULL;
}

static gboolean
has_nick (const EhDomainErrors *errors, const char *nick)
{
  const EhEnumValue *value = errors->nicks;

  while (value->nick != NULL && strcmp (value->nick, nick) != 0)
    value++;
  return value->nick != NULL;
}

gboolean
eh_domain_find_error_nick (EhDomain *self, const char *nick)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), FALSE);
  g_return_val_if_fail (nick != NULL, FALSE);

  for (guint i = 0; i < self->errors->len; i++)
    if (has_nick (&g_array_index (self->errors, EhDomainErrors, i), nick))
      return TRUE;
  for (gint code = 0; eh_error_get_nick (code) != NULL; code++)
    if (strcmp (eh_error_get_nick (code), nick) == 0)
      return TRUE;
  return FALSE;
}

void
eh_domain_get_topic (EhDomain *self, const EhAggregateType *type, const char **bucket, const char **subset)
{
  guint i;

  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (eh_domain_get_index (self) != NULL);
  g_return_if_fail (bucket != NULL);
  g_return_if_fail (subset != NULL);
  g_return_if_fail (g_ptr_array_find (self->types, type, &i));

  *bucket = type->bucket != NULL ? type->bucket : self->name;
  *subset = g_ptr_array_index (eh_domain_get_index (self)->subsets, i);
}
