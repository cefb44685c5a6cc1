/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "eventhus-testing.h"

G_BEGIN_DECLS

/* Bytes that answer questions. Where none is left the answer is 0, the plainest. */
typedef struct {
  const uint8_t *data;
  size_t size;
  guint n_clients; /* that were drawn */
} Draw;

/* From 0, less than @n. */
guint draw_below (Draw *self, guint n);
gboolean draw_one_in (Draw *self, guint n);

/* Where it is played. */
typedef struct {
  EhDomain *(*domain_new) (void);
  const char *given;
  const char *const *commands;
  const char *const *streams;
  const char *const *consumers; /* (nullable) */
  const EhNodeSpec *node;       /* (nullable): what no file can say */
} Stage;

const Stage *draw_stage (Draw *self);

/* (transfer full): a file with one simulation, which may have a mistake in it */
char *draw_simulation (Draw *self, const Stage *stage);

G_END_DECLS
