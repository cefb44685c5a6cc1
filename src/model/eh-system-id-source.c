/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-system-id-source.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "eh-lock-private.h"
#include "eh-system-clock.h"

/*
 * An id is 48 bits of milliseconds and 80 random bits. Each new millisecond draws new random bits; a further id of
 * the same millisecond, or of one that lies before it because the clock was set back, is the last id plus one.
 * Seen as a number of 128 bits the last id only ever grows, and a carry out of the random bits moves the time on
 * by a millisecond, so ids rise strictly whatever the clock does.
 */

#define RANDOM_SIZE 10
/* The kernel gives 256 bytes at once without being interrupted. */
#define POOL_SIZE (25 * RANDOM_SIZE)
#define TIME_MASK ((G_GUINT64_CONSTANT (1) << 48) - 1)

struct _EhSystemIdSource {
  GObject parent_instance;

  EhClock *clock;                /* (owned), immutable after construct */
  EhClockInterface *clock_iface; /* of @clock: looked up once */

  EhLock lock;
  guint64 last_time;      /* (mutex lock) milliseconds of the last id */
  EhId last;              /* (mutex lock) */
  guint8 pool[POOL_SIZE]; /* (mutex lock) randomness not used yet, from @pool_used on */
  gsize pool_used;        /* (mutex lock) */
};

static void
fill_pool (EhSystemIdSource *self)
{
  gsize have = 0;

  while (have < POOL_SIZE)
    {
      const gssize got = getrandom (self->pool + have, POOL_SIZE - have, 0);

      if (got > 0)
        have += (gsize) got;
      else if (errno != EINTR)
        break;
    }

  /* Only a sandbox that forbids the call gets here. GLib seeds its generator from /dev/urandom or the time. */
  for (; have < POOL_SIZE; have++)
    self->pool[have] = (guint8) (g_random_int () >> 24);
  self->pool_used = 0;
}

static void
draw_random (EhSystemIdSource *self, guint64 time)
{
  const guint64 stamp = GUINT64_TO_BE (time << 16);

  if (self->pool_used == POOL_SIZE)
    fill_pool (self);
  memcpy (self->last.bytes, &stamp, 6);
  memcpy (self->last.bytes + 6, self->pool + self->pool_used, RANDOM_SIZE);
  memset (self->pool + self->pool_used, 0, RANDOM_SIZE);
  self->pool_used += RANDOM_SIZE;
  self->last_time = time;
}

static void
increment (EhSystemIdSource *self)
{
  for (gint i = sizeof self->last.bytes - 1; i >= 0; i--)
    if (++self->last.bytes[i] != 0)
      break;
  self->last_time = (guint64) eh_id_get_time (&self->last) / 1000;
}

static void
eh_system_id_source_next (EhIdSource *source, EhId *id)
{
  EhSystemIdSource *self = EH_SYSTEM_ID_SOURCE (source);
  const gint64 now = self->clock_iface->now (self->clock);
  const guint64 time = ((guint64) MAX (now, 0) / 1000) & TIME_MASK;

  eh_lock (&self->lock);
  if (time > self->last_time || eh_id_is_nil (&self->last))
    draw_random (self, time);
  else
    increment (self);
  *id = self->last;
  eh_unlock (&self->lock);
}

static void
eh_system_id_source_iface_init (EhIdSourceInterface *iface)
{
  iface->next = eh_system_id_source_next;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EhSystemIdSource, eh_system_id_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (EH_TYPE_ID_SOURCE, eh_system_id_source_iface_init))

static void
eh_system_id_source_finalize (GObject *object)
{
  EhSystemIdSource *self = EH_SYSTEM_ID_SOURCE (object);

  g_clear_object (&self->clock);
  eh_lock_clear (&self->lock);
  G_OBJECT_CLASS (eh_system_id_source_parent_class)->finalize (object);
}

static void
eh_system_id_source_class_init (EhSystemIdSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_system_id_source_finalize;
}

static void
eh_system_id_source_init (EhSystemIdSource *self)
{
  eh_lock_init (&self->lock);
  self->pool_used = POOL_SIZE;
}

EhIdSource *
eh_system_id_source_new (EhClock *clock)
{
  EhSystemIdSource *self;

  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);

  self = g_object_new (EH_TYPE_SYSTEM_ID_SOURCE, NULL);
  self->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  self->clock_iface = EH_CLOCK_GET_IFACE (self->clock);
  return EH_ID_SOURCE (self);
}
