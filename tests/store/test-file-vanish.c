/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "model/eh-lock-private.h"
#include "tests/store/file-fixture.h"

/* The folder of an open store is removed, or another one is put in its place. */

typedef struct {
  char *folder;    /* (owned) */
  EhClock *clock;  /* (owned) */
  EhEventStore *a; /* (owned): writes */
  EhEventStore *b; /* (owned): reads */
} Fixture;

static void
fixture_init (Fixture *self)
{
  EhFileOptions options = file_get_options ();

  self->folder = file_make_folder ();
  self->clock = EH_CLOCK (eh_fixed_clock_new (EH_FIXED_CLOCK_START));
  options.clock = self->clock;
  self->a = file_open (self->folder, &options);
  store_append (self->a, "Note-1", 1, 3);
  options.read_only = options.background = TRUE;
  self->b = file_open (self->folder, &options);
  g_assert_cmpuint (store_head (self->b), ==, 3);
}

static void
fixture_clear (Fixture *self)
{
  file_close (self->b);
  file_kill (self->a);
  g_object_unref (self->clock);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
pass_time (Fixture *self)
{
  eh_fixed_clock_advance (EH_FIXED_CLOCK (self->clock), 2 * G_USEC_PER_SEC);
}

static void
move_away (Fixture *self)
{
  g_autofree char *away = file_make_folder ();

  g_assert_cmpint (g_rename (self->folder, away), ==, 0);
}

static void
put_another (Fixture *self)
{
  EhFileOptions options = file_get_options ();

  move_away (self);
  file_close (file_open (self->folder, &options));
}

static void
lose_lock (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->folder, "LOCK", NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
}

typedef struct {
  const char *name;
  void (*vanish) (Fixture *self);
} Case;

static const Case cases[] = {
  { "moved", move_away },
  { "replaced", put_another },
  { "lock-removed", lose_lock },
};

static void
test_writer (gconstpointer data)
{
  const Case *way = data;
  g_auto (Fixture) self = { 0 };
  g_autoptr (GError) error = NULL;

  g_test_summary ("Who writes acknowledges nothing any more, but in the first second");

  fixture_init (&self);
  pass_time (&self);
  store_append (self.a, "Note-1", 4, 1);
  way->vanish (&self);
  store_append (self.a, "Note-1", 5, 1);
  pass_time (&self);
  g_assert_false (store_try (self.a, "Note-1", 5, 6, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_AMBIGUOUS);
  g_assert_nonnull (strstr (error->message, "the store was removed, or another one is in its place"));
  g_clear_error (&error);
  g_assert_false (store_try (self.a, "Note-2", 0, 7, 1, &error));
  g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
}

static void
test_reader (gconstpointer data)
{
  const Case *way = data;
  g_auto (Fixture) self = { 0 };
  guint64 head = 0;

  g_test_summary ("Who reads is told, and not that there is nothing new");

  fixture_init (&self);
  pass_time (&self);
  g_assert_cmpuint (store_head (self.b), ==, 3);
  way->vanish (&self);
  pass_time (&self);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (eh_event_store_get_head (self.b, &head, NULL, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_NOT_FOUND);
    }
}

typedef struct {
  EhLock lock;
  EhCond cond;
  guint n; /* (mutex lock): how often it was told */
} Told;

static void
on_watch (guint64 head, gpointer user_data)
{
  Told *told = user_data;

  eh_lock (&told->lock);
  told->n++;
  eh_cond_signal (&told->cond);
  eh_unlock (&told->lock);
}

/* FALSE if nobody told it in time. */
static gboolean
wait_for (Told *told, guint n)
{
  const gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;
  gboolean in_time = TRUE;

  eh_lock (&told->lock);
  while (told->n < n && in_time)
    in_time = eh_cond_wait_until (&told->cond, &told->lock, end);
  eh_unlock (&told->lock);
  return in_time;
}

static void
test_waiting (gconstpointer data)
{
  const Case *way = data;
  g_auto (Fixture) self = { 0 };
  Told told = { 0 };
  guint64 head = 0;
  guint id;

  g_test_summary ("Who waits for news is woken, and then told");

  eh_lock_init (&told.lock);
  eh_cond_init (&told.cond);
  fixture_init (&self);
  id = eh_event_store_add_watch (self.b, on_watch, &told, NULL);
  /* What is there when somebody begins to watch is news, too. */
  g_assert_true (wait_for (&told, 1));
  way->vanish (&self);
  pass_time (&self);
  g_assert_true (wait_for (&told, 2));
  g_assert_false (eh_event_store_get_head (self.b, &head, NULL, NULL));
  eh_event_store_remove_watch (self.b, id);
  eh_cond_clear (&told.cond);
  eh_lock_clear (&told.lock);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *writer = g_strconcat ("/file-vanish/writer/", cases[i].name, NULL);
      g_autofree char *reader = g_strconcat ("/file-vanish/reader/", cases[i].name, NULL);
      g_autofree char *waiting = g_strconcat ("/file-vanish/waiting/", cases[i].name, NULL);

      g_test_add_data_func (writer, &cases[i], test_writer);
      g_test_add_data_func (reader, &cases[i], test_reader);
      g_test_add_data_func (waiting, &cases[i], test_waiting);
    }
  return g_test_run ();
}
