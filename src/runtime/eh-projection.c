/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/eh-projection.h"

#include "model/eh-error.h"
#include "model/eh-event-page-private.h"
#include "model/eh-lock-private.h"
#include "runtime/eh-consumer-struct-private.h"
#include "runtime/eh-view-rebuild-private.h"

/*
 * The view and who may look at it. Only the consumer's driver changes a view, in batches; for a batch it takes its
 * turn, as a reader does for each call, so that a reader sees the view between batches. Turns are given in the order in
 * which they are asked for: with a mere lock a busy driver would take it again before a reader has woken up. The
 * driver itself may read without a turn, as nobody else changes anything: so saving a large view keeps nobody waiting.
 *
 * A rebuild is done by the driver too, in its tick, a page at a time, whenever it has handled all there is. It folds
 * another view up to where the served one is, never further: what comes behind is for the consumer to meet first, which
 * may have to park it. When both are at the same position the new one takes the place of the old, and what it could not
 * fold is parked. If that were too much, it is given up.
 */

typedef struct {
  EhDomain *domain; /* (owned): immutable, as the next two */
  const EhProjectionType *type;
  EhEventStore *store;  /* (owned) */
  EhConsumer *consumer; /* (unowned): set before anything is called by it */

  EhLock lock;
  EhCond turn;
  guint64 n_tickets; /* (mutex lock) */
  guint64 serving;   /* (mutex lock): whose turn it is */

  EhView *view;           /* (owned) (turn) */
  char *reason;           /* (owned) (nullable) (turn) */
  gboolean is_reason_new; /* the driver's own, as the next one */
  EhViewRebuild *next;    /* (owned) (nullable) */
  gint rebuild_wanted;    /* (atomic) */
  gint is_rebuilding;     /* (atomic): there is a next view */
} EhProjectionCore;

struct _EhProjection {
  GObject parent_instance;

  EhProjectionCore *core; /* (owned) (nullable) */
  EhConsumer *consumer;   /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (EhProjection, eh_projection, G_TYPE_OBJECT)

static void
eh_projection_core_clear (gpointer data)
{
  EhProjectionCore *core = data;

  g_clear_pointer (&core->next, eh_view_rebuild_free);
  g_clear_pointer (&core->view, eh_view_free);
  g_free (core->reason);
  eh_cond_clear (&core->turn);
  eh_lock_clear (&core->lock);
  g_clear_object (&core->store);
  g_clear_object (&core->domain);
}

static void
eh_projection_core_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, eh_projection_core_clear);
}

static EhProjectionCore *
eh_projection_core_new (EhDomain *domain, const EhProjectionType *type, EhEventStore *store)
{
  EhProjectionCore *core = g_atomic_rc_box_new0 (EhProjectionCore);

  core->domain = g_object_ref (domain);
  core->type = type;
  core->store = g_object_ref (store);
  core->view = eh_view_new (domain, type);
  eh_lock_init (&core->lock);
  eh_cond_init (&core->turn);
  return core;
}

static void
eh_projection_take_turn (gpointer user_data)
{
  EhProjectionCore *core = user_data;
  guint64 ticket = 0;

  eh_lock (&core->lock);
  ticket = core->n_tickets++;
  while (core->serving != ticket)
    eh_cond_wait (&core->turn, &core->lock);
  eh_unlock (&core->lock);
}

static void
eh_projection_end_turn (gpointer user_data)
{
  EhProjectionCore *core = user_data;

  eh_lock (&core->lock);
  core->serving++;
  if (core->serving != core->n_tickets)
    eh_cond_broadcast (&core->turn);
  eh_unlock (&core->lock);
}

/* What the consumer calls. */

static gboolean
eh_projection_handle (EhEvent *event, gpointer user_data, GError **error)
{
  return eh_view_apply (((EhProjectionCore *) user_data)->view, event, error);
}

