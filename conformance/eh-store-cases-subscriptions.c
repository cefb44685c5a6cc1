/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-crowd-private.h"
#include "conformance/eh-store-probe-private.h"
#include "store/eh-subscription.h"

/*
 * A subscription is ours, and the same over every store; what is tried here is what it stands on: reading all by
 * position, the newest position, and being told of commits.
 */

static EhSubscription *
subscribe (EhStoreProbe *self, guint64 from, GError **error)
{
  EhSubscription *subscription = eh_subscription_new (self->store, from, error);

  if (subscription == NULL)
    eh_claim_blame ("subscribing", error);
  return subscription;
}

/* A store without a global order refuses. Sets *lacks. */
static gboolean
lacks_subscriptions (EhStoreProbe *self, gboolean *lacks, GError **error)
{
  GError *failure = NULL;
  g_autoptr (EhSubscription) subscription = NULL;

  *lacks = FALSE;
  if (eh_store_probe_has (self, EH_STORE_READ_ALL))
    return TRUE;
  subscription = eh_subscription_new (self->store, 0, &failure);
  *lacks = eh_claim_refused ("subscribing", failure, EH_ERROR_UNSUPPORTED, error);
  return *lacks;
}

/*
 * Takes at most @max things until there is nothing new, as a text: "1 2 caught-up 3". Waiting is for those who know
 * that something will come.
 */
static char *
take (EhSubscription *subscription, guint max, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < max; i++)
    {
      g_autoptr (EhEvent) event = NULL;
      EhSubscriptionState state = eh_subscription_next (subscription, &event, error);

      if (state == EH_SUBSCRIPTION_ERROR)
        {
          eh_claim_blame ("following the store", error);
          return NULL;
        }
      if (state == EH_SUBSCRIPTION_IDLE)
        break;
      if (text->len > 0)
        g_string_append_c (text, ' ');
      if (state == EH_SUBSCRIPTION_CAUGHT_UP)
        g_string_append (text, "caught-up");
      else
        g_string_append_printf (text, "%" G_GINT64_FORMAT, eh_probe_number (event));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
gives (EhSubscription *subscription, guint max, const char *expected, GError **error)
{
  g_autofree char *text = take (subscription, max, error);

  return text != NULL && eh_claim_text ("what a subscription gives", text, expected, error);
}

/* That its checkpoint is at the store's newest position. */
static gboolean
is_at_head (EhStoreProbe *self, EhSubscription *subscription, GError **error)
{
  guint64 head = 0;

  return eh_store_probe_get_head (self, &head, error)
         && eh_claim_uint ("the checkpoint", eh_subscription_get_checkpoint (subscription), head, error);
}

#define ALL G_MAXUINT

static gboolean
from_start (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) subscription = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_write (self, "Account-a", 1, 2, error) || !eh_store_probe_write (self, "Account-b", 3, 1, error))
    return FALSE;
  subscription = subscribe (self, 0, error);
  return subscription != NULL && gives (subscription, ALL, "1 2 3 caught-up", error)
         && gives (subscription, ALL, "", error) && is_at_head (self, subscription, error)
         && eh_store_probe_write (self, "Account-a", 4, 2, error) && gives (subscription, ALL, "4 5", error)
         && gives (subscription, ALL, "", error) && is_at_head (self, subscription, error);
}

static gboolean
from_empty (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) subscription = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  subscription = subscribe (self, 0, error);
  return subscription != NULL && gives (subscription, ALL, "caught-up", error)
         && eh_store_probe_write (self, "Account-a", 1, 1, error) && gives (subscription, ALL, "1", error)
         && is_at_head (self, subscription, error);
}

static gboolean
from_now (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) subscription = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_write (self, "Account-a", 1, 2, error))
    return FALSE;
  subscription = subscribe (self, EH_FROM_NOW, error);
  return subscription != NULL && eh_store_probe_write (self, "Account-b", 3, 2, error)
         && gives (subscription, ALL, "caught-up 3 4", error) && is_at_head (self, subscription, error);
}

