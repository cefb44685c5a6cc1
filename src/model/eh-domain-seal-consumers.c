/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-domain-seal-private.h"

#include <string.h>

#include "eh-suggest-private.h"

/*
 * Sealing what follows events: projections and processes. Both have a checkpoint under their name, so they share one
 * set of names. A rule for an event that nobody can ever emit is a mistake, mostly in spelling, and is refused.
 */

#define NAME_MAX_BYTES 128

/* Names of checkpoints, and so of files. */
static gboolean
check_name (const EhDomainIndex *self, const char *name, GError **error)
{
  gboolean ok = *name != '\0' && *name != '.' && strlen (name) <= NAME_MAX_BYTES;

  for (const char *p = name; ok && *p != '\0'; p++)
    ok = g_ascii_isalnum (*p) || strchr ("._-", *p) != NULL;
  if (!ok)
    return eh_seal_refuse (error, EH_ERROR_INVALID,
                           "the name is that of a checkpoint: 1 to 128 of A-Z, a-z, 0-9, \".\", \"_\" and \"-\", not "
                           "beginning with \".\"");
  if (g_hash_table_contains (self->types, name))
    return eh_seal_refuse (error, EH_ERROR_EXISTS, "an aggregate type has that name already");
  if (g_hash_table_contains (self->projections, name) || g_hash_table_contains (self->processes, name))
    return eh_seal_refuse (error, EH_ERROR_EXISTS, "a projection or a process has that name already");
  return TRUE;
}

/* Of the names of events, without those of commands. */
static const char *
suggest_event (const EhDomainIndex *self, const char *word)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < self->names->len; i++)
    if (g_hash_table_contains (self->events_by_name, g_ptr_array_index (self->names, i)))
      g_ptr_array_add (names, g_ptr_array_index (self->names, i));
  return eh_suggest (word, (const char *const *) names->pdata, names->len);
}

static gboolean
check_event (const EhDomainIndex *self, const EhSchema *schema, GError **error)
{
  const char *near;

  if (!eh_seal_check_schema (schema, error))
    return FALSE;
  if (g_hash_table_contains (self->events, schema))
    return TRUE;
  if (g_hash_table_contains (self->events_by_name, schema->name))
    return eh_seal_refuse (error, EH_ERROR_EXISTS,
                           "that type name has another schema already, and a domain has one for each");

  near = suggest_event (self, schema->name);
  g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "no aggregate type has such an event%s%s%s",
               near != NULL ? "; did you mean " : "", near != NULL ? near : "", near != NULL ? "?" : "");
  return FALSE;
}

