/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-command-bus-probe-private.h"

/* What a sender is told. */

static gboolean
done (EhCommandBusProbe *self, GError **error)
{
  g_autoptr (EhOutcome) outcome = eh_command_bus_probe_send (self, eh_command_bus_probe_note ("a", 7, 0), error);
  const EhLedgerNoted *noted = NULL;
  EhEventPage *events = NULL;

  if (outcome == NULL)
    return eh_claim_blame ("a command", error);
  events = eh_outcome_get_events (outcome);
  if (!eh_claim_uint ("the version that an outcome tells", eh_outcome_get_version (outcome), 1, error)
      || !eh_claim_true (!eh_outcome_was_done (outcome), "a new command is said to have been done", error)
      || !eh_claim_true (events != NULL && eh_event_page_get_size (events) == 1, "an outcome lacks its event", error))
    return FALSE;
  noted = eh_event_get_data (eh_event_page_get (events, 0));
  return eh_claim_uint ("the number in the event of an outcome", noted != NULL ? (guint64) noted->number : 0, 7, error)
         && eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 8, 0), 2, error)
         && eh_command_bus_probe_holds (self, "a", "7 8", error);
}

static gboolean
unknown (EhCommandBusProbe *self, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Ledger", "a", NULL);
  g_autoptr (EhStreamName) elsewhere = eh_stream_name_new ("Account", "a", NULL);
  EhCommand *command = eh_command_new (stream, &eh_ledger_unknown, &(EhLedgerNote){ 1 }, NULL);
  EhCommand *lost = eh_command_new (elsewhere, &eh_ledger_note, &(EhLedgerNote){ 1 }, NULL);

  if (!eh_command_bus_probe_fail (self, command, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, error))
    {
      eh_command_unref (lost);
      return FALSE;
    }
  return eh_command_bus_probe_fail (self, lost, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, error)
         && eh_command_bus_probe_holds (self, "a", "", error);
}

static gboolean
invalid (EhCommandBusProbe *self, GError **error)
{
  return eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", EH_LEDGER_INVALID, 0), EH_LEDGER_ERROR,
                                    EH_LEDGER_ERROR_INVALID, error)
         && eh_command_bus_probe_holds (self, "a", "", error);
}

static gboolean
refused (EhCommandBusProbe *self, GError **error)
{
  return eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 0), 1, error)
         && eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", EH_LEDGER_REFUSED, 0), EH_LEDGER_ERROR,
                                       EH_LEDGER_ERROR_REFUSED, error)
         && eh_command_bus_probe_holds (self, "a", "1", error)
         && eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 2, 0), 2, error)
         && eh_command_bus_probe_holds (self, "a", "1 2", error);
}

/* What it had emitted until then poisons nothing. */
static gboolean
broken_handler (EhCommandBusProbe *self, GError **error)
{
  for (guint i = 1; i <= 3; i++)
    {
      g_autoptr (GError) failure = NULL;
      g_autoptr (EhOutcome)
          outcome = eh_command_bus_probe_send (self, eh_command_bus_probe_note ("a", EH_LEDGER_BROKEN, 0), &failure);

      if (outcome != NULL || failure == NULL)
        return eh_claim_fail (error, "a command whose handler failed is not said to have failed");
      if (!eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", i, 0), i, error))
        return FALSE;
    }
  return eh_command_bus_probe_holds (self, "a", "1..3", error);
}

static gboolean
in_background (EhCommandBusProbe *self, GError **error)
{
  g_auto (EhCommandBusAnswers) good = { NULL };
  g_auto (EhCommandBusAnswers) bad = { NULL };

  eh_command_bus_answers_init (&good, self);
  eh_command_bus_answers_init (&bad, self);
  eh_command_bus_answers_send (&good, "a", 5);
  if (!eh_command_bus_answers_wait (&good, error))
    return FALSE;
  eh_command_bus_answers_send (&bad, "a", EH_LEDGER_REFUSED);
  eh_command_bus_answers_wait (&bad, NULL);
  return eh_claim_uint ("the number of commands done", good.n_done, 1, error)
         && eh_claim_true (g_error_matches (bad.other, EH_LEDGER_ERROR, EH_LEDGER_ERROR_REFUSED),
                           "a refusal is not told to who did not wait for it", error)
         && eh_command_bus_probe_holds (self, "a", "5", error);
}

static gboolean
cancelled (EhCommandBusProbe *self, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EhCommand) command = eh_command_bus_probe_note ("a", 1, 0);
  g_autoptr (GError) failure = NULL;
  g_autoptr (EhOutcome) outcome = NULL;

  g_cancellable_cancel (cancellable);
  outcome = eh_command_bus_dispatch (self->bus, command, cancellable, &failure);
  return eh_claim_true (outcome == NULL && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED),
                        "a command that was cancelled before is not said to be", error)
         && eh_command_bus_probe_holds (self, "a", "", error);
}

