/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "accounts.h"
#include "model/eh-random-private.h"

/*
 * The history of a bank's events. "Paid" was once of revision 1, with euros as text; then of 2, with cents and a fee in
 * one; 3 added a note, for which nothing had to be done; today, 4, fees are events of their own. "Moved" became
 * "Paid" of revision 2, "Greeted" is dropped.
 */
typedef struct {
  const char *euros;
} Paid1;

typedef struct {
  gint64 cents;
  gint64 fee;
} Paid2;

typedef struct {
  gint64 cents;
  gint64 fee;
  const char *note;
} Paid3;

typedef struct {
  gint64 cents;
  const char *note;
} Paid;

typedef struct {
  gint64 cents;
} FeePaid;

typedef struct {
  char unused;
} Greeted;

typedef Paid2 Moved;

static EH_DEFINE_SCHEMA_AS (Paid1, paid_1, "Paid", 1, EH_FIELD_STRING (euros));
static EH_DEFINE_SCHEMA_AS (Paid2, paid_2, "Paid", 2, EH_FIELD_INT64 (cents), EH_FIELD_INT64 (fee));
static EH_DEFINE_SCHEMA_AS (Paid3, paid_3, "Paid", 3, EH_FIELD_INT64 (cents), EH_FIELD_INT64 (fee),
                            EH_FIELD_STRING (note));
static EH_DEFINE_SCHEMA_REVISION (Paid, paid, 4, EH_FIELD_INT64 (cents), EH_FIELD_STRING (note));
static EH_DEFINE_SCHEMA (FeePaid, fee_paid, EH_FIELD_INT64 (cents));
static EH_DEFINE_SCHEMA (Greeted, greeted);
static EH_DEFINE_SCHEMA (Moved, moved, EH_FIELD_INT64 (cents), EH_FIELD_INT64 (fee));

static void
from_euros (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  const Paid1 *old = data;
  double euros = old->euros != NULL ? g_ascii_strtod (old->euros, NULL) : 0;

  eh_upcast_emit (upcast, &paid_2, &(Paid2){ (gint64) (euros * 100), eh_event_get_version (event) == 99 ? 1 : 0 });
}

static void
split_fee (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  const Paid3 *old = data;

  eh_upcast_emit (upcast, &paid, &(Paid){ old->cents, old->note });
  if (old->fee != 0)
    eh_upcast_emit (upcast, &fee_paid, &(FeePaid){ old->fee });
}

static void
rename_moved (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &paid_2, data);
}

static const EhUpcaster history[] = {
  { &paid_3, split_fee },
  { &paid_1, from_euros },
  { &moved, rename_moved },
  { &greeted, NULL },
};

static const EhEventRule bank_events[] = { { &deposited, NULL }, { &paid, NULL }, { &fee_paid, NULL } };
static const EhAggregateType bank_type = EH_AGGREGATE_TYPE ("Account", Account, account_schema, commands, bank_events);

static EhDomain *
make_bank (const EhUpcaster *more)
{
  EhDomain *domain = eh_domain_new ("bank");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &bank_type);
  for (guint i = 0; i < G_N_ELEMENTS (history); i++)
    eh_domain_add_upcaster (domain, &history[i]);
  if (more != NULL)
    eh_domain_add_upcaster (domain, more);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

static EhEvent *
make_text (const char *type_name, guint revision, const char *text)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);

  head.revision = revision;
  return eh_event_new_json (&head, type_name, text, strlen (text));
}

/* What an event has become, on one line. */
static char *
print_page (EhEventPage *page)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    {
      const EhEvent *event = eh_event_page_get (page, i);

      g_string_append_printf (out, "%s%s/%u ", i > 0 ? ", " : "", eh_event_get_type_name (event),
                              eh_event_get_revision (event));
      eh_schema_print (eh_event_get_schema (event), eh_event_get_data (event), out);
    }
  return g_string_free (out, FALSE);
}

