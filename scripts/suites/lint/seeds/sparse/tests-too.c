// SPDX-License-Identifier: GPL-2.0
// into: kunit/size_kunit.c
// expect: Using plain integer as NULL pointer

void *seed_null(void);
void *seed_null(void)
{
	return 0;
}
