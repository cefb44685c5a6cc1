/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-ends-private.h"
#include "store/file/eh-file-runs-private.h"

/*
 * A stream that goes on behind a hole shows what it lacks; one that does not looks as if it had ended before. But the
 * index, if it is whole, remembers each stream's last version.
 */
typedef struct {
  const EhFileInspectFuncs *funcs;
  EhFileTally *tally;
  EhFileRuns *runs;         /* (owned) (nullable) */
  EhFileSegments *segments; /* (owned) */
  char *folder;             /* (owned): of the index */
} Ends;

static void
ends_clear (Ends *self)
{
  g_clear_pointer (&self->runs, eh_file_runs_unref);
  g_clear_pointer (&self->segments, eh_file_segments_free);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ends, ends_clear)

/* The name of a stream of which some frame up to @version is there; (transfer full) (nullable) */
static char *
find_name (Ends *self, const EhFileKey *key, guint64 version)
{
  g_autoptr (EhFileSegment) segment = NULL;
  const char *name = NULL;
  gsize length = 0;
  EhFileFrame frame;
  EhFileRef ref;

  if (version == 0 || eh_file_runs_list (self->runs, key, version, EH_BACKWARDS, &ref, 1, NULL) != 1)
    return NULL;
  segment = eh_file_segments_get (self->segments, eh_file_loc_segment (ref.loc), NULL);
  if (segment == NULL || !eh_file_segment_read (segment, eh_file_loc_offset (ref.loc), &frame, NULL)
      || !eh_file_segment_get_name (segment, &frame, &name, &length, NULL))
    return NULL;
  return g_strndup (name, length);
}

static gboolean
compare_end (gpointer user_data, const EhFileKey *key, const EhFileHead *head, const EhFileRef *last, GError **error)
{
  Ends *self = user_data;
  const EhFileTallied *found = eh_file_tally_find (self->tally, key);
  const guint64 version = found != NULL ? found->version : 0;
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;
  EhFileDamage damage = { .path = self->folder };

  if (version >= head->version)
    return TRUE;
  name = find_name (self, key, version);
  message = g_strdup_printf ("versions from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                             ", the last ones of %s, are in the index and not in the log",
                             version + 1, head->version, name != NULL ? "its stream" : "a stream whose name is lost");
  damage.stream = name;
  damage.message = message;
  self->funcs->damage (self->funcs->user_data, &damage);
  return TRUE;
}

void
eh_file_tell_lost_ends (const EhFileOps *ops, const char *folder, const guint8 store_id[16], EhFileTally *tally,
                        const EhFileInspectFuncs *funcs)
{
  g_autofree char *log = g_build_filename (folder, "seg", NULL);
  g_auto (Ends) self = {
    .funcs = funcs,
    .tally = tally,
    .segments = eh_file_segments_new (ops, log),
    .folder = g_build_filename (folder, "run", NULL),
  };
  guint32 n = 0;

  /* What the index cannot say is not said. */
  eh_file_segments_list (self.segments, &n, NULL);
  self.runs = eh_file_runs_open (ops, self.folder, store_id, G_MAXUINT64, NULL);
  if (self.runs != NULL)
    eh_file_runs_foreach (self.runs, compare_end, &self, NULL);
}
