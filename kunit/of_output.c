// SPDX-License-Identifier: GPL-2.0
/* The driver's output.c as an object of the test module; see Kbuild. */
#include "../driver/decision/output.c"