static gboolean
from_position (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) subscription = NULL;
  g_autoptr (GPtrArray) all = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_write (self, "Account-a", 1, 3, error) || !eh_store_probe_write (self, "Account-b", 4, 2, error))
    return FALSE;
  all = eh_store_probe_read_all (self, NULL, error);
  if (all == NULL || !eh_claim_uint ("the number of events", all->len, 5, error))
    return FALSE;
  subscription = subscribe (self, eh_event_get_position (g_ptr_array_index (all, 3)), error);
  return subscription != NULL && gives (subscription, ALL, "4 5 caught-up", error);
}

/* After each number of events the follower goes away, and another goes on from the checkpoint. */
static gboolean
resumes (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;
  guint64 checkpoint = 0;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  for (guint i = 0; i < 4; i++)
    if (!eh_store_probe_write (self, i % 2 == 0 ? "Account-a" : "Account-b", 1 + 3 * i, 3, error))
      return FALSE;
  for (guint i = 1; i <= 12; i++)
    {
      g_autoptr (EhSubscription) subscription = subscribe (self, checkpoint + 1, error);
      g_autofree char *number = g_strdup_printf ("%u", i);

      if (subscription == NULL || !gives (subscription, 1, number, error))
        return FALSE;
      checkpoint = eh_subscription_get_checkpoint (subscription);
    }
  return TRUE;
}

/* Who cannot handle an event does not save its checkpoint, and sees it again. */
static gboolean
failing_handler (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) first = NULL;
  g_autoptr (EhSubscription) second = NULL;
  gboolean lacks = FALSE;
  guint64 saved = 0;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  first = eh_store_probe_write (self, "Account-a", 1, 4, error) ? subscribe (self, 0, error) : NULL;
  if (first == NULL || !gives (first, 2, "1 2", error))
    return FALSE;
  saved = eh_subscription_get_checkpoint (first);
  if (!gives (first, 1, "3", error))
    return FALSE;
  second = subscribe (self, saved + 1, error);
  return second != NULL && gives (second, ALL, "3 4 caught-up", error);
}

/* Ends the only reference to the subscription while it has the event. (transfer full) */
static gboolean
leave (EhSubscription *subscription, guint64 *checkpoint, GError **error)
{
  g_autoptr (EhSubscription) own = subscription;
  g_autoptr (EhEvent) event = NULL;
  GError *failure = NULL;
  EhSubscriptionState state = eh_subscription_next (own, &event, &failure);

  if (state == EH_SUBSCRIPTION_ERROR)
    {
      g_propagate_error (error, failure);
      return eh_claim_blame ("following the store", error);
    }
  *checkpoint = eh_subscription_get_checkpoint (own);
  g_clear_object (&own);
  return eh_claim_true (event != NULL, "a subscription does not give what is there", error)
         && eh_claim_uint ("the event that is being handled", (guint64) eh_probe_number (event), 1, error);
}

static gboolean
leaves_inside_handler (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) stays = NULL;
  g_autoptr (EhSubscription) again = NULL;
  EhSubscription *leaves = NULL;
  gboolean lacks = FALSE;
  guint64 checkpoint = 0;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_write (self, "Account-a", 1, 3, error))
    return FALSE;
  stays = subscribe (self, 0, error);
  leaves = stays != NULL ? subscribe (self, 0, error) : NULL;
  if (leaves == NULL || !leave (leaves, &checkpoint, error) || !eh_store_probe_write (self, "Account-a", 4, 1, error))
    return FALSE;
  again = subscribe (self, checkpoint + 1, error);
  return again != NULL && gives (again, 3, "2 3 4", error) && gives (stays, 3, "1 2 3", error);
}

