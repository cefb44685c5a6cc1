/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/*
 * Ways to break the store on purpose, to see that the proof notices. They exist only where the sources are compiled
 * with EH_FILE_BREAKABLE, which a test does for itself; in the library every EH_FILE_BROKEN () is FALSE and nothing is
 * left. Each is asked at the one place where the thing is done right.
 */
typedef enum {
  EH_FILE_BREAK_NONE,
  EH_FILE_BREAK_ACK_BEFORE_FLUSH,      /* acknowledge when written, not when flushed */
  EH_FILE_BREAK_NO_FOLDER_SYNC,        /* do not sync seg/ after the rename of a segment */
  EH_FILE_BREAK_RETRY_FLUSH,           /* flush again after a flush failed, and go on */
  EH_FILE_BREAK_CUT_AT_BAD,            /* recovery takes the first bad frame for the end, always */
  EH_FILE_BREAK_NO_LENGTH_IN_CHECKSUM, /* the head checksum leaves the length out */
  EH_FILE_BREAK_NO_SALT,               /* the salt is always 0 */
  EH_FILE_BREAK_PUBLISH_EARLY,         /* readers see what is assigned */
  EH_FILE_BREAK_TRUST_INDEX,           /* do not check frames against what the index says */
  EH_FILE_BREAK_SERVE_BEFORE_SYNC,     /* no flush of the recovered tail */
  EH_FILE_BREAK_KEEP_PARTIAL_BATCH,    /* a frame with a bad body counts */
  EH_FILE_BREAK_IGNORE_SHORT_WRITE,    /* a short write counts as a whole one */
  EH_FILE_BREAK_RENAME_BEFORE_SYNC,    /* seg/next gets its name before its header is flushed */
  EH_FILE_BREAK_REPEAT_BEFORE_DURABLE, /* answer a repeated append before the first one is durable */
  EH_FILE_BREAK_WRITE_OVER_TAIL,       /* go on in the same segment after a torn tail */
  EH_FILE_BREAK_TWO_FLUSHES,           /* write a group while the one before is still being flushed */
  EH_FILE_BREAK_NO_PARENT_SYNC,        /* creating a store does not sync the folder that it is in */
  EH_FILE_BREAK_NO_LOCK,               /* do not care whether somebody else writes */
  EH_FILE_BREAK_REPLACE_UNFLUSHED,     /* a file that replaces another is not flushed before it does */
  EH_FILE_BREAK_GIVE_TOO_MUCH,         /* closing gives back the room of the last frames too */
  EH_FILE_BREAK_NO_ROOM,               /* do not take the room again that was given back */
  EH_FILE_BREAK_COMPACT_UNFLUSHED,     /* a compacted segment gets its name before it is flushed */
  EH_FILE_BREAK_COPY_UNFLUSHED,        /* what a backup copies is not flushed */
  EH_FILE_BREAK_TARGET_NO_FOLDER_SYNC, /* a backup gets its name before its folder is flushed */
  EH_FILE_BREAK_REPAIR_UNFLUSHED,      /* the repaired store gets its name before it is closed */
  EH_FILE_BREAK_NO_TICK,               /* with sync=interval nothing is flushed by time */
  EH_FILE_BREAK_SECOND_TICK,           /* what was gathered is written or flushed every second interval only */
  EH_FILE_BREAK_TICK_BEHIND_FLUSH,     /* an interval begins when the flush before it has ended */
  EH_FILE_N_BREAKS,
} EhFileBreakage;

#ifdef EH_FILE_BREAKABLE
extern EhFileBreakage eh_file_breakage; /* the test's */
#define EH_FILE_BROKEN(what) (G_UNLIKELY (eh_file_breakage == EH_FILE_BREAK_##what))
#else
#define EH_FILE_BROKEN(what) FALSE
#endif
