/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-disk-private.h"

#include <errno.h>
#include <string.h>

/* The table of file calls, on a disk in memory. */

static gboolean
look_up (ProofDisk *self, const char *path, guint *inode)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->names, path));

  *inode = found - 1;
  return found > 0;
}

guint
proof_disk_add_inode (ProofDisk *self, gboolean is_folder)
{
  ProofInode *inode = g_new0 (ProofInode, 1);

  inode->is_folder = is_folder;
  g_ptr_array_add (self->inodes, inode);
  return self->inodes->len - 1;
}

void
proof_disk_note_change (ProofDisk *self, ProofKind kind, guint inode, guint64 offset, gconstpointer bytes, gsize size)
{
  ProofEntry entry = { .kind = kind, .inode = inode, .offset = offset };

  if (!self->has_journal)
    return;
  if (bytes != NULL)
    entry.bytes = g_bytes_new (bytes, size);
  g_array_append_val (self->journal, entry);
}

static guint
find_folder (ProofDisk *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  guint inode = PROOF_ROOT;

  return look_up (self, folder, &inode) ? inode : PROOF_ROOT;
}

static void
note_name (ProofDisk *self, ProofKind kind, guint inode, const char *path, const char *to)
{
  ProofEntry entry = { .kind = kind, .inode = inode };

  if (kind == PROOF_NAME)
    entry.offset = proof_disk_get_inode (self, inode)->is_folder;
  if (!self->has_journal)
    return;
  entry.path = g_strdup (path);
  entry.to = g_strdup (to);
  entry.folder = find_folder (self, path);
  entry.to_folder = to != NULL ? find_folder (self, to) : PROOF_ROOT;
  g_array_append_val (self->journal, entry);
}

void
proof_disk_set_name (ProofDisk *self, const char *path, guint inode)
{
  g_hash_table_insert (self->names, g_strdup (path), GUINT_TO_POINTER (inode + 1));
}

static void
grow (ProofInode *inode, guint64 size)
{
  guint64 allocated = MAX (inode->allocated, PAGE);

  while (allocated < size)
    allocated *= 2;
  if (allocated == inode->allocated)
    return;
  g_assert_cmpuint (inode->n_maps, ==, 0);
  inode->bytes = g_realloc (inode->bytes, allocated);
  memset (inode->bytes + inode->allocated, 0, allocated - inode->allocated);
  inode->allocated = allocated;
}

void
proof_disk_put_bytes (ProofDisk *self, guint number, gconstpointer data, gsize size, guint64 offset)
{
  ProofInode *inode = proof_disk_get_inode (self, number);

  grow (inode, offset + size);
  memcpy (inode->bytes + offset, data, size);
  inode->size = MAX (inode->size, offset + size);
  inode->taken = MAX (inode->taken, offset + size);
}

void
proof_disk_note_words (ProofDisk *self)
{
  for (guint i = 0; self->has_journal && i < self->inodes->len; i++)
    {
      ProofInode *inode = proof_disk_get_inode (self, i);

      if (inode->shared == NULL || memcmp (inode->shared, inode->bytes, PAGE) == 0)
        continue;
      for (gsize at = 0; at < PAGE; at += 8)
        {
          if (memcmp (inode->shared + at, inode->bytes + at, 8) == 0)
            continue;
          memcpy (inode->shared + at, inode->bytes + at, 8);
          proof_disk_note_change (self, PROOF_WORD, i, at, inode->bytes + at, 8);
        }
    }
}

