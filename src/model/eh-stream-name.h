/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

/**
 * EH_STREAM_NAME_MAX:
 *
 * The most bytes of a stream's whole name.
 */
#define EH_STREAM_NAME_MAX 512

#define EH_TYPE_STREAM_NAME (eh_stream_name_get_type ())
EH_PUBLIC GType eh_stream_name_get_type (void);

/**
 * EhStreamName:
 *
 * The name of one aggregate instance's stream, "<aggregate type>-<aggregate id>": "Account-a1". The part
 * before the first "-" is the *category*. Immutable, reference-counted (atomically), hashed once.
 *
 * A category has 1 or more bytes and no "-"; an id has 1 or more bytes; both are UTF-8 without control
 * characters; the whole has at most EH_STREAM_NAME_MAX bytes.
 */
typedef struct _EhStreamName EhStreamName;

/**
 * eh_stream_name_new:
 * @category: the aggregate type's name
 * @id: the aggregate's id
 * @error: EH_ERROR_INVALID
 *
 * Returns: (transfer full): the name
 */
EH_PUBLIC EhStreamName *eh_stream_name_new (const char *category, const char *id, GError **error);

/**
 * eh_stream_name_parse:
 * @name: "Account-a1"
 * @error: EH_ERROR_INVALID
 *
 * Returns: (transfer full): the name
 */
EH_PUBLIC EhStreamName *eh_stream_name_parse (const char *name, GError **error);

EH_PUBLIC EhStreamName *eh_stream_name_ref (EhStreamName *self);
EH_PUBLIC void eh_stream_name_unref (EhStreamName *self);

/**
 * eh_stream_name_to_string:
 *
 * Returns: (transfer none): the whole name
 */
EH_PUBLIC const char *eh_stream_name_to_string (const EhStreamName *self);

/**
 * eh_stream_name_get_category:
 *
 * Returns: (transfer none): the aggregate type's name
 */
EH_PUBLIC const char *eh_stream_name_get_category (const EhStreamName *self);

/**
 * eh_stream_name_get_id:
 *
 * Returns: (transfer none): the aggregate's id
 */
EH_PUBLIC const char *eh_stream_name_get_id (const EhStreamName *self);

EH_PUBLIC guint eh_stream_name_hash (gconstpointer self);
EH_PUBLIC gboolean eh_stream_name_equal (gconstpointer a, gconstpointer b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhStreamName, eh_stream_name_unref)

G_END_DECLS
