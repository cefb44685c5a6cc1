/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-timestamp-private.h"

#include "eh-error.h"

#include <string.h>

/*
 * Dates are counted in the proleptic Gregorian calendar in eras of 400 years that begin on 1 March, so that the
 * leap day is the last day of a year and months need no table. The day count of 1970-01-01 in this reckoning is
 * DAYS_TO_EPOCH.
 */

#define DAYS_PER_ERA 146097
#define DAYS_TO_EPOCH 719468
#define SECOND ((gint64) G_USEC_PER_SEC)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

typedef struct {
  gint year;
  gint month;
  gint day;
} Date;

static gint64
date_to_days (const Date *date)
{
  gint64 year = date->month <= 2 ? date->year - 1 : date->year;
  gint64 era = year / 400; /* years here are never negative */
  gint64 year_of_era = year - era * 400;
  gint64 month = date->month > 2 ? date->month - 3 : date->month + 9;
  gint64 day_of_year = (153 * month + 2) / 5 + date->day - 1;
  gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH;
}

static void
date_from_days (Date *date, gint64 days)
{
  guint32 count = (guint32) (days + DAYS_TO_EPOCH);
  guint32 era = count / DAYS_PER_ERA;
  guint32 day_of_era = count - era * DAYS_PER_ERA;
  guint32 year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint32 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint32 month = (5 * day_of_year + 2) / 153;

  date->day = (gint) (day_of_year - (153 * month + 2) / 5 + 1);
  date->month = (gint) (month < 10 ? month + 3 : month - 9);
  date->year = (gint) (era * 400 + year_of_era) + (date->month <= 2 ? 1 : 0);
}

static gint
days_of_month (gint year, gint month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return month == 2 && leap ? 29 : days[month - 1];
}

static inline void
write_two (char *text, guint32 number)
{
  text[0] = (char) ('0' + number / 10);
  text[1] = (char) ('0' + number % 10);
}

void
eh_timestamp_write (gint64 time, char *text)
{
  guint64 since_min = (guint64) (time - EH_TIMESTAMP_MIN);
  gint64 days = (gint64) (since_min / DAY) + EH_TIMESTAMP_MIN / DAY;
  guint64 rest = since_min % DAY;
  guint32 seconds = (guint32) (rest / SECOND);
  guint32 micros = (guint32) (rest % SECOND);
  Date date;

  g_assert (eh_timestamp_in_range (time));

  date_from_days (&date, days);
  memcpy (text, "0000-00-00T00:00:00.000000Z", EH_TIMESTAMP_LENGTH);
  write_two (text, (guint32) date.year / 100);
  write_two (text + 2, (guint32) date.year % 100);
  write_two (text + 5, (guint32) date.month);
  write_two (text + 8, (guint32) date.day);
  write_two (text + 11, seconds / 3600);
  write_two (text + 14, seconds / 60 % 60);
  write_two (text + 17, seconds % 60);
  write_two (text + 20, micros / 10000);
  write_two (text + 22, micros / 100 % 100);
  write_two (text + 24, micros % 100);
}

/* Reads @n digits; returns -1 if there are not so many. */
static gint
scan_digits (const char *text, guint n)
{
  gint number = 0;
  guint i;

  for (i = 0; i < n; i++)
    {
      if (text[i] < '0' || text[i] > '9')
        return -1;
      number = number * 10 + (text[i] - '0');
    }
  return number;
}

static const char *
scan_date (const char *text, gint64 *days)
{
  Date date = { scan_digits (text, 4), scan_digits (text + 5, 2), scan_digits (text + 8, 2) };

  if (date.year < 0 || date.month < 0 || date.day < 0 || text[4] != '-' || text[7] != '-')
    return "not a time such as 2026-01-01T00:00:00Z";
  if (date.year < 1)
    return "a time before year 1";
  if (date.month < 1 || date.month > 12)
    return "no such month";
  if (date.day < 1 || date.day > days_of_month (date.year, date.month))
    return "no such day";
  *days = date_to_days (&date);
  return NULL;
}

static const char *
scan_clock (const char *text, gint64 *micros)
{
  gint hour = scan_digits (text, 2);
  gint minute = scan_digits (text + 3, 2);
  gint second = scan_digits (text + 6, 2);

  if (hour < 0 || minute < 0 || second < 0 || text[2] != ':' || text[5] != ':')
    return "not a time such as 2026-01-01T00:00:00Z";
  if (hour > 23 || minute > 59 || second > 59)
    return "no such time of day";
  *micros = hour * HOUR + minute * MINUTE + second * SECOND;
  return NULL;
}

/* Reads ".5" into microseconds and moves *@text behind it. */
static const char *
scan_fraction (const char **text, const char *end, gint64 *micros)
{
  const char *p = *text + 1;
  gint64 unit = SECOND;
  gint64 sum = 0;

  for (; p < end && *p >= '0' && *p <= '9'; p++)
    {
      if (unit == 1)
        return "more than six decimals of a second";
      unit /= 10;
      sum += (*p - '0') * unit;
    }
  if (unit == SECOND)
    return "no decimals behind the point";
  *text = p;
  *micros = sum;
  return NULL;
}