static void
test_lift (void)
{
  static const struct {
    const char *type_name;
    guint revision;
    const char *text;
    const char *expected;
  } cases[] = {
    { "Paid", 4, "{\"cents\":5}", "Paid/4 { cents: 5, note: null }" },
    { "Paid", 3, "{\"cents\":5,\"note\":\"x\"}", "Paid/4 { cents: 5, note: \"x\" }" },
    { "Paid", 3, "{\"cents\":5,\"fee\":2}", "Paid/4 { cents: 5, note: null }, FeePaid/1 { cents: 2 }" },
    { "Paid", 2, "{\"cents\":5,\"fee\":2}", "Paid/4 { cents: 5, note: null }, FeePaid/1 { cents: 2 }" },
    { "Paid", 1, "{\"euros\":\"1.25\"}", "Paid/4 { cents: 125, note: null }" },
    { "Moved", 1, "{\"cents\":7,\"fee\":1}", "Paid/4 { cents: 7, note: null }, FeePaid/1 { cents: 1 }" },
    { "Greeted", 1, "{\"who\":\"all\"}", "" },
  };
  g_autoptr (EhDomain) domain = make_bank (NULL);

  g_test_summary ("Old events become today's: by chains, in two, under another name, or nothing");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhEvent) event = make_text (cases[i].type_name, cases[i].revision, cases[i].text);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_domain_lift_event (domain, event, &error);
      g_autofree char *found = NULL;

      g_assert_no_error (error);
      found = print_page (page);
      g_assert_cmpstr (found, ==, cases[i].expected);
    }
}

/* A table that is not the domain's, with the name and shape of the oldest. */
static EH_DEFINE_SCHEMA_AS (Paid1, foreign_paid_1, "Paid", 1, EH_FIELD_STRING (euros));

static void
test_lift_values (void)
{
  const EhSchema *const schemas[] = { &paid_1, &foreign_paid_1 };
  g_autoptr (EhDomain) domain = make_bank (NULL);
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  g_autoptr (EhMetadata) metadata = make_metadata ("by", "alice");
  EhEventHead head = make_head (stream);

  g_test_summary ("Values of old shapes are lifted too; what an event becomes shares its head");

  head.metadata = metadata;
  head.correlation_id = make_id (7);
  head.causation_id = make_id (8);
  head.version = 99;
  for (guint i = 0; i < G_N_ELEMENTS (schemas); i++)
    {
      g_autoptr (EhEvent) old = eh_event_new_value (&head, schemas[i], &(Paid1){ "2" });
      g_autoptr (EhEventPage) page = eh_domain_lift_event (domain, old, NULL);
      EhEventHead now = head;
      g_autoptr (EhEvent) one = NULL;
      g_autoptr (EhEvent) other = NULL;

      now.revision = 4;
      one = eh_event_new_value (&now, &paid, &(Paid){ 200, NULL });
      other = eh_event_new_value (&head, &fee_paid, &(FeePaid){ 1 });
      g_assert_cmpuint (eh_event_page_get_size (page), ==, 2);
      g_assert_true (eh_event_equal (eh_event_page_get (page, 0), one));
      g_assert_true (eh_event_equal (eh_event_page_get (page, 1), other));
    }
}

static void
loop (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &moved, data);
}

static EH_DEFINE_SCHEMA_AS (Moved, strange, "Strange", 1, EH_FIELD_INT64 (cents));
static EH_DEFINE_SCHEMA_AS (Moved, newer, "Paid", 5, EH_FIELD_INT64 (cents));
static EH_DEFINE_SCHEMA_AS (Moved, paid_4, "Paid", 4, EH_FIELD_INT64 (cents));
static EH_DEFINE_SCHEMA_AS (Moved, looping_1, "Looping", 1, EH_FIELD_INT64 (cents));
static EH_DEFINE_SCHEMA_AS (Moved, looping_2, "Looping", 2, EH_FIELD_INT64 (cents));

