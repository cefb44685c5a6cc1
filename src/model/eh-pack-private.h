/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eh-schema.h"

G_BEGIN_DECLS

/*
 * A packed value is a struct together with everything that its members point to in one block: first the struct,
 * then the pointed-to memory, each part aligned to 8 bytes. It needs no freeing of its own and may be read by any
 * thread. Events and commands hold their data so.
 */

/* The bytes that @value takes when it is packed; a multiple of 8. */
gsize eh_pack_get_size (const EhSchema *schema, gconstpointer value);

/* Copies @value into @block, which is 8-aligned and has eh_pack_get_size() bytes; pointers point into @block. */
void eh_pack (const EhSchema *schema, gconstpointer value, gpointer block);

G_END_DECLS
