/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-aggregate.h"

G_BEGIN_DECLS

struct _EhAggregate {
  const EhAggregateType *type;
  EhStreamName *stream; /* (owned) */
  gpointer state;       /* (owned), of type->state */
  guint64 version;
  gboolean is_kept; /* came out of a cache and was not compared with the store since: may be behind it */
};

G_END_DECLS
