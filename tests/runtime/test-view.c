/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "runtime/eh-view-private.h"
#include "view-domain.h"

typedef struct {
  EhEventStore *store;
  EhDomain *domain;
  EhView *by_id;
  EhView *by_digit;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->store = eh_memory_store_new ();
  fixture->domain = note_domain_new ();
  fixture->by_id = eh_view_new (fixture->domain, &notes_by_id);
  fixture->by_digit = eh_view_new (fixture->domain, &notes_by_digit);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->by_digit, eh_view_free);
  g_clear_pointer (&fixture->by_id, eh_view_free);
  g_clear_object (&fixture->domain);
  g_clear_object (&fixture->store);
}

static char *
to_json (const EhView *view)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  eh_view_write_json (view, text, &error);
  g_assert_no_error (error);
  return g_string_free (text, FALSE);
}

#define assert_view(view, expected)                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_autofree char *text_ = to_json (view);                                                                           \
    g_assert_cmpstr (text_, ==, expected);                                                                             \
  }                                                                                                                    \
  G_STMT_END

/* Folds all of the store's events. */
static void
fold (Fixture *fixture, EhView *view)
{
  g_autoptr (EhEventPage) page = eh_event_store_read_all (fixture->store, NULL, 0, EH_FORWARDS, 0, NULL, NULL);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (eh_view_apply (view, eh_event_page_get (page, i), &error));
      g_assert_no_error (error);
    }
}

static void
forget (Fixture *fixture, const char *stream, guint64 number)
{
  g_autoptr (EhEventBatch) batch = store_batch_of (stream, &forgotten, number, 1);

  g_assert_true (eh_event_store_append (fixture->store, batch, EH_EXPECTED_ANY, 0, NULL, NULL, NULL));
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  const char *key = NULL;

  g_test_summary ("Rows by the aggregate's id, made, changed and removed, in the order in which they were made");

  assert_view (fixture->by_id, "{}");
  store_append (fixture->store, "Note-b", 1, 2);
  store_append (fixture->store, "Note-a", 3, 1);
  store_append (fixture->store, "Note-c", 4, 1);
  forget (fixture, "Note-a", 5);
  forget (fixture, "Note-z", 6);
  fold (fixture, fixture->by_id);
  assert_view (fixture->by_id,
               "{\"b\":{\"count\":2,\"sum\":3,\"text\":\"text\"},\"c\":{\"count\":1,\"sum\":4,\"text\":\"text\"}}");
  g_assert_cmpuint (eh_view_get_position (fixture->by_id), ==, 6);
  g_assert_cmpuint (eh_view_get_n_rows (fixture->by_id), ==, 2);
  g_assert_null (eh_view_get_row (fixture->by_id, "a"));
  g_assert_cmpint (((const NoteRow *) eh_view_get_row (fixture->by_id, "b"))->sum, ==, 3);
  g_assert_cmpint (((const NoteRow *) eh_view_get_nth (fixture->by_id, 1, &key))->sum, ==, 4);
  g_assert_cmpstr (key, ==, "c");
  store_append (fixture->store, "Note-a", 7, 1);
  fold (fixture, fixture->by_id);
  eh_view_get_nth (fixture->by_id, 2, &key);
  g_assert_cmpstr (key, ==, "a");
}

static void
test_keys (Fixture *fixture, gconstpointer data)
{
  g_test_summary ("Rows by keys of their own, several of one event; an empty key is none");

  store_append (fixture->store, "Note-a", 9, 3);
  fold (fixture, fixture->by_digit);
  assert_view (fixture->by_digit,
               "{\"9\":{\"count\":1,\"sum\":9,\"text\":\"text\"},\"all\":{\"count\":3,\"sum\":30,\"text\":\"text\"},"
               "\"1\":{\"count\":1,\"sum\":11,\"text\":\"text\"}}");
}

static void
test_idempotent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEventPage) page = NULL;
  g_autofree char *before = NULL;

  g_test_summary ("An event that comes again changes nothing, unless it is asked for");

  store_append (fixture->store, "Note-a", 1, 3);
  fold (fixture, fixture->by_id);
  before = to_json (fixture->by_id);
  fold (fixture, fixture->by_id);
  assert_view (fixture->by_id, before);
  page = eh_event_store_read_all (fixture->store, NULL, 0, EH_FORWARDS, 0, NULL, NULL);
  g_assert_true (eh_view_apply_again (fixture->by_id, eh_event_page_get (page, 0), NULL));
  assert_view (fixture->by_id, "{\"a\":{\"count\":4,\"sum\":7,\"text\":\"text\"}}");
  g_assert_cmpuint (eh_view_get_position (fixture->by_id), ==, 3);
}

