/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-experiment-private.h"

/*
 * Small abstract programs, as experiments for the explorer: tasks that read and write resources, with what they
 * have read deciding what they do next.
 */
#define TOY_TASKS_MAX 6
#define TOY_OPS_MAX 64
#define TOY_RESOURCES_MAX 24
#define TOY_STEPS_MAX (TOY_TASKS_MAX * TOY_OPS_MAX)

typedef enum {
  TOY_READ,
  TOY_WRITE,
  TOY_AWAIT, /* reads; cannot go on before somebody has written it */
  TOY_TAKE,  /* the same of what is written once: nothing changes what it reads */
  TOY_SLEEP, /* waits until a time after now, the later the higher its resource */
  TOY_NOISE, /* touches nothing */
} ToyKind;

typedef struct {
  ToyKind kind;
  guint resource;     /* from 0 */
  gboolean logged;    /* writes the log too */
  gboolean lies;      /* does not declare what it touches; of an await: declares that it takes */
  guint skip;         /* how many operations are left out next if what the task has seen is odd */
  guint arity_before; /* a choice is made in it, before it is done; 0 for none */
  guint arity_after;
} ToyOp;

typedef struct _ToyExperiment ToyExperiment;

typedef struct {
  guint n_tasks;
  guint n_ops[TOY_TASKS_MAX];
  ToyOp ops[TOY_TASKS_MAX][TOY_OPS_MAX];
  guint32 faults;                               /* bits 1 << EhFaultKind */
  gboolean (*fails) (const ToyExperiment *run); /* (nullable) */
  GHashTable *visited; /* (unowned) (nullable): collects fingerprints of all runs; for one job only */
} ToyProgram;

typedef struct {
  guint task;
  guint place; /* in the task's program */
  guint index; /* how many the task had done before */
} ToyStep;

struct _ToyExperiment {
  EhExperiment parent;
  const ToyProgram *program; /* (unowned) */
  guint place[TOY_TASKS_MAX];
  guint n_done[TOY_TASKS_MAX];
  guint64 seen[TOY_TASKS_MAX];
  guint now;
  guint wakes[TOY_TASKS_MAX]; /* until when it sleeps */
  guint64 values[TOY_RESOURCES_MAX];
  ToyStep steps[TOY_STEPS_MAX];
  guint16 clocks[TOY_STEPS_MAX][TOY_TASKS_MAX];
  guint n_steps;
  guint n_faults;
  guint64 fingerprint;
  GArray *choices; /* (owned) (element-type EhChoice) */
};

/* A factory: @program is a ToyProgram. */
EhExperiment *toy_experiment_new (gpointer program);

/* After a run: when the operation at @place of @task was done: 0, 1 ...; G_MAXUINT if it was not. */
guint toy_experiment_get_time (const ToyExperiment *self, guint task, guint place);

void toy_program_add (ToyProgram *self, guint task, ToyKind kind, guint resource);
void toy_program_add_noise (ToyProgram *self, guint task, guint n);

/*
 * Every run that there is with at most @n_faults faults, by plain search: fingerprints are added to @found. Returns
 * how many runs.
 */
guint64 toy_program_enumerate (const ToyProgram *self, guint n_faults, const guint *most, GHashTable *found);

/* The same of any experiment, up to @max_runs; if as many are made it may not be all. */
guint64
toy_enumerate (EhExperiment *experiment, guint n_faults, const guint *most, guint64 max_runs, GHashTable *found);

/* A set of fingerprints. */
GHashTable *toy_set_new (void);
void toy_set_add (GHashTable *set, guint64 fingerprint);
