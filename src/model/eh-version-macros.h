/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

/*
 * EH_ABI_VERSION:
 *
 * Stamped into every schema and aggregate table when it is compiled, and compared when a domain is sealed,
 * so that a module built for another layout is refused with a message instead of being misread.
 */
#ifndef EH_ABI_VERSION
#define EH_ABI_VERSION 1u
#endif

#if defined(_WIN32) || defined(__CYGWIN__)
#define EH_PUBLIC __declspec(dllexport) extern
#else
#define EH_PUBLIC __attribute__ ((visibility ("default"))) extern
#endif

/*
 * EH_FOR_TESTING:
 *
 * Exported for libeventhus-testing of the same version, and declared in private headers only: not part of the API.
 */
#define EH_FOR_TESTING EH_PUBLIC
