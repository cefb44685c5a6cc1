/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store/file/eh-file-segment-private.h"

G_BEGIN_DECLS

/*
 * Brings frames to the disk, many with one flush.
 *
 * Appenders put finished frames into the open group, under the store's lock, in the order of their locs. The first of
 * them that finds no flush under way leads: it takes the group, leaves an empty one to the others, writes and
 * flushes without the lock, publishes the new end, and wakes everybody of its group with one word. So there is one
 * flush in flight (F3), its cost is shared by all who came while the last one ran, and somebody who is alone commits in
 * his own thread without any hand-over.
 *
 * As soon as there are two appenders the store's committer leads, group after group, since a thread that sleeps takes a
 * good part of a flush to wake. Few of them are back sooner than a flush takes, so it waits until they all have put
 * their next frames, and they share a flush; of many one half appends while the other half's flush runs, and the first
 * that is awake wakes the rest, so that the disk does not wait for that. For the same reason some do not sleep at all
 * while flushes are quick, but look again and again, letting others go first. Without a committer, who has flushed
 * names one of the next group's waiters its leader before it wakes the others.
 *
 * Waiters take no lock after they have been woken: what they return was settled when their frames got their places.
 */

typedef enum {
  EH_FILE_GROUP_PENDING,
  EH_FILE_GROUP_LEAD, /* nobody leads; whoever of its waiters sees it first does */
  EH_FILE_GROUP_DURABLE,
  EH_FILE_GROUP_FAILED,
} EhFileGroupState;

/* An append that nobody waits for. */
typedef struct _EhFileTicket EhFileTicket;
struct _EhFileTicket {
  EhFileTicket *next;
  void (*done) (EhFileTicket *self, const GError *error); /* frees it; called without locks, in the order of appends */
};

/* Frames that are written, and flushed, together. */
typedef struct {
  gint ref_count;    /* (atomic) */
  gint state;        /* (atomic): a futex */
  gint wakes_others; /* (atomic): whoever sees the end first is to wake the others */
  gint n_asleep;     /* (atomic): how often somebody went to sleep; if there are more waiters, somebody is awake */

  /* With the store's lock until the group is taken; then its leader's. */
  guint8 *bytes; /* (owned) */
  guint32 length;
  guint32 allocated;
  guint32 offset;             /* in the segment */
  guint32 base;               /* F3: everything before this offset is durable when the group is written */
  guint64 end;                /* loc behind it */
  guint64 end_position;       /* of the next event behind it */
  guint n_waiters;            /* (atomic) */
  EhFileTicket *first_ticket; /* (owned) (nullable) */
  EhFileTicket **last_ticket;

  GError *error; /* (owned) (nullable): set before the state becomes FAILED */
} EhFileGroup;

EhFileGroup *eh_file_group_new (void);
EhFileGroup *eh_file_group_ref (EhFileGroup *self);
void eh_file_group_unref (EhFileGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EhFileGroup, eh_file_group_unref)

/* A flush that takes no longer, in microseconds, takes about as long as waking those who sleep meanwhile. */
#define EH_FILE_QUICK_FLUSH 400

/* Looks for the state not to be PENDING any more, for a while; others go first. */
void eh_file_group_spin (const EhFileGroup *self);

/* Blocks until the state is not PENDING any more. On LEAD the caller has been named leader, and it is PENDING again. */
EhFileGroupState eh_file_group_wait (EhFileGroup *self);

void eh_file_group_name_leader (EhFileGroup *self);

/* Ends the waiting; with @passes_on one of those who waited wakes the others. */
void eh_file_group_finish (EhFileGroup *self, EhFileGroupState state, gboolean passes_on);

/* Returns when so many wait for it, or nobody comes any more. */
void eh_file_group_gather (const EhFileGroup *self, guint n);

/* Room for @length more bytes. */
guint8 *eh_file_group_reserve (EhFileGroup *self, guint32 length);

/* The state of writing; all of it with the store's lock, but what a leader has taken. */
typedef struct {
  int file;               /* of the last segment; -1 if there is none */
  EhFileSegment *segment; /* (owned) (nullable): the last one */
  guint32 size;           /* how long it may become */
  guint32 ready;          /* F17: what is before this offset has its room on the disk */
  guint32 assigned;       /* offset behind the last frame that has a place */
  guint32 flushed;        /* everything before this offset of it is durable */
  gboolean has_mark;      /* its last frame is one, so that there is no need for another */
  gboolean sealed;        /* nothing may be added to it: what is next begins a new one */
  gboolean prepare_asked; /* for the next segment, that is */
  guint64 next_position;

  guint64 published; /* F8: loc */
  guint64 published_position;

  EhFileGroup *open; /* (owned) */
  guint8 *spare;     /* (owned) (nullable): a buffer for the next group */
  guint32 spare_allocated;
  EhFileGroup *leading; /* (nullable): that is being written; its leader's */
  gboolean rolling;     /* a new segment is being made; nobody gets a place */
  gboolean flushing;    /* by time, with sync=interval */
  GQueue ended;         /* (owned) (element-type EhFileGroup): whose tickets are still to be called */
  gboolean calling;     /* somebody calls them */
  gint n_spinning;      /* (atomic): waiters who do not sleep, or have just seen that they are to */
  gint64 flush_time;    /* what writing and flushing the last group took, in microseconds */
  guint n_blocked;      /* who waits on the store's condition for a change of these */
  GError *failure;      /* (owned) (nullable): F11 */
} EhFileWriter;

G_END_DECLS
