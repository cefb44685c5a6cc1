/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mocks/eh-call-log.h"
#include "mocks/eh-fault-plan.h"

G_BEGIN_DECLS

#define EH_TYPE_MOCK_BUS (eh_mock_bus_get_type ())
EH_PUBLIC
G_DECLARE_FINAL_TYPE (EhMockBus, eh_mock_bus, EH, MOCK_BUS, GObject)

/**
 * EhMockBus:
 *
 * A bus around a bus that notes every call and every delivery, and makes what a plan says go wrong. In everything
 * that the plan does not change it behaves as the bus inside. After it was closed nothing is planned any more.
 *
 * A delivery is noted with the topic of the subscription. An event that a plan held back (deliver-reordered) and that
 * no later event of its stream follows is handed over by the next flush or close, in the thread that calls it,
 * behind everything else; if its handler fails it is tried as often as a memory bus does, and then set aside, which
 * the log tells. With a bus that has threads, nobody should publish during that flush.
 */

/**
 * eh_mock_bus_new:
 * @inner: (nullable): the bus inside; %NULL for a new memory bus without threads, which delivers when it is flushed
 * @plan: (nullable): what goes wrong; %NULL for nothing
 * @log: (nullable): where calls are noted; %NULL for a new log. A mock store may share it
 *
 * Makes a mock. Any thread may call it, if any may call the bus inside.
 *
 * Returns: (transfer full): the mock
 */
EH_PUBLIC EhEventBus *eh_mock_bus_new (EhEventBus *inner, EhFaultPlan *plan, EhCallLog *log);

/**
 * eh_mock_bus_get_inner:
 *
 * Gives the bus inside, such as for eh_memory_bus_step().
 *
 * Returns: (transfer none): the bus
 */
EH_PUBLIC EhEventBus *eh_mock_bus_get_inner (EhMockBus *self);

/**
 * eh_mock_bus_get_plan:
 *
 * Gives the plan, to which rules may be added at any time.
 *
 * Returns: (transfer none): the plan
 */
EH_PUBLIC EhFaultPlan *eh_mock_bus_get_plan (EhMockBus *self);

/**
 * eh_mock_bus_get_log:
 *
 * Gives the log.
 *
 * Returns: (transfer none): the log
 */
EH_PUBLIC EhCallLog *eh_mock_bus_get_log (EhMockBus *self);

/**
 * eh_mock_bus_reset:
 * @error: EH_ERROR_UNSUPPORTED the bus inside is none that can be reset; then nothing was done
 *
 * Drops everything that is queued, parked or held back in the bus inside, a memory bus; empties the log; begins the
 * plan again with the rules that it has. Subscriptions stay; a closed bus stays closed.
 *
 * Returns: %FALSE if it cannot be done
 */
EH_PUBLIC gboolean eh_mock_bus_reset (EhMockBus *self, GError **error);

G_END_DECLS