static gboolean
filtered (EhStoreProbe *self, GError **error)
{
  static const char *const types[] = { "Wanted", NULL };
  g_autoptr (EhEventBatch) mixed = eh_probe_batch ("Account-a", 1, 1);
  g_autoptr (EhSubscription) category = NULL;
  g_autoptr (EhSubscription) type = NULL;
  g_autoptr (EhSubscription) nothing = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  eh_probe_add (mixed, 2, "Wanted");
  eh_probe_add (mixed, 3, "Unwanted");
  category = subscribe (self, 0, error);
  type = subscribe (self, 0, error);
  nothing = subscribe (self, 0, error);
  if (category == NULL || type == NULL || nothing == NULL)
    return FALSE;
  eh_subscription_set_category (category, "Acc");
  eh_subscription_set_types (type, types);
  eh_subscription_set_category (nothing, "Nothing");
  return eh_store_probe_append (self, mixed, 0, NULL, error) && eh_store_probe_write (self, "Acc-a", 4, 2, error)
         && eh_store_probe_write (self, "Account-a", 6, 1, error) && gives (category, ALL, "caught-up 4 5", error)
         && gives (type, ALL, "caught-up 2", error) && gives (nothing, ALL, "caught-up", error)
         && is_at_head (self, category, error) && is_at_head (self, type, error) && is_at_head (self, nothing, error);
}

/* Far behind, and more comes while it reads. */
static gboolean
slow_reader (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhSubscription) subscription = NULL;
  g_autoptr (GString) expected = g_string_new (NULL);
  gboolean lacks = FALSE;
  guint n = eh_crowd_count (3000);

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  subscription = subscribe (self, EH_FROM_NOW, error);
  if (subscription == NULL || !gives (subscription, 1, "caught-up", error))
    return FALSE;
  for (guint i = 1; i <= n; i++)
    {
      g_autofree char *number = i % 3 == 0 ? g_strdup_printf ("%u", i / 3) : NULL;

      if (!eh_store_probe_write (self, i % 2 == 0 ? "Account-a" : "Account-b", i, 1, error)
          || (number != NULL && !gives (subscription, 1, number, error)))
        return FALSE;
    }
  for (guint i = n / 3 + 1; i <= n; i++)
    g_string_append_printf (expected, "%s%u", expected->len > 0 ? " " : "", i);
  return gives (subscription, ALL, expected->str, error) && is_at_head (self, subscription, error);
}

typedef struct {
  EhStoreProbe *probe;
  guint n_events; /* of each writer */
  guint n_writers;
  gint n_finished; /* (atomic): writers */
} Following;

/* How long a follower waits for what has to come. */
#define PATIENCE (20 * G_TIME_SPAN_SECOND)

/* Every event once; what one writer wrote in its order; positions rising. */
static gboolean
follow (Following *self, EhSubscription *subscription, GError **error)
{
  g_autofree guint *given = g_new0 (guint, self->n_writers);
  guint64 last = 0;

  for (guint n = 0; n < self->n_events * self->n_writers;)
    {
      g_autoptr (EhEvent) event = NULL;
      EhSubscriptionState state = eh_subscription_next (subscription, &event, error);
      gint64 begin = g_get_monotonic_time ();

      if (state == EH_SUBSCRIPTION_ERROR
          || (state == EH_SUBSCRIPTION_IDLE
              && !eh_subscription_wait (subscription, PATIENCE, self->probe->job->cancellable, error)))
        return eh_claim_blame ("following the store", error);
      if (g_get_monotonic_time () - begin >= PATIENCE)
        return eh_claim_fail (error, "%u of %u events were given, and then nothing for a long time", n,
                              self->n_events * self->n_writers);
      if (event != NULL)
        {
          guint number = (guint) eh_probe_number (event) - 1;
          guint writer = number / self->n_events;

          if (eh_event_get_position (event) <= last)
            return eh_claim_fail (error, "position %" G_GUINT64_FORMAT " was given after %" G_GUINT64_FORMAT,
                                  eh_event_get_position (event), last);
          if (writer >= self->n_writers || number % self->n_events != given[writer])
            return eh_claim_fail (error, "event %u of writer %u was given where its event %u is due",
                                  number % self->n_events, writer, writer < self->n_writers ? given[writer] : 0);
          last = eh_event_get_position (event);
          given[writer]++;
          n++;
        }
    }
  return TRUE;
}

