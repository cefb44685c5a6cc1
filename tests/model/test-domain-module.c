/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "model/eh-domain.h"
#include "model/eh-error.h"

/* Links the shared library, as the modules do: there must be one copy of it in the process. */

static char *
find_module (const char *name)
{
  return g_strdup_printf ("%s/%s", g_getenv ("EH_TEST_MODULES"), name);
}

static void
check_refused (const char *name, EhError code, const char *hint)
{
  g_autofree char *path = find_module (name);
  g_autoptr (GError) error = NULL;

  g_assert_null (eh_domain_load (path, &error));
  g_assert_error (error, EH_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, hint));
}

static void
test_good (void)
{
  g_autofree char *path = find_module ("domain-good.so");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A domain module gives a sealed domain, each time it is loaded, which works after loading");

  for (guint n = 0; n < 2; n++)
    {
      g_autoptr (EhDomain) domain = eh_domain_load (path, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (eh_domain_get_name (domain), ==, "good");
      g_assert_cmpuint (eh_domain_get_n_aggregate_types (domain), ==, 1);
      g_assert_nonnull (eh_domain_find_aggregate_type (domain, "Door"));
      g_assert_nonnull (eh_domain_find_event (domain, "Opened"));
    }
}

static void
test_relative_path (void)
{
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (GError) error = NULL;
  g_autoptr (EhDomain) domain = NULL;

  g_test_summary ("A bare file name means the file in the current directory");

  g_assert_no_errno (g_chdir (g_getenv ("EH_TEST_MODULES")));
  domain = eh_domain_load ("domain-good.so", &error);
  g_assert_no_errno (g_chdir (before));
  g_assert_no_error (error);
  g_assert_nonnull (domain);
}

static void
test_missing (void)
{
  g_test_summary ("A missing file is not found, also where only a suffix is missing");

  check_refused ("nothing.so", EH_ERROR_NOT_FOUND, "no such file");
  check_refused ("domain-good", EH_ERROR_NOT_FOUND, "no such file");
}

static void
test_no_module (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const int fd = g_file_open_tmp ("eh-module-XXXXXX.so", &text, &error);

  g_test_summary ("A folder, an empty file and a text file are no modules");

  g_assert_no_error (error);
  g_close (fd, NULL);
  check_refused (".", EH_ERROR_INVALID, "not a file");
  for (guint n = 0; n < 2; n++)
    {
      g_assert_null (eh_domain_load (text, &error));
      g_assert_error (error, EH_ERROR, EH_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, text));
      g_assert_nonnull (strstr (error->message, "not a module that can be loaded"));
      g_clear_error (&error);
      g_assert_true (g_file_set_contents (text, "this is no module\n", -1, NULL));
    }
  g_assert_no_errno (g_unlink (text));
}

static void
test_no_domain (void)
{
  g_test_summary ("A module without the function, without a domain or with a symbol missing is refused");

  check_refused ("stranger.so", EH_ERROR_INVALID, "does not export eh_domain_plugin()");
  check_refused ("empty.so", EH_ERROR_INVALID, "returned no domain");
  check_refused ("unbound.so", EH_ERROR_INVALID, "eh_test_function_of_a_newer_library");
}

static void
test_not_sealed (void)
{
  g_test_summary ("A domain that does not seal is refused with its mistake");

  check_refused ("domain-invalid.so", EH_ERROR_INVALID, "domain two words: ");
}

static void
test_other_abi (void)
{
  g_test_summary ("A module built for another layout of the tables is refused before they are read");

  check_refused ("domain-other-abi.so", EH_ERROR_INVALID, "aggregate type 0");
  check_refused ("domain-other-abi.so", EH_ERROR_INVALID, "ABI 999, this one is 1");
  check_refused ("domain-other-abi.so", EH_ERROR_INVALID, "rebuild the module");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/domain-module/good", test_good);
  g_test_add_func ("/domain-module/relative-path", test_relative_path);
  g_test_add_func ("/domain-module/missing", test_missing);
  g_test_add_func ("/domain-module/no-module", test_no_module);
  g_test_add_func ("/domain-module/no-domain", test_no_domain);
  g_test_add_func ("/domain-module/not-sealed", test_not_sealed);
  g_test_add_func ("/domain-module/other-abi", test_other_abi);
  return g_test_run ();
}
