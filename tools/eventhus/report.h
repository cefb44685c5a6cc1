/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/* What a run of scenarios came to. */
typedef struct {
  guint passed;
  guint failed;
  guint skipped;
  guint left_out;  /* by --filter, or because others say "only" */
  gint64 duration; /* microseconds */
} ReportSummary;

typedef struct {
  EhDomain *domain;
  gboolean colour;
  gboolean quiet;    /* failures and the summary only */
  gboolean coverage; /* the table, not only the line */
  guint n_scenarios; /* that will be run or skipped */
} ReportOptions;

typedef struct _Report Report;

/*
 * A way to print results, as they come: one file a format. Everything goes to stdout.
 */
typedef struct {
  const char *name;
  Report *(*begin) (const ReportOptions *options);
  void (*result) (Report *self, const char *file, EhScenarioResult *result);
  void (*end) (Report *self, const ReportSummary *summary, EhCoverage *coverage); /* frees self */
} ReportFormat;

extern const ReportFormat report_pretty;
extern const ReportFormat report_tap;
extern const ReportFormat report_junit;
extern const ReportFormat report_json;
