/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-store-probe-private.h"

/*
 * What reads give is compared with what they should, worked out from the whole order: for each place to begin, each
 * direction and each interesting limit.
 */

/* Three streams in two categories whose names share a beginning, in turns. */
static gboolean
fill (EhStoreProbe *self, GError **error)
{
  static const char *const streams[] = { "Acc-a", "Account-a", "Acc-b" };

  for (guint i = 0; i < 12; i++)
    if (!eh_store_probe_write (self, streams[i % 3], 1 + 2 * i, 1 + i % 2, error))
      return FALSE;
  return TRUE;
}

/* One way to read: a part of @model, from @from (as the store counts), at most @limit. */
typedef struct {
  const char *category; /* (nullable) */
  gboolean by_version;
  guint64 from;
  EhDirection direction;
  guint limit;
} Reading;

static guint64
get_place (const Reading *reading, const EhEvent *event)
{
  return reading->by_version ? eh_event_get_version (event) : eh_event_get_position (event);
}

/* (element-type EhEvent) (transfer container): what it should give; *n_left is what there would be without a limit */
static GPtrArray *
get_expected (const Reading *reading, GPtrArray *model, guint *n_left)
{
  GPtrArray *expected = g_ptr_array_new ();

  *n_left = 0;
  for (guint i = 0; i < model->len; i++)
    {
      gboolean forwards = reading->direction == EH_FORWARDS;
      EhEvent *event = g_ptr_array_index (model, forwards ? i : model->len - 1 - i);
      guint64 place = get_place (reading, event);

      if (forwards ? place < reading->from : place > reading->from)
        continue;
      if ((*n_left)++ < reading->limit)
        g_ptr_array_add (expected, event);
    }
  return expected;
}

static gboolean
fail_reading (const Reading *reading, const char *what, GError **error)
{
  return eh_claim_fail (error, "reading %s%s %s from %" G_GUINT64_FORMAT " with limit %u %s",
                        reading->by_version ? "a stream" : "all", reading->category != NULL ? " of a category" : "",
                        reading->direction == EH_FORWARDS ? "forwards" : "backwards", reading->from, reading->limit,
                        what);
}

static gboolean
claim_page (const Reading *reading, const EhEventPage *page, GPtrArray *model, GError **error)
{
  guint n_left = 0;
  g_autoptr (GPtrArray) expected = get_expected (reading, model, &n_left);

  if (eh_event_page_get_size (page) != expected->len)
    {
      g_autofree char *numbers = eh_probe_numbers (page);
      g_autofree char *what = g_strdup_printf ("gives %u events (%s), not %u", eh_event_page_get_size (page), numbers,
                                               expected->len);

      return fail_reading (reading, what, error);
    }
  for (guint i = 0; i < expected->len; i++)
    if (!eh_event_equal (eh_event_page_get (page, i), g_ptr_array_index (expected, i)))
      return fail_reading (reading, "gives the wrong events", error);
  if (eh_event_page_is_end (page) && n_left > expected->len)
    return fail_reading (reading, "says that it is the end, and it is not", error);
  return TRUE;
}

static EhEventPage *
read_page (EhStoreProbe *self, const char *stream, const Reading *reading, GError **error)
{
  g_autoptr (EhStreamName) name = reading->by_version ? eh_probe_name (stream) : NULL;
  EhEventPage *page = NULL;

  if (reading->by_version)
    page = eh_event_store_read_stream (self->store, name, reading->from, reading->direction, reading->limit,
                                       self->job->cancellable, error);
  else
    page = eh_event_store_read_all (self->store, reading->category, reading->from, reading->direction, reading->limit,
                                    self->job->cancellable, error);
  if (page == NULL)
    eh_claim_blame ("a read", error);
  return page;
}

/* Reads on from where each page says, until the end: every event comes once. */
static gboolean
read_to_the_end (EhStoreProbe *self, const char *stream, Reading reading, GPtrArray *model, GError **error)
{
  guint n = 0;

  for (guint turn = 0; turn <= 4 * model->len + 4; turn++)
    {
      g_autoptr (EhEventPage) page = read_page (self, stream, &reading, error);

      if (page == NULL || !claim_page (&reading, page, model, error))
        return FALSE;
      n += eh_event_page_get_size (page);
      if (eh_event_page_is_end (page))
        return n == model->len || fail_reading (&reading, "page by page does not give every event once", error);
      if (reading.direction == EH_BACKWARDS && eh_event_page_get_next (page) == 0)
        return fail_reading (&reading, "says that the beginning was reached, but not that it is the end", error);
      reading.from = eh_event_page_get_next (page);
    }
  return fail_reading (&reading, "page by page does not come to an end", error);
}

