/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proof-crash-private.h"

#include <string.h>

/*
 * The states of one point. What can be chosen is first listed: items, the contents of sectors, and units, the rest. The
 * choices of units are gone through outside, since a new list of names costs more than a sector; a file is changed
 * in place from one state to the next, and its hash, a sum over its sectors, with it.
 */

#define HASHED 512 /* bytes of which a hash is made */
#define UNIT_STATES 64
#define N_SAMPLES 24
#define N_PAIRS 64
#define N_WORDS 4

/* ---- hashes ---- */

static guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

/* Zeros add nothing, so that it does not matter how many are behind a file. */
static guint64
hash_bytes (const guint8 *bytes, gsize size, guint64 offset)
{
  guint64 sum = 0;

  for (gsize at = 0; at < size; at += HASHED)
    {
      guint64 hash = mix (1, offset + at);
      guint64 any = 0;

      for (gsize i = at; i < MIN (at + HASHED, size); i += 8)
        {
          guint64 word = 0;

          memcpy (&word, bytes + i, MIN (8, size - i));
          hash = mix (hash, word);
          any |= word;
        }
      sum += any != 0 ? hash : 0;
    }
  return sum;
}

static guint64
hash_name (guint64 hash, const char *name)
{
  for (; *name != '\0'; name++)
    hash = mix (hash, (guint8) *name);
  return mix (hash, '/');
}

/* ---- what can be chosen ---- */

static void
item_clear (gpointer data)
{
  ProofItem *item = data;

  for (guint i = 0; i < item->n; i++)
    g_free (item->contents[i]);
}

static void
add_content (ProofItem *item, const guint8 *bytes, guint entry)
{
  if (item->n > 0 && memcmp (item->contents[item->n - 1], bytes, item->size) == 0)
    return;
  /* Of very many the last ones count. */
  if (item->n == PROOF_VERSIONS_MAX)
    g_free (item->contents[--item->n]);
  item->contents[item->n] = g_memdup2 (bytes, item->size);
  item->hashes[item->n] = hash_bytes (bytes, item->size, item->offset);
  item->entries[item->n++] = entry;
}

static ProofItem *
get_item (ProofCrash *self, guint first, guint inode, guint64 offset, const guint8 *durable)
{
  ProofItem item = { .inode = inode, .offset = offset, .size = self->options->sector };

  for (guint i = first; i < self->items->len; i++)
    if (g_array_index (self->items, ProofItem, i).offset == offset)
      return &g_array_index (self->items, ProofItem, i);
  add_content (&item, durable, 0);
  g_array_append_val (self->items, item);
  return &g_array_index (self->items, ProofItem, self->items->len - 1);
}

/* What one change did to the sectors that it touched; @scratch is how the file looks behind it. */
static void
add_contents (ProofCrash *self, guint first, guint number, const ProofPending *pending, guint8 *scratch)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, number);
  const guint64 sector = self->options->sector;
  guint64 begin = pending->offset;
  guint64 end = pending->offset + pending->size;

  if (pending->what->kind == PROOF_SIZE)
    {
      begin = MIN (pending->new_size, inode->room);
      end = inode->room;
      memset (scratch + begin, 0, end - begin);
    }
  else
    memcpy (scratch + begin, pending->bytes, pending->size);
  for (guint64 at = begin / sector * sector; at < end; at += sector)
    add_content (get_item (self, first, number, at, inode->work + at), scratch + at, pending->entry);
}

static void
list_items (ProofCrash *self, guint number)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, number);
  const guint first = self->items->len;
  g_autofree guint8 *scratch = g_memdup2 (inode->work, inode->work_size);

  for (guint i = 0; i < inode->pending->len; i++)
    add_contents (self, first, number, &g_array_index (inode->pending, ProofPending, i), scratch);
  for (guint i = self->items->len; i-- > first;)
    if (g_array_index (self->items, ProofItem, i).n == 1)
      g_array_remove_index (self->items, i);
}

static void
list_sizes (ProofCrash *self, guint number)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, number);
  ProofUnit unit = { .kind = PROOF_UNIT_SIZE, .n = 1, .inode = number, .sizes = { inode->durable->len } };

  for (guint i = 0; i < inode->pending->len; i++)
    {
      const ProofPending *pending = &g_array_index (inode->pending, ProofPending, i);

      if (pending->what->kind == PROOF_SIZE ? self->options->profile != PROOF_POSIX : pending->new_size == 0)
        continue;
      if (unit.n == PROOF_VERSIONS_MAX)
        unit.n--;
      unit.sizes[unit.n++] = pending->new_size;
    }
  if (unit.n > 1)
    g_array_append_val (self->units, unit);
}

