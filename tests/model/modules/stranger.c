/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>

/* A module that is no domain module. */

__attribute__ ((visibility ("default"))) int some_other_function (void);

int
some_other_function (void)
{
  return 1;
}
