/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the simulator is for: how soon each strategy finds each known fault, how small it then tells it, and whether
 * it alarms where nothing is wrong. Over so many seeds: the median of the runs up to the first failure, the median
 * of the time with shrinking, the biggest size, all false alarms. One measurement yields all figures of a fault and
 * a strategy, so that it is made again only when a figure is asked for that it has given already.
 */

#include "../tests/scenarios/known-faults.h"
#include "bench.h"

#define SEEDS 100
#define RUNS_MAX 20000
#define RUNS_OF_TWIN 100

typedef enum { STRATEGY_random, STRATEGY_urw, STRATEGY_pos, STRATEGY_pct, STRATEGY_portfolio, N_STRATEGIES } Strategy;

static const char *const strategies[N_STRATEGIES] = { "random", "urw", "pos", "pct", "portfolio" };

typedef enum { FIGURE_runs, FIGURE_ms, FIGURE_size, FIGURE_alarms, N_FIGURES } FigureKind;

typedef struct {
  double values[N_FIGURES];
  guint left; /* bits: figures that have not been asked for yet */
} Measured;

#define N_FAULTS 7
static Measured measured[N_FAULTS][N_STRATEGIES];

static guint
find_fault (const char *id)
{
  guint i = 0;

  while (known_faults[i].id != NULL && !g_str_equal (known_faults[i].id, id))
    i++;
  bench_check (i < N_FAULTS && known_faults[i].id != NULL, NULL);
  return i;
}

/* How much there is to read in a failing run. */
static guint
get_size (const KnownSize *size)
{
  return size->commands + size->switches + size->faults;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
find_median (double *values)
{
  qsort (values, SEEDS, sizeof *values, compare);
  return values[SEEDS / 2];
}

static void
measure_finding (const KnownFault *fault, const char *strategy, double *figures)
{
  g_auto (KnownSimulation) simulation = { NULL };
  double runs[SEEDS], ms[SEEDS];
  guint biggest = 0;

  known_simulation_init (&simulation, fault, FALSE);
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      double start = bench_now ();
      g_autoptr (EhSimulationResult) result = known_simulation_explore (&simulation, strategy, seed, RUNS_MAX);
      KnownSize size;

      ms[seed] = (bench_now () - start) * 1000;
      bench_check (g_strcmp0 (eh_simulation_result_get_check (result), fault->check) == 0, NULL);
      runs[seed] = (double) eh_simulation_result_get_n_runs (result);
      size = known_size_of_result (result);
      biggest = MAX (biggest, get_size (&size));
    }
  figures[FIGURE_runs] = find_median (runs);
  figures[FIGURE_ms] = find_median (ms);
  figures[FIGURE_size] = biggest;
}

static gboolean
is_quiet (const EhSimulationResult *result)
{
  EhSimulationStatus status = eh_simulation_result_get_status (result);

  return status == EH_SIMULATION_PROVEN || status == EH_SIMULATION_SAMPLED;
}

static double
count_alarms (const KnownFault *fault, const char *strategy)
{
  g_auto (KnownSimulation) simulation = { NULL };
  guint n = 0;

  known_simulation_init (&simulation, fault, TRUE);
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autoptr (EhSimulationResult) result = known_simulation_explore (&simulation, strategy, seed, RUNS_OF_TWIN);

      n += is_quiet (result) ? 0 : 1;
    }
  return n;
}

static double
get_figure (const char *id, Strategy strategy, FigureKind figure)
{
  guint i = find_fault (id);
  Measured *self = &measured[i][strategy];

  if ((self->left & (1u << figure)) == 0)
    {
      measure_finding (&known_faults[i], strategies[strategy], self->values);
      self->values[FIGURE_alarms] = count_alarms (&known_faults[i], strategies[strategy]);
      self->left = (1u << N_FIGURES) - 1;
    }
  self->left &= ~(1u << figure);
  return self->values[figure];
}

static double
get_least (const char *id)
{
  return get_size (&known_faults[find_fault (id)].least);
}

/* ---- the table ---- */

#define EACH_STRATEGY(X, id) X (id, random) X (id, urw) X (id, pos) X (id, pct) X (id, portfolio)

/* What cannot be repeated cannot be shrunk. */
#define EACH_SHRUNK(X) X (B01) X (B02) X (B10) X (B11) X (B13) X (B16)
#define EACH(X) EACH_SHRUNK (X) X (B26)

#define DEFINE(id, strategy, figure)                                                                                   \
  static double id##_##strategy##_##figure (void)                                                                      \
  {                                                                                                                    \
    return get_figure (#id, STRATEGY_##strategy, FIGURE_##figure);                                                     \
  }
#define DEFINE_FIGURES(id, strategy) DEFINE (id, strategy, runs) DEFINE (id, strategy, ms) DEFINE (id, strategy, alarms)
#define DEFINE_SIZE(id, strategy) DEFINE (id, strategy, size)
#define DEFINE_FAULT(id) EACH_STRATEGY (DEFINE_FIGURES, id)
#define DEFINE_SHRUNK(id)                                                                                              \
  static double id##_least (void)                                                                                      \
  {                                                                                                                    \
    return get_least (#id);                                                                                            \
  }                                                                                                                    \
  EACH_STRATEGY (DEFINE_SIZE, id)

EACH (DEFINE_FAULT)
EACH_SHRUNK (DEFINE_SHRUNK)

#define NAME(id, strategy, figure) "faults/" #id "/" #strategy "/" #figure
#define FIGURES(id, strategy)                                                                                          \
  { NAME (id, strategy, runs), "runs", NULL, id##_##strategy##_runs },                                                 \
      { NAME (id, strategy, ms), "ms", NULL, id##_##strategy##_ms },                                                   \
      { NAME (id, strategy, alarms), "alarms", NULL, id##_##strategy##_alarms },
#define SIZE(id, strategy) { NAME (id, strategy, size), "parts", "faults/" #id "/least", id##_##strategy##_size },
#define FAULT(id) EACH_STRATEGY (FIGURES, id)
#define SHRUNK(id) { "faults/" #id "/least", "parts", NULL, id##_least }, EACH_STRATEGY (SIZE, id)

const BenchCase bench_faults[] = { EACH (FAULT) EACH_SHRUNK (SHRUNK){ NULL } };
