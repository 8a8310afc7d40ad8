// SPDX-License-Identifier: GPL-2.0
// into: driver/core.c
// expect: ERROR: reference preceded by free

#include <linux/slab.h>
int seed_free(int *p);
int seed_free(int *p)
{
	kfree(p);
	return *p;
}