static gboolean
eh_projection_replay (EhEvent *event, gpointer user_data, GError **error)
{
  EhProjectionCore *core = user_data;

  if (!eh_view_apply_again (core->view, event, error))
    return FALSE;
  /* The one that is being folded has passed it over. */
  if (core->next != NULL)
    g_atomic_int_set (&core->rebuild_wanted, TRUE);
  return TRUE;
}

/* An EhConsumerFuncs.enter. Nobody else changes the view, so what can be done before the turn is. */
static void
eh_projection_enter (EhEvent *const *events, guint n_events, gpointer user_data)
{
  eh_view_prefetch (((EhProjectionCore *) user_data)->view, events, n_events);
  eh_projection_take_turn (user_data);
}

static void
eh_projection_set_view (EhProjectionCore *core, EhView *view)
{
  EhView *old = NULL;

  eh_projection_take_turn (core);
  old = core->view;
  core->view = view;
  eh_projection_end_turn (core);
  eh_view_free (old);
}

static void
eh_projection_set_reason (EhProjectionCore *core, const char *reason)
{
  eh_projection_take_turn (core);
  g_free (core->reason);
  core->reason = g_strdup (reason);
  eh_projection_end_turn (core);
}

static void
eh_projection_unusable (const GError *reason, gpointer user_data)
{
  EhProjectionCore *core = user_data;

  eh_projection_set_reason (core, reason->message);
  core->is_reason_new = TRUE;
}

static void
eh_projection_drop_next (EhProjectionCore *core)
{
  g_clear_pointer (&core->next, eh_view_rebuild_free);
  g_atomic_int_set (&core->is_rebuilding, FALSE);
}

static gboolean
eh_projection_restore (EhCheckpoint *checkpoint, gpointer user_data, GError **error)
{
  EhProjectionCore *core = user_data;
  g_autoptr (EhView) view = eh_view_new (core->domain, core->type);
  GBytes *payload = eh_checkpoint_get_payload (checkpoint);
  const char *text = NULL;
  gsize length = 0;

  if (payload != NULL)
    {
      text = g_bytes_get_data (payload, &length);
      if (!eh_view_read_json (view, length > 0 ? text : "", (gssize) length, error))
        {
          g_prefix_error (error, "the saved view of %s: ", core->type->name);
          return FALSE;
        }
      eh_view_set_position (view, eh_checkpoint_get_position (checkpoint));
    }
  if (!core->is_reason_new)
    eh_projection_set_reason (core, NULL);
  core->is_reason_new = FALSE;
  /* It was stopped. What is parked may be another by now. */
  if (core->next != NULL)
    g_atomic_int_set (&core->rebuild_wanted, TRUE);
  eh_projection_drop_next (core);
  eh_projection_set_view (core, g_steal_pointer (&view));
  return TRUE;
}

static GBytes *
eh_projection_save (guint64 position, gpointer user_data, GError **error)
{
  EhProjectionCore *core = user_data;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!eh_view_write_json (core->view, text, error))
    return NULL;
  return g_string_free_to_bytes (g_steal_pointer (&text));
}

/* A rebuild that was asked for is still wanted. */
static void
eh_projection_forget (gpointer user_data)
{
  EhProjectionCore *core = user_data;

  eh_projection_set_view (core, eh_view_new (core->domain, core->type));
}

static gint64
eh_projection_due (gpointer user_data)
{
  EhProjectionCore *core = user_data;

  return core->next != NULL || g_atomic_int_get (&core->rebuild_wanted) ? G_MININT64 : G_MAXINT64;
}

/* Up to the position of the served view; what is parked stays so. */
static void
eh_projection_fold_page (EhProjectionCore *core, EhEventPage *page)
{
  const guint64 last = eh_view_get_position (core->view);
  EhEvent *const *events = eh_event_page_peek (page);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      guint64 position = eh_event_get_position (events[i]);

      if (position > last)
        return;
      if (!eh_consumer_is_parked (core->consumer, position))
        eh_view_rebuild_fold (core->next, events[i]);
    }
}