/* Whether the call @name is to fail: its negative errno, 1 for half a write, else 0. */
static int
enter (ProofDisk *self, const char *name)
{
  const ProofFault *fault = &self->fault;
  gboolean hit;

  if (self->is_dead)
    return -EIO;
  proof_disk_note_words (self);
  if (self->hook != NULL && !self->in_hook)
    {
      self->in_hook = TRUE;
      self->hook (self->hook_data, name);
      self->in_hook = FALSE;
    }
  if (self->in_hook)
    return 0;
  if (fault->name == NULL || strcmp (fault->name, name) == 0)
    self->n_calls++;
  hit = fault->call > 0 && self->n_calls >= fault->call
        && (self->failed == NULL || (fault->is_lasting && strcmp (self->failed, name) == 0));
  if (!hit)
    return 0;
  self->failed = name;
  if (fault->code != 0)
    {
      self->is_dead = fault->is_death;
      return fault->code;
    }
  return strcmp (name, "pwrite") == 0 ? 1 : 0;
}

static ProofOpened *
get_file (ProofDisk *self, int file)
{
  ProofOpened *found = &g_array_index (self->files, ProofOpened, file);

  g_assert_cmpint (file, <, self->files->len);
  g_assert_true (found->is_open);
  return found;
}

static gboolean
folder_of_exists (ProofDisk *self, const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  guint inode;

  return strcmp (folder, "/") == 0 || (look_up (self, folder, &inode) && proof_disk_get_inode (self, inode)->is_folder);
}

static int
disk_open (gpointer fs, const char *path, EhFileOpenFlags flags)
{
  ProofDisk *self = fs;
  ProofOpened file = { .is_open = TRUE };
  int code = enter (self, "open");

  if (code < 0)
    return code;
  if (look_up (self, path, &file.inode))
    {
      if ((flags & EH_FILE_OPEN_NEW) != 0)
        return -EEXIST;
      if (proof_disk_get_inode (self, file.inode)->is_folder)
        return -EISDIR;
    }
  else
    {
      if ((flags & EH_FILE_OPEN_CREATE) == 0 || !folder_of_exists (self, path))
        return -ENOENT;
      file.inode = proof_disk_add_inode (self, FALSE);
      proof_disk_set_name (self, path, file.inode);
      note_name (self, PROOF_NAME, file.inode, path, NULL);
    }
  for (guint i = 0; i < self->files->len; i++)
    {
      if (g_array_index (self->files, ProofOpened, i).is_open)
        continue;
      g_array_index (self->files, ProofOpened, i) = file;
      return i;
    }
  g_array_append_val (self->files, file);
  return self->files->len - 1;
}

static void
disk_close (gpointer fs, int number)
{
  ProofDisk *self = fs;
  ProofOpened *file = get_file (self, number);

  proof_disk_note_words (self);
  if (file->has_lock)
    proof_disk_get_inode (self, file->inode)->is_locked = FALSE;
  *file = (ProofOpened){ .is_open = FALSE };
}

static gssize
disk_pread (gpointer fs, int file, gpointer buffer, gsize size, guint64 offset)
{
  ProofDisk *self = fs;
  ProofInode *inode = proof_disk_get_inode (self, get_file (self, file)->inode);
  int code = enter (self, "pread");

  if (code < 0)
    return code;
  if (offset >= inode->size)
    return 0;
  size = MIN (size, inode->size - offset);
  memcpy (buffer, inode->bytes + offset, size);
  return size;
}

/* What a write would take that was not there before; FALSE if there is no room for it. */
static gboolean
take_room (ProofDisk *self, ProofInode *inode, guint64 end)
{
  guint64 more = end > inode->taken ? end - inode->taken : 0;

  if (more > self->room)
    return FALSE;
  if (self->room != G_MAXUINT64)
    self->room -= more;
  inode->taken += more;
  return TRUE;
}

static void
give_room (ProofDisk *self, ProofInode *inode, guint64 end)
{
  if (end >= inode->taken)
    return;
  if (self->room != G_MAXUINT64)
    self->room += inode->taken - end;
  inode->taken = end;
}

