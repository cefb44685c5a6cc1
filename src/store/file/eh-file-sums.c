/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "store/file/eh-file-run-private.h"
#include "store/file/eh-file-sums-private.h"

/* What a part of the log comes to. */
typedef struct {
  guint64 ids;
  guint64 frames;
  guint64 versions;
  guint64 tombstones;
  guint64 n_events;
} Sums;

typedef struct {
  char *path; /* (owned) */
  guint64 begin;
  guint64 end;
  EhFileRun *run; /* (owned) (nullable) */
  Sums sums;      /* of the log */
} Part;

struct _EhFileSums {
  const EhFileOps *ops;
  char *folder;  /* (owned) */
  GArray *parts; /* (owned) (element-type Part) */
  gboolean is_open;
};

static void
part_clear (gpointer data)
{
  Part *self = data;

  g_clear_pointer (&self->run, eh_file_run_unref);
  g_free (self->path);
}

static Part *
get_part (const EhFileSums *self, guint i)
{
  return &g_array_index (self->parts, Part, i);
}

EhFileSums *
eh_file_sums_new (const EhFileOps *ops, const char *folder, GError **error)
{
  g_autoptr (EhFileSums) self = g_new0 (EhFileSums, 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int code;

  self->ops = ops;
  self->folder = g_build_filename (folder, "run", NULL);
  self->parts = g_array_new (FALSE, TRUE, sizeof (Part));
  g_array_set_clear_func (self->parts, part_clear);
  code = ops->list (ops->fs, self->folder, names);
  if (code < 0 && code != -ENOENT)
    {
      eh_file_set_errno (error, code, "list", self->folder);
      return NULL;
    }
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      Part part = { 0 };

      if (!g_str_has_suffix (name, ".run")
          || sscanf (name, "%16" G_GINT64_MODIFIER "x-%16" G_GINT64_MODIFIER "x", &part.begin, &part.end) != 2)
        continue;
      part.path = g_build_filename (self->folder, name, NULL);
      g_array_append_val (self->parts, part);
    }
  return g_steal_pointer (&self);
}

void
eh_file_sums_free (EhFileSums *self)
{
  g_array_unref (self->parts);
  g_free (self->folder);
  g_free (self);
}

gboolean
eh_file_sums_open (EhFileSums *self, const guint8 store_id[16], GError **error)
{
  for (guint i = 0; !self->is_open && i < self->parts->len; i++)
    {
      Part *part = get_part (self, i);
      GError *reason = NULL;

      part->run = eh_file_run_open (self->ops, self->folder, part->begin, part->end, store_id, &reason);
      if (reason == NULL)
        continue;
      g_propagate_error (error, reason);
      return FALSE;
    }
  self->is_open = TRUE;
  return TRUE;
}

/* ---- adding up ---- */

static guint64
mix (guint64 value)
{
  value = (value ^ value >> 31) * G_GUINT64_CONSTANT (0x7fb5d329728ea185);
  value = (value ^ value >> 27) * G_GUINT64_CONSTANT (0x81dadef4bc2dd44d);
  return value ^ value >> 33;
}

static guint64
mix_version (const EhFileKey *key, guint64 version)
{
  return mix (key->high + mix (key->low ^ version));
}

/* @end_version: behind the last event. */
static void
add_frame (Sums *sums, const EhFileKey *key, guint64 loc, guint64 version)
{
  sums->frames += mix (loc ^ mix_version (key, version));
}

static void
add_versions (Sums *sums, const EhFileKey *key, guint64 version, guint64 end_version)
{
  sums->versions += mix_version (key, end_version) - mix_version (key, version);
}

