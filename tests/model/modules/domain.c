/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain.h"

/* A small domain module. It is built several times: as it is, for another ABI, and with a NAME that does not seal. */

#ifndef NAME
#define NAME "good"
#endif

typedef struct {
  gboolean is_open;
} Door;

typedef struct {
  const char *by;
} Opened;

typedef Opened OpenDoor;

static EH_DEFINE_SCHEMA (Door, door_schema, EH_FIELD_BOOLEAN (is_open));
static EH_DEFINE_SCHEMA (Opened, opened, EH_FIELD_STRING (by));
static EH_DEFINE_SCHEMA (OpenDoor, open_door, EH_FIELD_STRING (by));

static gboolean
open_decide (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &opened, eh_command_get_data (command));
  return TRUE;
}

static void
on_opened (gpointer state, const EhEvent *event)
{
  ((Door *) state)->is_open = TRUE;
}

static const EhCommandRule door_commands[] = { { &open_door, open_decide, EH_CREATES } };
static const EhEventRule door_events[] = { { &opened, on_opened } };
static const EhAggregateType door = EH_AGGREGATE_TYPE ("Door", Door, door_schema, door_commands, door_events);

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  EhDomain *domain = eh_domain_new (NAME);

  eh_domain_add_aggregate_type (domain, &door);
  return domain;
}
