/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/eh-schema.h"

G_BEGIN_DECLS

typedef struct {
  guint32 hash;
  guint32 place; /* plus 1; 0 is an empty slot */
} EhRowSlot;

/* A row, in one block with its key. The struct of the schema lies behind this one, then the key. */
typedef struct {
  guint32 hash;
  guint32 key_offset; /* from the struct */
} EhRow;

/*
 * Rows by key, in the order in which they were made. Not safe for threads by itself. The design is in the .c file.
 */
typedef struct {
  const EhSchema *schema;
  EhRow **rows;     /* (owned): by place; NULL where one was removed */
  guint32 n_places; /* of @rows that were used */
  guint32 n_room;   /* of @rows */
  guint32 n_rows;
  EhRowSlot *slots; /* (owned) */
  guint32 n_slots;  /* a power of 2 */
} EhRowTable;

void eh_row_table_init (EhRowTable *self, const EhSchema *schema);
void eh_row_table_clear (EhRowTable *self);

/* Begins to fetch the memory that finding @keys, at most EH_ROW_AHEAD of them, will wait for. */
void eh_row_table_prefetch (const EhRowTable *self, const char *const *keys, guint n_keys);
#define EH_ROW_AHEAD 128

/* (nullable): the row's struct */
gpointer eh_row_table_find (const EhRowTable *self, const char *key);
/* The same; a zeroed one is made if there is none. */
gpointer eh_row_table_get (EhRowTable *self, const char *key);
/* FALSE if there was none. */
gboolean eh_row_table_remove (EhRowTable *self, const char *key);

/* The row at a place, from *place on, which moves behind it; NULL if there is no more. */
gconstpointer eh_row_table_next (const EhRowTable *self, guint32 *place, const char **key);

/* Closes the gaps: row number i is at place i then. */
void eh_row_table_pack (EhRowTable *self);

G_END_DECLS
