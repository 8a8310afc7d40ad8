// SPDX-License-Identifier: GPL-2.0
// into: kunit/host/watch.c
// expect: Potential leak of memory pointed to by 'text'

#include <stdlib.h>
int seed_leak(void);
int seed_leak(void)
{
	char *text = malloc(10);

	return text ? 1 : 0;
}
