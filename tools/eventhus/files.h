/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "eventhus-testing.h"

/*
 * The files that @paths stand for: each file itself, of each folder every *.json in it and below, sorted by name.
 * Returns: (element-type filename): or NULL with @error set if a path is not there or a folder has none.
 */
GPtrArray *files_collect (const char *const *paths, GError **error);

/*
 * Loads all that @paths stand for. What is wrong with any file is told in the name of @command, so that it can be
 * mended in one go.
 * Returns: (transfer full) (element-type EhScenarioFile): or NULL
 */
GPtrArray *files_load (const char *command, const char *const *paths, EhDomain *domain);
