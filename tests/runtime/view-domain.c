/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "view-domain.h"

EH_DEFINE_SCHEMA (NoteRow, note_row, EH_FIELD_INT64 (count), EH_FIELD_INT64 (sum), EH_FIELD_STRING (text))

typedef struct {
  char unused;
} MakeNote;
static EH_DEFINE_SCHEMA (MakeNote, make_note);

typedef struct {
  char unused;
} NoteState;
static EH_DEFINE_SCHEMA (NoteState, note_state);

static gboolean
decide_nothing (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return TRUE;
}

static const EhCommandRule note_commands[] = { { &make_note, decide_nothing, EH_CREATES_OR_UPDATES } };
static const EhEventRule note_events[] = { { &noted, NULL }, { &forgotten, NULL } };

const EhAggregateType note_type = EH_AGGREGATE_TYPE ("Note", NoteState, note_state, note_commands, note_events);

static void
count_note (gpointer row, const EhEvent *event)
{
  const Noted *data = eh_event_get_data (event);
  NoteRow *note = row;

  note->count++;
  note->sum += data->number;
  eh_set_string (&note->text, data->text);
}

static void
find_digit (const EhEvent *event, GString *key)
{
  gint64 digit = ((const Noted *) eh_event_get_data (event))->number % 10;

  if (digit < 0)
    g_string_append (key, "\xff");
  else if (digit > 0)
    g_string_append_printf (key, "%" G_GINT64_FORMAT, digit);
}

static void
find_all (const EhEvent *event, GString *key)
{
  g_string_append (key, "all");
}

static const EhProjectionRule by_id_rules[] = {
  { &noted, count_note },
  { &forgotten, NULL, NULL, EH_ROW_REMOVES },
};

static const EhProjectionRule by_digit_rules[] = {
  { &noted, count_note, find_digit },
  { &noted, count_note, find_all },
};

const EhProjectionType notes_by_id = EH_PROJECTION_TYPE ("Notes", NoteRow, note_row, by_id_rules, .category = "Note");
const EhProjectionType notes_by_digit = EH_PROJECTION_TYPE ("Digits", NoteRow, note_row, by_digit_rules);

EhDomain *
note_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("notes");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &note_type);
  eh_domain_add_projection (domain, &notes_by_id);
  eh_domain_add_projection (domain, &notes_by_digit);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}
