/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/eh-domain.h"

/*
 * A domain whose handlers do what none may do: one looks at something outside of the world, one never returns, one
 * waits for ever, one recurses without end.
 */

typedef struct {
  gint64 total;
} Count;

typedef struct {
  gint64 n;
} Number;

static EH_DEFINE_SCHEMA (Count, count_schema, EH_FIELD_INT64 (total));

#define NUMBER(variable, name_)                                                                                        \
  static const EhField variable##_fields[] = { { .name = "n", .kind = EH_KIND_INT64, .offset = 0 } };                  \
  static const EhSchema variable = { EH_ABI_VERSION, 1, name_, sizeof (Number), 1, variable##_fields };

NUMBER (counted, "Counted")
NUMBER (add, "Add")
NUMBER (guess, "Guess")
NUMBER (spin, "Spin")
NUMBER (block, "Block")
NUMBER (recurse, "Recurse")

static volatile gint64 calls;

static gboolean
count_add (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const Number *number = eh_command_get_data (command);

  eh_decision_emit (decision, &counted, &(Number){ number->n });
  return TRUE;
}

static gboolean
count_guess (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  calls = calls + 1;
  eh_decision_emit (decision, &counted, &(Number){ calls });
  return TRUE;
}

static gboolean
count_spin (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  while (calls >= 0)
    ;
  return TRUE;
}

static gboolean
count_block (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  g_usleep (G_MAXULONG);
  return TRUE;
}

static gint64
go_deeper (volatile const char *above, gint64 depth)
{
  volatile char here[1024] = { above[0] };

  return depth < 0 ? 0 : go_deeper (here, depth + 1) + here[depth % 1024];
}

static gboolean
count_recurse (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  const char top = 0;

  eh_decision_emit (decision, &counted, &(Number){ go_deeper (&top, 0) });
  return TRUE;
}

static void
count_on_counted (gpointer state, const EhEvent *event)
{
  ((Count *) state)->total += ((const Number *) eh_event_get_data (event))->n;
}

static const EhCommandRule count_commands[] = {
  { &add, count_add },     { &guess, count_guess },     { &spin, count_spin },
  { &block, count_block }, { &recurse, count_recurse },
};
static const EhEventRule count_events[] = { { &counted, count_on_counted } };
static const EhAggregateType count_type = EH_AGGREGATE_TYPE ("Count", Count, count_schema, count_commands,
                                                             count_events);

EH_DOMAIN_PLUGIN;

EhDomain *
eh_domain_plugin (void)
{
  EhDomain *domain = eh_domain_new ("unruly");

  eh_domain_add_aggregate_type (domain, &count_type);
  return domain;
}
