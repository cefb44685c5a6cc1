/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-event-page-private.h"

#include "eh-event-private.h"

/*
 * A page has a reference to each of its events, unless it is a lent one: then its lender keeps them, and has the page
 * take references only if it is about to let go of events while the page is still about.
 */
struct _EhEventPage {
  gint ref_count; /* (atomic) */
  guint n_events;
  guint64 next;
  gboolean is_end;
  EhEventLoans *loans; /* (unowned) (nullable): of a lent page, and its neighbours in there: */
  EhEventPage *newer;
  EhEventPage *older;
  EhEvent *events[]; /* (owned), of a lent page (unowned) */
};

G_DEFINE_BOXED_TYPE (EhEventPage, eh_event_page, eh_event_page_ref, eh_event_page_unref)

EhEventPage *
eh_event_page_new_unfilled (guint n_events, guint64 next, gboolean is_end, EhEvent ***events)
{
  EhEventPage *self = g_malloc (sizeof *self + n_events * sizeof (EhEvent *));

  self->ref_count = 1;
  self->n_events = n_events;
  self->next = next;
  self->is_end = is_end;
  self->loans = NULL;
  *events = self->events;
  return self;
}

void
eh_event_page_cut (EhEventPage *self, guint n_events, guint64 next, gboolean is_end)
{
  self->n_events = n_events;
  self->next = next;
  self->is_end = is_end;
}

EhEventPage *
eh_event_page_new (EhEvent *const *events, guint n_events, guint64 next, gboolean is_end)
{
  EhEventPage *self;
  EhEvent **own;

  g_return_val_if_fail (events != NULL || n_events == 0, NULL);

  self = eh_event_page_new_unfilled (n_events, next, is_end, &own);
  for (guint i = 0; i < n_events; i++)
    own[i] = eh_event_hold (events[i]);
  return self;
}

/* Most lent pages are small and soon given back: their memory is kept for the next ones. */
#define LENT_ROOM 8

static EhEventPage *
take_spare (EhEventLoans *loans)
{
  EhEventPage *page = loans->spare;

  if (page == NULL)
    return g_malloc (sizeof *page + LENT_ROOM * sizeof (EhEvent *));
  loans->spare = page->older;
  return page;
}

static void
lend (EhEventLoans *loans, EhEventPage *page)
{
  page->loans = loans;
  page->newer = NULL;
  page->older = loans->newest;
  if (loans->newest != NULL)
    loans->newest->newer = page;
  loans->newest = page;
}

static void
end_loan (EhEventPage *page)
{
  *(page->newer != NULL ? &page->newer->older : &page->loans->newest) = page->older;
  if (page->older != NULL)
    page->older->newer = page->newer;
  page->loans = NULL;
}

EhEventPage *
eh_event_page_new_lent (EhEventLoans *loans, EhEvent *const *events, guint n_events, guint64 next, gboolean is_end)
{
  EhEventPage *self = n_events > LENT_ROOM ? g_malloc (sizeof *self + n_events * sizeof (EhEvent *))
                                           : take_spare (loans);

  self->ref_count = 1;
  eh_event_page_cut (self, n_events, next, is_end);
  for (guint i = 0; i < n_events; i++)
    self->events[i] = events[i];
  lend (loans, self);
  return self;
}

void
eh_event_loans_end (EhEventLoans *self)
{
  while (self->newest != NULL)
    {
      EhEventPage *page = self->newest;

      for (guint i = 0; i < page->n_events; i++)
        eh_event_hold (page->events[i]);
      end_loan (page);
    }
}

void
eh_event_loans_clear (EhEventLoans *self)
{
  eh_event_loans_end (self);
  while (self->spare != NULL)
    g_free (take_spare (self));
}

/* The last reference to a lent page is gone. */
static void
give_back (EhEventPage *page)
{
  EhEventLoans *loans = page->loans;

  end_loan (page);
  if (page->n_events > LENT_ROOM)
    {
      g_free (page);
      return;
    }
  page->older = loans->spare;
  loans->spare = page;
}

EhEventPage *
eh_event_page_ref (EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_event_page_unref (EhEventPage *self)
{
  g_return_if_fail (self != NULL);

  if (!eh_refs_drop (&self->ref_count))
    return;
  if (self->loans != NULL)
    {
      give_back (self);
      return;
    }
  for (guint i = 0; i < self->n_events; i++)
    eh_event_release (self->events[i]);
  g_free (self);
}

guint
eh_event_page_get_size (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_events;
}

EhEvent *
eh_event_page_get (const EhEventPage *self, guint i)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (i < self->n_events, NULL);

  return self->events[i];
}

EhEvent *const *
eh_event_page_peek (const EhEventPage *self)
{
  return self->events;
}

guint64
eh_event_page_get_next (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->next;
}

gboolean
eh_event_page_is_end (const EhEventPage *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->is_end;
}
