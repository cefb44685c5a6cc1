/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A schedule says no more than it needs, so that it outlives changes of what it does not say: nothing behind its last
 * switch, as everybody carries on from there, and nothing of who follows, such as a projection, wherever it would do
 * the same by itself. Whatever is left out, the run stays the same to the last operation. In the end the text is read
 * and run as anybody would.
 */

#include "scenarios/eh-failure-file-private.h"
#include "scenarios/eh-scenario-file.h"
#include "scenarios/eh-scenario-node-private.h"
#include "scenarios/eh-simulation-result-private.h"

#include <string.h>

typedef struct {
  EhDomain *domain;       /* (unowned) */
  const EhShrunk *shrunk; /* (unowned) */
  EhWatchLane *lane;      /* (unowned) (nullable) */
  EhTrial *trial;         /* (owned) */
  char **fault_at;        /* (owned) (nullable) */
  guint64 hash;           /* of the run */
  char *why;              /* (owned) (nullable): how the last run that was not the failure went */
} Writer;

static void
writer_clear (Writer *self)
{
  g_clear_pointer (&self->trial, eh_trial_free);
  g_strfreev (self->fault_at);
  g_free (self->why);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Writer, writer_clear)

static GPtrArray *
list_words (GPtrArray *rows, gboolean faults)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < rows->len; i++)
    {
      const EhTraceRow *row = g_ptr_array_index (rows, i);
      const char *word = faults ? row->fault : row->schedule;

      if (word != NULL)
        g_ptr_array_add (words, g_strdup (word));
    }
  return words;
}

static char **
to_strv (const GPtrArray *words, guint n)
{
  char **strv = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    strv[i] = g_strdup (g_ptr_array_index (words, i));
  return strv;
}

/* ---- running ---- */

static char *
describe_other (const char *divergence, const EhVerdict *verdict)
{
  if (divergence != NULL)
    return g_strdup_printf ("its own words do not fit: %s", divergence);
  if (verdict->check == 0)
    return g_strdup ("run by its own words, all checks pass");
  return g_strdup_printf ("run by its own words, it fails \"%s\": %s", eh_sim_check_get_nick (verdict->check),
                          verdict->sentence);
}

/* Whether @trial, run by the words, fails in the same way; @hash is that of the run. */
static gboolean
fails_so (Writer *self, EhTrial *trial, char **schedule, char **fault_at, guint64 *hash)
{
  EhOracle *oracle = eh_schedule_oracle_new (trial, schedule, fault_at);
  const EhVerdict *verdict;
  gboolean fails;

  eh_watch_lane_enter (self->lane, trial);
  verdict = eh_trial_run (trial, oracle);
  eh_watch_lane_leave (self->lane);
  fails = eh_schedule_oracle_get_divergence (oracle) == NULL && verdict->check == self->shrunk->verdict.check
          && g_strcmp0 (verdict->role, self->shrunk->verdict.role) == 0;
  g_clear_pointer (&self->why, g_free);
  if (!fails)
    self->why = describe_other (eh_schedule_oracle_get_divergence (oracle), verdict);
  *hash = eh_world_get_hash (eh_trial_get_world (trial));
  eh_schedule_oracle_free (oracle);
  return fails;
}

/* Whether the first @n of the words lead to the same run. */
static gboolean
is_enough (Writer *self, const GPtrArray *words, guint n)
{
  g_auto (GStrv) schedule = to_strv (words, n);
  guint64 hash;

  return fails_so (self, self->trial, schedule, self->fault_at, &hash) && hash == self->hash;
}

/* ---- leaving out ---- */

/* If some words are enough, more of the same run are too. */
static void
cut_tail (Writer *self, GPtrArray *words)
{
  guint too_few = 0;
  guint enough = words->len;

  if (is_enough (self, words, 0))
    enough = 0;
  while (enough > too_few + 1)
    {
      guint n = too_few + (enough - too_few) / 2;

      if (is_enough (self, words, n))
        enough = n;
      else
        too_few = n;
    }
  g_ptr_array_set_size (words, (gint) enough);
}

