/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-command-bus-probe-private.h"
#include "conformance/eh-crowd-private.h"

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

/* That the ledger holds what @answers say was done, in whichever order. */
static gboolean
holds_what_was_done (EhCommandBusProbe *self, EhCommandBusAnswers *answers, const char *name, GError **error)
{
  g_autoptr (GArray) notes = eh_command_bus_probe_read (self, name, error);
  g_autofree char *actual = NULL;
  g_autofree char *expected = NULL;

  if (notes == NULL)
    return FALSE;
  g_array_sort (notes, compare_numbers);
  g_array_sort (answers->done, compare_numbers);
  actual = eh_claim_describe_numbers ((const guint64 *) (gpointer) notes->data, notes->len);
  expected = eh_claim_describe_numbers ((const guint64 *) (gpointer) answers->done->data, answers->done->len);
  return eh_claim_text ("what was written of the commands that are said to be done", actual, expected, error);
}

/* A bus that keeps no order may only lose those whose conflict it tells. */
static gboolean
one_aggregate (EhCommandBusProbe *self, GError **error)
{
  g_auto (EhCommandBusAnswers) answers = { NULL };

  eh_command_bus_answers_init (&answers, self);
  for (guint i = 1; i <= 100; i++)
    eh_command_bus_answers_send (&answers, "a", i);
  if (!eh_command_bus_answers_wait (&answers, error))
    return FALSE;
  if (eh_command_bus_probe_has (self, EH_COMMAND_BUS_ORDERED))
    return eh_claim_uint ("the number of conflicts", answers.n_conflicts, 0, error)
           && eh_command_bus_probe_holds (self, "a", "1..100", error);
  return eh_claim_uint ("the number of answers", answers.n_done + answers.n_conflicts, 100, error)
         && eh_claim_true (answers.n_done > 0, "none of many commands was done", error)
         && holds_what_was_done (self, &answers, "a", error);
}

static gboolean
one_sender (EhCommandBusProbe *self, GError **error)
{
  for (guint i = 1; i <= 50; i++)
    if (!eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", i, 0), i, error))
      return FALSE;
  return eh_command_bus_probe_holds (self, "a", "1..50", error);
}

static gboolean
note_elsewhere (guint i, gpointer data, GError **error)
{
  g_autofree char *name = g_strdup_printf ("a%u", i);

  return eh_command_bus_probe_do (data, eh_command_bus_probe_note (name, 1, 0), 1, error);
}

/* Two commands wait for each other within their handlers; where they are done one by one they wait in vain. */
static gboolean
parallel (EhCommandBusProbe *self, GError **error)
{
  gboolean is_parallel = eh_command_bus_probe_has (self, EH_COMMAND_BUS_PARALLEL);

  eh_meeting_clock_expect (self->clock, 2, is_parallel ? 5 * G_TIME_SPAN_SECOND : 10 * G_TIME_SPAN_MILLISECOND);
  return eh_crowd_run (8, note_elsewhere, self, error)
         && (is_parallel ? eh_claim_true (eh_meeting_clock_get_most (self->clock) >= 2,
                                          "commands of different aggregates were done one by one", error)
                         : eh_claim_uint ("the most commands that were done at once",
                                          eh_meeting_clock_get_most (self->clock), 1, error));
}

#define N_SENDERS 1000
#define N_LEDGERS 50

/* Everybody is answered; what is said to be done is there once, in the order of its senders where that is kept. */
static gboolean
thousand (EhCommandBusProbe *self, GError **error)
{
  gboolean is_ordered = eh_command_bus_probe_has (self, EH_COMMAND_BUS_ORDERED);
  guint n_ledgers = is_ordered ? N_LEDGERS : N_SENDERS;
  g_auto (EhCommandBusAnswers) answers = { NULL };

  eh_command_bus_answers_init (&answers, self);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i % n_ledgers);

      eh_command_bus_answers_send (&answers, name, 1 + i / n_ledgers);
    }
  if (!eh_command_bus_answers_wait (&answers, error)
      || !eh_claim_uint ("the number of commands done", answers.n_done, N_SENDERS, error))
    return FALSE;
  for (guint i = 0; i < n_ledgers; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i);

      if (!eh_command_bus_probe_holds (self, name, is_ordered ? "1..20" : "1", error))
        return FALSE;
    }
  return TRUE;
}

