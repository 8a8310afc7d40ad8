// SPDX-License-Identifier: GPL-2.0
// into: driver/values.c
// expect: 'seed_unused' defined but not used
// expect: unused function 'seed_unused'

static int seed_unused(int n)
{
	return n;
}
