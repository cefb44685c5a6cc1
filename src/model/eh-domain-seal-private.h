/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-domain-private.h"
#include "eh-error.h"

G_BEGIN_DECLS

/* What the parts of sealing share. FALSE with @error set. */
gboolean eh_seal_refuse (GError **error, EhError code, const char *message);

/* @ok; if that is FALSE, "@what @name: " comes before the error. */
gboolean eh_seal_prefix (gboolean ok, const char *what, const char *name, GError **error);

/* Whether @schema is well-formed and may be kept with an event. */
gboolean eh_seal_check_schema (const EhSchema *schema, GError **error);

/* How a rule is called in messages: by its schema, once that is known to be readable, or by its number. */
char *eh_seal_describe_rule (const EhSchema *schema, gsize i);

/*
 * Whether the @i-th table of its kind (@what: "aggregate type") can be read, having been compiled against this version
 * of the library, and has a name. @abi and @name are 0 and NULL where they cannot be read.
 */
gboolean
eh_seal_check_table (const char *what, guint i, gboolean exists, guint32 abi, const char *name, GError **error);

#define EH_SEAL_CHECK_TABLE(what, i, type, error)                                                                      \
  eh_seal_check_table (what, i, (type) != NULL, (type) != NULL ? (type)->abi : 0,                                      \
                       (type) != NULL && (type)->abi == EH_ABI_VERSION ? (type)->name : NULL, error)

/* The parts, in this order after the aggregate types. */
gboolean eh_seal_upcasters (EhDomainIndex *self, const EhDomain *domain, GError **error);
gboolean eh_seal_projections (EhDomainIndex *self, const EhDomain *domain, GError **error);
gboolean eh_seal_processes (EhDomainIndex *self, const EhDomain *domain, GError **error);

G_END_DECLS
