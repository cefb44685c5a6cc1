/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-conformance-suite-private.h"

#include "conformance/eh-conformance-result-private.h"
#include "conformance/eh-crowd-private.h"
#include "model/eh-lock-private.h"
#include "model/eh-random-private.h"

/*
 * A case is a function that returns an error, so that GTest, the tool and a test of the suite itself can all say what
 * did not hold. It runs in a thread of its own: what is tried may be broken in any way, and one that never returns
 * must not stop the rest. When its time is out the case's cancellable is cancelled, which ends every wait of a
 * subject that obeys it; a case that then still does not end is given up, with all that it holds.
 */

#define TIMEOUT 60
#define GRACE (5 * G_TIME_SPAN_SECOND)

typedef struct {
  gint ref_count; /* (atomic): the caller's and the thread's */
  EhConformanceSuite suite;
  guint i;
  EhConformanceJob job; /* with its cancellable (owned) */

  EhLock lock;
  EhCond cond;
  gboolean is_done; /* (mutex lock) */
  GError *error;    /* (owned) (mutex lock) */
} Attempt;

static void
attempt_unref (Attempt *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_object_unref (self->job.cancellable);
  g_clear_error (&self->error);
  eh_cond_clear (&self->cond);
  eh_lock_clear (&self->lock);
  g_free (self);
}

static gpointer
attempt_run (gpointer data)
{
  Attempt *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  GError *error = NULL;

  g_main_context_push_thread_default (context);
  if (!self->suite.run (self->i, &self->job, &error) && error == NULL)
    g_set_error_literal (&error, EH_ERROR, EH_ERROR_INVALID, "a call failed without an error");
  g_main_context_pop_thread_default (context);

  eh_lock (&self->lock);
  self->is_done = TRUE;
  self->error = error;
  eh_cond_broadcast (&self->cond);
  eh_unlock (&self->lock);
  attempt_unref (self);
  return NULL;
}

static gboolean
attempt_wait (Attempt *self, gint64 time)
{
  gint64 end = g_get_monotonic_time () + time;
  gboolean is_done = FALSE;

  eh_lock (&self->lock);
  while (!self->is_done && eh_cond_wait_until (&self->cond, &self->lock, end))
    continue;
  is_done = self->is_done;
  eh_unlock (&self->lock);
  return is_done;
}

static Attempt *
attempt_new (const EhConformanceSuite *suite, guint i, const EhConformanceJob *job)
{
  Attempt *self = g_new0 (Attempt, 1);

  self->ref_count = 2;
  self->suite = *suite;
  self->i = i;
  self->job = *job;
  self->job.cancellable = g_cancellable_new ();
  eh_lock_init (&self->lock);
  eh_cond_init (&self->cond);
  return self;
}

static void
pass_on (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

/* @cancellable: (nullable); returns: (transfer full) (nullable): what did not hold */
static char *
attempt (const EhConformanceSuite *suite, guint i, const EhConformanceJob *job, guint timeout,
         GCancellable *cancellable)
{
  Attempt *self = attempt_new (suite, i, job);
  gulong handler = cancellable == NULL ? 0
                                       : g_cancellable_connect (cancellable, G_CALLBACK (pass_on),
                                                                g_object_ref (self->job.cancellable), g_object_unref);
  GThread *thread = g_thread_new ("conformance", attempt_run, self);
  gboolean in_time = attempt_wait (self, timeout * G_TIME_SPAN_SECOND);
  char *failure = NULL;

  g_cancellable_disconnect (cancellable, handler);
  if (!in_time)
    g_cancellable_cancel (self->job.cancellable);
  if (in_time || attempt_wait (self, GRACE))
    g_thread_join (thread);
  else
    g_thread_unref (thread);
  if (!in_time)
    failure = g_strdup_printf ("did not end within %u s", timeout);
  else if (self->error != NULL)
    failure = g_strdup (self->error->message);
  attempt_unref (self);
  return failure;
}

/* Each case has numbers of its own, whichever others are run. What repeats less because all is slow has more time. */
static char *
run_case (const EhConformanceSuite *suite, const EhConformanceSubject *subject, guint i, guint64 seed)
{
  EhConformanceJob job = {
    .factory = subject->factory,
    .number = i + 1,
    .seed = eh_random_mix (seed + i),
  };

  return attempt (suite, i, &job,
                  subject->timeout != 0 ? subject->timeout : TIMEOUT * TIMEOUT / eh_crowd_count (TIMEOUT),
                  subject->cancellable);
}

static char *
get_full_name (const EhConformanceCase *about)
{
  return g_strdup_printf ("%s/%s", about->section->name, about->name);
}

EhConformanceResult *
eh_conformance_suite_run (const EhConformanceSuite *suite, const EhConformanceSubject *subject, const char *filter,
                          guint64 seed)
{
  EhConformanceResult *result = eh_conformance_result_new (subject->name, seed);

  for (guint i = 0; i < suite->n_cases && !g_cancellable_is_cancelled (subject->cancellable); i++)
    {
      EhConformanceCase about;
      g_autofree char *name = NULL;
      gint64 start = g_get_monotonic_time ();
      char *failure = NULL;

      suite->describe (i, &about);
      name = get_full_name (&about);
      if (filter != NULL && !g_pattern_match_simple (filter, name))
        continue;
      if (!suite->applies (i, subject->factory))
        {
          eh_conformance_result_leave_out (result, name);
          continue;
        }
      failure = run_case (suite, subject, i, seed);
      eh_conformance_result_add (result, &about, g_get_monotonic_time () - start, failure);
    }
  return result;
}

typedef struct {
  EhConformanceSuite suite;
  EhConformanceSubject subject;
  guint i;
} TestCase;

static void
run_test (gconstpointer data)
{
  const TestCase *self = data;
  guint64 seed = ((guint64) (guint32) g_test_rand_int () << 32) | (guint32) g_test_rand_int ();
  g_autofree char *failure = NULL;
  EhConformanceCase about;

  self->suite.describe (self->i, &about);
  g_test_summary (about.summary);
  failure = run_case (&self->suite, &self->subject, self->i, seed);
  if (failure == NULL)
    return;
  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  g_test_fail_printf ("%s", failure);
}

void
eh_conformance_suite_add_tests (const EhConformanceSuite *suite, const EhConformanceSubject *subject,
                                const char *prefix)
{
  for (guint i = 0; i < suite->n_cases; i++)
    {
      EhConformanceCase about;
      g_autofree char *path = NULL;

      if (!suite->applies (i, subject->factory))
        continue;
      suite->describe (i, &about);
      path = g_strdup_printf ("%s/%s/%s", prefix, about.section->name, about.name);
      g_test_add_data_func_full (path, g_memdup2 (&(TestCase){ *suite, *subject, i }, sizeof (TestCase)), run_test,
                                 g_free);
    }
}
