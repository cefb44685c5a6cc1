/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-crash-private.h"

/* Going along the journal: what is durable, and what is pending. The states are made in proof-crash-states.c. */

const char *
proof_profile_get_name (ProofProfile profile)
{
  static const char *const names[PROOF_N_PROFILES] = { "posix", "ext4", "xfs" };

  return names[profile];
}

static void
inode_free (gpointer data)
{
  ProofCrashInode *inode = data;

  g_byte_array_unref (inode->durable);
  g_array_unref (inode->pending);
  g_free (inode->work);
  g_free (inode);
}

static ProofCrashInode *
add_inode (ProofCrash *self)
{
  ProofCrashInode *inode = g_new0 (ProofCrashInode, 1);

  inode->durable = g_byte_array_new ();
  inode->pending = g_array_new (FALSE, FALSE, sizeof (ProofPending));
  g_ptr_array_add (self->inodes, inode);
  return inode;
}

static void
remove_name (GArray *names, const ProofCrashName *name)
{
  for (guint i = names->len; i-- > 0;)
    {
      const ProofCrashName *other = &g_array_index (names, ProofCrashName, i);

      if (other->folder == name->folder && strcmp (other->name, name->name) == 0)
        g_array_remove_index_fast (names, i);
    }
}

void
proof_names_apply (GArray *names, const ProofEntry *change)
{
  ProofCrashName name = { change->folder, proof_crash_get_name (change->path), change->inode };

  remove_name (names, &name);
  if (change->kind == PROOF_UNNAME)
    return;
  if (change->kind == PROOF_RENAME)
    {
      name = (ProofCrashName){ change->to_folder, proof_crash_get_name (change->to), change->inode };
      remove_name (names, &name);
    }
  g_array_append_val (names, name);
}

/* ---- what becomes durable ---- */

static void
set_durable_size (ProofCrashInode *inode, guint64 size)
{
  const guint old = inode->durable->len;

  inode->is_current = FALSE;
  g_byte_array_set_size (inode->durable, (guint) size);
  if (size > old)
    memset (inode->durable->data + old, 0, size - old);
}

static void
apply_pending (ProofCrashInode *inode, const ProofPending *pending)
{
  inode->is_current = FALSE;
  if (pending->what->kind == PROOF_SIZE)
    set_durable_size (inode, pending->new_size);
  else if (pending->size > 0)
    {
      if (pending->offset + pending->size > inode->durable->len)
        set_durable_size (inode, pending->offset + pending->size);
      memcpy (inode->durable->data + pending->offset, pending->bytes, pending->size);
    }
}

/* What is left of @stuck where @done is written over it; the part behind it goes to @rest. */
static void
cut_stuck (ProofPending *stuck, const ProofPending *done, ProofPending *rest)
{
  const guint64 end = stuck->offset + stuck->size;
  const guint64 done_end = done->offset + done->size;

  rest->size = 0;
  if (done->offset >= end || done_end <= stuck->offset)
    return;
  *rest = *stuck;
  rest->size = done_end < end ? end - done_end : 0;
  rest->offset = end - rest->size;
  rest->bytes = stuck->bytes + (stuck->size - rest->size);
  stuck->size = done->offset > stuck->offset ? done->offset - stuck->offset : 0;
}

static void
overwrite_stuck (GArray *kept, const ProofPending *done)
{
  for (guint i = 0, n = kept->len; i < n; i++)
    {
      ProofPending rest;

      cut_stuck (&g_array_index (kept, ProofPending, i), done, &rest);
      if (rest.size > 0)
        g_array_append_val (kept, rest);
    }
}

/* The data of a file, and its size. */
static void
sync_inode (ProofCrashInode *inode)
{
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (ProofPending));

  for (guint i = 0; i < inode->pending->len; i++)
    {
      const ProofPending *pending = &g_array_index (inode->pending, ProofPending, i);

      if (pending->is_stuck)
        {
          g_array_append_val (kept, *pending);
          continue;
        }
      apply_pending (inode, pending);
      overwrite_stuck (kept, pending);
    }
  g_array_unref (inode->pending);
  inode->pending = kept;
}

