/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-world-struct-private.h"

/*
 * Patient followers, which await the next event instead of asking again and again whether there is one.
 *
 * A follower that asks is in a race with every append, and each way in which its reads fall between the appends is
 * another run: with n events some 2^n. But what it makes of an event does not depend on how many it was given at one
 * go. The one thing that does is when it finds nothing more, since it then saves its checkpoint; that only matters to
 * whoever starts again from there, and then only the checkpoint saved last, and to a plan that counts the follower's
 * operations. So the store gives a patient follower one event at a time, and has it wait for that; and it finds nothing
 * more
 *
 *  - when nobody can go on: as any follower does that has caught up;
 *  - before that once after each start, and after each time that time has passed, since all have found nothing more
 *    then: whenever that could be, as long as it may crash yet and has handled something.
 *
 * What it awaits comes with one append, which so has to come first, and nothing that is appended later changes it: no
 * race, unless nothing could have been found instead. Only deleting a stream takes away what was there.
 */

static gboolean
eh_world_has_next (EhWorld *self, const EhWorldTask *task)
{
  g_autoptr (EhEventPage) page = self->store_if->read_all (self->inner_store, task->awaited_category,
                                                           task->awaited_from, EH_FORWARDS, 1, NULL, NULL);

  return page != NULL && eh_event_page_get_size (page) > 0;
}

/* What the operation will depend on, as far as that is known before it is done: its first access. */
static void
eh_world_announce_await (EhWorldTask *task)
{
  gboolean is_open = task->may_end && !task->has_next;

  task->op.accesses[0] = (EhAccess){ is_open ? EH_RESOURCE_LOG : EH_RESOURCE_DELETED,
                                     .early = is_open && task->is_early };
}

void
eh_world_await (EhWorld *self, EhWorldTask *task, const char *category, guint64 from)
{
  gboolean may_crash = (self->enabled & 1u << EH_FAULT_CRASH) != 0;

  task->awaits = TRUE;
  task->awaited_category = category;
  task->awaited_from = from;
  task->has_next = eh_world_has_next (self, task);
  task->may_end = task->is_early = may_crash && task->has_handled && !task->has_ended;
  eh_world_announce_await (task);
}

/* By the append that has brought it. */
static void
eh_world_order_after_append (EhWorld *self, EhWorldTask *task, guint64 position)
{
  for (guint i = 0; i < self->n_appended; i++)
    {
      const EhWorldAppended *appended = &g_array_index (self->appended, EhWorldAppended, i);

      if (position > appended->head)
        continue;
      if (position > appended->before)
        task->op.accesses[task->op.n_accesses++] = (EhAccess){ appended->resource, .after = !task->may_end,
                                                               .early = task->may_end && task->is_early };
      return;
    }
}

static EhEventPage *
eh_world_make_open (EhEventPage *page)
{
  EhEvent *event = eh_event_page_get (page, 0);
  EhEventPage *open = eh_event_page_new (&event, 1, eh_event_get_position (event) + 1, FALSE);

  eh_event_page_unref (page);
  return open;
}

EhEventPage *
eh_world_read_awaited (EhWorld *self, EhWorldTask *task, GError **error)
{
  EhEventPage *page = self->store_if->read_all (self->inner_store, task->awaited_category, task->awaited_from,
                                                EH_FORWARDS, 1, NULL, error);

  if (page == NULL)
    return NULL;
  task->has_next = eh_event_page_get_size (page) > 0;
  eh_world_announce_await (task);
  if (task->has_next)
    {
      eh_world_order_after_append (self, task, eh_event_get_position (eh_event_page_get (page, 0)));
      return eh_world_make_open (page);
    }
  task->op.accesses[0] = (EhAccess){ EH_RESOURCE_LOG, .early = task->is_early };
  task->has_ended = TRUE;
  task->has_handled = FALSE;
  task->ended_at = self->news;
  return page;
}

void
eh_world_forget_awaited (EhWorldTask *task)
{
  task->ended_at = G_MAXUINT64;
  task->has_ended = FALSE;
  task->has_handled = FALSE;
}

static void
eh_world_look_again (EhWorld *self)
{
  for (guint i = 0; i < self->n_all; i++)
    {
      EhWorldTask *task = self->all[i];

      if (!task->awaits)
        continue;
      task->has_next = eh_world_has_next (self, task);
      eh_world_announce_await (task);
    }
}

void
eh_world_note_deleted (EhWorld *self)
{
  if (self->n_patient > 0)
    eh_world_look_again (self);
}

static EhWorldAppended *
eh_world_get_appended (EhWorld *self, guint i)
{
  if (i == self->appended->len)
    {
      EhWorldAppended fresh = { eh_places_add_other (&self->places), 0, 0 };

      g_array_append_val (self->appended, fresh);
    }
  return &g_array_index (self->appended, EhWorldAppended, i);
}

void
eh_world_note_appended (EhWorld *self, EhWorldTask *task)
{
  EhWorldAppended *appended = NULL;
  guint64 before = self->head;

  if (self->n_patient == 0)
    return;
  self->store_if->get_head (self->inner_store, &self->head, NULL, NULL);
  if (self->head == before)
    return;
  appended = eh_world_get_appended (self, self->n_appended++);
  appended->before = before;
  appended->head = self->head;
  eh_world_task_touch (task, appended->resource, TRUE);
  eh_world_look_again (self);
}

void
eh_world_await_reset (EhWorld *self)
{
  self->n_appended = 0;
  if (self->n_patient > 0)
    self->store_if->get_head (self->inner_store, &self->head, NULL, NULL);
}

void
eh_world_let_end_again (EhWorld *self)
{
  for (guint i = 0; i < self->n_all; i++)
    self->all[i]->has_ended = FALSE;
}

gboolean
eh_world_end_waiting (EhWorld *self, gboolean also_known)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->n_all; i++)
    {
      EhWorldTask *task = self->all[i];

      if (!task->awaits || task->state != EH_TASK_PARKED || task->may_end
          || (task->ended_at == self->news && !also_known))
        continue;
      task->may_end = TRUE;
      eh_world_announce_await (task);
      any = TRUE;
    }
  return any;
}
