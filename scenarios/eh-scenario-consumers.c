/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-consumers-private.h"

#include "runtime/eh-consumer-private.h"

/*
 * Each consumer is driven by its step until it has nothing to do, then the next one; round and round, until a whole
 * round has added nothing to the store. The same order whatever the pace, so that what comes of different paces can be
 * compared. A pace differs only in what is done to a consumer between two of its steps.
 */

/* So many steps between two rests are no story but a process manager that talks to itself. */
#define STEPS_MAX 10000

/* At this pace every consumer begins anew so many times at most between two rests: a story is not that long. */
#define BEGINNINGS_MAX 64

typedef struct {
  EhConsumer *consumer;      /* (unowned): of one of these */
  EhProjection *projection;  /* (owned) (nullable) */
  EhProcessManager *process; /* (owned) (nullable) */
  const EhProjectionType *projection_type;
  const EhProcessType *process_type;
} Member;

struct _EhScenarioConsumers {
  EhDomain *domain;               /* (owned) */
  EhEventStore *store;            /* (owned) */
  EhFixedClock *clock;            /* (owned) */
  EhCheckpointStore *checkpoints; /* (owned) */
  EhSentBus *sent;                /* (owned) */
  EhPace pace;
  GArray *members; /* (owned) (element-type Member): projections first */
  guint n_projections;
  guint n_steps; /* since the last rest */
};

static void
member_clear (gpointer data)
{
  Member *self = data;

  self->consumer = NULL;
  g_clear_object (&self->projection);
  g_clear_object (&self->process);
}

static Member *
get_member (EhScenarioConsumers *self, guint i)
{
  return &g_array_index (self->members, Member, i);
}

/* An event that cannot be handled is set aside at once: in a story nothing gets better by trying again. */
static gboolean
member_make (EhScenarioConsumers *self, Member *member, GError **error)
{
  EhClock *clock = EH_CLOCK (self->clock);

  if (member->projection_type != NULL)
    {
      member->projection = eh_projection_new (self->domain, member->projection_type, self->store, self->checkpoints,
                                              clock, error);
      if (member->projection == NULL)
        return FALSE;
      member->consumer = eh_projection_get_consumer (member->projection);
    }
  else
    {
      member->process = eh_process_manager_new (self->domain, member->process_type, self->store,
                                                EH_COMMAND_BUS (self->sent), self->checkpoints, clock, error);
      if (member->process == NULL)
        return FALSE;
      member->consumer = eh_process_manager_get_consumer (member->process);
    }
  eh_consumer_set_attempts (member->consumer, 1, 0, 0);
  return TRUE;
}

static gboolean
make_members (EhScenarioConsumers *self, GError **error)
{
  self->n_projections = eh_domain_get_n_projections (self->domain);
  g_array_set_size (self->members, self->n_projections + eh_domain_get_n_processes (self->domain));
  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = get_member (self, i);

      if (i < self->n_projections)
        member->projection_type = eh_domain_get_projection (self->domain, i);
      else
        member->process_type = eh_domain_get_process (self->domain, i - self->n_projections);
      if (!member_make (self, member, error))
        return FALSE;
    }
  return TRUE;
}

EhScenarioConsumers *
eh_scenario_consumers_new (EhDomain *domain, EhEventStore *store, EhFixedClock *clock, EhPace pace, EhCarryOutFunc func,
                           gpointer user_data, GError **error)
{
  g_autoptr (EhScenarioConsumers) self = g_new0 (EhScenarioConsumers, 1);

  self->domain = g_object_ref (domain);
  self->store = g_object_ref (store);
  self->clock = g_object_ref (clock);
  self->checkpoints = eh_memory_checkpoint_store_new ();
  self->sent = eh_sent_bus_new (func, user_data);
  self->pace = pace;
  self->members = g_array_new (FALSE, TRUE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);
  return make_members (self, error) ? g_steal_pointer (&self) : NULL;
}

void
eh_scenario_consumers_free (EhScenarioConsumers *self)
{
  g_array_unref (self->members);
  g_object_unref (self->sent);
  g_object_unref (self->checkpoints);
  g_object_unref (self->clock);
  g_object_unref (self->store);
  g_object_unref (self->domain);
  g_free (self);
}

