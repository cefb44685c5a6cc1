/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bank.h"
#include "scenarios/eh-trial-private.h"

G_BEGIN_DECLS

/* Simulations of the bank, made by hand, and oracles to run them by. */

#define A1 "Account-a1"
#define A2 "Account-a2"

EhSimulation *fixture_simulation_new (void);

/* Given: the account @stream with @balance. */
void fixture_given_account (EhSimulation *self, const char *stream, gint64 balance);
void fixture_given_event (EhSimulation *self, const char *stream, const EhSchema *schema, gconstpointer data);

/* A step of the client @name, which is made if it is new. */
void
fixture_command (EhSimulation *self, const char *name, const char *stream, const EhSchema *schema, gconstpointer data);
void fixture_withdraw (EhSimulation *self, const char *name, const char *stream, gint64 amount);
void fixture_deposit (EhSimulation *self, const char *name, const char *stream, gint64 amount);
void fixture_read (EhSimulation *self, const char *name, const char *stream);
void fixture_wait (EhSimulation *self, const char *name, gint64 interval);
void fixture_body (EhSimulation *self, const char *name, EhSimulationBody body, gpointer user_data);

/* Chooses by a seed; a fault at one operation of @fault_every, never if 0. */
typedef struct {
  EhOracle parent;
  EhDraw *draw; /* (owned) */
  guint fault_every;
} FixtureOracle;

void fixture_oracle_init (FixtureOracle *self, guint64 seed, guint fault_every);
void fixture_oracle_clear (FixtureOracle *self);

/* What one run by a seed, or by a schedule, found. The role is to be freed; "" for nothing. */
char *fixture_run_seed (EhTrial *trial, guint64 seed, guint fault_every);
char *fixture_run_schedule (EhTrial *trial, const char *const *schedule, const char *const *fault_at);

/* Runs by @n seeds; the first role that was found (to be freed), or NULL. */
char *fixture_explore (EhDomain *domain, EhSimulation *simulation, guint n, guint fault_every);

/* @n, or fewer where the tests are to be quick. */
guint fixture_scale (guint n);

G_END_DECLS
