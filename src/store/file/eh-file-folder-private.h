/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-lock-page-private.h"

G_BEGIN_DECLS

/*
 * Whether @folder is a store, or a good place for one: empty, or not there yet. EH_ERROR_INVALID if it is something
 * else, EH_ERROR_CORRUPT if it is a store without its log.
 */
gboolean eh_file_folder_check (const EhFileOps *ops, const char *folder, gboolean *exists, GError **error);

/* The same where there must be a store: else EH_ERROR_NOT_FOUND. */
gboolean eh_file_folder_check_exists (const EhFileOps *ops, const char *folder, GError **error);

/* Where there is no segment, nothing else may say that there was one: else EH_ERROR_CORRUPT. */
gboolean
eh_file_folder_check_no_log (const EhFileOps *ops, const char *folder, const EhFileLockPage *lock_page, GError **error);

/* EH_ERROR_NOT_FOUND, or what is said above. Returns FALSE. */
gboolean eh_file_folder_set_missing (const EhFileOps *ops, const char *folder, GError **error);

G_END_DECLS
