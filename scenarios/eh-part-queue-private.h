/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-dpor-private.h"

G_BEGIN_DECLS

/*
 * Explores many plans by several threads, plan by plan and within a plan part by part, and hands out what came of it in
 * that order, so that it does not depend on how many threads there were. One of them is the caller's. Parts arise while
 * others are explored; what a part wants reversed is looked at when all before it are done.
 */
typedef struct {
  guint64 plan;          /* from 0: a fault plan, or what the caller makes of a number */
  EhDporPart *part;      /* (unowned) (nullable): NULL for all of the plan, undivided */
  EhDporReverse reverse; /* for eh_dpor_start_part() */
  gpointer reverse_data;
  const gint *abandoned; /* (atomic): what comes of it is not needed any more */
} EhPartUnit;

typedef struct {
  /* What a job needs, made and freed in its thread. */
  gpointer (*begin) (gpointer user_data, gboolean is_caller);
  void (*end) (gpointer user_data, gpointer job);
  /* Explores a part; returns what came of it. Sets *@is_last if nothing after it will be needed. */
  gpointer (*work) (gpointer user_data, gpointer job, const EhPartUnit *unit, gboolean *is_last);
  /*
   * Takes (transfer full) what came of the next part in order; @ends_plan: it was its plan's last. One at a time, in
   * any thread. FALSE if nothing more is needed.
   */
  gboolean (*merge) (gpointer user_data, gpointer job, const EhPartUnit *unit, gboolean ends_plan, gpointer result);
  /* Frees what is not merged. */
  void (*discard) (gpointer result);
  /* Called in the caller's thread while it waits for others. */
  void (*tick) (gpointer user_data);
} EhPartJobs;

/* @divided: cut plans into parts */
void eh_part_queue_run (const EhPartJobs *jobs, gpointer user_data, guint n_threads, guint64 n_plans, gboolean divided);

G_END_DECLS
