/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-error.h"
#include "model/eh-fixed-clock.h"
#include "store/eh-memory-store.h"

/* What the tests of stores write: a number and a text. */
typedef struct {
  gint64 number;
  const char *text;
} Noted;

EH_DECLARE_SCHEMA (noted)
EH_DECLARE_SCHEMA (forgotten)

/* The id number @number; never nil. */
EhId store_id (guint64 number);

EhStreamName *store_name (const char *name);

/* A batch of @n events for @stream whose ids and numbers are @first, @first + 1 and so on. */
EhEventBatch *store_batch (const char *stream, guint64 first, guint n);

/* As store_batch(), of one schema or the other. */
EhEventBatch *store_batch_of (const char *stream, const EhSchema *schema, guint64 first, guint n);

/* Appends store_batch (@stream, @first, @n) and fails the test if that fails. */
void store_append (EhEventStore *store, const char *stream, guint64 first, guint n);

/* As store_append() with an expected version, and may fail. */
gboolean store_try (EhEventStore *store, const char *stream, gint64 expected, guint64 first, guint n, GError **error);

EhEventPage *store_read (EhEventStore *store, const char *stream);
guint64 store_version (EhEventStore *store, const char *stream);
guint64 store_head (EhEventStore *store);

/* The number in the event's data. */
gint64 store_number (const EhEvent *event);

/* The numbers in @page: "1 2 3". */
char *store_numbers (const EhEventPage *page);

/* Fails the test if the page has other numbers; frees the page. */
#define store_assert_page(page, expected)                                                                              \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autoptr (EhEventPage) page_ = (page);                                                                            \
    g_autofree char *numbers_ = page_ != NULL ? store_numbers (page_) : NULL;                                          \
    g_assert_cmpstr (numbers_, ==, expected);                                                                          \
  }                                                                                                                    \
  G_STMT_END

/* @n divided by the environment's EH_TEST_SLOW, at least 1. */
guint store_count (guint n);