static const EhCommandBusCase order_cases[] = {
  { "one-sender", "dispatch", "Who waits for each answer has its commands done in order", one_sender },
  { "one-aggregate", "ordered", "Commands of one aggregate are done in the order in which they were sent",
    one_aggregate },
  { "parallel", "parallel", "Those of different aggregates are done at the same time", parallel },
  { "thousand", "dispatch", "Of a thousand senders none is forgotten and none served twice", thousand },
};

const EhCommandBusSection eh_command_bus_order = { { "order", "B. Order" }, order_cases, G_N_ELEMENTS (order_cases) };

/* The same id again. */

static gboolean
claim_repeat (EhCommandBusProbe *self, guint64 id, gint64 number, guint64 version, GError **error)
{
  g_autoptr (EhOutcome) outcome = eh_command_bus_probe_send (self, eh_command_bus_probe_note ("a", number, id), error);

  if (outcome == NULL)
    return eh_claim_blame ("a repeated command", error);
  return eh_claim_uint ("the version that the outcome of a repeat tells", eh_outcome_get_version (outcome), version,
                        error)
         && eh_claim_true (eh_outcome_was_done (outcome), "a repeat is not said to have been done before", error);
}

static gboolean
one_effect (EhCommandBusProbe *self, GError **error)
{
  if (!eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 11), 1, error)
      || !eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 2, 12), 2, error))
    return FALSE;
  if (eh_command_bus_probe_has (self, EH_COMMAND_BUS_DEDUPES))
    return claim_repeat (self, 11, 1, 1, error) && claim_repeat (self, 12, 2, 2, error)
           && eh_command_bus_probe_holds (self, "a", "1 2", error);
  /* The first outcome or a refusal, but in no case a second effect. */
  for (guint i = 1; i <= 2; i++)
    {
      EhOutcome *outcome = eh_command_bus_probe_send (self, eh_command_bus_probe_note ("a", i, 10 + i), NULL);

      g_clear_pointer (&outcome, eh_outcome_unref);
    }
  return eh_command_bus_probe_holds (self, "a", "1 2", error);
}

typedef struct {
  EhCommandBusProbe *probe;
  gint n_done; /* (atomic) */
} Repeating;

static gboolean
send_the_same (guint i, gpointer data, GError **error)
{
  Repeating *self = data;
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhOutcome)
      outcome = eh_command_bus_probe_send (self->probe, eh_command_bus_probe_note ("a", 1, 11), &failure);

  if (outcome != NULL)
    g_atomic_int_inc (&self->n_done);
  return outcome != NULL || g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT)
         || eh_claim_fail (error, "a repeated command failed: %s", failure->message);
}

static gboolean
at_once (EhCommandBusProbe *self, GError **error)
{
  Repeating repeating = { .probe = self };

  return eh_crowd_run (8, send_the_same, &repeating, error)
         && eh_claim_true (repeating.n_done > 0, "none of those who sent the same command was served", error)
         && (!eh_command_bus_probe_has (self, EH_COMMAND_BUS_DEDUPES)
             || eh_claim_uint ("the number of those served who sent the same command", (guint) repeating.n_done, 8,
                               error))
         && eh_command_bus_probe_holds (self, "a", "1", error);
}

/* What was not done is not remembered as done. */
static gboolean
after_failure (EhCommandBusProbe *self, GError **error)
{
  eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_ERROR, FALSE, 1);
  return eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", 1, 11), G_IO_ERROR, G_IO_ERROR_FAILED, error)
         && eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 11), 1, error)
         && eh_command_bus_probe_holds (self, "a", "1", error);
}

static const EhCommandBusCase repeat_cases[] = {
  { "one-effect", "dedupes", "The same command id twice has one effect", one_effect },
  { "at-once", "dedupes", "So it has when eight send it at once", at_once },
  { "after-failure", "dispatch", "What failed may be sent again with the same id", after_failure },
};

