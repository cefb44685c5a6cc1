/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "eh-command-handler-private.h"

#include "eh-aggregate-private.h"
#include "eh-repository-private.h"
#include "eh-tracer-private.h"
#include "model/eh-aggregate-type-private.h"
#include "model/eh-command-private.h"
#include "model/eh-decision-private.h"
#include "model/eh-domain-private.h"
#include "model/eh-error.h"
#include "model/eh-system-clock.h"
#include "model/eh-system-id-source.h"

/*
 * One command, once. What decides is mostly an aggregate that the repository kept, which may be behind the store:
 *
 * - Events decided on it are safe, because the append requires the version that was folded.
 * - "No" (a refusal, a foreign expected version) and "nothing to do" never reach the store, so they are believed only
 *   of a state that the store confirms; else the command is decided once more on a fresh one.
 *
 * An append whose fate is unclear is repeated with the same event ids, which the store recognises. Until that
 * clears it up, the answer is "ambiguous" whatever other error the repetition meets: only a conflict proves that
 * nothing was written.
 */

#define REPEAT_APPEND 3

struct _EhCommandHandler {
  GObject parent_instance;

  EhRepository *repository;       /* (owned) */
  EhClock *clock;                 /* (owned) */
  EhClockInterface *clock_iface;  /* of @clock: looked up once */
  EhIdSource *ids;                /* (owned) */
  EhIdSourceInterface *ids_iface; /* the same */
  EhEventBus *bus;                /* (owned) (nullable), immutable after the first command */
  EhTracer *tracer;               /* (owned) (nullable), immutable after the first command */
  gboolean unguarded;             /* immutable after the first command */
};

typedef struct {
  EhCommandHandler *self;
  EhCommand *command;
  const EhCommandRule *rule;
  const EhAggregateType *type;
  GCancellable *cancellable; /* (nullable) */
  EhAggregate *aggregate;    /* (owned) (nullable): fit to be kept */
  EhEventBatch *batch;       /* (owned) (nullable): what was decided */
} Work;

G_DEFINE_FINAL_TYPE (EhCommandHandler, eh_command_handler, G_TYPE_OBJECT)

static void
eh_command_handler_finalize (GObject *object)
{
  EhCommandHandler *self = EH_COMMAND_HANDLER (object);

  g_clear_object (&self->tracer);
  g_clear_object (&self->bus);
  g_clear_object (&self->ids);
  g_clear_object (&self->clock);
  g_clear_object (&self->repository);
  G_OBJECT_CLASS (eh_command_handler_parent_class)->finalize (object);
}

static void
eh_command_handler_class_init (EhCommandHandlerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = eh_command_handler_finalize;
}

static void
eh_command_handler_init (EhCommandHandler *self)
{
}

EhCommandHandler *
eh_command_handler_new (EhRepository *repository, EhClock *clock, EhIdSource *ids)
{
  EhCommandHandler *self;

  g_return_val_if_fail (EH_IS_REPOSITORY (repository), NULL);
  g_return_val_if_fail (clock == NULL || EH_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (ids == NULL || EH_IS_ID_SOURCE (ids), NULL);

  self = g_object_new (EH_TYPE_COMMAND_HANDLER, NULL);
  self->repository = g_object_ref (repository);
  self->clock = clock != NULL ? g_object_ref (clock) : eh_system_clock_new ();
  self->clock_iface = EH_CLOCK_GET_IFACE (self->clock);
  self->ids = ids != NULL ? g_object_ref (ids) : eh_system_id_source_new (self->clock);
  self->ids_iface = EH_ID_SOURCE_GET_IFACE (self->ids);
  return self;
}

void
eh_command_handler_set_event_bus (EhCommandHandler *self, EhEventBus *bus)
{
  g_return_if_fail (EH_IS_COMMAND_HANDLER (self));
  g_return_if_fail (bus == NULL || EH_IS_EVENT_BUS (bus));

  g_set_object (&self->bus, bus);
}

void
eh_command_handler_set_guard_appends (EhCommandHandler *self, gboolean guarded)
{
  g_return_if_fail (EH_IS_COMMAND_HANDLER (self));

  self->unguarded = !guarded;
}

void
eh_command_handler_set_tracer (EhCommandHandler *self, EhTracer *tracer)
{
  g_return_if_fail (EH_IS_COMMAND_HANDLER (self));
  g_return_if_fail (tracer == NULL || EH_IS_TRACER (tracer));

  g_set_object (&self->tracer, tracer);
}

EhClock *
eh_command_handler_get_clock (EhCommandHandler *self)
{
  return self->clock;
}

static void
work_clear (Work *work)
{
  if (work->aggregate != NULL)
    eh_repository_give_back (work->self->repository, g_steal_pointer (&work->aggregate));
  g_clear_pointer (&work->batch, eh_event_batch_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

static gboolean
refuse_unknown (Work *work, GError **error)
{
  EhDomain *domain = eh_repository_get_domain (work->self->repository);
  const char *type_name = eh_command_get_type_name (work->command);
  const char *near = eh_domain_suggest (domain, type_name);

  if (eh_domain_find_command (domain, type_name, NULL) != NULL)
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "%s was made with another schema than domain %s has for it",
                   type_name, eh_domain_get_name (domain));
      return FALSE;
    }
  g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "%s: domain %s has no such command%s%s%s", type_name,
               eh_domain_get_name (domain), near != NULL ? "; did you mean " : "", near != NULL ? near : "",
               near != NULL ? "?" : "");
  return FALSE;
}

