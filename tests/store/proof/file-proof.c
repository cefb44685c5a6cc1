/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/file/eh-file-breakage-private.h"

/*
 * The proof of the file store: crashes at every point of every short workload, faults of every call, damage of every
 * bit, and a store that is broken on purpose, to see that all that notices. It prints what was done; if something is
 * wrong, the state and the command that shows it again.
 */

EhFileBreakage eh_file_breakage = EH_FILE_BREAK_NONE;

typedef struct {
  const char *name;
  ProofPart part;
} NamedPart;

static const NamedPart parts[] = {
  { "crashes", proof_try_crashes },         { "repairs", proof_try_repairs },     { "faults", proof_try_faults },
  { "damages", proof_try_damages },         { "kills", proof_try_kills },         { "breakages", proof_try_breakages },
  { "checkpoints", proof_try_checkpoints }, { "intervals", proof_try_intervals },
};

static gboolean
run_parts (const ProofPlan *plan, const char *only, ProofCounts *counts)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *what = NULL;

      if (only != NULL ? strcmp (only, parts[i].name) != 0
                       : plan->spares_breakages && parts[i].part == proof_try_breakages)
        continue;
      if (parts[i].part (plan, counts, &what))
        continue;
      counts->n_violations++;
      g_printerr ("%s: %s\n", parts[i].name, what);
      return FALSE;
    }
  return TRUE;
}

static void
add_counts (ProofCounts *sum, const ProofCounts *counts)
{
  guint64 *to = (guint64 *) sum;
  const guint64 *from = (const guint64 *) counts;

  for (guint i = 0; i < sizeof *sum / sizeof *to; i++)
    to[i] += from[i];
}

/* In a process of its own. Returns the end of a pipe that the counts will come through. */
static int
start_part (ProofPlan plan, guint part, const char *only)
{
  ProofCounts counts = { 0 };
  int ends[2];

  if (pipe (ends) < 0)
    g_error ("no pipe");
  fflush (NULL);
  switch (fork ())
    {
    case -1:
      g_error ("no process");
      break;
    case 0:
      plan.part = part;
      plan.shows_progress = plan.shows_progress && part == 0;
      run_parts (&plan, only, &counts);
      _exit (write (ends[1], &counts, sizeof counts) == sizeof counts ? 0 : 1);
    default:
      close (ends[1]);
      return ends[0];
    }
}

static gboolean
run_all (const ProofPlan *plan, const char *only, ProofCounts *sum)
{
  g_autofree int *ends = g_new0 (int, plan->n_parts);

  if (plan->n_parts == 1)
    return run_parts (plan, only, sum);
  for (guint i = 0; i < plan->n_parts; i++)
    ends[i] = start_part (*plan, i, only);
  for (guint i = 0; i < plan->n_parts; i++)
    {
      ProofCounts counts = { 0 };

      if (read (ends[i], &counts, sizeof counts) != sizeof counts)
        counts.n_violations = 1;
      add_counts (sum, &counts);
      close (ends[i]);
    }
  while (wait (NULL) > 0)
    continue;
  return sum->n_violations == 0;
}

void
proof_show_progress (const ProofPlan *plan, const char *part, guint64 done, guint64 total)
{
  static gint64 shown;
  const gint64 now = g_get_monotonic_time ();

  if (!plan->shows_progress || now - shown < G_USEC_PER_SEC / 5)
    return;
  shown = now;
  g_printerr ("\r\033[K%s: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "%s", part, done, total,
              plan->n_parts > 1 ? ", in the first process" : "");
}

/* So that nobody takes what was bounded for all that there is. */
static void
print_bounds (const ProofPlan *plan)
{
  g_print (
      "bounds of crashes, repairs and checkpoints: at most %u states of a point (--limit), all subsets of up to %u "
      "sectors (--bits)\n",
      plan->limit, plan->full_bits);
  g_print (
      "  crashes: all sequences of up to %u letters, on the other bases up to %u, %u, %u and %u (--length), and %u "
      "of 12 letters (--seeded)\n",
      plan->length[0], plan->length[1], plan->length[2], plan->length[3], plan->length[4], plan->n_seeded);
  g_print ("  crashes during recovery: of one of %u distinct states (--deep), at most %u states of a point\n",
           plan->deep_every, PROOF_DEEP_LIMIT);
  g_print ("  faults: one of %u calls (--fault-stride); behind one of %u of them crashes (--fault-crashes), at most %u "
           "states of a point\n",
           plan->fault_stride, plan->fault_crashes, PROOF_FAULT_LIMIT);
  g_print ("  damages and repairs: one of %u places (--stride)\n", plan->stride);
}

