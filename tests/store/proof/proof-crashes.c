/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <string.h>

/*
 * All workloads, and all states that each may leave. What a sequence of letters leaves before its last letter the
 * shorter one has left too, so only the points of the last letter are looked at.
 */

/* What the second base has behind it: several segments, runs, snapshots, streams that were deleted and truncated. */
#define GROWN "xxbergxprdbqxtnsegq"

#define N_LETTERS (sizeof PROOF_LETTERS - 1)
#define SEEDED_LENGTH 12

static const struct {
  const char *name;
  EhFileSync sync;
  guint32 segment_size; /* 0: as small as they can be */
} bases[PROOF_N_BASES] = {
  { "empty", EH_FILE_SYNC_ALWAYS },
  { "grown", EH_FILE_SYNC_ALWAYS },
  { "empty, sync=interval", EH_FILE_SYNC_INTERVAL },
  { "empty, sync=never", EH_FILE_SYNC_NEVER },
  { "empty, longer segments", EH_FILE_SYNC_ALWAYS, PROOF_LONGER_SEGMENT },
};

static gboolean
do_letters (ProofWork *work, const char *letters, guint *from, char **what)
{
  for (const char *letter = letters; *letter != '\0'; letter++)
    {
      proof_disk_get_journal (work->disk, from);
      if (proof_work_do (work, *letter))
        continue;
      *what = g_strdup_printf ("running %s, at %c: %s", letters, *letter, work->what);
      return FALSE;
    }
  return TRUE;
}

static gboolean
grow (ProofWork *work, ProofImage **image, char **what)
{
  guint from = 0;

  if (!proof_work_open (work) || !do_letters (work, GROWN, &from, what) || (*image = proof_work_rebase (work)) == NULL)
    {
      if (*what == NULL)
        *what = g_strdup_printf ("growing: %s", work->what);
      return FALSE;
    }
  return TRUE;
}

ProofWork *
proof_new_work (guint base, const char *letters, ProofImage **image, guint *from, char **what)
{
  g_autoptr (ProofImage) empty = proof_work_new_empty ();
  g_autoptr (ProofWork) work = proof_work_new (empty);

  *from = 0;
  work->options.sync = bases[base].sync;
  if (bases[base].segment_size > 0)
    work->options.segment_size = work->options.first_segment_size = bases[base].segment_size;
  if (base != 1)
    *image = g_steal_pointer (&empty);
  else if (!grow (work, image, what))
    return NULL;
  proof_disk_set_journal (work->disk, TRUE);
  if (!proof_work_open (work))
    {
      *what = g_strdup_printf ("opening: %s", work->what);
      return NULL;
    }
  return do_letters (work, letters, from, what) ? g_steal_pointer (&work) : NULL;
}

static char *
describe (const ProofPlan *plan, const ProofCheck *check, guint base, const char *letters,
          const ProofCrashOptions *options)
{
  return g_strdup_printf ("%s\nwhile doing \"%s\" on the %s base; what had been done:\n%s"
                          "repeat: file-proof --base %u --letters '%s' --profile %s-%u --state %" G_GUINT64_FORMAT
                          " --limit %u --bits %u --seed %" G_GUINT64_FORMAT,
                          check->what != NULL ? check->what : "nothing is wrong", letters, bases[base].name,
                          check->state, base, letters, proof_profile_get_name (options->profile), options->sector,
                          check->number, plan->limit, plan->full_bits, plan->seed);
}

static gboolean
is_wanted (const ProofPlan *plan, const ProofCrashOptions *options)
{
  g_autofree char *name = g_strdup_printf ("%s-%u", proof_profile_get_name (options->profile), options->sector);

  return plan->only_profile == NULL || strcmp (plan->only_profile, name) == 0;
}