static gboolean
check (Work *work, GError **error)
{
  EhDomain *domain = eh_repository_get_domain (work->self->repository);
  EhStreamName *stream = eh_command_get_stream (work->command);
  const char *type_name = eh_command_get_type_name (work->command);

  work->rule = eh_domain_find_command_by_schema (domain, eh_command_get_schema (work->command), &work->type);
  if (work->cancellable != NULL && g_cancellable_set_error_if_cancelled (work->cancellable, error))
    return FALSE;
  if (work->rule == NULL)
    return refuse_unknown (work, error);
  if (!g_str_equal (work->type->name, eh_stream_name_get_category (stream)))
    {
      g_set_error (error, EH_ERROR, EH_ERROR_UNKNOWN_TYPE, "%s is a command of %s and cannot go to %s", type_name,
                   work->type->name, eh_stream_name_to_string (stream));
      return FALSE;
    }
  return eh_command_rule_validate (work->rule, work->command, error);
}

static gboolean
load (Work *work, gboolean fresh, GError **error)
{
  EhStreamName *stream = eh_command_get_stream (work->command);

  work->aggregate = eh_repository_load_as (work->self->repository, work->type, stream, fresh, work->cancellable, error);
  return work->aggregate != NULL;
}

static gboolean
is_expected (Work *work, GError **error)
{
  gint64 expected = eh_command_get_expected_version (work->command);
  guint64 version = work->aggregate->version;

  if (expected == EH_EXPECTED_ANY || (expected == EH_EXPECTED_EXISTS && version > 0)
      || (expected >= 0 && (guint64) expected == version))
    return TRUE;
  g_propagate_error (error, eh_error_new_conflict (eh_stream_name_to_string (eh_command_get_stream (work->command)),
                                                   expected, version));
  return FALSE;
}

static gboolean
decide (Work *work, GError **error)
{
  EhCommandHandler *self = work->self;
  g_auto (EhDecision) decision = { NULL };

  g_clear_pointer (&work->batch, eh_event_batch_unref);
  if (!is_expected (work, error)
      || !eh_command_rule_decide (work->rule, work->type, work->aggregate->state, work->aggregate->version,
                                  work->command, self->clock_iface->now (self->clock), self->ids, &decision, error))
    return FALSE;
  work->batch = g_steal_pointer (&decision.batch);
  return TRUE;
}

static gboolean
has_events (Work *work)
{
  return work->batch != NULL && eh_event_batch_get_size (work->batch) > 0;
}

/* Returns: whether the store agrees that the state is the newest; if not, a newer one is loaded */
static gboolean
confirm (Work *work, gboolean *confirmed, GError **error)
{
  EhRepository *repository = work->self->repository;

  *confirmed = TRUE;
  if (!work->aggregate->is_kept)
    return TRUE;
  if (!eh_repository_is_current (repository, work->aggregate, confirmed, work->cancellable, error))
    {
      g_clear_pointer (&work->aggregate, eh_aggregate_free);
      return FALSE;
    }
  if (*confirmed)
    return TRUE;
  eh_repository_give_back (repository, g_steal_pointer (&work->aggregate));
  return load (work, TRUE, error);
}

static gboolean
decide_surely (Work *work, GError **error)
{
  g_autoptr (GError) refusal = NULL;
  gboolean confirmed;

  decide (work, &refusal);
  if (has_events (work))
    return TRUE;
  if (!confirm (work, &confirmed, error))
    return FALSE;
  if (!confirmed)
    {
      g_clear_error (&refusal);
      decide (work, &refusal);
    }
  if (refusal == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refusal));
  return FALSE;
}

