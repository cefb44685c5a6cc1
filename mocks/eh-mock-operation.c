/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-mock-operation-private.h"

#include "model/eh-suggest-private.h"

static const char *const nicks[EH_MOCK_N_OPERATIONS] = {
  [EH_MOCK_APPEND] = "append",
  [EH_MOCK_READ_STREAM] = "read-stream",
  [EH_MOCK_READ_ALL] = "read-all",
  [EH_MOCK_GET_VERSION] = "get-version",
  [EH_MOCK_GET_HEAD] = "get-head",
  [EH_MOCK_DELETE] = "delete",
  [EH_MOCK_SAVE_SNAPSHOT] = "save-snapshot",
  [EH_MOCK_LOAD_SNAPSHOT] = "load-snapshot",
  [EH_MOCK_PUBLISH] = "publish",
  [EH_MOCK_DELIVER] = "deliver",
  [EH_MOCK_SUBSCRIBE] = "subscribe",
  [EH_MOCK_UNSUBSCRIBE] = "unsubscribe",
  [EH_MOCK_FLUSH] = "flush",
  [EH_MOCK_CLOSE] = "close",
};

const char *
eh_mock_operation_get_nick (EhMockOperation operation)
{
  return nicks[operation];
}

gboolean
eh_mock_operation_from_nick (const char *nick, EhMockOperation *operation, GError **error)
{
  const char *near_nick = NULL;

  for (guint i = 0; i < EH_MOCK_N_OPERATIONS; i++)
    {
      if (g_str_equal (nicks[i], nick))
        {
          *operation = (EhMockOperation) i;
          return TRUE;
        }
    }
  near_nick = eh_suggest (nick, nicks, EH_MOCK_N_OPERATIONS);
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "no operation is called \"%s\"%s%s%s", nick,
               near_nick != NULL ? "; did you mean \"" : "", near_nick != NULL ? near_nick : "",
               near_nick != NULL ? "\"?" : "");
  return FALSE;
}
