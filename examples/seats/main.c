/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The seats as a program: four bookings at once, two of which want the same seats and two the same name; one is paid.
 * Over a store in a file the program can be run again: then what is paid is taken, and so is what is still held for a
 * quarter of an hour; after that it is given back.
 */

#include <stdio.h>
#include <stdlib.h>

#include "seats.h"

/* Returns: (transfer full): the booking's id, which no earlier run has used */
static char *
ask (EhClient *client, const char *name, const char *const *seats, GError **error)
{
  g_autoptr (EhIdSource) ids = eh_system_id_source_new (NULL);
  AskForSeats wish = { name, (char **) seats, g_strv_length ((char **) seats) };
  g_autoptr (EhOutcome) outcome = NULL;
  g_autofree char *booking = NULL;
  EhId fresh;

  eh_id_source_next (ids, &fresh);
  booking = eh_id_to_string (&fresh);
  outcome = eh_client_dispatch (client, booking, &ask_for_seats, &wish, error);
  return outcome != NULL ? g_steal_pointer (&booking) : NULL;
}

/* Returns: (transfer full): the first one */
static char *
ask_all (EhClient *client, GError **error)
{
  static const struct {
    const char *name;
    const char *seats[3];
  } others[] = { { "bob", { "A3", "A2" } }, { "alice", { "A4" } }, { "carol", { "A3" } } };
  g_autofree char *first = ask (client, "alice", (const char *[]){ "A1", "A2", NULL }, error);

  for (gsize i = 0; i < G_N_ELEMENTS (others) && first != NULL; i++)
    {
      g_autofree char *booking = ask (client, others[i].name, others[i].seats, error);

      if (booking == NULL)
        return NULL;
    }
  return g_steal_pointer (&first);
}

/* A refusal is an answer: the seats may have been taken by an earlier run. */
static gboolean
pay (EhClient *client, const char *booking, GError **error)
{
  g_autoptr (GError) refused = NULL;
  g_autoptr (EhOutcome) outcome = eh_client_dispatch (client, booking, &pay_booking, NULL, &refused);

  if (outcome != NULL)
    return TRUE;
  if (refused->domain == SEATS_ERROR)
    {
      printf ("not paid: %s\n", refused->message);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}

static gboolean
print_seat (const char *seat, gconstpointer row, gpointer user_data)
{
  const PlanRow *plan = row;

  printf ("%s: %s\n", seat, plan->booking != NULL ? "taken" : "free");
  return TRUE;
}

static gboolean
run (const char *store_uri, GError **error)
{
  g_autoptr (EhDomain) domain = seats_domain_new ();
  g_autoptr (EhClient) client = eh_client_new (domain, store_uri, NULL, 0, error);
  g_autofree char *booking = NULL;

  if (client == NULL || !eh_client_start (client, error))
    return FALSE;
  booking = ask_all (client, error);
  if (booking == NULL || !eh_client_settle (client, NULL, error) || !pay (client, booking, error)
      || !eh_client_settle (client, NULL, error))
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
