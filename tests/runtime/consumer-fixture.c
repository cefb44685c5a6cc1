/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "consumer-fixture.h"

static void flaky_checkpoints_iface_init (EhCheckpointStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FlakyCheckpoints, flaky_checkpoints, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_CHECKPOINT_STORE, flaky_checkpoints_iface_init))

static gboolean
flaky_checkpoints_claim (EhCheckpointStore *store, const char *name, GError **error)
{
  return eh_checkpoint_store_claim (FLAKY_CHECKPOINTS (store)->inner, name, error);
}

static void
flaky_checkpoints_release (EhCheckpointStore *store, const char *name)
{
  eh_checkpoint_store_release (FLAKY_CHECKPOINTS (store)->inner, name);
}

static gboolean
flaky_checkpoints_load (EhCheckpointStore *store, const char *name, EhCheckpoint **checkpoint,
                        GCancellable *cancellable, GError **error)
{
  FlakyCheckpoints *self = FLAKY_CHECKPOINTS (store);

  if (!g_atomic_int_get (&self->corrupt))
    return eh_checkpoint_store_load (self->inner, name, checkpoint, cancellable, error);
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CORRUPT, "the checkpoint is damaged");
  return FALSE;
}

static gboolean
flaky_checkpoints_save (EhCheckpointStore *store, EhCheckpoint *checkpoint, GCancellable *cancellable, GError **error)
{
  FlakyCheckpoints *self = FLAKY_CHECKPOINTS (store);

  g_atomic_int_inc (&self->n_saves);
  if (!g_atomic_int_get (&self->failing))
    return eh_checkpoint_store_save (self->inner, checkpoint, cancellable, error);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "the disk is full");
  return FALSE;
}

static gboolean
flaky_checkpoints_remove (EhCheckpointStore *store, const char *name, GCancellable *cancellable, GError **error)
{
  return eh_checkpoint_store_remove (FLAKY_CHECKPOINTS (store)->inner, name, cancellable, error);
}

static void
flaky_checkpoints_iface_init (EhCheckpointStoreInterface *iface)
{
  iface->claim = flaky_checkpoints_claim;
  iface->release = flaky_checkpoints_release;
  iface->load = flaky_checkpoints_load;
  iface->save = flaky_checkpoints_save;
  iface->remove = flaky_checkpoints_remove;
}

static void
flaky_checkpoints_finalize (GObject *object)
{
  g_clear_object (&FLAKY_CHECKPOINTS (object)->inner);
  G_OBJECT_CLASS (flaky_checkpoints_parent_class)->finalize (object);
}

static void
flaky_checkpoints_class_init (FlakyCheckpointsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flaky_checkpoints_finalize;
}

static void
flaky_checkpoints_init (FlakyCheckpoints *self)
{
  self->inner = eh_memory_checkpoint_store_new ();
}

EhCheckpointStore *
flaky_checkpoints_new (void)
{
  return g_object_new (FLAKY_TYPE_CHECKPOINTS, NULL);
}

static gboolean
consumer_desk_handle (EhEvent *event, gpointer user_data, GError **error)
{
  ConsumerDesk *self = user_data;
  gpointer number = GINT_TO_POINTER ((gint) store_number (event));
  guint left = GPOINTER_TO_UINT (g_hash_table_lookup (self->failures, number));

  g_string_append_printf (self->log, "%s%s%d", self->log->len > 0 ? " " : "", left > 0 ? "!" : "",
                          GPOINTER_TO_INT (number));
  if (left == 0)
    return TRUE;
  g_hash_table_insert (self->failures, number, GUINT_TO_POINTER (left - 1));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot handle %d", GPOINTER_TO_INT (number));
  return FALSE;
}

void
consumer_desk_restart (ConsumerDesk *self)
{
  g_autoptr (GError) error = NULL;

  if (self->consumer != NULL)
    eh_consumer_crash (self->consumer);
  g_clear_object (&self->consumer);
  self->consumer = eh_consumer_new ("reader", self->store, self->checkpoints, EH_CLOCK (self->clock),
                                    consumer_desk_handle, self, NULL, &error);
  g_assert_no_error (error);
  eh_consumer_set_attempts (self->consumer, EH_CONSUMER_ATTEMPTS, G_TIME_SPAN_SECOND, 4 * G_TIME_SPAN_SECOND);
  eh_consumer_set_checkpoint_every (self->consumer, 1, 0);
}

ConsumerDesk *
consumer_desk_new (void)
{
  ConsumerDesk *self = g_new0 (ConsumerDesk, 1);

  self->store = eh_memory_store_new ();
  self->checkpoints = flaky_checkpoints_new ();
  self->clock = eh_fixed_clock_new (EH_FIXED_CLOCK_START);
  self->log = g_string_new (NULL);
  self->failures = g_hash_table_new (NULL, NULL);
  consumer_desk_restart (self);
  return self;
}

void
consumer_desk_free (ConsumerDesk *self)
{
  g_clear_object (&self->consumer);
  g_clear_object (&self->clock);
  g_clear_object (&self->checkpoints);
  g_clear_object (&self->store);
  g_hash_table_unref (self->failures);
  g_string_free (self->log, TRUE);
  g_free (self);
}

void
consumer_desk_fail (ConsumerDesk *self, gint64 number, guint n)
{
  g_hash_table_insert (self->failures, GINT_TO_POINTER ((gint) number), GUINT_TO_POINTER (n));
}

EhConsumerState
consumer_desk_drain (ConsumerDesk *self)
{
  EhConsumerState state = EH_CONSUMER_BUSY;

  while (state == EH_CONSUMER_BUSY)
    {
      g_autoptr (GError) error = NULL;

      state = eh_consumer_step (self->consumer, 0, &error);
      g_assert_true ((error != NULL) == (state == EH_CONSUMER_FAILED));
    }
  return state;
}

char *
consumer_desk_take_log (ConsumerDesk *self)
{
  char *log = g_strdup (self->log->str);

  g_string_truncate (self->log, 0);
  return log;
}

char *
consumer_parked (EhConsumer *consumer)
{
  g_autoptr (GPtrArray) parked = eh_consumer_list_parked (consumer);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < parked->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT "x%u", i > 0 ? " " : "",
                            eh_parked_event_get_position (g_ptr_array_index (parked, i)),
                            eh_parked_event_get_n_attempts (g_ptr_array_index (parked, i)));
  return g_string_free (text, FALSE);
}

guint64
consumer_saved (EhCheckpointStore *checkpoints, const char *name)
{
  g_autoptr (EhCheckpoint) checkpoint = NULL;
  g_autoptr (GError) error = NULL;

  eh_checkpoint_store_load (checkpoints, name, &checkpoint, NULL, &error);
  g_assert_no_error (error);
  return checkpoint != NULL ? eh_checkpoint_get_position (checkpoint) : 0;
}