/* The file system's journal, up to and with @last. A size that a write made takes its data along in ext4. */
static void
commit_changes (ProofCrash *self, guint last)
{
  while (self->changes->len > 0 && g_array_index (self->changes, ProofPending, 0).entry <= last)
    {
      const ProofPending change = g_array_index (self->changes, ProofPending, 0);
      ProofCrashInode *inode = proof_crash_get_inode (self, change.what->inode);

      g_array_remove_index (self->changes, 0);
      if (change.new_size == 0 && change.what->kind != PROOF_SIZE)
        {
          proof_names_apply (self->names, change.what);
          continue;
        }
      for (guint i = 0; i < inode->pending->len; i++)
        if (g_array_index (inode->pending, ProofPending, i).entry == change.entry)
          {
            apply_pending (inode, &g_array_index (inode->pending, ProofPending, i));
            g_array_remove_index (inode->pending, i);
            break;
          }
    }
}

static void
on_sync (ProofCrash *self, guint number)
{
  guint last = 0;

  for (guint i = 0; self->options->profile != PROOF_POSIX && i < self->changes->len; i++)
    {
      const ProofPending *change = &g_array_index (self->changes, ProofPending, i);

      if (change->what->kind != PROOF_UNNAME && change->what->inode == number)
        last = change->entry + 1;
    }
  if (last > 0)
    commit_changes (self, last - 1);
  sync_inode (proof_crash_get_inode (self, number));
}

static gboolean
is_in_folder (const ProofEntry *change, guint folder)
{
  return change->path != NULL && (change->folder == folder || (change->to != NULL && change->to_folder == folder));
}

static void
on_folder_sync (ProofCrash *self, guint folder)
{
  guint last = 0;

  for (guint i = 0; i < self->changes->len; i++)
    {
      const ProofEntry *change = g_array_index (self->changes, ProofPending, i).what;

      if (!is_in_folder (change, folder))
        continue;
      last = g_array_index (self->changes, ProofPending, i).entry + 1;
      if (self->options->profile != PROOF_POSIX)
        continue;
      proof_names_apply (self->names, change);
      g_array_remove_index (self->changes, i--);
    }
  if (last > 0 && self->options->profile != PROOF_POSIX)
    commit_changes (self, last - 1);
}

/* ---- the journal ---- */

static void
add_pending (ProofCrash *self, const ProofEntry *entry, guint i)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, entry->inode);
  ProofPending pending = { .entry = i, .what = entry, .offset = entry->offset };

  if (entry->bytes != NULL)
    pending.bytes = g_bytes_get_data (entry->bytes, &pending.size);
  if (entry->kind == PROOF_SIZE)
    pending.new_size = inode->live_size = entry->offset;
  else if (pending.offset + pending.size > inode->live_size)
    pending.new_size = inode->live_size = pending.offset + pending.size;
  inode->has_words |= entry->kind == PROOF_WORD;
  g_array_append_val (inode->pending, pending);
  if ((entry->kind == PROOF_SIZE && self->options->profile != PROOF_POSIX)
      || (entry->kind == PROOF_WRITE && pending.new_size > 0 && self->options->profile == PROOF_EXT4))
    g_array_append_val (self->changes, pending);
}

static void
add_change (ProofCrash *self, const ProofEntry *entry, guint i)
{
  const ProofPending pending = { .entry = i, .what = entry };

  if (entry->kind == PROOF_NAME && entry->inode >= self->inodes->len)
    add_inode (self)->is_folder = entry->offset != 0;
  g_array_append_val (self->changes, pending);
}

static void
on_lost (ProofCrash *self, guint number)
{
  GArray *pending = proof_crash_get_inode (self, number)->pending;

  for (guint i = 0; i < pending->len; i++)
    g_array_index (pending, ProofPending, i).is_stuck = TRUE;
}

