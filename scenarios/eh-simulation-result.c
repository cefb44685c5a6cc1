/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scenarios/eh-simulation-result-private.h"

#include <string.h>

/* bytes: with a hash and an ending, a file's name still has fewer than 255 */
#define SLUG_MAX 100

G_DEFINE_BOXED_TYPE (EhSimulationResult, eh_simulation_result, eh_simulation_result_ref, eh_simulation_result_unref)

EhSimulationResult *
eh_simulation_result_new (EhSimulation *simulation)
{
  EhSimulationResult *self = g_new0 (EhSimulationResult, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->simulation = eh_simulation_ref (simulation);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->sometimes = eh_simulation_sometimes_new ();
  return self;
}

EhSimulationResult *
eh_simulation_result_ref (EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
eh_simulation_result_unref (EhSimulationResult *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  eh_simulation_unref (self->simulation);
  eh_exploration_clear (&self->exploration);
  eh_shrunk_clear (&self->shown);
  g_ptr_array_unref (self->warnings);
  g_array_unref (self->sometimes);
  g_free (self->sentence);
  g_free (self->failure_json);
  g_free (self);
}

EhSimulation *
eh_simulation_result_get_simulation (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->simulation;
}

EhSimulationStatus
eh_simulation_result_get_status (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, EH_SIMULATION_VIOLATION);

  return self->status;
}

const char *
eh_sim_check_get_nick (EhSimCheck check)
{
  for (guint i = 0; eh_sim_check_nicks[i].nick != NULL; i++)
    if (eh_sim_check_nicks[i].value == (gint) check)
      return eh_sim_check_nicks[i].nick;
  return NULL;
}

const char *
eh_simulation_status_get_nick (EhSimulationStatus status)
{
  static const char *const nicks[] = { "proven",      "sampled",   "passed",
                                       "violation",   "expected",  "not-deterministic",
                                       "no-progress", "no-budget", "diverged" };

  g_assert ((gsize) status < G_N_ELEMENTS (nicks));
  return nicks[status];
}

gboolean
eh_simulation_status_is_good (EhSimulationStatus status)
{
  return status == EH_SIMULATION_PROVEN || status == EH_SIMULATION_SAMPLED || status == EH_SIMULATION_PASSED
         || status == EH_SIMULATION_EXPECTED;
}

const char *
eh_simulation_result_get_check (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return eh_sim_check_get_nick (self->check);
}

const char *
eh_simulation_result_get_sentence (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sentence;
}

guint64
eh_simulation_result_get_n_runs (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->exploration.n_runs;
}

guint64
eh_simulation_result_get_n_distinct (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->exploration.n_distinct;
}

guint64
eh_simulation_result_get_n_operations (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->exploration.n_ops;
}

gboolean
eh_simulation_result_is_cut_off (const EhSimulationResult *self)
{
  return self->simulation->budget.strategy == EH_STRATEGY_EXHAUSTIVE && !self->exploration.exhaustive
         && !self->exploration.failed && !self->is_exact;
}

double
eh_simulation_result_get_unseen (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, 1.0);

  if (self->exploration.exhaustive)
    return 0.0;
  if (eh_simulation_result_is_cut_off (self))
    return 1.0;
  return self->exploration.n_runs == 0 ? 1.0 : (double) self->exploration.n_once / (double) self->exploration.n_runs;
}

const char *
eh_simulation_result_get_failure_json (const EhSimulationResult *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->failure_json;
}

/* ---- in words ---- */

char *
eh_count_print (guint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
  GString *text = g_string_new (digits);

  for (gssize at = (gssize) text->len - 3; at > 0; at -= 3)
    g_string_insert_c (text, at, ',');
  return g_string_free (text, FALSE);
}

static const char *
plural (guint64 count)
{
  return count == 1 ? "" : "s";
}

static char *
describe_exhaustive (const EhExploration *exploration)
{
  g_autofree char *runs = eh_count_print (exploration->n_runs);
  g_autofree char *plans = eh_count_print (exploration->n_fault_plans);
  g_autofree char *faults = exploration->n_fault_plans > 1 ? g_strdup_printf ("each of %s fault plans", plans)
                                                           : g_strdup ("no fault");

  return g_strdup_printf ("exhaustive: %s run%s cover%s every order of operations that matters, under %s", runs,
                          plural (exploration->n_runs), exploration->n_runs == 1 ? "s" : "", faults);
}

/* It goes through neighbours first, so what it has seen says nothing of what it has not. */
static char *
describe_cut_off (const EhSimulationResult *self)
{
  const EhExploration *exploration = &self->exploration;
  g_autofree char *runs = eh_count_print (exploration->n_runs);

  if (!exploration->stopped && self->simulation->budget.max_depth > 0)
    return g_strdup_printf ("exhaustive as far as \"depth\", %u, goes: %s run%s; of what can differ behind that many "
                            "choices nothing is known",
                            self->simulation->budget.max_depth, runs, plural (exploration->n_runs));
  return g_strdup_printf ("cut off after %s run%s of an exhaustive search; of the rest nothing is known", runs,
                          plural (exploration->n_runs));
}

