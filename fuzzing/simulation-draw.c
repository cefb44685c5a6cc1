/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "simulation-draw.h"

#include "scenarios/eh-simulation-result-private.h"
#include "tests/scenarios/known-views.h"
#include "tests/scenarios/order-domain.h"
#include "transfers.h"

/* In texts ' stands for ". */

guint
draw_below (Draw *self, guint n)
{
  if (self->size == 0)
    return 0;
  self->size--;
  return *self->data++ % n;
}

gboolean
draw_one_in (Draw *self, guint n)
{
  return draw_below (self, n) == n - 1;
}

static const char *
draw_word (Draw *self, const char *const *words)
{
  return words[draw_below (self, g_strv_length ((char **) words))];
}

/* ---- where it is played ---- */

#define ACCOUNT                                                                                                        \
  "{ 'in': 'Account-a1', 'AccountCreated': { 'owner': 'm' } },"                                                        \
  " { 'in': 'Account-a1', 'DepositPerformed': { 'amount': 100 } }"
#define DEPOSIT(account) "'in': 'Account-" account "', 'PerformDeposit': { 'amount': 5 }"
#define WITHDRAWAL(amount) "'in': 'Account-a1', 'PerformWithdrawal': { 'amount': " amount " }"
#define TRANSFER(order, to)                                                                                            \
  "'in': 'TransferOrder-" order "', 'OrderTransfer': { 'from': 'a1', 'to': '" to "', 'amount': 60 }"

static const char *const bank_commands[] = {
  WITHDRAWAL ("60"),
  DEPOSIT ("a1"),
  WITHDRAWAL ("30"),
  "'in': 'Account-a1', 'ChangeOwner': { 'owner': 'n' }",
  DEPOSIT ("a2"),
  "'in': 'Account-a2', 'CreateAccount': { 'owner': 'n' }",
  NULL,
};
static const char *const transfer_commands[] = {
  TRANSFER ("t1", "a2"), TRANSFER ("t2", "a3"), WITHDRAWAL ("60"), DEPOSIT ("a1"), NULL,
};
static const char *const order_commands[] = {
  "'in': 'Order-o1', 'PlaceOrder': { 'item': 'bolts', 'price': 3 }",
  "'in': 'Order-o2', 'PlaceOrder': { 'item': 'bolts', 'price': 3 }",
  "'in': 'Order-o1', 'PayOrder': { 'amount': 3 }",
  "'in': 'Order-o1', 'CancelOrder': { 'why': 'changed my mind' }",
  "'in': 'Shelf-bolts', 'FillShelf': { 'n': 1 }",
  NULL,
};
static const char *const accounts[] = { "Account-a1", "Account-a2", NULL };
static const char *const transfer_streams[] = { "Account-a1", "TransferOrder-t1", "Account-a2", NULL };
static const char *const order_streams[] = { "Order-o1", "Shelf-bolts", NULL };
static const char *const transfer_consumers[] = { "Transfer", "Balances", "Movements", NULL };
static const char *const order_consumers[] = { "Fulfilment", "OpenOrders", "Stocks", NULL };
static const char *const paid_consumers[] = { "Paid", NULL };

/* What none of the domain's consumers does: it subscribes to the bus, or counts what it has counted. */
static const EhNodeSpec nodes[] = {
  { "teller", known_subscriber_start, known_view_stop, NULL, &known_paid, known_view_show },
  { "teller", known_listener_start, known_view_stop, NULL, &known_paid, known_view_show },
  { "teller", known_counter_start, known_view_stop, NULL, &known_paid, known_view_show, (gpointer) "" },
  { "teller", known_joiner_start, known_view_stop, known_joiner_step, &known_paid, known_view_show },
};

#define PAID(node)                                                                                                     \
  {                                                                                                                    \
    known_paid_domain_new, ACCOUNT, bank_commands, accounts, paid_consumers, node                                      \
  }