static gboolean
check_projection_rule (const EhDomainIndex *self, const EhProjectionRule *rule, GError **error)
{
  if (!check_event (self, rule->schema, error))
    return FALSE;
  if (rule->flags > EH_ROW_REMOVES)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "its flags are neither EH_ROW_UPDATES nor EH_ROW_REMOVES");
  if (rule->flags == EH_ROW_UPDATES && rule->project == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  if (rule->flags == EH_ROW_REMOVES && rule->project != NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it removes the row, so its function would never be called");
  return TRUE;
}

static gboolean
check_projection_rules (const EhDomainIndex *self, const EhProjectionType *type, GError **error)
{
  if (type->rules == NULL || type->n_rules == 0)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "the table of rules is missing or empty");
  for (gsize i = 0; i < type->n_rules; i++)
    {
      g_autofree char *name = eh_seal_describe_rule (type->rules[i].schema, i);

      if (!eh_seal_prefix (check_projection_rule (self, &type->rules[i], error), "event", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_projection (const EhDomainIndex *self, const EhProjectionType *type, GError **error)
{
  if (!check_name (self, type->name, error)
      || !eh_seal_prefix (eh_seal_check_schema (type->row, error), "row", "schema", error))
    return FALSE;
  if (type->category != NULL && !g_hash_table_contains (self->types, type->category))
    return eh_seal_refuse (error, EH_ERROR_UNKNOWN_TYPE, "its category is no aggregate type of the domain");
  return check_projection_rules (self, type, error);
}

gboolean
eh_seal_projections (EhDomainIndex *self, const EhDomain *domain, GError **error)
{
  for (guint i = 0; i < domain->projections->len; i++)
    {
      const EhProjectionType *type = g_ptr_array_index (domain->projections, i);

      if (!EH_SEAL_CHECK_TABLE ("projection", i, type, error)
          || !eh_seal_prefix (check_projection (self, type, error), "projection", type->name, error))
        return FALSE;
      g_hash_table_insert (self->projections, (gpointer) type->name, (gpointer) type);
    }
  return TRUE;
}

static gboolean
check_process_rule (const EhDomainIndex *self, const EhProcessType *type, gsize i, GError **error)
{
  const EhProcessRule *rule = &type->rules[i];

  if (!check_event (self, rule->schema, error))
    return FALSE;
  if (rule->react == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  if (rule->flags > EH_STARTS)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "its flags are neither EH_CONTINUES nor EH_STARTS");
  for (gsize j = 0; j < i; j++)
    if (type->rules[j].schema == rule->schema)
      return eh_seal_refuse (error, EH_ERROR_EXISTS, "it has two rules");
  return TRUE;
}

static gboolean
check_process_rules (const EhDomainIndex *self, const EhProcessType *type, GError **error)
{
  gboolean starts = FALSE;

  if ((type->rules == NULL && type->n_rules > 0) || (type->refusals == NULL && type->n_refusals > 0)
      || (type->deadlines == NULL && type->n_deadlines > 0))
    return eh_seal_refuse (error, EH_ERROR_INVALID, "a table of rules is missing");
  for (gsize i = 0; i < type->n_rules; i++)
    {
      g_autofree char *name = eh_seal_describe_rule (type->rules[i].schema, i);

      if (!eh_seal_prefix (check_process_rule (self, type, i, error), "event", name, error))
        return FALSE;
      starts = starts || type->rules[i].flags == EH_STARTS;
    }
  return starts || eh_seal_refuse (error, EH_ERROR_INVALID, "no rule starts it: one must have EH_STARTS");
}

static gboolean
check_refusal (const EhDomainIndex *self, const EhProcessType *type, gsize i, GError **error)
{
  const EhRefusalRule *rule = &type->refusals[i];

  if (rule->schema == NULL || !g_hash_table_contains (self->commands, rule->schema))
    return eh_seal_refuse (error, EH_ERROR_UNKNOWN_TYPE, "no aggregate type has a command of its schema");
  if (rule->react == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  for (gsize j = 0; j < i; j++)
    if (type->refusals[j].schema == rule->schema)
      return eh_seal_refuse (error, EH_ERROR_EXISTS, "it has two rules");
  return TRUE;
}

static gboolean
check_refusals (const EhDomainIndex *self, const EhProcessType *type, GError **error)
{
  for (gsize i = 0; i < type->n_refusals; i++)
    {
      g_autofree char *name = eh_seal_describe_rule (type->refusals[i].schema, i);

      if (!eh_seal_prefix (check_refusal (self, type, i, error), "refusal of", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_deadline (const EhProcessType *type, gsize i, GError **error)
{
  const EhDeadlineRule *rule = &type->deadlines[i];

  if (rule->react == NULL)
    return eh_seal_refuse (error, EH_ERROR_INVALID, "it has no function");
  for (gsize j = 0; j < i; j++)
    if (strcmp (type->deadlines[j].name, rule->name) == 0)
      return eh_seal_refuse (error, EH_ERROR_EXISTS, "it has two rules");
  return TRUE;
}

static gboolean
check_deadlines (const EhProcessType *type, GError **error)
{
  for (gsize i = 0; i < type->n_deadlines; i++)
    {
      const char *name = type->deadlines[i].name;

      if (name == NULL || *name == '\0' || !g_utf8_validate (name, -1, NULL))
        return eh_seal_refuse (error, EH_ERROR_INVALID, "a deadline has no name, or one that is not UTF-8");
      if (!eh_seal_prefix (check_deadline (type, i, error), "deadline", name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_process (const EhDomainIndex *self, const EhProcessType *type, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new (type->name, "key", error);

  return stream != NULL && check_name (self, type->name, error)
         && eh_seal_prefix (eh_seal_check_schema (type->state, error), "state", "schema", error)
         && check_process_rules (self, type, error) && check_refusals (self, type, error)
         && check_deadlines (type, error);
}

gboolean
eh_seal_processes (EhDomainIndex *self, const EhDomain *domain, GError **error)
{
  for (guint i = 0; i < domain->processes->len; i++)
    {
      const EhProcessType *type = g_ptr_array_index (domain->processes, i);

      if (!EH_SEAL_CHECK_TABLE ("process", i, type, error)
          || !eh_seal_prefix (check_process (self, type, error), "process", type->name, error))
        return FALSE;
      g_hash_table_insert (self->processes, (gpointer) type->name, (gpointer) type);
    }
  return TRUE;
}
