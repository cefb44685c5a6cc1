/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "scenarios/eh-simulation-result-private.h"
#include "tally-domain.h"

#define HOSTILE "</script><script>alert(1)</script><b>&amp;\\u2028@DATA@"

static EhSimulationResult *
explore (EhDomain *domain)
{
  static const char text[] = "{ \"simulations\": [ { \"name\": \"" HOSTILE "\", \"in\": \"Tally-<i>\","
                             " \"given\": [ { \"TallyStarted\": { \"name\": \"</script>\" } } ],"
                             " \"options\": { \"expect\": \"any\" },"
                             " \"clients\": { \"<alice>\": [ { \"CountUp\": { \"amounts\": [ 600 ] } } ],"
                             "                \"bob & co\": [ { \"CountUp\": { \"amounts\": [ 600 ] } } ] } } ] }";
  g_autoptr (GError) error = NULL;
  g_autoptr (EhScenarioFile) file = eh_scenario_file_parse ("test.json", text, -1, domain, &error);
  EhSimulationResult *result;

  g_assert_no_error (error);
  result = eh_simulation_explore (domain, eh_scenario_file_get_simulation (file, 0), NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return result;
}

static char *
make_page (void)
{
  g_autoptr (EhDomain) domain = tally_domain_new ();
  g_autoptr (EhSimulationResult) result = explore (domain);
  const EhSimulationResult *results[] = { result, result };

  return eh_simulation_results_to_html (results, G_N_ELEMENTS (results));
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *p = text; (p = strstr (p, part)) != NULL; p++)
    n++;
  return n;
}

static void
test_self_contained (void)
{
  static const char *const outside[] = { "http:", "https:", "src=", "<link", "@import", "url(" };
  g_autofree char *page = make_page ();

  g_test_summary ("The page refers to nothing outside of itself, and its parts are all in it");
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    g_assert_cmpstr (strstr (page, outside[i]), ==, NULL);
  g_assert_true (g_str_has_prefix (page, "<!doctype html>"));
  g_assert_nonnull (strstr (page, "prefers-color-scheme: dark"));
  g_assert_nonnull (strstr (page, "addEventListener"));
  g_assert_cmpstr (strstr (page, "@STYLE@"), ==, NULL);
  g_assert_cmpstr (strstr (page, "@SCRIPT@"), ==, NULL);
}

static void
test_escaped (void)
{
  g_autofree char *page = make_page ();

  g_test_summary ("Hostile names end no element and begin none");
  g_assert_cmpuint (count (page, "<script"), ==, 2);
  g_assert_cmpuint (count (page, "</script>"), ==, 2);
  g_assert_cmpstr (strstr (page, "<alice>"), ==, NULL);
  g_assert_cmpstr (strstr (page, "Tally-<i>"), ==, NULL);
  g_assert_cmpstr (strstr (page, "<b>"), ==, NULL);
}

static void
test_data (void)
{
  g_autofree char *page = make_page ();
  const char *begin = strstr (page, "type=\"application/json\">");
  const char *end;
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  g_test_summary ("The data of the page is JSON and says what the result says");
  g_assert_nonnull (begin);
  begin += strlen ("type=\"application/json\">");
  end = strstr (begin, "</script>");
  json = g_strndup (begin, (gsize) (end - begin));
  root = json_from_string (json, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (json_array_get_length (json_node_get_array (root)), ==, 2);
  object = json_array_get_object_element (json_node_get_array (root), 0);
  g_assert_cmpstr (json_object_get_string_member (object, "name"), ==,
                   "</script><script>alert(1)</script><b>&amp;\342\200\250@DATA@");
  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "violation");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "rows")), ==, 4);
  g_assert_cmpstr (json_array_get_string_element (json_object_get_array_member (object, "clients"), 0), ==, "<alice>");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report-html/self-contained", test_self_contained);
  g_test_add_func ("/report-html/escaped", test_escaped);
  g_test_add_func ("/report-html/data", test_data);
  return g_test_run ();
}
