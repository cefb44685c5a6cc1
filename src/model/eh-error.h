/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

#define EH_ERROR (eh_error_quark ())

/**
 * EhError:
 * @EH_ERROR_CONFLICT: the stream is not at the expected version; nothing was written. Load again and retry.
 *   eh_error_get_versions() tells both versions
 * @EH_ERROR_NOT_FOUND: no such stream, or it was deleted
 * @EH_ERROR_EXISTS: the thing exists already: a stream, an event id in another place, a registration
 * @EH_ERROR_INVALID: what was handed in is not well-formed: JSON, a name, a URI, a value out of range
 * @EH_ERROR_UNKNOWN_TYPE: an event or command type that the domain does not have
 * @EH_ERROR_CORRUPT: stored bytes are damaged; the message names the place
 * @EH_ERROR_UNSUPPORTED: this store or bus cannot do that, or what was stored is of another revision than is known
 * @EH_ERROR_LOCKED: another process is the writer
 * @EH_ERROR_CLOSED: the object was closed
 * @EH_ERROR_LIMIT: a size, depth or count limit was exceeded
 * @EH_ERROR_AMBIGUOUS: the write may or may not have happened; append the same batch again to find out
 * @EH_ERROR_CRASHED: the calling client crashed in a simulated world; the call had no effect
 * @EH_ERROR_PARKED: what was waited for is recorded, but who was to handle it has set it aside
 *
 * What can go wrong, by what the caller can do about it. I/O errors stay G_IO_ERROR; a domain refuses a
 * command with an error domain of its own.
 */
typedef enum {
  EH_ERROR_CONFLICT,
  EH_ERROR_NOT_FOUND,
  EH_ERROR_EXISTS,
  EH_ERROR_INVALID,
  EH_ERROR_UNKNOWN_TYPE,
  EH_ERROR_CORRUPT,
  EH_ERROR_UNSUPPORTED,
  EH_ERROR_LOCKED,
  EH_ERROR_CLOSED,
  EH_ERROR_LIMIT,
  EH_ERROR_AMBIGUOUS,
  EH_ERROR_CRASHED,
  EH_ERROR_PARKED,
} EhError;

EH_PUBLIC GQuark eh_error_quark (void);

/**
 * eh_error_get_nick:
 * @code: one of #EhError
 *
 * The name of @code in scenario files, such as "not-found".
 *
 * Returns: (nullable): the nick, or %NULL if there is no such code
 */
EH_PUBLIC const char *eh_error_get_nick (gint code);

/**
 * eh_error_new_conflict: (skip)
 * @stream: the stream's name
 * @expected: what the append required: a version, or one of the EH_EXPECTED constants
 * @actual: the stream's version
 *
 * For implementers of stores.
 *
 * Returns: (transfer full): an EH_ERROR_CONFLICT whose message tells both versions
 */
EH_PUBLIC GError *eh_error_new_conflict (const char *stream, gint64 expected, guint64 actual);

/**
 * eh_error_get_versions:
 * @error: an error
 * @expected: (out) (optional): what the append required
 * @actual: (out) (optional): the stream's version at that moment
 *
 * Reads the versions out of a conflict.
 *
 * Returns: %TRUE if @error is a conflict made by eh_error_new_conflict(), else the out parameters are untouched
 */
EH_PUBLIC gboolean eh_error_get_versions (const GError *error, gint64 *expected, guint64 *actual);

G_END_DECLS
