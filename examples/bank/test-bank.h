/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <eventhus-testing.h>

#include "bank.h"

/* A scenario in C and what it is called. */
typedef struct {
  const char *name;
  const EhScenarioSpec *spec;
} BankScenario;

/* One table a scenario file, ended by an empty row. What a table in C cannot say is in the files only. */
extern const BankScenario account_scenarios[];
extern const BankScenario deposit_scenarios[];
extern const BankScenario withdrawal_scenarios[];
extern const BankScenario several_scenarios[];
