/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The aggregates of the seats' domain, what must hold of them, and the view of the house. */

#include "seats.h"

GQuark
seats_error_quark (void)
{
  return g_quark_from_static_string ("seats-error-quark");
}

static const EhEnumValue seats_errors[] = {
  { SEATS_ERROR_TAKEN, "taken" },
  { SEATS_ERROR_NOT_HELD, "not-held" },
  { SEATS_ERROR_PAID, "paid" },
  { SEATS_ERROR_TOO_MANY, "too-many" },
  { 0, NULL },
};

static const EhEnumValue booking_phases[] = {
  { BOOKING_ASKED, "asked" },
  { BOOKING_HELD, "held" },
  { BOOKING_PAID, "paid" },
  { BOOKING_DROPPED, "dropped" },
  { 0, NULL },
};

EH_DEFINE_SCHEMA (TakeSeat, take_seat, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (FreeSeat, free_seat, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (TakeName, take_name, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (FreeName, free_name, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (SeatTaken, seat_taken, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (SeatFreed, seat_freed, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (NameTaken, name_taken, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (NameFreed, name_freed, EH_FIELD_STRING (booking))
EH_DEFINE_SCHEMA (Thing, thing_schema, EH_FIELD_STRING (booking))

EH_DEFINE_SCHEMA (AskForSeats, ask_for_seats, EH_FIELD_STRING (name), EH_FIELD_STRING_ARRAY (seats, n_seats))
EH_DEFINE_SCHEMA (SeatsAskedFor, seats_asked_for, EH_FIELD_STRING (name), EH_FIELD_STRING_ARRAY (seats, n_seats))
EH_DEFINE_SCHEMA (PayBooking, pay_booking)
EH_DEFINE_SCHEMA (BookingPaid, booking_paid)
EH_DEFINE_SCHEMA (HoldBooking, hold_booking)
EH_DEFINE_SCHEMA (BookingHeld, booking_held)
EH_DEFINE_SCHEMA (DropBooking, drop_booking, EH_FIELD_STRING (reason))
EH_DEFINE_SCHEMA (BookingDropped, booking_dropped, EH_FIELD_STRING (reason))
EH_DEFINE_SCHEMA (BookingOrder, booking_order_schema, EH_FIELD_ENUM (phase, booking_phases))
EH_DEFINE_SCHEMA (PlanRow, plan_row_schema, EH_FIELD_STRING (booking), EH_FIELD_INT64 (n_owners))

/* Seats and names: who comes first has it until it is freed. */

static gboolean
thing_take (const Thing *thing, const EhSchema *taken, const TakeSeat *take, EhDecision *decision, GError **error)
{
  if (thing->booking != NULL && g_strcmp0 (thing->booking, take->booking) != 0)
    {
      g_set_error (error, SEATS_ERROR, SEATS_ERROR_TAKEN, "booking %s has it", thing->booking);
      return FALSE;
    }
  if (thing->booking == NULL)
    eh_decision_emit (decision, taken, take);
  return TRUE;
}

static gboolean
thing_free (const Thing *thing, const EhSchema *freed, const FreeSeat *release, EhDecision *decision)
{
  if (g_strcmp0 (thing->booking, release->booking) == 0)
    eh_decision_emit (decision, freed, release);
  return TRUE;
}

static gboolean
seat_take (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return thing_take (state, &seat_taken, eh_command_get_data (command), decision, error);
}

static gboolean
seat_free (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return thing_free (state, &seat_freed, eh_command_get_data (command), decision);
}

static gboolean
name_take (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return thing_take (state, &name_taken, eh_command_get_data (command), decision, error);
}

static gboolean
name_free (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  return thing_free (state, &name_freed, eh_command_get_data (command), decision);
}

static void
thing_on_taken (gpointer state, const EhEvent *event)
{
  eh_set_string (&((Thing *) state)->booking, ((const SeatTaken *) eh_event_get_data (event))->booking);
}

static void
thing_on_freed (gpointer state, const EhEvent *event)
{
  eh_set_string (&((Thing *) state)->booking, NULL);
}

static const EhCommandRule seat_commands[] = {
  { &take_seat, seat_take, EH_CREATES_OR_UPDATES },
  { &free_seat, seat_free },
};
static const EhEventRule seat_events[] = { { &seat_taken, thing_on_taken }, { &seat_freed, thing_on_freed } };
const EhAggregateType seats_seat = EH_AGGREGATE_TYPE ("Seat", Thing, thing_schema, seat_commands, seat_events);

static const EhCommandRule name_commands[] = {
  { &take_name, name_take, EH_CREATES_OR_UPDATES },
  { &free_name, name_free },
};
static const EhEventRule name_events[] = { { &name_taken, thing_on_taken }, { &name_freed, thing_on_freed } };
const EhAggregateType seats_name = EH_AGGREGATE_TYPE ("Name", Thing, thing_schema, name_commands, name_events);

/* Bookings: the one who decides between paying and dropping. */

static gboolean
is_twice (const AskForSeats *ask, gsize i)
{
  for (gsize k = 0; k < i; k++)
    {
      if (g_strcmp0 (ask->seats[k], ask->seats[i]) == 0)
        return TRUE;
    }
  return FALSE;
}

/* Whether there can be such a thing: found out now, before the booking is on its way to it. */
static gboolean
is_thing (const EhAggregateType *type, const char *id, GError **error)
{
  g_autoptr (EhStreamName) stream = eh_stream_name_new (type->name, id != NULL ? id : "", error);

  return stream != NULL;
}

static gboolean
ask_for_seats_validate (gconstpointer data, GError **error)
{
  const AskForSeats *ask = data;
  gboolean is_well = ask->n_seats >= 1 && ask->n_seats <= SEATS_MAX;

  for (gsize i = 0; is_well && i < ask->n_seats; i++)
    is_well = !is_twice (ask, i);
  if (!is_well)
    {
      g_set_error (error, SEATS_ERROR, SEATS_ERROR_TOO_MANY, "a booking is for 1 to %d different seats", SEATS_MAX);
      return FALSE;
    }
  for (gsize i = 0; is_well && i < ask->n_seats; i++)
    is_well = is_thing (&seats_seat, ask->seats[i], error);
  return is_well && is_thing (&seats_name, ask->name, error);
}

static gboolean
booking_ask (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  eh_decision_emit (decision, &seats_asked_for, eh_command_get_data (command));
  return TRUE;
}

static gboolean
booking_hold (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  if (((const BookingOrder *) state)->phase == BOOKING_ASKED)
    eh_decision_emit (decision, &booking_held, NULL);
  return TRUE;
}

static gboolean
booking_pay (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  BookingPhase phase = ((const BookingOrder *) state)->phase;

  if (phase != BOOKING_HELD && phase != BOOKING_PAID)
    {
      g_set_error_literal (error, SEATS_ERROR, SEATS_ERROR_NOT_HELD, "no seats are held for this booking");
      return FALSE;
    }
  if (phase == BOOKING_HELD)
    eh_decision_emit (decision, &booking_paid, NULL);
  return TRUE;
}

static gboolean
booking_drop (gconstpointer state, const EhCommand *command, EhDecision *decision, GError **error)
{
  BookingPhase phase = ((const BookingOrder *) state)->phase;

  if (phase == BOOKING_PAID)
    {
      g_set_error_literal (error, SEATS_ERROR, SEATS_ERROR_PAID, "the booking is paid");
      return FALSE;
    }
  if (phase != BOOKING_DROPPED)
    eh_decision_emit (decision, &booking_dropped, eh_command_get_data (command));
  return TRUE;
}

static void
booking_on_held (gpointer state, const EhEvent *event)
{
  ((BookingOrder *) state)->phase = BOOKING_HELD;
}

static void
booking_on_paid (gpointer state, const EhEvent *event)
{
  ((BookingOrder *) state)->phase = BOOKING_PAID;
}

static void
booking_on_dropped (gpointer state, const EhEvent *event)
{
  ((BookingOrder *) state)->phase = BOOKING_DROPPED;
}

static const EhCommandRule booking_commands[] = {
  { &ask_for_seats, booking_ask, EH_CREATES, ask_for_seats_validate },
  { &hold_booking, booking_hold },
  { &pay_booking, booking_pay },
  { &drop_booking, booking_drop },
};

static const EhEventRule booking_events[] = {
  { &seats_asked_for, NULL },
  { &booking_held, booking_on_held },
  { &booking_paid, booking_on_paid },
  { &booking_dropped, booking_on_dropped },
};

const EhAggregateType seats_booking = EH_AGGREGATE_TYPE ("BookingOrder", BookingOrder, booking_order_schema,
                                                         booking_commands, booking_events);

/* The view of the house: a row a seat. */

static void
plan_on_taken (gpointer row, const EhEvent *event)
{
  PlanRow *seat = row;

  eh_set_string (&seat->booking, ((const SeatTaken *) eh_event_get_data (event))->booking);
  seat->n_owners++;
}

static void
plan_on_freed (gpointer row, const EhEvent *event)
{
  PlanRow *seat = row;

  eh_set_string (&seat->booking, NULL);
  seat->n_owners--;
}

static const EhProjectionRule plan_rules[] = { { &seat_taken, plan_on_taken }, { &seat_freed, plan_on_freed } };
const EhProjectionType seats_plan = EH_PROJECTION_TYPE ("Plan", PlanRow, plan_row_schema, plan_rules,
                                                        .category = "Seat");

static gboolean
is_given_once (gconstpointer row, const char *key, gpointer user_data, GError **error)
{
  const PlanRow *seat = row;

  if (seat->n_owners == 0 || seat->n_owners == 1)
    return TRUE;
  g_set_error (error, SEATS_ERROR, SEATS_ERROR_TAKEN, "%" G_GINT64_FORMAT " bookings have it", seat->n_owners);
  return FALSE;
}

static gboolean
is_decided (gconstpointer state, EhStreamName *stream, gpointer user_data, GError **error)
{
  if (((const BookingOrder *) state)->phase != BOOKING_ASKED)
    return TRUE;
  g_set_error_literal (error, SEATS_ERROR, SEATS_ERROR_NOT_HELD, "it is neither held nor dropped");
  return FALSE;
}

EhDomain *
seats_domain_new (void)
{
  EhDomain *domain = eh_domain_new ("seats");

  eh_domain_add_aggregate_type (domain, &seats_booking);
  eh_domain_add_aggregate_type (domain, &seats_seat);
  eh_domain_add_aggregate_type (domain, &seats_name);
  eh_domain_add_process (domain, &seats_booking_process);
  eh_domain_add_projection (domain, &seats_plan);
  eh_domain_add_errors (domain, SEATS_ERROR, seats_errors);
  eh_domain_add_row_invariant (domain, "no seat is given twice", &seats_plan, is_given_once, NULL, NULL);
  eh_domain_add_eventually (domain, "every booking is held or dropped", &seats_booking, is_decided, NULL, NULL);
  return domain;
}
