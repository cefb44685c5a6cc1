/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "eventhus.h"

G_BEGIN_DECLS

#define EH_TYPE_SCENARIO (eh_scenario_get_type ())
EH_PUBLIC GType eh_scenario_get_type (void);

/**
 * EhScenario:
 *
 * One given-when-then: what happened before, what is done, what must follow. From a scenario file or from an
 * #EhScenarioSpec. Immutable, reference-counted (atomically).
 */
typedef struct _EhScenario EhScenario;

EH_PUBLIC EhScenario *eh_scenario_ref (EhScenario *self);
EH_PUBLIC void eh_scenario_unref (EhScenario *self);

/**
 * eh_scenario_get_name:
 *
 * Returns: (transfer none): its name, placeholders filled in
 */
EH_PUBLIC const char *eh_scenario_get_name (const EhScenario *self);

/**
 * eh_scenario_get_place:
 *
 * Returns: (transfer none): where it is written: "bank.json: scenarios[3]", example row included
 */
EH_PUBLIC const char *eh_scenario_get_place (const EhScenario *self);

/**
 * eh_scenario_get_skip:
 *
 * Returns: (transfer none) (nullable): why it is skipped
 */
EH_PUBLIC const char *eh_scenario_get_skip (const EhScenario *self);

/**
 * eh_scenario_is_only:
 *
 * Returns: whether it asks to run alone
 */
EH_PUBLIC gboolean eh_scenario_is_only (const EhScenario *self);

/*
 * A scenario in C, as constant tables:
 *
 *     static const EhScenarioSpec too_much = {
 *       .in = "Account-a1",
 *       .given = EH_STEPS (EH_EVENT (account_created, AccountCreated, "mishudark"),
 *                          EH_EVENT (deposit_performed, DepositPerformed, 100)),
 *       .when = EH_STEPS (EH_COMMAND (perform_withdrawal, PerformWithdrawal, 249)),
 *       .then = { .error = "balance-out", .events = EH_NO_EVENTS },
 *     };
 */

/**
 * EhStepSpecKind: (skip)
 */
typedef enum {
  EH_STEP_SPEC_END,
  EH_STEP_SPEC_EVENT,
  EH_STEP_SPEC_COMMAND,
  EH_STEP_SPEC_TIME,
  EH_STEP_SPEC_REDELIVER,
  EH_STEP_SPEC_NOTHING,
  EH_STEP_SPEC_DEADLINE,
} EhStepSpecKind;

/**
 * EhStepSpec: (skip)
 * @kind: which
 * @schema: of an event or a command: its type
 * @data: and its struct
 * @time: of a time: "2026-01-01T00:00:00Z" or "+PT1H"; (nullable) of a deadline: when it passes, %NULL for any time
 * @in: (nullable): the stream, if it is not the scenario's; of a deadline: the process, "Transfer-t1"
 * @expected: (nullable): of a command: the version that it expects
 * @name: of a deadline: its name
 */
typedef struct {
  EhStepSpecKind kind;
  const EhSchema *schema;
  gconstpointer data;
  const char *time;
  const char *in;
  const gint64 *expected;
  const char *name;
} EhStepSpec;

/* The steps of a part; members of EhStepSpec can be set by writing a step out. */
#define EH_STEPS(...) ((const EhStepSpec[]){ __VA_ARGS__, { .kind = EH_STEP_SPEC_END } })
#define EH_NO_EVENTS ((const EhStepSpec[]){ { .kind = EH_STEP_SPEC_END } })
#define EH_NO_COMMANDS EH_NO_EVENTS
#define EH_NO_DEADLINES EH_NO_EVENTS
#define EH_EVENT(schema_, Type, ...)                                                                                   \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_EVENT, .schema = &(schema_), .data = &(const Type)                                            \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define EH_COMMAND(schema_, Type, ...)                                                                                 \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_COMMAND, .schema = &(schema_), .data = &(const Type)                                          \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define EH_EVENT_IN(in_, schema_, Type, ...)                                                                           \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_EVENT, .in = in_, .schema = &(schema_), .data = &(const Type)                                 \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define EH_COMMAND_IN(in_, schema_, Type, ...)                                                                         \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_COMMAND, .in = in_, .schema = &(schema_), .data = &(const Type)                               \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define EH_COMMAND_AT(version, schema_, Type, ...)                                                                     \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_COMMAND, .expected = (const gint64[]){ version }, .schema = &(schema_), .data = &(const Type) \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }
#define EH_TIME(time_)                                                                                                 \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_TIME, .time = time_                                                                           \
  }
/* Projections and process managers see every event again. */
#define EH_REDELIVER                                                                                                   \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_REDELIVER                                                                                     \
  }
#define EH_NOTHING                                                                                                     \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_NOTHING                                                                                       \
  }
/* Expected: a deadline of a process, "Transfer-t1", at a time; NULL for any time. */
#define EH_DEADLINE(process, name_, time_)                                                                             \
  {                                                                                                                    \
    .kind = EH_STEP_SPEC_DEADLINE, .in = process, .name = name_, .time = time_                                         \
  }

/**
 * EhThenSpec: (skip)
 * @events: (nullable): exactly these, in order
 * @events_include: (nullable): these in this order among others
 * @error: (nullable): the nick of the error
 * @state: (nullable): JSON that the state of the scenario's stream matches partially, matchers included
 * @version: (nullable): the version of the scenario's stream afterwards
 * @commands: (nullable): exactly these were sent by process managers, in order
 * @commands_include: (nullable): these in this order among others
 * @view: (nullable): JSON of rows by projection and key, matched partially: "{ \"Balances\": { \"a1\": { ... } } }"
 * @deadlines: (nullable): exactly these are set, the earliest first
 * @published: (nullable): exactly these reached the bus, in order
 */
typedef struct {
  const EhStepSpec *events;
  const EhStepSpec *events_include;
  const char *error;
  const char *state;
  const guint64 *version;
  const EhStepSpec *commands;
  const EhStepSpec *commands_include;
  const char *view;
  const EhStepSpec *deadlines;
  const EhStepSpec *published;
} EhThenSpec;

#define EH_VERSION(version) ((const guint64[]){ version })

/**
 * EhScenarioSpec: (skip)
 * @name: (nullable): its name; by default the test path's last part
 * @in: (nullable): the stream that steps are in unless they say otherwise
 * @given: (nullable): what happened before
 * @when: what is done
 * @then: what must follow
 * @off: (nullable): a %NULL-terminated list of automatic checks that are switched off
 */
typedef struct {
  const char *name;
  const char *in;
  const EhStepSpec *given;
  const EhStepSpec *when;
  EhThenSpec then;
  const char *const *off;
} EhScenarioSpec;

/**
 * eh_scenario_new_from_spec: (skip)
 * @name: (nullable): used if the spec has none
 * @domain: sealed
 * @error: EH_ERROR_INVALID, EH_ERROR_UNKNOWN_TYPE with the place: "then.events[1]: ..."
 *
 * Returns: (transfer full): the scenario
 */
EH_PUBLIC EhScenario *
eh_scenario_new_from_spec (EhDomain *domain, const EhScenarioSpec *spec, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhScenario, eh_scenario_unref)

G_END_DECLS
