/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-view-private.h"

#include <string.h>

#include "model/eh-domain-private.h"
#include "model/eh-error.h"
#include "model/eh-event-private.h"
#include "model/eh-json-private.h"
#include "runtime/eh-row-table-private.h"

/*
 * Whether a rule concerns an event is a comparison of schema pointers, which are few; so an event of the domain's own
 * shape is folded without looking anything up but its row. Any other event, also one that no rule concerns, is lifted
 * first, as an upcaster may make something of it that one does.
 *
 * All keys of an event are found and checked before the first rule runs: what can fail comes first, and an event is
 * folded whole or not at all.
 */

struct _EhView {
  EhDomain *domain; /* (owned) */
  const EhProjectionType *type;
  EhRowTable rows;
  guint64 position;
  gboolean has_rows_by_id; /* immutable: a rule has no key of its own */
  char *category;          /* (owned) (nullable): the last that was looked up */
  gboolean is_own;         /* whether that is the domain's */
  GString *keys;           /* (owned): of the event under way, each with its nul */
};

EhView *
eh_view_new (EhDomain *domain, const EhProjectionType *type)
{
  EhView *self = g_new0 (EhView, 1);

  self->domain = g_object_ref (domain);
  self->type = type;
  self->keys = g_string_new (NULL);
  eh_row_table_init (&self->rows, type->row);
  for (gsize i = 0; i < type->n_rules; i++)
    self->has_rows_by_id |= type->rules[i].key == NULL;
  return self;
}

void
eh_view_free (EhView *self)
{
  if (self == NULL)
    return;
  eh_row_table_clear (&self->rows);
  g_string_free (self->keys, TRUE);
  g_free (self->category);
  g_object_unref (self->domain);
  g_free (self);
}

static gboolean
eh_view_add_key (EhView *self, const EhProjectionRule *rule, const EhEvent *event, GError **error)
{
  const gsize start = self->keys->len;
  gsize length = 0;

  rule->key (event, self->keys);
  length = self->keys->len - start;
  if (memchr (self->keys->str + start, '\0', length) == NULL
      && g_utf8_validate_len (self->keys->str + start, length, NULL))
    {
      g_string_append_c (self->keys, '\0');
      return TRUE;
    }
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID,
               "projection %s: the key that the rule for %s makes of event %" G_GUINT64_FORMAT " is not UTF-8 text",
               self->type->name, rule->schema->name, eh_event_get_position (event));
  return FALSE;
}

static gboolean
eh_view_find_keys (EhView *self, EhEvent *const *events, guint n_events, GError **error)
{
  g_string_truncate (self->keys, 0);
  for (guint i = 0; i < n_events; i++)
    {
      const EhSchema *schema = eh_event_peek_schema (events[i]);

      for (gsize r = 0; r < self->type->n_rules; r++)
        if (self->type->rules[r].schema == schema && self->type->rules[r].key != NULL
            && !eh_view_add_key (self, &self->type->rules[r], events[i], error))
          return FALSE;
    }
  return TRUE;
}

static void
eh_view_run_rule (EhView *self, const EhProjectionRule *rule, const char *key, const EhEvent *event)
{
  if (*key == '\0')
    return;
  if (rule->flags & EH_ROW_REMOVES)
    eh_row_table_remove (&self->rows, key);
  else
    rule->project (eh_row_table_get (&self->rows, key), event);
}

static void
eh_view_run_rules (EhView *self, EhEvent *event, const char **key)
{
  const EhSchema *schema = eh_event_peek_schema (event);

  for (gsize i = 0; i < self->type->n_rules; i++)
    {
      const EhProjectionRule *rule = &self->type->rules[i];

      if (rule->schema != schema)
        continue;
      if (rule->key == NULL)
        {
          eh_view_run_rule (self, rule, eh_stream_name_get_id (eh_event_get_stream (event)), event);
          continue;
        }
      eh_view_run_rule (self, rule, *key, event);
      *key += strlen (*key) + 1;
    }
}