/* What is to be parked is there before the view that lacks it can be seen. */
static void
eh_projection_use_next (EhProjectionCore *core)
{
  eh_view_set_position (core->next->view, eh_view_get_position (core->view));
  eh_consumer_park_all (core->consumer, &core->next->parking);
  eh_projection_set_view (core, g_steal_pointer (&core->next->view));
  eh_projection_set_reason (core, NULL);
  eh_projection_drop_next (core);
}

static gboolean
eh_projection_check_next (EhProjectionCore *core, GError **error)
{
  GError *reason = NULL;

  if (eh_consumer_check_room (core->consumer, eh_parking_get_size (&core->next->parking), &reason))
    return TRUE;
  g_prefix_error (&reason, "the rebuild was given up: ");
  eh_projection_set_reason (core, reason->message);
  eh_projection_drop_next (core);
  g_propagate_error (error, reason);
  return FALSE;
}

static gboolean
eh_projection_tick (gint64 now, gpointer user_data, GError **error)
{
  EhProjectionCore *core = user_data;
  g_autoptr (EhEventPage) page = NULL;

  if (g_atomic_int_compare_and_exchange (&core->rebuild_wanted, TRUE, FALSE))
    {
      eh_projection_drop_next (core);
      core->next = eh_view_rebuild_new (core->domain, core->type);
      g_atomic_int_set (&core->is_rebuilding, TRUE);
    }
  page = eh_event_store_read_all (core->store, core->type->category, core->next->from, EH_FORWARDS, 0, NULL, error);
  if (page == NULL)
    return FALSE;
  eh_projection_fold_page (core, page);
  if (!eh_projection_check_next (core, error))
    return FALSE;
  core->next->from = eh_event_page_get_next (page);
  if (core->next->from > eh_view_get_position (core->view) || eh_event_page_is_end (page))
    eh_projection_use_next (core);
  return TRUE;
}

static void
eh_projection_finalize (GObject *object)
{
  EhProjection *self = EH_PROJECTION (object);

  g_clear_object (&self->consumer);
  g_clear_pointer (&self->core, eh_projection_core_unref);
  G_OBJECT_CLASS (eh_projection_parent_class)->finalize (object);
}

static void
eh_projection_class_init (EhProjectionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_projection_finalize;
}

static void
eh_projection_init (EhProjection *self)
{
}

static EhConsumer *
eh_projection_make_consumer (EhProjectionCore *core, EhCheckpointStore *checkpoints, EhClock *clock, GError **error)
{
  const EhConsumerFuncs funcs = {
    .handle = eh_projection_handle,
    .replay = eh_projection_replay,
    .restore = eh_projection_restore,
    .unusable = eh_projection_unusable,
    .save = eh_projection_save,
    .due = eh_projection_due,
    .tick = eh_projection_tick,
    .enter = eh_projection_enter,
    .leave = eh_projection_end_turn,
    .forget = eh_projection_forget,
    .shape = core->type->row->name,
    .revision = core->type->row->revision,
  };
  EhConsumer *consumer = eh_consumer_new_with (core->type->name, core->store, checkpoints, clock, &funcs,
                                               g_atomic_rc_box_acquire (core), eh_projection_core_unref, error);

  if (consumer == NULL)
    return NULL;
  eh_consumer_set_category (consumer, core->type->category);
  eh_consumer_set_checkpoint_every (consumer, G_MAXUINT, G_TIME_SPAN_SECOND);
  core->consumer = consumer;
  return consumer;
}

EhProjection *
eh_projection_new (EhDomain *domain, const EhProjectionType *type, EhEventStore *store, EhCheckpointStore *checkpoints,
                   EhClock *clock, GError **error)
{
  g_autoptr (EhProjection) self = NULL;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (type != NULL, NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (checkpoints), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (eh_domain_find_projection (domain, type->name) == type, NULL);

  self = g_object_new (EH_TYPE_PROJECTION, NULL);
  self->core = eh_projection_core_new (domain, type, store);
  self->consumer = eh_projection_make_consumer (self->core, checkpoints, clock, error);
  return self->consumer != NULL ? g_steal_pointer (&self) : NULL;
}

EhConsumer *
eh_projection_get_consumer (EhProjection *self)
{
  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);

  return self->consumer;
}

