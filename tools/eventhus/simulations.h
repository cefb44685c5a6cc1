/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "command.h"
#include "report.h"

/*
 * Runs simulations one after another, watches over them, reports them, writes their failures. What the commands
 * that run simulations have in common.
 */
typedef struct {
  const char *command;
  EhDomain *domain;
  const char *module;    /* for the command that replays a failure */
  const char *overrides; /* (nullable): as eh_simulation_explore() takes them */
  const char *page;      /* (nullable): the file that the report page is written to */
  gboolean show_progress;
  const ReportFormat *format;
  Report *report;
  ReportSummary *summary;

  EhSimulationWatch *watch; /* (owned) */
  const char *place;        /* (unowned): where the simulation that is run is written */
  GPtrArray *results;       /* (owned) (element-type EhSimulationResult) */
  Status status;            /* the first that is not OK, in the order of Status */
} Simulations;

/* @page: (nullable). Before a long search, not after it: a page that cannot be written is told; then FALSE. */
gboolean simulations_check_page (const char *command, const char *page);

void simulations_begin (Simulations *self);

/* FALSE if the simulation could not be set up; that is told, and the status is STATUS_USAGE. */
gboolean simulations_run (Simulations *self, const char *file, EhSimulation *simulation);

/* Writes the page, if one is wanted, and returns how the tool ends. */
Status simulations_end (Simulations *self);
