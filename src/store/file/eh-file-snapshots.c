/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/file/eh-file-snapshots-private.h"

#include <errno.h>
#include <string.h>

#include "model/eh-lock-private.h"
#include "store/file/eh-file-format-private.h"

/*
 * One file a stream, "snap/<2 digits>/<30 digits>" by the hexadecimal digits of its key: the newest few snapshots, one
 * after another, with one checksum. It is replaced by rename, not flushed: after a power cut it may be old, gone or
 * torn, and then it does not count. All numbers are little-endian.
 *
 *   0   8   "EHSNAP\r\n"
 *   8   4   CRC-32C over everything behind this
 *   12  4   number of snapshots, 1 to 3, by falling version
 *   16  16  the store's id
 *   32  16  the stream's key
 *   for each: version (8), revision (4), length of the schema's name (4), length of the text (4), name, nul, text, nul
 */
#define MAGIC "EHSNAP\r\n"
#define HEADER 48
#define ENTRY 20
#define KEEP 3
#define NAME_MAX_LENGTH 255
#define FILE_MAX (HEADER + KEEP * (ENTRY + NAME_MAX_LENGTH + 2 + (gsize) EH_JSON_SIZE_MAX))

struct _EhFileSnapshots {
  const EhFileOps *ops;
  char *folder; /* (owned) */
  guint8 store_id[16];
  gboolean writable;
  EhLock lock; /* of who saves */
};

/* A snapshot in the bytes of a file, or about to be. */
typedef struct {
  guint64 version;
  guint32 revision;
  const char *name;
  const char *json;
} Entry;

typedef struct {
  guint8 *bytes; /* (owned) (nullable) */
  Entry entries[KEEP + 1];
  guint n;
} Shelf;