static gboolean
write_or_follow (guint i, gpointer data, GError **error)
{
  Following *self = data;
  g_autofree char *stream = g_strdup_printf ("Account-%u", i % 3);
  g_autoptr (EhSubscription) subscription = NULL;

  if (i >= self->n_writers)
    {
      subscription = subscribe (self->probe, 0, error);
      return subscription != NULL && follow (self, subscription, error);
    }
  for (guint n = 0; n < self->n_events; n++)
    if (!eh_store_probe_write (self->probe, stream, 1 + i * self->n_events + n, 1, error))
      return FALSE;
  g_atomic_int_inc (&self->n_finished);
  return TRUE;
}

/* Also what is committed late: a follower never passes by a position that is yet to be filled. */
static gboolean
live (EhStoreProbe *self, GError **error)
{
  Following following = { .probe = self, .n_events = eh_crowd_count (300), .n_writers = 6 };
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  return eh_crowd_run (8, write_or_follow, &following, error);
}

/* Reads the end of the order in a loop: nothing ever appears at or before what was seen. */
static gboolean
read_the_end (Following *self, GError **error)
{
  guint64 from = 0;
  guint n = 0;
  gint64 end = g_get_monotonic_time () + PATIENCE;
  gboolean is_over = FALSE;

  while (!is_over && g_get_monotonic_time () < end)
    {
      gboolean are_finished = g_atomic_int_get (&self->n_finished) == (gint) self->n_writers;
      g_autoptr (EhEventPage) page = eh_event_store_read_all (self->probe->store, NULL, from, EH_FORWARDS, 0,
                                                              self->probe->job->cancellable, error);

      if (page == NULL)
        return eh_claim_blame ("reading all", error);
      n += eh_event_page_get_size (page);
      from = eh_event_page_get_next (page);
      is_over = are_finished && eh_event_page_is_end (page);
      g_usleep (10); /* a store's lock need not be fair */
    }
  return eh_claim_uint ("the number of events that a reader at the end of the order has seen", n,
                        self->n_events * self->n_writers, error);
}

static gboolean
write_or_read_the_end (guint i, gpointer data, GError **error)
{
  Following *self = data;

  return i < self->n_writers ? write_or_follow (i, data, error) : read_the_end (self, error);
}

static gboolean
late_commit (EhStoreProbe *self, GError **error)
{
  Following following = { .probe = self, .n_events = eh_crowd_count (300), .n_writers = 7 };
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  return eh_crowd_run (8, write_or_read_the_end, &following, error);
}

