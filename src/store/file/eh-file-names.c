/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-error.h"
#include "store/file/eh-file-inspect-private.h"

#define NAMES 4096
#define TYPES 64

typedef struct {
  guint64 loc; /* of the frame that holds it; 0: this slot is free */
  const char *name;
  gsize length;
  EhFileKey key;
} NameSlot;

typedef struct {
  guint64 loc;
  guint index;
} TypeSlot;

struct _EhFileNames {
  EhFileSegment *segment; /* (owned) (nullable): what the slots point into */
  NameSlot names[NAMES];
  TypeSlot types[TYPES];
};

EhFileNames *
eh_file_names_new (void)
{
  return g_new0 (EhFileNames, 1);
}

void
eh_file_names_free (EhFileNames *self)
{
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  g_free (self);
}

static void
go_to (EhFileNames *self, EhFileSegment *segment)
{
  if (self->segment == segment)
    return;
  g_clear_pointer (&self->segment, eh_file_segment_unref);
  self->segment = eh_file_segment_ref (segment);
  memset (self->names, 0, sizeof self->names);
  memset (self->types, 0, sizeof self->types);
}

static guint64
get_loc (const EhFileFrame *frame, guint32 ref)
{
  return ref == 0 ? frame->loc : eh_file_loc (eh_file_loc_segment (frame->loc), ref * 8);
}

gboolean
eh_file_names_find (EhFileNames *self, EhFileSegment *segment, const EhFileFrame *frame, const char **name,
                    gsize *length, EhFileKey *key, GError **error)
{
  const guint64 loc = get_loc (frame, frame->name_ref);
  NameSlot *slot = &self->names[(guint32) (loc >> 3) * 2654435761u >> 8 & (NAMES - 1)];

  go_to (self, segment);
  if (slot->loc != loc)
    {
      slot->loc = 0;
      if (!eh_file_segment_get_name (segment, frame, &slot->name, &slot->length, error))
        return FALSE;
      slot->key = eh_file_key (segment->header.store_id, slot->name, slot->length);
      slot->loc = loc;
    }
  *name = slot->name;
  *length = slot->length;
  *key = slot->key;
  return TRUE;
}

gboolean
eh_file_names_check_events (EhFileNames *self, EhFileSegment *segment, const EhFileFrame *frame, GError **error)
{
  EhFileEventIter iter;
  EhFileEvent event;

  go_to (self, segment);
  eh_file_event_iter_init (&iter, frame);
  while (eh_file_event_iter_next (&iter, &event))
    {
      const guint64 loc = get_loc (frame, event.type_ref);
      TypeSlot *slot = &self->types[(event.type_ref + event.type_index) % TYPES];
      const char *type;

      if (slot->loc == loc && slot->index == event.type_index)
        continue;
      slot->loc = 0;
      if (!eh_file_segment_get_type (segment, frame, &event, &type, error))
        return FALSE;
      slot->loc = loc;
      slot->index = event.type_index;
    }
  return !iter.damaged
         || eh_file_segment_set_corrupt (segment, eh_file_loc_offset (frame->loc), "an event is not well-formed",
                                         error);
}
