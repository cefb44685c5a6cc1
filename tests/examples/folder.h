/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* Removes a folder and all that is in it. */
void folder_remove (const char *path);
