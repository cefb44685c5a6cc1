/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "command.h"

/* What the commands of "eventhus store" share: one file a command. They end with 0, 1 and 2 as the manual says. */

Status store_ls (int argc, char **argv);
Status store_cat (int argc, char **argv);
Status store_tail (int argc, char **argv);
Status store_stats (int argc, char **argv);
Status store_verify (int argc, char **argv);
Status store_repair (int argc, char **argv);
Status store_backup (int argc, char **argv);
Status store_export (int argc, char **argv);
Status store_import (int argc, char **argv);
Status store_compact (int argc, char **argv);
Status store_truncate (int argc, char **argv);
Status store_delete (int argc, char **argv);

/* Whether as many paths and names were given as the command takes; else *status is set and it is told what is. */
gboolean store_check_arguments (const char *command, char **arguments, guint least, guint most, const char *wanted,
                                Status *status);

/*
 * Prints "eventhus COMMAND: message", and what to do about damage. Returns STATUS_USAGE if the command cannot be done
 * as it was asked for: no store, another format, another writer, no permission; else STATUS_FAILED: damage, no room.
 */
Status store_complain (const char *command, const GError *error);

/*
 * Opens the store in @folder; @parameters are those of its URI. What is wrong is told, and *status set. A damaged one
 * that is only read is opened as far as it goes; *status is then STATUS_FAILED, else STATUS_OK. (transfer full)
 */
EhEventStore *store_open (const char *command, const char *folder, const char *parameters, Status *status);

/* Closes it, and tells what could not be made durable. */
Status store_close (const char *command, EhEventStore *store, Status status);

/* Something that a person waits for: a bar on stderr while it lasts, if that is a terminal. */
typedef struct {
  const char *what;
  gboolean prints; /* on stdout meanwhile: no bar if that is a terminal, too */
  gint64 last;     /* when it was told */
  gboolean is_told;
} StoreProgress;

/* An EhFileProgressFunc for a StoreProgress. Where @total is 0, as nobody knows it, @done is told as it is. */
void store_progress (guint64 done, guint64 total, gpointer progress);
void store_progress_end (StoreProgress *self);

/* Appends an event as one line, with its position. */
void store_write_event (GString *out, const EhEvent *event);

/* "4.2 MiB". (transfer full) */
char *store_format_bytes (guint64 bytes);

/* Appends ,"name":"text" and ,"name":number; null where there is no text. */
void store_json_text (GString *out, const char *name, const char *text);
void store_json_number (GString *out, const char *name, guint64 number);

/* Prints @out and empties it. FALSE if there is no room or nobody reads: main() tells it. */
gboolean store_print (GString *out);