char *
eh_percent_print (gdouble share)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  char format[] = "%.0f";
  gdouble percent = 100.0 * share;
  gsize length;

  /* Three digits of what is large, two of what is small. */
  for (gdouble least = percent < 10.0 ? 10.0 : 100.0; percent > 0.0 && percent < least && format[2] < '9';
       least /= 10.0)
    format[2]++;
  g_ascii_formatd (digits, sizeof digits, format, percent);
  length = strlen (digits);
  while (format[2] > '0' && digits[length - 1] == '0')
    digits[--length] = '\0';
  if (digits[length - 1] == '.')
    digits[--length] = '\0';
  return g_strdup (digits);
}

static char *
describe_chance (const EhSimulationResult *self)
{
  const EhExploration *exploration = &self->exploration;
  gboolean none = exploration->n_once == 0;
  gdouble chance = none ? 1.0 / (gdouble) MAX (exploration->n_runs, 1) : eh_simulation_result_get_unseen (self);
  g_autofree char *percent = eh_percent_print (chance);

  if (!none && chance >= 0.995)
    return g_strdup ("nearly every run is new");
  return g_strdup_printf ("the chance that one more shows something new is %s %s %%", none ? "below" : "about",
                          percent);
}

/* As files and options say it, with a sign. */
static gint64
get_seed (const EhSimulationResult *self)
{
  return (gint64) self->simulation->budget.seed;
}

static char *
describe_sampled (const EhSimulationResult *self)
{
  const EhExploration *exploration = &self->exploration;
  g_autofree char *runs = eh_count_print (exploration->n_runs);
  g_autofree char *distinct = eh_count_print (exploration->n_distinct);
  g_autofree char *chance = describe_chance (self);

  return g_strdup_printf ("sampled: %s run%s, %s distinct; %s; seed %" G_GINT64_FORMAT, runs,
                          plural (exploration->n_runs), distinct, chance, get_seed (self));
}

char *
eh_simulation_result_describe_coverage (const EhSimulationResult *self)
{
  const EhExploration *exploration = &self->exploration;

  if (self->is_exact)
    return g_strdup ("one run, by its schedule");
  if (exploration->failed)
    return g_strdup_printf ("found in run %" G_GUINT64_FORMAT " by strategy %s, seed %" G_GINT64_FORMAT,
                            exploration->failed_run + 1, eh_strategy_get_nick (exploration->failed_by),
                            get_seed (self));
  if (eh_simulation_result_is_cut_off (self))
    return describe_cut_off (self);
  return exploration->exhaustive ? describe_exhaustive (exploration) : describe_sampled (self);
}

char *
eh_simulation_result_describe_shrinking (const EhSimulationResult *self)
{
  const EhShrinkStats *stats = &self->shown.stats;

  const char *values = stats->values ? "; amounts made smaller" : "";
  const char *minimal = stats->minimal   ? "; proven minimal"
                        : stats->cut_off ? "; it may be longer than it need be: shrinking took too many runs"
                                         : "";
  const char *switches = stats->switches_before == 1 ? "switch" : "switches";

  if (!self->is_shrunk)
    return NULL;
  if (stats->ops_before == stats->ops_after && stats->switches_before == stats->switches_after)
    return g_strdup_printf ("as short as when it was found: %u step%s, %u %s%s%s", stats->ops_after,
                            plural (stats->ops_after), stats->switches_after, switches, values, minimal);
  return g_strdup_printf ("shrunk: %u step%s to %u, %u %s to %u%s%s", stats->ops_before, plural (stats->ops_before),
                          stats->ops_after, stats->switches_before, switches, stats->switches_after, values, minimal);
}

/* ---- the file ---- */

/* What a file's name can be without quotes anywhere. */
static char *
make_slug (const char *name)
{
  GString *slug = g_string_new (NULL);

  for (const char *p = name; *p != '\0' && slug->len < SLUG_MAX; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isalnum (c) || g_unichar_ismark (c))
        g_string_append_unichar (slug, g_unichar_tolower (c));
      else if (slug->len > 0 && slug->str[slug->len - 1] != '-')
        g_string_append_c (slug, '-');
    }
  if (slug->len > 0 && slug->str[slug->len - 1] == '-')
    g_string_truncate (slug, slug->len - 1);
  if (slug->len == 0)
    g_string_append (slug, "simulation");
  return g_string_free (slug, FALSE);
}

/* Names that are written alike have different hashes, but for blanks: those are what a name is expected to have. */
static char *
make_file_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *slug = make_slug (valid);
  g_autofree char *joined = g_strdelimit (g_strdup (name), " ", '-');
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);

  if (g_str_equal (slug, joined))
    return g_strconcat (slug, ".failure.json", NULL);
  return g_strdup_printf ("%s-%.8s.failure.json", slug, hash);
}

/* GLib's own message names a temporary file that nobody has heard of; how it ends is why. */
static gboolean
write_file (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) cause = NULL;
  const char *reason;

  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &cause))
    return TRUE;
  reason = strrchr (cause->message, ':');
  g_set_error (error, cause->domain, cause->code, "%s could not be written into the folder %s%s", name, folder,
               reason != NULL ? reason : "");
  return FALSE;
}

char *
eh_simulation_result_save_failure (const EhSimulationResult *self, const char *folder, GError **error)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (self->failure_json != NULL, NULL);
  g_return_val_if_fail (folder != NULL, NULL);

  name = make_file_name (eh_simulation_get_name (self->simulation));
  if (!write_file (folder, name, self->failure_json, error))
    return NULL;
  return g_str_equal (folder, ".") ? g_steal_pointer (&name) : g_build_filename (folder, name, NULL);
}
