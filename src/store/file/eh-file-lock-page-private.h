/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-ops-private.h"

G_BEGIN_DECLS

/*
 * The file LOCK: who writes, and up to where the log is durable (F14). The writer holds the lock and publishes; readers
 * in other processes look. The page is a hint: a store without it, or with an old one, is just as whole.
 */
typedef struct {
  const EhFileOps *ops;
  char *path;   /* (owned) (nullable) */
  int file;     /* -1 if there is none */
  guint8 *page; /* (nullable): shared */
  gboolean writer;
  gint64 checked_at; /* see eh_file_lock_page_check() */
} EhFileLockPage;

/* EH_ERROR_LOCKED if another process, or another store of this process, writes; the message names the process. */
gboolean eh_file_lock_page_take (EhFileLockPage *self, const EhFileOps *ops, const char *path, GError **error);

/* For readers: without the file it is as if nothing had been published. */
gboolean eh_file_lock_page_look (EhFileLockPage *self, const EhFileOps *ops, const char *path, GError **error);
void eh_file_lock_page_clear (EhFileLockPage *self);

/* Whether there is a page, and of this store. */
gboolean eh_file_lock_page_is_of (const EhFileLockPage *self, const guint8 store_id[16]);

/* The published and the durable end; 0 if there is none, or if it is of another store. */
guint64 eh_file_lock_page_get_end (const EhFileLockPage *self, const guint8 store_id[16]);
guint64 eh_file_lock_page_get_durable (const EhFileLockPage *self, const guint8 store_id[16]);

/* Whether frames of some store were published, whichever it is: then segment 1 had been flushed, and its name. */
gboolean eh_file_lock_page_had_log (const EhFileLockPage *self);

/* Whether somebody writes at this moment. */
gboolean eh_file_lock_page_is_written (const EhFileLockPage *self);
/* Sets EH_ERROR_LOCKED, with the process that has said that it writes, and what to do; returns FALSE. */
gboolean
eh_file_lock_page_set_locked (const EhFileLockPage *self, const char *where, const char *advice, GError **error);

/*
 * About once a second, by @now: whether the file is still the one of that name. Else the store was removed, or another
 * one was put in its place, and nobody would ever find what is written here, or be told here what is written there:
 * EH_ERROR_NOT_FOUND from then on. By one thread at a time.
 */
gboolean eh_file_lock_page_check (EhFileLockPage *self, gint64 now, GError **error);

/* The writer's: says whose page it is from now on. */
void eh_file_lock_page_set_store (EhFileLockPage *self, const guint8 store_id[16]);
void eh_file_lock_page_publish (EhFileLockPage *self, guint64 end);
void eh_file_lock_page_set_durable (EhFileLockPage *self, guint64 end);

/* Waits until something has been published since the count was @count, or @timeout microseconds have passed. */
guint32 eh_file_lock_page_get_count (const EhFileLockPage *self);
void eh_file_lock_page_wait (const EhFileLockPage *self, guint32 count, gint64 timeout);

G_END_DECLS
