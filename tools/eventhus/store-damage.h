/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store-command.h"

/* How damaged places are told: a line each for a person, at once; in a list of objects for a script, at the end. */
typedef struct {
  StoreProgress progress; /* first, so that this is one */
  const char *lost;       /* "damaged", "lost" */
  GString *json;          /* (owned) (nullable): the list so far */
  GString *moves;         /* (owned) (nullable): another list */
} StoreDamage;

void store_damage_clear (StoreDamage *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (StoreDamage, store_damage_clear)

/* An EhFileDamageFunc and an EhFileMoveFunc for a StoreDamage. */
void store_damage_tell (const EhFileDamage *damage, gpointer self);
void store_damage_tell_move (const EhFileMove *move, gpointer self);
