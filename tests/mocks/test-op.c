/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mocks/eh-op-private.h"

static void
test_nicks (void)
{
  g_test_summary ("Every kind of operation and of fault has a name, and a fault's name leads back to it");
  for (guint i = 0; i < EH_OP_N_KINDS; i++)
    g_assert_nonnull (eh_op_kind_get_nick (i));
  for (guint i = EH_FAULT_NONE + 1; i < EH_FAULT_N_KINDS; i++)
    {
      EhFaultKind kind = EH_FAULT_NONE;

      g_assert_true (eh_fault_kind_from_nick (eh_fault_kind_get_nick (i), &kind));
      g_assert_cmpuint (kind, ==, i);
    }
}

static void
test_unknown_nick (void)
{
  EhFaultKind kind = EH_FAULT_CRASH;

  g_test_summary ("A name that no fault has is refused and changes nothing");
  g_assert_false (eh_fault_kind_from_nick ("append-eror", &kind));
  g_assert_false (eh_fault_kind_from_nick ("none", &kind));
  g_assert_false (eh_fault_kind_from_nick (NULL, &kind));
  g_assert_cmpuint (kind, ==, EH_FAULT_CRASH);
}

static void
test_dependence (void)
{
  EhOp read = { EH_OP_LOAD, 1, { { 2, FALSE } } }, other = { EH_OP_LOAD, 1, { { 3, FALSE } } };
  EhOp write = { EH_OP_APPEND, 2, { { 5, TRUE }, { 2, TRUE } } }, nothing = { EH_OP_START };

  g_test_summary ("Two operations depend on each other if one writes what both touch");
  g_assert_true (eh_op_is_dependent (&read, &write));
  g_assert_true (eh_op_is_dependent (&write, &read));
  g_assert_true (eh_op_is_dependent (&write, &write));
  g_assert_false (eh_op_is_dependent (&read, &read));
  g_assert_false (eh_op_is_dependent (&other, &write));
  g_assert_false (eh_op_is_dependent (&nothing, &write));
}

static char *
list_faults (EhOpKind kind, guint32 enabled)
{
  GString *text = g_string_new (NULL);
  EhFault faults[EH_FAULTS_MAX];
  guint n = eh_op_get_faults (kind, enabled, faults);

  g_assert_cmpuint (n, <=, EH_FAULTS_MAX);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", eh_fault_kind_get_nick (faults[i].kind),
                            faults[i].applied ? "+" : "");
  return g_string_free (text, FALSE);
}

static void
assert_faults (EhOpKind kind, guint32 enabled, const char *expected)
{
  g_autofree char *list = list_faults (kind, enabled);

  g_assert_cmpstr (list, ==, expected);
}

static void
test_faults (void)
{
  g_test_summary ("What can go wrong with an operation, in a fixed order, the ambiguous twice");
  assert_faults (EH_OP_START, G_MAXUINT32, "crash");
  assert_faults (EH_OP_LOAD, G_MAXUINT32, "load-error load-stale crash");
  assert_faults (EH_OP_APPEND, G_MAXUINT32, "append-error append-ambiguous append-ambiguous+ append-conflict crash");
  assert_faults (EH_OP_SNAPSHOT_LOAD, G_MAXUINT32, "snapshot-stale snapshot-lost crash");
  assert_faults (EH_OP_SNAPSHOT_SAVE, G_MAXUINT32, "crash");
  assert_faults (EH_OP_PUBLISH, G_MAXUINT32, "publish-error publish-ambiguous publish-ambiguous+ crash");
  assert_faults (EH_OP_HANDLE, G_MAXUINT32, "deliver-twice handler-error crash");
  assert_faults (EH_OP_CHECKPOINT_SAVE, G_MAXUINT32, "crash");
  assert_faults (EH_OP_DELIVER, G_MAXUINT32, "deliver-twice deliver-late deliver-reordered handler-error crash");
  assert_faults (EH_OP_SLEEP, G_MAXUINT32, "clock-jump crash");
  for (guint i = 0; i < EH_OP_N_KINDS; i++)
    assert_faults (i, 0, "");
}

static void
test_enabled_faults (void)
{
  g_test_summary ("Kinds that are not enabled are left out");
  assert_faults (EH_OP_APPEND, 1u << EH_FAULT_APPEND_CONFLICT | 1u << EH_FAULT_LOAD_ERROR, "append-conflict");
  assert_faults (EH_OP_LOAD, 1u << EH_FAULT_CRASH, "crash");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op/nicks", test_nicks);
  g_test_add_func ("/op/unknown-nick", test_unknown_nick);
  g_test_add_func ("/op/dependence", test_dependence);
  g_test_add_func ("/op/faults", test_faults);
  g_test_add_func ("/op/faults/enabled", test_enabled_faults);
  return g_test_run ();
}
