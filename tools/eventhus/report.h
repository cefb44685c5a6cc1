/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/* What a run of scenarios and simulations came to. */
typedef struct {
  guint passed;
  guint failed;
  guint skipped;
  guint left_out;  /* by --filter, or because others say "only" */
  gint64 duration; /* microseconds; 0 if it is not to be told */
  /* To a person: what simulations, or a choice of the scenarios, do not try says nothing about the domain. */
  gboolean tell_coverage;
} ReportSummary;

typedef struct {
  EhDomain *domain;
  gboolean colour;
  gboolean quiet;    /* failures and the summary only */
  gboolean coverage; /* the table, not only the line */
  gboolean brief;    /* the run only of simulations that failed */
  guint width;       /* of the terminal; 0 if there is none */
  guint n_scenarios; /* and simulations that will be run or skipped */
} ReportOptions;

/* A failure that was written to a file. */
typedef struct {
  char *path;   /* (owned) */
  char *replay; /* (owned): the command that replays it, for a shell */
} ReportWritten;

typedef struct _Report Report;

/*
 * A way to print results, as they come: one file a format. Everything goes to stdout.
 */
typedef struct {
  const char *name;
  Report *(*begin) (const ReportOptions *options);
  void (*result) (Report *self, const char *file, EhScenarioResult *result);
  /* @written: (nullable): the failure's file */
  void (*simulation) (Report *self, const char *file, const EhSimulationResult *result, const ReportWritten *written);
  /*
   * @summary: (nullable): NULL if not everything could be run, which was told; @coverage: (nullable);
   * frees self
   */
  void (*end) (Report *self, const ReportSummary *summary, EhCoverage *coverage);
  /* (nullable): what to print before the reason when the tool has to leave in the middle; NULL: nothing is printed */
  const char *bail_out;
} ReportFormat;

extern const ReportFormat report_pretty;
extern const ReportFormat report_tap;
extern const ReportFormat report_junit;
extern const ReportFormat report_json;

/*
 * (nullable) Pretty for a person, TAP under a harness, unless @name (nullable) says otherwise; a mistake is told.
 */
const ReportFormat *report_choose_format (const char *command, const char *name);
gboolean report_wants_colour (gboolean no_color);
guint report_get_width (void);

/* For a person, lines: (transfer full) (nullable). @self: (nullable) */
char *report_written_describe (const ReportWritten *self);

/* Whether a simulation came out as it should. */
gboolean report_is_good (const EhSimulationResult *result);
