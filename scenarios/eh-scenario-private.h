/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-scenario.h"

G_BEGIN_DECLS

typedef enum {
  EH_STEP_EVENT,     /* it is told: appended to the store; projections and process managers see it */
  EH_STEP_COMMAND,   /* it is dispatched */
  EH_STEP_TIME,      /* the clock is set or moved on */
  EH_STEP_REDELIVER, /* projections and process managers see every event again */
  EH_STEP_NOTHING,   /* when: nothing is done */
} EhStepKind;

typedef struct {
  EhStepKind kind;
  char *place;             /* (owned): "given[2]" */
  EhStreamName *stream;    /* (owned) (nullable): event, command */
  const EhSchema *schema;  /* event, command */
  gboolean is_former;      /* event: the schema is an upcaster's, not today's */
  gpointer data;           /* (owned) (nullable): a struct of schema */
  EhId id;                 /* nil: the runner gives one */
  EhId correlation_id;     /* nil: an event's or a command's own id */
  gint64 expected_version; /* of a command; EH_EXPECTED_ANY */
  EhMetadata *metadata;    /* (owned) (nullable) */
  gint64 time;             /* of a time: microseconds since 1970, or an interval */
  gboolean time_is_relative;
} EhStep;

/*
 * A message that is expected, with matchers in its data. A deadline that is expected is one too: its name is the type,
 * its process the stream, and its time the only member "at" of the data.
 */
typedef struct {
  char *place;          /* (owned) */
  EhStreamName *stream; /* (owned) (nullable): any stream if NULL */
  char *type_name;      /* (owned) */
  JsonNode *data;       /* (owned): an object; matched exactly, all members */
  char *by;             /* (owned) (nullable): what its metadata says under "by" */
  EhId id;              /* nil: any */
  char *topic;          /* (owned) (nullable): published only: "bucket.subset" */
} EhExpectedMessage;

typedef struct {
  char *place;          /* (owned) */
  EhStreamName *stream; /* (owned) */
  JsonNode *state;      /* (owned): matched partially */
} EhExpectedState;

/* A row of a view, or that there is none. */
typedef struct {
  char *place; /* (owned) */
  const EhProjectionType *type;
  char *key;     /* (owned) */
  JsonNode *row; /* (owned): matched partially */
} EhExpectedRow;

typedef struct {
  char *nick;        /* (owned) (nullable) */
  char *domain;      /* (owned) (nullable): the quark's name */
  JsonNode *code;    /* (owned) (nullable): a number or a nick, or a matcher */
  JsonNode *message; /* (owned) (nullable): a string or a matcher */
} EhExpectedError;

/* The automatic checks, as bits of EhScenario.off. */
typedef enum {
  EH_CHECK_PURE_HANDLER = 1 << 0,
  EH_CHECK_DECIDE_TWICE = 1 << 1,
  EH_CHECK_CODEC = 1 << 2,
  EH_CHECK_REPLAY = 1 << 3,
  EH_CHECK_SNAPSHOT_CUTS = 1 << 4,
  EH_CHECK_KNOWN_EVENTS = 1 << 5,
  EH_CHECK_REDELIVERY = 1 << 6,
  EH_CHECK_RESTART = 1 << 7,
} EhCheck;

struct _EhScenario {
  gatomicrefcount ref_count;
  char *name;  /* (owned) */
  char *place; /* (owned) */
  char *skip;  /* (owned) (nullable) */
  gboolean only;
  EhCheck off;
  EhStreamName *stream; /* (owned) (nullable): "in" */

  GPtrArray *given; /* (owned) (element-type EhStep) */
  GPtrArray *when;  /* (owned) (element-type EhStep) */

  /* then; a NULL array was not given, an empty one means none */
  GPtrArray *events;           /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *events_include;   /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *no_events;        /* (owned) (nullable) (element-type utf8) */
  GPtrArray *commands;         /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *commands_include; /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *deadlines;        /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *published;        /* (owned) (nullable) (element-type EhExpectedMessage) */
  GPtrArray *states;           /* (owned) (nullable) (element-type EhExpectedState) */
  GPtrArray *rows;             /* (owned) (nullable) (element-type EhExpectedRow) */
  EhExpectedError *error;      /* (owned) (nullable) */
  gboolean has_version;
  guint64 version;
};

/* An empty scenario with empty given and when, to be filled in. */
EhScenario *eh_scenario_new (const char *name, const char *place);

EhStep *eh_step_new (EhStepKind kind, const char *place);
EhStep *eh_step_copy (const EhStep *self, const char *place);
void eh_step_free (EhStep *self);
EhExpectedMessage *eh_expected_message_new (const char *place, EhStreamName *stream, const char *type_name);
void eh_expected_message_free (EhExpectedMessage *self);
void eh_expected_state_free (EhExpectedState *self);
void eh_expected_row_free (EhExpectedRow *self);
void eh_expected_error_free (EhExpectedError *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhStep, eh_step_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhExpectedMessage, eh_expected_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhExpectedState, eh_expected_state_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhExpectedRow, eh_expected_row_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhExpectedError, eh_expected_error_free)

/* The table of automatic checks in the order in which they run; NULL nick ends it. */
extern const EhEnumValue eh_check_nicks[];

G_END_DECLS
