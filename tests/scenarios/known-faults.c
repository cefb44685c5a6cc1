/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "known-faults.h"

#include "known-fault-bodies.h"
#include "scenarios/eh-simulation-result-private.h"

/*
 * Every simulation has more in it than its fault needs: commands that do nothing wrong, and a client on a stream of its
 * own, which costs an exhaustive search nothing, because nothing that it does meets what the others do.
 */

#define A1 "Account-a1"
#define A2 "Account-a2"
#define A3 "Account-a3"

#define DEPOSIT(stream, amount) EH_COMMAND_IN (stream, perform_deposit, PerformDeposit, amount)
#define WITHDRAW(stream, amount) EH_COMMAND_IN (stream, perform_withdrawal, PerformWithdrawal, amount)
#define DRAW(stream, holder) EH_COMMAND_IN (stream, draw_ticket, DrawTicket, holder)
#define CREATED(stream) EH_EVENT_IN (stream, account_created, AccountCreated, "mishudark")
#define PAID(stream, amount) EH_EVENT_IN (stream, deposit_performed, DepositPerformed, amount)

#define ACCOUNTS EH_STEPS (CREATED (A1), PAID (A1, 60), CREATED (A2), PAID (A2, 60), CREATED (A3), PAID (A3, 60))

#define BYSTANDER                                                                                                      \
  {                                                                                                                    \
    "zoe", EH_STEPS (DEPOSIT (A3, 5), WITHDRAW (A3, 20))                                                               \
  }

#define BANK bank_domain_new, bank_domain_new

/* ---- B01: appends without an expected version ---- */

#define TELLERS                                                                                                        \
  EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (A1, 10), WITHDRAW (A1, 45), DEPOSIT (A2, 5)) },                            \
              { "bob", EH_STEPS (WITHDRAW (A1, 45)) }, BYSTANDER)

/* ---- B02: each checks what the other writes ---- */

static const KnownSkew skew_one = { 100, { A1, A2 } };
static const KnownSkew skew_two = { 100, { A2, A1 } };

/* Mended: both accounts are one, which guards itself. */
static const KnownSkew joint = { 50, { A1 } };

#define COUPLE(one, two)                                                                                               \
  EH_CLIENTS ({ "alice", NULL, known_body_withdraw_together, (gpointer) & (one) },                                     \
              { "bob", NULL, known_body_withdraw_together, (gpointer) & (two) }, BYSTANDER)

/* ---- B10: published before it is saved; B13: an unclear append, done once more ---- */

static const KnownDeposit early_one = { 1, FALSE };
static const KnownDeposit early_two = { 2, FALSE };
static const KnownDeposit late_one = { 1, TRUE };
static const KnownDeposit late_two = { 2, TRUE };

#define PUBLISHERS(one, two)                                                                                           \
  EH_CLIENTS ({ "alice", NULL, known_body_deposit_and_publish, (gpointer) & (one) },                                   \
              { "bob", NULL, known_body_deposit_and_publish, (gpointer) & (two) }, BYSTANDER)

#define STUBBORN(one)                                                                                                  \
  EH_CLIENTS ({ "alice", NULL, known_body_deposit_surely, (gpointer) & (one) },                                        \
              { "bob", EH_STEPS (DEPOSIT (A1, 10)) }, BYSTANDER)

/* ---- B11: saved, crashed, never published ---- */

#define CRASHING                                                                                                       \
  EH_CLIENTS ({ "alice", EH_STEPS (DEPOSIT (A1, 10), WITHDRAW (A1, 20)) }, { "bob", EH_STEPS (DEPOSIT (A2, 10)) })

/* ---- B16: a snapshot with the wrong version ---- */

#define PHOTOGRAPHER(mended)                                                                                           \
  EH_CLIENTS ({ "alice", NULL, known_body_save_snapshot, mended }, { "bob", EH_STEPS (DEPOSIT (A1, 10)) }, BYSTANDER)

/* ---- B26: a handler that looks outside ---- */

#define PLAYERS                                                                                                        \
  EH_CLIENTS ({ "alice", EH_STEPS (DRAW ("Lottery-l1", "alice")) }, { "bob", EH_STEPS (DRAW ("Lottery-l1", "bob")) })