static void
go_on (ProofCrash *self, const ProofEntry *entry, guint i)
{
  switch (entry->kind)
    {
    case PROOF_WRITE:
    case PROOF_SIZE:
    case PROOF_WORD:
      add_pending (self, entry, i);
      break;
    case PROOF_SYNC:
      on_sync (self, entry->inode);
      break;
    case PROOF_LOST:
      on_lost (self, entry->inode);
      break;
    case PROOF_FOLDER_SYNC:
      on_folder_sync (self, entry->inode);
      break;
    case PROOF_NOTE:
      self->note = (guint) entry->offset;
      break;
    default:
      add_change (self, entry, i);
      break;
    }
}

static guint
find_folder (const ProofImage *base, const char *path)
{
  const gsize length = (gsize) (strrchr (path, '/') - path);

  for (guint i = 0; i < base->files->len; i++)
    {
      const char *folder = g_array_index (base->files, ProofFile, i).path;

      if (strncmp (folder, path, length) == 0 && folder[length] == '\0')
        return i;
    }
  return PROOF_ROOT;
}

static void
take_base (ProofCrash *self, const ProofImage *base)
{
  for (guint i = 0; base != NULL && i < base->files->len; i++)
    {
      const ProofFile *file = &g_array_index (base->files, ProofFile, i);
      const ProofCrashName name = { find_folder (base, file->path), proof_crash_get_name (file->path), i };
      ProofCrashInode *inode = add_inode (self);

      inode->is_folder = file->is_folder;
      inode->live_size = file->size;
      if (file->size > 0)
        g_byte_array_append (inode->durable, file->bytes, (guint) file->size);
      g_array_append_val (self->names, name);
    }
}

static void
crash_clear (ProofCrash *self)
{
  g_ptr_array_unref (self->inodes);
  g_array_unref (self->names);
  g_array_unref (self->changes);
  g_array_unref (self->items);
  g_array_unref (self->units);
  g_array_unref (self->tried);
  g_array_unref (self->reached);
  proof_image_free (self->image);
  g_string_chunk_free (self->paths);
}

gboolean
proof_crash_enumerate (const ProofImage *base, const ProofEntry *journal, guint n, guint from,
                       const ProofCrashOptions *options, ProofStateFunc func, gpointer user_data,
                       ProofCrashCount *count)
{
  ProofCrash self = {
    .options = options,
    .inodes = g_ptr_array_new_with_free_func (inode_free),
    .names = g_array_new (FALSE, FALSE, sizeof (ProofCrashName)),
    .changes = g_array_new (FALSE, FALSE, sizeof (ProofPending)),
    .items = g_array_new (FALSE, FALSE, sizeof (ProofItem)),
    .units = g_array_new (FALSE, FALSE, sizeof (ProofUnit)),
    .tried = g_array_new (FALSE, FALSE, sizeof (ProofCrashName)),
    .image = proof_image_new (),
    .paths = g_string_chunk_new (1024),
    .reached = g_array_new (FALSE, FALSE, sizeof (ProofReached)),
    .random = options->seed,
    .func = func,
    .user_data = user_data,
    .count = count,
  };
  gboolean ok = TRUE;

  self.image->owns = FALSE;
  take_base (&self, base);
  for (guint i = n; i-- > 0;)
    if (journal[i].kind == PROOF_NOTE)
      self.note = (guint) journal[i].offset;
  for (guint i = 0; ok && i <= n; i++)
    {
      const ProofKind kind = i < n ? journal[i].kind : PROOF_NOTE;

      self.point = i;
      if (i >= from && (kind == PROOF_SYNC || kind == PROOF_FOLDER_SYNC || kind == PROOF_NOTE || kind == PROOF_LOST))
        ok = proof_crash_try_point (&self);
      if (i < n)
        go_on (&self, &journal[i], i);
    }
  crash_clear (&self);
  return ok;
}
