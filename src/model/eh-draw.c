/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-draw.h"

#include <float.h>

#include "eh-schema-private.h"
#include "eh-timestamp-private.h"

/*
 * Values from choices. Each value first chooses a class (boring, small, awkward ...) and then within the class, so that
 * lowering any one choice gives a simpler value of the same shape. The sequence of choices that a schema asks for is
 * what a stored run replays.
 */

/* Schemas may be recursive: below this depth optional structs stay absent and arrays of structs empty. */
#define DEPTH_MAX 4
#define ARRAY_MAX 4

guint64
eh_draw_choose (EhDraw *self, guint64 arity, const char *label)
{
  guint64 choice;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (arity > 0, 0);

  choice = self->choose (self, arity, label);
  g_return_val_if_fail (choice < arity, 0);
  return choice;
}

/* Any 64 bits, in two choices: one of 2^64 has no arity. */
static guint64
choose_bits (EhDraw *self, const char *label)
{
  guint64 high = eh_draw_choose (self, G_GUINT64_CONSTANT (1) << 32, label);

  return high << 32 | eh_draw_choose (self, G_GUINT64_CONSTANT (1) << 32, label);
}

gint64
eh_draw_int64 (EhDraw *self, gint64 min, gint64 max, const char *label)
{
  guint64 span = (guint64) max - (guint64) min;

  g_return_val_if_fail (self != NULL, min);
  g_return_val_if_fail (min <= max, min);

  if (span == G_MAXUINT64)
    return (gint64) ((guint64) min + choose_bits (self, label));
  return (gint64) ((guint64) min + eh_draw_choose (self, span + 1, label));
}

gboolean
eh_draw_boolean (EhDraw *self, const char *label)
{
  return eh_draw_choose (self, 2, label) == 1;
}

static gint64
draw_int64 (EhDraw *self, const char *label)
{
  const gint64 awkward[] = { -1,         G_MAXINT64,           G_MININT64, G_MAXINT32,
                             G_MININT32, (gint64) G_MAXUINT32, 1ll << 53,  (1ll << 53) + 1 };

  switch (eh_draw_choose (self, 8, label))
    {
    case 0:
      return 0;
    case 5:
      return 1 + (gint64) eh_draw_choose (self, 1000000, label);
    case 6:
      return awkward[eh_draw_choose (self, G_N_ELEMENTS (awkward), label)];
    case 7:
      return (gint64) choose_bits (self, label);
    default:
      return 1 + (gint64) eh_draw_choose (self, 100, label);
    }
}

static guint64
draw_uint64 (EhDraw *self, const char *label)
{
  const guint64 awkward[] = { G_MAXUINT64, (guint64) G_MAXINT64 + 1, G_MAXINT64, G_MAXUINT32 };

  switch (eh_draw_choose (self, 8, label))
    {
    case 0:
      return 0;
    case 5:
      return 1 + eh_draw_choose (self, 1000000, label);
    case 6:
      return awkward[eh_draw_choose (self, G_N_ELEMENTS (awkward), label)];
    case 7:
      return choose_bits (self, label);
    default:
      return 1 + eh_draw_choose (self, 100, label);
    }
}

static gdouble
draw_double (EhDraw *self, const char *label)
{
  const gdouble awkward[] = { -0.0, 0.1, -1.0, DBL_MAX, -DBL_MAX, DBL_MIN, 4.9406564584124654e-324, DBL_EPSILON, 1e21 };

  switch (eh_draw_choose (self, 8, label))
    {
    case 0:
      return 0.0;
    case 5:
      return (gdouble) (1 + eh_draw_choose (self, 1000000, label)) / 1000.0;
    case 6:
      return awkward[eh_draw_choose (self, G_N_ELEMENTS (awkward), label)];
    case 7:
      return (gdouble) (gint64) choose_bits (self, label) / 65536.0;
    default:
      return (gdouble) (1 + eh_draw_choose (self, 100, label));
    }
}

static gint64
draw_timestamp (EhDraw *self, const char *label)
{
  const gint64 awkward[] = { -1, EH_TIMESTAMP_MIN, EH_TIMESTAMP_MAX, G_GINT64_CONSTANT (951782400000000),
                             G_GINT64_CONSTANT (4107542399999999) };

  switch (eh_draw_choose (self, 8, label))
    {
    case 0:
      return 0;
    case 6:
      return awkward[eh_draw_choose (self, G_N_ELEMENTS (awkward), label)];
    case 7:
      return eh_draw_int64 (self, EH_TIMESTAMP_MIN, EH_TIMESTAMP_MAX, label);
    default:
      return G_GINT64_CONSTANT (1767225600000000) + (gint64) eh_draw_choose (self, 1000000, label) * G_USEC_PER_SEC;
    }
}

/* The boring value is 0 where the enum has it, since that is what a zeroed struct holds. */
static gint
draw_enum (EhDraw *self, const EhEnumValue *values, const char *label)
{
  guint n = 0, zero = 0, choice;

  for (; values[n].nick != NULL; n++)
    {
      if (values[n].value == 0)
        zero = n;
    }
  choice = (guint) eh_draw_choose (self, n, label);
  if (choice == 0)
    return values[zero].value;
  return values[choice <= zero ? choice - 1 : choice].value;
}

