/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Units of work numbered from 0, done by several threads and merged in their order, so that what comes of them does
 * not depend on how many threads there were. One of the threads is the caller's.
 */
typedef struct {
  /* What a job needs, made and freed in its thread. */
  gpointer (*begin) (gpointer user_data, gboolean is_caller);
  void (*end) (gpointer user_data, gpointer job);
  /*
   * Does a unit; returns what came of it. Sets *@is_last if no unit after this one will be needed. May return
   * anything as soon as *@abandoned (atomic) is set: it will be thrown away.
   */
  gpointer (*work) (gpointer user_data, gpointer job, guint64 unit, const gint *abandoned, gboolean *is_last);
  /*
   * Takes (transfer full) what came of the next unit in order; one at a time, in any thread. FALSE if that was the
   * last.
   */
  gboolean (*merge) (gpointer user_data, gpointer job, guint64 unit, gpointer result);
  /* Frees what is not merged. */
  void (*discard) (gpointer result);
  /* Called in the caller's thread while it waits for others. */
  void (*tick) (gpointer user_data);
} EhOrderedJobs;

void eh_ordered_jobs_run (const EhOrderedJobs *jobs, gpointer user_data, guint n_threads, guint64 n_units);

G_END_DECLS
