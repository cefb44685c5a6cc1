/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What the simulator is for: how soon each strategy finds each known fault, how small it then tells it, and whether
 * it alarms where nothing is wrong. Over so many seeds: the median of the runs up to the first failure, the median
 * of the time with shrinking, the biggest size, all false alarms. One measurement yields all figures of a fault and
 * a strategy, so that it is made again only when a figure is asked for that it has given already.
 */

#include "../tests/scenarios/known-fault-nodes.h"
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

/* Room for all of them. */
#define N_FAULTS 16
static Measured measured[N_FAULTS][N_STRATEGIES];

/* What a figure is of. */
typedef struct {
  const char *id;
  Strategy strategy;
  FigureKind figure;
} Query;

/* Those of clients and those of who follows them are numbered on. */
static const KnownFault *
find_fault (const char *id, guint *number)
{
  const KnownFault *const lists[] = { known_faults, known_consumer_faults };

  *number = 0;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const KnownFault *fault = lists[i]; fault->id != NULL; fault++, (*number)++)
      if (g_str_equal (fault->id, id))
        return fault;
  bench_check (FALSE, NULL);
  return NULL;
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
get_figure (gconstpointer data)
{
  const Query *query = data;
  guint number;
  const KnownFault *fault = find_fault (query->id, &number);
  Measured *self = &measured[number][query->strategy];

  bench_check (number < N_FAULTS, NULL);
  if ((self->left & (1u << query->figure)) == 0)
    {
      measure_finding (fault, strategies[query->strategy], self->values);
      self->values[FIGURE_alarms] = count_alarms (fault, strategies[query->strategy]);
      self->left = (1u << N_FIGURES) - 1;
    }
  self->left &= ~(1u << query->figure);
  return self->values[query->figure];
}

static double
get_least (gconstpointer data)
{
  guint number;

  return get_size (&find_fault (data, &number)->least);
}

/* ---- the table ---- */

#define EACH_STRATEGY(X, id) X (id, random) X (id, urw) X (id, pos) X (id, pct) X (id, portfolio)

#define FIGURE(id, strategy, figure, unit, peer)                                                                       \
  { "faults/" id "/" #strategy "/" #figure,                                                                            \
    unit,                                                                                                              \
    peer,                                                                                                              \
    NULL,                                                                                                              \
    get_figure,                                                                                                        \
    &(const Query){ id, STRATEGY_##strategy, FIGURE_##figure } },
#define FIGURES(id, strategy)                                                                                          \
  FIGURE (id, strategy, runs, "runs", NULL)                                                                            \
  FIGURE (id, strategy, ms, "ms", NULL)                                                                                \
  FIGURE (id, strategy, alarms, "alarms", NULL)
#define SIZE(id, strategy) FIGURE (id, strategy, size, "parts", "faults/" id "/least")

/* What cannot be repeated cannot be shrunk. */
#define FAULT(id) EACH_STRATEGY (FIGURES, id)
#define SHRUNK(id) FAULT (id){ "faults/" id "/least", "parts", NULL, NULL, get_least, id }, EACH_STRATEGY (SIZE, id)

const BenchCase bench_faults[] = {
  SHRUNK ("B01") SHRUNK ("B02") SHRUNK ("B05") SHRUNK ("B06") SHRUNK ("B08") SHRUNK ("B10") SHRUNK ("B11")
      SHRUNK ("B11-relay") SHRUNK ("B13") SHRUNK ("B16") SHRUNK ("B19") SHRUNK ("B28") SHRUNK ("early-save")
          FAULT ("B26"){ NULL },
};
