/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "conformance/eh-store-conformance.h"

/*
 * A store as somebody else might write it, as plain as can be: an array of events and a lock. It holds what the suite
 * demands; and it can be broken in one way at a time, to show that the suite notices.
 */

typedef enum {
  PLAIN_HONEST,
  PLAIN_IGNORES_EXPECTED,   /* whatever is expected is fine */
  PLAIN_OVERWRITES,         /* "no stream" on a stream that is makes it anew */
  PLAIN_DROPS_FIRST,        /* an append to a missing stream says yes and does nothing */
  PLAIN_MISSING_EXISTS,     /* "exists" on a missing stream creates it */
  PLAIN_LOSES_ON_CONFLICT,  /* a conflict says yes and does nothing */
  PLAIN_VAGUE_CONFLICT,     /* a conflict does not tell its versions */
  PLAIN_WRITES_ON_CONFLICT, /* a conflict is reported, and written all the same */
  PLAIN_BURNS_IDS,          /* ids of a refused append count as taken */
  PLAIN_TEARS_BATCH,        /* what is before a bad event stays */
  PLAIN_CUTS_BATCH,         /* of a large batch the end is left out */
  PLAIN_EVENT_BY_EVENT,     /* readers see a batch grow */
  PLAIN_KEEPS_BATCH,        /* reads look into the caller's batch */
  PLAIN_CHANGES_PAGES,      /* what was handed out is changed later */
  PLAIN_VERSION_GAPS,       /* each batch leaves out a version */
  PLAIN_POSITIONS_STAND,    /* all events of a batch have one position */
  PLAIN_HEAD_BEHIND,        /* the newest position is that of the one before */
  PLAIN_TELLS_EARLY,        /* watches are called before the commit */
  PLAIN_TELLS_NOBODY,       /* watches are not called */
  PLAIN_COMMITS_LATE,       /* positions are given before the commit */
  PLAIN_SAME_ID_TWICE,      /* the same batch again is appended again */
  PLAIN_ID_ELSEWHERE,       /* an id of another stream is taken */
  PLAIN_OVERLAPS,           /* of a batch that is there in part the rest is added */
  PLAIN_RETRY_CONFLICTS,    /* a repeat is held to the expected version */
  PLAIN_ROUNDS_TIME,        /* milliseconds will do */
  PLAIN_CLAMPS_TIME,        /* nothing was before 1970 */
  PLAIN_FORGETS_METADATA,
  PLAIN_SORTS_METADATA,
  PLAIN_FORGETS_CONTEXT,
  PLAIN_FORGETS_REVISION,
  PLAIN_NUMBERS_AS_DOUBLES, /* integers beyond 2^53 are rounded */
  PLAIN_CUTS_DATA,          /* more than 64 KiB are not kept */
  PLAIN_PREFIX_LEAKS,       /* a stream has those of all whose name begins like its own */
  PLAIN_FOLDS_CASE,
  PLAIN_CUTS_NAMES, /* only 200 bytes of a name matter */
  PLAIN_LIMIT_OFF_BY_ONE,
  PLAIN_BACKWARDS_FORWARDS, /* backwards begins at the right place and then goes forwards */
  PLAIN_ENDS_EARLY,         /* a full page is said to be the end */
  PLAIN_CATEGORY_PREFIX,    /* a category has those of all whose name begins like its own */
  PLAIN_READS_DELETED,      /* reading all gives what is deleted */
  PLAIN_IGNORES_TOMBSTONE,  /* a deleted stream can be made anew */
  PLAIN_REPEATS,            /* reading from a position begins one too early */
  PLAIN_CLOSE_LOSES,        /* what was appended last is not there when it is opened again */
  PLAIN_FORGETS_DELETE,     /* opened again, the tombstones are gone */
  PLAIN_SHARED_WRITER,      /* two of them write one store and know nothing of each other */
  PLAIN_WORKS_WHEN_CLOSED,
  PLAIN_IGNORES_CANCEL,  /* cancelled in the middle it stops in the middle */
  PLAIN_SNAPSHOT_NEWER,  /* a snapshot newer than its stream is kept */
  PLAIN_SNAPSHOT_ABOVE,  /* loads the newest, whatever was asked for */
  PLAIN_SNAPSHOT_LAST,   /* the last one saved hides newer ones */
  PLAIN_SNAPSHOT_STAYS,  /* those of a deleted stream are found */
  PLAIN_CHECKS_UNLOCKED, /* looks at the version, and writes later */
  PLAIN_STALE_READS,     /* reads may be one behind */
  PLAIN_REBASES,         /* a conflict by one event is none */
  PLAIN_GLOBAL_CONFLICT, /* the expected version is compared with the count of all events of the category */
  PLAIN_CLAIMS_TOO_MUCH, /* says that it keeps snapshots */
  PLAIN_FAILS_HALF,      /* severed, it writes the first event of a batch */
  PLAIN_SAYS_YES,        /* severed, it says yes */
  PLAIN_N_FAULTS,
} PlainFault;

/* What is left of stores that are gone: those of one factory. */
typedef struct _PlainDisk PlainDisk;

PlainDisk *plain_disk_new (EhStoreFeatures features, PlainFault fault);
void plain_disk_free (PlainDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlainDisk, plain_disk_free)

/* The factory's functions, whose user data is the disk. */
EhEventStore *plain_store_open (guint number, gpointer disk, GError **error);
void plain_store_sever (EhEventStore *store, gboolean severed, gpointer disk);
