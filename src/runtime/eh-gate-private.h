/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-clock.h"

G_BEGIN_DECLS

/*
 * Counts who is inside, and can be closed. Whoever closes it waits on the clock until all have left, so that it also
 * works where those inside are fibers of the same thread.
 */
typedef struct {
  gint state; /* (atomic): twice the number inside, plus 1 if closed */
} EhGate;

/* How often the one who closes looks, microseconds */
#define EH_GATE_INTERVAL 1000

static inline void
eh_gate_leave (EhGate *self)
{
  g_atomic_int_add (&self->state, -2);
}

/* Returns: %FALSE if it is closed; else eh_gate_leave() must follow */
static inline gboolean
eh_gate_enter (EhGate *self)
{
  if ((g_atomic_int_add (&self->state, 2) & 1) == 0)
    return TRUE;
  eh_gate_leave (self);
  return FALSE;
}

/* Returns: %FALSE if the wait was cancelled; the gate is closed all the same */
static inline gboolean
eh_gate_close (EhGate *self, EhClock *clock, GCancellable *cancellable, GError **error)
{
  g_atomic_int_or ((guint *) &self->state, 1);
  while (g_atomic_int_get (&self->state) > 1)
    {
      if (!eh_clock_sleep (clock, EH_GATE_INTERVAL, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

G_END_DECLS