static void
shelf_clear (Shelf *self)
{
  g_free (self->bytes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Shelf, shelf_clear)

EhFileSnapshots *
eh_file_snapshots_open (const EhFileOps *ops, const char *folder, const guint8 store_id[16], gboolean writable,
                        GError **error)
{
  EhFileSnapshots *self = g_new0 (EhFileSnapshots, 1);

  self->ops = ops;
  self->folder = g_strdup (folder);
  self->writable = writable;
  memcpy (self->store_id, store_id, 16);
  eh_lock_init (&self->lock);
  return self;
}

void
eh_file_snapshots_free (EhFileSnapshots *self)
{
  eh_lock_clear (&self->lock);
  g_free (self->folder);
  g_free (self);
}

static char *
get_folder (EhFileSnapshots *self, const EhFileKey *key)
{
  return g_strdup_printf ("%s/%02x", self->folder, (guint) (key->high >> 56));
}

static char *
get_path (EhFileSnapshots *self, const EhFileKey *key)
{
  return g_strdup_printf ("%s/%02x/%014" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", self->folder,
                          (guint) (key->high >> 56), key->high & G_GUINT64_CONSTANT (0xffffffffffffff), key->low);
}

static void
store_key (guint8 *to, const EhFileKey *key)
{
  eh_store_64 (to, key->high);
  eh_store_64 (to + 8, key->low);
}

/* ---- reading ---- */

static guint8 *
read_file (EhFileSnapshots *self, const char *path, gsize *size, GError **error)
{
  const int file = self->ops->open (self->ops->fs, path, EH_FILE_OPEN_READ);
  g_autofree guint8 *bytes = NULL;
  EhFileStat found = { 0 };
  gboolean ok = FALSE;
  int code;

  if (file < 0)
    {
      if (file != -ENOENT)
        eh_file_set_errno (error, file, "open", path);
      return NULL;
    }
  code = self->ops->fstat (self->ops->fs, file, &found);
  if (code < 0)
    eh_file_set_errno (error, code, "look at", path);
  else if (found.size >= HEADER && found.size <= FILE_MAX)
    {
      bytes = g_malloc (found.size);
      ok = eh_file_read_fully (self->ops, file, path, bytes, found.size, 0, error);
    }
  self->ops->close (self->ops->fs, file);
  *size = found.size;
  return ok ? g_steal_pointer (&bytes) : NULL;
}

static gboolean
is_ours (EhFileSnapshots *self, const EhFileKey *key, const guint8 *bytes, gsize size)
{
  guint8 wanted[16];

  store_key (wanted, key);
  return memcmp (bytes, MAGIC, 8) == 0 && memcmp (bytes + 16, self->store_id, 16) == 0
         && memcmp (bytes + 32, wanted, 16) == 0 && eh_load_32 (bytes + 8) == eh_crc32c (0, bytes + 12, size - 12);
}

/* The text of @length bytes at *@at, which is moved behind its nul; NULL if it is not there whole. */
static const char *
take_text (const guint8 *bytes, gsize size, gsize *at, guint32 length)
{
  const char *text = (const char *) bytes + *at;

  if (length >= size - *at || text[length] != '\0' || strlen (text) != length)
    return NULL;
  *at += length + 1;
  return text;
}

static gboolean
parse_entry (const guint8 *bytes, gsize size, gsize *at, Entry *entry)
{
  const guint8 *head = bytes + *at;

  if (size - *at < ENTRY)
    return FALSE;
  *at += ENTRY;
  entry->version = eh_load_64 (head);
  entry->revision = eh_load_32 (head + 8);
  entry->name = take_text (bytes, size, at, eh_load_32 (head + 12));
  entry->json = entry->name == NULL ? NULL : take_text (bytes, size, at, eh_load_32 (head + 16));
  return entry->json != NULL && entry->version > 0 && entry->revision > 0;
}

/* What does not hold together is as if it were not there; FALSE for I/O errors only. */
static gboolean
read_shelf (EhFileSnapshots *self, const EhFileKey *key, Shelf *shelf, GError **error)
{
  g_autofree char *path = get_path (self, key);
  GError *own_error = NULL;
  gsize at = HEADER;
  gsize size = 0;
  guint n;

  shelf->bytes = read_file (self, path, &size, &own_error);
  if (own_error != NULL)
    {
      g_propagate_error (error, own_error);
      return FALSE;
    }
  if (shelf->bytes == NULL || !is_ours (self, key, shelf->bytes, size))
    return TRUE;
  n = MIN (eh_load_32 (shelf->bytes + 12), KEEP);
  while (shelf->n < n && parse_entry (shelf->bytes, size, &at, &shelf->entries[shelf->n]))
    shelf->n++;
  return TRUE;
}

EhSnapshot *
eh_file_snapshots_load (EhFileSnapshots *self, const EhFileKey *key, EhStreamName *stream, guint64 max_version,
                        GError **error)
{
  g_auto (Shelf) shelf = { 0 };

  if (!read_shelf (self, key, &shelf, error))
    return NULL;
  for (guint i = 0; i < shelf.n; i++)
    {
      const Entry *entry = &shelf.entries[i];

      if (entry->version <= max_version)
        return eh_snapshot_new (stream, entry->version, entry->name, entry->revision, entry->json);
    }
  return NULL;
}

/* ---- saving ---- */

/* By falling version, one of each; what is too much falls off the end. */
static void
put_on_shelf (Shelf *shelf, const Entry *entry)
{
  guint at = 0;

  while (at < shelf->n && shelf->entries[at].version > entry->version)
    at++;
  if (at == shelf->n || shelf->entries[at].version != entry->version)
    {
      memmove (&shelf->entries[at + 1], &shelf->entries[at], (shelf->n - at) * sizeof *entry);
      shelf->n++;
    }
  shelf->entries[at] = *entry;
  shelf->n = MIN (shelf->n, KEEP);
}

static void
append_entry (GByteArray *bytes, const Entry *entry)
{
  gsize name_length = strlen (entry->name);
  gsize json_length = strlen (entry->json);
  guint8 head[ENTRY];

  eh_store_64 (head, entry->version);
  eh_store_32 (head + 8, entry->revision);
  eh_store_32 (head + 12, name_length);
  eh_store_32 (head + 16, json_length);
  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, (const guint8 *) entry->name, name_length + 1);
  g_byte_array_append (bytes, (const guint8 *) entry->json, json_length + 1);
}

