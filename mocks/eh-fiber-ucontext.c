/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Fibers over ucontext. A fiber is created with makecontext and entered once with swapcontext; every later switch is
 * sigsetjmp without a signal mask and siglongjmp, which saves the two system calls that swapcontext makes for the mask
 * and is an order of magnitude faster; or GCC's own pair where that is known to work, which keeps three words and so
 * is faster still. The trampoline never returns: when its function is done it parks the fiber in the pool and runs the
 * next one from there, so a stack is mapped once.
 *
 * This file must be compiled without _FORTIFY_SOURCE, whose longjmp refuses to leave one stack for another.
 *
 * Under ThreadSanitizer, which keeps a shadow of the stack that siglongjmp would unwind, every switch is swapcontext.
 */

#include "eh-fiber-private.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif
#endif
#ifndef VALGRIND_STACK_REGISTER
#define VALGRIND_STACK_REGISTER(start, end) 0
#define VALGRIND_STACK_DEREGISTER(id) ((void) (id))
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WITH_TSAN 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define WITH_ASAN 1
#endif
#ifdef __SANITIZE_THREAD__
#define WITH_TSAN 1
#endif

#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#define STACK_SIZE (512u << 10)
#else
#define STACK_SIZE (128u << 10)
#endif

#ifdef WITH_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* Leaving a stack, and coming back to it. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(WITH_ASAN) && !defined(WITH_TSAN)
typedef void *Jump[5];
#define jump_set(jump) __builtin_setjmp (jump)

/* It must not be in the function that sets. */
G_NORETURN G_NO_INLINE static void
jump_to (Jump jump)
{
  __builtin_longjmp (jump, 1);
}
#else
typedef sigjmp_buf Jump;
#define jump_set(jump) sigsetjmp (jump, 0)
#define jump_to(jump) siglongjmp (jump, 1)
#endif

/* One side of a switch: the owner of the pool, or a fiber. */
typedef struct {
#ifdef WITH_TSAN
  ucontext_t context;
  void *shadow; /* what the sanitizer knows it by */
#else
  Jump jump;
#endif
#ifdef WITH_ASAN
  void *fake_stack;
  const void *bottom;
  size_t size;
#endif
} Side;

struct _EhFiber {
  EhFiberPool *pool;  /* (unowned) */
  EhFiber *next_free; /* (unowned) (nullable) */
  char *memory;       /* (owned): the guard page, then the stack */
  gsize memory_size;
  guint valgrind_id;
  gboolean started;
  gboolean done;
  EhFiberFunc func;
  gpointer user_data;
  Side side;
};

struct _EhFiberPool {
  GPtrArray *fibers; /* (owned): all of them */
  EhFiber *free;     /* (unowned) (nullable): those that are parked */
  EhFiber *running;  /* (unowned) (nullable): or the last that ran */
  Side owner;
};

/* Tells the sanitizers that the stack of @to is next. */
static inline void
before_switch (Side *from, Side *to)
{
#ifdef WITH_ASAN
  __sanitizer_start_switch_fiber (&from->fake_stack, to->bottom, to->size);
#endif
#ifdef WITH_TSAN
  __tsan_switch_to_fiber (to->shadow, 0);
#endif
}

/* Tells the sanitizers that @self runs again; the first time, a fiber learns from it where @owner's stack is. */
static inline void
after_switch (Side *self, Side *owner)
{
#ifdef WITH_ASAN
  __sanitizer_finish_switch_fiber (self->fake_stack, owner != NULL ? &owner->bottom : NULL,
                                   owner != NULL ? &owner->size : NULL);
#endif
}

static inline void
switch_sides (Side *from, Side *to)
{
  before_switch (from, to);
#ifdef WITH_TSAN
  swapcontext (&from->context, &to->context);
#else
  if (jump_set (from->jump) == 0)
    jump_to (to->jump);
#endif
  after_switch (from, NULL);
}

/* makecontext passes ints: a pointer comes in two halves. */
static void
trampoline (guint high, guint low)
{
  EhFiber *self = (EhFiber *) (((guintptr) high << 16 << 16) | (guintptr) low);
  EhFiberPool *pool = self->pool;

  after_switch (&self->side, &pool->owner);
  for (;;)
    {
      self->func (self->user_data);
      self->done = TRUE;
      switch_sides (&self->side, &pool->owner);
    }
}

