/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "scenarios/eh-trial-struct-private.h"

G_BEGIN_DECLS

/* What is done once: tasks and commands of the clients, then the given steps on the inner store. */
gboolean eh_trial_add_clients (EhTrial *self, GError **error);
gboolean eh_trial_run_given (EhTrial *self, GError **error);

G_END_DECLS
