/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* eventhus conformance: holds a store or a bus to the suite, and says what it holds and what not. */

#include "command.h"
#include "conformance-report.h"

#include <signal.h>
#include <unistd.h>

typedef struct {
  char *format; /* (owned) (nullable) */
  char *filter; /* (owned) (nullable) */
  char *seed;   /* (owned) (nullable) */
  char **uris;  /* (owned) (nullable) */
  gboolean bus;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->format);
  g_free (self->filter);
  g_free (self->seed);
  g_strfreev (self->uris);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static const char description[] =
    "URI is a store's: memory:, or file:FOLDER with a folder that is empty or not there; with --bus, an event bus's.\n"
    "\n"
    "Exit status: 0 all holds, 1 something does not, 2 wrong usage, or it cannot be opened.\n"
    "See eventhus-conformance(1) for the formats, and docs/conformance.md for what is demanded.\n";

static gboolean
parse (Options *options, int argc, char **argv, Status *status)
{
  const GOptionEntry entries[] = {
    { "bus", 'b', 0, G_OPTION_ARG_NONE, &options->bus, "URI is that of an event bus", NULL },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format, "pretty, tap, junit or json", "FORMAT" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &options->filter, "Only cases whose name matches (* and ?)", "GLOB" },
    { "seed", 's', 0, G_OPTION_ARG_STRING, &options->seed, "Repeat the random cases of another run", "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->uris, NULL, NULL },
    { NULL },
  };

  if (!command_parse ("conformance", "URI", description, entries, &argc, &argv, status))
    return FALSE;
  if (options->uris != NULL && g_strv_length (options->uris) == 1)
    return TRUE;
  command_complain ("conformance", "name one store, such as memory:, or with --bus one bus");
  *status = STATUS_USAGE;
  return FALSE;
}

/* FALSE if it is no number, which is told. */
static gboolean
get_seed (const Options *options, guint64 *seed)
{
  g_autoptr (GError) error = NULL;

  *seed = (guint64) g_get_real_time ();
  if (options->seed == NULL || g_ascii_string_to_unsigned (options->seed, 10, 0, G_MAXUINT64, seed, &error))
    return TRUE;
  command_complain ("conformance", "--seed takes a number");
  return FALSE;
}

/* ---- interrupted ---- */

/* What would end the program, but for what it leaves. */
static const int ending[] = { SIGHUP, SIGINT, SIGTERM };

typedef struct {
  sigset_t signals;
  GCancellable *cancellable; /* (owned) */
  int taken;                 /* (atomic): the signal that has come, or 0 */
} Interrupt;

/* As if it had not been waited for: who has started the program learns it. */
G_NORETURN static void
end_by_signal (const Interrupt *self)
{
  pthread_sigmask (SIG_UNBLOCK, &self->signals, NULL);
  raise (g_atomic_int_get (&self->taken));
  _exit (STATUS_FAILED);
}

/* The second one ends the program at once. */
static gpointer
wait_for_signals (gpointer data)
{
  Interrupt *self = data;
  int number = 0;

  if (sigwait (&self->signals, &number) != 0)
    return NULL;
  g_atomic_int_set (&self->taken, number);
  g_cancellable_cancel (self->cancellable);
  if (sigwait (&self->signals, &number) == 0)
    end_by_signal (self);
  return NULL;
}

/* It is needed for as long as the program runs, as is its thread. */
static Interrupt *
watch_signals (void)
{
  static Interrupt self;

  sigemptyset (&self.signals);
  for (guint i = 0; i < G_N_ELEMENTS (ending); i++)
    sigaddset (&self.signals, ending[i]);
  self.cancellable = g_cancellable_new ();
  pthread_sigmask (SIG_BLOCK, &self.signals, NULL);
  g_thread_unref (g_thread_new ("signals", wait_for_signals, &self));
  return &self;
}

static EhConformanceResult *
run_stores (const Options *options, guint64 seed, GError **error)
{
  Interrupt *interrupt = watch_signals ();
  EhConformanceResult *result = eh_store_conformance_run_uri (options->uris[0], options->filter, seed,
                                                              interrupt->cancellable, error);

  if (g_atomic_int_get (&interrupt->taken) != 0)
    end_by_signal (interrupt);
  pthread_sigmask (SIG_UNBLOCK, &interrupt->signals, NULL);
  return result;
}

static EhConformanceResult *
run (const Options *options, guint64 seed)
{
  g_autoptr (GError) error = NULL;
  EhConformanceResult *result = NULL;

  if (options->bus)
    result = eh_bus_conformance_run_uri (options->uris[0], options->filter, seed, &error);
  else
    result = run_stores (options, seed, &error);
  if (result == NULL)
    command_complain ("conformance", error->message);
  return result;
}

Status
command_conformance (int argc, char **argv)
{
  g_auto (Options) options = { NULL };
  g_autoptr (EhConformanceResult) result = NULL;
  ConformanceReport report;
  guint64 seed = 0;
  Status status;

  if (!parse (&options, argc, argv, &status))
    return status;
  report = conformance_report_choose (options.format);
  if (report == NULL)
    {
      command_complain ("conformance", "--format takes pretty, tap, junit or json");
      return STATUS_USAGE;
    }
  if (!get_seed (&options, &seed))
    return STATUS_USAGE;

  result = run (&options, seed);
  if (result == NULL)
    return STATUS_USAGE;
  if (eh_conformance_result_get_n_cases (result) == 0)
    {
      if (eh_conformance_result_get_n_left_out (result) > 0)
        command_complain ("conformance", "what matches --filter needs a factory of one's own: see docs/conformance.md");
      else
        command_complain ("conformance", "no case's whole name matches --filter; * stands for any text");
      return STATUS_USAGE;
    }
  report (result);
  return eh_conformance_result_get_n_failed (result) > 0 ? STATUS_FAILED : STATUS_OK;
}