static void
list_units (ProofCrash *self)
{
  ProofUnit prefix = { .kind = PROOF_UNIT_PREFIX, .n = self->changes->len + 1 };

  if (self->options->profile != PROOF_POSIX && prefix.n > 1)
    g_array_append_val (self->units, prefix);
  for (guint i = 0; self->options->profile == PROOF_POSIX && i < self->changes->len; i++)
    {
      const ProofUnit unit = { PROOF_UNIT_CHANGE, 2, 0, g_array_index (self->changes, ProofPending, i).what, { 0 } };

      g_array_append_val (self->units, unit);
    }
  for (guint i = 0; self->options->profile != PROOF_EXT4 && i < self->inodes->len; i++)
    if (!proof_crash_get_inode (self, i)->has_words)
      list_sizes (self, i);
}

/* Room for all that may be chosen, with what is durable in it. */
static void
prepare_inode (ProofCrash *self, ProofCrashInode *inode)
{
  inode->room = MAX (inode->durable->len, inode->live_size);
  for (guint i = 0; i < inode->pending->len; i++)
    inode->room = MAX (inode->room, g_array_index (inode->pending, ProofPending, i).new_size);
  inode->size = inode->durable->len;
  if (inode->is_current && inode->work_size >= inode->room)
    return;
  if (inode->work_size < inode->room)
    {
      g_free (inode->work);
      inode->work_size = (inode->room + 8191) / 4096 * 4096;
      inode->work = g_malloc (inode->work_size);
    }
  if (inode->work_size == 0)
    return;
  memset (inode->work, 0, inode->work_size);
  if (inode->durable->len > 0)
    memcpy (inode->work, inode->durable->data, inode->durable->len);
  inode->work_hash = hash_bytes (inode->work, inode->room, 0);
  inode->is_current = TRUE;
}

static void
prepare (ProofCrash *self)
{
  g_array_set_clear_func (self->items, item_clear);
  g_array_set_size (self->items, 0);
  g_array_set_size (self->units, 0);
  for (guint i = 0; i < self->inodes->len; i++)
    {
      ProofCrashInode *inode = proof_crash_get_inode (self, i);

      prepare_inode (self, inode);
      if (!inode->has_words && inode->pending->len > 0)
        list_items (self, i);
    }
  list_units (self);
}

/* ---- choices ---- */

/* Rows of a choice for each of @n things. */
typedef struct {
  GByteArray *bytes; /* (owned) */
  guint n;
  guint n_rows;
  gboolean is_full;
} Rows;

static guint8 *
add_row (Rows *rows)
{
  g_byte_array_set_size (rows->bytes, (rows->n_rows + 1) * MAX (rows->n, 1));
  memset (rows->bytes->data + rows->n_rows * MAX (rows->n, 1), 0, MAX (rows->n, 1));
  return rows->bytes->data + rows->n_rows++ * MAX (rows->n, 1);
}

static const guint8 *
get_row (const Rows *rows, guint i)
{
  return rows->bytes->data + i * MAX (rows->n, 1);
}

static void
add_all_rows (Rows *rows, const guint *radices)
{
  g_autofree guint8 *row = g_malloc0 (rows->n + 1);
  guint at = 0;

  while (at < rows->n || rows->n == 0)
    {
      memcpy (add_row (rows), row, rows->n);
      for (at = 0; at < rows->n && ++row[at] == radices[at]; at++)
        row[at] = 0;
      if (rows->n == 0)
        return;
    }
}

