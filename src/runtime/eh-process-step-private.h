/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"
#include "model/eh-reaction-private.h"

G_BEGIN_DECLS

/*
 * One step of a process as it is recorded, "ProcessStepped": what caused it, the state afterwards, what is sent and
 * what is due. The newest step is all that there is to know of a process. Pure: no store.
 */
extern const EhSchema eh_process_step_schema;

typedef enum {
  EH_CAUSE_EVENT,
  EH_CAUSE_REFUSAL,
  EH_CAUSE_DEADLINE,
} EhProcessCause;

typedef struct {
  char *id; /* the command's id */
  char *in; /* the stream it is for */
  char *type;
  char *data; /* JSON */
} EhStepCommand;

typedef struct {
  char *name;
  gint64 time;
} EhStepDeadline;

typedef struct {
  EhProcessCause cause;
  char *cause_id;   /* the event's or the refused command's id; a deadline's name */
  guint64 position; /* of the last event that the process has handled */
  gboolean ended;
  char *state; /* JSON */
  EhStepCommand *commands;
  gsize n_commands;
  EhStepDeadline *deadlines; /* all that are set, the earliest first */
  gsize n_deadlines;
} EhProcessStep;

G_END_DECLS
