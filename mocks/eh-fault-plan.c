/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-fault-plan-private.h"

#include "model/eh-lock-private.h"

/* A rule with its own counts and its own chance: another rule does not change when it strikes. */
typedef struct {
  EhFaultRule rule; /* with its own strings */
  EhDraw *draw;     /* (owned) */
  guint n_matched;
  guint n_struck;
} PlannedRule;

struct _EhFaultPlan {
  GObject parent_instance;

  guint64 seed;
  EhClock *clock; /* (owned) */
  EhLock lock;
  GPtrArray *rules; /* (owned) (element-type PlannedRule) (mutex lock) */
};

G_DEFINE_FINAL_TYPE (EhFaultPlan, eh_fault_plan, G_TYPE_OBJECT)

static void
planned_rule_free (gpointer data)
{
  PlannedRule *self = data;

  g_clear_pointer (&self->draw, eh_random_draw_free);
  g_free ((char *) self->rule.operation);
  g_free ((char *) self->rule.stream);
  g_free ((char *) self->rule.event_type);
  g_free ((char *) self->rule.topic);
  g_free (self);
}

/* Seeds of neighbouring plans and rules must not meet, so they are far apart. */
static void
planned_rule_reset (PlannedRule *self, guint64 seed, guint i)
{
  g_clear_pointer (&self->draw, eh_random_draw_free);
  self->draw = eh_random_draw_new (seed + i * G_GUINT64_CONSTANT (0xd1342543de82ef95));
  self->n_matched = 0;
  self->n_struck = 0;
}

static void
eh_fault_plan_finalize (GObject *object)
{
  EhFaultPlan *self = EH_FAULT_PLAN (object);

  g_clear_pointer (&self->rules, g_ptr_array_unref);
  g_clear_object (&self->clock);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_fault_plan_parent_class)->finalize (object);
}

static void
eh_fault_plan_class_init (EhFaultPlanClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_fault_plan_finalize;
}

static void
eh_fault_plan_init (EhFaultPlan *self)
{
  eh_lock_init (&self->lock);
  self->rules = g_ptr_array_new_with_free_func (planned_rule_free);
  self->clock = EH_CLOCK (eh_system_clock_new ());
}

EhFaultPlan *
eh_fault_plan_new (guint64 seed)
{
  EhFaultPlan *self = g_object_new (EH_TYPE_FAULT_PLAN, NULL);

  self->seed = seed;
  return self;
}

guint
eh_fault_plan_add (EhFaultPlan *self, const EhFaultRule *rule)
{
  g_autoptr (GError) error = NULL;
  PlannedRule *planned;
  guint number;

  g_return_val_if_fail (EH_IS_FAULT_PLAN (self), 0);
  g_return_val_if_fail (rule != NULL, 0);
  if (!eh_fault_rule_check (rule, &error))
    {
      g_critical ("%s: %s", G_STRFUNC, error->message);
      return 0;
    }

  planned = g_new0 (PlannedRule, 1);
  planned->rule = *rule;
  planned->rule.operation = g_strdup (rule->operation);
  planned->rule.stream = g_strdup (rule->stream);
  planned->rule.event_type = g_strdup (rule->event_type);
  planned->rule.topic = g_strdup (rule->topic);
  eh_lock (&self->lock);
  number = self->rules->len;
  planned_rule_reset (planned, self->seed, number);
  g_ptr_array_add (self->rules, planned);
  eh_unlock (&self->lock);
  return number;
}

void
eh_fault_plan_set_clock (EhFaultPlan *self, EhClock *clock)
{
  g_return_if_fail (EH_IS_FAULT_PLAN (self));
  g_return_if_fail (EH_IS_CLOCK (clock));

  g_set_object (&self->clock, clock);
}

guint
eh_fault_plan_get_n_rules (EhFaultPlan *self)
{
  guint n;

  g_return_val_if_fail (EH_IS_FAULT_PLAN (self), 0);

  eh_lock (&self->lock);
  n = self->rules->len;
  eh_unlock (&self->lock);
  return n;
}