static const EhCommandBusCase answer_cases[] = {
  { "done", "dispatch", "The outcome tells the version and the events", done },
  { "unknown", "dispatch", "A command that the domain does not have comes back as \"unknown-type\"", unknown },
  { "invalid", "dispatch", "One that is not well-formed comes back with what its validator says", invalid },
  { "refused", "dispatch", "One that is refused comes back with the domain's error, and nothing is written", refused },
  { "broken-handler", "dispatch", "A handler that breaks off does not poison the next command", broken_handler },
  { "in-background", "dispatch", "Who does not wait is told the same", in_background },
  { "cancelled", "dispatch", "What was cancelled before it began is not done", cancelled },
};

const EhCommandBusSection eh_command_bus_answers = { { "answers", "A. Answers" },
                                                     answer_cases,
                                                     G_N_ELEMENTS (answer_cases) };

/* Whose append conflicts. */

static gboolean
retried (EhCommandBusProbe *self, GError **error)
{
  guint n = MAX (self->factory->attempts, 1) - 1;
  guint rule = n > 0 ? eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_CONFLICT, FALSE, n) : 0;

  return eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 0), 1, error)
         && (n == 0
             || eh_claim_uint ("the number of conflicts", eh_command_bus_probe_count_struck (self, rule), n, error))
         && eh_command_bus_probe_holds (self, "a", "1", error);
}

static gboolean
bounded (EhCommandBusProbe *self, GError **error)
{
  guint n = MAX (self->factory->attempts, 1);
  guint rule = eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_CONFLICT, FALSE, n + 1);

  return eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", 1, 0), EH_ERROR, EH_ERROR_CONFLICT, error)
         && eh_claim_uint ("the number of attempts", eh_command_bus_probe_count_struck (self, rule), n, error)
         && eh_command_bus_probe_holds (self, "a", "", error);
}

static gboolean
own_version (EhCommandBusProbe *self, GError **error)
{
  EhCommand *late = eh_command_bus_probe_note ("a", 3, 0);
  EhCommand *right = eh_command_bus_probe_note ("a", 4, 0);
  gboolean holds;

  eh_command_set_expected_version (late, 1);
  eh_command_set_expected_version (right, 2);
  holds = eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 0), 1, error)
          && eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 2, 0), 2, error);
  if (!holds)
    {
      eh_command_unref (late);
      eh_command_unref (right);
      return FALSE;
    }
  if (!eh_command_bus_probe_fail (self, late, EH_ERROR, EH_ERROR_CONFLICT, error))
    {
      eh_command_unref (right);
      return FALSE;
    }
  return eh_command_bus_probe_do (self, right, 3, error) && eh_command_bus_probe_holds (self, "a", "1 2 4", error);
}

/* The reply to an append is lost, whether it was done or not: there is one effect, and it is told. */
static gboolean
unclear (EhCommandBusProbe *self, GError **error)
{
  eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_AMBIGUOUS, TRUE, 1);
  if (!eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 1, 0), 1, error))
    return FALSE;
  eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_AMBIGUOUS, FALSE, 1);
  return eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 2, 0), 2, error)
         && eh_command_bus_probe_holds (self, "a", "1 2", error);
}

static gboolean
store_fails (EhCommandBusProbe *self, GError **error)
{
  eh_command_bus_probe_plan (self, EH_MOCK_FAULT_APPEND_ERROR, FALSE, 1);
  return eh_command_bus_probe_fail (self, eh_command_bus_probe_note ("a", 1, 0), G_IO_ERROR, G_IO_ERROR_FAILED, error)
         && eh_command_bus_probe_do (self, eh_command_bus_probe_note ("a", 2, 0), 1, error)
         && eh_command_bus_probe_holds (self, "a", "2", error);
}

static const EhCommandBusCase conflict_cases[] = {
  { "retried", "retries", "Somebody else's append is overcome as often as is said", retried },
  { "bounded", "retries", "The last conflict is told, after as many attempts as are said", bounded },
  { "own-version", "dispatch", "Who expects a version of its own is told the conflict at once", own_version },
  { "unclear", "dispatch", "An append whose reply is lost has one effect", unclear },
  { "store-fails", "dispatch", "What the store fails with is told, and the next command is done", store_fails },
};

const EhCommandBusSection eh_command_bus_conflicts = { { "conflicts", "C. Conflicts" },
                                                       conflict_cases,
                                                       G_N_ELEMENTS (conflict_cases) };
