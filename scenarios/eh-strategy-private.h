/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-random-private.h"
#include "scenarios/eh-explorer-private.h"

G_BEGIN_DECLS

/*
 * How a sampled run picks who goes next. A picker is used for one run after another and keeps nothing from one to
 * the next: a run depends on its random numbers only.
 */
typedef struct _EhPicker EhPicker;
struct _EhPicker {
  /* (nullable): a run begins; @random is valid until the next one */
  void (*begin) (EhPicker *self, EhRandom *random);
  guint (*pick) (EhPicker *self, EhRandom *random, const EhCandidate *candidates, guint n);
  /* (nullable): as the oracle's */
  void (*did) (EhPicker *self, guint task, const EhOp *op);
  void (*free) (EhPicker *self);
};

/* Each candidate is as likely. */
EhPicker *eh_strategy_random_new (void);

/*
 * Uniform random walk: as likely as it has operations left, so that each interleaving is as likely if that is known
 * exactly.
 */
EhPicker *eh_strategy_urw_new (void);

/*
 * Partial-order sampling (Yuan, Yang, Gu 2018): a random priority for each pending operation, drawn again for
 * those that raced with the one that was done.
 */
EhPicker *eh_strategy_pos_new (void);

/* How many steps of a run could be a change point of PCT. */
typedef struct {
  guint n_choices; /* two or more candidates */
  guint n_races;   /* and of these the first depends on another, or another's operation does not tell yet */
} EhContention;

void eh_contention_add (EhContention *self, const EhCandidate *candidates, guint first, guint n);

/* Probabilistic concurrency testing (Burckhardt et al. 2010), of depth 2 to 5; @usual is what runs have. */
EhPicker *eh_strategy_pct_new (EhContention usual);

G_END_DECLS
