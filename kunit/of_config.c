// SPDX-License-Identifier: GPL-2.0
/* The driver's config.c as an object of the test module; see Kbuild. */
#include "../driver/config.c"