static void
print_counts (const ProofPlan *plan, const ProofCounts *counts, gint64 begin)
{
  guint64 n_states = 0;

  for (guint i = 0; i < PROOF_N_PROFILES; i++)
    n_states += counts->n_states[i];
  g_print ("file store: %" G_GUINT64_FORMAT " workloads, %" G_GUINT64_FORMAT " points (%" G_GUINT64_FORMAT
           " of them sampled, the others in full)\n",
           counts->n_workloads, counts->n_points, counts->n_sampled);
  g_print ("states: %" G_GUINT64_FORMAT ", of which %" G_GUINT64_FORMAT
           " distinct were recovered, and %" G_GUINT64_FORMAT " more of crashes during recovery\n",
           n_states, counts->n_distinct, counts->n_deep);
  for (guint i = 0; i < PROOF_N_PROFILES; i++)
    g_print ("  %s, sectors of 512 and 4096: %" G_GUINT64_FORMAT "\n", proof_profile_get_name ((ProofProfile) i),
             counts->n_states[i]);
  g_print ("checkpoints: %" G_GUINT64_FORMAT " states, %" G_GUINT64_FORMAT " points (%" G_GUINT64_FORMAT " sampled)\n",
           counts->n_checkpoints, counts->n_checkpoint_points, counts->n_checkpoint_sampled);
  g_print ("intervals: %" G_GUINT64_FORMAT " moments, %" G_GUINT64_FORMAT " states\n", counts->n_intervals,
           counts->n_interval_states);
  g_print ("repairs: %" G_GUINT64_FORMAT " damaged stores, %" G_GUINT64_FORMAT " states, %" G_GUINT64_FORMAT
           " points (%" G_GUINT64_FORMAT " sampled)\n",
           counts->n_repairs, counts->n_repair_states, counts->n_repair_points, counts->n_repair_sampled);
  g_print ("faults: %" G_GUINT64_FORMAT ", crashes behind %" G_GUINT64_FORMAT " of them; damages: %" G_GUINT64_FORMAT
           "; kills: %" G_GUINT64_FORMAT "\n",
           counts->n_faults, counts->n_fault_crashes, counts->n_damages, counts->n_kills);
  g_print ("breakages: killed %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "\n", counts->n_noticed,
           counts->n_breakages);
  print_bounds (plan);
  g_print ("violations: %" G_GUINT64_FORMAT "; seed %" G_GUINT64_FORMAT "; %.1f s\n", counts->n_violations, plan->seed,
           (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
}

/*
 * Under tools that make everything slow, and in short runs, less is tried; and no broken stores, which such a tool has
 * nothing to say about, and which are noticed by trying much.
 */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SLOW TRUE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SLOW TRUE
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW FALSE
#endif

typedef struct {
  gint base;
  gint bits;
  gint broken;
  gint jobs;
  gint kills;
  gint length;
  gint limit;
  gint seeded;
  gint stride;
  gint fault_stride;
  gint deep;
  gint fault_crashes;
  gint64 seed;
  gint64 state;
  gboolean is_long;
  gboolean is_slow;
  char *letters; /* (owned) (nullable) */
  char *part;    /* (owned) (nullable) */
  char *profile; /* (owned) (nullable) */
} Options;

static void
set_defaults (Options *self)
{
  const gboolean is_slow = IS_SLOW || g_getenv ("EH_TEST_SLOW") != NULL;

  *self = (Options){
    .bits = 12,
    .jobs = 1,
    .kills = 30,
    .length = 3,
    .limit = 64,
    .seeded = 32,
    .stride = 5,
    .fault_stride = 1,
    .deep = 512,
    .fault_crashes = 32,
    .seed = 1,
    .state = -1,
  };
  if (!is_slow)
    return;
  self->length = 1;
  self->limit = 8;
  self->seeded = 0;
  self->kills = 2;
  self->stride = 400;
  self->fault_stride = 20;
  self->is_slow = TRUE;
}

/* So much that it ends within a quarter of an hour when optimised; each part of it tries more than the quick form. */
static void
set_long (Options *self)
{
  self->length = 3;
  self->limit = 1024;
  self->seeded = 400;
  self->deep = 128;
  self->kills = 200;
  self->stride = self->fault_stride = 1;
  self->fault_crashes = 8;
}

static gboolean
parse (Options *self, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "long", 0, 0, G_OPTION_ARG_NONE, &self->is_long,
      "Try more, but for what other options say: ten minutes with --jobs 2, optimised", NULL },
    { "part", 0, 0, G_OPTION_ARG_STRING, &self->part,
      "Only crashes, repairs, checkpoints, intervals, faults, damages, kills or breakages", "NAME" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &self->jobs, "Processes", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, "For what is drawn", "SEED" },
    { "length", 0, 0, G_OPTION_ARG_INT, &self->length, "All sequences of letters up to this length", "N" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &self->limit, "The most states of one point", "N" },
    { "bits", 0, 0, G_OPTION_ARG_INT, &self->bits, "Up to so many pending sectors all subsets", "N" },
    { "seeded", 0, 0, G_OPTION_ARG_INT, &self->seeded, "So many longer sequences", "N" },
    { "stride", 0, 0, G_OPTION_ARG_INT, &self->stride, "Of bits and places only each so manieth", "N" },
    { "fault-stride", 0, 0, G_OPTION_ARG_INT, &self->fault_stride, "Of calls that fail only each so manieth", "N" },
    { "fault-crashes", 0, 0, G_OPTION_ARG_INT, &self->fault_crashes,
      "Of calls that fail behind each so manieth all crashes are tried", "N" },
    { "deep", 0, 0, G_OPTION_ARG_INT, &self->deep, "Of states each so manieth is crashed again while it recovers",
      "N" },
    { "kills", 0, 0, G_OPTION_ARG_INT, &self->kills, "How often a child is killed", "N" },
    { "broken", 0, 0, G_OPTION_ARG_INT, &self->broken, "With the store broken on purpose", "N" },
    { "base", 0, 0, G_OPTION_ARG_INT, &self->base,
      "What --letters begin with: 0 nothing, 1 a store; nothing, 2 sync=interval, 3 never, 4 longer segments", "N" },
    { "letters", 0, 0, G_OPTION_ARG_STRING, &self->letters, "Only this workload", "LETTERS" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &self->profile, "Only this disk, as posix-512", "NAME" },
    { "state", 0, 0, G_OPTION_ARG_INT64, &self->state, "Only this state, and show it", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- prove the file store");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;
  g_printerr ("%s\n", error->message);
  return FALSE;
}

static ProofPlan
make_plan (const Options *options)
{
  return (ProofPlan){
    .length = { options->length, MAX (options->length, 1) - 1, MAX (options->length, 2) - 2,
                MAX (options->length, 1) - 1, MAX (options->length, 1) - 1 },
    .limit = options->limit,
    .full_bits = options->bits,
    .deep_every = MAX (options->deep, 1),
    .fault_crashes = MAX (options->fault_crashes, 1),
    .n_seeded = options->seeded,
    .n_kills = options->kills,
    .stride = MAX (options->stride, 1),
    .fault_stride = MAX (options->fault_stride, 1),
    .seed = options->seed,
    .n_parts = MAX (options->jobs, 1),
    .shows_progress = isatty (STDERR_FILENO) != 0,
    .spares_breakages = options->is_slow,
    .only_letters = options->letters,
    .only_base = options->base,
    .only_profile = options->profile,
    .only_state = options->state < 0 ? G_MAXUINT64 : (guint64) options->state,
  };
}

int
main (int argc, char *argv[])
{
  const gint64 begin = g_get_monotonic_time ();
  ProofCounts counts = { 0 };
  Options options;
  ProofPlan plan;
  gboolean ok;

  set_defaults (&options);
  /* What is given beside it counts more. */
  if (g_strv_contains ((const char *const *) argv, "--long"))
    set_long (&options);
  if (!parse (&options, &argc, &argv))
    return 2;
  plan = make_plan (&options);
  eh_file_breakage = options.broken;
  ok = run_all (&plan, options.letters != NULL ? "crashes" : options.part, &counts);
  if (plan.shows_progress)
    g_printerr ("\r\033[K");
  print_counts (&plan, &counts, begin);
  g_free (options.letters);
  g_free (options.part);
  g_free (options.profile);
  return ok ? 0 : 1;
}
