/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-senders.h"

#define A1 "Account-a1"
#define A2 "Account-a2"

/* ---- B19: what is sent again is done again ---- */

typedef struct {
  gint64 paid;
  gint64 given;
} Gifts;

static EH_DEFINE_SCHEMA (Gifts, gifts_schema, EH_FIELD_INT64 (paid), EH_FIELD_INT64 (given));

static gboolean
is_to (const EhEvent *event, const char *stream)
{
  return g_str_equal (eh_stream_name_to_string (eh_event_get_stream (event)), stream);
}

static void
gifts_key (const EhEvent *event, GString *key)
{
  g_string_append (key, "all");
}

static void
gifts_on_deposit (gpointer row, const EhEvent *event)
{
  Gifts *gifts = row;

  gifts->paid += is_to (event, A1);
  gifts->given += is_to (event, A2);
}

static const EhProjectionRule gifts_rules[] = { { &deposit_performed, gifts_on_deposit, gifts_key } };
static const EhProjectionType gifts = EH_PROJECTION_TYPE ("Gifts", Gifts, gifts_schema, gifts_rules);

static gboolean
no_more_is_given (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  const Gifts *all = row;

  if (all->given <= all->paid)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%" G_GINT64_FORMAT " gifts for %" G_GINT64_FORMAT " deposits",
               all->given, all->paid);
  return FALSE;
}

EhDomain *
known_gifts_domain_new (void)
{
  EhDomain *domain = bank_domain_new ();

  eh_domain_add_projection (domain, &gifts);
  eh_domain_add_row_invariant (domain, "a gift for a deposit", &gifts, no_more_is_given, NULL, NULL);
  return domain;
}

typedef struct {
  EhSimulationNode *node; /* (unowned) */
  EhConsumer *consumer;   /* (owned) */
  gboolean gives_again;
} Giver;

void
known_giver_stop (gpointer memory)
{
  Giver *self = memory;

  g_clear_object (&self->consumer);
  g_free (self);
}

/* Mended: a command's id is made from the event, so that it is the same command. */
static gboolean
giver_on_event (EhEvent *event, gpointer user_data, GError **error)
{
  Giver *self = user_data;
  g_autoptr (EhStreamName) to = eh_stream_name_parse (A2, NULL);
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;
  EhId id = *eh_event_get_id (event);

  if (!is_to (event, A1) || !g_str_equal (eh_event_get_type_name (event), deposit_performed.name))
    return TRUE;
  command = eh_command_new (to, &perform_deposit, &(PerformDeposit){ 1 }, error);
  id.bytes[0] ^= 0xff;
  if (!self->gives_again)
    eh_command_set_id (command, &id);
  outcome = eh_command_bus_dispatch (eh_simulation_node_get_commands (self->node), command, NULL, error);
  return outcome != NULL;
}

gpointer
known_giver_start (EhSimulationNode *node, gpointer gives_again)
{
  Giver *self = g_new0 (Giver, 1);

  self->node = node;
  self->gives_again = gives_again != NULL;
  self->consumer = eh_consumer_new ("giver", eh_simulation_node_get_store (node),
                                    eh_simulation_node_get_checkpoints (node), eh_simulation_node_get_clock (node),
                                    giver_on_event, self, NULL, NULL);
  eh_simulation_node_follow (node, self->consumer);
  return self;
}

/* ---- what is saved as handled and was not ---- */

#define FRIEND "friend"

static gboolean
is_friend_if_rich (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  const Account *account = state;

  if (account->balance == 0 || g_strcmp0 (account->owner, FRIEND) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "nobody has noticed the deposit");
  return FALSE;
}

EhDomain *
known_friends_domain_new (void)
{
  EhDomain *domain = bank_domain_new ();

  eh_domain_add_eventually (domain, "who deposits is a friend", &bank_account, is_friend_if_rich, NULL, NULL);
  return domain;
}

typedef struct {
  EhSimulationNode *node; /* (unowned) */
  guint64 position;       /* of the last event that is no business of its any more */
  gboolean saves_first;
} Greeter;

gpointer
known_greeter_start (EhSimulationNode *node, gpointer saves_first)
{
  Greeter *self = g_new0 (Greeter, 1);
  g_autoptr (EhCheckpoint) checkpoint = NULL;

  self->node = node;
  self->saves_first = saves_first != NULL;
  if (eh_checkpoint_store_load (eh_simulation_node_get_checkpoints (node), "greeter", &checkpoint, NULL, NULL)
      && checkpoint != NULL)
    self->position = eh_checkpoint_get_position (checkpoint);
  return self;
}

static gboolean
greeter_save (Greeter *self, EhEvent *event)
{
  g_autoptr (EhCheckpoint)
      checkpoint = eh_checkpoint_new ("greeter", eh_event_get_position (event), "", 0, NULL, NULL, 0);

  if (!eh_checkpoint_store_save (eh_simulation_node_get_checkpoints (self->node), checkpoint, NULL, NULL))
    return FALSE;
  self->position = eh_event_get_position (event);
  return TRUE;
}

/* The same event brings the same command, so that it may be handled again. */
static gboolean
greeter_handle (Greeter *self, EhEvent *event)
{
  EhId id = *eh_event_get_id (event);
  g_autoptr (EhCommand) command = NULL;
  g_autoptr (EhOutcome) outcome = NULL;

  if (!g_str_equal (eh_event_get_type_name (event), deposit_performed.name))
    return TRUE;
  command = eh_command_new (eh_event_get_stream (event), &change_owner, &(ChangeOwner){ FRIEND }, NULL);
  id.bytes[0] ^= 0xff;
  eh_command_set_id (command, &id);
  outcome = eh_command_bus_dispatch (eh_simulation_node_get_commands (self->node), command, NULL, NULL);
  return outcome != NULL;
}

gint64
known_greeter_step (EhSimulationNode *node, gpointer memory)
{
  Greeter *self = memory;
  g_autoptr (EhEventPage) page = eh_event_store_read_all (eh_simulation_node_get_store (node), "Account",
                                                          self->position + 1, EH_FORWARDS, 1, NULL, NULL);
  EhEvent *event;

  if (page == NULL)
    return 0;
  if (eh_event_page_get_size (page) == 0)
    return G_MAXINT64;
  event = eh_event_page_get (page, 0);
  if (self->saves_first && !greeter_save (self, event))
    return 0;
  if (greeter_handle (self, event) && !self->saves_first)
    greeter_save (self, event);
  return 0;
}