static void
run_in_circles (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &looping_1, data);
}

static void
make_too_many (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  gint64 n = ((const Moved *) data)->cents;

  for (gint64 i = 0; i < n; i++)
    eh_upcast_emit (upcast, &fee_paid, &(FeePaid){ i });
}

static void
make_nonsense (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &paid, &(Paid){ 1, "\xff" });
  eh_upcast_emit (upcast, &paid, &(Paid){ 1, "good, but too late" });
}

static void
make_unknown (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &strange, data);
}

static void
make_newer (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  eh_upcast_emit (upcast, &newer, data);
}

static void
make_huge (gconstpointer data, const EhEvent *event, EhUpcast *upcast)
{
  g_autofree char *euros = g_strnfill (EH_JSON_SIZE_MAX, '1');

  eh_upcast_emit (upcast, &foreign_paid_1, &(Paid1){ euros });
}

static const struct {
  EhUpcaster more;
  const char *type_name;
  guint revision;
  const char *text;
  EhError code;
  const char *message;
} failures[] = {
  { { NULL }, "Refunded", 1, "{}", EH_ERROR_UNKNOWN_TYPE, "domain bank has no event Refunded" },
  { { NULL },
    "Paid",
    5,
    "{}",
    EH_ERROR_UNSUPPORTED,
    "Paid is of revision 5, written by a newer program: domain bank knows revision 4" },
  { { NULL },
    "Moved",
    2,
    "{}",
    EH_ERROR_UNSUPPORTED,
    "Moved is of revision 2, written by a newer program: domain bank knows revision 1" },
  { { NULL },
    "Paid",
    3,
    "{\"cents\":\"x\"}",
    EH_ERROR_CORRUPT,
    "the data of Paid does not fit its schema, an old one: cents" },
  { { &looping_1, run_in_circles },
    "Looping",
    1,
    "{}",
    EH_ERROR_LIMIT,
    "its upcasters do not end: after 64 steps it is Looping of revision 1 again" },
  { { &looping_2, run_in_circles },
    "Looping",
    2,
    "{}",
    EH_ERROR_LIMIT,
    "its upcasters do not end: after 64 steps it is Looping of revision 2 again" },
  { { &looping_1, make_too_many },
    "Looping",
    1,
    "{\"cents\":65}",
    EH_ERROR_LIMIT,
    "its upcasters make more than 64 events of it" },
  { { &looping_1, make_nonsense },
    "Looping",
    1,
    "{}",
    EH_ERROR_INVALID,
    "an upcaster made Paid of it, which cannot be written: note: not valid UTF-8" },
  { { &looping_1, make_unknown },
    "Looping",
    1,
    "{}",
    EH_ERROR_UNKNOWN_TYPE,
    "an upcaster made what is not known: domain bank has no event Strange" },
  { { &looping_1, make_newer },
    "Looping",
    1,
    "{}",
    EH_ERROR_UNSUPPORTED,
    "an upcaster made what is not known: Paid is of revision 5" },
  { { &looping_1, make_huge }, "Looping", 1, "{}", EH_ERROR_LIMIT, "Paid cannot be written: the text would be longer" },
};