static gboolean
try_readings (EhStoreProbe *self, const char *stream, Reading reading, GPtrArray *model, GError **error)
{
  const guint limits[] = { 1, 2, model->len, model->len + 1 };
  guint64 last = model->len > 0 ? get_place (&reading, g_ptr_array_index (model, model->len - 1)) : 0;

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      reading.limit = MAX (limits[i], 1);
      for (reading.direction = EH_FORWARDS; reading.direction <= EH_BACKWARDS; reading.direction++)
        {
          for (reading.from = 0; reading.from <= last + 2; reading.from++)
            {
              g_autoptr (EhEventPage) page = read_page (self, stream, &reading, error);

              if (page == NULL || !claim_page (&reading, page, model, error))
                return FALSE;
            }
          reading.from = reading.direction == EH_FORWARDS ? 0 : G_MAXUINT64;
          if (!read_to_the_end (self, stream, reading, model, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* A limit of 0 is the largest. */
static gboolean
try_without_limit (EhStoreProbe *self, const char *stream, Reading reading, GPtrArray *model, GError **error)
{
  for (reading.direction = EH_FORWARDS; reading.direction <= EH_BACKWARDS; reading.direction++)
    {
      g_autoptr (EhEventPage) page = NULL;

      reading.from = reading.direction == EH_FORWARDS ? 0 : G_MAXUINT64;
      reading.limit = 0;
      page = read_page (self, stream, &reading, error);
      reading.limit = G_MAXUINT;
      if (page == NULL || !claim_page (&reading, page, model, error))
        return FALSE;
      if (!eh_event_page_is_end (page))
        return fail_reading (&reading, "gives everything, but does not say that it is the end", error);
    }
  return TRUE;
}

static gboolean
versions (EhStoreProbe *self, GError **error)
{
  return fill (self, error) && eh_store_probe_holds (self, "Acc-a", "1 7 8 13 19 20", error)
         && eh_store_probe_holds (self, "Account-a", "3 4 9 15 16 21", error)
         && eh_store_probe_holds (self, "Acc-b", "5 11 12 17 23 24", error);
}

static gboolean
read_stream (EhStoreProbe *self, GError **error)
{
  g_autoptr (GPtrArray) model = g_ptr_array_new ();
  g_autoptr (EhEventPage) page = fill (self, error) ? eh_store_probe_read (self, "Account-a", error) : NULL;
  Reading reading = { .by_version = TRUE };

  if (page == NULL)
    return FALSE;
  for (guint i = 0; i < eh_event_page_get_size (page); i++)
    g_ptr_array_add (model, eh_event_page_get (page, i));
  return eh_claim_uint ("the number of events in the stream", model->len, 6, error)
         && try_readings (self, "Account-a", reading, model, error)
         && try_without_limit (self, "Account-a", reading, model, error);
}

static gboolean
claim_rising (GPtrArray *events, GError **error)
{
  guint64 last = 0;

  for (guint i = 0; i < events->len; i++)
    {
      guint64 position = eh_event_get_position (g_ptr_array_index (events, i));

      if (position <= last)
        return eh_claim_fail (error, "positions do not rise: %" G_GUINT64_FORMAT " after %" G_GUINT64_FORMAT, position,
                              last);
      last = position;
    }
  return TRUE;
}

static gboolean
positions (EhStoreProbe *self, GError **error)
{
  g_autoptr (GPtrArray) all = NULL;
  gboolean lacks = FALSE;
  guint64 head = 0;

  if (!eh_store_probe_lacks_order (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_get_head (self, &head, error)
      || !eh_claim_uint ("the newest position of an empty store", head, 0, error) || !fill (self, error)
      || !eh_store_probe_get_head (self, &head, error)
      || !eh_store_probe_holds_all (self, "1 3..5 7..9 11..13 15..17 19..21 23 24", error))
    return FALSE;
  all = eh_store_probe_read_all (self, NULL, error);
  return all != NULL && claim_rising (all, error)
         && eh_claim_uint ("the newest position", head, eh_event_get_position (g_ptr_array_index (all, all->len - 1)),
                           error);
}

/* The events of all three streams by position are what reading all gives, to the last member. */
static gboolean
merge (EhStoreProbe *self, GError **error)
{
  static const char *const streams[] = { "Acc-a", "Account-a", "Acc-b" };
  g_autoptr (GPtrArray) all = NULL;
  gboolean lacks = FALSE;
  guint n = 0;

  if (!eh_store_probe_lacks_order (self, &lacks, error) || lacks || !fill (self, error))
    return lacks;
  all = eh_store_probe_read_all (self, NULL, error);
  for (guint s = 0; all != NULL && s < G_N_ELEMENTS (streams); s++)
    {
      g_autoptr (EhEventPage) page = eh_store_probe_read (self, streams[s], error);
      guint place = 0;

      if (page == NULL)
        return FALSE;
      for (guint i = 0; i < eh_event_page_get_size (page); i++, n++)
        {
          EhEvent *event = eh_event_page_get (page, i);

          while (place < all->len && !eh_event_equal (g_ptr_array_index (all, place), event))
            place++;
          if (place == all->len)
            return eh_claim_fail (error, "event %" G_GUINT64_FORMAT " of %s is not in the global order where it should",
                                  eh_event_get_version (event), streams[s]);
        }
    }
  return all != NULL && eh_claim_uint ("the number of events in global order", all->len, n, error);
}

static gboolean
try_category (EhStoreProbe *self, const char *category, guint n_expected, GError **error)
{
  g_autoptr (GPtrArray) all = eh_store_probe_read_all (self, NULL, error);
  g_autoptr (GPtrArray) model = g_ptr_array_new ();
  Reading reading = { .category = category };

  if (all == NULL)
    return FALSE;
  for (guint i = 0; i < all->len; i++)
    {
      EhEvent *event = g_ptr_array_index (all, i);

      if (category == NULL || g_str_equal (eh_stream_name_get_category (eh_event_get_stream (event)), category))
        g_ptr_array_add (model, event);
    }
  return eh_claim_uint ("the number of events of the category", model->len, n_expected, error)
         && try_readings (self, NULL, reading, model, error) && try_without_limit (self, NULL, reading, model, error);
}

static gboolean
read_all (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  return eh_store_probe_lacks_order (self, &lacks, error)
         && (lacks || (fill (self, error) && try_category (self, NULL, 18, error)));
}

static gboolean
read_category (EhStoreProbe *self, GError **error)
{
  gboolean lacks = FALSE;

  if (!eh_store_probe_lacks_order (self, &lacks, error) || lacks || !fill (self, error))
    return lacks;
  return try_category (self, "Acc", 12, error) && try_category (self, "Account", 6, error)
         && try_category (self, "Ac", 0, error) && try_category (self, "acc", 0, error)
         && try_category (self, "Acc*", 0, error) && try_category (self, "Acc-a", 0, error);
}

/* More than one page can hold. */
static gboolean
many (EhStoreProbe *self, GError **error)
{
  g_autofree char *numbers = g_strdup_printf ("1..%u", EH_READ_LIMIT_MAX + 100);
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-a");
  g_autoptr (EhEventPage) page = NULL;

  for (guint i = 0; i * 100 < EH_READ_LIMIT_MAX + 100; i++)
    if (!eh_store_probe_write (self, "Account-a", 1 + i * 100, MIN (100, EH_READ_LIMIT_MAX + 100 - i * 100), error))
      return FALSE;
  page = eh_event_store_read_stream (self->store, name, 0, EH_FORWARDS, G_MAXUINT, self->job->cancellable, error);
  if (page == NULL)
    return eh_claim_blame ("reading a long stream", error);
  return eh_claim_uint ("the size of the largest page", eh_event_page_get_size (page), EH_READ_LIMIT_MAX, error)
         && eh_claim_true (!eh_event_page_is_end (page), "the largest page is not the end", error)
         && eh_claim_uint ("its next version", eh_event_page_get_next (page), EH_READ_LIMIT_MAX + 1, error)
         && eh_store_probe_holds (self, "Account-a", numbers, error) && eh_store_probe_holds_all (self, numbers, error);
}

/* A place that was seen stays as it is; a deleted stream leaves a gap and nothing moves. */
static gboolean
without_deleted (EhStoreProbe *self, GError **error)
{
  guint64 before = 0;
  guint64 after = 0;
  gboolean lacks = FALSE;

  if (!eh_store_probe_lacks_order (self, &lacks, error) || lacks)
    return lacks;
  if (!eh_store_probe_has (self, EH_STORE_DELETE))
    return TRUE; /* expected/deleted has shown that it refuses */
  return fill (self, error) && eh_store_probe_get_head (self, &before, error)
         && eh_store_probe_delete (self, "Account-a", error) && eh_store_probe_get_head (self, &after, error)
         && eh_claim_true (after >= before, "the newest position fell when a stream was deleted", error)
         && eh_store_probe_holds_all (self, "1 5 7 8 11..13 17 19 20 23 24", error)
         && eh_store_probe_write (self, "Acc-a", 31, 1, error)
         && eh_store_probe_holds_all (self, "1 5 7 8 11..13 17 19 20 23 24 31", error)
         && try_category (self, NULL, 13, error) && try_category (self, "Account", 0, error);
}

static const EhStoreCase cases[] = {
  { "versions", "append", "Versions are 1, 2, 3 ... in each stream", versions },
  { "read-stream", "append", "A stream is read in both directions, from every version, with every limit", read_stream },
  { "positions", "read-all", "Positions rise strictly across streams; the newest is told", positions },
  { "merge", "read-all", "Reading all gives the streams' events by position", merge },
  { "read-all", "read-all", "All is read in both directions, from every position, with every limit", read_all },
  { "read-category", "read-all", "So is a category, and no other whose name is like its", read_category },
  { "many", "append", "What is more than a page is read page by page", many },
  { "without-deleted", "delete", "Deleted streams are left out and nothing else moves", without_deleted },
};

const EhStoreSection eh_store_order = { { "order", "E. Order" }, cases, G_N_ELEMENTS (cases) };