static void
add_to_part (Part *part, const EhFileFrame *frame, const EhFileKey *key)
{
  Sums *sums = &part->sums;

  if (frame->kind == EH_FILE_KIND_TOMBSTONE)
    sums->tombstones += mix (key->low);
  if (frame->n_events == 0)
    return;
  add_frame (sums, key, frame->loc, frame->version);
  add_versions (sums, key, frame->version, frame->version + frame->n_events);
  sums->n_events += frame->n_events;
  for (guint i = 0; i < frame->n_events; i++)
    {
      const guint64 hash = eh_file_run_hash_id (part->run->header.store_id, eh_file_frame_get_id (frame, i));

      sums->ids += mix (eh_file_run_word (hash, part->begin, frame->loc));
    }
}

void
eh_file_sums_add (EhFileSums *self, const EhFileFrame *frame, const EhFileKey *key)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = get_part (self, i);

      if (part->run != NULL && frame->loc >= part->begin && frame->loc < part->end)
        add_to_part (part, frame, key);
    }
}

/* ---- what a run comes to ---- */

static gboolean
add_stream (EhFileRun *run, const EhFileRunStream *stream, Sums *sums, GError **error)
{
  if (stream->deleted)
    sums->tombstones += mix (stream->key.low);
  if (stream->n_frames == 0)
    return TRUE;
  add_versions (sums, &stream->key, stream->first_version, stream->version + 1);
  for (guint32 i = 0; i < stream->n_frames; i++)
    {
      EhFileRef ref;

      if (!eh_file_run_get_ref (run, stream, i, &ref, error))
        return FALSE;
      add_frame (sums, &stream->key, ref.loc, ref.version);
    }
  return TRUE;
}

/* All pages, for their checksums; then what is in them. */
static gboolean
add_run (EhFileRun *run, Sums *sums, GError **error)
{
  static const gsize sizes[EH_FILE_RUN_SUMS] = { EH_FILE_RUN_STREAM, EH_FILE_RUN_WORD, EH_FILE_RUN_SAMPLE,
                                                 EH_FILE_RUN_WORD, EH_FILE_RUN_BLOCK };
  EhFileRunStream stream;
  guint64 word = 0;

  for (guint section = 0; section < EH_FILE_RUN_SUMS; section++)
    for (guint64 i = 0; i < run->header.n[section]; i++)
      if (eh_file_run_get (run, section, i * sizes[section], sizes[section], error) == NULL)
        return FALSE;
  for (guint64 i = 0; i < run->header.n[EH_FILE_RUN_IDS]; i++)
    {
      if (!eh_file_run_get_id (run, i, &word, error))
        return FALSE;
      sums->ids += mix (word);
    }
  for (guint64 i = 0; i < run->header.n[EH_FILE_RUN_STREAMS]; i++)
    if (!eh_file_run_get_stream (run, i, &stream, error) || !add_stream (run, &stream, sums, error))
      return FALSE;
  sums->n_events = run->header.end_position - run->header.begin_position;
  return TRUE;
}

static void
tell (const Part *part, const EhFileInspectFuncs *funcs, const char *message)
{
  const EhFileDamage damage = { .path = part->path, .derived = TRUE, .message = message };

  funcs->damage (funcs->user_data, &damage);
}

static void
compare_part (const Part *part, gboolean whole, guint64 end, const EhFileInspectFuncs *funcs)
{
  g_autoptr (GError) reason = NULL;
  Sums sums = { 0 };

  if (!add_run (part->run, &sums, &reason))
    tell (part, funcs, "a checksum in it is wrong");
  else if (whole && part->end > end)
    tell (part, funcs, "it is about more than the log has");
  else if (whole && memcmp (&sums, &part->sums, sizeof sums) != 0)
    tell (part, funcs, "it does not say what the log says");
}

guint
eh_file_sums_compare (EhFileSums *self, gboolean whole, guint64 end, const EhFileInspectFuncs *funcs)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = get_part (self, i);
      EhFileStat found;

      if (part->run != NULL)
        compare_part (part, whole, end, funcs);
      /* One that a writer has merged away meanwhile is just gone. */
      else if (self->ops->stat (self->ops->fs, part->path, &found) == 0)
        tell (part, funcs, "it is no index of this store");
    }
  return self->parts->len;
}