/* An EhLiftedFunc. */
static gboolean
eh_view_fold (EhEvent *const *events, guint n_events, gpointer user_data, GError **error)
{
  EhView *self = user_data;
  const char *key = NULL;

  if (!eh_view_find_keys (self, events, n_events, error))
    return FALSE;
  key = self->keys->str;
  for (guint i = 0; i < n_events; i++)
    eh_view_run_rules (self, events[i], &key);
  return TRUE;
}

static gboolean
eh_view_has_rule (const EhView *self, const EhSchema *schema)
{
  for (gsize i = 0; i < self->type->n_rules; i++)
    if (self->type->rules[i].schema == schema)
      return TRUE;
  return FALSE;
}

/* Whether events of @category are to be understood. Those of one category often follow each other. */
static gboolean
eh_view_is_own (EhView *self, const char *category)
{
  if (self->category == NULL || strcmp (self->category, category) != 0)
    {
      g_free (self->category);
      self->category = g_strdup (category);
      self->is_own = eh_domain_find_aggregate_type (self->domain, category) != NULL;
    }
  return self->is_own;
}

gboolean
eh_view_apply_again (EhView *self, EhEvent *event, GError **error)
{
  const EhSchema *schema = eh_event_peek_schema (event);
  gboolean ok = TRUE;

  if (schema != NULL && eh_view_has_rule (self, schema))
    ok = eh_view_fold (&event, 1, self, error);
  else if (eh_view_is_own (self, eh_stream_name_get_category (event->stream)))
    ok = eh_domain_lift_for (self->domain, event, eh_view_fold, self, error);
  if (ok)
    self->position = MAX (self->position, event->position);
  return ok;
}

gboolean
eh_view_apply (EhView *self, EhEvent *event, GError **error)
{
  return event->position <= self->position || eh_view_apply_again (self, event, error);
}

/* Only of rows by the aggregate's id: asking the other rules for their keys costs more than it brings. */
void
eh_view_prefetch (const EhView *self, EhEvent *const *events, guint n_events)
{
  const char *keys[EH_VIEW_AHEAD];

  g_assert (n_events <= EH_VIEW_AHEAD);
  if (!self->has_rows_by_id)
    return;
  for (guint i = 0; i < n_events; i++)
    __builtin_prefetch (events[i]->stream);
  for (guint i = 0; i < n_events; i++)
    keys[i] = eh_stream_name_get_id (events[i]->stream);
  eh_row_table_prefetch (&self->rows, keys, n_events);
}

const EhProjectionType *
eh_view_get_type (const EhView *self)
{
  return self->type;
}

guint64
eh_view_get_position (const EhView *self)
{
  return self->position;
}

void
eh_view_set_position (EhView *self, guint64 position)
{
  self->position = position;
}

guint
eh_view_get_n_rows (const EhView *self)
{
  return self->rows.n_rows;
}

gconstpointer
eh_view_get_nth (const EhView *self, guint i, const char **key)
{
  guint32 place = i;

  /* Which rows there are, and their order, does not change by that. */
  eh_row_table_pack (&((EhView *) self)->rows);
  return eh_row_table_next (&self->rows, &place, key);
}

gconstpointer
eh_view_next (const EhView *self, guint *place, const char **key)
{
  return eh_row_table_next (&self->rows, place, key);
}

gconstpointer
eh_view_get_row (const EhView *self, const char *key)
{
  return eh_row_table_find (&self->rows, key);
}

gboolean
eh_view_equal (const EhView *a, const EhView *b)
{
  guint32 place = 0;
  const char *key = NULL;
  gconstpointer row = NULL;

  if (a->rows.schema != b->rows.schema || a->rows.n_rows != b->rows.n_rows)
    return FALSE;
  while ((row = eh_row_table_next (&a->rows, &place, &key)) != NULL)
    {
      gconstpointer other = eh_row_table_find (&b->rows, key);

      if (other == NULL || !eh_schema_equal (a->rows.schema, row, other))
        return FALSE;
    }
  return TRUE;
}

