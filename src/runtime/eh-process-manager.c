/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-process-manager.h"

#include "eh-consumer-struct-private.h"
#include "eh-process-core-private.h"
#include "model/eh-error.h"
#include "model/eh-system-clock.h"

/*
 * The object holds the consumer, the consumer holds the core and calls it: so a consumer that somebody keeps longer
 * than the object has all that it needs. Reading from outside goes to the store and to the deadline table, which has a
 * lock; everything else is the driver's alone.
 */

struct _EhProcessManager {
  GObject parent_instance;

  EhProcessCore *core;  /* not owned: the consumer's */
  EhConsumer *consumer; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (EhProcessManager, eh_process_manager, G_TYPE_OBJECT)

static void
core_free (gpointer data)
{
  EhProcessCore *core = data;

  g_string_free (core->key, TRUE);
  g_clear_pointer (&core->deadlines, eh_deadline_table_free);
  g_clear_pointer (&core->shelf, eh_process_shelf_free);
  g_clear_pointer (&core->known, g_hash_table_unref);
  g_clear_pointer (&core->rules, g_hash_table_unref);
  g_clear_object (&core->clock);
  g_clear_object (&core->commands);
  g_clear_object (&core->store);
  g_clear_object (&core->domain);
  g_free (core);
}

static EhProcessCore *
core_new (EhDomain *domain, const EhProcessType *type, EhEventStore *store, EhCommandBus *commands, EhClock *clock)
{
  EhProcessCore *core = g_new0 (EhProcessCore, 1);

  core->domain = g_object_ref (domain);
  core->type = type;
  core->store = g_object_ref (store);
  core->commands = g_object_ref (commands);
  core->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  core->rules = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < type->n_rules; i++)
    g_hash_table_insert (core->rules, (gpointer) type->rules[i].schema->name, (gpointer) &type->rules[i]);
  core->known = g_hash_table_new (NULL, NULL);
  core->shelf = eh_process_shelf_new (domain, type, store, core->clock);
  core->deadlines = eh_deadline_table_new ();
  core->key = g_string_new (NULL);
  return core;
}

static void
eh_process_manager_finalize (GObject *object)
{
  EhProcessManager *self = EH_PROCESS_MANAGER (object);

  g_clear_object (&self->consumer);
  G_OBJECT_CLASS (eh_process_manager_parent_class)->finalize (object);
}

static void
eh_process_manager_class_init (EhProcessManagerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_process_manager_finalize;
}

static void
eh_process_manager_init (EhProcessManager *self)
{
}

static gboolean
handle (EhEvent *event, gpointer user_data, GError **error)
{
  EhProcessCore *core = user_data;

  if (g_str_equal (eh_stream_name_get_category (eh_event_get_stream (event)), core->type->name))
    return eh_process_core_send (core, event, error);
  return eh_process_core_react (core, event, error);
}

/* There is nothing to do around a batch; that there are batches spares the consumer work for each event. */
static void
begin_batch (EhEvent *const *events, guint n_events, gpointer user_data)
{
}

static void
end_batch (gpointer user_data)
{
}

/* Whatever is in the store by now an earlier life may have sent. */
static gboolean
restore (EhCheckpoint *checkpoint, gpointer user_data, GError **error)
{
  EhProcessCore *core = user_data;
  GBytes *payload = checkpoint == NULL ? NULL : eh_checkpoint_get_payload (checkpoint);

  core->written = 0;
  eh_process_shelf_set_tracer (core->shelf, core->consumer->tracer);
  eh_process_shelf_clear (core->shelf);
  eh_deadline_table_clear (core->deadlines);
  return eh_event_store_get_head (core->store, &core->attempted, NULL, error)
         && (payload == NULL || eh_deadline_table_load (core->deadlines, payload, error));
}

static GBytes *
save (guint64 position, gpointer user_data, GError **error)
{
  EhProcessCore *core = user_data;

  return eh_deadline_table_save (core->deadlines, error);
}

/*
 * Nothing is due before what came of the events so far is handled too: after a pause processes go on, then time does.
 */
