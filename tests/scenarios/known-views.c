/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-views.h"

EH_DEFINE_SCHEMA (KnownPaid, known_paid_schema, EH_FIELD_INT64 (paid))

static void
paid_on_deposit (gpointer row, const EhEvent *event)
{
  ((KnownPaid *) row)->paid += ((const DepositPerformed *) eh_event_get_data (event))->amount;
}

static const EhProjectionRule paid_rules[] = { { &deposit_performed, paid_on_deposit } };

const EhProjectionType known_paid = EH_PROJECTION_TYPE ("Paid", KnownPaid, known_paid_schema, paid_rules);

EhDomain *
known_paid_domain_new (void)
{
  EhDomain *domain = bank_domain_new ();

  eh_domain_add_projection (domain, &known_paid);
  return domain;
}

/* ---- rows ---- */

/* An account: what was paid, up to which version, and what came before its turn. */
typedef struct {
  char *key; /* (owned) */
  KnownPaid row;
  gboolean is_shown;
  guint64 version;
  GPtrArray *early; /* (owned) (element-type EhEvent) */
} Line;

typedef struct {
  EhSimulationNode *node; /* (unowned) */
  EhConsumer *consumer;   /* (owned) (nullable) */
  GPtrArray *lines;       /* (owned) (element-type Line) */
  guint64 position;       /* of the last event that was counted */
  guint subscription;     /* 0 for none */
  gboolean counts_again;
  gboolean sorts;
  gboolean looks_first;
} Memory;

static void
line_free (gpointer data)
{
  Line *self = data;

  g_ptr_array_unref (self->early);
  g_free (self->key);
  g_free (self);
}

static Memory *
memory_new (EhSimulationNode *node)
{
  Memory *self = g_new0 (Memory, 1);

  self->node = node;
  self->lines = g_ptr_array_new_with_free_func (line_free);
  return self;
}

void
known_view_stop (gpointer memory)
{
  Memory *self = memory;

  if (self->subscription != 0)
    eh_event_bus_unsubscribe (eh_simulation_node_get_bus (self->node), self->subscription, NULL);
  g_clear_object (&self->consumer);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

void
known_view_show (gpointer memory, EhRowFunc func, gpointer user_data)
{
  Memory *self = memory;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = g_ptr_array_index (self->lines, i);

      if (line->is_shown && !func (line->key, &line->row, user_data))
        return;
    }
}

static Line *
get_line (Memory *self, EhEvent *event)
{
  const char *key = eh_stream_name_get_id (eh_event_get_stream (event));
  Line *line;

  for (guint i = 0; i < self->lines->len; i++)
    {
      line = g_ptr_array_index (self->lines, i);
      if (g_str_equal (line->key, key))
        return line;
    }
  line = g_new0 (Line, 1);
  line->key = g_strdup (key);
  line->early = g_ptr_array_new_with_free_func ((GDestroyNotify) eh_event_unref);
  g_ptr_array_add (self->lines, line);
  return line;
}

static void
count (Line *line, EhEvent *event)
{
  line->version = eh_event_get_version (event);
  if (!g_str_equal (eh_event_get_type_name (event), deposit_performed.name))
    return;
  line->is_shown = TRUE;
  paid_on_deposit (&line->row, event);
}

/* ---- a consumer ---- */

static gboolean
on_event (EhEvent *event, gpointer user_data, GError **error)
{
  Memory *self = user_data;

  if (!self->counts_again && eh_event_get_position (event) <= self->position)
    return TRUE;
  self->position = eh_event_get_position (event);
  count (get_line (self, event), event);
  return TRUE;
}

gpointer
known_counter_start (EhSimulationNode *node, gpointer counts_again)
{
  Memory *self = memory_new (node);
  g_autoptr (EhCheckpointStore) own = eh_memory_checkpoint_store_new ();

  self->counts_again = counts_again != NULL;
  self->consumer = eh_consumer_new ("counter", eh_simulation_node_get_store (node), own,
                                    eh_simulation_node_get_clock (node), on_event, self, NULL, NULL);
  eh_simulation_node_follow (node, self->consumer);
  return self;
}

/* ---- subscribers ---- */

static gboolean
count_next (Line *line)
{
  for (guint i = 0; i < line->early->len; i++)
    {
      EhEvent *event = g_ptr_array_index (line->early, i);

      if (eh_event_get_version (event) != line->version + 1)
        continue;
      count (line, event);
      g_ptr_array_remove_index (line->early, i);
      return TRUE;
    }
  return FALSE;
}

static gboolean
on_published (EhEvent *event, gpointer user_data, GError **error)
{
  Memory *self = user_data;
  Line *line = get_line (self, event);
  guint64 version = eh_event_get_version (event);

  if (version <= line->version)
    return TRUE;
  if (self->sorts && version > line->version + 1)
    g_ptr_array_add (line->early, eh_event_ref (event));
  else
    count (line, event);
  while (count_next (line))
    continue;
  return TRUE;
}

static gboolean
look (Memory *self)
{
  g_autoptr (EhEventPage) page = eh_event_store_read_all (eh_simulation_node_get_store (self->node), "Account", 1,
                                                          EH_FORWARDS, 0, NULL, NULL);

  for (guint i = 0; page != NULL && i < eh_event_page_get_size (page); i++)
    on_published (eh_event_page_get (page, i), self, NULL);
  return page != NULL;
}

static gboolean
join_bus (Memory *self)
{
  EhDomain *domain = eh_simulation_node_get_domain (self->node);
  const char *bucket;
  const char *subset;

  eh_domain_get_topic (domain, &bank_account, &bucket, &subset);
  self->subscription = eh_event_bus_subscribe (eh_simulation_node_get_bus (self->node), bucket, subset, NULL,
                                               on_published, self, NULL, NULL);
  return self->subscription != 0;
}

gpointer
known_subscriber_start (EhSimulationNode *node, gpointer sorts)
{
  Memory *self = memory_new (node);

  self->sorts = sorts != NULL;
  g_assert_true (look (self) && join_bus (self));
  return self;
}

gpointer
known_listener_start (EhSimulationNode *node, gpointer user_data)
{
  Memory *self = memory_new (node);

  g_assert_true (join_bus (self));
  return self;
}

gpointer
known_joiner_start (EhSimulationNode *node, gpointer looks_first)
{
  Memory *self = memory_new (node);

  self->sorts = TRUE;
  self->looks_first = looks_first != NULL;
  return self;
}

gint64
known_joiner_step (EhSimulationNode *node, gpointer memory)
{
  Memory *self = memory;

  if (self->subscription != 0)
    return G_MAXINT64;
  if (self->looks_first ? look (self) && join_bus (self) : join_bus (self) && look (self))
    return G_MAXINT64;
  return 0;
}
