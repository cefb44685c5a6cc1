/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The seats as a program: four bookings at once, two of which want the same seats and two the same name; one is paid.
 * Over a store in a file those that are not paid are dropped by a later run.
 */

#include <stdio.h>
#include <stdlib.h>

#include "seats.h"

static gboolean
ask (EhClient *client, const char *booking, const char *name, const char *const *seats, GError **error)
{
  AskForSeats wish = { name, (char **) seats, g_strv_length ((char **) seats) };
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, booking, &ask_for_seats, &wish, error);

  return outcome != NULL;
}

static gboolean
ask_all (EhClient *client, GError **error)
{
  return ask (client, "b1", "alice", (const char *[]){ "A1", "A2", NULL }, error)
         && ask (client, "b2", "bob", (const char *[]){ "A3", "A2", NULL }, error)
         && ask (client, "b3", "alice", (const char *[]){ "A4", NULL }, error)
         && ask (client, "b4", "carol", (const char *[]){ "A3", NULL }, error);
}

static gboolean
pay (EhClient *client, const char *booking, GError **error)
{
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, booking, &pay_booking, NULL, error);

  return outcome != NULL;
}

static gboolean
print_seat (const char *seat, gconstpointer row, gpointer user_data)
{
  const PlanRow *plan = row;

  printf ("%s: %s\n", seat, plan->booking != NULL ? plan->booking : "free");
  return TRUE;
}

static gboolean
run (const char *store_uri, GError **error)
{
  g_autoptr (EhDomain) domain = seats_domain_new ();
  g_autoptr (EhClient) client = eh_client_new (domain, store_uri, NULL, 0, error);

  if (client == NULL)
    return FALSE;
  if (!eh_client_start (client, error) || !ask_all (client, error) || !eh_client_settle (client, NULL, error)
      || !pay (client, "b1", error) || !eh_client_settle (client, NULL, error))
    return FALSE;
  eh_projection_foreach (eh_client_get_projection (client, "Plan"), print_seat, NULL);
  return eh_client_close_within (client, 10 * G_USEC_PER_SEC, NULL, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc > 2)
    {
      fprintf (stderr, "usage: seats [STORE-URI]\n");
      return 2;
    }
  if (run (argc == 2 ? argv[1] : "memory:", &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "seats: %s\n", error->message);
  return EXIT_FAILURE;
}
