/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-seal-private.h"

#include <string.h>

#include "eh-error.h"
#include "eh-event-private.h"

/*
 * Sealing goes once through everything that was added, in the order of adding, and stops at the first mistake. Tables
 * come from code that may have been compiled against another version of the library, so a table's ABI is
 * looked at before any other member of it.
 */

gboolean
eh_seal_refuse (GError **error, EhError code, const char *message)
{
  g_set_error_literal (error, EH_ERROR, code, message);
  return FALSE;
}

gboolean
eh_seal_prefix (gboolean ok, const char *what, const char *name, GError **error)
{
  /* The name may be what is wrong, and a message is UTF-8. */
  g_autofree char *printable = ok ? NULL : g_utf8_make_valid (name, -1);

  if (!ok)
    g_prefix_error (error, "%s %s: ", what, printable);
  return ok;
}

static gboolean
check_topic_part (const char *what, const char *text, GError **error)
{
  gboolean ok = text != NULL && *text != '\0' && g_utf8_validate (text, -1, NULL);

  for (const char *p = text; ok && *p != '\0'; p++)
    ok = (guchar) *p > ' ' && *p != 0x7f && strchr (".*>", *p) == NULL;
  if (!ok)
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                 "the %s is part of a topic: it must be UTF-8, not empty, without \".\", \"*\", \">\", spaces and "
                 "control characters",
                 what);
  return ok;
}

gboolean
eh_seal_check_schema (const EhSchema *schema, GError **error)
{
  if (schema == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "the schema is missing");
  if (!eh_schema_validate (schema, error))
    return FALSE;
  if (strlen (schema->name) > EH_EVENT_TYPE_NAME_MAX || schema->revision > EH_EVENT_REVISION_MAX)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "its name has more than 255 bytes, or its revision is above 65535");
  return TRUE;
}

/* A rule's schema is named in messages once its own head is known to be readable. */
char *
eh_seal_describe_rule (const EhSchema *schema, gsize i)
{
  if (schema != NULL && schema->abi == EH_ABI_VERSION && schema->name != NULL)
    return g_strdup (schema->name);
  return g_strdup_printf ("rule %" G_GSIZE_FORMAT, i);
}

static gboolean
index_command (EhDomainIndex *self, const EhAggregateType *type, const EhCommandRule *rule, GError **error)
{
  const EhDomainCommand *other;
  EhDomainCommand *command;

  if (!eh_seal_check_schema (rule->schema, error))
    return FALSE;
  if (rule->decide == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no decide function");
  if (rule->flags > EH_CREATES_OR_UPDATES)
    return eh_seal_refuse (error, EH_ERROR_INVALID,
                           "its flags are none of EH_UPDATES, EH_CREATES and EH_CREATES_OR_UPDATES");

  other = g_hash_table_lookup (self->commands_by_name, rule->schema->name);
  if (other != NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "aggregate type %s has a rule for that type name already",
                   other->type->name);
      return FALSE;
    }

  command = g_new (EhDomainCommand, 1);
  *command = (EhDomainCommand){ rule, type };
  g_hash_table_insert (self->commands, (gpointer) rule->schema, command);
  g_hash_table_insert (self->commands_by_name, (gpointer) rule->schema->name, command);
  g_ptr_array_add (self->names, (gpointer) rule->schema->name);
  return TRUE;
}

