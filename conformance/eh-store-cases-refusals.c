/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "conformance/eh-store-probe-private.h"

static gboolean
declared (EhStoreProbe *self, GError **error)
{
  static const struct {
    EhStoreFeatures feature;
    const char *name;
  } features[] = {
    { EH_STORE_DURABLE, "durable" },
    { EH_STORE_READ_ALL, "read-all" },
    { EH_STORE_DELETE, "delete" },
    { EH_STORE_SNAPSHOTS, "snapshots" },
  };
  EhStoreFeatures actual = eh_event_store_get_features (self->store);

  for (guint i = 0; i < G_N_ELEMENTS (features); i++)
    if ((actual & features[i].feature) != (self->factory->features & features[i].feature))
      return eh_claim_fail (error, "the store %s \"%s\", and the factory says that it %s",
                            (actual & features[i].feature) != 0 ? "claims" : "does not claim", features[i].name,
                            (actual & features[i].feature) != 0 ? "does not" : "does");
  return TRUE;
}

/* Who can take less than this is no store for our purposes. */
static gboolean
limits (EhStoreProbe *self, GError **error)
{
  const EhStoreFactory *factory = self->factory;

  return eh_claim_true (factory->data_max == 0 || factory->data_max >= 1 << 20, "an event may have less than 1 MiB",
                        error)
         && eh_claim_true (factory->batch_max == 0 || factory->batch_max >= 256,
                           "a batch may have less than 256 events", error)
         && eh_claim_true (factory->name_max == 0 || factory->name_max >= 255, "a name may have less than 255 bytes",
                           error);
}

static gboolean
too_many (EhStoreProbe *self, GError **error)
{
  guint max = self->factory->batch_max;

  if (max == 0 || max >= EH_EVENT_BATCH_MAX)
    return TRUE; /* the batch itself refuses more */
  return eh_store_probe_refuse_at (self, "Account-a", EH_EXPECTED_ANY, 1, max + 1, EH_ERROR_LIMIT, error)
         && eh_store_probe_holds (self, "Account-a", "", error);
}

static gboolean
too_long (EhStoreProbe *self, GError **error)
{
  guint max = self->factory->name_max;
  g_autofree char *filler = NULL;
  g_autofree char *name = NULL;

  if (max == 0 || max >= EH_STREAM_NAME_MAX)
    return TRUE; /* the name itself is refused */
  filler = g_strnfill (max + 1 - strlen ("Account-"), 'x');
  name = g_strconcat ("Account-", filler, NULL);
  return eh_store_probe_refuse_at (self, name, EH_EXPECTED_ANY, 1, 1, EH_ERROR_LIMIT, error);
}

/* What a capability is for is refused by those who lack it; those who have it do it. */
static gboolean
claim_call (EhStoreProbe *self, EhStoreFeatures feature, const char *what, GError *failure, GError **error)
{
  if (!eh_store_probe_has (self, feature))
    return eh_claim_refused (what, failure, EH_ERROR_UNSUPPORTED, error);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return eh_claim_blame (what, error);
}

static gboolean
unsupported (EhStoreProbe *self, GError **error)
{
  g_autoptr (EhStreamName) name = eh_probe_name ("Account-a");
  g_autoptr (EhSnapshot) saved = eh_snapshot_new (name, 1, "State", 1, "{}");
  EhSnapshot *loaded = NULL;
  g_autoptr (EhEventPage) all = NULL;
  GError *failures[5] = { NULL };
  guint64 head = 0;

  if (!eh_store_probe_write (self, "Account-a", 1, 2, error))
    return FALSE;
  all = eh_event_store_read_all (self->store, NULL, 0, EH_FORWARDS, 0, NULL, &failures[0]);
  eh_event_store_get_head (self->store, &head, NULL, &failures[1]);
  eh_event_store_save_snapshot (self->store, saved, NULL, &failures[2]);
  if (eh_event_store_load_snapshot (self->store, name, 1, &loaded, NULL, &failures[3]))
    g_clear_pointer (&loaded, eh_snapshot_unref);
  eh_event_store_delete_stream (self->store, name, EH_EXPECTED_ANY, NULL, &failures[4]);
  return claim_call (self, EH_STORE_READ_ALL, "reading all", failures[0], error)
         && claim_call (self, EH_STORE_READ_ALL, "the newest position", failures[1], error)
         && claim_call (self, EH_STORE_SNAPSHOTS, "saving a snapshot", failures[2], error)
         && claim_call (self, EH_STORE_SNAPSHOTS, "loading a snapshot", failures[3], error)
         && claim_call (self, EH_STORE_DELETE, "deleting a stream", failures[4], error);
}

static const EhStoreCase cases[] = {
  { "declared", "append", "The store claims the capabilities that its factory says", declared },
  { "limits", "append", "Its limits leave room for what a service needs", limits },
  { "too-many", "append", "More events than it can take in a batch are refused with \"limit\"", too_many },
  { "too-long", "append", "A name longer than it can take is refused with \"limit\"", too_long },
  { "unsupported", "append", "What it cannot do it refuses with \"unsupported\"; what it claims it does", unsupported },
};

const EhStoreSection eh_store_refusals = { { "refusals", "N. Refusals" }, cases, G_N_ELEMENTS (cases) };