/* Nothing is left of what it knew. */
static gboolean
forget (EhScenarioConsumers *self, Member *member, GError **error)
{
  const char *name = eh_consumer_get_name (member->consumer);
  gboolean is_forgotten;

  eh_consumer_crash (member->consumer);
  if (!eh_checkpoint_store_claim (self->checkpoints, name, error))
    return FALSE;
  is_forgotten = eh_checkpoint_store_remove (self->checkpoints, name, NULL, error);
  eh_checkpoint_store_release (self->checkpoints, name);
  return is_forgotten;
}

/* All that is left is what it saved. */
static gboolean
restart (EhScenarioConsumers *self, Member *member, GError **error)
{
  if (!eh_consumer_stop (member->consumer, error))
    return FALSE;
  member_clear (member);
  return member_make (self, member, error);
}

static gboolean
take_step (EhScenarioConsumers *self, Member *member, guint n_max, EhConsumerState *state, GError **error)
{
  *state = eh_consumer_step (member->consumer, n_max, error);
  if (*state == EH_CONSUMER_FAILED)
    {
      g_prefix_error (error, "%s: ", eh_consumer_get_name (member->consumer));
      return FALSE;
    }
  if (++self->n_steps > STEPS_MAX)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_LIMIT, "%s does not come to an end: what it does makes it do more",
                   eh_consumer_get_name (member->consumer));
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_more (EhScenarioConsumers *self, Member *member, EhConsumerState state)
{
  if (state == EH_CONSUMER_WAITING)
    return eh_consumer_get_due (member->consumer) <= eh_clock_now (EH_CLOCK (self->clock));
  return state == EH_CONSUMER_BUSY;
}

static gboolean
drive_steadily (EhScenarioConsumers *self, Member *member, GError **error)
{
  EhConsumerState state;

  do
    {
      if (!take_step (self, member, 0, &state, error))
        return FALSE;
    }
  while (has_more (self, member, state));
  return TRUE;
}

/* Each time it has come further than ever before, it begins anew. */
static gboolean
drive_again_and_again (EhScenarioConsumers *self, Member *member, GError **error)
{
  guint64 furthest = eh_consumer_get_position (member->consumer);
  guint n_beginnings = 0;
  EhConsumerState state;

  do
    {
      if (!take_step (self, member, 1, &state, error))
        return FALSE;
      if (eh_consumer_get_position (member->consumer) <= furthest || n_beginnings == BEGINNINGS_MAX)
        continue;
      furthest = eh_consumer_get_position (member->consumer);
      n_beginnings++;
      self->n_steps = 0;
      if (!forget (self, member, error))
        return FALSE;
      state = EH_CONSUMER_BUSY;
    }
  while (has_more (self, member, state));
  return TRUE;
}

static gboolean
drive_in_pieces (EhScenarioConsumers *self, Member *member, GError **error)
{
  EhConsumerState state;

  do
    {
      if (!take_step (self, member, 1, &state, error))
        return FALSE;
      if (state == EH_CONSUMER_BUSY && !restart (self, member, error))
        return FALSE;
    }
  while (has_more (self, member, state));
  return restart (self, member, error);
}

static gboolean
drive (EhScenarioConsumers *self, Member *member, GError **error)
{
  switch (self->pace)
    {
    case EH_PACE_REDELIVERY:
      return drive_again_and_again (self, member, error);
    case EH_PACE_RESTART:
      return drive_in_pieces (self, member, error) && drive_steadily (self, member, error);
    case EH_PACE_STEADY:
    default:
      return drive_steadily (self, member, error);
    }
}

static char *
describe_event (EhScenarioConsumers *self, guint64 position)
{
  g_autoptr (EhEventPage) page = eh_event_store_read_all (self->store, NULL, position, EH_FORWARDS, 1, NULL, NULL);

  if (page == NULL || eh_event_page_get_size (page) == 0)
    return g_strdup ("an event");
  return g_strdup_printf ("%s of %s", eh_event_get_type_name (eh_event_page_get (page, 0)),
                          eh_stream_name_to_string (eh_event_get_stream (eh_event_page_get (page, 0))));
}

static gboolean
check_parked (EhScenarioConsumers *self, const Member *member, GError **error)
{
  g_autoptr (GPtrArray) parked = eh_consumer_list_parked (member->consumer);
  const EhParkedEvent *first;
  g_autofree char *event = NULL;

  if (parked->len == 0)
    return TRUE;
  first = g_ptr_array_index (parked, 0);
  event = describe_event (self, eh_parked_event_get_position (first));
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s cannot handle %s: %s", eh_consumer_get_name (member->consumer),
               event, eh_parked_event_get_message (first));
  return FALSE;
}

