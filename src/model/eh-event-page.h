/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event.h"

G_BEGIN_DECLS

#define EH_TYPE_EVENT_PAGE (eh_event_page_get_type ())
EH_PUBLIC GType eh_event_page_get_type (void);

/**
 * EhEventPage:
 *
 * Some events in order, as read from a store in one go. Immutable, reference-counted (atomically).
 */
typedef struct _EhEventPage EhEventPage;

/**
 * eh_event_page_new: (skip)
 * @events: (array length=n_events) (transfer none): the events, each of which the page takes a reference of
 * @n_events: how many
 * @next: where the next read starts: see eh_event_page_get_next()
 * @is_end: whether there was nothing more at that moment
 *
 * For implementers of stores.
 *
 * Returns: (transfer full): the page
 */
EH_PUBLIC EhEventPage *eh_event_page_new (EhEvent *const *events, guint n_events, guint64 next, gboolean is_end);

EH_PUBLIC EhEventPage *eh_event_page_ref (EhEventPage *self);
EH_PUBLIC void eh_event_page_unref (EhEventPage *self);

EH_PUBLIC guint eh_event_page_get_size (const EhEventPage *self);

/**
 * eh_event_page_get:
 *
 * Returns: (transfer none): event @i, which must be below the size
 */
EH_PUBLIC EhEvent *eh_event_page_get (const EhEventPage *self, guint i);

/**
 * eh_event_page_get_next:
 *
 * Returns: the version or position from which the next page in the same direction is to be read. It moves on
 *   also when a filter left the page empty. Backwards, 0 says that the beginning was reached.
 */
EH_PUBLIC guint64 eh_event_page_get_next (const EhEventPage *self);

/**
 * eh_event_page_is_end:
 *
 * Returns: whether the store had nothing more in that direction when it was read
 */
EH_PUBLIC gboolean eh_event_page_is_end (const EhEventPage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhEventPage, eh_event_page_unref)

G_END_DECLS
