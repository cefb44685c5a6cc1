/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A booking takes its name, then its seats one after another. If one is refused, it is dropped; and when it is dropped,
 * for this reason or because it was not paid in time, all that it has is given back. Nobody waits for anybody while he
 * has something, for more than the time that seats are held: so there is no deadlock. What a dropped booking is still
 * given, because it was on its way, goes back at once; so such a process does not end.
 */

#include "seats.h"

#define PAYMENT "payment"

EH_DEFINE_SCHEMA (Booking, booking_schema, EH_FIELD_STRING (name), EH_FIELD_STRING_ARRAY (seats, n_seats),
                  EH_FIELD_BOOLEAN (has_name), EH_FIELD_INT64 (n_taken), EH_FIELD_BOOLEAN (is_over))

static void
booking_drop (EhReaction *reaction, const char *reason)
{
  eh_reaction_send (reaction, eh_reaction_get_key (reaction), &drop_booking, &(DropBooking){ reason });
}

static void
booking_give_back (Booking *booking, EhReaction *reaction)
{
  const char *key = eh_reaction_get_key (reaction);

  for (gint64 i = 0; i < booking->n_taken; i++)
    eh_reaction_send (reaction, booking->seats[i], &free_seat, &(FreeSeat){ key });
  if (booking->has_name)
    eh_reaction_send (reaction, booking->name, &free_name, &(FreeName){ key });
  booking->is_over = TRUE;
  eh_reaction_cancel_deadline (reaction, PAYMENT);
}

static void
booking_take_next (Booking *booking, EhReaction *reaction)
{
  const char *key = eh_reaction_get_key (reaction);

  if ((gsize) booking->n_taken < booking->n_seats)
    eh_reaction_send (reaction, booking->seats[booking->n_taken], &take_seat, &(TakeSeat){ key });
  else
    eh_reaction_send (reaction, key, &hold_booking, NULL);
}

static void
booking_on_asked (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const SeatsAskedFor *asked = eh_event_get_data (event);
  Booking *booking = state;

  eh_set_string (&booking->name, asked->name);
  booking->seats = g_new0 (char *, asked->n_seats);
  for (; booking->n_seats < asked->n_seats; booking->n_seats++)
    booking->seats[booking->n_seats] = g_strdup (asked->seats[booking->n_seats]);
  eh_reaction_set_deadline (reaction, PAYMENT, eh_reaction_get_time (reaction) + SEATS_HELD);
  eh_reaction_send (reaction, booking->name, &take_name, &(TakeName){ eh_reaction_get_key (reaction) });
}

static void
booking_on_name (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  Booking *booking = state;

  booking->has_name = TRUE;
  if (booking->is_over)
    eh_reaction_send (reaction, booking->name, &free_name, &(FreeName){ eh_reaction_get_key (reaction) });
  else
    booking_take_next (booking, reaction);
}

static void
booking_on_seat (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  const char *seat = eh_stream_name_get_id (eh_event_get_stream (event));
  Booking *booking = state;

  booking->n_taken++;
  if (booking->is_over)
    eh_reaction_send (reaction, seat, &free_seat, &(FreeSeat){ eh_reaction_get_key (reaction) });
  else
    booking_take_next (booking, reaction);
}

static void
booking_on_paid (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  eh_reaction_end (reaction);
}

static void
booking_on_dropped (gpointer state, const EhEvent *event, EhReaction *reaction)
{
  booking_give_back (state, reaction);
}

static void
booking_on_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                    EhReaction *reaction)
{
  g_autofree char *reason = g_strdup_printf ("%s is %s", eh_command_get_aggregate_id (command), nick);

  booking_drop (reaction, reason);
}

/* It was paid just in time. */
static void
booking_on_drop_refused (gpointer state, const EhCommand *command, const char *nick, const char *message,
                         EhReaction *reaction)
{
}

static void
booking_on_unpaid (gpointer state, const char *name, EhReaction *reaction)
{
  booking_drop (reaction, "not paid in time");
}

/* Each of these events says whose the thing is. */
static void
thing_key (const EhEvent *event, GString *key)
{
  const SeatTaken *taken = eh_event_get_data (event);

  if (taken->booking != NULL)
    g_string_append (key, taken->booking);
}

static const EhProcessRule booking_rules[] = {
  { &seats_asked_for, booking_on_asked, NULL, EH_STARTS },
  { &name_taken, booking_on_name, thing_key },
  { &seat_taken, booking_on_seat, thing_key },
  { &booking_paid, booking_on_paid },
  { &booking_dropped, booking_on_dropped },
};

static const EhRefusalRule booking_refusals[] = {
  { &take_name, booking_on_refused },
  { &take_seat, booking_on_refused },
  { &drop_booking, booking_on_drop_refused },
};

static const EhDeadlineRule booking_deadlines[] = { { PAYMENT, booking_on_unpaid } };

const EhProcessType seats_booking_process = EH_PROCESS_TYPE ("Booking", Booking, booking_schema, booking_rules,
                                                             EH_REFUSALS (booking_refusals),
                                                             EH_DEADLINES (booking_deadlines));
