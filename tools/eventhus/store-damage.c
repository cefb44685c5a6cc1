/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-damage.h"

#include <stdio.h>

void
store_damage_clear (StoreDamage *self)
{
  if (self->json != NULL)
    g_string_free (self->json, TRUE);
  if (self->moves != NULL)
    g_string_free (self->moves, TRUE);
}

static void
print_positions (const StoreDamage *self, const EhFileDamage *damage)
{
  if (damage->first_position == 0)
    return;
  if (damage->last_position == G_MAXUINT64)
    printf ("; positions %" G_GUINT64_FORMAT " and, if there were any, those behind it are %s", damage->first_position,
            self->lost);
  else if (damage->first_position == damage->last_position)
    printf ("; position %" G_GUINT64_FORMAT " is %s", damage->first_position, self->lost);
  else
    printf ("; positions %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " are %s", damage->first_position,
            damage->last_position, self->lost);
}

static void
print_damage (StoreDamage *self, const EhFileDamage *damage)
{
  store_progress_end (&self->progress);
  if (damage->derived)
    {
      printf ("%s: %s: delete the file, it is only derived\n", damage->path, damage->message);
      return;
    }
  printf ("%s: byte %" G_GUINT64_FORMAT, damage->path, damage->offset);
  if (damage->end > damage->offset)
    printf (" to %" G_GUINT64_FORMAT, damage->end);
  printf (": %s", damage->message);
  if (damage->stream != NULL)
    printf ("; stream %s", damage->stream);
  print_positions (self, damage);
  putchar ('\n');
}

void
store_damage_tell (const EhFileDamage *damage, gpointer data)
{
  StoreDamage *self = data;
  GString *out = self->json;
  gsize at;

  if (out == NULL)
    {
      print_damage (self, damage);
      return;
    }
  if (out->len > 0)
    g_string_append_c (out, ',');
  at = out->len;
  store_json_text (out, "file", damage->path);
  out->str[at] = '{';
  store_json_number (out, "offset", damage->offset);
  store_json_number (out, "end", damage->end);
  if (damage->first_position > 0)
    store_json_number (out, "first_position", damage->first_position);
  if (damage->first_position > 0 && damage->last_position == G_MAXUINT64)
    store_json_text (out, "last_position", NULL);
  else if (damage->first_position > 0)
    store_json_number (out, "last_position", damage->last_position);
  if (damage->stream != NULL)
    store_json_text (out, "stream", damage->stream);
  g_string_append (out, damage->derived ? ",\"derived\":true" : ",\"derived\":false");
  store_json_text (out, "message", damage->message);
  g_string_append_c (out, '}');
}

void
store_damage_tell_move (const EhFileMove *move, gpointer data)
{
  StoreDamage *self = data;
  GString *out = self->moves;
  gsize at;

  if (out == NULL)
    {
      store_progress_end (&self->progress);
      printf ("%s: version %" G_GUINT64_FORMAT " is now %" G_GUINT64_FORMAT " (position %" G_GUINT64_FORMAT
              " is now %" G_GUINT64_FORMAT ")\n",
              move->stream, move->old_version, move->new_version, move->old_position, move->new_position);
      return;
    }
  if (out->len > 0)
    g_string_append_c (out, ',');
  at = out->len;
  store_json_text (out, "stream", move->stream);
  out->str[at] = '{';
  store_json_number (out, "old_version", move->old_version);
  store_json_number (out, "new_version", move->new_version);
  store_json_number (out, "old_position", move->old_position);
  store_json_number (out, "new_position", move->new_position);
  g_string_append_c (out, '}');
}
