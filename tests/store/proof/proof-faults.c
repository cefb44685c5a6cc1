/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <errno.h>
#include <string.h>

/*
 * Each call of a run fails once, with each kind of failure. What was acknowledged must stay, a definite refusal must
 * have left nothing, nothing may be left open, what goes on must go on, and a store that cannot know what is on disk
 * must not acknowledge anything until it is opened again.
 */

typedef struct {
  const char *name;
  ProofFault fault;
  gboolean crashes; /* also what the disk holds after a power cut is looked at, each time */
} Kind;

static const Kind kinds[] = {
  { "EIO once", { .code = -EIO }, FALSE },
  { "EIO from then on", { .code = -EIO, .is_lasting = TRUE }, FALSE },
  { "ENOSPC once", { .code = -ENOSPC }, FALSE },
  { "ENOSPC from then on", { .code = -ENOSPC, .is_lasting = TRUE }, FALSE },
  { "EMFILE", { .code = -EMFILE }, FALSE },
  { "ENFILE from then on", { .code = -ENFILE, .is_lasting = TRUE }, FALSE },
  { "a short write", { .code = 0, .name = "pwrite" }, FALSE },
  { "a flush that loses what was pending", { .code = -EIO, .is_lossy = TRUE, .name = "sync" }, TRUE },
};

typedef struct {
  const char *letters;
  guint32 segment_size; /* 0: as small as they can be */
} Workload;

static const Workload workloads[] = {
  { "xbegxq" },
  { "xxrpbdtkq" },
  { "nsgierxq" },
  { "xqgqrqe", PROOF_LONGER_SEGMENT },
};

static ProofWork *
new_work (const ProofImage *base, guint32 segment_size)
{
  ProofWork *work = proof_work_new (base);

  work->bears_faults = TRUE;
  if (segment_size > 0)
    work->options.segment_size = work->options.first_segment_size = segment_size;
  return work;
}

/* The fault is over: the store is opened again, if need be, and holds what it must. */
static gboolean
heal (ProofWork *work)
{
  char *what = NULL;

  /* It goes on to be read, and says no to who writes. */
  if (work->store != NULL && work->is_poisoned && !proof_work_do (work, 'n'))
    return FALSE;
  proof_disk_set_fault (work->disk, &(ProofFault){ 0 });
  if (work->store != NULL)
    {
      proof_model_match (work->model, work->store, proof_model_get_log (work->model), work->n_least, work->n_most,
                         &what);
      if (what != NULL)
        {
          work->what = what;
          return FALSE;
        }
    }
  if (work->store != NULL && !proof_work_close (work))
    return FALSE;
  work->bears_faults = work->has_failed = FALSE;
  return proof_work_open (work);
}

static gboolean
run_letters (ProofWork *work, const char *letters)
{
  if (!proof_work_open (work) || (work->has_failed && !heal (work)))
    return FALSE;
  for (; *letters != '\0'; letters++)
    if (!proof_work_do (work, *letters) || (work->has_failed && !heal (work)))
      return FALSE;
  return proof_work_close (work);
}

static gboolean
check_crashes (const ProofPlan *plan, ProofWork *work, const ProofImage *base, ProofCounts *counts, char **what)
{
  const ProofCrashOptions options = { PROOF_POSIX, 512, 4, 16, plan->seed };
  ProofCrashCount count = { 0 };
  ProofCheck check;
  gboolean ok;

  proof_check_init (&check, work, base);
  ok = proof_check_run (&check, 0, &options, &count);
  counts->n_states[PROOF_POSIX] += count.n_states;
  counts->n_distinct += check.n_distinct;
  if (!ok)
    *what = g_strdup_printf ("%s; state %" G_GUINT64_FORMAT ":\n%s", check.what, check.number, check.state);
  proof_check_clear (&check);
  return ok;
}

