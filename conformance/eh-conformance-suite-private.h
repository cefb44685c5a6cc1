/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-conformance-result.h"

G_BEGIN_DECLS

/*
 * What the suites have in common: named cases in sections, each run with a subject of its own, within a time.
 */

typedef struct {
  const char *name;  /* what its cases' names begin with: "expected" */
  const char *title; /* "B. Expected version" */
} EhConformanceSection;

typedef struct {
  const char *name;       /* "exact" */
  const char *capability; /* which one it is about */
  const char *summary;    /* what must hold */
  const EhConformanceSection *section;
} EhConformanceCase;

/* One run of one case. */
typedef struct {
  gconstpointer factory;
  guint number;              /* of the subject: another one for each case */
  guint64 seed;              /* of this case */
  GCancellable *cancellable; /* cancelled when time is out */
} EhConformanceJob;

typedef struct {
  guint n_cases;
  void (*describe) (guint i, EhConformanceCase *about);
  gboolean (*applies) (guint i, gconstpointer factory);
  gboolean (*run) (guint i, const EhConformanceJob *job, GError **error);
} EhConformanceSuite;

/* Who is tried, and with what. */
typedef struct {
  const char *name;
  gconstpointer factory;
  guint timeout;             /* seconds for each case; 0 for the usual */
  GCancellable *cancellable; /* (nullable): ends the run: the case that it is at, and no other begins */
} EhConformanceSubject;

/* @filter: (nullable): a glob for the whole names of cases */
EhConformanceResult *eh_conformance_suite_run (const EhConformanceSuite *suite, const EhConformanceSubject *subject,
                                               const char *filter, guint64 seed);

void eh_conformance_suite_add_tests (const EhConformanceSuite *suite, const EhConformanceSubject *subject,
                                     const char *prefix);

G_END_DECLS
