/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate-type.h"
#include "eh-draw.h"
#include "eh-event-page.h"
#include "eh-process-type.h"
#include "eh-projection-type.h"
#include "eh-upcaster.h"

G_BEGIN_DECLS

#define EH_TYPE_DOMAIN (eh_domain_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhDomain, eh_domain, EH, DOMAIN, GObject)

/**
 * EhDomain:
 *
 * Everything that a service or a test needs to know of a domain. It is filled, then sealed; a sealed domain is
 * immutable and may be used by any thread. Mistakes in what is added (a name twice, a table built
 * for another ABI) are kept and reported by eh_domain_seal(), so that adding needs no error handling.
 */

/**
 * EhInvariantFunc: (skip)
 * @state: an aggregate's state
 * @stream: which aggregate
 * @user_data: as registered
 * @error: what is wrong, in a sentence; EH_ERROR_INVALID where the domain has no better code
 *
 * Something that holds for every state that the aggregate can reach, or for each that it comes to rest in.
 *
 * Returns: %FALSE with @error set if it does not hold
 */
typedef gboolean (*EhInvariantFunc) (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error);

/**
 * EhSometimesFunc: (skip)
 * @state: an aggregate's state
 * @stream: which aggregate
 * @user_data: as registered
 *
 * Returns: whether this is such a state
 */
typedef gboolean (*EhSometimesFunc) (gconstpointer state, EhStreamName *stream, gpointer user_data);

/**
 * eh_domain_new:
 * @name: the domain's name, which is also the bucket that its events are published to
 *
 * Returns: (transfer full): an empty domain
 */
EH_PUBLIC EhDomain *eh_domain_new (const char *name);

/**
 * eh_domain_add_aggregate_type: (skip)
 * @type is constant data that outlives the domain
 */
EH_PUBLIC void eh_domain_add_aggregate_type (EhDomain *self, const EhAggregateType *type);

/**
 * eh_domain_add_projection: (skip)
 * @type is constant data that outlives the domain
 */
EH_PUBLIC void eh_domain_add_projection (EhDomain *self, const EhProjectionType *type);

/**
 * eh_domain_add_process: (skip)
 * @type is constant data that outlives the domain
 */
EH_PUBLIC void eh_domain_add_process (EhDomain *self, const EhProcessType *type);

/**
 * eh_domain_add_upcaster: (skip)
 * @upcaster: constant data that outlives the domain; one for each type name and revision
 */
EH_PUBLIC void eh_domain_add_upcaster (EhDomain *self, const EhUpcaster *upcaster);

/**
 * EhRowInvariantFunc: (skip)
 * @row: a row of a view
 * @key: its key
 * @user_data: as registered
 * @error: what is wrong, in a sentence
 *
 * Something that holds for every row of a view, and so, by a view made for it, for any set of aggregates: "no two
 * members have one mail address", "the sum of all balances is what was paid in".
 *
 * Returns: %FALSE with @error set if it does not hold
 */
typedef gboolean (*EhRowInvariantFunc) (gconstpointer row, const char *key, gpointer user_data, GError **error);

/**
 * eh_domain_add_row_invariant: (skip)
 * @name: says what holds
 * @type: the projection that it is about; of the view folded from the whole store, not of one that may lag
 */