static gboolean
is_of (const char *word, const char *name)
{
  gsize length = strlen (name);

  return strncmp (word, name, length) == 0 && g_str_has_prefix (word + length, ": ");
}

/* Returns: (transfer full): the words, without what @name does if it would do that anyway */
static GPtrArray *
leave_out (Writer *self, GPtrArray *words, const char *name)
{
  GPtrArray *others = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < words->len; i++)
    if (!is_of (g_ptr_array_index (words, i), name))
      g_ptr_array_add (others, g_strdup (g_ptr_array_index (words, i)));
  if (!is_enough (self, others, others->len))
    {
      g_ptr_array_unref (others);
      return words;
    }
  g_ptr_array_unref (words);
  return others;
}

static char **
make_schedule (Writer *self)
{
  EhWorld *world = eh_trial_get_world (self->trial);
  g_autoptr (GPtrArray) words = list_words (self->shrunk->rows, FALSE);

  cut_tail (self, words);
  for (guint task = eh_world_get_n_tasks (world); task-- > self->shrunk->simulation->clients->len;)
    words = leave_out (self, words, eh_world_get_task_name (world, task));
  return to_strv (words, words->len);
}

/* ---- the file ---- */

static char *
print_file (EhDomain *domain, const EhSimulation *simulation)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  JsonNode *node = eh_simulation_to_json (simulation, domain);
  JsonObject *object;
  JsonArray *simulations;

  if (node == NULL)
    return NULL;
  object = json_object_new ();
  simulations = json_array_new ();
  json_node_take_object (root, object);
  json_object_set_string_member (object, "domain", eh_domain_get_name (domain));
  json_object_set_array_member (object, "simulations", simulations);
  json_array_add_element (simulations, node);
  return eh_node_to_file (root);
}

static gboolean
check_file (Writer *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("failure", text, -1, self->domain, &error);
  EhSimulation *simulation = file != NULL ? eh_scenario_file_get_simulation (file, 0) : NULL;
  EhTrial *trial = simulation != NULL ? eh_trial_new (self->domain, simulation, &error) : NULL;
  gboolean fails = FALSE;
  guint64 hash;

  if (trial != NULL)
    fails = fails_so (self, trial, simulation->schedule, simulation->fault_at, &hash);
  else
    self->why = g_strdup_printf ("its text is not read: %s", error->message);
  eh_trial_free (trial);
  return fails;
}

/* As it was found, operation by operation. FALSE if it cannot be written, or fails in another way so. */
static gboolean
writer_init (Writer *self, EhSimulation *simulation)
{
  g_autoptr (GPtrArray) words = list_words (self->shrunk->rows, FALSE);
  g_autoptr (GPtrArray) faults = list_words (self->shrunk->rows, TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  simulation->schedule = to_strv (words, words->len);
  simulation->fault_at = faults->len > 0 ? to_strv (faults, faults->len) : NULL;
  self->fault_at = g_strdupv (simulation->fault_at);
  text = print_file (self->domain, simulation);
  if (text == NULL)
    {
      self->why = g_strdup ("no file can say what is written in C, such as a body or a node");
      return FALSE;
    }
  self->trial = eh_trial_new (self->domain, simulation, &error);
  if (self->trial == NULL)
    {
      self->why = g_strdup (error->message);
      return FALSE;
    }
  return fails_so (self, self->trial, simulation->schedule, self->fault_at, &self->hash);
}

char *
eh_failure_file_write (EhDomain *domain, const EhShrunk *shrunk, EhWatchLane *lane, char **why)
{
  g_auto (Writer) self = { .domain = domain, .shrunk = shrunk, .lane = lane };
  g_autoptr (EhSimulation) simulation = eh_simulation_copy (shrunk->simulation);
  g_autofree char *text = NULL;

  if (writer_init (&self, simulation))
    {
      g_strfreev (simulation->schedule);
      simulation->schedule = make_schedule (&self);
      g_clear_pointer (&self.why, g_free);
      text = print_file (domain, simulation);
      if (check_file (&self, text))
        return g_steal_pointer (&text);
    }
  *why = g_steal_pointer (&self.why);
  return NULL;
}
