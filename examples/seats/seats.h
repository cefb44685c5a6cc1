/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <eventhus.h>

G_BEGIN_DECLS

/*
 * Seats of a show. A booking asks for some under a name, holds them for a while, and buys them by paying in time. No
 * seat is given twice, and no name is used by two bookings: rules over many aggregates, which no single one could keep.
 * So what must be unique is an aggregate of its own, whose id is the thing itself: a seat ("A7"), a name ("alice").
 * It is taken by one booking or refused, and the process "Booking" puts things together, and back.
 */

/* How long seats are held for a booking that is not paid, microseconds */
#define SEATS_HELD (15 * G_TIME_SPAN_MINUTE)

/* The most seats of one booking */
#define SEATS_MAX 8

/* A thing that one booking may have: the aggregate types "Seat" and "Name". */

typedef struct {
  const char *booking;
} TakeSeat;

typedef TakeSeat FreeSeat;
typedef TakeSeat TakeName;
typedef TakeSeat FreeName;
typedef TakeSeat SeatTaken;
typedef TakeSeat SeatFreed;
typedef TakeSeat NameTaken;
typedef TakeSeat NameFreed;

typedef struct {
  char *booking; /* (nullable): whose it is */
} Thing;

EH_DECLARE_SCHEMA (take_seat)
EH_DECLARE_SCHEMA (free_seat)
EH_DECLARE_SCHEMA (take_name)
EH_DECLARE_SCHEMA (free_name)
EH_DECLARE_SCHEMA (seat_taken)
EH_DECLARE_SCHEMA (seat_freed)
EH_DECLARE_SCHEMA (name_taken)
EH_DECLARE_SCHEMA (name_freed)
EH_DECLARE_SCHEMA (thing_schema)

extern const EhAggregateType seats_seat;
extern const EhAggregateType seats_name;

/* What somebody asks for */

typedef struct {
  const char *name;
  char **seats;
  gsize n_seats;
} AskForSeats;

typedef AskForSeats SeatsAskedFor;

typedef struct {
  char unused;
} PayBooking;

typedef PayBooking BookingPaid;

/* What the process tells the booking */

typedef PayBooking HoldBooking; /* everything has been taken */
typedef PayBooking BookingHeld;

typedef struct {
  const char *reason;
} DropBooking; /* refused once it is paid */

typedef DropBooking BookingDropped;

EH_DECLARE_SCHEMA (ask_for_seats)
EH_DECLARE_SCHEMA (seats_asked_for)
EH_DECLARE_SCHEMA (pay_booking)
EH_DECLARE_SCHEMA (booking_paid)
EH_DECLARE_SCHEMA (hold_booking)
EH_DECLARE_SCHEMA (booking_held)
EH_DECLARE_SCHEMA (drop_booking)
EH_DECLARE_SCHEMA (booking_dropped)

typedef enum {
  BOOKING_ASKED,
  BOOKING_HELD,
  BOOKING_PAID,
  BOOKING_DROPPED,
} BookingPhase;

typedef struct {
  BookingPhase phase;
} BookingOrder;

EH_DECLARE_SCHEMA (booking_order_schema)

extern const EhAggregateType seats_booking;

#define SEATS_ERROR (seats_error_quark ())
GQuark seats_error_quark (void);

typedef enum {
  SEATS_ERROR_TAKEN,
  SEATS_ERROR_NOT_HELD,
  SEATS_ERROR_PAID,
  SEATS_ERROR_TOO_MANY,
} SeatsError;

/* The process */

typedef struct {
  char *name;
  char **seats;
  gsize n_seats;
  gboolean has_name;
  gint64 n_taken;   /* of the seats, in their order */
  gboolean is_over; /* everything goes back */
} Booking;

EH_DECLARE_SCHEMA (booking_schema)

extern const EhProcessType seats_booking_process;

/* A seat in the view "Plan" */

typedef struct {
  char *booking;
  gint64 n_owners; /* how many bookings have it now */
} PlanRow;

EH_DECLARE_SCHEMA (plan_row_schema)

extern const EhProjectionType seats_plan;

/* The domain; the caller owns it. */
EhDomain *seats_domain_new (void);

G_END_DECLS
