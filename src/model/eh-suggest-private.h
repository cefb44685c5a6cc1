/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The candidate that @word is most likely a misspelling of, the first of several; NULL if none is near. */
const char *eh_suggest (const char *word, const char *const *candidates, gsize n_candidates);

G_END_DECLS