/* The answer to an append of which an earlier try, if @unclear is set, may have happened. */
static gboolean
is_final (const GError *failure, const GError *unclear)
{
  if (g_error_matches (failure, EH_ERROR, EH_ERROR_AMBIGUOUS))
    return FALSE;
  return unclear == NULL || g_error_matches (failure, EH_ERROR, EH_ERROR_CONFLICT)
         || g_error_matches (failure, EH_ERROR, EH_ERROR_CRASHED);
}

static gboolean
append (Work *work, EhAppendResult *result, GError **error)
{
  EhCommandHandler *self = work->self;
  gint64 expected = self->unguarded ? EH_EXPECTED_ANY : (gint64) work->aggregate->version;
  g_autoptr (GError) unclear = NULL;

  for (guint n = 0; n <= REPEAT_APPEND; n++)
    {
      g_autoptr (GError) failure = NULL;

      if (eh_repository_save_expecting (self->repository, work->aggregate, work->batch, expected, result,
                                        work->cancellable, &failure))
        {
          /* What an earlier try of this very call has written is no repeat. */
          result->was_there = result->was_there && unclear == NULL;
          return TRUE;
        }
      if (is_final (failure, unclear))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (unclear == NULL)
        unclear = g_steal_pointer (&failure);
    }
  g_propagate_error (error, g_steal_pointer (&unclear));
  return FALSE;
}

static gboolean
publish_one (EhCommandHandler *self, const char *bucket, const char *subset, EhEvent *event, GError **error)
{
  gpointer token = eh_tracer_begin_event (self->tracer, EH_SPAN_PUBLISH, NULL, event);
  gboolean ok = eh_event_bus_publish (self->bus, bucket, subset, event, NULL, error);

  eh_tracer_end (self->tracer, token, *error);
  return ok;
}

/* Not to be cancelled: what is saved should not stay unpublished because its sender lost interest. */
static GError *
publish (Work *work, EhEventPage *events)
{
  EhDomain *domain = eh_repository_get_domain (work->self->repository);
  guint size = eh_event_page_get_size (events);
  const char *bucket;
  const char *subset;
  GError *error = NULL;

  eh_domain_get_topic (domain, work->type, &bucket, &subset);
  for (guint i = 0; i < size; i++)
    {
      EhEvent *event = eh_event_page_get (events, i);

      if (!publish_one (work->self, bucket, subset, event, &error))
        {
          g_prefix_error (&error, "%s, event %u of %u: not published: ", eh_event_get_type_name (event), i + 1, size);
          return error;
        }
    }
  return NULL;
}

static EhOutcome *
save (Work *work, GError **error)
{
  g_auto (EhAppendResult) result = EH_APPEND_RESULT_INIT;
  GError *publish_error = NULL;

  if (!append (work, &result, error))
    {
      eh_repository_take_back (work->self->repository, g_steal_pointer (&work->aggregate));
      return NULL;
    }
  if (work->aggregate->version == result.last_version)
    eh_repository_give_back (work->self->repository, g_steal_pointer (&work->aggregate));
  else
    g_clear_pointer (&work->aggregate, eh_aggregate_free);
  if (work->self->bus != NULL)
    publish_error = publish (work, result.events);
  return eh_outcome_new (result.last_version, result.events, result.was_there, publish_error);
}

/* A dispatched command is immutable and may be shared, so a missing id goes into a copy. */
static EhCommand *
copy_with_id (EhCommandHandler *self, EhCommand *command)
{
  EhId id;

  self->ids_iface->next (self->ids, &id);
  return eh_command_copy_with_id (command, &id);
}

static EhOutcome *
handle (Work *work, GError **error)
{
  if (!check (work, error) || !load (work, FALSE, error) || !decide_surely (work, error))
    return NULL;
  if (has_events (work))
    return save (work, error);
  return eh_outcome_new (work->aggregate->version, NULL, FALSE, NULL);
}

static EhOutcome *
handle_traced (Work *work, GError **error)
{
  EhTracer *tracer = work->self->tracer;
  g_autoptr (GError) failure = NULL;
  gpointer token = eh_tracer_begin_command (tracer, work->command);
  EhOutcome *outcome = handle (work, &failure);

  eh_tracer_end (tracer, token, failure);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return outcome;
}

EhOutcome *
eh_command_handler_handle (EhCommandHandler *self, EhCommand *command, GCancellable *cancellable, GError **error)
{
  g_autoptr (EhCommand) with_id = NULL;
  g_auto (Work) work = { .self = self, .command = command, .cancellable = cancellable };

  g_return_val_if_fail (EH_IS_COMMAND_HANDLER (self), NULL);
  g_return_val_if_fail (command != NULL, NULL);

  if (eh_id_is_nil (eh_command_get_id (command)))
    work.command = with_id = copy_with_id (self, command);
  return self->tracer != NULL ? handle_traced (&work, error) : handle (&work, error);
}
