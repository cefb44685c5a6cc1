/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Fibers: functions with stacks of their own on one thread, switched by hand. Two implementations with this one
 * interface, chosen by the build option "fibers": ucontext (create with makecontext, switch with sigsetjmp/siglongjmp
 * without signal masks) and threads (a baton is handed from thread to thread; slower, works everywhere).
 * A pool keeps the stacks: a fiber that is done parks and takes the next function.
 */

typedef struct _EhFiberPool EhFiberPool;
typedef struct _EhFiber EhFiber;
typedef void (*EhFiberFunc) (gpointer user_data);

EhFiberPool *eh_fiber_pool_new (void);
/* All fibers must be done. */
void eh_fiber_pool_free (EhFiberPool *self);

/* Takes a fiber that will run @func at the first resume. */
EhFiber *eh_fiber_pool_take (EhFiberPool *self, EhFiberFunc func, gpointer user_data);

/*
 * From the owner of the pool: runs the fiber, and those that it switches to, until one yields or is done. Returns FALSE
 * when that one is done; it is back in the pool then.
 */
gboolean eh_fiber_resume (EhFiber *self);

/* From within a fiber: back to the owner. */
void eh_fiber_yield (EhFiber *self);

/* From within a fiber: to @next of the same pool, which has yielded or switched before. */
void eh_fiber_switch (EhFiber *self, EhFiber *next);

/* Whether @address is in the guard page of the fiber's stack: it has recursed too deep. For a signal handler. */
gboolean eh_fiber_owns_guard (EhFiber *self, gconstpointer address);

G_END_DECLS