static gboolean
write_or_come_and_go (guint i, gpointer data, GError **error)
{
  Following *self = data;

  if (i < self->n_writers)
    return write_or_follow (i, data, error);
  for (guint n = 0; n < self->n_events; n++)
    {
      g_autoptr (EhSubscription) subscription = subscribe (self->probe, EH_FROM_NOW, error);
      g_autofree char *given = subscription != NULL ? take (subscription, n % 3, error) : NULL;

      if (given == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
come_and_go (EhStoreProbe *self, GError **error)
{
  Following following = { .probe = self, .n_events = eh_crowd_count (200), .n_writers = 3 };
  g_autoptr (EhSubscription) subscription = NULL;
  gboolean lacks = FALSE;

  if (!lacks_subscriptions (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_crowd_run (6, write_or_come_and_go, &following, error))
    return FALSE;
  subscription = subscribe (self, 0, error);
  return subscription != NULL && follow (&following, subscription, error);
}

/* How long a commit may go untold. */
#define TIME_TO_TELL (3 * G_TIME_SPAN_SECOND)

typedef struct {
  EhStoreProbe *probe;
  gint n_calls;   /* (atomic) */
  gint n_unseen;  /* (atomic): calls that came before what they tell could be read */
  gint n_removed; /* (atomic) */
} Watch;

static void
on_commit (guint64 head, gpointer user_data)
{
  Watch *self = user_data;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (self->probe->store, NULL, head, EH_FORWARDS, 1, NULL, NULL);

  g_atomic_int_inc (&self->n_calls);
  if (page != NULL && eh_event_page_get_size (page) == 0)
    g_atomic_int_inc (&self->n_unseen);
}

static void
on_removed (gpointer user_data)
{
  g_atomic_int_inc (&((Watch *) user_data)->n_removed);
}

static gboolean
told_after_commit (EhStoreProbe *self, GError **error)
{
  Watch watch = { .probe = self };
  gboolean lacks = FALSE;
  gint64 end = g_get_monotonic_time () + TIME_TO_TELL;
  guint id = 0;
  gint n_calls = 0;

  if (!lacks_subscriptions (self, &lacks, error))
    return FALSE;
  id = eh_event_store_add_watch (self->store, on_commit, &watch, on_removed);
  if (lacks)
    return eh_claim_uint ("the watch of a store without a global order", id, 0, error)
           && eh_claim_uint ("how often its data was freed", (guint) watch.n_removed, 1, error);
  if (!eh_claim_true (id != 0, "a watch has the id 0", error) || !eh_store_probe_write (self, "Account-a", 1, 3, error)
      || !eh_store_probe_write (self, "Account-b", 4, 1, error))
    return FALSE;
  /* A store that writes behind tells behind, but tells. */
  while (g_atomic_int_get (&watch.n_calls) == 0 && g_get_monotonic_time () < end)
    g_usleep (100);
  eh_event_store_remove_watch (self->store, id);
  n_calls = g_atomic_int_get (&watch.n_calls);
  return eh_claim_true (n_calls > 0, "commits were told to nobody", error)
         && eh_claim_uint ("how many commits were told before they could be read", (guint) watch.n_unseen, 0, error)
         && eh_claim_uint ("how often a removed watch's data was freed", (guint) watch.n_removed, 1, error)
         && eh_store_probe_write (self, "Account-a", 5, 1, error)
         && eh_claim_true (g_atomic_int_get (&watch.n_calls) == n_calls, "a removed watch was called", error);
}

static const EhStoreCase cases[] = {
  { "from-start", "read-all", "From the start: everything, \"caught up\" once, then what is new", from_start },
  { "from-empty", "read-all", "An empty store is caught up with at once", from_empty },
  { "from-now", "read-all", "From now: only what is new", from_now },
  { "from-position", "read-all", "From a position: that event and all after it", from_position },
  { "resumes", "read-all", "Whoever goes on from a checkpoint misses nothing and gets nothing twice", resumes },
  { "failing-handler", "read-all", "What could not be handled is given again", failing_handler },
  { "leaves-inside-handler", "read-all", "Who ends a subscription while handling an event keeps nobody from going on",
    leaves_inside_handler },
  { "filtered", "read-all", "A category or some types: the checkpoint moves on also when nothing matches", filtered },
  { "slow-reader", "read-all", "A reader that is far behind gets everything", slow_reader },
  { "live", "read-all", "While writers write, followers get every event once and in order", live },
  { "late-commit", "read-all", "No event appears at or before a position that was read", late_commit },
  { "come-and-go", "read-all", "Followers may come and go while writers write", come_and_go },
  { "told-after-commit", "read-all", "Watches are told of commits, after them; removed ones no longer",
    told_after_commit },
};

const EhStoreSection eh_store_subscriptions = { { "subscriptions", "J. Subscriptions" }, cases, G_N_ELEMENTS (cases) };
