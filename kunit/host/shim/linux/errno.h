/* SPDX-License-Identifier: GPL-2.0 */
/* The C library's own errno.h comes by here as well. */
#include <asm/errno.h>