static EhFiber *
fiber_new (EhFiberPool *pool)
{
  EhFiber *self = g_new0 (EhFiber, 1);
  gsize page = (gsize) sysconf (_SC_PAGESIZE);

  self->pool = pool;
  self->memory_size = page + STACK_SIZE;
  self->memory = mmap (NULL, self->memory_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (self->memory == MAP_FAILED)
    g_error ("no memory for a fiber's stack");
  mprotect (self->memory, page, PROT_NONE);
  self->valgrind_id = VALGRIND_STACK_REGISTER (self->memory + page, self->memory + self->memory_size);
#ifdef WITH_ASAN
  self->side.bottom = self->memory + page;
  self->side.size = STACK_SIZE;
#endif
#ifdef WITH_TSAN
  self->side.shadow = __tsan_create_fiber (0);
#endif
  return self;
}

static void
fiber_free (gpointer data)
{
  EhFiber *self = data;

#ifdef WITH_TSAN
  __tsan_destroy_fiber (self->side.shadow);
#endif
  VALGRIND_STACK_DEREGISTER (self->valgrind_id);
  munmap (self->memory, self->memory_size);
  g_free (self);
}

/* The first entry, on a fresh stack. */
static void
start (EhFiber *self)
{
  EhFiberPool *pool = self->pool;
  guintptr address = (guintptr) self;
  ucontext_t fresh;
#ifndef WITH_TSAN
  ucontext_t here;
#endif

  getcontext (&fresh);
  fresh.uc_stack.ss_sp = self->memory + (self->memory_size - STACK_SIZE);
  fresh.uc_stack.ss_size = STACK_SIZE;
  fresh.uc_link = NULL;
  makecontext (&fresh, (void (*) (void)) (gpointer) trampoline, 2, (guint) (address >> 16 >> 16), (guint) address);
  self->started = TRUE;

  before_switch (&pool->owner, &self->side);
#ifdef WITH_TSAN
  swapcontext (&pool->owner.context, &fresh);
#else
  if (jump_set (pool->owner.jump) == 0)
    swapcontext (&here, &fresh);
#endif
  after_switch (&pool->owner, NULL);
}

EhFiberPool *
eh_fiber_pool_new (void)
{
  EhFiberPool *self = g_new0 (EhFiberPool, 1);

  self->fibers = g_ptr_array_new_with_free_func (fiber_free);
  return self;
}

void
eh_fiber_pool_free (EhFiberPool *self)
{
  g_ptr_array_unref (self->fibers);
  g_free (self);
}

EhFiber *
eh_fiber_pool_take (EhFiberPool *self, EhFiberFunc func, gpointer user_data)
{
  EhFiber *fiber = self->free;

  if (fiber != NULL)
    self->free = fiber->next_free;
  else
    {
      fiber = fiber_new (self);
      g_ptr_array_add (self->fibers, fiber);
    }

  fiber->func = func;
  fiber->user_data = user_data;
  fiber->done = FALSE;
  return fiber;
}

gboolean
eh_fiber_resume (EhFiber *self)
{
  EhFiberPool *pool = self->pool;

#ifdef WITH_TSAN
  pool->owner.shadow = __tsan_get_current_fiber ();
#endif
  pool->running = self;
  if (self->started)
    switch_sides (&pool->owner, &self->side);
  else
    start (self);

  if (!pool->running->done)
    return TRUE;

  pool->running->next_free = pool->free;
  pool->free = pool->running;
  return FALSE;
}

void
eh_fiber_yield (EhFiber *self)
{
  switch_sides (&self->side, &self->pool->owner);
}

void
eh_fiber_switch (EhFiber *self, EhFiber *next)
{
  self->pool->running = next;
  switch_sides (&self->side, &next->side);
}

gboolean
eh_fiber_owns_guard (EhFiber *self, gconstpointer address)
{
  const char *at = address;

  return at >= self->memory && at < self->memory + (self->memory_size - STACK_SIZE);
}
