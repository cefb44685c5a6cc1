/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-private.h"

#include <string.h>

#include "eh-error.h"
#include "eh-event-private.h"
#include "eh-suggest-private.h"

/*
 * A domain is lists of what was added, and after sealing an index over them. Adding only remembers: every mistake
 * can still be seen in the lists, and is, when eh_domain_index_new() goes through them. The index is
 * published atomically, so reading a sealed domain takes no lock.
 */

G_DEFINE_FINAL_TYPE (EhDomain, eh_domain, G_TYPE_OBJECT)

static EhDomainIndex *
get_index (EhDomain *self)
{
  return g_atomic_pointer_get (&self->index);
}

static void
free_invariant (gpointer data)
{
  EhDomainInvariant *invariant = data;

  if (invariant->destroy != NULL)
    invariant->destroy (invariant->user_data);
  g_free (invariant->name);
  g_free (invariant);
}

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
  self->errors = g_array_new (FALSE, FALSE, sizeof (EhDomainErrors));
  self->invariants = g_ptr_array_new_with_free_func (free_invariant);
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
  g_return_if_fail (get_index (self) == NULL);

  g_ptr_array_add (self->types, (gpointer) type);
}

void
eh_domain_add_errors (EhDomain *self, GQuark error_domain, const EhEnumValue *nicks)
{
  const EhDomainErrors errors = { error_domain, nicks };

  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (get_index (self) == NULL);

  g_array_append_val (self->errors, errors);
}

static void
add_invariant (EhDomain *self, const EhDomainInvariant *invariant)
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
  g_return_if_fail (get_index (self) == NULL);

  add_invariant (self,
                 &(EhDomainInvariant){ (char *) name, type, EH_INVARIANT_ALWAYS, func, NULL, user_data, destroy });
}

void
eh_domain_add_eventually (EhDomain *self, const char *name, const EhAggregateType *type, EhInvariantFunc func,
                          gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (get_index (self) == NULL);

  add_invariant (self,
                 &(EhDomainInvariant){ (char *) name, type, EH_INVARIANT_EVENTUALLY, func, NULL, user_data, destroy });
}

void
eh_domain_add_sometimes (EhDomain *self, const char *name, const EhAggregateType *type, EhSometimesFunc func,
                         gpointer user_data, GDestroyNotify destroy)
{
  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (get_index (self) == NULL);

  add_invariant (self,
                 &(EhDomainInvariant){ (char *) name, type, EH_INVARIANT_SOMETIMES, NULL, func, user_data, destroy });
}

void
eh_domain_add_generator (EhDomain *self, const EhSchema *schema, EhGenerateFunc func, gpointer user_data,
                         GDestroyNotify destroy)
{
  EhDomainGenerator *generator;

  g_return_if_fail (EH_IS_DOMAIN (self));
  g_return_if_fail (get_index (self) == NULL);

  generator = g_new (EhDomainGenerator, 1);
  *generator = (EhDomainGenerator){ schema, func, user_data, destroy };
  g_ptr_array_add (self->generators, generator);
}

gboolean
eh_domain_seal (EhDomain *self, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (EH_IS_DOMAIN (self), FALSE);

  if (get_index (self) != NULL)
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
  g_return_val_if_fail (get_index (self) != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (get_index (self)->types, name);
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
  g_return_val_if_fail (get_index (self) != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  return hand_out (g_hash_table_lookup (get_index (self)->commands_by_name, type_name), type);
}

const EhCommandRule *
eh_domain_find_command_by_schema (EhDomain *self, const EhSchema *schema, const EhAggregateType **type)
{
  return hand_out (g_hash_table_lookup (get_index (self)->commands, schema), type);
}

const EhSchema *
eh_domain_find_event (EhDomain *self, const char *type_name)
{
  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (get_index (self) != NULL, NULL);
  g_return_val_if_fail (type_name != NULL, NULL);

  return g_hash_table_lookup (get_index (self)->events_by_name, type_name);
}

const char *
eh_domain_suggest (EhDomain *self, const char *word)
{
  const GPtrArray *names;

  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (get_index (self) != NULL, NULL);
  g_return_val_if_fail (word != NULL, NULL);

  names = get_index (self)->names;
  return eh_suggest (word, (const char *const *) names->pdata, names->len);
}

static EhEvent *
lift_text (EhEvent *event, const EhSchema *schema, const char *text, gsize length, GError **error)
{
  g_autofree gpointer value = g_malloc (MAX (schema->size, 1));
  g_autoptr (GError) reason = NULL;
  EhEventHead head;
  EhEvent *lifted;

  /* What can be read may be what cannot be written: a missing enum without a nick for 0. */
  if (!eh_schema_read_json (schema, text, (gssize) length, value, &reason) || !eh_schema_check (schema, value, &reason))
    {
      eh_schema_clear (schema, value);
      g_set_error (error, EH_ERROR, EH_ERROR_CORRUPT,
                   "event %" G_GUINT64_FORMAT " of %s: the data of %s does not fit its schema: %s",
                   eh_event_get_version (event), eh_stream_name_to_string (eh_event_get_stream (event)), schema->name,
                   reason->message);
      return NULL;
    }

  eh_event_get_head (event, &head);
  lifted = eh_event_new_value (&head, schema, value);
  eh_schema_clear (schema, value);
  return lifted;
}

EhEvent *
eh_domain_lift_event (EhDomain *self, EhEvent *event, GError **error)
{
  const EhDomainIndex *index;
  const EhSchema *schema;
  g_autofree char *foreign = NULL;
  const char *text;
  gsize length;

  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (get_index (self) != NULL, NULL);
  g_return_val_if_fail (event != NULL, NULL);

  index = get_index (self);
  if (g_hash_table_contains (index->events, eh_event_get_schema (event)))
    return eh_event_ref (event);

  schema = g_hash_table_lookup (index->events_by_name, eh_event_get_type_name (event));
  if (schema == NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE,
                   "event %" G_GUINT64_FORMAT " of %s: domain %s has no event %s", eh_event_get_version (event),
                   eh_stream_name_to_string (eh_event_get_stream (event)), self->name, eh_event_get_type_name (event));
      return NULL;
    }

  text = eh_event_get_json_data (event, &length);
  if (text != NULL)
    return lift_text (event, schema, text, length, error);
  foreign = eh_event_dup_json_data (event);
  return lift_text (event, schema, foreign, strlen (foreign), error);
}

static gboolean
check_invariant (const EhDomainInvariant *invariant, gconstpointer state, EhStreamName *stream, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (invariant->func (state, stream, invariant->user_data, &reason) && reason == NULL)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "invariant \"%s\" does not hold for %s: %s", invariant->name,
               eh_stream_name_to_string (stream), reason != NULL ? reason->message : "it does not say why");
  return FALSE;
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
  g_return_if_fail (get_index (self) != NULL);
  g_return_if_fail (bucket != NULL);
  g_return_if_fail (subset != NULL);
  g_return_if_fail (g_ptr_array_find (self->types, type, &i));

  *bucket = type->bucket != NULL ? type->bucket : self->name;
  *subset = g_ptr_array_index (get_index (self)->subsets, i);
}
