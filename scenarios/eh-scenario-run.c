/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-run-private.h"

#include <string.h>

#include "scenarios/eh-scenario-consumers-private.h"

/* A scenario touches few aggregates. */
#define KEPT_AGGREGATES 64

typedef struct {
  EhScenarioRun *run;
  const char *topic;
} Listener;

static void
published_clear (gpointer data)
{
  eh_event_unref (((EhPublished *) data)->event);
}

/*
 * Streams may be delivered in any order among each other; the order of the store is that in which they were
 * published.
 */
static gboolean
on_published (EhEvent *event, gpointer user_data, GError **error)
{
  Listener *listener = user_data;
  GArray *published = listener->run->published;
  EhPublished entry = { eh_event_ref (event), listener->topic };
  guint at = published->len;

  while (at > 0
         && eh_event_get_position (g_array_index (published, EhPublished, at - 1).event)
                > eh_event_get_position (event))
    at--;
  g_array_insert_val (published, at, entry);
  return TRUE;
}

static gboolean
has_topic (GPtrArray *topics, const char *topic)
{
  return g_ptr_array_find_with_equal_func (topics, topic, g_str_equal, NULL);
}

/* A topic that is none cannot be listened to; publishing to it fails, and that is reported then. */
static void
listen_to (EhScenarioRun *self, const EhAggregateType *type)
{
  const char *bucket, *subset;
  g_autofree char *topic = NULL;
  g_autoptr (GError) error = NULL;
  Listener *listener;

  eh_domain_get_topic (self->domain, type, &bucket, &subset);
  topic = g_strconcat (bucket, ".", subset, NULL);
  if (has_topic (self->topics, topic))
    return;

  listener = g_new (Listener, 1);
  listener->run = self;
  listener->topic = topic;
  g_ptr_array_add (self->topics, g_steal_pointer (&topic));
  if (eh_event_bus_subscribe (self->bus, bucket, subset, NULL, on_published, listener, g_free, &error) == 0)
    g_debug ("not listening to %s: %s", listener->topic, error->message);
}

void
eh_scenario_run_init (EhScenarioRun *self, EhDomain *domain)
{
  memset (self, 0, sizeof *self);
  self->domain = g_object_ref (domain);
  self->store = eh_memory_store_new ();
  self->bus = eh_memory_bus_new (0);
  self->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  self->ids = eh_fixed_id_source_new (1);
  self->rehearsal_ids = eh_fixed_id_source_new (1);
  self->coverage = eh_coverage_new (domain);
  self->topics = g_ptr_array_new_with_free_func (g_free);
  self->text = g_string_new (NULL);
  self->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_stream_name_unref);
  self->published = g_array_new (FALSE, FALSE, sizeof (EhPublished));
  g_array_set_clear_func (self->published, published_clear);
  self->told = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < eh_domain_get_n_aggregate_types (domain); i++)
    listen_to (self, eh_domain_get_aggregate_type (domain, i));
}

void
eh_scenario_run_clear (EhScenarioRun *self)
{
  if (self->twin != NULL)
    {
      eh_scenario_run_clear (self->twin);
      g_clear_pointer (&self->twin, g_free);
    }
  eh_scenario_run_end (self);
  if (self->bus != NULL)
    eh_event_bus_close (self->bus, NULL, NULL);
  if (self->store != NULL)
    eh_event_store_close (self->store, NULL, NULL);
  g_clear_object (&self->bus);
  g_clear_object (&self->store);
  g_clear_object (&self->clock);
  g_clear_object (&self->ids);
  g_clear_object (&self->rehearsal_ids);
  g_clear_object (&self->coverage);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_clear_pointer (&self->published, g_array_unref);
  g_clear_pointer (&self->told, g_array_unref);
  g_clear_pointer (&self->topics, g_ptr_array_unref);
  if (self->text != NULL)
    g_string_free (g_steal_pointer (&self->text), TRUE);
  g_clear_object (&self->domain);
}

void
eh_scenario_run_begin (EhScenarioRun *self, EhScenario *scenario, EhScenarioResult *result)
{
  self->scenario = scenario;
  self->result = result;
  eh_fixed_clock_set (self->clock, EH_FIXED_CLOCK_START);
  eh_fixed_id_source_reset (self->ids, 1);
  self->repository = eh_repository_new (self->domain, self->store);
  eh_repository_set_cache_size (self->repository, KEPT_AGGREGATES);
  self->handler = eh_command_handler_new (self->repository, EH_CLOCK (self->clock), EH_ID_SOURCE (self->ids));
  eh_command_handler_set_event_bus (self->handler, self->bus);
}

void
eh_scenario_run_end (EhScenarioRun *self)
{
  g_clear_pointer (&self->consumers, eh_scenario_consumers_free);
  g_clear_object (&self->handler);
  g_clear_object (&self->repository);
  g_clear_error (&self->error);
  self->error_step = NULL;
  self->error_is_told = FALSE;
  self->state_is_spoilt = FALSE;
  self->head = 0;
  self->is_stuck = FALSE;
  self->n_sent = 0;
  self->scenario = NULL;
  self->result = NULL;
  if (self->streams != NULL)
    g_ptr_array_set_size (self->streams, 0);
  if (self->published != NULL)
    g_array_set_size (self->published, 0);
  if (self->told != NULL)
    g_array_set_size (self->told, 0);
  if (self->bus != NULL)
    eh_memory_bus_reset (EH_MEMORY_BUS (self->bus));
  if (self->store != NULL)
    eh_memory_store_reset (EH_MEMORY_STORE (self->store));
}

void
eh_scenario_run_touch (EhScenarioRun *self, EhStreamName *stream)
{
  for (guint i = 0; i < self->streams->len; i++)
    {
      if (eh_stream_name_equal (g_ptr_array_index (self->streams, i), stream))
        return;
    }
  g_ptr_array_add (self->streams, eh_stream_name_ref (stream));
}

gboolean
eh_scenario_run_wants (const EhScenarioRun *self, EhCheck check)
{
  return (self->scenario->off & check) == 0;
}

void
eh_scenario_run_fail (EhScenarioRun *self, const char *check, EhDiff *diff, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  eh_scenario_result_add (self->result, check, g_strdup_vprintf (format, arguments), diff);
  va_end (arguments);
}

guint64
eh_scenario_run_peek_id (EhFixedIdSource *ids)
{
  guint64 number;
  EhId id;

  eh_id_source_next (EH_ID_SOURCE (ids), &id);
  memcpy (&number, id.bytes + sizeof id.bytes - sizeof number, sizeof number);
  number = GUINT64_FROM_BE (number);
  eh_fixed_id_source_reset (ids, number);
  return number;
}

char *
eh_scenario_run_describe_error (EhScenarioRun *self, const GError *error)
{
  const char *nick = eh_domain_get_error_nick (self->domain, error);

  if (nick != NULL)
    return g_strdup_printf ("%s (%s)", error->message, nick);
  return g_strdup_printf ("%s (%s %d)", error->message, g_quark_to_string (error->domain), error->code);
}
