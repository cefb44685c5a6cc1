/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-scenario-parser-private.h"

#include "model/eh-domain-private.h"

static gboolean
fail_unknown_aggregate_type (EhDomain *domain, const char *category, const char *place, GError **error)
{
  guint n_types = eh_domain_get_n_aggregate_types (domain);
  g_autofree const char **names = g_new0 (const char *, n_types + 1);
  g_autofree char *message = g_strdup_printf ("unknown aggregate type \"%s\"", category);

  for (guint i = 0; i < n_types; i++)
    names[i] = eh_domain_get_aggregate_type (domain, i)->name;
  return eh_place_fail_suggest (error, EH_ERROR_UNKNOWN_TYPE, place, message, category, names);
}

EhStreamName *
eh_scenario_parse_stream (EhDomain *domain, const char *name, const char *place, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (EhStreamName) stream = eh_stream_name_parse (name, &reason);

  if (stream == NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "%s", reason->message), NULL;
  if (eh_domain_find_aggregate_type (domain, eh_stream_name_get_category (stream)) == NULL)
    return fail_unknown_aggregate_type (domain, eh_stream_name_get_category (stream), place, error), NULL;
  return g_steal_pointer (&stream);
}

static gboolean
fail_unknown_message (EhDomain *domain, const char *kind, const char *type_name, const char *place, GError **error)
{
  const char *near_name = eh_domain_suggest (domain, type_name);

  if (near_name == NULL)
    return eh_place_fail (error, EH_ERROR_UNKNOWN_TYPE, place, "unknown %s \"%s\"", kind, type_name);
  return eh_place_fail (error, EH_ERROR_UNKNOWN_TYPE, place, "unknown %s \"%s\"; did you mean \"%s\"?", kind, type_name,
                        near_name);
}

/* An aggregate type that has such an event. */
static const EhAggregateType *
find_owner_of_event (EhDomain *domain, const char *type_name)
{
  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    {
      const EhAggregateType *type = eh_domain_get_aggregate_type (domain, i);

      if (eh_aggregate_type_find_event (type, type_name) != NULL)
        return type;
    }
  return NULL;
}

static gboolean
fail_other_owner (const char *kind, const char *type_name, EhStreamName *stream, const EhAggregateType *owner,
                  const char *place, GError **error)
{
  return eh_place_fail (error, EH_ERROR_INVALID, place,
                        "\"%s\" is %s of %s, but the stream \"%s\" is of %s; add \"in\": \"%s-...\"", type_name, kind,
                        owner->name, eh_stream_name_to_string (stream), eh_stream_name_get_category (stream),
                        owner->name);
}

const EhSchema *
eh_scenario_find_event (EhDomain *domain, EhStreamName *stream, const char *type_name, const char *place,
                        GError **error)
{
  const EhAggregateType *owner = find_owner_of_event (domain, type_name);
  const EhAggregateType *type = owner;
  const EhEventRule *rule;

  if (owner == NULL && eh_domain_find_command (domain, type_name, NULL) != NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\" is a command, and an event is needed here",
                          type_name),
           NULL;
  if (owner == NULL && g_hash_table_contains (eh_domain_get_index (domain)->upcasters, type_name))
    return eh_place_fail (error, EH_ERROR_INVALID, place,
                          "\"%s\" is an event of former times: say which shape it has, with \"revision\" beside it",
                          type_name),
           NULL;
  if (owner == NULL)
    return fail_unknown_message (domain, "event", type_name, place, error), NULL;

  if (stream != NULL)
    type = eh_domain_find_aggregate_type (domain, eh_stream_name_get_category (stream));
  rule = eh_aggregate_type_find_event (type, type_name);
  if (rule == NULL)
    return fail_other_owner ("an event", type_name, stream, owner, place, error), NULL;
  return rule->schema;
}

const EhSchema *
eh_scenario_find_old_event (EhDomain *domain, const char *type_name, gint64 revision, const char *place, GError **error)
{
  const EhSchema *found = NULL;

  if (revision >= 1 && revision <= G_MAXUINT)
    found = eh_domain_find_old_event (domain, type_name, (guint) revision);
  if (found == NULL)
    eh_place_fail (error, EH_ERROR_UNKNOWN_TYPE, place,
                   "no upcaster tells what \"%s\" of revision %" G_GINT64_FORMAT " was", type_name, revision);
  return found;
}

const EhSchema *
eh_scenario_find_command (EhDomain *domain, EhStreamName *stream, const char *type_name, const char *place,
                          GError **error)
{
  const EhAggregateType *owner = NULL;
  const EhCommandRule *rule = eh_domain_find_command (domain, type_name, &owner);

  if (rule == NULL && eh_domain_find_event (domain, type_name) != NULL)
    return eh_place_fail (error, EH_ERROR_INVALID, place, "\"%s\" is an event, and a command is needed here",
                          type_name),
           NULL;
  if (rule == NULL)
    return fail_unknown_message (domain, "command", type_name, place, error), NULL;
  if (stream != NULL && !g_str_equal (owner->name, eh_stream_name_get_category (stream)))
    return fail_other_owner ("a command", type_name, stream, owner, place, error), NULL;
  return rule->schema;
}
