// SPDX-License-Identifier: GPL-2.0
/* The driver's charge.c as an object of the test module; see Kbuild. */
#include "../driver/decision/charge.c"