static gssize
disk_pwrite (gpointer fs, int file, gconstpointer data, gsize size, guint64 offset)
{
  ProofDisk *self = fs;
  guint number = get_file (self, file)->inode;
  int code = enter (self, "pwrite");

  if (code < 0)
    return code;
  /* Half of it, and of a sector too. */
  if (code == 1)
    size = MAX (size / 2, 1);
  if (!take_room (self, proof_disk_get_inode (self, number), offset + size))
    return -ENOSPC;
  proof_disk_put_bytes (self, number, data, size, offset);
  proof_disk_note_change (self, PROOF_WRITE, number, offset, data, size);
  if (code == 1)
    self->is_dead = self->fault.is_death;
  return size;
}

static int
disk_sync (gpointer fs, int file)
{
  ProofDisk *self = fs;
  int code = enter (self, "sync");

  if (code < 0 && self->is_dead)
    return code;
  if (code == 0 || self->fault.is_lossy)
    proof_disk_note_change (self, code == 0 ? PROOF_SYNC : PROOF_LOST, get_file (self, file)->inode, 0, NULL, 0);
  return code;
}

static int
disk_sync_folder (gpointer fs, const char *path)
{
  ProofDisk *self = fs;
  int code = enter (self, "sync-folder");
  guint inode;

  if (code < 0)
    return code;
  if (!look_up (self, path, &inode) && strcmp (path, "/") != 0)
    return -ENOENT;
  note_name (self, PROOF_FOLDER_SYNC, strcmp (path, "/") == 0 ? PROOF_ROOT : inode, path, NULL);
  return 0;
}

static void
set_size (ProofDisk *self, guint number, guint64 size)
{
  ProofInode *inode = proof_disk_get_inode (self, number);

  if (size == inode->size)
    return;
  grow (inode, size);
  if (size < inode->size)
    memset (inode->bytes + size, 0, inode->size - size);
  give_room (self, inode, size);
  inode->size = size;
  proof_disk_note_change (self, PROOF_SIZE, number, size, NULL, 0);
}

static int
disk_allocate (gpointer fs, int file, guint64 size)
{
  ProofDisk *self = fs;
  guint number = get_file (self, file)->inode;
  int code = enter (self, "allocate");

  if (code < 0)
    return code;
  if (!take_room (self, proof_disk_get_inode (self, number), size))
    return -ENOSPC;
  set_size (self, number, MAX (size, proof_disk_get_inode (self, number)->size));
  return 0;
}

static int
disk_truncate (gpointer fs, int file, guint64 size)
{
  ProofDisk *self = fs;
  int code = enter (self, "truncate");

  if (code < 0)
    return code;
  set_size (self, get_file (self, file)->inode, size);
  return 0;
}

/* To the end of the file. A crash may leave less of it, as of a write of zeros. */
static int
disk_punch (gpointer fs, int file, guint64 offset, guint64 size)
{
  ProofDisk *self = fs;
  guint number = get_file (self, file)->inode;
  ProofInode *inode = proof_disk_get_inode (self, number);
  int code = enter (self, "punch");

  if (code < 0)
    return code;
  g_assert_cmpuint (offset + size, ==, inode->size);
  memset (inode->bytes + offset, 0, size);
  proof_disk_note_change (self, PROOF_WRITE, number, offset, inode->bytes + offset, size);
  give_room (self, inode, offset);
  return 0;
}

/* All that could be a hole is one. */
static int
disk_find_data (gpointer fs, int file, guint64 offset, guint64 *at)
{
  ProofDisk *self = fs;
  const ProofInode *inode = proof_disk_get_inode (self, get_file (self, file)->inode);
  int code = enter (self, "find-data");

  if (code < 0)
    return code;
  while (offset < inode->size && inode->bytes[offset] == 0)
    offset++;
  *at = offset < inode->size ? offset : G_MAXUINT64;
  return 0;
}

