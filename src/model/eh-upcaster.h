/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-event.h"

G_BEGIN_DECLS

/**
 * EH_UPCAST_MAX:
 *
 * The most upcasts of one stored event, and the most events that it may become.
 */
#define EH_UPCAST_MAX 64

/**
 * EhUpcast: (skip)
 *
 * Where an upcaster puts what an old event has become. Valid during the call.
 */
typedef struct _EhUpcast EhUpcast;

/**
 * EhUpcastFunc: (skip)
 * @data: the old struct
 * @event: the event that it was stored in
 * @upcast: where the newer events go: none (the type was dropped), one, or several
 *
 * Lifts an old shape of an event to a newer one. Pure, like an applier; it cannot fail.
 */
typedef void (*EhUpcastFunc) (gconstpointer data, const EhEvent *event, EhUpcast *upcast);

/**
 * EhUpcaster: (skip)
 * @from: the old shape: a schema with the type name that events are stored under and the revision that they were
 *   stored with; see EH_DEFINE_SCHEMA_AS. It also reads older revisions that have no upcaster of their own.
 * @upcast: (nullable): makes it newer; %NULL drops such events
 *
 * What becomes of one old shape. The result may be an old shape again, with an upcaster of its own: so each is
 * written once, when the shape changes, and a chain leads to today's.
 */
typedef struct {
  const EhSchema *from;
  EhUpcastFunc upcast;
} EhUpcaster;

/**
 * eh_upcast_emit: (skip)
 * @schema: a newer shape, of the same or another type
 * @data: a struct of @schema; copied; %NULL will do for one without members
 *
 * Data that cannot be written, or a shape that is neither the domain's nor has an upcaster, fails the lifting of the
 * event with that error.
 */
EH_PUBLIC void eh_upcast_emit (EhUpcast *self, const EhSchema *schema, gconstpointer data);

G_END_DECLS
