/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-claim-private.h"
#include "conformance/eh-command-bus-conformance.h"
#include "conformance/eh-conformance-suite-private.h"
#include "conformance/eh-ledger-private.h"
#include "conformance/eh-meeting-clock-private.h"
#include "mocks/eh-mock-store.h"

G_BEGIN_DECLS

/* What a case about command buses works with: a bus over ledgers in a store that can be made to fail. */
typedef struct {
  const EhCommandBusFactory *factory;
  const EhConformanceJob *job;
  EhEventStore *store;   /* (owned): a mock store */
  EhMeetingClock *clock; /* (owned) */
  EhCommandBus *bus;     /* (owned) */
} EhCommandBusProbe;

typedef struct {
  const char *name;
  const char *capability;
  const char *summary;
  gboolean (*run) (EhCommandBusProbe *probe, GError **error);
} EhCommandBusCase;

typedef struct {
  EhConformanceSection about;
  const EhCommandBusCase *cases;
  guint n_cases;
} EhCommandBusSection;

extern const EhCommandBusSection eh_command_bus_answers;
extern const EhCommandBusSection eh_command_bus_order;
extern const EhCommandBusSection eh_command_bus_conflicts;
extern const EhCommandBusSection eh_command_bus_repeats;
extern const EhCommandBusSection eh_command_bus_life;

gboolean eh_command_bus_probe_open (EhCommandBusProbe *self, GError **error);
void eh_command_bus_probe_drop (EhCommandBusProbe *self);
gboolean eh_command_bus_probe_has (const EhCommandBusProbe *self, EhCommandBusFeatures feature);

/* A wish that ledger "Ledger-NAME" note @number; with the id @id unless that is 0. */
EhCommand *eh_command_bus_probe_note (const char *name, gint64 number, guint64 id);

/* Sends it and frees it; NULL with *error set if it was not done. */
EhOutcome *eh_command_bus_probe_send (EhCommandBusProbe *self, EhCommand *command, GError **error);

/* The same for one that has to succeed, with this version afterwards (0 for any). */
gboolean eh_command_bus_probe_do (EhCommandBusProbe *self, EhCommand *command, guint64 version, GError **error);

/* The same for one that has to fail with this error. */
gboolean
eh_command_bus_probe_fail (EhCommandBusProbe *self, EhCommand *command, GQuark domain, gint code, GError **error);

/*
 * That the store has just these notes, in this order, and that each was decided by the state that its place demands.
 */
gboolean eh_command_bus_probe_holds (EhCommandBusProbe *self, const char *name, const char *numbers, GError **error);

/* The numbers of a ledger's notes. (element-type gint64); NULL with *error set if one is decided by a wrong state. */
GArray *eh_command_bus_probe_read (EhCommandBusProbe *self, const char *name, GError **error);

/* The next @n appends meet @fault. Returns: the number of the rule */
guint eh_command_bus_probe_plan (EhCommandBusProbe *self, EhMockFault fault, gboolean applied, guint n);
guint eh_command_bus_probe_count_struck (EhCommandBusProbe *self, guint rule);

/* Commands that were sent without waiting: how they came out, by number. */
typedef struct {
  EhCommandBusProbe *probe;
  guint n_expected;
  guint n_answers;
  guint n_done;
  guint n_conflicts;
  guint n_closed;
  GArray *done;  /* (owned) of gint64: numbers that were done, in the order of their answers */
  GError *other; /* (owned) (nullable): the first other failure */
} EhCommandBusAnswers;

void eh_command_bus_answers_init (EhCommandBusAnswers *self, EhCommandBusProbe *probe);
void eh_command_bus_answers_clear (EhCommandBusAnswers *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EhCommandBusAnswers, eh_command_bus_answers_clear)

void eh_command_bus_answers_send (EhCommandBusAnswers *self, const char *name, gint64 number);

/* Until all have been answered. */
gboolean eh_command_bus_answers_wait (EhCommandBusAnswers *self, GError **error);

G_END_DECLS
