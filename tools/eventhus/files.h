/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/*
 * The files that @paths stand for: each file itself, of each folder every *.json in it and below, sorted by name.
 * Returns: (element-type filename): or NULL with @error set if a path is not there or a folder has none.
 */
GPtrArray *files_collect (const char *const *paths, GError **error);
