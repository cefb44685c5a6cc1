/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event-page.h"

G_BEGIN_DECLS

/* A page whose @events the caller fills at once, each with a reference that the page then owns. */
EhEventPage *eh_event_page_new_unfilled (guint n_events, guint64 next, gboolean is_end, EhEvent ***events);

/* Of an unfilled page only the first @n_events came to be filled. */
void eh_event_page_cut (EhEventPage *page, guint n_events, guint64 next, gboolean is_end);

/*
 * The pages that are about whose events somebody else keeps, who is of the same thread. All zero is empty. A page has
 * no reference to its events then, until the lender ends the loans, as it must before it lets go of any of them.
 */
typedef struct {
  EhEventPage *newest; /* (unowned) (nullable) */
  EhEventPage *spare;  /* (owned) (nullable): memory for the next ones */
} EhEventLoans;

EhEventPage *
eh_event_page_new_lent (EhEventLoans *loans, EhEvent *const *events, guint n_events, guint64 next, gboolean is_end);
void eh_event_loans_end (EhEventLoans *self);
/* The same, and frees the memory that is kept. */
void eh_event_loans_clear (EhEventLoans *self);

/* All events of @page at once, for loops that are run often. (transfer none) */
EhEvent *const *eh_event_page_peek (const EhEventPage *page);

G_END_DECLS
