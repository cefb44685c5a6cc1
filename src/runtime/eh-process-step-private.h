/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-domain.h"
#include "model/eh-reaction-private.h"

G_BEGIN_DECLS

/*
 * One step of a process as it is recorded, "ProcessStepped": what caused it, the state afterwards, what is sent and
 * what is due. The newest step is all that there is to know of a process. Pure: no store.
 */
EH_FOR_TESTING const EhSchema eh_process_step_schema;

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

/* A recorded step, whichever form its event holds it in. */
typedef struct {
  const EhProcessStep *step; /* valid as long as the event and @own */
  EhProcessStep *own;        /* (owned) (nullable): if it had to be read from text */
} EhOpenStep;

/* EH_ERROR_CORRUPT: @event, which is in a process's stream, is no step. */
EH_FOR_TESTING gboolean eh_open_step_init (EhOpenStep *self, EhEvent *event, GError **error);
EH_FOR_TESTING void eh_open_step_clear (EhOpenStep *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhOpenStep, eh_open_step_clear)

/*
 * The id of the step that @cause_id makes the process @stream take: always the same, so that a store refuses to record
 * it twice. @cause_id is the event's id, the refused command's, or, of a deadline, that of the step which set it.
 * @index tells several steps of one cause apart: the events that an upcaster made of one, the deadlines by number.
 */
void
eh_process_step_derive_id (EhStreamName *stream, EhProcessCause cause, const EhId *cause_id, guint index, EhId *id);

G_END_DECLS
