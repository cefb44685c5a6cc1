/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-checks-private.h"
#include "scenarios/eh-consumer-picture-private.h"
#include "scenarios/eh-scenario-play-private.h"

/*
 * Consumers are allowed to begin anew or to be stopped at any time, and must come to the same. So the whole scenario is
 * played again in surroundings like the first, with the same clock and ids, where that happens to them at every event;
 * then the views, the commands and the deadlines are held against each other. Only the first difference is
 * told: the others follow from it.
 */

typedef struct {
  EhCheck check;
  EhPace pace;
  const char *name;
  const char *when; /* it came out differently */
} Again;

static const Again redelivery = {
  EH_CHECK_REDELIVERY,
  EH_PACE_REDELIVERY,
  "redelivery",
  "where events are delivered again",
};
static const Again restart = {
  EH_CHECK_RESTART,
  EH_PACE_RESTART,
  "restart",
  "where it is stopped after each event and goes on from what it saved",
};

static char *
advise_redelivery (const EhProjectionType *type)
{
  if (type != NULL)
    return g_strdup_printf ("a rule may depend on the row and the event only; look for a static variable, a clock or "
                            "randomness in the rules of %s",
                            type->name);
  return g_strdup ("a reaction may depend on the state and what it reacts to only; look for a static variable, a clock "
                   "or randomness, and use eh_reaction_get_time()");
}

static char *
advise_restart (const EhProjectionType *type)
{
  if (type != NULL)
    return g_strdup_printf ("a rule needs something that is not saved; describe every member of the row in the "
                            "schema %s",
                            type->row->name);
  return g_strdup ("a reaction needs something that is not saved; describe every member of the state in its schema");
}

static void
fail_different (EhScenarioRun *run, const Again *again, EhDiff *diff, const EhProjectionType *type, const char *what)
{
  g_autofree char *advice = again->check == EH_CHECK_REDELIVERY ? advise_redelivery (type) : advise_restart (type);

  if (type != NULL)
    eh_scenario_run_fail (run, again->name, diff, "%s shows other rows %s: %s", type->name, again->when, advice);
  else if (g_str_equal (what, "commands"))
    eh_scenario_run_fail (run, again->name, diff, "other commands are sent by a process manager %s: %s", again->when,
                          advice);
  else
    eh_scenario_run_fail (run, again->name, diff, "other deadlines are set by a process manager %s: %s", again->when,
                          advice);
}

static gboolean
is_same (EhScenarioRun *run, const Again *again, const EhConsumerPicture *picture, const EhConsumerPicture *other)
{
  const EhProjectionType *type;
  const char *what;
  EhDiff *diff = eh_consumer_picture_compare (picture, other, &type, &what);

  if (diff != NULL)
    fail_different (run, again, diff, type, what);
  return diff == NULL;
}

static EhScenarioRun *
get_twin (EhScenarioRun *run)
{
  if (run->twin == NULL)
    {
      run->twin = g_new0 (EhScenarioRun, 1);
      eh_scenario_run_init (run->twin, run->domain);
      run->twin->is_twin = TRUE;
    }
  return run->twin;
}

static void
fail_stuck (EhScenarioRun *run, const Again *again, const EhScenarioResult *result)
{
  for (guint i = 0; i < eh_scenario_result_get_n_failures (result); i++)
    {
      if (g_str_equal (eh_scenario_result_get_check (result, i), "consumer"))
        eh_scenario_run_fail (run, again->name, NULL, "%s: %s", again->when,
                              eh_scenario_result_get_message (result, i));
    }
}

/* Returns: whether it came to the same, as far as that was looked at */
static gboolean
check_again (EhScenarioRun *run, const EhConsumerPicture *picture, const Again *again)
{
  EhScenarioRun *twin;
  g_autoptr (EhScenarioResult) result = NULL;
  g_autoptr (EhConsumerPicture) other = NULL;

  if (!eh_scenario_run_wants (run, again->check))
    return TRUE;
  twin = get_twin (run);
  result = eh_scenario_result_new (run->scenario);
  twin->pace = again->pace;
  eh_scenario_run_begin (twin, run->scenario, result);
  if (eh_scenario_play_given (twin))
    eh_scenario_play_when (twin);
  if (twin->consumers != NULL && !twin->is_stuck)
    other = eh_consumer_picture_new (twin->consumers);
  eh_scenario_run_end (twin);
  if (other == NULL)
    fail_stuck (run, again, result);
  return other != NULL && is_same (run, again, picture, other);
}

void
eh_checks_consumers (EhScenarioRun *run)
{
  g_autoptr (EhConsumerPicture) picture = NULL;

  if (run->consumers == NULL || run->is_stuck || eh_scenario_result_has (run->result, redelivery.name))
    return;
  picture = eh_consumer_picture_new (run->consumers);
  if (check_again (run, picture, &redelivery))
    check_again (run, picture, &restart);
}

gboolean
eh_checks_redeliver (EhScenarioRun *run, const char *place, GError **error)
{
  g_autoptr (EhConsumerPicture) picture = eh_consumer_picture_new (run->consumers);
  g_autoptr (EhConsumerPicture) other = NULL;

  if (!eh_scenario_consumers_redeliver (run->consumers, error))
    return FALSE;
  other = eh_consumer_picture_new (run->consumers);
  if (eh_scenario_run_wants (run, EH_CHECK_REDELIVERY) && !eh_scenario_result_has (run->result, redelivery.name))
    is_same (run, &redelivery, picture, other);
  return TRUE;
}
