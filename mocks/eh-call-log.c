/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-call-log-private.h"

#include <string.h>

#include "model/eh-lock-private.h"

/*
 * A call is noted when it begins, so that what it causes (a delivery that publishes) stands behind it, and gets its
 * outcome when it ends. What accessors hand out is set once and stays as long as the call is in the log.
 */

struct _EhLoggedCall {
  EhMockOperation operation;
  char *subject;     /* (owned) */
  char *arguments;   /* (owned) */
  char *outcome;     /* (owned) (nullable) (log's lock): NULL while it is under way */
  const char *fault; /* (unowned) (nullable) (log's lock) */
  GError *error;     /* (owned) (nullable) (log's lock) */
};

struct _EhCallLog {
  GObject parent_instance;

  EhLock lock;
  GPtrArray *calls; /* (owned) (element-type EhLoggedCall) (mutex lock) */
};

G_DEFINE_FINAL_TYPE (EhCallLog, eh_call_log, G_TYPE_OBJECT)

static void
logged_call_clear (gpointer data)
{
  EhLoggedCall *self = data;

  g_free (self->subject);
  g_free (self->arguments);
  g_free (self->outcome);
  g_clear_error (&self->error);
}

static void
logged_call_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, logged_call_clear);
}

static void
eh_call_log_finalize (GObject *object)
{
  EhCallLog *self = EH_CALL_LOG (object);

  g_clear_pointer (&self->calls, g_ptr_array_unref);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_call_log_parent_class)->finalize (object);
}

static void
eh_call_log_class_init (EhCallLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_call_log_finalize;
}

static void
eh_call_log_init (EhCallLog *self)
{
  eh_lock_init (&self->lock);
  self->calls = g_ptr_array_new_with_free_func (logged_call_unref);
}

EhCallLog *
eh_call_log_new (void)
{
  return g_object_new (EH_TYPE_CALL_LOG, NULL);
}

EhLoggedCall *
eh_call_log_begin (EhCallLog *self, EhMockOperation operation, const char *subject, char *arguments)
{
  EhLoggedCall *call = g_atomic_rc_box_new0 (EhLoggedCall);

  call->operation = operation;
  call->subject = g_strdup (subject);
  call->arguments = arguments != NULL ? arguments : g_strdup ("");
  eh_lock (&self->lock);
  g_ptr_array_add (self->calls, g_atomic_rc_box_acquire (call));
  eh_unlock (&self->lock);
  return call;
}

void
eh_call_log_end (EhCallLog *self, EhLoggedCall *call, char *outcome, const char *fault, const GError *error)
{
  eh_lock (&self->lock);
  call->outcome = outcome;
  call->fault = fault;
  call->error = error != NULL ? g_error_copy (error) : NULL;
  eh_unlock (&self->lock);
  logged_call_unref (call);
}

guint
eh_call_log_get_size (EhCallLog *self)
{
  guint size;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), 0);

  eh_lock (&self->lock);
  size = self->calls->len;
  eh_unlock (&self->lock);
  return size;
}

static const EhLoggedCall *
get_call (EhCallLog *self, guint i)
{
  const EhLoggedCall *call;

  eh_lock (&self->lock);
  call = i < self->calls->len ? self->calls->pdata[i] : NULL;
  eh_unlock (&self->lock);
  return call;
}

const char *
eh_call_log_get_operation (EhCallLog *self, guint i)
{
  const EhLoggedCall *call;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);

  call = get_call (self, i);
  g_return_val_if_fail (call != NULL, NULL);
  return eh_mock_operation_get_nick (call->operation);
}

const char *
eh_call_log_get_subject (EhCallLog *self, guint i)
{
  const EhLoggedCall *call;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);

  call = get_call (self, i);
  g_return_val_if_fail (call != NULL, NULL);
  return call->subject;
}

const char *
eh_call_log_get_arguments (EhCallLog *self, guint i)
{
  const EhLoggedCall *call;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);

  call = get_call (self, i);
  g_return_val_if_fail (call != NULL, NULL);
  return call->arguments;
}

/* What the end of a call sets, as one. */
typedef struct {
  const char *outcome;
  const char *fault;
  const GError *error;
} CallEnd;

