/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-writer-private.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

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

EhFileGroupState
eh_file_group_wait (EhFileGroup *self)
{
  while (TRUE)
    switch (g_atomic_int_get (&self->state))
      {
      case EH_FILE_GROUP_DURABLE:
        return EH_FILE_GROUP_DURABLE;
      case EH_FILE_GROUP_FAILED:
        return EH_FILE_GROUP_FAILED;
      case EH_FILE_GROUP_LEAD:
        if (g_atomic_int_compare_and_exchange (&self->state, EH_FILE_GROUP_LEAD, EH_FILE_GROUP_PENDING))
          return EH_FILE_GROUP_LEAD;
        break;
      default:
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
eh_file_group_finish (EhFileGroup *self, EhFileGroupState state)
{
  g_atomic_int_set (&self->state, (gint) state);
  if (self->n_waiters > 0)
    wake (self, G_MAXINT);
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
