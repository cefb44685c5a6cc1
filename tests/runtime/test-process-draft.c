/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "runtime/eh-process-draft-private.h"
#include "transfer-domain.h"

#include <string.h>

typedef struct {
  char *inner;
} Outer;

static EH_DEFINE_SCHEMA (Outer, outer, EH_FIELD_JSON (inner));

static const EhId step_id = { { [15] = 1 } };

static EhReaction *
make_reaction (void)
{
  g_autoptr (EhDomain) domain = transfer_domain_new ();

  return eh_reaction_new (domain, &transfer_process);
}

static void
fill (EhProcessDraft *draft, EhReaction *reaction, const char *inner, gboolean ended)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (eh_process_draft_fill (draft, &outer, &(Outer){ (char *) inner }, reaction, ended, &error));
  g_assert_no_error (error);
  draft->step.cause_id = (char *) "x";
}

static void
assert_json (const EhProcessDraft *draft, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = eh_schema_to_json (&eh_process_step_schema, &draft->step, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json, ==, expected);
}

static void
test_fill (void)
{
  EhProcessDraft draft = { 0 };
  g_autoptr (EhReaction) reaction = make_reaction ();

  g_test_summary ("A draft holds what the reaction says and nothing of the step before; who is over has no deadlines");
  eh_process_draft_init (&draft);
  eh_reaction_begin (reaction, "k", 0, &step_id, &step_id);
  eh_reaction_send (reaction, "a", &take_out, &(TakeOut){ 5 });
  eh_reaction_send (reaction, "b", &put_in, &(PutIn){ 7 });
  eh_reaction_set_deadline (reaction, "too-late", 0);
  fill (&draft, reaction, "[1]", FALSE);
  assert_json (
      &draft,
      "{\"cause\":\"event\",\"cause_id\":\"x\",\"position\":0,\"ended\":false,\"state\":{\"inner\":[1]},"
      "\"commands\":[{\"id\":\"00000000009XZVHNE0GBY27S6W\",\"in\":\"Purse-a\",\"type\":\"TakeOut\","
      "\"data\":{\"amount\":5}},{\"id\":\"00000000005EZMSMAKP1HTFSZV\",\"in\":\"Purse-b\",\"type\":\"PutIn\",\"data\":{\"amount\":7}}],"
      "\"deadlines\":[{\"name\":\"too-late\",\"time\":\"1970-01-01T00:00:00.000000Z\"}]}");
  fill (&draft, reaction, "[1]", TRUE);
  g_assert_true (draft.step.ended);
  g_assert_cmpuint (draft.step.n_deadlines, ==, 0);

  eh_reaction_begin (reaction, "k", 0, &step_id, &step_id);
  fill (&draft, reaction, NULL, FALSE);
  assert_json (&draft, "{\"cause\":\"event\",\"cause_id\":\"x\",\"position\":0,\"ended\":false,"
                       "\"state\":{\"inner\":null},\"commands\":[],\"deadlines\":[]}");
  eh_process_draft_clear (&draft);
}

/* Whether the draft may become an event is what eh_schema_check() says of it, though that is not asked as a rule. */
static gboolean
can_add (const EhProcessDraft *draft)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new ("Transfer", "k", NULL);
  g_autoptr (EhEventBatch) batch = eh_event_batch_new (stream, 0);
  g_autoptr (GError) error = NULL;
  gboolean ok = eh_process_draft_add_to (draft, batch, &step_id, &error);

  g_assert_true (ok == eh_schema_check (&eh_process_step_schema, &draft->step, NULL));
  g_assert_cmpuint (eh_event_batch_get_size (batch), ==, ok ? 1 : 0);
  if (!ok)
    g_assert_error (error, EH_ERROR, EH_ERROR_LIMIT);
  return ok;
}

static void
test_depth (void)
{
  EhProcessDraft draft = { 0 };
  g_autoptr (EhReaction) reaction = make_reaction ();
  g_autoptr (GString) wide = g_string_new ("[[]");
  guint n_added = 0;

  g_test_summary ("A state that is JSON by itself may be nested too deep for a step, not one with many brackets");
  eh_process_draft_init (&draft);
  eh_reaction_begin (reaction, "k", 0, &step_id, &step_id);
  for (guint depth = 1; depth < EH_JSON_DEPTH_MAX; depth++)
    {
      g_autofree char *text = g_strnfill (2 * depth, ']');

      memset (text, '[', depth);
      fill (&draft, reaction, text, FALSE);
      n_added += can_add (&draft);
    }
  g_assert_cmpuint (n_added, ==, EH_JSON_DEPTH_MAX - 2);

  for (guint i = 0; i < EH_JSON_DEPTH_MAX; i++)
    g_string_append (wide, ",[]");
  g_string_append_c (wide, ']');
  fill (&draft, reaction, wide->str, FALSE);
  g_assert_true (can_add (&draft));
  eh_process_draft_clear (&draft);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process-draft/fill", test_fill);
  g_test_add_func ("/process-draft/depth", test_depth);
  return g_test_run ();
}
