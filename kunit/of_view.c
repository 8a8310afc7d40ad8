// SPDX-License-Identifier: GPL-2.0
/* The driver's view.c as an object of the test module; see Kbuild. */
#include "../driver/decision/view.c"
