// SPDX-License-Identifier: GPL-2.0
// into: driver/values.c
// expect: Dereference of null pointer (loaded from variable 'p')

int seed_deref(int *p);
int seed_deref(int *p)
{
	if (p)
		return 0;
	return *p;
}
