// SPDX-License-Identifier: GPL-2.0
// into: driver/values.c
// expect: spaces required around that '='

int seed_style(void);
int seed_style(void)
{
	int n=0;

	return n;
}