static GByteArray *
encode_shelf (EhFileSnapshots *self, const EhFileKey *key, const Shelf *shelf)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_set_size (bytes, HEADER);
  for (guint i = 0; i < shelf->n; i++)
    append_entry (bytes, &shelf->entries[i]);
  memcpy (bytes->data, MAGIC, 8);
  eh_store_32 (bytes->data + 12, shelf->n);
  memcpy (bytes->data + 16, self->store_id, 16);
  store_key (bytes->data + 32, key);
  eh_store_32 (bytes->data + 8, eh_crc32c (0, bytes->data + 12, bytes->len - 12));
  return bytes;
}

static int
make_folders (EhFileSnapshots *self, const EhFileKey *key)
{
  g_autofree char *folder = get_folder (self, key);
  int code = self->ops->make_folder (self->ops->fs, self->folder);

  if (code == 0 || code == -EEXIST)
    code = self->ops->make_folder (self->ops->fs, folder);
  return code == -EEXIST ? 0 : code;
}

static gboolean
write_file (EhFileSnapshots *self, const EhFileKey *key, const char *path, const GByteArray *bytes, GError **error)
{
  const EhFileOpenFlags flags = EH_FILE_OPEN_WRITE | EH_FILE_OPEN_CREATE;
  int file = self->ops->open (self->ops->fs, path, flags);
  gboolean ok;
  int code;

  if (file == -ENOENT)
    {
      code = make_folders (self, key);
      file = code < 0 ? code : self->ops->open (self->ops->fs, path, flags);
    }
  if (file < 0)
    return eh_file_set_errno (error, file, "create", path);
  code = self->ops->truncate (self->ops->fs, file, 0);
  ok = code == 0 ? eh_file_write_fully (self->ops, file, path, bytes->data, bytes->len, 0, error)
                 : eh_file_set_errno (error, code, "truncate", path);
  self->ops->close (self->ops->fs, file);
  return ok;
}

static gboolean
replace_file (EhFileSnapshots *self, const EhFileKey *key, const GByteArray *bytes, GError **error)
{
  g_autofree char *path = get_path (self, key);
  g_autofree char *temporary = g_strconcat (path, ".tmp", NULL);
  int code;

  if (!write_file (self, key, temporary, bytes, error))
    return FALSE;
  code = self->ops->rename (self->ops->fs, temporary, path);
  return code == 0 || eh_file_set_errno (error, code, "rename", temporary);
}

gboolean
eh_file_snapshots_save (EhFileSnapshots *self, const EhFileKey *key, EhSnapshot *snapshot, GError **error)
{
  const Entry entry = {
    .version = eh_snapshot_get_version (snapshot),
    .revision = eh_snapshot_get_revision (snapshot),
    .name = eh_snapshot_get_schema_name (snapshot),
    .json = eh_snapshot_get_json (snapshot),
  };
  g_auto (Shelf) shelf = { 0 };
  gboolean ok;

  g_assert (self->writable);
  eh_lock (&self->lock);
  ok = read_shelf (self, key, &shelf, error);
  if (ok)
    {
      g_autoptr (GByteArray) bytes = NULL;

      put_on_shelf (&shelf, &entry);
      bytes = encode_shelf (self, key, &shelf);
      ok = replace_file (self, key, bytes, error);
    }
  eh_unlock (&self->lock);
  return ok;
}

/* What cannot be removed is not found either, as the store asks whether the stream is there. */
void
eh_file_snapshots_drop (EhFileSnapshots *self, const EhFileKey *key)
{
  g_autofree char *path = get_path (self, key);

  eh_lock (&self->lock);
  self->ops->unlink (self->ops->fs, path);
  eh_unlock (&self->lock);
}
