/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-scenario-result-private.h"

#define SEEN_MAX 20

typedef struct {
  const char *check;
  char *message;   /* (owned) */
  EhDiff *diff;    /* (owned) (nullable) */
  GPtrArray *seen; /* (owned) (nullable) (element-type utf8) */
} Failure;

struct _EhScenarioResult {
  gatomicrefcount ref_count;
  EhScenario *scenario; /* (owned) */
  gboolean skipped;
  gint64 duration;
  GArray *failures; /* (owned) (nullable) (element-type Failure): most scenarios pass */
  char *cause;      /* (owned) (nullable) */
};

G_DEFINE_BOXED_TYPE (EhScenarioResult, eh_scenario_result, eh_scenario_result_ref, eh_scenario_result_unref)

static void
failure_clear (gpointer data)
{
  Failure *failure = data;

  g_free (failure->message);
  g_clear_pointer (&failure->diff, eh_diff_free);
  g_clear_pointer (&failure->seen, g_ptr_array_unref);
}

EhScenarioResult *
eh_scenario_result_new (EhScenario *scenario)
{
  EhScenarioResult *self = g_new0 (EhScenarioResult, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->scenario = eh_scenario_ref (scenario);
  return self;
}

EhScenarioResult *
eh_scenario_result_ref (EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_scenario_result_unref (EhScenarioResult *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  eh_scenario_unref (self->scenario);
  g_clear_pointer (&self->failures, g_array_unref);
  g_free (self->cause);
  g_free (self);
}

void
eh_scenario_result_add (EhScenarioResult *self, const char *check, char *message, EhDiff *diff)
{
  Failure failure = { check, message, diff, NULL };

  if (self->failures == NULL)
    {
      self->failures = g_array_new (FALSE, FALSE, sizeof (Failure));
      g_array_set_clear_func (self->failures, failure_clear);
    }
  g_array_append_val (self->failures, failure);
}

void
eh_scenario_result_set_seen (EhScenarioResult *self, GPtrArray *seen)
{
  Failure *last;

  g_assert (self->failures != NULL && self->failures->len > 0);
  last = &g_array_index (self->failures, Failure, self->failures->len - 1);
  g_assert (last->seen == NULL);
  last->seen = seen;
}

static const Failure *
get_failure (const EhScenarioResult *self, guint i)
{
  return &g_array_index (self->failures, Failure, i);
}

gboolean
eh_scenario_result_has (const EhScenarioResult *self, const char *check)
{
  for (guint i = 0; i < eh_scenario_result_get_n_failures (self); i++)
    {
      if (g_str_equal (get_failure (self, i)->check, check))
        return TRUE;
    }
  return FALSE;
}

void
eh_scenario_result_set_cause (EhScenarioResult *self, char *cause)
{
  g_free (self->cause);
  self->cause = cause;
}

void
eh_scenario_result_set_skipped (EhScenarioResult *self)
{
  self->skipped = TRUE;
}

void
eh_scenario_result_set_duration (EhScenarioResult *self, gint64 duration)
{
  self->duration = duration;
}

EhScenario *
eh_scenario_result_get_scenario (const EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->scenario;
}

EhScenarioStatus
eh_scenario_result_get_status (const EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, EH_SCENARIO_FAILED);

  if (self->skipped)
    return EH_SCENARIO_SKIPPED;
  return self->failures == NULL ? EH_SCENARIO_PASSED : EH_SCENARIO_FAILED;
}

gint64
eh_scenario_result_get_duration (const EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

guint
eh_scenario_result_get_n_failures (const EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->failures == NULL ? 0 : self->failures->len;
}

const char *
eh_scenario_result_get_check (const EhScenarioResult *self, guint i)
{
  g_return_val_if_fail (i < eh_scenario_result_get_n_failures (self), NULL);

  return get_failure (self, i)->check;
}

const char *
eh_scenario_result_get_message (const EhScenarioResult *self, guint i)
{
  g_return_val_if_fail (i < eh_scenario_result_get_n_failures (self), NULL);

  return get_failure (self, i)->message;
}

const EhDiff *
eh_scenario_result_get_diff (const EhScenarioResult *self, guint i)
{
  g_return_val_if_fail (i < eh_scenario_result_get_n_failures (self), NULL);

  return get_failure (self, i)->diff;
}

const char *
eh_scenario_result_get_cause (const EhScenarioResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->cause;
}

static void
print_heading (const char *heading, const char *text, guint indent, const char *colour, GString *out)
{
  g_string_append_printf (out, "%*s%s%s:%s %s\n", (int) indent, "", colour, heading, *colour != '\0' ? "\033[0m" : "",
                          text);
}

/* As many lines as a person still reads. */
static void
print_seen (GPtrArray *seen, guint indent, GString *out)
{
  guint n = MIN (seen->len, SEEN_MAX);

  g_string_append_printf (out, "%*swhat came:\n", (int) indent, "");
  for (guint i = 0; i < n; i++)
    g_string_append_printf (out, "%*s%s\n", (int) indent + 2, "", (const char *) g_ptr_array_index (seen, i));
  if (n < seen->len)
    g_string_append_printf (out, "%*sand %u more\n", (int) indent + 2, "", seen->len - n);
}

/* An error that is itself the only failure is not its own cause. */
static gboolean
cause_tells_more (const EhScenarioResult *self)
{
  guint n = eh_scenario_result_get_n_failures (self);

  return self->cause != NULL && (n > 1 || (n == 1 && !eh_scenario_result_has (self, "error")));
}

void
eh_scenario_result_print (const EhScenarioResult *self, guint indent, gboolean colour, GString *out)
{
  guint n;

  g_return_if_fail (self != NULL);
  g_return_if_fail (out != NULL);

  n = eh_scenario_result_get_n_failures (self);
  for (guint i = 0; i < n; i++)
    {
      const Failure *failure = get_failure (self, i);

      print_heading (failure->check, failure->message, indent, colour ? "\033[1;31m" : "", out);
      if (failure->diff != NULL)
        eh_diff_print (failure->diff, indent + 2, colour, out);
      if (failure->seen != NULL)
        print_seen (failure->seen, indent + 2, out);
    }
  if (cause_tells_more (self))
    print_heading ("probable cause", self->cause, indent, colour ? "\033[1;33m" : "", out);
}