/* FALSE in *more if the run has no call of that number. */
static gboolean
try_fault (const ProofPlan *plan, const Workload *workload, const Kind *kind, guint call, gboolean *more,
           ProofCounts *counts, char **what)
{
  g_autoptr (ProofImage) base = proof_work_new_empty ();
  g_autoptr (ProofWork) work = new_work (base, workload->segment_size);
  ProofFault fault = kind->fault;
  g_autofree char *why = NULL;
  const char *failed;
  gboolean ok;

  fault.call = call;
  proof_disk_set_journal (work->disk, kind->crashes || call % 8 == 0);
  proof_disk_set_fault (work->disk, &fault);
  ok = run_letters (work, workload->letters);
  failed = proof_disk_get_failed (work->disk);
  *more = call < 4 || work->bears_faults == FALSE || failed != NULL;
  counts->n_faults++;
  if (ok && (kind->crashes || call % 8 == 0))
    ok = check_crashes (plan, work, base, counts, &why);
  if (!ok)
    *what = g_strdup_printf ("\"%s\", call %u fails with %s: %s", workload->letters, call, kind->name,
                             why != NULL ? why : work->what);
  return ok;
}

/* What writes nothing is answered though there is no room. */
static gboolean
do_letter (ProofWork *work, char letter)
{
  const gboolean had_failed = work->has_failed;
  gboolean ok;

  work->has_failed = FALSE;
  ok = proof_work_do (work, letter);
  if (ok && work->has_failed && strchr ("ic", letter) != NULL)
    {
      work->what = g_strdup ("a repeat or a conflict is refused for lack of room");
      ok = FALSE;
    }
  work->has_failed = work->has_failed || had_failed;
  return ok;
}

/* There is no room for a while: reads go on, nothing that was acknowledged is lost, and then it goes on. */
static gboolean
try_full (guint64 room, const char *letters, guint32 segment_size, ProofCounts *counts, char **what)
{
  g_autoptr (ProofImage) base = proof_work_new_empty ();
  g_autoptr (ProofWork) work = new_work (base, segment_size);
  gboolean ok;

  counts->n_faults++;
  ok = proof_work_open (work);
  proof_disk_set_room (work->disk, room);
  for (guint i = 0; ok && i < 15; i++)
    {
      char *wrong = NULL;
      const char letter = letters[i % strlen (letters)];

      ok = do_letter (work, letter);
      if (ok && work->is_poisoned)
        {
          work->what = g_strdup ("an append is ambiguous for lack of room");
          ok = FALSE;
        }
      if (!ok)
        break;
      /* Every other time somebody else takes what a closed store gave back. */
      if (letter == 'q')
        proof_disk_set_room (work->disk, i % 2 == 0 ? room : 0);
      proof_model_match (work->model, work->store, proof_model_get_log (work->model), work->n_least, work->n_most,
                         &wrong);
      ok = wrong == NULL;
      if (wrong != NULL)
        work->what = wrong;
    }
  proof_disk_set_room (work->disk, G_MAXUINT64);
  work->bears_faults = FALSE;
  ok = ok && proof_work_do (work, 'r') && proof_work_do (work, 'x') && proof_work_close (work);
  if (!ok)
    *what = g_strdup_printf ("with room for %" G_GUINT64_FORMAT " bytes: %s", room, work->what);
  return ok;
}

gboolean
proof_try_faults (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  for (guint w = 0; w < G_N_ELEMENTS (workloads); w++)
    for (guint k = plan->part; k < G_N_ELEMENTS (kinds); k += plan->n_parts)
      {
        gboolean more = TRUE;

        for (guint call = 1; more; call += plan->stride)
          if (!try_fault (plan, &workloads[w], &kinds[k], call, &more, counts, what))
            return FALSE;
      }
  for (guint64 room = plan->part * 512; room < 20000; room += plan->n_parts * 512)
    if (!try_full (room, "xbeic", 0, counts, what) || !try_full (room, "xqgeq", PROOF_LONGER_SEGMENT, counts, what))
      return FALSE;
  return TRUE;
}