static gboolean
try_states (const ProofPlan *plan, ProofCheck *check, guint base, const char *letters, guint from, ProofCounts *counts,
            char **what)
{
  static const guint sectors[] = { 512, 4096 };

  for (guint i = 0; i < PROOF_N_PROFILES * G_N_ELEMENTS (sectors); i++)
    {
      const ProofCrashOptions options = { (ProofProfile) (i / 2), sectors[i % 2], plan->full_bits, plan->limit,
                                          plan->seed };
      ProofCrashCount count = { 0 };
      gboolean ok;

      if (!is_wanted (plan, &options))
        continue;
      ok = proof_check_run (check, from, &options, &count);
      counts->n_states[options.profile] += count.n_states;
      counts->n_points += count.n_points;
      counts->n_sampled += count.n_sampled;
      if (ok && check->state == NULL)
        continue;
      *what = describe (plan, check, base, letters, &options);
      return FALSE;
    }
  return TRUE;
}

/* How many there are of that length. */
static guint
count_sequences (guint length)
{
  guint n = 1;

  for (guint i = 0; i < length; i++)
    n *= N_LETTERS;
  return n;
}

/* How many workloads there are for one process. */
static guint64
count_workloads (const ProofPlan *plan)
{
  guint64 n = plan->n_seeded;

  for (guint base = 0; base < PROOF_N_BASES; base++)
    for (guint length = 0; length <= plan->length[base]; length++)
      n += count_sequences (length);
  return n / plan->n_parts;
}

static gboolean
try_letters (const ProofPlan *plan, guint base, const char *letters, ProofCounts *counts, char **what)
{
  g_autoptr (ProofImage) image = NULL;
  guint from = 0;
  g_autoptr (ProofWork) work = proof_new_work (base, letters, &image, &from, what);
  ProofCheck check;
  gboolean ok;

  proof_show_progress (plan, "crashes", counts->n_workloads++, count_workloads (plan));
  if (work == NULL)
    return FALSE;
  proof_check_init (&check, work, image);
  check.deep_every = plan->deep_every;
  check.deep = (ProofCrashOptions){ PROOF_POSIX, 512, PROOF_INNER_BITS, PROOF_DEEP_LIMIT, plan->seed };
  check.only = plan->only_state;
  ok = try_states (plan, &check, base, letters, from, counts, what);
  counts->n_distinct += check.n_distinct;
  counts->n_deep += check.n_deep;
  proof_check_clear (&check);
  return ok;
}

static gboolean
try_length (const ProofPlan *plan, guint base, guint length, ProofCounts *counts, char **what)
{
  const guint n = count_sequences (length);

  for (guint number = plan->part; number < n; number += plan->n_parts)
    {
      char letters[8] = "";

      for (guint i = 0, rest = number; i < length; i++, rest /= N_LETTERS)
        letters[i] = PROOF_LETTERS[rest % N_LETTERS];
      if (!try_letters (plan, base, letters, counts, what))
        return FALSE;
    }
  return TRUE;
}

static gboolean
try_seeded (const ProofPlan *plan, guint number, ProofCounts *counts, char **what)
{
  guint64 random = plan->seed * 1000 + number;
  char letters[SEEDED_LENGTH + 1] = "";

  for (guint i = 0; i < SEEDED_LENGTH; i++)
    {
      random = random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      letters[i] = PROOF_LETTERS[(random >> 33) % N_LETTERS];
    }
  return try_letters (plan, number % PROOF_N_BASES, letters, counts, what);
}

gboolean
proof_try_crashes (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  if (plan->only_letters != NULL)
    return try_letters (plan, plan->only_base, plan->only_letters, counts, what);
  for (guint base = 0; base < PROOF_N_BASES; base++)
    for (guint length = 0; length <= plan->length[base]; length++)
      if (!try_length (plan, base, length, counts, what))
        return FALSE;
  for (guint i = plan->part; i < plan->n_seeded; i += plan->n_parts)
    if (!try_seeded (plan, i, counts, what))
      return FALSE;
  return TRUE;
}