static EhEvent *
make_event (const char *category, const char *type, const char *json)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"aggregate_id\":\"x\","
                                           "\"aggregate_type\":\"%s\",\"version\":1,\"type\":\"%s\",\"data\":%s}",
                                           category, type, json);
  g_autoptr (GError) error = NULL;
  EhEvent *event = eh_event_from_json (text, -1, &error);

  g_assert_no_error (error);
  return event;
}

static void
test_texts (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *category;
    const char *type;
    const char *json;
    gint code; /* -1: it is folded or passed over */
    const char *view;
  } cases[] = {
    { "Note", "Noted", "{\"number\":5}", -1, "{\"x\":{\"count\":1,\"sum\":5,\"text\":null}}" },
    { "Note", "Noted", "{\"number\":\"5\"}", EH_ERROR_CORRUPT, "{}" },
    { "Note", "Scribbled", "{}", EH_ERROR_UNKNOWN_TYPE, "{}" },
    { "Other", "Scribbled", "{}", -1, "{}" },
    { "Note", "Forgotten", "{}", -1, "{}" },
  };

  g_test_summary ("Events as text are lifted; those of another domain are passed over, unknown ones of ours are not");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhView) view = eh_view_new (fixture->domain, &notes_by_id);
      g_autoptr (EhEvent) event = make_event (cases[i].category, cases[i].type, cases[i].json);
      g_autoptr (GError) error = NULL;

      g_assert_true (eh_view_apply_again (view, event, &error) == (cases[i].code < 0));
      if (cases[i].code >= 0)
        g_assert_error (error, EH_ERROR, cases[i].code);
      assert_view (view, cases[i].view);
    }
}

static void
test_bad_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhEvent) event = make_event ("Note", "Noted", "{\"number\":-5}");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A key that is no text: an error before any rule has run");

  g_assert_false (eh_view_apply_again (fixture->by_digit, event, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "projection Digits"));
  assert_view (fixture->by_digit, "{}");
}

static void
test_json (Fixture *fixture, gconstpointer data)
{
  g_autoptr (EhView) copy = eh_view_new (fixture->domain, &notes_by_id);
  g_autofree char *text = NULL;

  g_test_summary ("What is written is read back, in the same order, whatever the view held before");

  store_append (fixture->store, "Note-a \"b\"", 1, 2);
  store_append (fixture->store, "Note-b", 3, 2);
  fold (fixture, fixture->by_id);
  text = to_json (fixture->by_id);
  g_assert_true (eh_view_read_json (copy, "{\"other\":{}}", -1, NULL));
  g_assert_false (eh_view_equal (copy, fixture->by_id));
  g_assert_true (eh_view_read_json (copy, text, (gssize) strlen (text), NULL));
  g_assert_true (eh_view_equal (copy, fixture->by_id));
  assert_view (copy, text);
}

static void
test_bad_json (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *text;
    const char *message;
  } cases[] = {
    { "", NULL },
    { "[]", "expected" },
    { "{\"a\":{}", "\"a\"" },
    { "{\"a\":{}}{}", NULL },
    { "{\"a\":{\"sum\":\"x\"}}", "row \"a\": sum" },
    { "{\"a\":{},\"b\":1}", "row \"b\"" },
    { "{\"a\":{},\"a\":{}}", "twice" },
    { "{\"\":{}}", "no name" },
    { "{\"a\":{\"sum\":1,\"sum\":2}}", "row \"a\"" },
    { "{\"\xff\":{}}", NULL },
  };
  g_autofree char *before = NULL;

  g_test_summary ("A damaged text is an error that names the row, and the view stays as it was");

  store_append (fixture->store, "Note-z", 1, 2);
  fold (fixture, fixture->by_id);
  before = to_json (fixture->by_id);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (eh_view_read_json (fixture->by_id, cases[i].text, -1, &error));
      g_assert_nonnull (error);
      if (cases[i].message != NULL && strstr (error->message, cases[i].message) == NULL)
        g_error ("case %u: %s", i, error->message);
      assert_view (fixture->by_id, before);
    }
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("before");
  g_autoptr (GError) error = NULL;
  NoteRow *row = NULL;

  g_test_summary ("A row that cannot be written is named, and nothing is written");

  store_append (fixture->store, "Note-a", 1, 1);
  fold (fixture, fixture->by_id);
  row = (NoteRow *) eh_view_get_row (fixture->by_id, "a");
  eh_set_string (&row->text, "\xff");
  g_assert_false (eh_view_write_json (fixture->by_id, text, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "projection Notes: row \"a\""));
  g_assert_cmpstr (text->str, ==, "before");
}

