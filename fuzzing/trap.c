/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <stdlib.h>

/* libFuzzer keeps the input that makes a program abort; g_error() ends in a trap, which it does not know. */

static void
on_trap (int number)
{
  abort ();
}

__attribute__ ((constructor)) static void
catch_traps (void)
{
  signal (SIGTRAP, on_trap);
}
