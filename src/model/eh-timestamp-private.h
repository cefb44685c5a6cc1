/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-version-macros.h"

G_BEGIN_DECLS

/* Times are microseconds since 1970 in UTC, from year 1 to 9999; their text is RFC 3339. */

#define EH_TIMESTAMP_MIN G_GINT64_CONSTANT (-62135596800000000)
#define EH_TIMESTAMP_MAX G_GINT64_CONSTANT (253402300799999999)
#define EH_TIMESTAMP_LENGTH 27

static inline gboolean
eh_timestamp_in_range (gint64 time)
{
  return time >= EH_TIMESTAMP_MIN && time <= EH_TIMESTAMP_MAX;
}

/* Writes "2026-01-01T00:00:00.000000Z", EH_TIMESTAMP_LENGTH bytes and no nul; @time is in range. */
void eh_timestamp_write (gint64 time, char *text);

/* Reads a whole text; @time is untouched on failure. Returns what is wrong, or NULL. */
const char *eh_timestamp_scan (const char *text, gsize length, gint64 *time);

/* The same for a nul-terminated text. Error: EH_ERROR_INVALID. */
gboolean eh_timestamp_parse (const char *text, gint64 *time, GError **error);

/*
 * Reads an ISO 8601 duration of days, hours, minutes and seconds into microseconds: "PT1H30M", "P1DT0.5S". Years
 * and months are refused because they have no fixed length. Error: EH_ERROR_INVALID.
 */
gboolean eh_interval_parse (const char *text, gint64 *interval, GError **error);

G_END_DECLS
