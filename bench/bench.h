/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

/*
 * One figure. @run does the work once, long enough to be timed, and returns the figure in @unit. It sets up and tears
 * down outside the time that it takes. @peer names the figure that this one is compared with.
 */
typedef struct {
  const char *name;
  const char *unit;
  const char *peer; /* (nullable) */
  double (*run) (void);
} BenchCase;

extern const BenchCase bench_codec[];
extern const BenchCase bench_memory[];
extern const BenchCase bench_command[];
extern const BenchCase bench_scenario[];
extern const BenchCase bench_simulate[];
extern const BenchCase bench_faults[];

/* Seconds since some moment. */
double bench_now (void);

/* Bytes that malloc has handed out and not got back. */
gsize bench_allocated (void);

/* Stops the program with a message: a benchmark that fails has no figure. */
void bench_check (gboolean good, GError *error);