static void
add_chosen_rows (ProofCrash *self, Rows *rows, const guint *radices)
{
  const guint n = rows->n;

  for (guint k = 0; k <= n; k++)
    {
      guint8 *prefix = add_row (rows);

      for (guint i = 0; i < k; i++)
        prefix[i] = (guint8) (radices[i] - 1);
    }
  for (guint k = 0; k < 2 * n; k++)
    {
      guint8 *row = add_row (rows);

      for (guint i = 0; i < n; i++)
        row[i] = (i == k / 2) == (k % 2 == 0) ? (guint8) (radices[i] - 1) : 0;
    }
  for (guint k = 0; k < N_PAIRS; k++)
    {
      guint8 *row = add_row (rows);
      const guint one = k < n * (n - 1) / 2 ? k % n : (guint) (proof_crash_draw (self) % n);
      const guint other = (one + 1 + (k < n * (n - 1) / 2 ? k / n : (guint) (proof_crash_draw (self) % n))) % n;

      row[one] = (guint8) (radices[one] - 1);
      row[other] = (guint8) (radices[other] - 1);
    }
  for (guint k = 0; k < N_SAMPLES; k++)
    {
      guint8 *row = add_row (rows);

      for (guint i = 0; i < n; i++)
        row[i] = (guint8) (proof_crash_draw (self) % radices[i]);
    }
}

static void
make_rows (ProofCrash *self, Rows *rows, const guint *radices, guint n, guint64 most)
{
  guint64 product = 1;

  *rows = (Rows){ .bytes = g_byte_array_new (), .n = n };
  for (guint i = 0; i < n && product <= most; i++)
    product *= radices[i];
  rows->is_full = product <= most;
  if (rows->is_full)
    add_all_rows (rows, radices);
  else
    add_chosen_rows (self, rows, radices);
}

/* ---- a state ---- */

static void
choose_sizes (ProofCrash *self)
{
  for (guint i = 0; i < self->inodes->len; i++)
    {
      ProofCrashInode *inode = proof_crash_get_inode (self, i);

      inode->size = inode->durable->len;
    }
}

/* How much of the file system's journal is there. */
static void
choose_prefix (ProofCrash *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const ProofPending *change = &g_array_index (self->changes, ProofPending, i);

      if (change->new_size > 0 || change->what->kind == PROOF_SIZE)
        proof_crash_get_inode (self, change->what->inode)->size = change->new_size;
      else
        proof_names_apply (self->tried, change->what);
    }
}

static void
choose_size (ProofCrash *self, const ProofUnit *unit, guint choice)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, unit->inode);

  if (self->options->profile == PROOF_POSIX)
    inode->size = unit->sizes[choice];
  else if (choice > 0)
    inode->size = MAX (inode->size, unit->sizes[choice]);
}

/* The name of a folder; a folder has one, or none. (nullable) */
static const ProofCrashName *
find_name (const ProofCrash *self, guint folder)
{
  for (guint i = 0; i < self->tried->len; i++)
    if (g_array_index (self->tried, ProofCrashName, i).inode == folder)
      return &g_array_index (self->tried, ProofCrashName, i);
  return NULL;
}

/* FALSE if nobody can get there from the top. */
static gboolean
reach (const ProofCrash *self, const ProofCrashName *name, guint64 *hash)
{
  const ProofCrashName *folder = name->folder != PROOF_ROOT ? find_name (self, name->folder) : NULL;

  if (name->folder != PROOF_ROOT && (folder == NULL || !reach (self, folder, hash)))
    return FALSE;
  *hash = hash_name (*hash, name->name);
  return TRUE;
}

/* The files that can be reached by a name. */
static void
list_files (ProofCrash *self)
{
  g_array_set_size (self->reached, 0);
  for (guint i = 0; i < self->tried->len; i++)
    {
      const ProofCrashName *name = &g_array_index (self->tried, ProofCrashName, i);
      ProofReached reached = { *name, 7 };

      if (reach (self, name, &reached.path_hash))
        g_array_append_val (self->reached, reached);
    }
}

static void
append_path (const ProofCrash *self, const ProofCrashName *name, GString *path)
{
  const ProofCrashName *folder = name->folder != PROOF_ROOT ? find_name (self, name->folder) : NULL;

  if (folder != NULL)
    append_path (self, folder, path);
  g_string_append_c (path, '/');
  g_string_append (path, name->name);
}

static void
choose_units (ProofCrash *self, const guint8 *row)
{
  self->unit_choice = row;
  g_array_set_size (self->tried, 0);
  g_array_append_vals (self->tried, self->names->data, self->names->len);
  choose_sizes (self);
  for (guint i = 0; i < self->units->len; i++)
    {
      const ProofUnit *unit = &g_array_index (self->units, ProofUnit, i);

      if (unit->kind == PROOF_UNIT_PREFIX)
        choose_prefix (self, row[i]);
      else if (unit->kind == PROOF_UNIT_SIZE)
        choose_size (self, unit, row[i]);
      else if (row[i] != 0)
        proof_names_apply (self->tried, unit->change);
    }
  list_files (self);
}

