/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../store/store-fixture.h"
#include "model/eh-domain.h"

/* Notes: Noted in a note counts and adds, Forgotten forgets it. */

typedef struct {
  gint64 count;
  gint64 sum;
  char *text;
} NoteRow;

EH_DECLARE_SCHEMA (note_row)

extern const EhAggregateType note_type;       /* "Note" */
extern const EhProjectionType notes_by_id;    /* "Notes": a row for each note; Forgotten removes it; only notes */
extern const EhProjectionType notes_by_digit; /* "Digits": a row for the last digit, but 0, and the row "all" */

EhDomain *note_domain_new (void);
