// SPDX-License-Identifier: GPL-2.0
// into: kunit/size_kunit.c
// expect: duplicated argument to && or ||

int seed_twice(int n, int m);
int seed_twice(int n, int m)
{
	if (n == 1 || m == 2 || n == 1)
		return 1;
	return 0;
}