/* ext4: what a size that is there takes along. */
static guint
get_forced (ProofCrash *self, const ProofItem *item)
{
  guint forced = 0;

  if (self->options->profile != PROOF_EXT4 || self->units->len == 0)
    return 0;
  for (guint i = 0; i < self->unit_choice[0]; i++)
    {
      const ProofPending *change = &g_array_index (self->changes, ProofPending, i);

      for (guint v = forced + 1; change->what->kind == PROOF_WRITE && change->what->inode == item->inode && v < item->n;
           v++)
        if (item->entries[v] <= change->entry)
          forced = v;
    }
  return forced;
}

static void
choose_item (ProofCrash *self, ProofItem *item, guint choice)
{
  ProofCrashInode *inode = proof_crash_get_inode (self, item->inode);

  if (item->applied == choice)
    return;
  memcpy (inode->work + item->offset, item->contents[choice], item->size);
  inode->work_hash += item->hashes[choice] - item->hashes[item->applied];
  item->applied = choice;
}

/* A page of words is never flushed; its states go along with the others, instead of by themselves. */
static void
choose_words (ProofCrash *self, ProofCrashInode *inode)
{
  memset (inode->work, 0, inode->work_size);
  if (inode->durable->len > 0)
    memcpy (inode->work, inode->durable->data, inode->durable->len);
  inode->size = self->words_choice == 1 ? inode->durable->len : inode->live_size;
  for (guint i = 0; self->words_choice != 1 && i < inode->pending->len; i++)
    {
      const ProofPending *pending = &g_array_index (inode->pending, ProofPending, i);

      if (pending->what->kind == PROOF_WORD && (self->words_choice == 0 || proof_crash_draw (self) % 2 == 0))
        memcpy (inode->work + pending->offset, pending->bytes, pending->size);
    }
  inode->work_hash = hash_bytes (inode->work, 512, 0);
}

static guint64
hash_inode (const ProofCrashInode *inode)
{
  if (inode->is_folder || inode->size == 0)
    return inode->is_folder;
  if (inode->size < inode->room && !inode->has_words)
    return hash_bytes (inode->work, inode->size, 0) + inode->size;
  return inode->work_hash + inode->size;
}

static gboolean
try_state (ProofCrash *self, const guint8 *row)
{
  ProofState state = { self, self->image, 0, 0, self->point, self->note };

  for (guint i = 0; i < self->items->len; i++)
    {
      ProofItem *item = &g_array_index (self->items, ProofItem, i);

      item->chosen = row[i];
      choose_item (self, item, MAX (row[i], get_forced (self, item)));
    }
  self->words_choice = (guint) (self->number % N_WORDS);
  for (guint i = 0; i < self->reached->len; i++)
    {
      const ProofReached *reached = &g_array_index (self->reached, ProofReached, i);
      ProofCrashInode *inode = proof_crash_get_inode (self, reached->name.inode);

      if (inode->has_words)
        choose_words (self, inode);
      state.hash += mix (reached->path_hash, hash_inode (inode));
    }
  state.number = self->number++;
  self->count->n_states++;
  return self->func (self->user_data, &state);
}

/* The function needs the bytes only if it has not seen the hash. */
void
proof_state_fill (const ProofState *state)
{
  ProofCrash *self = state->crash;

  g_autoptr (GString) path = g_string_new (NULL);

  g_array_set_size (self->image->files, 0);
  g_string_chunk_clear (self->paths);
  for (guint i = 0; i < self->reached->len; i++)
    {
      const ProofReached *reached = &g_array_index (self->reached, ProofReached, i);
      const ProofCrashInode *inode = proof_crash_get_inode (self, reached->name.inode);
      ProofFile file = { NULL, inode->work, inode->is_folder ? 0 : inode->size, inode->is_folder };

      g_string_truncate (path, 0);
      append_path (self, &reached->name, path);
      file.path = g_string_chunk_insert (self->paths, path->str);
      g_array_append_val (self->image->files, file);
    }
}

/* ---- a point ---- */

static gboolean
try_row (ProofCrash *self, const Rows *units, guint unit, const Rows *items, guint item)
{
  if (self->unit_choice != get_row (units, unit))
    choose_units (self, get_row (units, unit));
  return try_state (self, get_row (items, item));
}

