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
copy_stuck (EhScenarioRun *run, const Again *again, const EhScenarioResult *result)
{
  for (guint i = 0; i < eh_scenario_result_get_n_failures (result); i++)
    {
      if (g_str_equal (eh_scenario_result_get_check (result, i), "consumer"))
        eh_scenario_run_fail (run, again->name, NULL, "%s: %s", again->when,
                              eh_scenario_result_get_message (result, i));
    }
}

/* @again: (nullable): of which it is a failure if a consumer cannot go on. Returns: NULL if one could not */
static EhConsumerPicture *
play_again (EhScenarioRun *run, EhPace pace, const Again *again)
{
  EhScenarioRun *twin = get_twin (run);
  g_autoptr (EhScenarioResult) result = eh_scenario_result_new (run->scenario);
  EhConsumerPicture *picture = NULL;

  twin->pace = pace;
  eh_scenario_run_begin (twin, run->scenario, result);
  if (eh_scenario_play_given (twin))
    eh_scenario_play_when (twin);
  if (twin->consumers != NULL && !twin->is_stuck)
    picture = eh_consumer_picture_new (twin->consumers);
  eh_scenario_run_end (twin);
  if (picture == NULL && again != NULL)
    copy_stuck (run, again, result);
  return picture;
}

/*
 * A process manager that begins anew has its state from its stream, so what is not saved is missing then too. But
 * where nothing interrupts it, it comes to the same again; one that remembers what it must not does not.
 */
static gboolean
is_lost_state (EhScenarioRun *run, const EhConsumerPicture *picture)
{
  g_autoptr (EhConsumerPicture) other = play_again (run, EH_PACE_STEADY, NULL);
  const EhProjectionType *type;
  const char *what;
  g_autoptr (EhDiff) diff = other != NULL ? eh_consumer_picture_compare (picture, other, &type, &what) : NULL;

  return diff == NULL;
}

/* Returns: whether it came to the same, as far as that was looked at */
static gboolean
check_again (EhScenarioRun *run, const EhConsumerPicture *picture, const Again *again)
{
  g_autoptr (EhConsumerPicture) other = NULL;
  const EhProjectionType *type;
  const char *what;
  EhDiff *diff;

  if (!eh_scenario_run_wants (run, again->check))
    return TRUE;
  other = play_again (run, again->pace, again);
  if (other == NULL)
    return FALSE;
  diff = eh_consumer_picture_compare (picture, other, &type, &what);
  if (diff == NULL)
    return TRUE;
  if (again->check == EH_CHECK_REDELIVERY && type == NULL && is_lost_state (run, picture))
    {
      eh_diff_free (diff);
      return TRUE;
    }
  fail_different (run, again, diff, type, what);
  return FALSE;
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
  const EhProjectionType *type;
  const char *what;
  EhDiff *diff;

  if (!eh_scenario_consumers_redeliver (run->consumers, error))
    return FALSE;
  other = eh_consumer_picture_new (run->consumers);
  if (!eh_scenario_run_wants (run, EH_CHECK_REDELIVERY) || eh_scenario_result_has (run->result, redelivery.name))
    return TRUE;
  diff = eh_consumer_picture_compare (picture, other, &type, &what);
  if (diff != NULL)
    fail_different (run, &redelivery, diff, type, what);
  return TRUE;
}
