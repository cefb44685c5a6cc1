/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-writer-private.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Microseconds without anybody new, after which nobody more is waited for: what waking a thread takes. */
#define GATHER_STILL 30

/* Microseconds that a waiter looks before he sleeps: the two quick flushes that he may wait for. */
#ifndef SPIN_TIME
#define SPIN_TIME (2 * EH_FILE_QUICK_FLUSH)
#endif

EhFileGroup *
eh_file_group_new (void)
{
  EhFileGroup *self = g_new0 (EhFileGroup, 1);

  self->ref_count = 1;
  self->last_ticket = &self->first_ticket;
  return self;
}

EhFileGroup *
eh_file_group_ref (EhFileGroup *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
eh_file_group_unref (EhFileGroup *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_clear_error (&self->error);
  g_free (self->bytes);
  g_free (self);
}

static void
wake (EhFileGroup *self, gint n)
{
  syscall (SYS_futex, &self->state, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

/* The first that wakes, or did not sleep, may have been left to wake the others. */
static EhFileGroupState
pass_on (EhFileGroup *self, EhFileGroupState state)
{
  if (g_atomic_int_compare_and_exchange (&self->wakes_others, TRUE, FALSE))
    wake (self, G_MAXINT);
  return state;
}

void
eh_file_group_spin (const EhFileGroup *self)
{
  const gint64 end = g_get_monotonic_time () + SPIN_TIME;

  while (g_atomic_int_get (&self->state) == EH_FILE_GROUP_PENDING && g_get_monotonic_time () < end)
    sched_yield ();
}

EhFileGroupState
eh_file_group_wait (EhFileGroup *self)
{
  while (TRUE)
    switch (g_atomic_int_get (&self->state))
      {
      case EH_FILE_GROUP_DURABLE:
        return pass_on (self, EH_FILE_GROUP_DURABLE);
      case EH_FILE_GROUP_FAILED:
        return pass_on (self, EH_FILE_GROUP_FAILED);
      case EH_FILE_GROUP_LEAD:
        if (g_atomic_int_compare_and_exchange (&self->state, EH_FILE_GROUP_LEAD, EH_FILE_GROUP_PENDING))
          return EH_FILE_GROUP_LEAD;
        break;
      default:
        g_atomic_int_inc (&self->n_asleep);
        syscall (SYS_futex, &self->state, FUTEX_WAIT_PRIVATE, EH_FILE_GROUP_PENDING, NULL, NULL, 0);
        break;
      }
}

/* It may have been led and finished meanwhile by somebody who came late; then there is nobody to be named. */
void
eh_file_group_name_leader (EhFileGroup *self)
{
  if (g_atomic_int_compare_and_exchange (&self->state, EH_FILE_GROUP_PENDING, EH_FILE_GROUP_LEAD))
    wake (self, 1);
}

void
eh_file_group_finish (EhFileGroup *self, EhFileGroupState state, gboolean passes_on)
{
  gint n_asleep;

  g_atomic_int_set (&self->wakes_others, passes_on);
  g_atomic_int_set (&self->state, (gint) state);
  n_asleep = g_atomic_int_get (&self->n_asleep);
  /* Who is awake sees it without. */
  if (n_asleep > 0 && (!passes_on || n_asleep >= (gint) g_atomic_int_get (&self->n_waiters)))
    wake (self, passes_on ? 1 : G_MAXINT);
}

void
eh_file_group_gather (const EhFileGroup *self, guint n)
{
  gint64 last = g_get_monotonic_time ();
  guint seen = 0;

  while (seen < n)
    {
      const guint count = g_atomic_int_get (&self->n_waiters);
      const gint64 now = g_get_monotonic_time ();

      if (count == seen && now - last > GATHER_STILL)
        return;
      if (count > seen)
        last = now;
      seen = count;
      if (seen < n)
        sched_yield ();
    }
}

guint8 *
eh_file_group_reserve (EhFileGroup *self, guint32 length)
{
  if (self->allocated - self->length < length)
    {
      self->allocated = MAX (self->length + length, MAX (4096, self->allocated * 2));
      self->bytes = g_realloc (self->bytes, self->allocated);
    }
  return self->bytes + self->length;
}
