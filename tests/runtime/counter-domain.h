/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "faulty-store.h"
#include "model/eh-fixed-clock.h"
#include "model/eh-fixed-id-source.h"
#include "runtime/eh-command-handler.h"

/* The domain of the runtime's tests: a counter that is created, counts up, and down as long as it stays above 0. */

/* Refused by a validator that does not say why, which it has to. */
#define COUNTER_AMOUNT_UNTOLD G_MININT64

typedef struct {
  char unused;
} CounterNothing;

typedef struct {
  gint64 amount;
} CounterAmount;

typedef struct {
  gint64 value;
} Counter;

typedef CounterNothing CounterCreated;
typedef CounterAmount CounterAdded;
typedef CounterAmount CounterTaken;
typedef CounterNothing CreateCounter;
typedef CounterAmount AddToCounter;    /* an amount of 0 is not well-formed, nor COUNTER_AMOUNT_UNTOLD */
typedef CounterAmount TakeFromCounter; /* refused if there is less */
typedef CounterNothing TouchCounter;   /* accepted without events */
typedef CounterNothing DoubleCounter;  /* two events */
typedef CounterNothing BreakCounter;   /* a handler that returns FALSE without an error */
typedef CounterNothing UnknownCommand; /* not in the domain */

EH_DECLARE_SCHEMA (counter_created)
EH_DECLARE_SCHEMA (counter_added)
EH_DECLARE_SCHEMA (counter_taken)
EH_DECLARE_SCHEMA (create_counter)
EH_DECLARE_SCHEMA (add_to_counter)
EH_DECLARE_SCHEMA (take_from_counter)
EH_DECLARE_SCHEMA (touch_counter)
EH_DECLARE_SCHEMA (double_counter)
EH_DECLARE_SCHEMA (break_counter)
EH_DECLARE_SCHEMA (unknown_command)
EH_DECLARE_SCHEMA (counter_schema)

extern const EhAggregateType counter_type;

#define COUNTER_ERROR (counter_error_quark ())
GQuark counter_error_quark (void);

typedef enum {
  COUNTER_ERROR_TOO_LITTLE,
  COUNTER_ERROR_ZERO,
} CounterError;

EhDomain *counter_domain_new (void);
EhStreamName *counter_stream (const char *id);

/* Commands without an id */
EhCommand *counter_create (const char *id);
EhCommand *counter_add (const char *id, gint64 amount);
EhCommand *counter_take (const char *id, gint64 amount);
EhCommand *counter_command (const char *id, const EhSchema *schema);

/* Gives @command the id number @n; returns it. */
EhCommand *counter_with_id (EhCommand *command, guint64 n);

/* What a test needs: parts over a faulty store over a memory store, fixed clock and ids. */
typedef struct {
  EhDomain *domain;
  FaultyStore *store;
  EhFixedClock *clock;
  EhFixedIdSource *ids;
  EhRepository *repository;
  EhCommandHandler *handler;
} CounterWorld;

CounterWorld *counter_world_new (void);
void counter_world_free (CounterWorld *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CounterWorld, counter_world_free)

/* Handles and frees @command by @handler; the test fails if it is not done. Returns: the version */
guint64 counter_do (EhCommandHandler *handler, EhCommand *command);

/* The same for a command that must fail. */
void counter_fail (EhCommandHandler *handler, EhCommand *command, GQuark domain, gint code);

/* The counter's value and version, folded from the store alone. */
gint64 counter_read (EhEventStore *store, EhDomain *domain, const char *id, guint64 *version);
