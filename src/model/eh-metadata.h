/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

#define EH_METADATA_KEY_MAX 128
#define EH_METADATA_VALUE_MAX 4096
#define EH_METADATA_PAIRS_MAX 64

#define EH_TYPE_METADATA (eh_metadata_get_type ())
EH_PUBLIC GType eh_metadata_get_type (void);

/**
 * EhMetadata:
 *
 * Free string pairs that travel with a message ("by": "alice"), in the order in which they were added.
 * Immutable, reference-counted (atomically). Nowhere is %NULL different from an empty one.
 */
typedef struct _EhMetadata EhMetadata;

/**
 * eh_metadata_with:
 * @self: (nullable): what to start from
 * @key: UTF-8, 1 to EH_METADATA_KEY_MAX bytes; "correlation_id" and "causation_id" are reserved
 * @value: UTF-8, at most EH_METADATA_VALUE_MAX bytes
 * @error: EH_ERROR_INVALID, EH_ERROR_LIMIT
 *
 * Returns: (transfer full): a copy of @self that also has @key; a key that was there gets the new value in
 *   its old place
 */
EH_PUBLIC EhMetadata *eh_metadata_with (EhMetadata *self, const char *key, const char *value, GError **error);

EH_PUBLIC EhMetadata *eh_metadata_ref (EhMetadata *self);
EH_PUBLIC void eh_metadata_unref (EhMetadata *self);

EH_PUBLIC guint eh_metadata_get_size (const EhMetadata *self);

/**
 * eh_metadata_get_key:
 *
 * Returns: (transfer none): the key of pair @i, which must be below the size
 */
EH_PUBLIC const char *eh_metadata_get_key (const EhMetadata *self, guint i);

/**
 * eh_metadata_get_value:
 *
 * Returns: (transfer none): the value of pair @i, which must be below the size
 */
EH_PUBLIC const char *eh_metadata_get_value (const EhMetadata *self, guint i);

/**
 * eh_metadata_lookup:
 *
 * Returns: (transfer none) (nullable): the value of @key, or %NULL
 */
EH_PUBLIC const char *eh_metadata_lookup (const EhMetadata *self, const char *key);

/**
 * eh_metadata_equal:
 *
 * Returns: whether both have the same pairs in the same order; %NULL equals an empty one
 */
EH_PUBLIC gboolean eh_metadata_equal (const EhMetadata *a, const EhMetadata *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhMetadata, eh_metadata_unref)

G_END_DECLS
