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
  { "crashes", proof_try_crashes }, { "faults", proof_try_faults },       { "damages", proof_try_damages },
  { "kills", proof_try_kills },     { "breakages", proof_try_breakages },
};

static gboolean
run_parts (const ProofPlan *plan, const char *only, ProofCounts *counts)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *what = NULL;

      if ((only != NULL && strcmp (only, parts[i].name) != 0) || parts[i].part (plan, counts, &what))
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
  g_print ("faults: %" G_GUINT64_FORMAT "; damages: %" G_GUINT64_FORMAT "; kills: %" G_GUINT64_FORMAT "\n",
           counts->n_faults, counts->n_damages, counts->n_kills);
  g_print ("breakages: killed %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "\n", counts->n_noticed,
           counts->n_breakages);
  g_print ("violations: %" G_GUINT64_FORMAT "; seed %" G_GUINT64_FORMAT "; %.1f s\n", counts->n_violations, plan->seed,
           (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
}

int
main (int argc, char *argv[])
{
  ProofPlan plan = { .length = { 2, 1 },
                     .limit = 64,
                     .full_bits = 12,
                     .deep_every = 64,
                     .n_seeded = 20,
                     .n_parts = 1,
                     .seed = 1,
                     .only_state = G_MAXUINT64 };
  gint length = 3;
  gint limit = 64;
  gint bits = 12;
  gint n_parts = 1;
  gint stride = 1;
  gint kills = 20;
  gint base = 0;
  gint broken = 0;
  gint seeded = 40;
  gint64 seed = 1;
  gint64 state = -1;
  g_autofree char *letters = NULL;
  g_autofree char *profile = NULL;
  g_autofree char *part = NULL;
  const GOptionEntry entries[] = {
    { "length", 0, 0, G_OPTION_ARG_INT, &length, "All sequences of letters up to this length", "N" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &limit, "The most states of one point", "N" },
    { "bits", 0, 0, G_OPTION_ARG_INT, &bits, "Up to so many pending sectors all subsets", "N" },
    { "seeded", 0, 0, G_OPTION_ARG_INT, &seeded, "So many longer sequences", "N" },
    { "stride", 0, 0, G_OPTION_ARG_INT, &stride, "Of calls, bits and places only each so manieth", "N" },
    { "kills", 0, 0, G_OPTION_ARG_INT, &kills, "How often a child is killed", "N" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &n_parts, "Processes", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "For what is drawn", "SEED" },
    { "part", 0, 0, G_OPTION_ARG_STRING, &part, "Only this part", "NAME" },
    { "broken", 0, 0, G_OPTION_ARG_INT, &broken, "With the store broken on purpose", "N" },
    { "base", 0, 0, G_OPTION_ARG_INT, &base, "What --letters begin with: 0 nothing, 1 a store", "N" },
    { "letters", 0, 0, G_OPTION_ARG_STRING, &letters, "Only this workload", "LETTERS" },
    { "profile", 0, 0, G_OPTION_ARG_STRING, &profile, "Only this disk, as posix-512", "NAME" },
    { "state", 0, 0, G_OPTION_ARG_INT64, &state, "Only this state, and show it", "N" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- prove the file store");
  g_autoptr (GError) error = NULL;
  const gint64 begin = g_get_monotonic_time ();
  ProofCounts counts = { 0 };
  gboolean ok;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  plan.length[0] = length;
  plan.length[1] = length > 0 ? length - 1 : 0;
  plan.limit = limit;
  plan.full_bits = bits;
  plan.n_parts = n_parts;
  plan.n_kills = kills;
  plan.stride = MAX (stride, 1);
  plan.n_seeded = seeded;
  plan.seed = seed;
  plan.only_letters = letters;
  plan.only_base = base;
  plan.only_profile = profile;
  plan.only_state = state < 0 ? G_MAXUINT64 : (guint64) state;
  eh_file_breakage = broken;
  ok = run_all (&plan, part, &counts);
  print_counts (&plan, &counts, begin);
  return ok ? 0 : 1;
}
