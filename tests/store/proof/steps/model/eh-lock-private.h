/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* In place of the library's locks: each is a step of the test's scheduler (test-file-steps.c). */

typedef struct {
  gboolean is_held;
} EhLock;

typedef struct {
  guint unused;
} EhCond;

void steps_lock (EhLock *lock);
void steps_unlock (EhLock *lock);
void steps_wait (EhCond *cond, EhLock *lock);
void steps_wake (gconstpointer what, guint n);

#define eh_lock_init(lock) (*(lock) = (EhLock){ FALSE })
#define eh_lock_clear(lock) ((void) (lock))
#define eh_lock(lock) steps_lock (lock)
#define eh_unlock(lock) steps_unlock (lock)
#define eh_cond_init(cond) (*(cond) = (EhCond){ 0 })
#define eh_cond_clear(cond) ((void) (cond))
#define eh_cond_wait(cond, lock) steps_wait (cond, lock)
#define eh_cond_wait_until(cond, lock, end) ((void) (end), steps_wait (cond, lock), TRUE)
#define eh_cond_signal(cond) steps_wake (cond, 1)
#define eh_cond_broadcast(cond) steps_wake (cond, G_MAXUINT)