guint
eh_fault_plan_get_n_struck (EhFaultPlan *self, guint rule)
{
  gboolean is_there;
  guint n = 0;

  g_return_val_if_fail (EH_IS_FAULT_PLAN (self), 0);

  eh_lock (&self->lock);
  is_there = rule < self->rules->len;
  if (is_there)
    n = ((PlannedRule *) self->rules->pdata[rule])->n_struck;
  eh_unlock (&self->lock);
  g_return_val_if_fail (is_there, 0);
  return n;
}

void
eh_fault_plan_reset (EhFaultPlan *self)
{
  g_return_if_fail (EH_IS_FAULT_PLAN (self));

  eh_lock (&self->lock);
  for (guint i = 0; i < self->rules->len; i++)
    planned_rule_reset (self->rules->pdata[i], self->seed, i);
  eh_unlock (&self->lock);
}

void
eh_fault_plan_set_seed (EhFaultPlan *self, guint64 seed)
{
  self->seed = seed;
  eh_fault_plan_reset (self);
}

static gboolean
has_event_type (const EhPlannedCall *call, const char *type)
{
  if (call->event != NULL)
    return g_str_equal (eh_event_get_type_name (call->event), type);
  if (call->batch == NULL)
    return FALSE;
  for (guint i = 0; i < eh_event_batch_get_size (call->batch); i++)
    {
      if (g_str_equal (eh_event_batch_get_type_name (call->batch, i), type))
        return TRUE;
    }
  return FALSE;
}

static gboolean
matches_glob (const char *glob, const char *text)
{
  return glob == NULL || (text != NULL && g_pattern_match_simple (glob, text));
}

static gboolean
rule_matches (const EhFaultRule *rule, const EhPlannedCall *call)
{
  if (!eh_mock_fault_fits (rule->fault, call->operation))
    return FALSE;
  if (rule->operation != NULL && !g_str_equal (rule->operation, eh_mock_operation_get_nick (call->operation)))
    return FALSE;
  if (rule->fault == EH_MOCK_FAULT_APPEND_CONFLICT && call->cannot_conflict)
    return FALSE;
  return matches_glob (rule->stream, call->stream) && matches_glob (rule->topic, call->topic)
         && (rule->event_type == NULL || has_event_type (call, rule->event_type));
}

/* Whether the @n-th call that matches, from 1, is one of those that the rule is about. */
static gboolean
rule_is_about (const EhFaultRule *rule, guint n)
{
  guint first = MAX (rule->call, 1);

  if (rule->call == 0 && rule->n_calls == 0)
    return TRUE;
  return n >= first && n - first < MAX (rule->n_calls, 1);
}

/* With 2^32 equal parts; a probability of 1 takes them all. */
static gboolean
planned_rule_draw (PlannedRule *self)
{
  const guint64 parts = G_GUINT64_CONSTANT (1) << 32;

  if (self->rule.probability == 0.0)
    return TRUE;
  return (gdouble) eh_draw_choose (self->draw, parts, "fault") < self->rule.probability * (gdouble) parts;
}

/* Every rule counts and draws, also when another one has struck: rules do not disturb each other. */
static void
planned_rule_decide (PlannedRule *self, const EhPlannedCall *call, EhPlannedFault *planned)
{
  gboolean is_delay = self->rule.fault == EH_MOCK_FAULT_DELAY;

  if (!rule_matches (&self->rule, call))
    return;
  self->n_matched++;
  if (!rule_is_about (&self->rule, self->n_matched) || !planned_rule_draw (self))
    return;
  if (!is_delay && planned->fault != EH_MOCK_FAULT_NONE)
    return;

  self->n_struck++;
  if (is_delay)
    {
      planned->delay += self->rule.delay;
      return;
    }
  planned->fault = self->rule.fault;
  planned->applied = self->rule.applied;
}

EhPlannedFault
eh_fault_plan_decide (EhFaultPlan *self, const EhPlannedCall *call)
{
  EhPlannedFault planned = { EH_MOCK_FAULT_NONE, FALSE, 0 };

  eh_lock (&self->lock);
  for (guint i = 0; i < self->rules->len; i++)
    planned_rule_decide (self->rules->pdata[i], call, &planned);
  eh_unlock (&self->lock);
  return planned;
}

gboolean
eh_fault_plan_wait (EhFaultPlan *self, gint64 delay, GCancellable *cancellable, GError **error)
{
  return eh_clock_sleep (self->clock, delay, cancellable, error);
}