static gint64
get_due (gpointer user_data)
{
  EhProcessCore *core = user_data;
  guint64 written = MAX (core->written, eh_process_shelf_get_written (core->shelf));

  if (written > eh_consumer_get_position (core->consumer))
    return G_MAXINT64;
  return eh_deadline_table_get_due (core->deadlines);
}

static gboolean
tick (gint64 now, gpointer user_data, GError **error)
{
  return eh_process_core_tick (user_data, now, error);
}

EhProcessManager *
eh_process_manager_new (EhDomain *domain, const EhProcessType *type, EhEventStore *store, EhCommandBus *commands,
                        EhCheckpointStore *checkpoints, EhClock *clock, GError **error)
{
  static const EhConsumerFuncs funcs = {
    .handle = handle,
    .restore = restore,
    .save = save,
    .due = get_due,
    .tick = tick,
    .enter = begin_batch,
    .leave = end_batch,
    .shape = EH_DEADLINE_TABLE_SHAPE,
    .revision = EH_DEADLINE_TABLE_REVISION,
  };
  g_autoptr (EhProcessManager) self = NULL;

  g_return_val_if_fail (EH_IS_DOMAIN (domain), NULL);
  g_return_val_if_fail (type != NULL && eh_domain_find_process (domain, type->name) == type, NULL);
  g_return_val_if_fail (EH_IS_EVENT_STORE (store), NULL);
  g_return_val_if_fail (EH_IS_COMMAND_BUS (commands), NULL);
  g_return_val_if_fail (EH_IS_CHECKPOINT_STORE (checkpoints), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);

  self = g_object_new (EH_TYPE_PROCESS_MANAGER, NULL);
  self->core = core_new (domain, type, store, commands, clock);
  self->consumer = eh_consumer_new_with (type->name, store, checkpoints, self->core->clock, &funcs, self->core,
                                         core_free, error);
  if (self->consumer == NULL)
    return NULL;
  /* As a view, the list of deadlines is saved whole. */
  eh_consumer_set_checkpoint_every (self->consumer, G_MAXUINT, G_TIME_SPAN_SECOND);
  self->core->consumer = self->consumer;
  return g_steal_pointer (&self);
}

EhConsumer *
eh_process_manager_get_consumer (EhProcessManager *self)
{
  g_return_val_if_fail (EH_IS_PROCESS_MANAGER (self), NULL);

  return self->consumer;
}

const EhProcessType *
eh_process_manager_get_type_table (EhProcessManager *self)
{
  g_return_val_if_fail (EH_IS_PROCESS_MANAGER (self), NULL);

  return self->core->type;
}

static gpointer
decode_state (const EhProcessType *type, EhEvent *event, gboolean *ended, GError **error)
{
  g_auto (EhOpenStep) open = { NULL, NULL };
  g_autofree gpointer state = g_malloc0 (type->state->size);

  if (!eh_open_step_init (&open, event, error)
      || !eh_schema_read_json (type->state, open.step->state != NULL ? open.step->state : "", -1, state, error))
    return NULL;
  if (ended != NULL)
    *ended = open.step->ended;
  return g_steal_pointer (&state);
}

gpointer
eh_process_manager_read_state (EhProcessManager *self, const char *key, gboolean *ended, GError **error)
{
  g_autoptr (EhStreamName) stream = NULL;
  g_autoptr (EhEventPage) page = NULL;

  g_return_val_if_fail (EH_IS_PROCESS_MANAGER (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  stream = eh_stream_name_new (self->core->type->name, key, error);
  if (stream == NULL)
    return NULL;
  page = eh_event_store_read_stream (self->core->store, stream, G_MAXUINT64, EH_BACKWARDS, 1, NULL, error);
  if (page == NULL)
    return NULL;
  if (eh_event_page_get_size (page) == 0)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_NOT_FOUND, "there is no process %s", eh_stream_name_to_string (stream));
      return NULL;
    }
  return decode_state (self->core->type, eh_event_page_get (page, 0), ended, error);
}

void
eh_process_manager_foreach_deadline (EhProcessManager *self, EhDeadlineEntryFunc func, gpointer user_data)
{
  g_return_if_fail (EH_IS_PROCESS_MANAGER (self));
  g_return_if_fail (func != NULL);

  eh_deadline_table_foreach (self->core->deadlines, func, user_data);
}