/* What has failed without being set aside: a deadline. */
static gboolean
check_last_error (const Member *member, GError **error)
{
  g_autoptr (GError) last = eh_consumer_get_last_error (member->consumer);

  if (last == NULL)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "%s cannot go on: %s", eh_consumer_get_name (member->consumer),
               last->message);
  return FALSE;
}

static gboolean
drive_all (EhScenarioConsumers *self, GError **error)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      Member *member = get_member (self, i);

      if (!drive (self, member, error) || !check_parked (self, member, error) || !check_last_error (member, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
eh_scenario_consumers_rest (EhScenarioConsumers *self, GError **error)
{
  guint64 before, after;

  self->n_steps = 0;
  do
    {
      if (!eh_event_store_get_head (self->store, &before, NULL, error) || !drive_all (self, error)
          || !eh_event_store_get_head (self->store, &after, NULL, error))
        return FALSE;
    }
  while (after != before);
  return TRUE;
}

static gint64
get_due (EhScenarioConsumers *self)
{
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < self->members->len; i++)
    due = MIN (due, eh_consumer_get_due (get_member (self, i)->consumer));
  return due;
}

gboolean
eh_scenario_consumers_wait (EhScenarioConsumers *self, gint64 time, GError **error)
{
  for (guint i = 0;; i++)
    {
      gint64 due = get_due (self);
      gint64 now = eh_clock_now (EH_CLOCK (self->clock));

      if (due > time)
        break;
      if (i == STEPS_MAX)
        {
          g_set_error_literal (error, EH_ERROR, EH_ERROR_LIMIT,
                               "there is no end of deadlines: each one that passes sets another");
          return FALSE;
        }
      eh_fixed_clock_set (self->clock, MAX (due, now));
      if (!eh_scenario_consumers_rest (self, error))
        return FALSE;
    }
  eh_fixed_clock_set (self->clock, time);
  return TRUE;
}

gboolean
eh_scenario_consumers_redeliver (EhScenarioConsumers *self, GError **error)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      if (!forget (self, get_member (self, i), error))
        return FALSE;
    }
  return eh_scenario_consumers_rest (self, error);
}

EhSentBus *
eh_scenario_consumers_get_sent_bus (EhScenarioConsumers *self)
{
  return self->sent;
}

guint
eh_scenario_consumers_get_n_projections (EhScenarioConsumers *self)
{
  return self->n_projections;
}

EhProjection *
eh_scenario_consumers_get_projection (EhScenarioConsumers *self, guint i)
{
  g_assert (i < self->n_projections);
  return get_member (self, i)->projection;
}

guint
eh_scenario_consumers_get_n_processes (EhScenarioConsumers *self)
{
  return self->members->len - self->n_projections;
}

EhProcessManager *
eh_scenario_consumers_get_process (EhScenarioConsumers *self, guint i)
{
  g_assert (i < eh_scenario_consumers_get_n_processes (self));
  return get_member (self, self->n_projections + i)->process;
}

EhProjection *
eh_scenario_consumers_find_projection (EhScenarioConsumers *self, const EhProjectionType *type)
{
  for (guint i = 0; i < self->n_projections; i++)
    {
      if (get_member (self, i)->projection_type == type)
        return get_member (self, i)->projection;
    }
  return NULL;
}

typedef struct {
  GArray *list;
  const EhProcessType *type;
} Listing;

static void
deadline_clear (gpointer data)
{
  EhSetDeadline *self = data;

  eh_stream_name_unref (self->process);
  g_free (self->name);
}

/* Kept in order: after those that are as early. */
static gboolean
list_deadline (const char *key, const char *name, gint64 time, gpointer user_data)
{
  Listing *listing = user_data;
  EhSetDeadline deadline = { eh_stream_name_new (listing->type->name, key, NULL), g_strdup (name), time };
  guint at = listing->list->len;

  while (at > 0 && g_array_index (listing->list, EhSetDeadline, at - 1).time > time)
    at--;
  g_array_insert_val (listing->list, at, deadline);
  return TRUE;
}

GArray *
eh_scenario_consumers_list_deadlines (EhScenarioConsumers *self)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (EhSetDeadline));

  g_array_set_clear_func (list, deadline_clear);
  for (guint i = self->n_projections; i < self->members->len; i++)
    {
      Listing listing = { list, get_member (self, i)->process_type };

      eh_process_manager_foreach_deadline (get_member (self, i)->process, list_deadline, &listing);
    }
  return list;
}