static const Stage stages[] = {
  { bank_domain_new, ACCOUNT, bank_commands, accounts, NULL, NULL },
  { bank_with_transfers_new, ACCOUNT ", { 'in': 'Account-a2', 'AccountCreated': { 'owner': 'n' } }", transfer_commands,
    transfer_streams, transfer_consumers, NULL },
  { order_domain_new, "{ 'in': 'Shelf-bolts', 'ShelfFilled': { 'n': 1 } }", order_commands, order_streams,
    order_consumers, NULL },
  PAID (NULL),
  PAID (&nodes[0]),
  PAID (&nodes[1]),
  PAID (&nodes[2]),
  PAID (&nodes[3]),
};

const Stage *
draw_stage (Draw *self)
{
  return &stages[draw_below (self, G_N_ELEMENTS (stages))];
}

/* ---- what is played ---- */

static void
draw_step (Draw *self, const Stage *stage, GString *text)
{
  static const char *const waits[] = { "PT5S", "PT20M", "1ms", NULL };

  switch (draw_below (self, 8))
    {
    case 6:
      g_string_append_printf (text, "{ 'read': '%s' }", draw_word (self, stage->streams));
      break;
    case 7:
      g_string_append_printf (text, "{ 'wait': '%s' }", draw_word (self, waits));
      break;
    default:
      g_string_append_printf (text, "{ %s", draw_word (self, stage->commands));
      if (draw_one_in (self, 8))
        g_string_append_printf (text, ", 'version': %u", draw_below (self, 4));
      g_string_append (text, " }");
    }
}

static const char *const client_names[] = { "x", "y", "z" };

static void
draw_clients (Draw *self, const Stage *stage, GString *text)
{
  self->n_clients = draw_below (self, 3) + 1;
  g_string_append (text, ", 'clients': {");
  for (guint i = 0; i < self->n_clients; i++)
    {
      guint n_steps = draw_below (self, 3) + 1;

      g_string_append_printf (text, "%s'%s': [ ", i > 0 ? ", " : " ", client_names[i]);
      for (guint k = 0; k < n_steps; k++)
        {
          g_string_append (text, k > 0 ? ", " : "");
          draw_step (self, stage, text);
        }
      g_string_append (text, " ]");
    }
  g_string_append (text, " }");
}

static void
draw_generate (Draw *self, GString *text)
{
  if (!draw_one_in (self, 6))
    return;
  g_string_append_printf (text, ", 'generate': { 'clients': %u,", draw_below (self, 3) + 1);
  g_string_append_printf (text, " 'commands': %u,", draw_below (self, 3) + 1);
  g_string_append_printf (text, " 'streams': %u }", draw_below (self, 2) + 1);
}

/* One of @words, none of which may be there. */
static void
draw_option (Draw *self, const char *name, const char *const *words, GString *text)
{
  guint i = draw_below (self, g_strv_length ((char **) words) + 1);

  if (i > 0)
    g_string_append_printf (text, ", '%s': %s", name, words[i - 1]);
}

static void
draw_options (Draw *self, const Stage *stage, GString *text)
{
  static const char *const expect[] = { "'exact'", "'any'", NULL };
  static const char *const publish[] = { "'relay'", "'after-save'", NULL };
  static const char *const bus[] = { "'ordered'", "'unordered'", NULL };
  static const char *const retry[] = { "1", "2", "100", NULL };
  static const char *const snapshots[] = { "1", "2", "1000000", NULL };
  guint n_consumers = stage->consumers != NULL ? draw_below (self, 4) : 0;

  g_string_append (text, ", 'options': { 'consumers': [");
  for (guint i = 0; i < n_consumers; i++)
    g_string_append_printf (text, "%s'%s'", i > 0 ? ", " : " ", draw_word (self, stage->consumers));
  g_string_append (text, " ]");
  draw_option (self, "expect", expect, text);
  draw_option (self, "publish", publish, text);
  draw_option (self, "bus", bus, text);
  draw_option (self, "retry", retry, text);
  draw_option (self, "snapshots", snapshots, text);
  g_string_append (text, " }");
}

