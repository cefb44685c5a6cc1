/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-ops-private.h"
#include "store/file/eh-file-options-private.h"
#include "store/file/eh-file-tools.h"

G_BEGIN_DECLS

/* What the public calls hand on to their twins here, which do everything by way of @ops. */
typedef struct {
  const EhFileOps *ops;
  EhFileDamageFunc damage_func;     /* (nullable) */
  EhFileMoveFunc move_func;         /* (nullable) */
  EhFileProgressFunc progress_func; /* (nullable) */
  gpointer user_data;
  GCancellable *cancellable; /* (nullable) */
} EhFileToolCall;

EH_FOR_TESTING gboolean eh_file_verify_with (const EhFileToolCall *call, const char *folder, EhFileVerification *result,
                                             GError **error);

/* @options: how the new store is made; but nothing of it is flushed before it is complete */
EH_FOR_TESTING gboolean eh_file_repair_with (const EhFileToolCall *call, const char *folder, const char *to,
                                             const EhFileOptions *options, EhFileRepair *result, GError **error);

EH_FOR_TESTING gboolean eh_file_backup_with (const EhFileToolCall *call, const char *folder, const char *to,
                                             gboolean copy_all, EhFileBackup *result, GError **error);

G_END_DECLS
