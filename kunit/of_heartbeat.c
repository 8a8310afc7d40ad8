// SPDX-License-Identifier: GPL-2.0
/* The driver's heartbeat.c as an object of the test module; see Kbuild. */
#include "../driver/decision/heartbeat.c"
