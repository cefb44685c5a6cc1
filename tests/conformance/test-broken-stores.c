/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plain-store.h"

/* Each way to break a store, and the case of the suite that notices it. */

#define ALL_FEATURES (EH_STORE_DURABLE | EH_STORE_READ_ALL | EH_STORE_DELETE | EH_STORE_SNAPSHOTS)

typedef struct {
  PlainFault fault;
  const char *name;
  const char *killer;
} Mutant;

static const Mutant mutants[] = {
  { PLAIN_IGNORES_EXPECTED, "ignores the expected version", "expected/exact" },
  { PLAIN_OVERWRITES, "overwrites on create", "expected/no-stream" },
  { PLAIN_DROPS_FIRST, "drops an append to a missing stream and says yes", "basics/append-one" },
  { PLAIN_MISSING_EXISTS, "creates what has to exist", "expected/exists" },
  { PLAIN_LOSES_ON_CONFLICT, "loses on conflict but returns success", "expected/no-stream" },
  { PLAIN_VAGUE_CONFLICT, "does not tell the versions of a conflict", "expected/exact" },
  { PLAIN_WRITES_ON_CONFLICT, "writes what it refuses", "expected/conflict-writes-nothing" },
  { PLAIN_BURNS_IDS, "takes the ids of what it refused", "expected/again-after-conflict" },
  { PLAIN_TEARS_BATCH, "tears a batch", "batches/bad-event" },
  { PLAIN_CUTS_BATCH, "cuts a large batch", "batches/largest" },
  { PLAIN_EVENT_BY_EVENT, "shows a batch event by event", "batches/never-in-part" },
  { PLAIN_KEEPS_BATCH, "keeps the caller's batch", "ownership/batch-goes-on" },
  { PLAIN_CHANGES_PAGES, "hands out its internal buffers", "ownership/pages-stay" },
  { PLAIN_VERSION_GAPS, "gives versions with gaps", "order/versions" },
  { PLAIN_POSITIONS_STAND, "gives a batch one position", "order/positions" },
  { PLAIN_HEAD_BEHIND, "tells an old newest position", "order/positions" },
  { PLAIN_TELLS_EARLY, "publishes before commit", "subscriptions/told-after-commit" },
  { PLAIN_TELLS_NOBODY, "tells nobody of commits", "subscriptions/told-after-commit" },
  { PLAIN_COMMITS_LATE, "commits late below a position that was read", "subscriptions/late-commit" },
  { PLAIN_SAME_ID_TWICE, "accepts the same id twice", "repeats/same-again" },
  { PLAIN_ID_ELSEWHERE, "accepts an id of another stream", "repeats/elsewhere" },
  { PLAIN_OVERLAPS, "adds the rest of a batch that is there in part", "repeats/overlaps" },
  { PLAIN_RETRY_CONFLICTS, "refuses a retry with a conflict", "repeats/same-again" },
  { PLAIN_ROUNDS_TIME, "rounds timestamps", "time/microseconds" },
  { PLAIN_CLAMPS_TIME, "knows no time before 1970", "time/far-away" },
  { PLAIN_FORGETS_METADATA, "forgets metadata", "content/metadata" },
  { PLAIN_SORTS_METADATA, "changes the order of metadata", "content/metadata" },
  { PLAIN_FORGETS_CONTEXT, "forgets correlation and causation", "content/context" },
  { PLAIN_FORGETS_REVISION, "forgets the revision", "content/types" },
  { PLAIN_NUMBERS_AS_DOUBLES, "rounds large numbers", "content/json" },
  { PLAIN_CUTS_DATA, "does not keep large data", "content/mebibyte" },
  { PLAIN_PREFIX_LEAKS, "leaks between streams with a common prefix", "basics/streams-apart" },
  { PLAIN_FOLDS_CASE, "confuses names that differ in case", "basics/streams-apart" },
  { PLAIN_CUTS_NAMES, "cuts long names", "basics/long-names" },
  { PLAIN_LIMIT_OFF_BY_ONE, "reads one more than the limit", "order/read-stream" },
  { PLAIN_BACKWARDS_FORWARDS, "gives backwards reads forwards", "order/read-stream" },
  { PLAIN_ENDS_EARLY, "says that a full page is the end", "order/many" },
  { PLAIN_CATEGORY_PREFIX, "gives categories with a common prefix", "order/read-category" },
  { PLAIN_READS_DELETED, "gives the events of deleted streams", "order/without-deleted" },
  { PLAIN_IGNORES_TOMBSTONE, "ignores the tombstone", "expected/deleted" },
  { PLAIN_REPEATS, "repeats after resume", "subscriptions/resumes" },
  { PLAIN_CLOSE_LOSES, "loses what was accepted when it is closed", "life/close-drains" },
  { PLAIN_FORGETS_DELETE, "forgets tombstones when it is opened again", "life/reopened" },
  { PLAIN_SHARED_WRITER, "lets two writers in who do not see each other", "life/two-handles" },
  { PLAIN_WORKS_WHEN_CLOSED, "works on when it is closed", "life/closed" },
  { PLAIN_IGNORES_CANCEL, "stops in the middle when it is cancelled", "life/cancelled-during" },
  { PLAIN_SNAPSHOT_NEWER, "keeps a snapshot newer than the stream", "snapshots/newer-than-stream" },
  { PLAIN_SNAPSHOT_ABOVE, "gives a snapshot above the version asked for", "snapshots/not-above" },
  { PLAIN_SNAPSHOT_LAST, "lets an old snapshot hide a newer one", "snapshots/older-after-newer" },
  { PLAIN_SNAPSHOT_STAYS, "gives snapshots of deleted streams", "snapshots/of-deleted" },
  { PLAIN_CHECKS_UNLOCKED, "checks first and writes later", "concurrency/one-winner" },
  { PLAIN_STALE_READS, "reads from a copy that is behind", "concurrency/linearizable" },
  { PLAIN_REBASES, "takes a conflict by one event for none", "random/conditions" },
  { PLAIN_GLOBAL_CONFLICT, "conflicts across streams", "concurrency/streams-apart" },
  { PLAIN_CLAIMS_TOO_MUCH, "claims a capability that it lacks", "refusals/declared" },
  { PLAIN_FAILS_HALF, "leaves half a batch when the disk is full", "life/severed" },
  { PLAIN_SAYS_YES, "says yes when the disk is full", "life/severed" },
};

