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

typedef struct {
  char *name; /* (owned) (nullable) */
  const EhAggregateType *type;
  EhInvariantWhen when;
  EhInvariantFunc func;      /* (nullable): NULL of SOMETIMES */
  EhSometimesFunc sometimes; /* (nullable): NULL of the others */
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
} EhDomainIndex;

struct _EhDomain {
  GObject parent_instance;

  char *name;            /* (owned) (nullable) */
  GPtrArray *types;      /* (owned) of EhAggregateType */
  GArray *errors;        /* (owned) of EhDomainErrors */
  GPtrArray *invariants; /* (owned) of EhDomainInvariant (owned) */
  GPtrArray *sometimes;  /* (owned) of EhDomainInvariant: those of them that are SOMETIMES */
  GPtrArray *generators; /* (owned) of EhDomainGenerator (owned) */

  EhLock lock;          /* held while sealing */
  EhDomainIndex *index; /* (owned) (nullable) (atomic) set once, by sealing */
};

/* Checks all of the domain; NULL with @error set if it is not well-formed. */
EhDomainIndex *eh_domain_index_new (EhDomain *domain, GError **error);
void eh_domain_index_free (EhDomainIndex *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhDomainIndex, eh_domain_index_free)

/* As eh_domain_find_command(), by the very schema: the fast way, and safe to hand the data to the rule's functions. */
const EhCommandRule *
eh_domain_find_command_by_schema (EhDomain *self, const EhSchema *schema, const EhAggregateType **type);

/* What is so sometimes, in the order of adding; whether @state, of @type, is such a state. */
EH_FOR_TESTING guint eh_domain_get_n_sometimes (EhDomain *self);
EH_FOR_TESTING const char *eh_domain_get_sometimes_name (EhDomain *self, guint i);
EH_FOR_TESTING gboolean eh_domain_is_sometimes (EhDomain *self, guint i, const EhAggregateType *type,
                                                gconstpointer state, EhStreamName *stream);

G_END_DECLS