const KnownFault known_faults[] = {
  { "B01",
    "appends without an expected version lose an update",
    BANK,
    { .given = ACCOUNTS, .clients = TELLERS, .options = "{ \"expect\": \"any\" }" },
    { .given = ACCOUNTS, .clients = TELLERS, .options = "{ \"retry\": 3 }", .faults = "{ \"append-ambiguous\": 1 }" },
    "serializable",
    { 2, 2, 1, 0 },
    50 },
  { "B02",
    "two aggregates, each of which checks the other",
    BANK,
    { .given = ACCOUNTS, .clients = COUPLE (skew_one, skew_two) },
    { .given = ACCOUNTS, .clients = COUPLE (joint, joint), .faults = "{ \"append-ambiguous\": 1, \"crash\": 1 }" },
    "serializable",
    { 2, 2, 1, 0 },
    50 },
  { "B10",
    "published before it is saved, and then the append conflicts",
    BANK,
    { .given = ACCOUNTS, .clients = PUBLISHERS (early_one, early_two) },
    { .given = ACCOUNTS,
      .clients = PUBLISHERS (late_one, late_two),
      .faults = "{ \"append-error\": 1, \"crash\": 1 }" },
    "delivered",
    { 2, 2, 1, 0 },
    50 },
  { "B11",
    "saved, crashed, never published",
    BANK,
    { .given = ACCOUNTS,
      .clients = CRASHING,
      .options = "{ \"publish\": \"after-save\" }",
      .faults = "{ \"crash\": 1 }" },
    { .given = ACCOUNTS, .clients = CRASHING, .faults = "{ \"crash\": 1, \"append-ambiguous\": 1 }" },
    "delivered",
    { 1, 1, 0, 1 },
    50 },
  { "B13",
    "an unclear append that is decided once more",
    BANK,
    { .given = ACCOUNTS, .clients = STUBBORN (early_one), .faults = "{ \"append-ambiguous\": 1 }" },
    { .given = ACCOUNTS,
      .clients = STUBBORN (late_one),
      .faults = "{ \"append-ambiguous\": 1, \"append-error\": 1, \"crash\": 1 }" },
    "serializable",
    { 1, 1, 0, 1 },
    50 },
  { "B16",
    "a snapshot labelled with another version than it holds",
    BANK,
    { .given = ACCOUNTS, .clients = PHOTOGRAPHER (NULL) },
    { .given = ACCOUNTS,
      .clients = PHOTOGRAPHER ((gpointer) "mended"),
      .options = "{ \"snapshots\": 1 }",
      .faults = "{ \"snapshot-stale\": 1, \"snapshot-lost\": 1, \"crash\": 1 }" },
    "views",
    { 2, 2, 1, 0 },
    50 },
  { "B26",
    "a handler that draws a random number",
    known_lottery_new,
    known_lottery_mended_new,
    { .clients = PLAYERS },
    { .clients = PLAYERS, .faults = "{ \"append-ambiguous\": 1 }" },
    "determinism",
    { 0 },
    1 },
  { NULL },
};

/* ---- exploring ---- */

/* The table is right or the program is wrong. */
static void
insist (gconstpointer made, const KnownFault *fault, const GError *error)
{
  if (made == NULL)
    g_error ("%s: %s", fault != NULL ? fault->id : "exploring", error->message);
}

void
known_simulation_init (KnownSimulation *self, const KnownFault *fault, gboolean mended)
{
  g_autoptr (GError) error = NULL;

  self->domain = mended ? fault->mended_domain_new () : fault->domain_new ();
  insist (eh_domain_seal (self->domain, &error) ? self : NULL, fault, error);
  self->simulation = eh_simulation_new_from_spec (self->domain, mended ? &fault->mended : &fault->faulty, fault->id,
                                                  &error);
  insist (self->simulation, fault, error);
}

void
known_simulation_clear (KnownSimulation *self)
{
  g_clear_pointer (&self->simulation, eh_simulation_unref);
  g_clear_object (&self->domain);
}

EhSimulationResult *
known_simulation_explore (const KnownSimulation *self, const char *strategy, guint64 seed, guint64 runs)
{
  g_autofree char *overrides = g_strdup_printf ("{ \"strategy\": \"%s\", \"seed\": %" G_GUINT64_FORMAT
                                                ", \"runs\": %" G_GUINT64_FORMAT " }",
                                                strategy != NULL ? strategy : "portfolio", seed, runs);
  g_autoptr (GError) error = NULL;
  EhSimulationResult *result = eh_simulation_explore (self->domain, self->simulation, overrides, NULL, NULL, &error);

  insist (result, NULL, error);
  return result;
}

/* ---- sizes ---- */

KnownSize
known_size_of_result (const EhSimulationResult *result)
{
  const EhShrunk *shown = &result->shown;
  KnownSize size = { 0 };

  if (!result->is_shrunk)
    return size;
  size.clients = shown->simulation->clients->len;
  for (guint i = 0; i < size.clients; i++)
    size.commands += ((const EhSimClient *) g_ptr_array_index (shown->simulation->clients, i))->steps->len;
  size.switches = shown->stats.switches_after;
  for (guint i = 0; i < shown->rows->len; i++)
    size.faults += ((const EhTraceRow *) g_ptr_array_index (shown->rows, i))->fault != NULL;
  return size;
}
