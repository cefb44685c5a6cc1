/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <errno.h>
#include <string.h>

/*
 * Each call of a run fails, with each error that it can give, once and from then on. What was acknowledged must stay, a
 * definite refusal must have left nothing, nothing may be left open, what goes on must go on, and a store that cannot
 * know what is on disk must not acknowledge anything until it is opened again. EINTR is not among them: the table
 * retries it.
 */

#define ERRORS_MAX 9

typedef struct {
  const char *name;
  int codes[ERRORS_MAX]; /* ends with 0 */
  gboolean is_harmless;  /* it goes on without */
} Call;

static const Call calls[] = {
  { "open", { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, ENFILE, ENOMEM } },
  { "pread", { EIO, ENOMEM } },
  { "pwrite", { EIO, ENOSPC, EDQUOT } },
  { "sync", { EIO, ENOSPC, EDQUOT, EROFS } },
  { "sync-folder", { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, ENFILE, ENOMEM } },
  { "allocate", { EIO, ENOSPC, EDQUOT, EFBIG } },
  { "truncate", { EIO, ENOSPC, EDQUOT, EROFS } },
  { "punch", { EIO, ENOSPC, EDQUOT, EOPNOTSUPP }, TRUE },
  { "find-data", { EIO, EINVAL }, TRUE },
  { "rename", { EIO, ENOSPC, EDQUOT, EROFS, EACCES, ENOMEM } },
  { "unlink", { EIO, EROFS, EACCES, ENOMEM } },
  { "link", { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EMLINK, EXDEV }, TRUE },
  { "make-folder", { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMLINK, ENOMEM } },
  { "list", { EIO, EACCES, EMFILE, ENFILE, ENOMEM } },
  { "stat", { EIO, EACCES, ENOMEM } },
  { "fstat", { EIO, ENOMEM } },
  { "map", { EACCES, ENODEV, ENOMEM } },
  { "share", { EACCES, ENODEV, ENOMEM } },
  { "lock", { EIO, ENOLCK } },
  { "locked", { EIO, ENOLCK } },
  { "random", { EIO, ENOSYS } },
};

typedef struct {
  const char *letters;
  guint32 segment_size; /* 0: as small as they can be */
} Workload;

static const Workload workloads[] = {
  { "xbegxq" },
  { "xxrpbdtkBxBq" },
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
  const ProofCrashOptions options = { PROOF_POSIX, 512, PROOF_INNER_BITS, PROOF_FAULT_LIMIT, plan->seed };
  ProofCrashCount count = { 0 };
  ProofCheck check;
  gboolean ok;

  proof_check_init (&check, work, base);
  ok = proof_check_run (&check, 0, &options, &count);
  counts->n_fault_crashes++;
  counts->n_states[PROOF_POSIX] += count.n_states;
  counts->n_distinct += check.n_distinct;
  if (!ok)
    *what = g_strdup_printf ("%s; state %" G_GUINT64_FORMAT ":\n%s", check.what, check.number, check.state);
  proof_check_clear (&check);
  return ok;
}

typedef struct {
  ProofFault fault;
  gboolean crashes;     /* also what the disk holds after a power cut is looked at, each time */
  gboolean is_harmless; /* nobody may notice */
} Kind;

/* FALSE in *more if the run has no such call. Every so often what a power cut leaves is looked at, too. */
static gboolean
try_fault (const ProofPlan *plan, const Workload *workload, const Kind *kind, gboolean *more, ProofCounts *counts,
           char **what)
{
  const ProofFault *fault = &kind->fault;
  g_autoptr (ProofImage) base = proof_work_new_empty ();
  g_autoptr (ProofWork) work = new_work (base, workload->segment_size);
  g_autofree char *why = NULL;
  gboolean ok;

  proof_disk_set_journal (work->disk, kind->crashes);
  proof_disk_set_fault (work->disk, fault);
  ok = run_letters (work, workload->letters);
  *more = !work->bears_faults || proof_disk_get_failed (work->disk) != NULL;
  counts->n_faults += *more;
  proof_disk_set_fault (work->disk, &(ProofFault){ 0 });
  ok = ok && proof_work_check_copies (work);
  if (ok && kind->is_harmless && !work->bears_faults)
    {
      work->what = g_strdup ("something fails that could be done without it");
      ok = FALSE;
    }
  if (ok && kind->crashes)
    ok = check_crashes (plan, work, base, counts, &why);
  if (!ok)
    *what = g_strdup_printf ("\"%s\", call %u of %s fails%s: %s%s: %s", workload->letters, fault->call, fault->name,
                             fault->is_lasting ? " from then on" : "",
                             fault->code != 0 ? g_strerror (-fault->code) : "half of it is done",
                             fault->is_lossy ? ", and what was pending is lost" : "", why != NULL ? why : work->what);
  return ok;
}

/* Each call of that name; of short writes there are few. */
static gboolean
try_calls (const ProofPlan *plan, const Workload *workload, const Kind *of, ProofCounts *counts, char **what)
{
  const guint stride = of->fault.code == 0 ? 1 : plan->fault_stride;
  Kind kind = *of;
  gboolean more = TRUE;

  for (kind.fault.call = 1; more; kind.fault.call += stride)
    {
      kind.crashes = of->crashes || counts->n_faults % plan->fault_crashes == 0;
      if (!try_fault (plan, workload, &kind, &more, counts, what))
        return FALSE;
    }
  return TRUE;
}

static void
show_progress (const ProofPlan *plan, guint number, guint call)
{
  proof_show_progress (plan, "faults", number * G_N_ELEMENTS (calls) + call,
                       G_N_ELEMENTS (workloads) * G_N_ELEMENTS (calls));
}

static gboolean
try_workload (const ProofPlan *plan, guint number, ProofCounts *counts, char **what)
{
  static const Kind half = { { .name = "pwrite" } };
  static const Kind lossy = { { .code = -EIO, .is_lossy = TRUE, .name = "sync" }, .crashes = TRUE };
  const Workload *workload = &workloads[number];
  guint n = 0;

  if (plan->part == 0
      && (!try_calls (plan, workload, &lossy, counts, what) || !try_calls (plan, workload, &half, counts, what)))
    return FALSE;
  for (guint c = 0; c < G_N_ELEMENTS (calls); c++)
    for (guint e = 0; calls[c].codes[e] != 0; e++)
      for (guint lasting = 0; lasting < 2; lasting++)
        {
          const Kind kind = { { .code = -calls[c].codes[e], .is_lasting = lasting == 1, .name = calls[c].name },
                              .is_harmless = calls[c].is_harmless };

          show_progress (plan, number, c);
          if (n++ % plan->n_parts == plan->part && !try_calls (plan, workload, &kind, counts, what))
            return FALSE;
        }
  return TRUE;
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
    if (!try_workload (plan, w, counts, what))
      return FALSE;
  for (guint64 room = plan->part * 512; room < 20000; room += plan->n_parts * 512)
    if (!try_full (room, "xbeic", 0, counts, what) || !try_full (room, "xqgeq", PROOF_LONGER_SEGMENT, counts, what))
      return FALSE;
  return TRUE;
}