static gboolean
get_end (EhCallLog *self, guint i, CallEnd *end)
{
  const EhLoggedCall *call = get_call (self, i);

  if (call == NULL)
    return FALSE;
  eh_lock (&self->lock);
  *end = (CallEnd){ call->outcome, call->fault, call->error };
  eh_unlock (&self->lock);
  return TRUE;
}

const char *
eh_call_log_get_outcome (EhCallLog *self, guint i)
{
  CallEnd end;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);
  g_return_val_if_fail (get_end (self, i, &end), NULL);

  return end.outcome;
}

const GError *
eh_call_log_get_error (EhCallLog *self, guint i)
{
  CallEnd end;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);
  g_return_val_if_fail (get_end (self, i, &end), NULL);

  return end.error;
}

const char *
eh_call_log_get_fault (EhCallLog *self, guint i)
{
  CallEnd end;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);
  g_return_val_if_fail (get_end (self, i, &end), NULL);

  return end.fault;
}

static gboolean
logged_call_matches (const EhLoggedCall *call, EhMockOperation operation, const char *subject)
{
  return (operation == EH_MOCK_N_OPERATIONS || call->operation == operation)
         && (subject == NULL || g_pattern_match_simple (subject, call->subject));
}

guint
eh_call_log_count (EhCallLog *self, const char *operation, const char *subject)
{
  EhMockOperation wanted = EH_MOCK_N_OPERATIONS;
  guint n = 0;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), 0);
  g_return_val_if_fail (operation == NULL || eh_mock_operation_from_nick (operation, &wanted, NULL), 0);

  eh_lock (&self->lock);
  for (guint i = 0; i < self->calls->len; i++)
    n += logged_call_matches (self->calls->pdata[i], wanted, subject);
  eh_unlock (&self->lock);
  return n;
}

gboolean
eh_call_log_parse_call (const char *text, EhMockOperation *operation, const char **subject, GError **error)
{
  const char *space = strchr (text, ' ');
  g_autofree char *nick = space != NULL ? g_strndup (text, (gsize) (space - text)) : g_strdup (text);

  *subject = space != NULL ? space + 1 : NULL;
  return eh_mock_operation_from_nick (nick, operation, error);
}

gboolean
eh_call_log_has_order (EhCallLog *self, const char *const *calls, guint *n_found)
{
  EhMockOperation operation;
  const char *subject;
  guint n = 0;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), FALSE);
  g_return_val_if_fail (calls != NULL, FALSE);
  for (guint i = 0; calls[i] != NULL; i++)
    g_return_val_if_fail (eh_call_log_parse_call (calls[i], &operation, &subject, NULL), FALSE);

  eh_lock (&self->lock);
  for (guint i = 0; i < self->calls->len && calls[n] != NULL; i++)
    {
      eh_call_log_parse_call (calls[n], &operation, &subject, NULL);
      n += logged_call_matches (self->calls->pdata[i], operation, subject);
    }
  eh_unlock (&self->lock);
  if (n_found != NULL)
    *n_found = n;
  return calls[n] == NULL;
}

void
eh_call_log_clear (EhCallLog *self)
{
  g_return_if_fail (EH_IS_CALL_LOG (self));

  eh_lock (&self->lock);
  g_ptr_array_set_size (self->calls, 0);
  eh_unlock (&self->lock);
}

static void
logged_call_print (const EhLoggedCall *call, guint i, GString *out)
{
  g_string_append_printf (out, "%u. %s", i + 1, eh_mock_operation_get_nick (call->operation));
  if (*call->subject != '\0')
    g_string_append_printf (out, " %s", call->subject);
  if (*call->arguments != '\0')
    g_string_append_printf (out, ": %s", call->arguments);
  g_string_append_printf (out, " -> %s", call->outcome != NULL ? call->outcome : "under way");
  if (call->fault != NULL)
    g_string_append_printf (out, " [%s]", call->fault);
  g_string_append_c (out, '\n');
}

char *
eh_call_log_to_string (EhCallLog *self)
{
  GString *out;

  g_return_val_if_fail (EH_IS_CALL_LOG (self), NULL);

  out = g_string_new (NULL);
  eh_lock (&self->lock);
  for (guint i = 0; i < self->calls->len; i++)
    logged_call_print (self->calls->pdata[i], i, out);
  eh_unlock (&self->lock);
  return g_string_free (out, FALSE);
}
