/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-bus-probe-private.h"

/* Without the capability a named group is refused. Sets *lacks. */
static gboolean
lacks_groups (EhBusProbe *self, gboolean *lacks, GError **error)
{
  EhBusListener *listener = NULL;
  GError *failure = NULL;

  *lacks = FALSE;
  if (eh_bus_probe_has (self, EH_BUS_GROUPS))
    return TRUE;
  listener = eh_bus_probe_make_listener (self, NULL, NULL);
  eh_bus_listener_subscribe (listener, "bank", "account", "workers", &failure);
  *lacks = eh_claim_refused ("joining a group", failure, EH_ERROR_UNSUPPORTED, error);
  return *lacks;
}

static gboolean
join (EhBusProbe *self, const char *group, EhBusAct act, EhBusListener **members, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    {
      members[i] = eh_bus_probe_listen (self, group, act, NULL, error);
      if (members[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* So that a second thread has its chance. */
static gboolean
take_time (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  for (guint i = 0; i < 5; i++)
    g_thread_yield ();
  return TRUE;
}

/*
 * At every fifth event so long that another thread, if there is one that may, comes in meanwhile; not always as long,
 * so that two do not go side by side and never meet.
 */
static gboolean
stay (EhBusListener *self, EhEvent *event, guint n, GError **error)
{
  const guint64 version = eh_event_get_version (event);
  const gint64 end = g_get_monotonic_time () + (version % 10 == 0 ? 5000 : version % 5 == 0 ? 3000 : 0);

  while (g_get_monotonic_time () < end)
    g_thread_yield ();
  return TRUE;
}

static gboolean
publish_to_streams (EhBusProbe *self, guint n_streams, guint n_events, GError **error)
{
  for (guint i = 0; i < n_streams * n_events; i++)
    {
      g_autofree char *stream = g_strdup_printf ("A-%u", i % n_streams);

      if (!eh_bus_probe_publish (self, stream, 1 + i / n_streams, 1, error))
        return FALSE;
    }
  return TRUE;
}

static guint
count_given (EhBusListener *const *members, guint n)
{
  guint sum = 0;

  for (guint i = 0; i < n; i++)
    sum += members[i]->given->len;
  return sum;
}

/* Each event of each stream was given to one member, once. */
static gboolean
claim_shared (EhBusListener *const *members, guint n_members, guint n_streams, guint n_events, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new ((GHashFunc) eh_id_hash, (GEqualFunc) eh_id_equal);

  for (guint i = 0; i < n_members; i++)
    for (guint k = 0; k < members[i]->given->len; k++)
      if (!g_hash_table_add (seen, (gpointer) eh_event_get_id (members[i]->given->pdata[k])))
        return eh_claim_fail (error, "a group was given an event twice");
  return eh_claim_uint ("the number of events that a group was given", g_hash_table_size (seen), n_streams * n_events,
                        error);
}

#define N_MEMBERS 3

static gboolean
settle_members (EhBusProbe *self, EhBusListener *const *members, guint n, guint n_events, GError **error)
{
  gint64 end = g_get_monotonic_time () + EH_BUS_PATIENCE;
  guint sum = 0;

  if (!eh_bus_probe_settle (self, error))
    return FALSE;
  do
    {
      sum = 0;
      for (guint i = 0; i < n; i++)
        sum += eh_bus_listener_count (members[i]);
      g_thread_yield ();
    }
  while (!eh_bus_probe_has (self, EH_BUS_FLUSH) && sum < n_events && g_get_monotonic_time () < end);
  return eh_claim_uint ("the number of events that a group has handled", sum, n_events, error)
         && eh_claim_uint ("the number of deliveries", count_given (members, n), n_events, error);
}

static gboolean
competing (EhBusProbe *self, GError **error)
{
  EhBusListener *members[N_MEMBERS];
  gboolean lacks = FALSE;

  if (!lacks_groups (self, &lacks, error) || lacks)
    return lacks;
  return join (self, "workers", take_time, members, N_MEMBERS, error) && publish_to_streams (self, 10, 20, error)
         && settle_members (self, members, N_MEMBERS, 200, error) && claim_shared (members, N_MEMBERS, 10, 20, error);
}

static gboolean
never_at_once (EhBusProbe *self, GError **error)
{
  EhBusListener *alone = eh_bus_probe_listen (self, NULL, stay, NULL, error);

  if (alone == NULL || !publish_to_streams (self, 2, 100, error) || !eh_bus_listener_wait (alone, 200, error))
    return FALSE;
  return eh_claim_true (!alone->was_at_once, "two threads handled one stream at once", error);
}

static gboolean
each_group (EhBusProbe *self, GError **error)
{
  EhBusListener *workers[2];
  EhBusListener *clerks[2];
  EhBusListener *alone = NULL;
  gboolean lacks = FALSE;

  if (!lacks_groups (self, &lacks, error) || lacks)
    return lacks;
  alone = eh_bus_probe_listen (self, NULL, NULL, NULL, error);
  return alone != NULL && join (self, "workers", NULL, workers, 2, error)
         && join (self, "clerks", NULL, clerks, 2, error) && publish_to_streams (self, 5, 10, error)
         && settle_members (self, workers, 2, 50, error) && settle_members (self, clerks, 2, 50, error)
         && settle_members (self, &alone, 1, 50, error) && claim_shared (workers, 2, 5, 10, error)
         && claim_shared (clerks, 2, 5, 10, error);
}

static gboolean
other_topic (EhBusProbe *self, GError **error)
{
  EhBusListener *member = NULL;
  EhBusListener *other = NULL;
  GError *failure = NULL;
  gboolean lacks = FALSE;

  if (!lacks_groups (self, &lacks, error) || lacks)
    return lacks;
  member = eh_bus_probe_listen (self, "workers", NULL, NULL, error);
  other = eh_bus_probe_make_listener (self, NULL, NULL);
  if (member == NULL)
    return FALSE;
  eh_bus_listener_subscribe (other, "bank", "card", "workers", &failure);
  return eh_claim_refused ("joining a group with another topic", failure, EH_ERROR_EXISTS, error)
         && eh_claim_uint ("how often the data of no subscription was freed", (guint) other->n_destroyed, 0, error)
         && eh_bus_probe_publish (self, "A-1", 1, 2, error) && settle_members (self, &member, 1, 2, error);
}

static gboolean
bad_name (EhBusProbe *self, GError **error)
{
  EhBusListener *listener = eh_bus_probe_make_listener (self, NULL, NULL);
  GError *failure = NULL;

  eh_bus_listener_subscribe (listener, "bank", "account", "a group", &failure);
  return eh_claim_refused ("a group's name with a space", failure, EH_ERROR_INVALID, error);
}

static gboolean
leaving (EhBusProbe *self, GError **error)
{
  EhBusListener *members[2];
  gboolean lacks = FALSE;
  guint n_before = 0;

  if (!lacks_groups (self, &lacks, error) || lacks)
    return lacks;
  if (!join (self, "workers", NULL, members, 2, error) || !publish_to_streams (self, 5, 10, error)
      || !settle_members (self, members, 2, 50, error))
    return FALSE;
  n_before = members[0]->given->len;
  return eh_bus_probe_unsubscribe (self, members[0], error) && eh_bus_probe_publish (self, "B-1", 1, 20, error)
         && settle_members (self, members, 2, 70, error)
         && eh_claim_uint ("what a member was given that had left", members[0]->given->len, n_before, error)
         && eh_bus_listener_was_given (members[1], "B-1", "1..20", error);
}

static const EhBusCase cases[] = {
  { "competing", "groups", "Of the members of a group one gets each event, once", competing },
  { "never-at-once", "publish", "No two threads handle one stream of a group at once", never_at_once },
  { "each-group", "groups", "Each group gets every event, and so does who is in none", each_group },
  { "other-topic", "groups", "A group with another topic is refused with \"exists\"", other_topic },
  { "bad-name", "publish", "What is no group's name is refused with \"invalid\"", bad_name },
  { "leaving", "groups", "When a member leaves, the others get the rest", leaving },
};

const EhBusSection eh_bus_groups = { { "groups", "C. Groups" }, cases, G_N_ELEMENTS (cases) };