static const char *
draw_fault (Draw *self)
{
  return eh_fault_kind_get_nick (draw_below (self, EH_FAULT_N_KINDS - 1) + 1);
}

/* Some neighbours, each as often; or all. */
static void
draw_faults (Draw *self, GString *text)
{
  guint n = draw_below (self, 6);
  guint from = draw_below (self, EH_FAULT_N_KINDS - 1) + 1;
  guint most = draw_below (self, 2) + 1;

  if (n == 0)
    return;
  g_string_append_printf (text, ", 'faults': { 'total': %u", draw_below (self, 3) + 1);
  if (n == 5)
    g_string_append_printf (text, ", 'all': %u", most);
  for (guint i = from; n < 5 && i < MIN (from + n, EH_FAULT_N_KINDS); i++)
    g_string_append_printf (text, ", '%s': %u", eh_fault_kind_get_nick (i), most);
  g_string_append (text, " }");
}

static const char *
draw_check (Draw *self)
{
  return eh_sim_check_get_nick (1u << draw_below (self, 6));
}

static void
draw_checks (Draw *self, GString *text)
{
  if (draw_one_in (self, 4))
    {
      g_string_append_printf (text, ", 'check': [ '%s'", draw_check (self));
      while (draw_one_in (self, 2))
        g_string_append_printf (text, ", '%s'", draw_check (self));
      g_string_append (text, " ]");
    }
  if (draw_one_in (self, 6))
    g_string_append_printf (text, ", 'expect-violation': '%s'", draw_check (self));
}

static void
draw_explore (Draw *self, GString *text)
{
  g_string_append_printf (text, ", 'explore': { 'strategy': '%s',",
                          eh_strategy_get_nick (draw_below (self, EH_STRATEGY_N)));
  g_string_append_printf (text, " 'runs': %u, 'seed': %u", draw_below (self, 40) + 1, draw_below (self, 100));
  if (draw_one_in (self, 4))
    g_string_append_printf (text, ", 'depth': %u", draw_below (self, 20));
  if (draw_one_in (self, 16))
    g_string_append_printf (text, ", 'time': '%ums'", draw_below (self, 5) + 1);
  g_string_append (text, " }");
}

/* Its end is left open. */
static void
draw_line (Draw *self, const Stage *stage, GString *text)
{
  const char *what = eh_op_kind_get_nick (draw_below (self, EH_OP_N_KINDS));
  const char *who = client_names[draw_below (self, self->n_clients)];

  if (draw_one_in (self, 6))
    who = "relay";
  else if (stage->consumers != NULL && draw_one_in (self, 3))
    who = draw_word (self, stage->consumers);
  g_string_append_printf (text, "'%s: %s %s", who, what, draw_word (self, stage->streams));
}

static void
draw_schedule (Draw *self, const Stage *stage, GString *text)
{
  guint n = draw_one_in (self, 6) ? draw_below (self, 5) + 1 : 0;

  for (guint i = 0; i < n; i++)
    {
      g_string_append (text, i > 0 ? ", " : ", 'schedule': [ ");
      draw_line (self, stage, text);
      g_string_append (text, i + 1 < n ? "'" : "' ]");
    }
  if (!draw_one_in (self, 8))
    return;
  g_string_append (text, ", 'fault-at': [ ");
  draw_line (self, stage, text);
  g_string_append_printf (text, " #%u:", draw_below (self, 3));
  g_string_append_printf (text, " %s%s' ]", draw_fault (self), draw_one_in (self, 2) ? " (applied)" : "");
}

char *
draw_simulation (Draw *self, const Stage *stage)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "{ 'simulations': [ { 'name': 'drawn', 'given': [ %s ]", stage->given);
  draw_clients (self, stage, text);
  draw_options (self, stage, text);
  draw_faults (self, text);
  draw_explore (self, text);
  draw_generate (self, text);
  draw_checks (self, text);
  draw_schedule (self, stage, text);
  g_string_append (text, " } ] }");
  return g_strdelimit (g_string_free (text, FALSE), "'", '"');
}
