/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BATTGUARD_SHIM_STRING_H
#define BATTGUARD_SHIM_STRING_H

#include <stdio.h>
#include <string.h>

#define strscpy(to, from, size)	((void)snprintf(to, size, "%s", from))

#endif