/* Rows of a hash table and the order of their making, as the plain twin of a view. */
static void
test_property (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_free);
  const guint n = store_count (20000);
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint i = 0;

  g_test_summary ("Random rows made, changed and removed, against a plain table");
  g_test_message ("seed %u", seed);

  for (guint64 number = 1; number <= n; number++)
    {
      g_autofree char *id = g_strdup_printf ("%d", g_rand_int_range (rand, 0, number % 2000 < 1000 ? 500 : 20));
      g_autofree char *stream = g_strconcat ("Note-", id, NULL);
      gpointer sum = NULL;
      gboolean found = g_hash_table_lookup_extended (sums, id, NULL, &sum);

      if (g_rand_int_range (rand, 0, 3) == 0)
        {
          forget (fixture, stream, number);
          g_hash_table_remove (sums, id);
          if (found && g_ptr_array_find_with_equal_func (order, id, g_str_equal, &i))
            g_ptr_array_remove_index (order, i);
          continue;
        }
      store_append (fixture->store, stream, number, 1);
      g_hash_table_insert (sums, g_strdup (id), GSIZE_TO_POINTER (GPOINTER_TO_SIZE (sum) + number));
      if (!found)
        g_ptr_array_add (order, g_strdup (id));
    }
  for (guint64 from = 1; from <= n; from = eh_view_get_position (fixture->by_id) + 1)
    {
      g_autoptr (EhEventPage) page = eh_event_store_read_all (fixture->store, NULL, from, EH_FORWARDS, 0, NULL, NULL);

      for (guint e = 0; e < eh_event_page_get_size (page); e++)
        g_assert_true (eh_view_apply (fixture->by_id, eh_event_page_get (page, e), NULL));
    }
  g_assert_cmpuint (eh_view_get_n_rows (fixture->by_id), ==, order->len);
  for (i = 0; i < order->len; i++)
    {
      const char *key = NULL;
      const NoteRow *row = eh_view_get_nth (fixture->by_id, i, &key);

      g_assert_cmpstr (key, ==, g_ptr_array_index (order, i));
      g_assert_cmpint (row->sum, ==, GPOINTER_TO_SIZE (g_hash_table_lookup (sums, key)));
      g_assert_true (eh_view_get_row (fixture->by_id, key) == row);
    }
}

static gboolean
check_sum (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  if (((const NoteRow *) row)->sum < 10)
    return TRUE;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_INVALID, "too much");
  return FALSE;
}

static void
test_invariants (void)
{
  g_autoptr (EhEventStore) store = eh_memory_store_new ();
  g_autoptr (EhDomain) domain = eh_domain_new ("notes");
  g_autoptr (EhView) view = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture = { store, domain, NULL, NULL };

  g_test_summary ("What holds for each row");

  eh_domain_add_aggregate_type (domain, &note_type);
  eh_domain_add_projection (domain, &notes_by_id);
  eh_domain_add_row_invariant (domain, "small", &notes_by_id, check_sum, NULL, NULL);
  g_assert_true (eh_domain_seal (domain, NULL));
  view = eh_view_new (domain, &notes_by_id);
  store_append (store, "Note-a", 9, 1);
  fold (&fixture, view);
  g_assert_true (eh_view_check_invariants (view, NULL));
  store_append (store, "Note-b", 10, 1);
  fold (&fixture, view);
  g_assert_false (eh_view_check_invariants (view, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "small"));
}

#define ADD(name, func) g_test_add ("/view/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("rows", test_rows);
  ADD ("keys", test_keys);
  ADD ("idempotent", test_idempotent);
  ADD ("texts", test_texts);
  ADD ("bad-key", test_bad_key);
  ADD ("json", test_json);
  ADD ("bad-json", test_bad_json);
  ADD ("unwritable", test_unwritable);
  ADD ("property", test_property);
  g_test_add_func ("/view/invariants", test_invariants);

  return g_test_run ();
}
