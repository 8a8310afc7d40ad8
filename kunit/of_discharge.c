// SPDX-License-Identifier: GPL-2.0
/* The driver's discharge.c as an object of the test module; see Kbuild. */
#include "../driver/decision/discharge.c"