static gboolean
eh_view_write_row (const EhView *self, char before, const char *key, gconstpointer row, GString *out, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (eh_json_put_name (out, before, key) && eh_json_put_value (out, self->rows.schema, row))
    return TRUE;
  eh_schema_check (self->rows.schema, row, &reason);
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "projection %s: row \"%s\" cannot be written: %s", self->type->name,
               key, reason != NULL ? reason->message : "its key is not UTF-8");
  return FALSE;
}

gboolean
eh_view_write_json (const EhView *self, GString *out, GError **error)
{
  const gsize start = out->len;
  guint32 place = 0;
  const char *key = NULL;
  gconstpointer row = NULL;
  char before = '{';

  while ((row = eh_row_table_next (&self->rows, &place, &key)) != NULL)
    {
      if (!eh_view_write_row (self, before, key, row, out, error))
        {
          g_string_truncate (out, start);
          return FALSE;
        }
      before = ',';
    }
  if (before == '{')
    eh_json_put (out, '{');
  eh_json_put (out, '}');
  eh_json_finish (out);
  return TRUE;
}

/* Reads one member: the key, which is then in @key, and the row. */
static gboolean
eh_view_read_row (EhJsonReader *reader, EhRowTable *rows, GString *key)
{
  const char *name = NULL;
  const char *start = NULL;
  gsize length = 0;
  gpointer row = NULL;

  if (!eh_json_reader_member (reader, &name, &length))
    return FALSE;
  g_string_truncate (key, 0);
  g_string_append_len (key, name, (gssize) length);
  if (key->len == 0 || eh_row_table_find (rows, key->str) != NULL)
    return eh_json_reader_fail (reader, EH_ERROR_INVALID, reader->cursor, "row \"%s\" is there twice, or has no name",
                                key->str);
  eh_json_reader_peek (reader);
  start = reader->cursor;
  if (!eh_json_reader_skip (reader))
    return FALSE;
  row = eh_row_table_get (rows, key->str);
  return eh_schema_read_json (rows->schema, start, reader->cursor - start, row, &reader->error)
         && eh_schema_check (rows->schema, row, &reader->error);
}

static gboolean
eh_view_read_rows (EhRowTable *rows, const char *text, gsize length, GError **error)
{
  g_autoptr (GString) key = g_string_new (NULL);
  EhJsonReader reader;
  gboolean ok = TRUE;

  eh_json_reader_init_large (&reader, text, length);
  ok = eh_json_reader_open (&reader, '{');
  while (ok && eh_json_reader_next (&reader))
    ok = eh_view_read_row (&reader, rows, key);
  ok = ok && reader.error == NULL && eh_json_reader_finish (&reader);
  if (!ok && key->len > 0)
    g_prefix_error (&reader.error, "row \"%s\": ", key->str);
  if (!ok)
    g_propagate_error (error, g_steal_pointer (&reader.error));
  eh_json_reader_clear (&reader);
  return ok;
}

gboolean
eh_view_read_json (EhView *self, const char *text, gssize length, GError **error)
{
  EhRowTable rows;

  eh_row_table_init (&rows, self->type->row);
  if (!eh_view_read_rows (&rows, text, length < 0 ? strlen (text) : (gsize) length, error))
    {
      eh_row_table_clear (&rows);
      return FALSE;
    }
  eh_row_table_clear (&self->rows);
  self->rows = rows;
  return TRUE;
}

gboolean
eh_view_check_invariants (const EhView *self, GError **error)
{
  guint32 place = 0;
  const char *key = NULL;
  gconstpointer row = NULL;

  while ((row = eh_row_table_next (&self->rows, &place, &key)) != NULL)
    if (!eh_domain_check_row (self->domain, self->type, row, key, error))
      return FALSE;
  return TRUE;
}