/* What is in a folder goes along when it is renamed. */
static void
move_children (ProofDisk *self, const char *from, const char *to)
{
  const gsize length = strlen (from);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (strncmp (path, from, length) == 0 && ((const char *) path)[length] == '/')
      g_ptr_array_add (paths, path);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *old_path = NULL;
      gpointer inode;

      g_hash_table_steal_extended (self->names, g_ptr_array_index (paths, i), (gpointer *) &old_path, &inode);
      g_hash_table_insert (self->names, g_strconcat (to, old_path + length, NULL), inode);
    }
}

static int
disk_rename (gpointer fs, const char *from, const char *to)
{
  ProofDisk *self = fs;
  int code = enter (self, "rename");
  guint inode;

  if (code < 0)
    return code;
  if (!look_up (self, from, &inode) || !folder_of_exists (self, to))
    return -ENOENT;
  note_name (self, PROOF_RENAME, inode, from, to);
  g_hash_table_remove (self->names, from);
  proof_disk_set_name (self, to, inode);
  if (proof_disk_get_inode (self, inode)->is_folder)
    move_children (self, from, to);
  return 0;
}

static gboolean
has_entries (ProofDisk *self, const char *path)
{
  const gsize length = strlen (path);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (strncmp (name, path, length) == 0 && ((const char *) name)[length] == '/')
      return TRUE;
  return FALSE;
}

static int
disk_unlink (gpointer fs, const char *path)
{
  ProofDisk *self = fs;
  int code = enter (self, "unlink");

  if (code < 0)
    return code;
  if (has_entries (self, path))
    return -ENOTEMPTY;
  if (!g_hash_table_remove (self->names, path))
    return -ENOENT;
  note_name (self, PROOF_UNNAME, 0, path, NULL);
  return 0;
}

static int
add_name (ProofDisk *self, const char *path, guint inode)
{
  proof_disk_set_name (self, path, inode);
  note_name (self, PROOF_NAME, inode, path, NULL);
  return 0;
}

static int
disk_link (gpointer fs, const char *from, const char *to)
{
  ProofDisk *self = fs;
  int code = enter (self, "link");
  guint inode;
  guint other;

  if (code < 0)
    return code;
  if (!look_up (self, from, &inode) || !folder_of_exists (self, to))
    return -ENOENT;
  return look_up (self, to, &other) ? -EEXIST : add_name (self, to, inode);
}

static int
disk_make_folder (gpointer fs, const char *path)
{
  ProofDisk *self = fs;
  int code = enter (self, "make-folder");
  guint inode;

  if (code < 0)
    return code;
  if (look_up (self, path, &inode))
    return -EEXIST;
  return folder_of_exists (self, path) ? add_name (self, path, proof_disk_add_inode (self, TRUE)) : -ENOENT;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static int
disk_list (gpointer fs, const char *path, GPtrArray *names)
{
  ProofDisk *self = fs;
  int code = enter (self, "list");
  gsize length = strlen (path);
  GHashTableIter iter;
  gpointer name;
  guint inode;

  if (code < 0)
    return code;
  if (!look_up (self, path, &inode))
    return -ENOENT;
  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      const char *rest = (const char *) name + length;

      if (strncmp (name, path, length) == 0 && rest[0] == '/' && strchr (rest + 1, '/') == NULL)
        g_ptr_array_add (names, g_strdup (rest + 1));
    }
  /* Any order is allowed; one that is always the same makes runs repeatable. */
  g_ptr_array_sort (names, compare_names);
  return 0;
}

static int
fill_stat (ProofDisk *self, guint number, EhFileStat *stat)
{
  const ProofInode *inode = proof_disk_get_inode (self, number);

  *stat = (EhFileStat){ .size = inode->size, .allocated = inode->size, .identity = number + 1 };
  stat->is_folder = inode->is_folder;
  return 0;
}

static int
disk_stat (gpointer fs, const char *path, EhFileStat *stat)
{
  ProofDisk *self = fs;
  int code = enter (self, "stat");
  guint inode;

  if (code < 0)
    return code;
  return look_up (self, path, &inode) ? fill_stat (self, inode, stat) : -ENOENT;
}

