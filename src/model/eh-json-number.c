/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-error.h"
#include "eh-json-private.h"

#include <float.h>
#include <math.h>

/*
 * Numbers. One scan checks the grammar and gathers the decimal digits into 64 bits with a power of ten; integers are
 * then exact or out of range. A double is exact from one multiplication or division where both digits and power of
 * ten are exact doubles (digits up to 2^53, powers up to 10^22: W. Clinger, How to read floating point numbers
 * accurately, 1990); other doubles go through the C library, which rounds correctly.
 */

#define EXACT_MAX (G_GUINT64_CONSTANT (1) << 53)
#define EXACT_POWER_MAX 22
#define EXPONENT_CLAMP 100000

typedef struct {
  guint64 digits;  /* as many as fit */
  gint64 exponent; /* of ten, clamped */
  gboolean negative;
  gboolean whole;    /* neither fraction nor exponent */
  gboolean overflow; /* @digits is not the number's */
} Number;

static const gdouble powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static inline gboolean
is_digit (const char *p, const char *end)
{
  return p < end && (guchar) (*p - '0') <= 9;
}

static inline void
add_digit (Number *number, char c)
{
  guint64 sum;

  if (number->overflow || __builtin_mul_overflow (number->digits, 10, &sum)
      || __builtin_add_overflow (sum, (guint64) (c - '0'), &sum))
    number->overflow = TRUE;
  else
    number->digits = sum;
}

static gboolean
expected_digit (EhJsonReader *self, const char *p)
{
  self->cursor = p;
  return eh_json_reader_expected (self, "a digit");
}

static gboolean
scan_exponent (EhJsonReader *self, const char **cursor, Number *number)
{
  const char *p = *cursor + 1;
  gboolean negative = p < self->end && *p == '-';
  gint64 exponent = 0;

  if (p < self->end && (*p == '-' || *p == '+'))
    p++;
  if (!is_digit (p, self->end))
    return expected_digit (self, p);
  for (; is_digit (p, self->end); p++)
    exponent = MIN (exponent * 10 + (*p - '0'), EXPONENT_CLAMP);
  number->exponent += negative ? -exponent : exponent;
  *cursor = p;
  return TRUE;
}

static gboolean
scan_rest (EhJsonReader *self, const char **cursor, Number *number)
{
  const char *p = *cursor;

  number->whole = FALSE;
  if (*p == '.')
    {
      const char *start = ++p;

      if (!is_digit (p, self->end))
        return expected_digit (self, p);
      for (; is_digit (p, self->end); p++)
        add_digit (number, *p);
      number->exponent = start - p;
    }
  if (p < self->end && (*p == 'e' || *p == 'E') && !scan_exponent (self, &p, number))
    return FALSE;
  *cursor = p;
  return TRUE;
}

static gboolean
scan_number (EhJsonReader *self, Number *number, const char *what)
{
  char c = eh_json_reader_peek (self);
  const char *p = self->cursor;
  const char *first, *safe;
  guint64 digits = 0;

  if (c != '-' && !g_ascii_isdigit (c))
    return eh_json_reader_expected (self, what);
  *number = (Number){ .negative = c == '-', .whole = TRUE };
  p += number->negative;
  if (!is_digit (p, self->end))
    return expected_digit (self, p);
  first = p;
  safe = p + MIN (self->end - p, 19); /* so many digits cannot overflow */
  for (; is_digit (p, safe); p++)
    digits = digits * 10 + (guint64) (*p - '0');
  number->digits = digits;
  for (; is_digit (p, self->end); p++)
    add_digit (number, *p);
  if (*first == '0' && p - first > 1)
    return eh_json_reader_fail (self, EH_ERROR_INVALID, first, "a number that begins with 0");
  if (p < self->end && (*p == '.' || *p == 'e' || *p == 'E') && !scan_rest (self, &p, number))
    return FALSE;
  self->cursor = p;
  return TRUE;
}

gboolean
eh_json_reader_skip_number (EhJsonReader *self)
{
  Number number;

  return scan_number (self, &number, "a value");
}

static gboolean
scan_whole (EhJsonReader *self, Number *number, const char **start)
{
  eh_json_reader_peek (self);
  *start = self->cursor;
  if (!scan_number (self, number, "a number"))
    return FALSE;
  return number->whole
         || eh_json_reader_fail (self, EH_ERROR_INVALID, *start, "expected a number without fraction or exponent");
}

gboolean
eh_json_reader_int64 (EhJsonReader *self, gint64 *value)
{
  Number number;
  const char *start;

  if (!scan_whole (self, &number, &start))
    return FALSE;
  if (number.overflow || number.digits > (guint64) G_MAXINT64 + number.negative)
    return eh_json_reader_fail (self, EH_ERROR_INVALID, start, "the number is out of the range of int64");
  *value = (gint64) (number.negative ? 0 - number.digits : number.digits);
  return TRUE;
}

gboolean
eh_json_reader_uint64 (EhJsonReader *self, guint64 *value)
{
  Number number;
  const char *start;

  if (!scan_whole (self, &number, &start))
    return FALSE;
  if (number.overflow || (number.negative && number.digits != 0))
    return eh_json_reader_fail (self, EH_ERROR_INVALID, start, "the number is out of the range of uint64");
  *value = number.digits;
  return TRUE;
}

static gdouble
read_exactly (const char *start, const char *end)
{
  char buffer[64];
  gsize length = (gsize) (end - start);
  g_autofree char *copy = NULL;

  if (length >= sizeof (buffer))
    return g_ascii_strtod (copy = g_strndup (start, length), NULL);
  memcpy (buffer, start, length);
  buffer[length] = '\0';
  return g_ascii_strtod (buffer, NULL);
}

/* FLT_EVAL_METHOD: where the processor computes with more digits, one operation rounds twice. */
static gboolean
is_exact (const Number *number)
{
  return FLT_EVAL_METHOD == 0 && !number->overflow && number->digits <= EXACT_MAX
         && number->exponent >= -EXACT_POWER_MAX && number->exponent <= EXACT_POWER_MAX;
}

gboolean
eh_json_reader_double (EhJsonReader *self, gdouble *value)
{
  Number number;
  const char *start;
  gdouble result;

  eh_json_reader_peek (self);
  start = self->cursor;
  if (!scan_number (self, &number, "a number"))
    return FALSE;
  if (!is_exact (&number))
    result = read_exactly (start, self->cursor);
  else
    {
      result = (gdouble) number.digits;
      result = number.exponent < 0 ? result / powers[-number.exponent] : result * powers[number.exponent];
      result = number.negative ? -result : result;
    }
  if (!isfinite (result))
    return eh_json_reader_fail (self, EH_ERROR_INVALID, start, "the number is out of the range of double");
  *value = result;
  return TRUE;
}
