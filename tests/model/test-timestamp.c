/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "model/eh-timestamp-private.h"

static const struct {
  const char *text;
  gint64 time;
  const char *written; /* NULL: as read */
} good_times[] = {
  { "1970-01-01T00:00:00.000000Z", 0, NULL },
  { "2026-01-01T00:00:00.000000Z", G_GINT64_CONSTANT (1767225600000000), NULL },
  { "1969-12-31T23:59:59.999999Z", -1, NULL },
  { "0001-01-01T00:00:00.000000Z", EH_TIMESTAMP_MIN, NULL },
  { "9999-12-31T23:59:59.999999Z", EH_TIMESTAMP_MAX, NULL },
  { "2000-02-29T12:34:56.789012Z", G_GINT64_CONSTANT (951827696789012), NULL },
  { "2026-01-01T00:00:00Z", G_GINT64_CONSTANT (1767225600000000), "2026-01-01T00:00:00.000000Z" },
  { "2026-01-01t00:00:00.5z", G_GINT64_CONSTANT (1767225600500000), "2026-01-01T00:00:00.500000Z" },
  { "2026-01-01T01:00:00+01:00", G_GINT64_CONSTANT (1767225600000000), "2026-01-01T00:00:00.000000Z" },
  { "2025-12-31T18:30:00.25-05:30", G_GINT64_CONSTANT (1767225600250000), "2026-01-01T00:00:00.250000Z" },
  { "2026-01-01T00:00:00-00:00", G_GINT64_CONSTANT (1767225600000000), "2026-01-01T00:00:00.000000Z" },
};

static const struct {
  const char *text;
  const char *message;
} bad_times[] = {
  { "", "\"\": not a time such as 2026-01-01T00:00:00Z" },
  { "2026-01-01", "\"2026-01-01\": not a time such as 2026-01-01T00:00:00Z" },
  { "2026-01-01 00:00:00Z", "\"2026-01-01 00:00:00Z\": not a time such as 2026-01-01T00:00:00Z" },
  { "2026/01/01T00:00:00Z", "\"2026/01/01T00:00:00Z\": not a time such as 2026-01-01T00:00:00Z" },
  { "2026-01-01T00-00-00Z", "\"2026-01-01T00-00-00Z\": not a time such as 2026-01-01T00:00:00Z" },
  { "2026-01-01T0 :00:00Z", "\"2026-01-01T0 :00:00Z\": not a time such as 2026-01-01T00:00:00Z" },
  { "0000-01-01T00:00:00Z", "\"0000-01-01T00:00:00Z\": a time before year 1" },
  { "2026-13-01T00:00:00Z", "\"2026-13-01T00:00:00Z\": no such month" },
  { "2026-00-01T00:00:00Z", "\"2026-00-01T00:00:00Z\": no such month" },
  { "2026-02-29T00:00:00Z", "\"2026-02-29T00:00:00Z\": no such day" },
  { "2100-02-29T00:00:00Z", "\"2100-02-29T00:00:00Z\": no such day" },
  { "2026-04-31T00:00:00Z", "\"2026-04-31T00:00:00Z\": no such day" },
  { "2026-01-00T00:00:00Z", "\"2026-01-00T00:00:00Z\": no such day" },
  { "2026-01-01T24:00:00Z", "\"2026-01-01T24:00:00Z\": no such time of day" },
  { "2026-01-01T00:60:00Z", "\"2026-01-01T00:60:00Z\": no such time of day" },
  { "2026-01-01T23:59:60Z", "\"2026-01-01T23:59:60Z\": no such time of day" },
  { "2026-01-01T00:00:00.Z", "\"2026-01-01T00:00:00.Z\": no decimals behind the point" },
  { "2026-01-01T00:00:00.1234567Z", "\"2026-01-01T00:00:00.1234567Z\": more than six decimals of a second" },
  { "2026-01-01T00:00:00.0", "\"2026-01-01T00:00:00.0\": no offset such as Z or +01:00" },
  { "2026-01-01T00:00:00Z ", "\"2026-01-01T00:00:00Z \": no offset such as Z or +01:00" },
  { "2026-01-01T00:00:00+0100", "\"2026-01-01T00:00:00+0100\": no offset such as Z or +01:00" },
  { "2026-01-01T00:00:00+24:00", "\"2026-01-01T00:00:00+24:00\": no such offset" },
  { "2026-01-01T00:00:00+0a:00", "\"2026-01-01T00:00:00+0a:00\": no such offset" },
  { "0001-01-01T00:00:00+00:01", "\"0001-01-01T00:00:00+00:01\": not from year 1 to 9999 in UTC" },
  { "9999-12-31T23:59:59-00:01", "\"9999-12-31T23:59:59-00:01\": not from year 1 to 9999 in UTC" },
};

static void
test_good (void)
{
  g_test_summary ("Times are read exactly, offsets applied, and written in UTC with six decimals");

  for (guint i = 0; i < G_N_ELEMENTS (good_times); i++)
    {
      g_autoptr (GError) error = NULL;
      char text[EH_TIMESTAMP_LENGTH + 1] = "";
      gint64 time = 1;

      g_assert_true (eh_timestamp_parse (good_times[i].text, &time, &error));
      g_assert_no_error (error);
      g_assert_cmpint (time, ==, good_times[i].time);
      eh_timestamp_write (time, text);
      g_assert_cmpstr (text, ==, good_times[i].written != NULL ? good_times[i].written : good_times[i].text);
    }
}