static int
disk_fstat (gpointer fs, int file, EhFileStat *stat)
{
  ProofDisk *self = fs;
  int code = enter (self, "fstat");

  return code < 0 ? code : fill_stat (self, get_file (self, file)->inode, stat);
}

static int
disk_map (gpointer fs, int file, gsize size, gconstpointer *at)
{
  ProofDisk *self = fs;
  ProofInode *inode = proof_disk_get_inode (self, get_file (self, file)->inode);
  int code = enter (self, "map");

  if (code < 0)
    return code;
  g_assert_cmpuint (size, <=, inode->size);
  inode->n_maps++;
  self->n_maps++;
  *at = inode->bytes;
  return 0;
}

static ProofInode *
find_mapped (ProofDisk *self, gconstpointer at)
{
  for (guint i = 0; i < self->inodes->len; i++)
    {
      if (proof_disk_get_inode (self, i)->bytes == at)
        return proof_disk_get_inode (self, i);
    }
  g_assert_not_reached ();
}

static void
disk_unmap (gpointer fs, gconstpointer at, gsize size)
{
  ProofDisk *self = fs;

  proof_disk_note_words (self);
  find_mapped (self, at)->n_maps--;
  self->n_maps--;
}

static int
disk_share (gpointer fs, int file, gpointer *at)
{
  ProofDisk *self = fs;
  ProofInode *inode = proof_disk_get_inode (self, get_file (self, file)->inode);
  int code = enter (self, "share");

  if (code < 0)
    return code;
  g_assert_cmpuint (inode->size, >=, PAGE);
  inode->n_maps++;
  self->n_maps++;
  if (inode->shared == NULL)
    inode->shared = g_memdup2 (inode->bytes, PAGE);
  *at = inode->bytes;
  return 0;
}

static void
disk_unshare (gpointer fs, gpointer at)
{
  disk_unmap (fs, at, PAGE);
}

static int
disk_lock (gpointer fs, int number)
{
  ProofDisk *self = fs;
  ProofOpened *file = get_file (self, number);
  ProofInode *inode = proof_disk_get_inode (self, file->inode);
  int code = enter (self, "lock");

  if (code < 0)
    return code;
  if (inode->is_locked && !file->has_lock)
    return -EAGAIN;
  inode->is_locked = file->has_lock = TRUE;
  return 0;
}

static int
disk_locked (gpointer fs, int number)
{
  ProofDisk *self = fs;
  ProofOpened *file = get_file (self, number);
  int code = enter (self, "locked");

  if (code < 0)
    return code;
  return proof_disk_get_inode (self, file->inode)->is_locked && !file->has_lock;
}

/* The same at each run, but never the same twice in one. */
static int
disk_random (gpointer fs, gpointer buffer, gsize size)
{
  ProofDisk *self = fs;
  int code = enter (self, "random");
  guint8 *bytes = buffer;

  if (code < 0)
    return code;
  for (gsize i = 0; i < size; i++)
    {
      self->random = self->random * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);
      bytes[i] = self->random >> 56;
    }
  return 0;
}

const EhFileOps proof_disk_table = {
  .open = disk_open,
  .close = disk_close,
  .pread = disk_pread,
  .pwrite = disk_pwrite,
  .sync = disk_sync,
  .sync_folder = disk_sync_folder,
  .allocate = disk_allocate,
  .truncate = disk_truncate,
  .punch = disk_punch,
  .find_data = disk_find_data,
  .rename = disk_rename,
  .unlink = disk_unlink,
  .link = disk_link,
  .make_folder = disk_make_folder,
  .list = disk_list,
  .stat = disk_stat,
  .fstat = disk_fstat,
  .map = disk_map,
  .unmap = disk_unmap,
  .share = disk_share,
  .unshare = disk_unshare,
  .lock = disk_lock,
  .locked = disk_locked,
  .random = disk_random,
};