static gboolean
index_commands (EhDomainIndex *self, const EhAggregateType *type, GError **error)
{
  for (gsize i = 0; i < type->n_commands; i++)
    {
      const EhCommandRule *rule = &type->commands[i];
      g_autofree char *name = eh_seal_describe_rule (rule->schema, i);

      if (!eh_seal_prefix (index_command (self, type, rule, error), "command", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
index_event (EhDomainIndex *self, const EhAggregateType *type, gsize i, GError **error)
{
  const EhSchema *schema = type->events[i].schema;
  const EhSchema *other;

  if (!eh_seal_check_schema (schema, error))
    return FALSE;
  for (gsize j = 0; j < i; j++)
    if (type->events[j].schema == schema)
      return eh_seal_refuse (error, EH_ERROR_EXISTS, "it has two rules");

  other = g_hash_table_lookup (self->events_by_name, schema->name);
  if (other == schema)
    return TRUE;
  if (other != NULL)
    return eh_seal_refuse (error, EH_ERROR_EXISTS,
                           "that type name has another schema already, and a domain has one for each");

  g_hash_table_add (self->events, (gpointer) schema);
  g_hash_table_insert (self->events_by_name, (gpointer) schema->name, (gpointer) schema);
  g_ptr_array_add (self->names, (gpointer) schema->name);
  return TRUE;
}

static gboolean
index_events (EhDomainIndex *self, const EhAggregateType *type, GError **error)
{
  for (gsize i = 0; i < type->n_events; i++)
    {
      g_autofree char *name = eh_seal_describe_rule (type->events[i].schema, i);

      if (!eh_seal_prefix (index_event (self, type, i, error), "event", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_type_head (const EhDomainIndex *self, const EhAggregateType *type, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new (type->name, "id", error);

  if (stream == NULL)
    return FALSE;
  if (g_hash_table_contains (self->types, type->name))
    return eh_seal_refuse (error, EH_ERROR_EXISTS, "the domain has a type of that name already");
  if (!eh_seal_prefix (eh_seal_check_schema (type->state, error), "state", "schema", error))
    return FALSE;
  if ((type->commands == NULL && type->n_commands > 0) || (type->events == NULL && type->n_events > 0))
    return eh_seal_refuse (error, EH_ERROR_INVALID, "a table of rules is missing");
  return type->bucket == NULL || check_topic_part ("bucket", type->bucket, error);
}

static gboolean
index_subset (EhDomainIndex *self, const EhAggregateType *type, GError **error)
{
  g_autofree char *subset = type->subset != NULL ? g_strdup (type->subset) : g_ascii_strdown (type->name, -1);

  if (!check_topic_part (type->subset != NULL ? "subset" : "name", subset, error))
    return FALSE;
  g_ptr_array_add (self->subsets, g_steal_pointer (&subset));
  return TRUE;
}

gboolean
eh_seal_check_table (const char *what, guint i, gboolean exists, guint32 abi, const char *name, GError **error)
{
  if (exists && abi == EH_ABI_VERSION && name != NULL)
    return TRUE;
  if (exists && abi != EH_ABI_VERSION)
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
                 "%s %u: its table was compiled for another version of the library (ABI %u, this one is %u); rebuild "
                 "the module",
                 what, i, abi, EH_ABI_VERSION);
  else
    g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s %u: %s", what, i, exists ? "it has no name" : "there is none");
  return FALSE;
}

static gboolean
index_type (EhDomainIndex *self, const EhAggregateType *type, guint i, GError **error)
{
  gboolean ok;

  if (!EH_SEAL_CHECK_TABLE ("aggregate type", i, type, error))
    return FALSE;

  ok = check_type_head (self, type, error) && index_subset (self, type, error) && index_commands (self, type, error)
       && index_events (self, type, error);
  if (ok)
    g_hash_table_insert (self->types, (gpointer) type->name, (gpointer) type);
  return eh_seal_prefix (ok, "aggregate type", type->name, error);
}

static gboolean
index_types (EhDomainIndex *self, const EhDomain *domain, GError **error)
{
  if (domain->types->len == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "domain %s: it has no aggregate type", domain->name);
      return FALSE;
    }
  for (guint i = 0; i < domain->types->len; i++)
    if (!index_type (self, g_ptr_array_index (domain->types, i), i, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_nick (GHashTable *seen, const char *nick, GError **error)
{
  if (*nick == '\0' || !g_utf8_validate (nick, -1, NULL))
    return eh_seal_refuse (error, EH_ERROR_INVALID, "a nick is empty or not UTF-8");
  if (!g_hash_table_add (seen, (gpointer) nick))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_EXISTS, "nick %s: another error has it already", nick);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_errors (const EhDomain *domain, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gint code = 0; eh_error_get_nick (code) != NULL; code++)
    g_hash_table_add (seen, (gpointer) eh_error_get_nick (code));

  for (guint i = 0; i < domain->errors->len; i++)
    {
      const EhDomainErrors *errors = &g_array_index (domain->errors, EhDomainErrors, i);

      if (errors->domain == 0 || errors->domain == EH_ERROR || errors->nicks == NULL)
        return eh_seal_refuse (error, EH_ERROR_INVALID, "errors: they need a domain of their own and a table of nicks");
      for (const EhEnumValue *value = errors->nicks; value->nick != NULL; value++)
        if (!eh_seal_prefix (check_nick (seen, value->nick, error), "errors", g_quark_to_string (errors->domain),
                             error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
has_its_type (const EhDomain *domain, const EhDomainInvariant *invariant)
{
  if (invariant->projection != NULL)
    return g_ptr_array_find (domain->projections, invariant->projection, NULL);
  if (invariant->process != NULL)
    return g_ptr_array_find (domain->processes, invariant->process, NULL);
  return invariant->type != NULL && g_ptr_array_find (domain->types, invariant->type, NULL);
}

static gboolean
check_invariant (const EhDomain *domain, guint i, GError **error)
{
  const EhDomainInvariant *invariant = g_ptr_array_index (domain->invariants, i);

  if (invariant->func == NULL && invariant->sometimes == NULL && invariant->row == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  if (!has_its_type (domain, invariant))
    return eh_seal_refuse (error, EH_ERROR_UNKNOWN_TYPE,
                           "the domain does not have its aggregate type, projection or process");
  for (guint j = 0; j < i; j++)
    {
      const EhDomainInvariant *other = g_ptr_array_index (domain->invariants, j);

      if (strcmp (other->name, invariant->name) == 0)
        return eh_seal_refuse (error, EH_ERROR_EXISTS, "there are two of that name");
    }
  return TRUE;
}

static gboolean
check_invariants (const EhDomain *domain, GError **error)
{
  for (guint i = 0; i < domain->invariants->len; i++)
    {
      const EhDomainInvariant *invariant = g_ptr_array_index (domain->invariants, i);

      if (invariant->name == NULL || *invariant->name == '\0' || !g_utf8_validate (invariant->name, -1, NULL))
        return eh_seal_refuse (error, EH_ERROR_INVALID, "an invariant has no name that says what holds");
      if (!eh_seal_prefix (check_invariant (domain, i, error), "invariant", invariant->name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_generator (const EhDomainIndex *self, const EhDomain *domain, guint i, GError **error)
{
  const EhDomainGenerator *generator = g_ptr_array_index (domain->generators, i);

  if (!g_hash_table_contains (self->commands, generator->schema))
    return eh_seal_refuse (error, EH_ERROR_UNKNOWN_TYPE, "no aggregate type has a command of its schema");
  if (generator->func == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  for (guint j = 0; j < i; j++)
    {
      const EhDomainGenerator *other = g_ptr_array_index (domain->generators, j);

      if (other->schema == generator->schema)
        return eh_seal_refuse (error, EH_ERROR_EXISTS, "the command has one already");
    }
  return TRUE;
}

static gboolean
check_generators (const EhDomainIndex *self, const EhDomain *domain, GError **error)
{
  for (guint i = 0; i < domain->generators->len; i++)
    {
      const EhDomainGenerator *generator = g_ptr_array_index (domain->generators, i);
      g_autofree char *name = eh_seal_describe_rule (generator->schema, i);

      if (!eh_seal_prefix (check_generator (self, domain, i, error), "generator of", name, error))
        return FALSE;
    }
  return TRUE;
}

static EhDomainIndex *
create_empty (void)
{
  EhDomainIndex *self = g_new0 (EhDomainIndex, 1);

  self->types = g_hash_table_new (g_str_hash, g_str_equal);
  self->commands = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->commands_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->events = g_hash_table_new (NULL, NULL);
  self->events_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_ptr_array_new ();
  self->subsets = g_ptr_array_new_with_free_func (g_free);
  self->projections = g_hash_table_new (g_str_hash, g_str_equal);
  self->processes = g_hash_table_new (g_str_hash, g_str_equal);
  self->upcasters = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

void
eh_domain_index_free (EhDomainIndex *self)
{
  g_hash_table_unref (self->types);
  g_hash_table_unref (self->commands);
  g_hash_table_unref (self->commands_by_name);
  g_hash_table_unref (self->events);
  g_hash_table_unref (self->events_by_name);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->subsets);
  g_hash_table_unref (self->projections);
  g_hash_table_unref (self->processes);
  g_hash_table_unref (self->upcasters);
  g_free (self);
}

EhDomainIndex *
eh_domain_index_new (EhDomain *domain, GError **error)
{
  g_autoptr (EhDomainIndex) self = create_empty ();

  if (!eh_seal_prefix (check_topic_part ("name", domain->name, error), "domain",
                       domain->name != NULL ? domain->name : "without a name", error))
    return NULL;
  if (!index_types (self, domain, error) || !eh_seal_upcasters (self, domain, error)
      || !eh_seal_projections (self, domain, error) || !eh_seal_processes (self, domain, error)
      || !check_errors (domain, error) || !check_invariants (domain, error) || !check_generators (self, domain, error))
    return NULL;
  return g_steal_pointer (&self);
}