static void
test_bad (void)
{
  g_test_summary ("What is no time is refused with a reason, and nothing is changed");

  for (guint i = 0; i < G_N_ELEMENTS (bad_times); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 time = 42;

      g_assert_false (eh_timestamp_parse (bad_times[i].text, &time, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, bad_times[i].message);
      g_assert_cmpint (time, ==, 42);
    }
}

static void
test_calendar (void)
{
  const gint64 day = G_GINT64_CONSTANT (86400000000);
  const gint64 last = EH_TIMESTAMP_MAX / day;

  g_test_summary ("Every 97th day from year 1 to 9999 agrees with GDateTime and reads back");

  for (gint64 days = EH_TIMESTAMP_MIN / day; days <= last; days += 97)
    {
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (days * 86400 + 12345);
      g_autofree char *expected = NULL;
      char text[EH_TIMESTAMP_LENGTH + 1] = "";
      gint64 time;

      g_assert_nonnull (date);
      expected = g_strdup_printf ("%04d-%02d-%02dT03:25:45.000678Z", g_date_time_get_year (date),
                                  g_date_time_get_month (date), g_date_time_get_day_of_month (date));
      eh_timestamp_write (days * day + G_GINT64_CONSTANT (12345000678), text);
      g_assert_cmpstr (text, ==, expected);
      g_assert_true (eh_timestamp_parse (text, &time, NULL));
      g_assert_cmpint (time, ==, days * day + G_GINT64_CONSTANT (12345000678));
    }
}

static const struct {
  const char *text;
  gint64 interval;
} good_intervals[] = {
  { "PT0S", 0 },
  { "P1D", G_GINT64_CONSTANT (86400000000) },
  { "PT1H30M", G_GINT64_CONSTANT (5400000000) },
  { "P1DT2H3M4.5S", G_GINT64_CONSTANT (93784500000) },
  { "PT0.000001S", 1 },
  { "PT90M", G_GINT64_CONSTANT (5400000000) },
  { "P2DT1S", G_GINT64_CONSTANT (172801000000) },
  { "PT9223372036854.775807S", G_MAXINT64 },
};

static const struct {
  const char *text;
  const char *message;
} bad_intervals[] = {
  { "", "\"\": not a duration such as PT1H30M" },
  { "1H", "\"1H\": not a duration such as PT1H30M" },
  { "P", "\"P\": expected a number" },
  { "PT", "\"PT\": expected a number" },
  { "P1DT", "\"P1DT\": expected a number" },
  { "-P1D", "\"-P1D\": not a duration such as PT1H30M" },
  { "P-1D", "\"P-1D\": expected a number" },
  { "PTT1S", "\"PTT1S\": expected a number" },
  { "P1Y", "\"P1Y\": years, months and weeks are not supported, only days, hours, minutes and seconds" },
  { "P1M", "\"P1M\": years, months and weeks are not supported, only days, hours, minutes and seconds" },
  { "P1W", "\"P1W\": years, months and weeks are not supported, only days, hours, minutes and seconds" },
  { "P1H", "\"P1H\": expected D, or behind T one of H, M, S, in this order" },
  { "PT1D", "\"PT1D\": expected D, or behind T one of H, M, S, in this order" },
  { "PT1", "\"PT1\": expected D, or behind T one of H, M, S, in this order" },
  { "PT1S1M", "\"PT1S1M\": expected D, or behind T one of H, M, S, in this order" },
  { "PT1S1S", "\"PT1S1S\": expected D, or behind T one of H, M, S, in this order" },
  { "PT0.5H", "\"PT0.5H\": only seconds can have decimals" },
  { "PT0.1234567S", "\"PT0.1234567S\": more than six decimals of a second" },
  { "PT1.S", "\"PT1.S\": no decimals behind the point" },
  { "PT9223372036854.775808S", "\"PT9223372036854.775808S\": too long" },
  { "P99999999999999999999D", "\"P99999999999999999999D\": too long" },
  { "P999999999D", "\"P999999999D\": too long" },
};

static void
test_intervals (void)
{
  g_test_summary ("Durations of days, hours, minutes and seconds are read to the microsecond");

  for (guint i = 0; i < G_N_ELEMENTS (good_intervals); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 interval = -1;

      g_assert_true (eh_interval_parse (good_intervals[i].text, &interval, &error));
      g_assert_no_error (error);
      g_assert_cmpint (interval, ==, good_intervals[i].interval);
    }
}

static void
test_bad_intervals (void)
{
  g_test_summary ("What is no duration is refused with a reason, and nothing is changed");

  for (guint i = 0; i < G_N_ELEMENTS (bad_intervals); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 interval = 42;

      g_assert_false (eh_interval_parse (bad_intervals[i].text, &interval, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_cmpstr (error->message, ==, bad_intervals[i].message);
      g_assert_cmpint (interval, ==, 42);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timestamp/good", test_good);
  g_test_add_func ("/timestamp/bad", test_bad);
  g_test_add_func ("/timestamp/calendar", test_calendar);
  g_test_add_func ("/interval/good", test_intervals);
  g_test_add_func ("/interval/bad", test_bad_intervals);
  return g_test_run ();
}
