/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A handler of the domain that never returns cannot be stopped, as it runs in this process. So an alarm looks every
 * second whether the run is still the same, and the only way on is out.
 */

#include "watch.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

#define SECONDS_MAX 10

/* Signal handlers have nothing else to go by. */
static EhSimulationWatch *watched;

/* Only what a signal handler may call. */
static void
say (const char *text)
{
  if (write (STDERR_FILENO, text, strlen (text)) < 0)
    return;
}

static void
leave (const char *who, const char *what)
{
  say ("eventhus: ");
  say (who);
  say (what);
  _exit (STATUS_NO_PROGRESS);
}

static void
on_alarm (int number)
{
  char who[256];

  if (watched != NULL && eh_simulation_watch_tick (watched, SECONDS_MAX, who, sizeof who))
    leave (who, ": the handler does not return: it blocks or loops\n");
  alarm (1);
}

static void
on_fault (int number, siginfo_t *info, void *context)
{
  char who[256];

  if (watched != NULL && eh_simulation_watch_owns_guard (watched, info->si_addr, who, sizeof who))
    leave (who, ": the handler recursed through its stack\n");

  /* An ordinary crash: the instruction is tried again without this handler. */
  signal (number, SIG_DFL);
}

EhSimulationWatch *
watch_begin (void)
{
  struct sigaction action = { .sa_flags = SA_RESTART };

  watched = eh_simulation_watch_new ();
  sigemptyset (&action.sa_mask);
  action.sa_handler = on_alarm;
  sigaction (SIGALRM, &action, NULL);
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  action.sa_sigaction = on_fault;
  sigaction (SIGSEGV, &action, NULL);
  sigaction (SIGBUS, &action, NULL);
  alarm (1);
  return watched;
}

void
watch_end (void)
{
  alarm (0);
  signal (SIGALRM, SIG_IGN);
  signal (SIGSEGV, SIG_DFL);
  signal (SIGBUS, SIG_DFL);
  g_clear_pointer (&watched, eh_simulation_watch_free);
}
