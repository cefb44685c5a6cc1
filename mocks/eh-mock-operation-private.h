/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus.h"

G_BEGIN_DECLS

/* What can be called of a store or a bus, by the names that logs, fault plans and verification use. */
typedef enum {
  EH_MOCK_APPEND,
  EH_MOCK_READ_STREAM,
  EH_MOCK_READ_ALL,
  EH_MOCK_GET_VERSION,
  EH_MOCK_GET_HEAD,
  EH_MOCK_DELETE,
  EH_MOCK_SAVE_SNAPSHOT,
  EH_MOCK_LOAD_SNAPSHOT,
  EH_MOCK_PUBLISH,
  EH_MOCK_DELIVER,
  EH_MOCK_SUBSCRIBE,
  EH_MOCK_UNSUBSCRIBE,
  EH_MOCK_FLUSH,
  EH_MOCK_CLOSE,
  EH_MOCK_N_OPERATIONS,
} EhMockOperation;

const char *eh_mock_operation_get_nick (EhMockOperation operation);

/* Error: EH_ERROR_INVALID, with a suggestion. */
gboolean eh_mock_operation_from_nick (const char *nick, EhMockOperation *operation, GError **error);

G_END_DECLS