static void
test_lift_fails (void)
{
  g_test_summary ("What cannot be lifted is an error that tells the place and why");

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autoptr (EhDomain) domain = make_bank (failures[i].more.from != NULL ? &failures[i].more : NULL);
      g_autoptr (EhEvent) event = make_text (failures[i].type_name, failures[i].revision, failures[i].text);
      g_autofree char *message = g_strconcat ("event 3 of Account-a1: ", failures[i].message, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (eh_domain_lift_event (domain, event, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, EH_ERROR, (gint) failures[i].code);
      g_assert_true (g_str_has_prefix (error->message, message));
    }
}

static void
test_limits (void)
{
  static const EhUpcaster more = { &looping_1, make_too_many };
  g_autoptr (EhDomain) domain = make_bank (&more);
  g_autoptr (EhEvent) event = make_text ("Looping", 1, "{\"cents\":64}");
  g_autoptr (GError) error = NULL;
  g_autoptr (EhEventPage) page = eh_domain_lift_event (domain, event, &error);

  g_test_summary ("As many events as the limit says are not too many");

  g_assert_no_error (error);
  g_assert_cmpuint (eh_event_page_get_size (page), ==, EH_UPCAST_MAX);
}

static gboolean
note_lifted (EhEvent *const *lifted, guint n_lifted, gpointer user_data, GError **error)
{
  gconstpointer *expected = user_data;

  g_assert_cmpuint (n_lifted, ==, 1);
  g_assert_true (lifted[0] == expected[0]);
  expected[0] = NULL;
  g_set_error_literal (error, EH_ERROR, EH_ERROR_CLOSED, "enough");
  return FALSE;
}

static void
test_lift_for (void)
{
  g_autoptr (EhDomain) domain = make_bank (NULL);
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);
  g_autoptr (EhEvent) event = eh_event_new_value (&head, &fee_paid, &(FeePaid){ 5 });
  g_autoptr (EhEvent) unknown = make_text ("Refunded", 1, "{}");
  g_autoptr (GError) error = NULL;
  gconstpointer expected = event;

  g_test_summary ("Today's events come as they are; the function's error is the lift's");

  g_assert_false (eh_domain_lift_for (domain, event, note_lifted, &expected, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_CLOSED);
  g_assert_null (expected);
  g_clear_error (&error);
  g_assert_false (eh_domain_lift_for (domain, unknown, note_lifted, &expected, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE);
}

static void
test_find_old (void)
{
  g_autoptr (EhDomain) domain = make_bank (NULL);

  g_test_summary ("Old shapes are found by name and revision, none by a revision that was never described");

  g_assert_true (eh_domain_find_old_event (domain, "Paid", 1) == &paid_1);
  g_assert_null (eh_domain_find_old_event (domain, "Paid", 2));
  g_assert_true (eh_domain_find_old_event (domain, "Paid", 3) == &paid_3);
  g_assert_true (eh_domain_find_old_event (domain, "Paid", 4) == &paid);
  g_assert_null (eh_domain_find_old_event (domain, "Paid", 5));
  g_assert_true (eh_domain_find_old_event (domain, "Moved", 1) == &moved);
  g_assert_null (eh_domain_find_old_event (domain, "Refunded", 1));
}

static void
test_bad_upcasters (void)
{
  static const EhSchema alien = { 999, 1, "Old", 8, 0, NULL };
  static const struct {
    EhUpcaster upcaster;
    EhError code;
    const char *message;
  } cases[] = {
    { { NULL, loop }, EH_ERROR_INVALID, "upcaster of rule 4: the schema is missing" },
    { { &alien, loop }, EH_ERROR_INVALID, "upcaster of rule 4: " },
    { { &paid, loop },
      EH_ERROR_INVALID,
      "upcaster of Paid: it is of revision 4, which is not below that of the domain's own schema, 4" },
    { { &paid_4, loop }, EH_ERROR_INVALID, "upcaster of Paid: it is of revision 4, which is not below" },
    { { &paid_1, loop }, EH_ERROR_EXISTS, "upcaster of Paid: there is one already from that type name and revision" },
    { { &foreign_paid_1, loop }, EH_ERROR_EXISTS, "upcaster of Paid: there is one already" },
  };

  g_test_summary ("Upcasters are of shapes older than today's, one for each");

  for (guint i = 0; i <= G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (EhDomain) domain = eh_domain_new ("bank");
      g_autoptr (GError) error = NULL;
      const gboolean is_last = i == G_N_ELEMENTS (cases);
      const gint code = is_last ? EH_ERROR_INVALID : (gint) cases[i].code;

      eh_domain_add_aggregate_type (domain, &bank_type);
      for (guint j = 0; j < G_N_ELEMENTS (history); j++)
        eh_domain_add_upcaster (domain, &history[j]);
      eh_domain_add_upcaster (domain, is_last ? NULL : &cases[i].upcaster);
      g_assert_false (eh_domain_seal (domain, &error));
      g_assert_error (error, EH_ERROR, code);
      g_assert_true (
          g_str_has_prefix (error->message, is_last ? "upcaster of rule 4: there is none" : cases[i].message));
    }
}

/*
 * Random histories: two type names with five revisions each, the last of which are today's. For each older one there is
 * an upcaster or none; an upcaster makes up to three values of newer revisions of either name. Against it
 * stands a model that knows numbers only.
 */
#define N_NAMES 2
#define N_REVISIONS 5

typedef struct {
  gint64 value;
} Number;

static EhField number_fields[] = { { .name = "value", .kind = EH_KIND_INT64, .offset = 0 } };
static EhSchema shapes[N_NAMES][N_REVISIONS];
static EhUpcaster upcasters[N_NAMES][N_REVISIONS];

typedef struct {
  gboolean exists;
  guint n_made;
  guint names[3];
  guint revisions[3]; /* indices: a revision less 1 */
} Step;

static Step steps[N_NAMES][N_REVISIONS];

static gint64
change (gint64 value, guint name, guint revision, guint i)
{
  return (gint64) ((guint64) value * 31 + name * 7 + revision * 3 + i);
}

static void
take_step (guint name, guint revision, gconstpointer data, EhUpcast *upcast)
{
  const Step *step = &steps[name][revision];

  for (guint i = 0; i < step->n_made; i++)
    {
      const Number made = { change (((const Number *) data)->value, name, revision, i) };

      eh_upcast_emit (upcast, &shapes[step->names[i]][step->revisions[i]], &made);
    }
}

#define STEP(name, revision)                                                                                           \
  static void take_step_##name##_##revision (gconstpointer data, const EhEvent *event, EhUpcast *upcast)               \
  {                                                                                                                    \
    take_step (name, revision, data, upcast);                                                                          \
  }
STEP (0, 0)
STEP (0, 1)
STEP (0, 2)
STEP (0, 3)
STEP (1, 0)
STEP (1, 1)
STEP (1, 2)
STEP (1, 3)
static const EhUpcastFunc funcs[N_NAMES][N_REVISIONS - 1] = {
  { take_step_0_0, take_step_0_1, take_step_0_2, take_step_0_3 },
  { take_step_1_0, take_step_1_1, take_step_1_2, take_step_1_3 },
};

static void
model_lift (guint name, guint revision, gint64 value, GString *out)
{
  const Step *step;

  while (revision < N_REVISIONS - 1 && !steps[name][revision].exists)
    revision++;
  step = &steps[name][revision];
  if (revision == N_REVISIONS - 1)
    g_string_append_printf (out, "%s%s/5 { value: %" G_GINT64_FORMAT " }", out->len > 0 ? ", " : "",
                            shapes[name][revision].name, value);
  for (guint i = 0; revision < N_REVISIONS - 1 && i < step->n_made; i++)
    model_lift (step->names[i], step->revisions[i], change (value, name, revision, i), out);
}

static void
draw_history (EhRandom *random)
{
  for (guint name = 0; name < N_NAMES; name++)
    for (guint revision = 0; revision < N_REVISIONS; revision++)
      {
        Step *step = &steps[name][revision];

        shapes[name][revision] = (EhSchema){
          EH_ABI_VERSION, revision + 1, name == 0 ? "Alpha" : "Beta", sizeof (Number), 1, number_fields
        };
        step->exists = revision < N_REVISIONS - 1 && eh_random_below (random, 4) > 0;
        step->n_made = (guint) eh_random_below (random, 3);
        for (guint i = 0; i < step->n_made; i++)
          {
            step->names[i] = (guint) eh_random_below (random, N_NAMES);
            step->revisions[i] = revision + 1 + (guint) eh_random_below (random, 3);
            step->revisions[i] = MIN (step->revisions[i], N_REVISIONS - 1);
          }
        if (step->exists)
          upcasters[name][revision] = (EhUpcaster){ &shapes[name][revision], funcs[name][revision] };
      }
}

static EhDomain *
make_history (void)
{
  static const EhEventRule today[] = { { &shapes[0][N_REVISIONS - 1], NULL }, { &shapes[1][N_REVISIONS - 1], NULL } };
  static const EhAggregateType type = EH_AGGREGATE_TYPE ("Account", Account, account_schema, commands, today);
  EhDomain *domain = eh_domain_new ("history");
  g_autoptr (GError) error = NULL;

  eh_domain_add_aggregate_type (domain, &type);
  for (guint name = 0; name < N_NAMES; name++)
    for (guint revision = 0; revision < N_REVISIONS - 1; revision++)
      if (steps[name][revision].exists)
        eh_domain_add_upcaster (domain, &upcasters[name][revision]);
  eh_domain_seal (domain, &error);
  g_assert_no_error (error);
  return domain;
}

static EhEvent *
draw_event (EhRandom *random, guint *name, guint *revision, gint64 *value)
{
  g_autoptr (EhStreamName) stream = make_stream ("Account-a1");
  EhEventHead head = make_head (stream);
  g_autofree char *text = NULL;

  *name = (guint) eh_random_below (random, N_NAMES);
  *revision = (guint) eh_random_below (random, N_REVISIONS);
  *value = (gint64) eh_random_below (random, 1000);
  head.revision = *revision + 1;
  if (eh_random_below (random, 2) == 0)
    return eh_event_new_value (&head, &shapes[*name][*revision], &(Number){ *value });
  text = g_strdup_printf ("{\"value\":%" G_GINT64_FORMAT "}", *value);
  return eh_event_new_json (&head, shapes[*name][*revision].name, text, strlen (text));
}

static void
check_history (EhRandom *random)
{
  g_autoptr (EhDomain) domain = NULL;

  draw_history (random);
  domain = make_history ();
  for (guint n = 0; n < 10; n++)
    {
      guint name, revision;
      gint64 value;
      g_autoptr (EhEvent) event = draw_event (random, &name, &revision, &value);
      g_autoptr (GString) expected = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (EhEventPage) page = eh_domain_lift_event (domain, event, &error);
      g_autofree char *found = NULL;

      g_assert_no_error (error);
      found = print_page (page);
      model_lift (name, revision, value, expected);
      g_assert_cmpstr (found, ==, expected->str);
    }
}

static void
test_random_histories (void)
{
  const char *slow = g_getenv ("EH_TEST_SLOW");
  guint n_histories = 3000 / (slow != NULL ? MAX (1, (guint) atoi (slow)) : 1);
  const guint64 seed = g_test_rand_int ();
  EhRandom random = { seed };

  g_test_summary ("Random chains of upcasters make of each event what a model of them says");

  g_test_message ("seed %" G_GUINT64_FORMAT, seed);
  for (guint n = 0; n < n_histories; n++)
    check_history (&random);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/upcaster/lift", test_lift);
  g_test_add_func ("/upcaster/lift-values", test_lift_values);
  g_test_add_func ("/upcaster/lift-fails", test_lift_fails);
  g_test_add_func ("/upcaster/limits", test_limits);
  g_test_add_func ("/upcaster/lift-for", test_lift_for);
  g_test_add_func ("/upcaster/find-old", test_find_old);
  g_test_add_func ("/upcaster/bad-upcasters", test_bad_upcasters);
  g_test_add_func ("/upcaster/random-histories", test_random_histories);
  return g_test_run ();
}