static EhConformanceResult *
run (EhStoreFeatures features, PlainFault fault, const char *filter, guint64 seed)
{
  g_autoptr (PlainDisk) disk = plain_disk_new (features, fault);
  EhStoreFactory factory = {
    .name = "broken", .features = features, .open = plain_store_open, .sever = plain_store_sever, .user_data = disk
  };

  return eh_store_conformance_run (&factory, filter, seed);
}

static void
test_mutant (gconstpointer data)
{
  const Mutant *mutant = data;
  EhStoreFeatures features = ALL_FEATURES & ~(mutant->fault == PLAIN_CLAIMS_TOO_MUCH ? EH_STORE_SNAPSHOTS : 0);
  g_autoptr (EhConformanceResult) result = run (features, mutant->fault, mutant->killer, 1);

  g_test_summary ("A store that is broken in this way is found out by this case");
  g_assert_cmpuint (eh_conformance_result_get_n_cases (result), ==, 1);
  g_test_message ("%s: %s", mutant->killer, eh_conformance_result_get_case_failure (result, 0));
  g_assert_cmpuint (eh_conformance_result_get_n_failed (result), ==, 1);
}

static void
test_all_faults (void)
{
  g_test_summary ("Each fault that a plain store knows has its mutant");
  g_assert_cmpuint (G_N_ELEMENTS (mutants), ==, PLAIN_N_FAULTS - 1);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    for (guint j = 0; j < i; j++)
      g_assert_cmpint (mutants[i].fault, !=, mutants[j].fault);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/broken-stores/all-faults", test_all_faults);
  for (guint i = 0; i < G_N_ELEMENTS (mutants); i++)
    {
      g_autofree char *path = g_strdup_printf ("/broken-stores/%s", mutants[i].name);

      g_test_add_data_func (path, &mutants[i], test_mutant);
    }
  return g_test_run ();
}
