/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "command.h"
#include "model/eh-json-private.h"

/*
 * MongoDB's extended JSON, in which {"$numberLong": "12"} is 12 and {"$date": ...} a time. As with the reader itself,
 * FALSE goes with the reader's error.
 */

/* Appends any value as plain JSON; eh_json_finish() is then needed. */
gboolean store_extended_put (EhJsonReader *reader, GString *out);

/* A whole number as it is, or wrapped. */
gboolean store_extended_read_number (EhJsonReader *reader, gint64 *number);

/* A text with a time (RFC 3339), of which what is finer than a microsecond is cut. */
gboolean store_extended_read_time (EhJsonReader *reader, gint64 *time, gboolean *is_cut);

/* What is behind "$date": such a text, or milliseconds. */
gboolean store_extended_read_date (EhJsonReader *reader, gint64 *time, gboolean *is_cut);
