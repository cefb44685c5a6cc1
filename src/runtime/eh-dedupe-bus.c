/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-dedupe-bus.h"

#include "eh-command-bus-private.h"
#include "model/eh-lock-private.h"

/*
 * An entry is made when a command starts, and becomes the memory of its outcome or goes away when it ends. Whoever
 * comes with
 * the same id in between waits for the entry to change, then looks again: if the first was refused, the
 * next one of those who wait tries.
 */

/* How often somebody who waits looks at his cancellable, microseconds */
#define POLL_INTERVAL 20000

typedef struct {
  EhId id;
  EhOutcome *outcome; /* (owned) (nullable): NULL while the command is under way */
} Entry;

struct _EhDedupeBus {
  GObject parent_instance;

  EhCommandBus *inner;                /* (owned) */
  EhCommandBusInterface *inner_iface; /* of @inner: looked up once, not for each command */
  guint remember;
  EhClock *clock; /* (owned) (nullable): where waiting is to give way to others; immutable after the first command */
  EhLock lock;
  EhCond changed;
  GHashTable *entries; /* (mutex lock) (owned): a set of Entry (owned) by id */
  GPtrArray *done;     /* (mutex lock) (owned): entries in the order in which they were done; a ring once it is full */
  guint oldest;        /* (mutex lock): where the ring begins */
  guint n_waiting;     /* (mutex lock) */
  gboolean is_closed;  /* (mutex lock) */
};

static void eh_dedupe_bus_iface_init (EhCommandBusInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EhDedupeBus, eh_dedupe_bus, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_COMMAND_BUS, eh_dedupe_bus_iface_init))

static guint
entry_hash (gconstpointer data)
{
  return eh_id_hash (data);
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  return eh_id_equal (a, b);
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_pointer (&entry->outcome, eh_outcome_unref);
  g_free (entry);
}

static EhOutcome *
done_before (EhOutcome *first)
{
  const GError *publish_error = eh_outcome_get_publish_error (first);

  return eh_outcome_new (eh_outcome_get_version (first), eh_outcome_get_events (first), TRUE,
                         publish_error == NULL ? NULL : g_error_copy (publish_error));
}

/* Called with the lock held. Returns: %FALSE if the caller is not to go on */
static gboolean
give_way (EhDedupeBus *self, GError **error)
{
  gboolean goes_on;

  eh_unlock (&self->lock);
  goes_on = EH_CLOCK_GET_IFACE (self->clock)->give_way (self->clock, error);
  eh_lock (&self->lock);
  return goes_on;
}

/* Called with the lock held. Returns: %FALSE if cancelled */
static gboolean
wait_for_change (EhDedupeBus *self, GCancellable *cancellable, GError **error)
{
  if (self->clock != NULL)
    return give_way (self, error) && !g_cancellable_set_error_if_cancelled (cancellable, error);
  self->n_waiting++;
  if (cancellable == NULL)
    eh_cond_wait (&self->changed, &self->lock);
  else
    eh_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + POLL_INTERVAL);
  self->n_waiting--;
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

/* Called with the lock held. Returns: the entry to be settled by the caller; or %NULL with @outcome or @error set */
static Entry *
claim (EhDedupeBus *self, const EhId *id, EhOutcome **outcome, GCancellable *cancellable, GError **error)
{
  Entry *entry;

  if (self->is_closed)
    {
      eh_command_bus_refuse_closed (error);
      return NULL;
    }
  while ((entry = g_hash_table_lookup (self->entries, id)) != NULL)
    {
      if (entry->outcome != NULL)
        {
          *outcome = done_before (entry->outcome);
          return NULL;
        }
      if (!wait_for_change (self, cancellable, error))
        return NULL;
    }
  entry = g_new (Entry, 1);
  *entry = (Entry){ .id = *id };
  g_hash_table_add (self->entries, entry);
  return entry;
}

