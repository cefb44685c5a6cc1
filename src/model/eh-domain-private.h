/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-domain.h"
#include "eh-lock-private.h"

G_BEGIN_DECLS

/* A command's rule and whose it is. */
typedef struct {
  const EhCommandRule *rule;
  const EhAggregateType *type;
} EhDomainCommand;

typedef struct {
  GQuark domain;
  const EhEnumValue *nicks;
} EhDomainErrors;

typedef enum {
  EH_INVARIANT_ALWAYS,
  EH_INVARIANT_EVENTUALLY,
  EH_INVARIANT_SOMETIMES,
} EhInvariantWhen;

/* About exactly one type and with exactly one function. */
typedef struct {
  char *name;                         /* (owned) (nullable) */
  const EhAggregateType *type;        /* (nullable) */
  const EhProjectionType *projection; /* (nullable) */
  const EhProcessType *process;       /* (nullable) */
  EhInvariantWhen when;
  EhInvariantFunc func;      /* (nullable) */
  EhSometimesFunc sometimes; /* (nullable): of SOMETIMES only */
  EhRowInvariantFunc row;    /* (nullable): about @projection only */
  gpointer user_data;        /* (owned) if @destroy */
  GDestroyNotify destroy;
} EhDomainInvariant;

typedef struct {
  const EhSchema *schema;
  EhGenerateFunc func;
  gpointer user_data; /* (owned) if @destroy */
  GDestroyNotify destroy;
} EhDomainGenerator;

/* What sealing makes of the lists: how things are found. Immutable. Keys are the tables' own. */
typedef struct {
  GHashTable *types;            /* (owned) name to EhAggregateType */
  GHashTable *commands;         /* (owned) schema to EhDomainCommand (owned) */
  GHashTable *commands_by_name; /* (owned) type name to EhDomainCommand */
  GHashTable *events;           /* (owned) the schemas */
  GHashTable *events_by_name;   /* (owned) type name to schema */
  GPtrArray *names;             /* (owned) type names of commands and events, in the order of the tables */
  GPtrArray *subsets;           /* (owned) for each type the second part of its topic (owned) */
  GHashTable *projections;      /* (owned) name to EhProjectionType */
  GHashTable *processes;        /* (owned) name to EhProcessType */
  GHashTable *upcasters;        /* (owned) type name to GPtrArray (owned) of EhUpcaster by rising revision */
} EhDomainIndex;

struct _EhDomain {
  GObject parent_instance;

  char *name;             /* (owned) (nullable) */
  GPtrArray *types;       /* (owned) of EhAggregateType */
  GPtrArray *projections; /* (owned) of EhProjectionType */
  GPtrArray *processes;   /* (owned) of EhProcessType */
  GPtrArray *upcasters;   /* (owned) of EhUpcaster */
  GArray *errors;         /* (owned) of EhDomainErrors */
  GPtrArray *invariants;  /* (owned) of EhDomainInvariant (owned) */
  GPtrArray *sometimes;   /* (owned) of EhDomainInvariant: those of them that are SOMETIMES */
  GPtrArray *generators;  /* (owned) of EhDomainGenerator (owned) */

  EhLock lock;          /* held while sealing */
  EhDomainIndex *index; /* (owned) (nullable) (atomic) set once, by sealing */
};

/* Checks all of the domain; NULL with @error set if it is not well-formed. */
EhDomainIndex *eh_domain_index_new (EhDomain *domain, GError **error);
void eh_domain_index_free (EhDomainIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhDomainIndex, eh_domain_index_free)

/* (nullable): NULL as long as the domain is not sealed */
static inline EhDomainIndex *
eh_domain_get_index (EhDomain *self)
{
  return g_atomic_pointer_get (&self->index);
}

/* Of an EhDomainInvariant. */
void eh_domain_free_invariant (gpointer data);

/* As eh_domain_find_command(), by the very schema: the fast way, and safe to hand the data to the rule's functions. */
const EhCommandRule *
eh_domain_find_command_by_schema (EhDomain *self, const EhSchema *schema, const EhAggregateType **type);

/* Whether the invariants about the rows of @type, or about the states of processes of @type, hold. EH_ERROR_INVALID. */
EH_FOR_TESTING gboolean eh_domain_check_row (EhDomain *self, const EhProjectionType *type, gconstpointer row,
                                             const char *key, GError **error);
EH_FOR_TESTING gboolean eh_domain_check_process (EhDomain *self, const EhProcessType *type, gconstpointer state,
                                                 EhStreamName *stream, GError **error);

/*
 * Calls @func once with what @event became: with @event itself, at no cost, if it is of the domain's own shape already;
 * with nothing if it was dropped. So it can be handled whole or not at all. Errors as eh_domain_lift_event().
 */
typedef gboolean (*EhLiftedFunc) (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error);
EH_FOR_TESTING gboolean eh_domain_lift_for (EhDomain *self, EhEvent *event, EhLiftedFunc func, gpointer user_data,
                                            GError **error);

/* Folds what @event became into @state of @type: whole, as eh_aggregate_type_apply(), or not at all. */
EH_FOR_TESTING gboolean eh_domain_apply_event (EhDomain *self, const EhAggregateType *type, gpointer state,
                                               EhEvent *event, GError **error);

/* (nullable): The shape that events of @type_name were, or are, written with at @revision. */
EH_FOR_TESTING const EhSchema *eh_domain_find_old_event (EhDomain *self, const char *type_name, guint revision);

/* What is so sometimes, in the order of adding; whether @state, of @type, is such a state. */
EH_FOR_TESTING guint eh_domain_get_n_sometimes (EhDomain *self);
EH_FOR_TESTING const char *eh_domain_get_sometimes_name (EhDomain *self, guint i);
EH_FOR_TESTING gboolean eh_domain_is_sometimes (EhDomain *self, guint i, const EhAggregateType *type,
                                                gconstpointer state, EhStreamName *stream);

G_END_DECLS
