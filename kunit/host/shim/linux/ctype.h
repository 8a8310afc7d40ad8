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

static inline bool bg_shim_isalnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

#define isascii(c)	(((unsigned char)(c)) <= 0x7f)
#define isalnum(c)	bg_shim_isalnum(c)

#endif