static gboolean
try_rows (ProofCrash *self, const Rows *units, const Rows *items)
{
  const guint64 limit = self->options->limit;
  gboolean ok = TRUE;

  self->count->n_points++;
  if ((guint64) units->n_rows * items->n_rows <= limit)
    {
      self->count->n_sampled += !units->is_full || !items->is_full;
      for (guint u = 0; ok && u < units->n_rows; u++)
        for (guint i = 0; ok && i < items->n_rows; i++)
          ok = try_row (self, units, u, items, i);
      return ok;
    }
  self->count->n_sampled++;
  for (guint u = 0; ok && u < units->n_rows && u < limit / 4; u++)
    ok = try_row (self, units, u, items, 0) && try_row (self, units, u, items, items->n_rows - 1);
  for (guint i = 0; ok && i < items->n_rows && i < limit / 4; i++)
    ok = try_row (self, units, 0, items, i) && try_row (self, units, units->n_rows - 1, items, i);
  for (guint k = 0; ok && k < limit / 2; k++)
    ok = try_row (self, units, (guint) (proof_crash_draw (self) % units->n_rows), items,
                  (guint) (proof_crash_draw (self) % items->n_rows));
  return ok;
}

gboolean
proof_crash_try_point (ProofCrash *self)
{
  g_autofree guint *item_radices = NULL;
  g_autofree guint *unit_radices = NULL;
  gboolean ok;
  Rows items;
  Rows units;

  prepare (self);
  item_radices = g_new0 (guint, self->items->len + 1);
  unit_radices = g_new0 (guint, self->units->len + 1);
  for (guint i = 0; i < self->items->len; i++)
    item_radices[i] = g_array_index (self->items, ProofItem, i).n;
  for (guint i = 0; i < self->units->len; i++)
    unit_radices[i] = g_array_index (self->units, ProofUnit, i).n;
  make_rows (self, &items, item_radices, self->items->len, G_GUINT64_CONSTANT (1) << self->options->full_bits);
  self->unit_choice = NULL;
  make_rows (self, &units, unit_radices, self->units->len, UNIT_STATES);
  ok = try_rows (self, &units, &items);
  for (guint i = 0; i < self->items->len; i++)
    choose_item (self, &g_array_index (self->items, ProofItem, i), 0);
  g_byte_array_unref (items.bytes);
  g_byte_array_unref (units.bytes);
  return ok;
}

/* ---- in words ---- */

char *
proof_crash_describe (ProofCrash *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->units->len; i++)
    {
      const ProofUnit *unit = &g_array_index (self->units, ProofUnit, i);
      g_autofree char *change = unit->change != NULL ? proof_entry_describe (unit->change) : NULL;

      if (unit->kind == PROOF_UNIT_CHANGE)
        g_string_append_printf (text, "  %s: %s\n", change, self->unit_choice[i] != 0 ? "yes" : "no");
      else if (unit->kind == PROOF_UNIT_SIZE)
        g_string_append_printf (text, "  size of file %u: %u of %u\n", unit->inode, self->unit_choice[i], unit->n - 1);
      else
        g_string_append_printf (text, "  the file system's journal: %u of %u\n", self->unit_choice[i], unit->n - 1);
    }
  for (guint i = 0; i < self->items->len; i++)
    {
      const ProofItem *item = &g_array_index (self->items, ProofItem, i);

      g_string_append_printf (text, "  file %u, bytes %" G_GUINT64_FORMAT " + %" G_GSIZE_FORMAT ": content %u of %u\n",
                              item->inode, item->offset, item->size, item->applied, item->n - 1);
    }
  g_string_append_printf (text, "  words of shared pages: %s\n",
                          self->words_choice == 0   ? "the last"
                          : self->words_choice == 1 ? "none"
                                                    : "some");
  for (guint i = 0; i < self->reached->len; i++)
    {
      const ProofCrashName *name = &g_array_index (self->reached, ProofReached, i).name;

      g_string_append_printf (text, "  file %u: ", name->inode);
      append_path (self, name, text);
      g_string_append_printf (text, ", %" G_GUINT64_FORMAT " bytes\n", proof_crash_get_inode (self, name->inode)->size);
    }
  return g_string_free (text, FALSE);
}
