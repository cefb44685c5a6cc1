/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "eh-aggregate-type-private.h"
#include "eh-domain-seal-private.h"
#include "eh-event-page-private.h"
#include "eh-event-private.h"

/*
 * Lifting: what an event that was stored once is today.
 *
 * A *shape* is a schema that events of a type name were written with at some time: the "from" of an upcaster, or the
 * domain's own. An event is read by the first shape of its type name whose revision is not below its own. So
 * a revision without an upcaster is read leniently by the next one, as it is where only a member was added. A revision
 * above all shapes was written by a newer program, and is refused: to guess would lose what that program has stored.
 *
 * Values go depth-first through the upcasters, which keeps their order. Everything ends up in a list first, so that an
 * event is lifted whole or not at all; most events are of the domain's own shape and never come near all this.
 */

typedef struct {
  const EhSchema *schema;
  const EhUpcaster *upcaster; /* (nullable): NULL if @schema is the domain's own */
} Shape;

struct _EhUpcast {
  EhDomain *domain;
  const EhDomainIndex *index;
  EhEvent *stored;
  guint n_upcasts;
  guint n_lifted;
  GError *error;                  /* (owned) (nullable): the first */
  EhEvent *lifted[EH_UPCAST_MAX]; /* (owned): the first @n_lifted */
};

static gboolean
check_upcaster (const EhDomainIndex *self, const EhUpcaster *upcaster, GError **error)
{
  const EhSchema *own, *from = upcaster->from;
  const GPtrArray *others;

  if (!eh_seal_check_schema (from, error))
    return FALSE;
  own = g_hash_table_lookup (self->events_by_name, from->name);
  if (own != NULL && own->revision <= from->revision)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                   "it is of revision %u, which is not below that of the domain's own schema, %u", from->revision,
                   own->revision);
      return FALSE;
    }
  others = g_hash_table_lookup (self->upcasters, from->name);
  for (guint i = 0; others != NULL && i < others->len; i++)
    if (((const EhUpcaster *) g_ptr_array_index (others, i))->from->revision == from->revision)
      return eh_seal_refuse (error, EH_ERROR_EXISTS, "there is one already from that type name and revision");
  return TRUE;
}

static gint
compare_revisions (gconstpointer a, gconstpointer b)
{
  const EhUpcaster *const *one = a;
  const EhUpcaster *const *other = b;

  return (*one)->from->revision < (*other)->from->revision ? -1 : 1;
}

static void
index_upcaster (EhDomainIndex *self, const EhUpcaster *upcaster)
{
  GPtrArray *same = g_hash_table_lookup (self->upcasters, upcaster->from->name);

  if (same == NULL)
    {
      same = g_ptr_array_new ();
      g_hash_table_insert (self->upcasters, (gpointer) upcaster->from->name, same);
    }
  g_ptr_array_add (same, (gpointer) upcaster);
  g_ptr_array_sort (same, compare_revisions);
}

gboolean
eh_seal_upcasters (EhDomainIndex *self, const EhDomain *domain, GError **error)
{
  for (guint i = 0; i < domain->upcasters->len; i++)
    {
      const EhUpcaster *upcaster = g_ptr_array_index (domain->upcasters, i);
      g_autofree char *name = eh_seal_describe_rule (upcaster != NULL ? upcaster->from : NULL, i);

      if (upcaster == NULL)
        return eh_seal_prefix (eh_seal_refuse (error, EH_ERROR_INVALID, "there is none"), "upcaster of", name, error);
      if (!eh_seal_prefix (check_upcaster (self, upcaster, error), "upcaster of", name, error))
        return FALSE;
      index_upcaster (self, upcaster);
    }
  return TRUE;
}

