/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-clock.h"

G_DEFINE_INTERFACE (EhClock, eh_clock, G_TYPE_OBJECT)

static void
eh_clock_default_init (EhClockInterface *iface)
{
}

gint64
eh_clock_now (EhClock *self)
{
  EhClockInterface *iface;

  g_return_val_if_fail (self != NULL, 0);

  /* Asked for every command and id: finding the interface is the check, and done once. */
  iface = EH_CLOCK_GET_IFACE (self);
  g_return_val_if_fail (iface != NULL, 0);
  return iface->now (self);
}

gboolean
eh_clock_sleep (EhClock *self, gint64 interval, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (EH_IS_CLOCK (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (interval <= 0)
    return TRUE;
  return EH_CLOCK_GET_IFACE (self)->sleep (self, interval, cancellable, error);
}
