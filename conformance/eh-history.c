/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-history-private.h"

#include "conformance/eh-claim-private.h"

/*
 * In general that question is hard, but a stream tells the order itself: version 1 is made before it is seen, and seen
 * before version 2 is made. So all that can contradict is time: a call that has to come later has ended before one
 * that has to come earlier began. (Who saw the same version may come in any order.) It is enough to compare each
 * call with the latest beginning of all that come before it.
 */

static guint64
get_rank (const EhHistoryCall *call)
{
  return 2 * call->version + (call->is_append ? 0 : 1);
}

static int
compare_ranks (const void *a, const void *b)
{
  guint64 left = get_rank (a);
  guint64 right = get_rank (b);

  return left < right ? -1 : left > right;
}

static void
describe (const EhHistoryCall *call, GString *text)
{
  g_string_append_printf (text, "the call [%u, %u] %s version %" G_GUINT64_FORMAT, call->invoked, call->returned,
                          call->is_append ? "made" : "saw", call->version);
}

static gboolean
refuse (const EhHistoryCall *early, const EhHistoryCall *late, GError **error)
{
  g_autoptr (GString) text = g_string_new ("no order explains what was seen: ");

  describe (late, text);
  g_string_append (text, " before ");
  describe (early, text);
  g_string_append (text, " began");
  return eh_claim_fail (error, "%s", text->str);
}

/* Each version is made once, and none is seen that was not made. */
static gboolean
check_versions (const EhHistoryCall *calls, guint n_calls, GError **error)
{
  guint64 version = 0;

  for (guint i = 0; i < n_calls; i++)
    {
      if (calls[i].is_append && calls[i].version != version + 1)
        return eh_claim_fail (error, "version %" G_GUINT64_FORMAT " was made after version %" G_GUINT64_FORMAT,
                              calls[i].version, version);
      if (calls[i].is_append)
        version++;
      else if (calls[i].version > version)
        return eh_claim_fail (error, "version %" G_GUINT64_FORMAT " was seen and never made", calls[i].version);
    }
  return TRUE;
}

gboolean
eh_history_check (EhHistoryCall *calls, guint n_calls, GError **error)
{
  const EhHistoryCall *latest = NULL; /* to begin, of all with a lower rank */
  guint done = 0;

  qsort (calls, n_calls, sizeof *calls, compare_ranks);
  if (!check_versions (calls, n_calls, error))
    return FALSE;
  for (guint i = 0; i < n_calls; i++)
    {
      for (; get_rank (&calls[done]) < get_rank (&calls[i]); done++)
        if (latest == NULL || calls[done].invoked > latest->invoked)
          latest = &calls[done];
      if (latest != NULL && calls[i].returned < latest->invoked)
        return refuse (latest, &calls[i], error);
    }
  return TRUE;
}
