/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conformance/eh-history-private.h"

/* Histories of one stream that one order explains, and such that none does. */

typedef struct {
  const char *name;
  gboolean is_explained;
  EhHistoryCall calls[6];
  guint n_calls;
} History;

#define MADE(from, to, version)                                                                                        \
  {                                                                                                                    \
    from, to, version, TRUE                                                                                            \
  }
#define SAW(from, to, version)                                                                                         \
  {                                                                                                                    \
    from, to, version, FALSE                                                                                           \
  }

static const History histories[] = {
  { "nothing", TRUE, { { 0 } }, 0 },
  { "one after another", TRUE, { SAW (0, 1, 0), MADE (2, 3, 1), SAW (4, 5, 1), MADE (6, 7, 2), SAW (8, 9, 2) }, 5 },
  { "in any order of the list", TRUE, { SAW (4, 5, 1), MADE (6, 7, 2), MADE (2, 3, 1), SAW (0, 1, 0) }, 4 },
  { "old while it is being made", TRUE, { MADE (0, 5, 1), SAW (1, 2, 0), SAW (3, 4, 1) }, 3 },
  { "made in the other order than begun", TRUE, { MADE (0, 9, 2), MADE (1, 2, 1) }, 2 },
  { "new, then old", FALSE, { MADE (0, 9, 1), SAW (1, 2, 1), SAW (3, 4, 0) }, 3 },
  { "old after it was made", FALSE, { MADE (0, 1, 1), SAW (2, 3, 0) }, 2 },
  { "seen before it was begun", FALSE, { SAW (0, 1, 1), MADE (2, 3, 1) }, 2 },
  { "made in the wrong order", FALSE, { MADE (0, 1, 2), MADE (2, 3, 1) }, 2 },
  { "made twice", FALSE, { MADE (0, 1, 1), MADE (2, 3, 1) }, 2 },
  { "left out", FALSE, { MADE (0, 1, 1), MADE (2, 3, 3) }, 2 },
  { "never made", FALSE, { MADE (0, 1, 1), SAW (2, 3, 2) }, 2 },
  { "stale across versions", FALSE, { MADE (0, 1, 1), MADE (2, 3, 2), MADE (4, 9, 3), SAW (5, 6, 1) }, 4 },
};

static void
test_history (gconstpointer data)
{
  const History *history = data;
  EhHistoryCall calls[6];
  g_autoptr (GError) error = NULL;
  gboolean is_explained;

  g_test_summary ("Whether one order of the calls explains what they made and saw");
  memcpy (calls, history->calls, sizeof calls);
  is_explained = eh_history_check (calls, history->n_calls, &error);
  g_assert_cmpint (is_explained, ==, history->is_explained);
  g_assert_cmpint (error == NULL, ==, history->is_explained);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (histories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/history/%s", histories[i].name);

      g_test_add_data_func (path, &histories[i], test_history);
    }
  return g_test_run ();
}