/* Called with the lock held. */
static void
remember (EhDedupeBus *self, Entry *entry, EhOutcome *outcome)
{
  gpointer *place;

  entry->outcome = eh_outcome_ref (outcome);
  if (self->done->len < self->remember)
    {
      g_ptr_array_add (self->done, entry);
      return;
    }
  if (self->remember == 0)
    {
      g_hash_table_remove (self->entries, entry);
      return;
    }
  place = &g_ptr_array_index (self->done, self->oldest);
  g_hash_table_remove (self->entries, *place);
  *place = entry;
  self->oldest = (self->oldest + 1) % self->done->len;
}

static void
settle (EhDedupeBus *self, Entry *entry, EhOutcome *outcome)
{
  eh_lock (&self->lock);
  if (outcome != NULL)
    remember (self, entry, outcome);
  else
    g_hash_table_remove (self->entries, entry);
  if (self->n_waiting > 0)
    eh_cond_broadcast (&self->changed);
  eh_unlock (&self->lock);
}

static EhOutcome *
eh_dedupe_bus_dispatch (EhCommandBus *bus, EhCommand *command, GCancellable *cancellable, GError **error)
{
  EhDedupeBus *self = EH_DEDUPE_BUS (bus);
  const EhId *id = eh_command_get_id (command);
  EhOutcome *outcome = NULL;
  Entry *entry;

  if (eh_id_is_nil (id))
    return self->inner_iface->dispatch (self->inner, command, cancellable, error);

  eh_lock (&self->lock);
  entry = claim (self, id, &outcome, cancellable, error);
  eh_unlock (&self->lock);
  if (entry == NULL)
    return outcome;

  outcome = self->inner_iface->dispatch (self->inner, command, cancellable, error);
  settle (self, entry, outcome);
  return outcome;
}

static gboolean
eh_dedupe_bus_close (EhCommandBus *bus, GCancellable *cancellable, GError **error)
{
  EhDedupeBus *self = EH_DEDUPE_BUS (bus);

  eh_lock (&self->lock);
  self->is_closed = TRUE;
  eh_unlock (&self->lock);
  return eh_command_bus_close (self->inner, cancellable, error);
}

static void
eh_dedupe_bus_finalize (GObject *object)
{
  EhDedupeBus *self = EH_DEDUPE_BUS (object);

  g_clear_pointer (&self->done, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
  eh_cond_clear (&self->changed);
  eh_lock_clear (&self->lock);
  g_clear_object (&self->clock);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (eh_dedupe_bus_parent_class)->finalize (object);
}

static void
eh_dedupe_bus_class_init (EhDedupeBusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_dedupe_bus_finalize;
}

static void
eh_dedupe_bus_iface_init (EhCommandBusInterface *iface)
{
  iface->dispatch = eh_dedupe_bus_dispatch;
  iface->close = eh_dedupe_bus_close;
}

static void
eh_dedupe_bus_init (EhDedupeBus *self)
{
  eh_lock_init (&self->lock);
  eh_cond_init (&self->changed);
  self->entries = g_hash_table_new_full (entry_hash, entry_equal, entry_free, NULL);
  self->done = g_ptr_array_new ();
}

EhCommandBus *
eh_dedupe_bus_new (EhCommandBus *inner, guint remember_n)
{
  EhDedupeBus *self;

  g_return_val_if_fail (EH_IS_COMMAND_BUS (inner), NULL);

  self = g_object_new (EH_TYPE_DEDUPE_BUS, NULL);
  self->inner = g_object_ref (inner);
  self->inner_iface = EH_COMMAND_BUS_GET_IFACE (inner);
  self->remember = remember_n;
  return EH_COMMAND_BUS (self);
}

void
eh_dedupe_bus_set_clock (EhDedupeBus *self, EhClock *clock)
{
  g_return_if_fail (EH_IS_DEDUPE_BUS (self));
  g_return_if_fail (clock == NULL || EH_IS_CLOCK (clock));

  g_clear_object (&self->clock);
  if (clock != NULL && EH_CLOCK_GET_IFACE (clock)->give_way != NULL)
    self->clock = g_object_ref (clock);
}
