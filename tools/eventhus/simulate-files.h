/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "command.h"

/* What simulate and replay have in common: the simulations of files are run, each is reported. */
typedef struct {
  const char *command;
  char *domain; /* (owned) (nullable) */
  char *format; /* (owned) (nullable) */
  char *filter; /* (owned) (nullable) */
  char *page;   /* (owned) (nullable) */
  char **paths; /* (owned) (nullable) */
  gboolean quiet;
  gboolean no_color;
  gboolean needs_schedule; /* each has to have one */
} SimulateOptions;

void simulate_options_clear (SimulateOptions *self);

/* @overrides: (nullable): as eh_simulation_explore() takes them */
Status simulate_files (const SimulateOptions *options, const char *overrides);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimulateOptions, simulate_options_clear)
