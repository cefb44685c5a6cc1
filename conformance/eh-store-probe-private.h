/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-claim-private.h"
#include "conformance/eh-conformance-suite-private.h"
#include "conformance/eh-store-conformance.h"

G_BEGIN_DECLS

/*
 * What a case about stores works with. Events are numbers: number n has the id n and the data {"number":n}, so that
 * what a stream holds can be said in one short text: "1..5 9 11".
 */
typedef struct {
  const EhStoreFactory *factory;
  const EhConformanceJob *job;
  EhEventStore *store; /* (owned) */
} EhStoreProbe;

typedef struct {
  const char *name;
  const char *capability;
  const char *summary;
  gboolean (*run) (EhStoreProbe *probe, GError **error);
  gboolean needs_sever; /* only of factories that have it */
} EhStoreCase;

typedef struct {
  EhConformanceSection about;
  const EhStoreCase *cases;
  guint n_cases;
} EhStoreSection;

extern const EhStoreSection eh_store_basics;
extern const EhStoreSection eh_store_expected;
extern const EhStoreSection eh_store_batches;
extern const EhStoreSection eh_store_repeats;
extern const EhStoreSection eh_store_order;
extern const EhStoreSection eh_store_content;
extern const EhStoreSection eh_store_time;
extern const EhStoreSection eh_store_ownership;
extern const EhStoreSection eh_store_snapshots;
extern const EhStoreSection eh_store_subscriptions;
extern const EhStoreSection eh_store_concurrency;
extern const EhStoreSection eh_store_random;
extern const EhStoreSection eh_store_life;
extern const EhStoreSection eh_store_refusals;

/* When the events of the suite happened: 2026-01-01, and a microsecond that a coarser clock would lose. */
#define EH_PROBE_TIME (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC + 123457)

gboolean eh_store_probe_open (EhStoreProbe *self, GError **error);
void eh_store_probe_drop (EhStoreProbe *self);
gboolean eh_store_probe_has (const EhStoreProbe *self, EhStoreFeatures feature);

EhId eh_probe_id (guint64 number);
EhStreamName *eh_probe_name (const char *name);

/* A batch of @n events, numbers @first and following. */
EhEventBatch *eh_probe_batch (const char *stream, guint64 first, guint n);
/* Adds event @number to @batch. */
void eh_probe_add (EhEventBatch *batch, guint64 number, const char *type_name);

/* The numbers of a page's events: "1..5 9". */
char *eh_probe_numbers (const EhEventPage *page);
gint64 eh_probe_number (const EhEvent *event);

/* These have to succeed; @result: (nullable) */
gboolean eh_store_probe_append (EhStoreProbe *self, EhEventBatch *batch, gint64 expected, EhAppendResult *result,
                                GError **error);
gboolean eh_store_probe_write (EhStoreProbe *self, const char *stream, guint64 first, guint n, GError **error);
gboolean eh_store_probe_write_at (EhStoreProbe *self, const char *stream, gint64 expected, guint64 first, guint n,
                                  GError **error);
gboolean eh_store_probe_delete (EhStoreProbe *self, const char *stream, GError **error);
EhEventPage *eh_store_probe_read (EhStoreProbe *self, const char *stream, GError **error);
gboolean eh_store_probe_get_version (EhStoreProbe *self, const char *stream, guint64 *version, GError **error);
gboolean eh_store_probe_get_head (EhStoreProbe *self, guint64 *head, GError **error);

/* All events in global order, page by page, or those of a category (nullable). (element-type EhEvent) */
GPtrArray *eh_store_probe_read_all (EhStoreProbe *self, const char *category, GError **error);

/* These have to be refused with this code, result untouched. */
gboolean eh_store_probe_refuse (EhStoreProbe *self, EhEventBatch *batch, gint64 expected, gint code, GError **error);
gboolean eh_store_probe_refuse_at (EhStoreProbe *self, const char *stream, gint64 expected, guint64 first, guint n,
                                   gint code, GError **error);

/* With a conflict that tells both versions. */
gboolean
eh_store_probe_conflict (EhStoreProbe *self, const char *stream, gint64 expected, guint64 actual, GError **error);

/* That the stream holds just these, at versions 1, 2, 3 ..., and says so itself. */
gboolean eh_store_probe_holds (EhStoreProbe *self, const char *stream, const char *numbers, GError **error);

/* That the store holds just these in global order; nothing is claimed of a store without one. */
gboolean eh_store_probe_holds_all (EhStoreProbe *self, const char *numbers, GError **error);

/* That it does, or, without a global order, refuses: for cases that are about the order. Sets *lacks. */
gboolean eh_store_probe_lacks_order (EhStoreProbe *self, gboolean *lacks, GError **error);

G_END_DECLS