static char *
draw_letters (EhDraw *self, gsize length, const char *label)
{
  char *text = g_malloc (length + 1);

  for (gsize i = 0; i < length; i++)
    text[i] = (char) ('a' + eh_draw_choose (self, 26, label));
  text[length] = '\0';
  return text;
}

/* The choices are made in this order, whatever order a compiler gives to arguments. */
static char *
draw_long (EhDraw *self, const char *label)
{
  gsize length = 100 + eh_draw_choose (self, 400, label);
  char letter = (char) ('a' + eh_draw_choose (self, 26, label));

  return g_strnfill (length, letter);
}

static char *
draw_string (EhDraw *self, const char *label)
{
  const char *awkward[] = { "Zo\303\253",
                            "\346\227\245\346\234\254",
                            "\360\237\246\211",
                            "a\"b\\c/d",
                            "line\nbreak\ttab",
                            "\001\037\177",
                            "\357\273\277bom",
                            " spaces ",
                            "null",
                            "\342\200\250\342\200\251",
                            "e\314\201",
                            "</script>" };

  switch (eh_draw_choose (self, 8, label))
    {
    case 0:
      return NULL;
    case 1:
      return g_strdup ("");
    case 6:
      return g_strdup (awkward[eh_draw_choose (self, G_N_ELEMENTS (awkward), label)]);
    case 7:
      return draw_long (self, label);
    default:
      return draw_letters (self, 1 + eh_draw_choose (self, 8, label), label);
    }
}

static char *
draw_json (EhDraw *self, const char *label)
{
  const char *texts[] = { NULL,
                          "true",
                          "0",
                          "\"\"",
                          "{}",
                          "[]",
                          "-1.5e3",
                          "[1,\"two\",null]",
                          "{\"a\":{\"b\":[]}}",
                          "\"\\u00e9\\ud83e\\udd89\"" };

  return g_strdup (texts[eh_draw_choose (self, G_N_ELEMENTS (texts), label)]);
}

static guint8 *
draw_bytes (EhDraw *self, gsize *size, const char *label)
{
  gsize n = eh_draw_choose (self, 4, label);
  guint8 *bytes;

  if (n == 3)
    n += eh_draw_choose (self, 64, label);
  *size = n;
  if (n == 0)
    return NULL;
  bytes = g_malloc (n);
  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) eh_draw_choose (self, 256, label);
  return bytes;
}

static void draw_members (EhDraw *self, const EhSchema *schema, gpointer value, guint depth);

static void
draw_element (EhDraw *self, const EhField *field, gpointer element, guint depth)
{
  const char *label = eh_field_get_json_name (field);
  EhBytes *bytes = element;

  switch (field->kind)
    {
    case EH_KIND_BOOLEAN:
      *(gboolean *) element = eh_draw_boolean (self, label);
      break;
    case EH_KIND_INT64:
      *(gint64 *) element = draw_int64 (self, label);
      break;
    case EH_KIND_UINT64:
      *(guint64 *) element = draw_uint64 (self, label);
      break;
    case EH_KIND_DOUBLE:
      *(gdouble *) element = draw_double (self, label);
      break;
    case EH_KIND_STRING:
      eh_pointer_store (element, draw_string (self, label));
      break;
    case EH_KIND_BYTES:
      bytes->data = draw_bytes (self, &bytes->size, label);
      break;
    case EH_KIND_TIMESTAMP:
      *(gint64 *) element = draw_timestamp (self, label);
      break;
    case EH_KIND_ENUM:
      *(gint *) element = draw_enum (self, field->values, label);
      break;
    case EH_KIND_STRUCT:
      draw_members (self, field->schema, element, depth + 1);
      break;
    case EH_KIND_JSON:
      eh_pointer_store (element, draw_json (self, label));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
draw_apart (EhDraw *self, const EhField *field, gpointer value, guint depth)
{
  guint64 arity = eh_field_is_array (field) ? ARRAY_MAX : 2;
  gsize size = eh_field_get_element_size (field);
  guint8 *elements = NULL;
  gsize n;

  if (field->kind == EH_KIND_STRUCT && depth >= DEPTH_MAX)
    return;
  n = eh_draw_choose (self, arity, eh_field_get_json_name (field));
  if (n == 0)
    return;
  elements = g_malloc0 (MAX (n * size, 1));
  for (gsize i = 0; i < n; i++)
    draw_element (self, field, elements + i * size, depth);
  eh_pointer_store ((guint8 *) value + field->offset, elements);
  if (eh_field_is_array (field))
    *eh_field_get_count (field, value) = n;
}

static void
draw_members (EhDraw *self, const EhSchema *schema, gpointer value, guint depth)
{
  for (gsize i = 0; i < schema->n_fields; i++)
    {
      const EhField *field = &schema->fields[i];
      guint8 *member = (guint8 *) value + field->offset;

      if (eh_field_is_single_bytes (field))
        eh_pointer_store (member, draw_bytes (self, eh_field_get_count (field, value), eh_field_get_json_name (field)));
      else if (eh_field_is_apart (field))
        draw_apart (self, field, value, depth);
      else
        draw_element (self, field, member, depth);
    }
}

void
eh_draw_value (EhDraw *self, const EhSchema *schema, gpointer value)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (schema != NULL);
  g_return_if_fail (value != NULL);

  draw_members (self, schema, value, 0);
}
