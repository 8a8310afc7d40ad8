// SPDX-License-Identifier: GPL-2.0
// into: kunit/host/random.c
// expect: Memory leak: text

#include <stdlib.h>
void seed_leak(void);
void seed_leak(void)
{
	char *text = malloc(10);

	text[0] = 0;
}
