/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

/*
 * One figure. @run does the work once, long enough to be timed, and returns the figure in @unit. It sets up and tears
 * down outside the time that it takes. @peer names the figure that this one is compared with, or several, separated by
 * bars, of which the best is taken. Where many figures share a function, it is @measure, which gets @data.
 */
typedef struct {
  const char *name;
  const char *unit;
  const char *peer; /* (nullable) */
  double (*run) (void);
  double (*measure) (gconstpointer data);
  gconstpointer data;
} BenchCase;

extern const BenchCase bench_codec[];
extern const BenchCase bench_memory[];
extern const BenchCase bench_command[];
extern const BenchCase bench_consumer[];
extern const BenchCase bench_process[];
extern const BenchCase bench_scenario[];
extern const BenchCase bench_simulate[];
extern const BenchCase bench_faults[];

/* The file store's figures and its peers', of which there are as many as the machine has libraries for. */
const BenchCase *bench_file_list (void);

/* Seconds since some moment. */
double bench_now (void);

/* Bytes that malloc has handed out and not got back. */
gsize bench_allocated (void);

/* How many flushes an event took, where a figure's function wants to say so. */
void bench_note_flushes (double per_event);

/* The median of a figure's rounds; NAN if there is none. */
typedef double (*BenchLookup) (const char *name);

/* Prints what the stores do side by side, as a table in Markdown, if any was measured. */
void bench_file_print (BenchLookup lookup);

/* Stops the program with a message: a benchmark that fails has no figure. */
void bench_check (gboolean good, GError *error);