static const char *
scan_offset (const char *text, const char *end, gint64 *micros)
{
  gint hour, minute;

  if (end - text == 1 && (*text == 'Z' || *text == 'z'))
    {
      *micros = 0;
      return NULL;
    }
  if (end - text != 6 || (*text != '+' && *text != '-') || text[3] != ':')
    return "no offset such as Z or +01:00";
  hour = scan_digits (text + 1, 2);
  minute = scan_digits (text + 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
    return "no such offset";
  *micros = (hour * HOUR + minute * MINUTE) * (*text == '-' ? -1 : 1);
  return NULL;
}

const char *
eh_timestamp_scan (const char *text, gsize length, gint64 *time)
{
  const char *end = text + length;
  const char *p = text + 19;
  const char *wrong;
  gint64 days = 0, clock = 0, fraction = 0, offset = 0, sum;

  if (length < 20 || (text[10] != 'T' && text[10] != 't'))
    return "not a time such as 2026-01-01T00:00:00Z";
  wrong = scan_date (text, &days);
  if (wrong == NULL)
    wrong = scan_clock (text + 11, &clock);
  if (wrong == NULL && *p == '.')
    wrong = scan_fraction (&p, end, &fraction);
  if (wrong == NULL)
    wrong = scan_offset (p, end, &offset);
  if (wrong != NULL)
    return wrong;

  sum = days * DAY + clock + fraction - offset;
  if (!eh_timestamp_in_range (sum))
    return "not from year 1 to 9999 in UTC";
  *time = sum;
  return NULL;
}

gboolean
eh_timestamp_parse (const char *text, gint64 *time, GError **error)
{
  const char *wrong = eh_timestamp_scan (text, strlen (text), time);

  if (wrong == NULL)
    return TRUE;
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "\"%s\": %s", text, wrong);
  return FALSE;
}

typedef struct {
  const char *cursor;
  gint64 sum;
  guint next_unit; /* units come in order, each at most once */
  gboolean time;   /* whether the T was read */
} Interval;

static const struct {
  char letter;
  gboolean time;
  gint64 micros;
} interval_units[] = { { 'D', FALSE, DAY }, { 'H', TRUE, HOUR }, { 'M', TRUE, MINUTE }, { 'S', TRUE, SECOND } };

static const char *
scan_whole (const char **text, gint64 *number)
{
  const char *p = *text;
  gint64 sum = 0;

  if (*p < '0' || *p > '9')
    return "expected a number";
  for (; *p >= '0' && *p <= '9'; p++)
    if (__builtin_mul_overflow (sum, 10, &sum) || __builtin_add_overflow (sum, *p - '0', &sum))
      return "too long";
  *text = p;
  *number = sum;
  return NULL;
}

static const char *
add_unit (Interval *self, gint64 number, gint64 fraction, gboolean has_fraction)
{
  char letter = *self->cursor++;
  gint64 product;
  guint i = self->next_unit;

  if (letter == 'Y' || letter == 'W' || (letter == 'M' && !self->time))
    return "years, months and weeks are not supported, only days, hours, minutes and seconds";
  while (i < G_N_ELEMENTS (interval_units)
         && (interval_units[i].letter != letter || interval_units[i].time != self->time))
    i++;
  if (i == G_N_ELEMENTS (interval_units))
    return "expected D, or behind T one of H, M, S, in this order";
  if (has_fraction && letter != 'S')
    return "only seconds can have decimals";
  if (__builtin_mul_overflow (number, interval_units[i].micros, &product)
      || __builtin_add_overflow (product, fraction, &product)
      || __builtin_add_overflow (self->sum, product, &self->sum))
    return "too long";
  self->next_unit = i + 1;
  return NULL;
}

static const char *
scan_unit (Interval *self)
{
  gint64 number = 0, fraction = 0;
  gboolean has_fraction;
  const char *wrong = scan_whole (&self->cursor, &number);

  if (wrong != NULL)
    return wrong;
  has_fraction = *self->cursor == '.';
  if (has_fraction)
    wrong = scan_fraction (&self->cursor, self->cursor + strlen (self->cursor), &fraction);
  return wrong != NULL ? wrong : add_unit (self, number, fraction, has_fraction);
}

static const char *
scan_interval (Interval *self)
{
  const char *wrong = NULL;

  if (*self->cursor++ != 'P')
    return "not a duration such as PT1H30M";
  do
    {
      if (*self->cursor == 'T' && !self->time)
        {
          self->time = TRUE;
          self->cursor++;
        }
      wrong = scan_unit (self);
    }
  while (wrong == NULL && *self->cursor != '\0');
  return wrong;
}

gboolean
eh_interval_parse (const char *text, gint64 *interval, GError **error)
{
  Interval self = { .cursor = text };
  const char *wrong = scan_interval (&self);

  if (wrong == NULL)
    {
      *interval = self.sum;
      return TRUE;
    }
  g_set_error (error, EH_ERROR, EH_ERROR_INVALID, "\"%s\": %s", text, wrong);
  return FALSE;
}