const EhProjectionType *
eh_projection_get_type_table (EhProjection *self)
{
  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);

  return self->core->type;
}

guint
eh_projection_get_n_rows (EhProjection *self)
{
  guint n = 0;

  g_return_val_if_fail (EH_IS_PROJECTION (self), 0);

  eh_projection_take_turn (self->core);
  n = eh_view_get_n_rows (self->core->view);
  eh_projection_end_turn (self->core);
  return n;
}

guint64
eh_projection_get_position (EhProjection *self)
{
  guint64 position = 0;

  g_return_val_if_fail (EH_IS_PROJECTION (self), 0);

  eh_projection_take_turn (self->core);
  position = eh_view_get_position (self->core->view);
  eh_projection_end_turn (self->core);
  return position;
}

gpointer
eh_projection_get_row (EhProjection *self, const char *key)
{
  gconstpointer row = NULL;
  gpointer copy = NULL;

  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  eh_projection_take_turn (self->core);
  row = eh_view_get_row (self->core->view, key);
  if (row != NULL)
    copy = eh_schema_copy (self->core->type->row, row);
  eh_projection_end_turn (self->core);
  return copy;
}

char *
eh_projection_get_row_json (EhProjection *self, const char *key)
{
  gpointer row = NULL;
  char *text = NULL;

  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  row = eh_projection_get_row (self, key);
  if (row == NULL)
    return NULL;
  text = eh_schema_to_json (self->core->type->row, row, NULL);
  eh_schema_free (self->core->type->row, row);
  return text;
}

guint64
eh_projection_foreach (EhProjection *self, EhRowFunc func, gpointer user_data)
{
  guint64 position = 0;
  guint place = 0;
  const char *key = NULL;
  gconstpointer row = NULL;

  g_return_val_if_fail (EH_IS_PROJECTION (self), 0);
  g_return_val_if_fail (func != NULL, 0);

  eh_projection_take_turn (self->core);
  position = eh_view_get_position (self->core->view);
  while ((row = eh_view_next (self->core->view, &place, &key)) != NULL)
    if (!func (key, row, user_data))
      break;
  eh_projection_end_turn (self->core);
  return position;
}

char **
eh_projection_find (EhProjection *self, EhRowFunc predicate, gpointer user_data, guint limit)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  guint n = 0;
  guint place = 0;
  const char *key = NULL;
  gconstpointer row = NULL;

  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);
  g_return_val_if_fail (predicate != NULL, NULL);

  eh_projection_take_turn (self->core);
  while ((limit == 0 || n < limit) && (row = eh_view_next (self->core->view, &place, &key)) != NULL)
    if (predicate (key, row, user_data))
      {
        g_strv_builder_add (keys, key);
        n++;
      }
  eh_projection_end_turn (self->core);
  return g_strv_builder_end (keys);
}

char *
eh_projection_to_json (EhProjection *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean ok = FALSE;

  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);

  eh_projection_take_turn (self->core);
  ok = eh_view_write_json (self->core->view, text, NULL);
  eh_projection_end_turn (self->core);
  return ok ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

void
eh_projection_rebuild (EhProjection *self)
{
  g_return_if_fail (EH_IS_PROJECTION (self));

  g_atomic_int_set (&self->core->rebuild_wanted, TRUE);
  eh_consumer_wake (self->consumer);
}

gboolean
eh_projection_is_rebuilding (EhProjection *self)
{
  g_return_val_if_fail (EH_IS_PROJECTION (self), FALSE);

  return g_atomic_int_get (&self->core->rebuild_wanted) || g_atomic_int_get (&self->core->is_rebuilding);
}

char *
eh_projection_get_rebuild_reason (EhProjection *self)
{
  char *reason = NULL;

  g_return_val_if_fail (EH_IS_PROJECTION (self), NULL);

  eh_projection_take_turn (self->core);
  reason = g_strdup (self->core->reason);
  eh_projection_end_turn (self->core);
  return reason;
}