static void set_error (EhUpcast *self, EhError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* A struct of so many bytes is read without allocating; most are smaller. */
#define SMALL_VALUE 256

static void
set_error (EhUpcast *self, EhError code, const char *format, ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (&self->error, EH_ERROR, code, "event %" G_GUINT64_FORMAT " of %s: %s",
               eh_event_get_version (self->stored), eh_stream_name_to_string (eh_event_get_stream (self->stored)),
               reason);
}

/* @who: what comes before it in the message */
static void
set_unknown (EhUpcast *self, const char *who, const char *type_name, guint revision)
{
  const GPtrArray *old = g_hash_table_lookup (self->index->upcasters, type_name);
  const EhSchema *own = g_hash_table_lookup (self->index->events_by_name, type_name);

  if (own == NULL && old != NULL)
    own = ((const EhUpcaster *) g_ptr_array_index (old, old->len - 1))->from;
  if (own == NULL)
    set_error (self, EH_ERROR_UNKNOWN_TYPE, "%sdomain %s has no event %s", who, self->domain->name, type_name);
  else
    set_error (self, EH_ERROR_UNSUPPORTED,
               "%s%s is of revision %u, written by a newer program: domain %s knows revision %u", who, type_name,
               revision, self->domain->name, own->revision);
}

static gboolean
find_shape (const EhDomainIndex *index, const char *type_name, guint revision, Shape *shape)
{
  const GPtrArray *old = NULL;

  /* Most domains have none, and events are many. */
  if (g_hash_table_size (index->upcasters) > 0)
    old = g_hash_table_lookup (index->upcasters, type_name);
  for (guint i = 0; old != NULL && i < old->len; i++)
    {
      const EhUpcaster *upcaster = g_ptr_array_index (old, i);

      if (upcaster->from->revision < revision)
        continue;
      *shape = (Shape){ upcaster->from, upcaster };
      return TRUE;
    }
  *shape = (Shape){ g_hash_table_lookup (index->events_by_name, type_name), NULL };
  return shape->schema != NULL && shape->schema->revision >= revision;
}

/* @value is of the domain's own shape and can be written. */
static void
add (EhUpcast *self, const EhSchema *schema, gconstpointer value)
{
  EhEventHead head;

  if (self->n_lifted == EH_UPCAST_MAX)
    {
      set_error (self, EH_ERROR_LIMIT, "its upcasters make more than %d events of it", EH_UPCAST_MAX);
      return;
    }
  eh_event_get_head (self->stored, &head);
  head.revision = schema->revision;
  self->lifted[self->n_lifted++] = eh_event_new_value (&head, schema, value);
}

static void
lift_value (EhUpcast *self, const Shape *shape, gconstpointer value)
{
  if (shape->upcaster == NULL)
    add (self, shape->schema, value);
  else if (self->n_upcasts++ == EH_UPCAST_MAX)
    set_error (self, EH_ERROR_LIMIT, "its upcasters do not end: after %d steps it is %s of revision %u again",
               EH_UPCAST_MAX, shape->schema->name, shape->schema->revision);
  else if (shape->upcaster->upcast != NULL)
    shape->upcaster->upcast (value, self->stored, self);
}

static void
lift_text (EhUpcast *self, const Shape *shape, const char *text, gsize length)
{
  const EhSchema *schema = shape->schema;
  guint64 small[SMALL_VALUE / sizeof (guint64)];
  g_autofree gpointer large = schema->size > sizeof small ? g_malloc (schema->size) : NULL;
  gpointer value = large != NULL ? large : small;
  g_autoptr (GError) reason = NULL;

  /* What can be read may be what cannot be written: a missing enum without a nick for 0. */
  if (eh_schema_read_json (schema, text, (gssize) length, value, &reason) && eh_schema_check (schema, value, &reason))
    lift_value (self, shape, value);
  else
    set_error (self, EH_ERROR_CORRUPT, "the data of %s does not fit its schema%s: %s", schema->name,
               shape->upcaster != NULL ? ", an old one" : "", reason->message);
  eh_schema_clear (schema, value);
}

/* A value of @schema, which is none of the domain's tables, but may be called like one of them. */
static void
lift_foreign (EhUpcast *self, const Shape *shape, const EhSchema *schema, gconstpointer value)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = eh_schema_to_json (schema, value, &reason);

  /* It was checked, but not how long its text would be. */
  if (text != NULL)
    lift_text (self, shape, text, strlen (text));
  else
    set_error (self, reason->code, "%s cannot be written: %s", schema->name, reason->message);
}

void
eh_upcast_emit (EhUpcast *self, const EhSchema *schema, gconstpointer data)
{
  static const guint64 nothing = 0;
  gconstpointer value = data != NULL ? data : &nothing;
  g_autoptr (GError) reason = NULL;
  Shape shape = { schema, NULL };

  g_return_if_fail (self != NULL);
  g_return_if_fail (schema != NULL);
  g_return_if_fail (data != NULL || schema->n_fields == 0);

  if (self->error != NULL)
    return;
  if (!eh_schema_check (schema, value, &reason))
    set_error (self, reason->code, "an upcaster made %s of it, which cannot be written: %s", schema->name,
               reason->message);
  else if (g_hash_table_contains (self->index->events, schema))
    add (self, schema, value);
  else if (!find_shape (self->index, schema->name, schema->revision, &shape))
    set_unknown (self, "an upcaster made what is not known: ", schema->name, schema->revision);
  else if (shape.schema == schema)
    lift_value (self, &shape, value);
  else
    lift_foreign (self, &shape, schema, value);
}

