/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-world-private.h"

/* What tasks append: who did it. */
typedef struct {
  gint64 number;
  const char *text;
} Marked;

EH_DECLARE_SCHEMA (marked)

/*
 * An oracle that follows a script: each choice among tasks takes the task whose number is the script's next character,
 * the first candidate when it is at its end. One fault at most: @fault, of an operation of kind @fault_op to which it
 * is offered, after @skip_faults others, and then one more.
 */
typedef struct {
  EhOracle oracle;
  const char *script; /* (nullable) */
  EhOpKind fault_op;
  EhFault fault;          /* kind NONE for none */
  EhFaultKind next_fault; /* one more after it */
  guint skip_faults;
  gboolean keep_failing; /* more than once */
  guint64 seed;          /* not 0: random instead of the script */
  guint n_next;
  guint n_fault;
  guint n_did;
  guint most_candidates;
} Script;

void script_init (Script *self, const char *script);

/* A world with a task for each letter of @names, each of @n_steps. */
EhWorld *world_new (const char *names, guint n_steps, EhStepFunc func, gpointer user_data);
EhRunEnd world_run (EhWorld *world, const char *script);

EhStreamName *world_stream (const char *name);
EhEventBatch *world_batch (EhWorld *world, const char *stream, gint64 number);
gboolean world_append (EhWorld *world, const char *stream, gint64 expected, gint64 number, GError **error);
/* The stream's version as a read of it all shows it; G_MAXUINT64 if it failed. */
guint64 world_load (EhWorld *world, const char *stream, GError **error);
guint64 world_inner_version (EhWorld *world, const char *stream);

/* A step: loads the stream @user_data and appends to it at the version that it saw. */
void world_load_append (EhWorld *world, guint task, guint step, gpointer user_data);

/*
 * An observer: writes "a load A-1 0; b append A-1 1; " into the GString @user_data, with "!" before what was switched
 * and the error after it.
 */
void world_write_log (EhWorld *world, const EhWorldStep *step, gpointer user_data);