EH_PUBLIC void eh_domain_add_row_invariant (EhDomain *self, const char *name, const EhProjectionType *type,
                                            EhRowInvariantFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_domain_add_process_invariant: (skip)
 * @name: says what holds
 * @type: the process manager whose states it is about; the stream is the process's
 */
EH_PUBLIC void eh_domain_add_process_invariant (EhDomain *self, const char *name, const EhProcessType *type,
                                                EhInvariantFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_domain_add_errors: (skip)
 * @error_domain: the domain's own error domain
 * @nicks: names of its codes ("balance-out"), ended by a %NULL nick; constant data that outlives the domain
 *
 * Lets scenarios name refusals.
 */
EH_PUBLIC void eh_domain_add_errors (EhDomain *self, GQuark error_domain, const EhEnumValue *nicks);

/**
 * eh_domain_add_invariant: (skip)
 * @name: says what holds: "balance is never negative"
 * @type: the aggregate type that it is about
 *
 * What holds always: in each state, after each event.
 */
EH_PUBLIC void eh_domain_add_invariant (EhDomain *self, const char *name, const EhAggregateType *type,
                                        EhInvariantFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_domain_add_eventually: (skip)
 * @name: says what holds: "nothing is on its way"; invariants of all kinds have different names
 * @type: the aggregate type that it is about
 *
 * What may be broken for a while, but holds once nothing goes wrong any more and all work is done: at the end of a
 * simulated run. Scenarios do not look at it.
 */
EH_PUBLIC void eh_domain_add_eventually (EhDomain *self, const char *name, const EhAggregateType *type,
                                         EhInvariantFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_domain_add_sometimes: (skip)
 * @name: says what is so sometimes: "an account is empty"; invariants of all kinds have different names
 * @type: the aggregate type that it is about
 *
 * A state that can be reached and should be: a simulation tells in how many of its runs it was, and warns if in none.
 * What is never reached was never tested.
 */
EH_PUBLIC void eh_domain_add_sometimes (EhDomain *self, const char *name, const EhAggregateType *type,
                                        EhSometimesFunc func, gpointer user_data, GDestroyNotify destroy);

/**
 * eh_domain_add_generator: (skip)
 * @schema: a command's type
 *
 * Says how a plausible command of that type is made up.
 */
EH_PUBLIC void eh_domain_add_generator (EhDomain *self, const EhSchema *schema, EhGenerateFunc func, gpointer user_data,
                                        GDestroyNotify destroy);

/**
 * eh_domain_seal:
 * @error: EH_ERROR_INVALID or EH_ERROR_EXISTS with the place: "aggregate type Account: command CreateAccount: ..."
 *
 * Checks the whole domain and makes it immutable. A command's type name belongs to one aggregate type; an event's
 * type name has one schema in the whole domain. Sealing again does nothing. Clients, handlers and the
 * tool seal the domain that they are given.
 *
 * Returns: %FALSE if the domain is not well-formed
 */
EH_PUBLIC gboolean eh_domain_seal (EhDomain *self, GError **error);

EH_PUBLIC const char *eh_domain_get_name (EhDomain *self);
EH_PUBLIC guint eh_domain_get_n_aggregate_types (EhDomain *self);

/**
 * eh_domain_get_aggregate_type: (skip)
 *
 * Returns: the type @i, in the order of adding
 */
EH_PUBLIC const EhAggregateType *eh_domain_get_aggregate_type (EhDomain *self, guint i);

/**
 * eh_domain_find_aggregate_type: (skip)
 *
 * Returns: (nullable): the type called @name
 */
EH_PUBLIC const EhAggregateType *eh_domain_find_aggregate_type (EhDomain *self, const char *name);

EH_PUBLIC guint eh_domain_get_n_projections (EhDomain *self);
EH_PUBLIC guint eh_domain_get_n_processes (EhDomain *self);

/**
 * eh_domain_get_projection: (skip)
 *
 * Returns: the projection @i, in the order of adding
 */
EH_PUBLIC const EhProjectionType *eh_domain_get_projection (EhDomain *self, guint i);

/**
 * eh_domain_get_process: (skip)
 *
 * Returns: the process manager @i, in the order of adding
 */
EH_PUBLIC const EhProcessType *eh_domain_get_process (EhDomain *self, guint i);

/**
 * eh_domain_find_projection: (skip)
 *
 * Returns: (nullable): the projection called @name
 */
EH_PUBLIC const EhProjectionType *eh_domain_find_projection (EhDomain *self, const char *name);

/**
 * eh_domain_find_process: (skip)
 *
 * Returns: (nullable): the process manager called @name
 */
EH_PUBLIC const EhProcessType *eh_domain_find_process (EhDomain *self, const char *name);

/**
 * eh_domain_find_command: (skip)
 * @type_name: a command's type
 * @type: (out) (optional): whose it is
 *
 * Returns: (nullable): the rule, or %NULL if no aggregate type has it
 */
EH_PUBLIC const EhCommandRule *
eh_domain_find_command (EhDomain *self, const char *type_name, const EhAggregateType **type);

/**
 * eh_domain_find_event: (skip)
 *
 * Returns: (nullable): the schema of events of type @type_name
 */
EH_PUBLIC const EhSchema *eh_domain_find_event (EhDomain *self, const char *type_name);

/**
 * eh_domain_suggest:
 * @word: what was written
 *
 * Returns: (transfer none) (nullable): the command or event type name nearest to @word, if any is near
 */
EH_PUBLIC const char *eh_domain_suggest (EhDomain *self, const char *word);

/**
 * eh_domain_lift_event:
 * @event: an event from a store or a wire
 * @error: EH_ERROR_UNKNOWN_TYPE the domain has no such event, nor an upcaster from it, or an upcaster made such a one;
 *   EH_ERROR_UNSUPPORTED it was written with a newer revision than the domain knows; EH_ERROR_CORRUPT its data
 *   does not fit the schema; EH_ERROR_LIMIT upcasters that do not end, or make too much of it (EH_UPCAST_MAX);
 *   EH_ERROR_INVALID an upcaster made what cannot be written
 *
 * Lifts an event to the domain's own shapes. An event of an older revision is read by the shape of the first known
 * revision that is not below its own, an upcaster's or the domain's own, and goes through the upcasters. What one event
 * has become shares its id, version, position, time and metadata.
 *
 * Returns: (transfer full): events that hold values of the domain's schemas: @event itself where it does already; none
 *   if upcasters dropped it
 */
EH_PUBLIC EhEventPage *eh_domain_lift_event (EhDomain *self, EhEvent *event, GError **error);

/**
 * eh_domain_check_invariants: (skip)
 * @error: EH_ERROR_INVALID: the invariant's name, the stream and what its function said
 *
 * Returns: %FALSE if one of @type's invariants that hold always does not hold for @state
 */
EH_PUBLIC gboolean eh_domain_check_invariants (EhDomain *self, const EhAggregateType *type, gconstpointer state,
                                               EhStreamName *stream, GError **error);

/**
 * eh_domain_check_invariants_at_rest: (skip)
 * @error: as eh_domain_check_invariants()
 *
 * Returns: %FALSE if one of @type's invariants that hold always or eventually does not hold for @state, after which
 *   nothing more happens
 */
EH_PUBLIC gboolean eh_domain_check_invariants_at_rest (EhDomain *self, const EhAggregateType *type, gconstpointer state,
                                                       EhStreamName *stream, GError **error);

/**
 * eh_domain_generate: (skip)
 * @schema: a command's type
 * @value: a zeroed struct of @schema
 *
 * Fills @value by the domain's generator, or by the schema where there is none.
 */
EH_PUBLIC void eh_domain_generate (EhDomain *self, EhDraw *draw, const EhSchema *schema, gpointer value);

/**
 * eh_domain_get_error_nick:
 * @error: any error
 *
 * Returns: (transfer none) (nullable): its nick in this domain or in EH_ERROR, or %NULL
 */
EH_PUBLIC const char *eh_domain_get_error_nick (EhDomain *self, const GError *error);

/**
 * eh_domain_find_error_nick:
 *
 * Returns: whether @nick is one of the domain's or of EH_ERROR's
 */
EH_PUBLIC gboolean eh_domain_find_error_nick (EhDomain *self, const char *nick);

/**
 * eh_domain_get_topic: (skip)
 * @bucket: (out) (transfer none): the first part of the topic
 * @subset: (out) (transfer none): the second part
 *
 * Where events of @type are published.
 */
EH_PUBLIC void
eh_domain_get_topic (EhDomain *self, const EhAggregateType *type, const char **bucket, const char **subset);

/**
 * EH_DOMAIN_PLUGIN: (skip)
 *
 * The one function that a domain module exports: EhDomain *eh_domain_plugin (void).
 */
#define EH_DOMAIN_PLUGIN __attribute__ ((visibility ("default"))) EhDomain *eh_domain_plugin (void)

/**
 * eh_domain_load:
 * @path: a domain module
 * @error: EH_ERROR_NOT_FOUND no such file; EH_ERROR_INVALID it is no domain module, or the domain does not seal
 *
 * Opens a module and calls its eh_domain_plugin(). The module stays in memory until the process ends.
 *
 * Returns: (transfer full): the sealed domain
 */
EH_PUBLIC EhDomain *eh_domain_load (const char *path, GError **error);

G_END_DECLS
