// SPDX-License-Identifier: GPL-2.0
// into: driver/config.c
// expect: other way round

#ifdef __BIG_ENDIAN
#warning other way round
#endif
