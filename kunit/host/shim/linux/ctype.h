/* SPDX-License-Identifier: GPL-2.0 */
/*
 * battguard - the kernel's classes of characters, which are those of Latin-1
 *
 * A char may be signed: the kernel takes it as unsigned, the C library does
 * not have to.
 */
#ifndef BATTGUARD_SHIM_CTYPE_H
#define BATTGUARD_SHIM_CTYPE_H

#include <stdbool.h>

static inline bool bg_shim_isgraph(unsigned char c)
{
	return (c > 0x20 && c < 0x7f) || c > 0xa0;
}

#define isascii(c)	(((unsigned char)(c)) <= 0x7f)
#define isgraph(c)	bg_shim_isgraph(c)

#endif