static void
lift_stored (EhUpcast *self)
{
  EhEvent *event = self->stored;
  const char *type_name = eh_event_get_type_name (event);
  const EhSchema *schema = eh_event_peek_schema (event);
  const char *text;
  gsize length;
  Shape shape;

  if (!find_shape (self->index, type_name, eh_event_get_revision (event), &shape))
    set_unknown (self, "", type_name, eh_event_get_revision (event));
  else if (schema == NULL)
    {
      text = eh_event_get_json_data (event, &length);
      lift_text (self, &shape, text, length);
    }
  else if (schema == shape.schema)
    lift_value (self, &shape, eh_event_get_data (event));
  else
    lift_foreign (self, &shape, schema, eh_event_get_data (event));
}

static void
upcast_clear (EhUpcast *self)
{
  for (guint i = 0; i < self->n_lifted; i++)
    eh_event_release (self->lifted[i]);
  g_clear_error (&self->error);
}

/* Not by g_auto: the list is too long to be zeroed for each event. */
static gboolean
upcast_init (EhUpcast *self, EhDomain *domain, EhEvent *event, GError **error)
{
  self->domain = domain;
  self->index = eh_domain_get_index (domain);
  self->stored = event;
  self->n_upcasts = self->n_lifted = 0;
  self->error = NULL;
  lift_stored (self);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  upcast_clear (self);
  return FALSE;
}

static gboolean
is_own (EhDomain *self, const EhEvent *event)
{
  const EhSchema *schema = eh_event_peek_schema (event);

  return schema != NULL && g_hash_table_contains (eh_domain_get_index (self)->events, schema);
}

gboolean
eh_domain_lift_for (EhDomain *self, EhEvent *event, EhLiftedFunc func, gpointer user_data, GError **error)
{
  EhUpcast upcast;
  gboolean ok;

  if (is_own (self, event))
    return func (&event, 1, user_data, error);
  if (!upcast_init (&upcast, self, event, error))
    return FALSE;
  ok = func (upcast.lifted, upcast.n_lifted, user_data, error);
  upcast_clear (&upcast);
  return ok;
}

typedef struct {
  const EhAggregateType *type;
  gpointer state;
} Folding;

static gboolean
apply_lifted (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  const Folding *folding = user_data;

  for (guint i = 1; i < n_lifted; i++)
    if (eh_aggregate_type_find_rule (folding->type, eh_event_peek_schema (lifted[i])) == NULL)
      return eh_aggregate_type_apply (folding->type, folding->state, lifted[i], error);
  for (guint i = 0; i < n_lifted; i++)
    if (!eh_aggregate_type_apply (folding->type, folding->state, lifted[i], error))
      return FALSE;
  return TRUE;
}

gboolean
eh_domain_apply_event (EhDomain *self, const EhAggregateType *type, gpointer state, EhEvent *event, GError **error)
{
  Folding folding = { type, state };

  return eh_aggregate_type_try_apply (type, state, event)
         || eh_domain_lift_for (self, event, apply_lifted, &folding, error);
}

EhEventPage *
eh_domain_lift_event (EhDomain *self, EhEvent *event, GError **error)
{
  EhEventPage *page;
  EhUpcast upcast;

  g_return_val_if_fail (EH_IS_DOMAIN (self), NULL);
  g_return_val_if_fail (eh_domain_get_index (self) != NULL, NULL);
  g_return_val_if_fail (event != NULL, NULL);

  if (is_own (self, event))
    return eh_event_page_new (&event, 1, 0, TRUE);
  if (!upcast_init (&upcast, self, event, error))
    return NULL;
  page = eh_event_page_new (upcast.lifted, upcast.n_lifted, 0, TRUE);
  upcast_clear (&upcast);
  return page;
}

const EhSchema *
eh_domain_find_old_event (EhDomain *self, const char *type_name, guint revision)
{
  Shape shape;

  if (!find_shape (eh_domain_get_index (self), type_name, revision, &shape) || shape.schema->revision != revision)
    return NULL;
  return shape.schema;
}
