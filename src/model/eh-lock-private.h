/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * The library's locks. They are GLib's own, except under ThreadSanitizer, which does not see GLib's futex-based
 * locks: there they are pthread's, so that a reported race is a race.
 */

#if defined(__SANITIZE_THREAD__)
#define EH_LOCK_PTHREAD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define EH_LOCK_PTHREAD 1
#endif
#endif

#ifdef EH_LOCK_PTHREAD

#include <errno.h>
#include <pthread.h>
#include <time.h>

typedef pthread_mutex_t EhLock;
typedef pthread_cond_t EhCond;

#define eh_lock_init(lock) pthread_mutex_init (lock, NULL)
#define eh_lock_clear(lock) pthread_mutex_destroy (lock)
#define eh_lock(lock) pthread_mutex_lock (lock)
#define eh_unlock(lock) pthread_mutex_unlock (lock)
#define eh_cond_clear(cond) pthread_cond_destroy (cond)
#define eh_cond_wait(cond, lock) pthread_cond_wait (cond, lock)
#define eh_cond_signal(cond) pthread_cond_signal (cond)
#define eh_cond_broadcast(cond) pthread_cond_broadcast (cond)

static inline void
eh_cond_init (EhCond *cond)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (cond, &attributes);
  pthread_condattr_destroy (&attributes);
}

/* @end is g_get_monotonic_time() plus microseconds; FALSE if it has passed. */
static inline gboolean
eh_cond_wait_until (EhCond *cond, EhLock *lock, gint64 end)
{
  struct timespec at = { .tv_sec = end / G_USEC_PER_SEC, .tv_nsec = (end % G_USEC_PER_SEC) * 1000 };

  return pthread_cond_timedwait (cond, lock, &at) != ETIMEDOUT;
}

#else

typedef GMutex EhLock;
typedef GCond EhCond;

#define eh_lock_init(lock) g_mutex_init (lock)
#define eh_lock_clear(lock) g_mutex_clear (lock)
#define eh_lock(lock) g_mutex_lock (lock)
#define eh_unlock(lock) g_mutex_unlock (lock)
#define eh_cond_init(cond) g_cond_init (cond)
#define eh_cond_clear(cond) g_cond_clear (cond)
#define eh_cond_wait(cond, lock) g_cond_wait (cond, lock)
#define eh_cond_wait_until(cond, lock, end) g_cond_wait_until (cond, lock, end)
#define eh_cond_signal(cond) g_cond_signal (cond)
#define eh_cond_broadcast(cond) g_cond_broadcast (cond)

#endif
