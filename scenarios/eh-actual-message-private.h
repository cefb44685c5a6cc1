/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-command.h"
#include "model/eh-diff.h"
#include "model/eh-event.h"
#include "scenarios/eh-scenario-private.h"

G_BEGIN_DECLS

/* A message that is there: an event, a command or a deadline. What it points to lives longer than the list. */
typedef struct {
  const char *type_name;
  EhStreamName *stream;   /* (unowned) */
  EhMetadata *metadata;   /* (unowned) (nullable) */
  const EhId *id;         /* (nullable) */
  const EhSchema *schema; /* (nullable): of @value */
  gconstpointer value;    /* (nullable) */
  EhEvent *event;         /* (unowned) (nullable): of an event, which may have no value but text */
  const char *topic;      /* (nullable): of a published one */
  JsonNode *data;         /* (owned) (nullable): made when it is first looked at */
} EhActualMessage;

/* A list of EhActualMessage to be freed with g_array_unref(). */
GArray *eh_actual_messages_new (void);
void eh_actual_messages_add (GArray *messages, EhEvent *event, const char *topic);
void eh_actual_messages_add_command (GArray *messages, EhCommand *command);
void eh_actual_messages_add_deadline (GArray *messages, EhStreamName *process, const char *name, gint64 time);

/* Whether it is of the type that is expected. */
gboolean eh_actual_message_is_type (const EhActualMessage *self, const EhExpectedMessage *expected);

/* Whether type, stream, topic and data are those expected; what differs is added to @diff (nullable) under @path. */
gboolean
eh_actual_message_match (EhActualMessage *self, const EhExpectedMessage *expected, const char *path, EhDiff *diff);

/* For a person: DepositPerformed { "amount": 100 } in Account-a2; the stream is left out if it is @home (nullable). */
char *eh_expected_message_print (const EhExpectedMessage *expected, EhStreamName *home);
char *eh_actual_message_print (EhActualMessage *self, EhStreamName *home);

G_END_DECLS
