/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

/**
 * EH_ID_STRING_LENGTH:
 *
 * The length of an id's text, without the terminating nul.
 */
#define EH_ID_STRING_LENGTH 26

/**
 * EhId:
 * @bytes: 48 bits of Unix time in milliseconds, then 80 random bits, both big-endian
 *
 * A ULID, by value: ids sort by the time at which they were made. All zeros is *nil*, "no id".
 * Its text is 26 characters of Crockford's base 32 (https://github.com/ulid/spec).
 */
typedef struct {
  guint8 bytes[16];
} EhId;

#define EH_TYPE_ID (eh_id_get_type ())
EH_PUBLIC GType eh_id_get_type (void);

EH_PUBLIC EhId *eh_id_copy (const EhId *id);
EH_PUBLIC void eh_id_free (EhId *id);

/**
 * eh_id_from_string:
 * @id: (out caller-allocates): where to put it; untouched on failure
 * @text: 26 characters; letters of either case; I, L and O read as 1, 1 and 0
 * @error: EH_ERROR_INVALID if @text is not a ULID
 *
 * Returns: %TRUE if @text is a ULID
 */
EH_PUBLIC gboolean eh_id_from_string (EhId *id, const char *text, GError **error);

/**
 * eh_id_write: (skip)
 * @id: an id
 * @text: room for EH_ID_STRING_LENGTH + 1 characters
 */
EH_PUBLIC void eh_id_write (const EhId *id, char *text);

/**
 * eh_id_to_string:
 *
 * Returns: (transfer full): the id's text
 */
EH_PUBLIC char *eh_id_to_string (const EhId *id);

EH_PUBLIC gboolean eh_id_is_nil (const EhId *id);
EH_PUBLIC gboolean eh_id_equal (const EhId *a, const EhId *b);
EH_PUBLIC guint eh_id_hash (const EhId *id);

/**
 * eh_id_get_time:
 *
 * Returns: the time at which the id was made, in microseconds since 1970 (whole milliseconds)
 */
EH_PUBLIC gint64 eh_id_get_time (const EhId *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhId, eh_id_free)

G_END_DECLS
