/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-call-log.h"
#include "mocks/eh-fault-plan.h"

G_BEGIN_DECLS

#define EH_TYPE_MOCK_STORE (eh_mock_store_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMockStore, eh_mock_store, EH, MOCK_STORE, GObject)

/**
 * EhMockStore:
 *
 * A store around a store that notes every call and makes what a plan says go wrong. In everything that the plan does
 * not change it behaves as the store inside, which does the work: versions, conflicts, tombstones are real. After it
 * was closed nothing is planned any more. Watches are passed on and not noted: they cannot fail.
 */

/**
 * eh_mock_store_new:
 * @inner: (nullable): the store inside; %NULL for a new memory store
 * @plan: (nullable): what goes wrong; %NULL for nothing
 * @log: (nullable): where calls are noted; %NULL for a new log. A mock bus may share it
 *
 * Makes a mock. Any thread may call it, if any may call the store inside.
 *
 * Returns: (transfer full): the mock
 */
EH_PUBLIC EhEventStore *eh_mock_store_new (EhEventStore *inner, EhFaultPlan *plan, EhCallLog *log);

/**
 * eh_mock_store_get_inner:
 *
 * Gives the store inside: what is done to it directly is neither noted nor planned.
 *
 * Returns: (transfer none): the store
 */
EH_PUBLIC EhEventStore *eh_mock_store_get_inner (EhMockStore *self);

/**
 * eh_mock_store_get_plan:
 *
 * Gives the plan, to which rules may be added at any time.
 *
 * Returns: (transfer none): the plan
 */
EH_PUBLIC EhFaultPlan *eh_mock_store_get_plan (EhMockStore *self);

/**
 * eh_mock_store_get_log:
 *
 * Gives the log.
 *
 * Returns: (transfer none): the log
 */
EH_PUBLIC EhCallLog *eh_mock_store_get_log (EhMockStore *self);

/**
 * eh_mock_store_reset:
 * @error: EH_ERROR_UNSUPPORTED the store inside is none that can be reset; then nothing was done
 *
 * Makes everything as new: the store inside, a memory store, is empty and open; the log is empty; the plan begins again
 * with the rules that it has. Watches stay. Not to be called while another thread uses the store.
 *
 * Returns: %FALSE if it cannot be done
 */
EH_PUBLIC gboolean eh_mock_store_reset (EhMockStore *self, GError **error);

G_END_DECLS
