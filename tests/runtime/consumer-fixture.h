/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../store/store-fixture.h"
#include "runtime/eh-consumer-private.h"
#include "store/eh-memory-checkpoint-store.h"

/* Checkpoints around checkpoints, which fail when they are told, and count. */
#define FLAKY_TYPE_CHECKPOINTS (flaky_checkpoints_get_type ())
G_DECLARE_FINAL_TYPE (FlakyCheckpoints, flaky_checkpoints, FLAKY, CHECKPOINTS, GObject)

struct _FlakyCheckpoints {
  GObject parent_instance;

  EhCheckpointStore *inner; /* (owned) */
  gint n_saves;             /* (atomic): that were asked for */
  gint failing;             /* (atomic): whether saves fail, G_IO_ERROR_NO_SPACE */
  gint corrupt;             /* (atomic): whether loads fail, EH_ERROR_CORRUPT */
};

EhCheckpointStore *flaky_checkpoints_new (void);

/* What a test of a consumer needs: a store, checkpoints and a clock that stands, and a handler that writes a log. */
typedef struct {
  EhEventStore *store;
  EhCheckpointStore *checkpoints;
  EhFixedClock *clock;
  EhConsumer *consumer; /* "reader": attempts after 1, 2, 4, 4 s; saves after each event */
  GString *log;         /* the numbers that were handled, "!" before one that failed */
  GHashTable *failures; /* a number and how often it is to fail */
} ConsumerDesk;

ConsumerDesk *consumer_desk_new (void);
void consumer_desk_free (ConsumerDesk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConsumerDesk, consumer_desk_free)

/* Another consumer of the same name in place of the old one, which crashes. */
void consumer_desk_restart (ConsumerDesk *self);

/* The event with @number fails @n times. */
void consumer_desk_fail (ConsumerDesk *self, gint64 number, guint n);

/* Steps while it is busy. Returns: the last step's state; what it failed with is forgotten */
EhConsumerState consumer_desk_drain (ConsumerDesk *self);

/* Takes the log, and begins a new one. */
char *consumer_desk_take_log (ConsumerDesk *self);

/* What is parked: "3x5 4x0", the position and the number of attempts. */
char *consumer_parked (EhConsumer *consumer);

guint64 consumer_saved (EhCheckpointStore *checkpoints, const char *name);

#define assert_text(text, expected)                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *text_ = (text);                                                                                   \
    g_assert_cmpstr (text_, ==, expected);                                                                             \
  }                                                                                                                    \
  G_STMT_END

#define assert_drain(desk, state, expected)                                                                            \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    EhConsumerState state_ = consumer_desk_drain (desk);                                                               \
    assert_text (consumer_desk_take_log (desk), expected);                                                             \
    g_assert_cmpint (state_, ==, state);                                                                               \
  }                                                                                                                    \
  G_STMT_END
