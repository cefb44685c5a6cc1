/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/file/eh-file-breakage-private.h"

/* The store is broken on purpose, in each way by itself, in a process of its own; each must be noticed. */

static const char *const names[EH_FILE_N_BREAKS] = {
  "nothing",
  "acknowledge before the flush",
  "skip the folder's sync",
  "retry a failed flush",
  "cut at the first bad frame",
  "leave the length out of the checksum",
  "no salt",
  "publish early",
  "trust the index over the log",
  "serve before the recovered tail is flushed",
  "keep a partial batch",
  "ignore a short write",
  "rename before the file is flushed",
  "answer a repeated append before it is durable",
  "write over a torn tail",
  "two flushes in flight",
  "skip the sync of the folder above",
  "take no lock",
  "replace a file by one that is not flushed",
  "give back the room of the last frames",
  "write where no room was taken",
  "name a compacted segment before it is flushed",
  "do not flush what a backup copies",
  "name a backup before its folder is flushed",
  "name a repaired store before it is flushed",
  "flush nothing by time",
  "write and flush every second interval only",
  "begin an interval behind the flush before it",
};

static const ProofPart killers[] = { proof_try_intervals, proof_try_checkpoints, proof_try_damages,
                                     proof_try_repairs,   proof_try_faults,      proof_try_crashes };

/* Seconds; a broken store may wait for ever, which is nothing that was noticed. */
#define PATIENCE 600

static void
notice (EhFileBreakage breakage, int end)
{
  const ProofPlan plan = { .length = { 2, 1, 0, 0, 2 },
                           .limit = 32,
                           .full_bits = 5,
                           .deep_every = 16,
                           .stride = 37,
                           .fault_stride = 16,
                           .fault_crashes = 8,
                           .seed = 1,
                           .n_parts = 1,
                           .only_state = G_MAXUINT64 };
  ProofCounts counts = { 0 };
  char *what = NULL;

  alarm (PATIENCE);
  eh_file_breakage = breakage;
  for (guint i = 0; what == NULL && i < G_N_ELEMENTS (killers); i++)
    killers[i](&plan, &counts, &what);
  if (what != NULL && write (end, what, MIN (strcspn (what, "\n"), 110)) > 0)
    _exit (0);
  _exit (1);
}

/* What was noticed; NULL if nothing was. Also a broken store that ends the process is noticed. */
static char *
try_breakage (EhFileBreakage breakage)
{
  char text[512] = "";
  gssize n;
  int ends[2];
  int status = 0;
  pid_t child;

  if (pipe (ends) < 0)
    g_error ("no pipe");
  fflush (NULL);
  child = fork ();
  if (child == 0)
    notice (breakage, ends[1]);
  close (ends[1]);
  n = read (ends[0], text, sizeof text - 1);
  close (ends[0]);
  waitpid (child, &status, 0);
  if (n > 0)
    return g_strdup (text);
  /* Who ran out of patience has noticed nothing yet. */
  if (!WIFSIGNALED (status) || WTERMSIG (status) == SIGALRM)
    return NULL;
  return g_strdup_printf ("it ends with signal %d", WTERMSIG (status));
}

gboolean
proof_try_breakages (const ProofPlan *plan, ProofCounts *counts, char **what)
{
  for (guint i = 1 + plan->part; i < EH_FILE_N_BREAKS; i += plan->n_parts)
    {
      g_autofree char *noticed = NULL;

      proof_show_progress (plan, "breakages", i, EH_FILE_N_BREAKS);
      noticed = try_breakage ((EhFileBreakage) i);

      counts->n_breakages++;
      counts->n_noticed += noticed != NULL;
      g_print ("broken: %s: %s\n", names[i], noticed != NULL ? noticed : "NOT NOTICED");
      if (noticed == NULL && *what == NULL)
        *what = g_strdup_printf ("nobody notices \"%s\": file-proof --broken %u", names[i], i);
    }
  return *what == NULL;
}
