/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/* A way to print what a store or a bus holds and what not, to stdout. */
typedef void (*ConformanceReport) (const EhConformanceResult *result);

/*
 * (nullable) Pretty for a person, TAP under a harness, unless @name (nullable) says otherwise; NULL if there is no
 * such format.
 */
ConformanceReport conformance_report_choose (const char *name);