const EhCommandBusSection eh_command_bus_repeats = { { "repeats", "D. Repeats" },
                                                     repeat_cases,
                                                     G_N_ELEMENTS (repeat_cases) };

/* The end. */

static gboolean
close_bus (EhCommandBusProbe *self, GError **error)
{
  return eh_command_bus_close (self->bus, self->job->cancellable, error) || eh_claim_blame ("closing the bus", error);
}

static gboolean
closed (EhCommandBusProbe *self, GError **error)
{
  return eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 0), 1, error) && close_bus (self, error)
         && eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", 2, 0), EH_ERROR, EH_ERROR_CLOSED, error)
         && close_bus (self, error)
         && eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", 3, 0), EH_ERROR, EH_ERROR_CLOSED, error)
         && eh_command_bus_probe_holds (self, "a", "1", error);
}

/* All that were sent are answered: done, or refused because the bus was closed before they came. */
static gboolean
close_drains (EhCommandBusProbe *self, GError **error)
{
  g_auto (EhCommandBusAnswers) answers = { NULL };
  guint n_there = 0;

  eh_command_bus_answers_init (&answers, self);
  for (guint i = 1; i <= 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i);

      eh_command_bus_answers_send (&answers, name, i);
    }
  if (!close_bus (self, error) || !eh_command_bus_answers_wait (&answers, error)
      || !eh_claim_uint ("the number of answers", answers.n_done + answers.n_closed, 200, error))
    return FALSE;
  for (guint i = 1; i <= 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i);
      g_autoptr (GArray) notes = eh_command_bus_probe_read (self, name, error);

      if (notes == NULL)
        return FALSE;
      n_there += notes->len;
    }
  return eh_claim_uint ("the number of effects of the commands that are said to be done", n_there, answers.n_done,
                        error);
}

#define N_CLIENTS 6

typedef struct {
  EhCommandBusProbe *probe;
  guint n_done[N_CLIENTS]; /* each client's own */
  gint n_all;              /* (atomic) */
} Closing;

static gboolean
send_until_closed (Closing *self, guint i, GError **error)
{
  g_autofree char *name = g_strdup_printf ("a%u", i);

  for (guint n = 1; n < 4000; n++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (EhOutcome)
          outcome = eh_command_bus_probe_send (self->probe, eh_command_bus_probe_note (name, n, 0), &failure);

      if (outcome == NULL)
        return eh_claim_refused ("a command while the bus is closed", g_steal_pointer (&failure), EH_ERROR_CLOSED,
                                 error);
      self->n_done[i] = n;
      g_atomic_int_inc (&self->n_all);
    }
  return eh_claim_fail (error, "commands are done after the bus was closed");
}

static gboolean
send_or_close (guint i, gpointer data, GError **error)
{
  Closing *self = data;

  if (i < N_CLIENTS)
    return send_until_closed (self, i, error);
  while (g_atomic_int_get (&self->n_all) < 60)
    g_thread_yield ();
  return close_bus (self->probe, error);
}

static gboolean
close_while_busy (EhCommandBusProbe *self, GError **error)
{
  Closing closing = { .probe = self };

  if (!eh_crowd_run (N_CLIENTS + 1, send_or_close, &closing, error))
    return FALSE;
  for (guint i = 0; i < N_CLIENTS; i++)
    {
      g_autofree char *name = g_strdup_printf ("a%u", i);
      g_autoptr (GArray) notes = eh_command_bus_probe_read (self, name, error);

      if (notes == NULL
          || !eh_claim_uint ("the number of effects of a client's commands", notes->len, closing.n_done[i], error))
        return FALSE;
    }
  return TRUE;
}

static const EhCommandBusCase life_cases[] = {
  { "closed", "dispatch", "After close every command is refused with \"closed\"; closing again does nothing", closed },
  { "close-drains", "dispatch", "What was accepted before close is done, and all are answered", close_drains },
  { "close-while-busy", "dispatch", "While it is being closed, what is answered as done is done", close_while_busy },
};

const EhCommandBusSection eh_command_bus_life = { { "life", "E. Life" }, life_cases, G_N_ELEMENTS (life_cases) };
