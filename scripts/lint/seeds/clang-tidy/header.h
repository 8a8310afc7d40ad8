// SPDX-License-Identifier: GPL-2.0
// into: driver/hold.h
// expect: Division by zero

static inline int seed_divide(int n)
{
	int by = 0;

	return n / by;
}
