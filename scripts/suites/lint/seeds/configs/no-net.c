// SPDX-License-Identifier: GPL-2.0
// into: driver/values.c
// expect: without net

#ifndef CONFIG_NET
#warning without net
#endif
