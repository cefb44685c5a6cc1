/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-fault-plan-private.h"

#include "model/eh-json-private.h"
#include "model/eh-suggest-private.h"
#include "model/eh-timestamp-private.h"

/* A rule while it is read: its strings are its own. */
typedef struct {
  EhFaultRule rule;
  char *operation;
  char *stream;
  char *event_type;
  char *topic;
} RuleText;

static void
rule_text_clear (RuleText *self)
{
  g_free (self->operation);
  g_free (self->stream);
  g_free (self->event_type);
  g_free (self->topic);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RuleText, rule_text_clear)

/* Turns an error of ours into one of the reader's, which has the path. */
static gboolean
fail_at (EhJsonReader *reader, const char *at, GError *error)
{
  g_autoptr (GError) owned = error;

  return eh_json_reader_fail (reader, owned->code, at, "%s", owned->message);
}

static gboolean
read_fault (EhJsonReader *reader, EhMockFault *fault)
{
  const char *at = reader->cursor;
  g_autofree char *nick = NULL;
  GError *error = NULL;

  if (!eh_json_reader_string (reader, &nick))
    return FALSE;
  return eh_mock_fault_from_nick (nick, fault, &error) || fail_at (reader, at, error);
}

static gboolean
read_operation (EhJsonReader *reader, char **operation)
{
  const char *at = reader->cursor;
  EhMockOperation known;
  GError *error = NULL;

  if (!eh_json_reader_string (reader, operation))
    return FALSE;
  return eh_mock_operation_from_nick (*operation, &known, &error) || fail_at (reader, at, error);
}

static gboolean
read_count (EhJsonReader *reader, guint *count)
{
  const char *at = reader->cursor;
  guint64 value = 0;

  if (!eh_json_reader_uint64 (reader, &value))
    return FALSE;
  if (value == 0 || value > G_MAXUINT)
    return eh_json_reader_fail (reader, EH_ERROR_INVALID, at, "must be from 1 to %u", G_MAXUINT);
  *count = (guint) value;
  return TRUE;
}

static gboolean
read_probability (EhJsonReader *reader, gdouble *probability)
{
  const char *at = reader->cursor;

  if (!eh_json_reader_double (reader, probability))
    return FALSE;
  return (*probability > 0.0 && *probability <= 1.0)
         || eh_json_reader_fail (reader, EH_ERROR_INVALID, at, "a probability is above 0 and at most 1");
}

static gboolean
read_delay (EhJsonReader *reader, gint64 *delay)
{
  const char *at = reader->cursor;
  g_autofree char *text = NULL;
  GError *error = NULL;

  if (!eh_json_reader_string (reader, &text))
    return FALSE;
  return eh_interval_parse (text, delay, &error) || fail_at (reader, at, error);
}

static const char *const rule_members[] = { "fault", "operation", "stream",      "type",    "topic",
                                            "call",  "calls",     "probability", "applied", "delay" };

static gboolean
read_rule_member (EhJsonReader *reader, guint i, RuleText *text)
{
  switch (i)
    {
    case 0:
      return read_fault (reader, &text->rule.fault);
    case 1:
      return read_operation (reader, &text->operation);
    case 2:
      return eh_json_reader_string (reader, &text->stream);
    case 3:
      return eh_json_reader_string (reader, &text->event_type);
    case 4:
      return eh_json_reader_string (reader, &text->topic);
    case 5:
      return read_count (reader, &text->rule.call);
    case 6:
      return read_count (reader, &text->rule.n_calls);
    case 7:
      return read_probability (reader, &text->rule.probability);
    case 8:
      return eh_json_reader_boolean (reader, &text->rule.applied);
    case 9:
    default:
      return read_delay (reader, &text->rule.delay);
    }
}

/* Reads a name and finds it in @names; each may be there once, which @seen, a set of bits, knows. */
static gboolean
read_name (EhJsonReader *reader, const char *const *names, guint n_names, guint *seen, guint *found)
{
  const char *at = reader->cursor;
  const char *text = NULL, *near_name = NULL;
  g_autofree char *name = NULL;
  gsize length = 0;

  if (!eh_json_reader_member (reader, &text, &length))
    return FALSE;
  name = g_strndup (text, length);
  for (guint i = 0; i < n_names; i++)
    {
      if (!g_str_equal (names[i], name))
        continue;
      if ((*seen & 1u << i) != 0)
        return eh_json_reader_fail_twice (reader);
      *seen |= 1u << i;
      *found = i;
      eh_json_reader_peek (reader);
      return TRUE;
    }
  near_name = eh_suggest (name, names, n_names);
  if (near_name == NULL)
    return eh_json_reader_fail (reader, EH_ERROR_INVALID, at, "unknown");
  return eh_json_reader_fail (reader, EH_ERROR_INVALID, at, "unknown; did you mean \"%s\"?", near_name);
}

static gboolean
read_rule (EhJsonReader *reader, EhFaultPlan *plan)
{
  g_auto (RuleText) text = { 0 };
  const char *at = (eh_json_reader_peek (reader), reader->cursor);
  GError *error = NULL;
  guint seen = 0, member = 0;

  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  while (eh_json_reader_next (reader))
    {
      if (!read_name (reader, rule_members, G_N_ELEMENTS (rule_members), &seen, &member)
          || !read_rule_member (reader, member, &text))
        return FALSE;
    }
  if (reader->error != NULL)
    return FALSE;

  text.rule.operation = text.operation;
  text.rule.stream = text.stream;
  text.rule.event_type = text.event_type;
  text.rule.topic = text.topic;
  if (!eh_fault_rule_check (&text.rule, &error))
    return fail_at (reader, at, error);
  eh_fault_plan_add (plan, &text.rule);
  return TRUE;
}

static gboolean
read_rules (EhJsonReader *reader, EhFaultPlan *plan)
{
  if (!eh_json_reader_open (reader, '['))
    return FALSE;
  while (eh_json_reader_next (reader))
    {
      if (!read_rule (reader, plan))
        return FALSE;
    }
  return reader->error == NULL;
}

static gboolean
read_plan (EhJsonReader *reader, EhFaultPlan *plan)
{
  const char *const members[] = { "seed", "faults" };
  guint64 seed = 0;
  guint seen = 0, member = 0;

  if (!eh_json_reader_open (reader, '{'))
    return FALSE;
  while (eh_json_reader_next (reader))
    {
      if (!read_name (reader, members, G_N_ELEMENTS (members), &seen, &member))
        return FALSE;
      if (member == 0 ? !eh_json_reader_uint64 (reader, &seed) : !read_rules (reader, plan))
        return FALSE;
    }
  if (reader->error != NULL || !eh_json_reader_finish (reader))
    return FALSE;
  eh_fault_plan_set_seed (plan, seed);
  return TRUE;
}

EhFaultPlan *
eh_fault_plan_new_from_json (const char *text, gssize length, GError **error)
{
  g_autoptr (EhFaultPlan) plan = NULL;
  EhJsonReader reader;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  plan = eh_fault_plan_new (0);
  eh_json_reader_init (&reader, text, length < 0 ? strlen (text) : (gsize) length);
  if (reader.error != NULL || !read_plan (&reader, plan))
    {
      g_propagate_error (error, g_steal_pointer (&reader.error));
      g_clear_object (&plan);
    }
  eh_json_reader_clear (&reader);
  return g_steal_pointer (&plan);
}
